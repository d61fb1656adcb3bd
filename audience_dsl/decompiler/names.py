"""The names that definitions can have."""

from ..syntax.formatter import is_word

__all__ = ["can_be_defined"]

# As a definition's name, these would be taken for what follows the name of an attribute.
_VERBS = frozenset({"starts", "ends", "contains"})


def can_be_defined(name: str) -> bool:
    """Whether a `let` or an audience can bear this name."""
    return is_word(name) and name.lower() not in _VERBS
