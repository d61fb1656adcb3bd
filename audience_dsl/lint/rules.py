"""Every lint rule, and what all of them find in a file."""

from ..diagnostics import Diagnostic
from .file import File
from .rule import Rule

__all__ = ["RULES", "lint"]

# In the order of their codes, by slug.
RULES: dict[str, Rule] = {}


def lint(file: File) -> list[Diagnostic]:
    """What the rules find, rule by rule."""
    return [finding for rule in RULES.values() if rule.check is not None for finding in rule.check(file)]
