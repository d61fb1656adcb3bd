"""A source text with its name, and places in it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

__all__ = ["Position", "Source", "Span"]

LINE_BREAK = re.compile(r"\r\n?|\n")


class Span:
    """A half-open range of characters, `[start, end)`, as offsets into a source text."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def holds_one_of(self, offsets: Sequence[int]) -> bool:
        """Whether one of these offsets, which are in order, lies in it."""
        at = bisect_left(offsets, self.start)
        return at < len(offsets) and offsets[at] < self.end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and (self.start, self.end) == (other.start, other.end)

    def __hash__(self) -> int:
        return hash((self.start, self.end))

    def __repr__(self) -> str:
        return f"Span({self.start}, {self.end})"


class Position:
    """A line and a column, both counted from 1, in characters."""

    __slots__ = ("_source", "_start", "column", "line")

    def __init__(self, source: "Source", start: int, line: int, column: int) -> None:
        self._source = source
        self._start = start
        self.line = line
        self.column = column

    @property
    def utf16(self) -> int:
        """The column in UTF-16 units, counted from 0, as editors count."""
        before = self._source.text[self._start : self._start + self.column - 1]
        return len(before.encode("utf-16-le", "surrogatepass")) // 2

    def __repr__(self) -> str:
        return f"Position(line={self.line}, column={self.column})"


class Source:
    """A text and the name that diagnostics call it by.

    A line ends at LF, CR LF or a lone CR. Columns count characters (code points). Of a file that is too large to be
    held, the text is a part that begins with its line `first_line`.
    """

    __slots__ = ("_starts", "first_line", "name", "text")

    def __init__(self, text: str, name: str = "<text>", *, first_line: int = 1) -> None:
        self.text = text
        self.name = name
        self.first_line = first_line
        self._starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source(name={self.name!r}, {len(self.text)} characters)"

    def position(self, offset: int) -> Position:
        starts = self._line_starts()
        row = bisect_right(starts, offset) - 1
        return Position(self, starts[row], self.first_line + row, offset - starts[row] + 1)

    def line(self, number: int) -> str:
        """The text of a line, by its number, without its line break."""
        starts = self._line_starts()
        row = number - self.first_line
        end = starts[row + 1] if row + 1 < len(starts) else len(self.text)
        return self.text[starts[row] : end].rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            starts = [0, *(line_break.end() for line_break in LINE_BREAK.finditer(self.text))]
            self._starts = starts
        return self._starts
