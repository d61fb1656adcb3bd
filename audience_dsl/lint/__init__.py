"""What a text says rightly, and its writer may not have meant: one rule, one object."""

from .file import File
from .rule import Rule
from .rules import RULES, lint

__all__ = ["RULES", "File", "Rule", "lint"]
