"""Text for people: what is safe to show, how wide it is on a terminal, and spans of time in words."""

import unicodedata
from collections.abc import Iterable

from ..diagnostics import counted, visible

__all__ = ["TAB", "clean", "excerpt", "shown", "span_in_words", "width"]

# A tab is this wide wherever it stands, so that a column can be counted without what comes before it.
TAB = 4
# The longest message, in characters: it may quote a name of any length.
_CLEAN_AT_MOST = 1_000
# An excerpt of a long line: how wide it is, and how much of it stands before the place.
_EXCERPT_WIDTH = 120
_BEFORE = 40
_CUT = "…"
# Of a span of time, the largest unit that it fills is told.
_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def clean(text: str, *, at_most: int = _CLEAN_AT_MOST) -> str:
    """One line that a terminal can be given: no control character, no invisible one, no change of direction."""
    return visible(text if len(text) <= at_most else text[: at_most - 1] + _CUT)


def shown(text: str) -> str:
    """As `clean`, for source text: whole, and with tabs as spaces."""
    return text if text.isprintable() else visible(text.replace("\t", " " * TAB))


def width(text: str) -> int:
    """The columns that a shown text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def span_in_words(seconds: float) -> str:
    """How long something lasts, or how old it is, at a glance."""
    for size, unit in _SPANS:
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return "less than a minute"


def excerpt(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a source line around `[start, end)` as shown, the column where that begins, and its width.

    The width is at least 1, so that an empty place can be pointed at. A line that is not long is shown whole.
    """
    first, last = 0, len(line)
    # Combining characters take no column, so the count of characters has a limit of its own.
    if len(line) > 4 * _EXCERPT_WIDTH or width(shown(line)) > _EXCERPT_WIDTH:
        first = start - _taken(reversed(line[max(0, start - _BEFORE) : start]), _BEFORE)
        last = first + _taken(line[first : first + _EXCERPT_WIDTH], _EXCERPT_WIDTH)
    end = min(end, last)
    lead = _CUT if first else ""
    tail = _CUT if last < len(line) else ""
    before, place, after = shown(line[first:start]), shown(line[start:end]), shown(line[end:last])
    return lead + before + place + after + tail, len(lead) + width(before), max(width(place), 1)


def _taken(characters: Iterable[str], room: int) -> int:
    """How many of the characters fit into so many columns."""
    count = 0
    for character in characters:
        room -= width(shown(character))
        if room < 0:
            break
        count += 1
    return count


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
