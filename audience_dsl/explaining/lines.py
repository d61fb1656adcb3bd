"""Sets of places on a line, for what a clause asks of numbers and times: as cuts where they begin and end.

A cut stands just before a place (side 0) or just after it (side 1), so that it is always clear whether an end belongs
to the set. A set is its cuts in order: it begins at the first, ends at the second, begins at the third.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

__all__ = ["AFTER", "BEFORE", "EVERYWHERE", "NOWHERE", "Cut", "Line", "complement", "intersection", "spans", "union"]

BEFORE, AFTER = 0, 1
Cut: TypeAlias = tuple[float, int]
Line: TypeAlias = tuple[Cut, ...]

_START: Cut = (-math.inf, BEFORE)
NOWHERE: Line = ()
EVERYWHERE: Line = (_START,)


def complement(line: Line) -> Line:
    return line[1:] if line[:1] == EVERYWHERE else (_START, *line)


def union(lines: Sequence[Line]) -> Line:
    return _within(lines, 1)


def intersection(lines: Sequence[Line]) -> Line:
    return _within(lines, len(lines))


def _within(lines: Sequence[Line], enough: int) -> Line:
    """What lies in so many of the sets."""
    events = sorted((cut, 1 if at % 2 == 0 else -1) for line in lines for at, cut in enumerate(line))
    found: list[Cut] = []
    inside = False
    count = 0
    for at, (cut, step) in enumerate(events):
        count += step
        if at + 1 < len(events) and events[at + 1][0] == cut:
            continue
        if (count >= enough) is not inside:
            inside = not inside
            found.append(cut)
    return tuple(found)


def spans(line: Line) -> list[tuple[Cut | None, Cut | None]]:
    """The stretches of a set, each from one cut to another; None where it has no end on that side."""
    cuts: list[Cut | None] = [None if cut == _START else cut for cut in line]
    if len(cuts) % 2:
        cuts.append(None)
    return list(zip(cuts[::2], cuts[1::2], strict=True))
