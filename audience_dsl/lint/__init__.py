"""What a text says rightly, and its writer may not have meant: one rule, one object."""

from .baseline import Baseline, Known
from .file import File
from .ignores import apply_ignores
from .rule import Rule
from .rules import RULES, lint
from .selection import Selection

__all__ = ["RULES", "Baseline", "File", "Known", "Rule", "Selection", "apply_ignores", "lint"]
