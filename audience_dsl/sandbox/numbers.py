"""Whole numbers as addresses and forms of the sandbox's own have them: of anybody's writing, and of any length."""

from typing import Final

__all__ = ["whole_number"]

# Python gives up at 4,300.
_DIGITS_AT_MOST: Final = 15


def whole_number(text: str) -> int | None:
    """None where it is none, or has more digits than anything here."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS_AT_MOST else None
