"""The cells of a line of CSV, by what stands between them: a comma, a semicolon or a tab, as the header has it.

Excel writes semicolons where the comma is the sign of decimals, in German for example, and tabs as "text".
"""

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["Cells", "separator_of", "without_end"]

# The first that the header has decides.
_IN_WORDS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_QUOTED: Final = re.compile(rb'"(?:[^"]++|"")*+(?:"|\Z)')


def separator_of(line: bytes) -> str:
    """What separates the cells of a file that begins with this line; quoted cells say nothing of it."""
    bare = _QUOTED.sub(b"", line)
    return next((each for each in _IN_WORDS if each.encode() in bare), ",")


def without_end(text: str) -> str:
    """The text of a record without its line end."""
    return text.removesuffix("\n").removesuffix("\r")


class Cells:
    """How a record is cut into cells, with `way` for whoever wrote one that cannot be."""

    __slots__ = ("_cell", "_last", "_open", "_whole", "separator", "way")

    def __init__(self, separator: str) -> None:
        self.separator = separator
        self.way = (
            f"a cell with {_IN_WORDS[separator]}, a quote or a line break in it stands in quotes, "
            '"…", and a quote in it is doubled'
        )
        sign = separator.encode()
        # Cells with the separator behind them, as many as there are.
        self._whole = re.compile(rb'(?:(?:"(?:[^"]++|"")*+"|[^"%b\r\n]*+)%b)*+' % (sign, sign))
        self._last = re.compile(rb'(?:"(?:[^"]++|"")*+"|[^"%b\r\n]*+)(?:\r\n?|\n)?\Z' % sign)
        self._open = re.compile(rb'"(?:[^"]++|"")*+\Z')
        self._cell = re.compile(rf'(?:"((?:[^"]++|"")*+)"|([^"{separator}]*+))({separator}|\Z)')

    def ending(self, line: bytes) -> tuple[int, bool | None]:
        """Where the last cell of a line begins, or the first that is wrong, and how it ends.

        True where the line ends the record, False where a quote is open at its end, None where the cell is wrong.
        """
        found = self._whole.match(line)
        at = 0 if found is None else found.end()
        if self._last.match(line, at):
            return at, True
        return at, False if self._open.match(line, at) else None

    def of(self, text: str) -> list[str] | None:
        """The cells of a record without a fault; None where a CR stands outside of quotes."""
        if '"' not in text:
            return None if "\r" in text else text.split(self.separator)
        return [_text_of(found) for found in self._found(text)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the cells of such a record stand, quotes included."""
        return [(found.start(), found.start(3)) for found in self._found(text)]

    def _found(self, text: str) -> Iterator[re.Match[str]]:
        found: re.Match[str] | None = None
        while found is None or found[3]:
            found = self._cell.match(text, 0 if found is None else found.end())
            assert found is not None, "the record has no fault"
            yield found


def _text_of(cell: re.Match[str]) -> str:
    quoted, plain, _ = cell.groups()
    return plain if quoted is None else quoted.replace('""', '"')
