"""Comments → pieces: each one to the unit that it stood beside, in their order.

A comment at the end of a line stays at the end of the line of the same unit; one on a line of its own stays above the
unit that followed it. One in the middle of a unit goes to its end if it ended a line there, and otherwise above it.
"""

import re
from collections.abc import Sequence

from ..parsed import Parsed
from .directives import Directives
from .pieces import Block, Piece, Unit, first_of, last_of, units_of

__all__ = ["Placed", "place"]

_BREAK = re.compile(r"[\r\n]")
_BLANK_LINE = re.compile(r"(?>\r\n?|\n)[ \t]*[\r\n]")


class Placed:
    """What the comments ask of the layout: the blocks that are no single line, those that are, and what comes last."""

    __slots__ = ("end", "pinned", "whole")

    def __init__(self) -> None:
        self.pinned: set[Block] = set()
        self.whole: set[Block] = set()
        self.end: list[tuple[str, bool]] = []


class _Comment:
    """A comment before the token of an `index`. `behind` tells that it ends a line on which a token stands."""

    __slots__ = ("behind", "end", "index", "start", "text")

    def __init__(self, text: str, start: int, end: int, index: int, behind: bool) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.index = index
        self.behind = behind


class _Placing:
    def __init__(self, parsed: Parsed, tokens: Sequence[str]) -> None:
        self._parsed = parsed
        self._text = parsed.source.text
        self._tokens = tokens
        self._comments = list(self._found())
        self._next = 0

    def run(self, pieces: Sequence[Piece], ends: Sequence[int]) -> list[tuple[str, bool]]:
        """Give the units their comments; what is left stands below them all. `ends` are the last tokens of pieces."""
        before: Unit | None = None
        end = -1
        for piece, last in zip(pieces, ends, strict=True):
            for unit in units_of(piece):
                self._between(before, unit, end)
                self._within(unit)
                before = unit
            end = last
        return self._between(before, None, end)

    @property
    def has_comments(self) -> bool:
        return bool(self._comments)

    def _found(self) -> "list[_Comment]":
        found: list[_Comment] = []
        if "#" not in self._text:
            return found
        index, end = 0, 0
        for span in self._parsed.comments:
            while (place := self._parsed.token_span(index)).start < span.start:
                index, end = index + 1, place.end
            behind = index > 0 and _BREAK.search(self._text, end, span.start) is None
            text = self._text[span.start : span.end].rstrip(" \t")
            found.append(_Comment(text, span.start, span.end, index, behind))
        return found

    def _take(self, last: int) -> list[_Comment]:
        """The next comments that stand before this token or an earlier one."""
        start = self._next
        while self._next < len(self._comments) and self._comments[self._next].index <= last:
            self._next += 1
        return self._comments[start : self._next]

    def _between(self, before: Unit | None, after: Unit | None, last: int) -> list[tuple[str, bool]]:
        """Share out the comments between two units: one may stand behind the first, the others above the second."""
        found = self._take(len(self._tokens) if after is None else after.first)
        end = 0 if before is None else self._parsed.token_span(before.last).end
        if before is not None and found and self._is_behind(found[0], before, end):
            if before.trail is not None:
                # It came from the unit's middle, and only one has room.
                before.lead.append((before.trail, False))
            before.trail = found[0].text
            end = found.pop(0).end
        lead: list[tuple[str, bool]] = []
        for comment in found:
            lead.append((comment.text, self._has_blank(end, comment.start)))
            end = comment.end
        if after is not None:
            after.lead = lead
            after.tail = sum(comment.index <= last for comment in found)
            after.blank = self._has_blank(end, self._parsed.token_span(after.first).start)
        return lead

    def _is_behind(self, comment: _Comment, unit: Unit, end: int) -> bool:
        """Whether it stands at the end of the unit's line, or behind what only closes it."""
        if not comment.behind:
            return False
        closing = all(token in (")", ",") for token in self._tokens[unit.last + 1 : comment.index])
        return closing or _BREAK.search(self._text, end, comment.start) is None

    def _within(self, unit: Unit) -> None:
        found = self._take(unit.last)
        if found and found[-1].behind:
            unit.trail = found.pop().text
        unit.lead += [(comment.text, False) for comment in found]

    def _has_blank(self, start: int, end: int) -> bool:
        return _BLANK_LINE.search(self._text, start, end) is not None


def place(
    pieces: Sequence[Piece],
    ends: Sequence[int],
    blocks: Sequence[Block],
    parsed: Parsed,
    tokens: Sequence[str],
    directives: Directives,
) -> Placed:
    """Give the units of these pieces their comments and blank lines. `blocks` has inner ones before outer ones."""
    placed = Placed()
    placing = _Placing(parsed, tokens)
    placed.end = placing.run(pieces, ends)
    if not placing.has_comments:
        return placed
    for block in blocks:
        parts = block.parts
        inside = any(isinstance(part, Block) and part in placed.pinned for part in parts)
        inside = (
            inside or any(first_of(part).lead for part in parts[1:]) or any(last_of(part).trail for part in parts[:-1])
        )
        if inside or (directives.found and directives.cuts(block)):
            placed.pinned.add(block)
        elif directives.found and directives.keeps_whole(block):
            placed.whole.add(block)
    return placed
