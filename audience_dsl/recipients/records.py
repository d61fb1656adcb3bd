"""Lines put together to records: one line each in JSONL; in CSV, as many as a quoted cell goes over.

Where a record of CSV goes wrong, its lines are set aside together and the next line begins another record. No line of
it is read again by itself: what looks like a recipient there may be the text of a cell.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from .cells import Cells
from .lines import RECORD_AT_MOST, Line

__all__ = ["RECORD_LINES_AT_MOST", "Record", "csv_records", "json_records"]

# The most lines that one record of CSV goes over: so many are lost, at most, to a quote that is never closed.
RECORD_LINES_AT_MOST: Final = 1_000

_TOO_LONG_WAY: Final = "one recipient is not so long: look at what wrote the file"
_QUOTE_WAY: Final = f"close the quote, or double it; a record goes over {RECORD_LINES_AT_MOST:,} lines at most"


class Record:
    """A record by its first line, from 1, and its bytes in the file.

    `fault` and `help` say why it cannot be read, and `at` from where on in its first line, in bytes.
    """

    __slots__ = ("at", "fault", "help", "length", "line", "offset", "raw")

    def __init__(
        self,
        line: int,
        offset: int,
        length: int,
        raw: bytes,
        fault: str | None = None,
        help: str | None = None,
        at: int = 0,
    ) -> None:
        self.line = line
        self.offset = offset
        self.length = length
        self.raw = raw
        self.fault = fault
        self.help = help
        self.at = at


def json_records(lines: Iterable[Line]) -> Iterator[Record]:
    """The lines that are not blank."""
    for number, (offset, length, raw) in enumerate(lines, 1):
        if length > len(raw):
            yield Record(number, offset, length, raw, _too_long(length), _TOO_LONG_WAY)
        elif not raw.isspace():
            yield Record(number, offset, length, raw)


def csv_records(lines: Iterable[Line], cells: Cells) -> Iterator[Record]:
    """The records that are not blank, as they stand in the file."""
    gathered: _Gathered | None = None
    for number, (offset, length, raw) in enumerate(lines, 1):
        if gathered is None:
            if length > len(raw):
                yield Record(number, offset, length, raw, _too_long(length), _TOO_LONG_WAY)
                continue
            if b'"' not in raw:
                if not raw.isspace():
                    yield Record(number, offset, length, raw)
                continue
            gathered = _Gathered(number, offset, cells)
        record = gathered.take(length, raw)
        if record is not None:
            yield record
            gathered = None
    if gathered is not None:
        yield gathered.broken("a quote is opened here and never closed")


class _Gathered:
    """The lines of a record with a quote in it, until it ends."""

    __slots__ = ("at", "cells", "length", "line", "offset", "pieces")

    def __init__(self, line: int, offset: int, cells: Cells) -> None:
        self.cells = cells
        self.line = line
        self.offset = offset
        self.length = 0
        # Where the cell begins that is open at the end of the first line, or is wrong in it.
        self.at = 0
        self.pieces: list[bytes] = []

    def take(self, length: int, raw: bytes) -> Record | None:
        """The record, where it ends with this line."""
        # A quoted cell that goes on is as one that begins.
        line = b'"' + raw if self.pieces else raw
        self.pieces.append(raw)
        self.length += length
        if self.length > RECORD_AT_MOST:
            self.pieces.clear()
            return Record(self.line, self.offset, self.length, b"", _too_long(self.length), _QUOTE_WAY)
        if len(self.pieces) == 1 or b'"' in raw:
            at, ends = self.cells.ending(line)
            if ends:
                return Record(self.line, self.offset, self.length, b"".join(self.pieces))
            if len(self.pieces) == 1:
                self.at = at
            if ends is None:
                return self._broken_at(line, at)
        if len(self.pieces) >= RECORD_LINES_AT_MOST:
            return self.broken(f"a quote is opened here and not closed within {RECORD_LINES_AT_MOST:,} lines")
        return None

    def _broken_at(self, line: bytes, at: int) -> Record:
        last = self.line + len(self.pieces) - 1
        within = f"the quote that is opened here is closed within a cell of line {last}"
        return self.broken(_fault_at(line, at) if last == self.line else within)

    def broken(self, message: str) -> Record:
        count = len(self.pieces)
        if count > 1:
            message += f", so lines {self.line} to {self.line + count - 1} are set aside"
        way = _QUOTE_WAY if count > 1 else self.cells.way
        return Record(self.line, self.offset, self.length, b"".join(self.pieces), message, way, self.at)


def _fault_at(line: bytes, at: int) -> str:
    """What is wrong with the cell that begins here."""
    if line[at : at + 1] == b'"':
        return "a cell goes on after its closing quote"
    return "a quote stands in a cell that has none around it" if b'"' in line[at:] else "a cell has a line end in it"


def _too_long(length: int) -> str:
    return f"the record is {length:,} bytes long, and {RECORD_AT_MOST:,} are read"
