"""CSV as people write it by hand: its rows, and where each of them starts."""

import csv
import io
from collections.abc import Callable, Iterator

from .source import LINE_BREAK, Source, Span

__all__ = ["read_rows"]


def read_rows(source: Source, fault: Callable[[str, Span], None]) -> Iterator[tuple[list[str], Span]]:
    """The rows that are not blank, each with the line that it starts on. `fault` is told where it cannot go on."""
    lines = list(_lines_of(source.text))
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    start = 0
    while True:
        place = lines[min(start, len(lines) - 1)]
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault(f"this is no CSV: {error}", place)
            return
        start = reader.line_num
        if any(cell.strip() for cell in cells):
            yield cells, place


def _lines_of(text: str) -> Iterator[Span]:
    """Every line, the last one too where nothing stands on it."""
    start = 0
    for line_break in LINE_BREAK.finditer(text):
        yield Span(start, line_break.start())
        start = line_break.end()
    yield Span(start, len(text))
