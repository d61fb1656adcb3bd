"""Words laid out on lines for a picture: names and values are set in letters of one width, so each word is measured as
what it is."""

from collections.abc import Iterator

from ..report.display import clean, width
from ..report.markup import MONO, SANS, proportional
from .wording import Words

__all__ = ["Run", "laid_out", "measured"]

# What kind of words, and the text. A line is runs, one behind the other.
Run = tuple[str, str]


def measured(kind: str, text: str, size: float) -> float:
    """How wide a text is, as wide as common fonts have it."""
    return width(text) * size * MONO if kind else proportional(text) * size * SANS


def laid_out(words: Words, room: float, size: float, *, lines_at_most: int) -> list[list[Run]]:
    """The words on lines that are no wider than the room; what is beyond the last line is cut, and an `…` says so."""
    lines: list[list[Run]] = [[]]
    used = 0.0
    blank = measured("", " ", size)
    for word in _words(words):
        need = sum(measured(kind, text, size) for kind, text in word)
        if lines[-1] and used + blank + need > room:
            lines.append([])
            used = 0.0
        if lines[-1]:
            _add(lines[-1], ("", " "))
            used += blank
        for kind, text in _broken(word, room, size):
            need = measured(kind, text, size)
            if used + need > room:
                lines.append([])
                used = 0.0
            _add(lines[-1], (kind, text))
            used += need
        if len(lines) > lines_at_most:
            break
    if len(lines) > lines_at_most:
        lines = lines[:lines_at_most]
        _add(lines[-1], ("", "…"))
    return lines


def _words(words: Words) -> Iterator[list[Run]]:
    """The parts between blanks, each of which may have runs of several kinds: a name and the comma behind it."""
    word: list[Run] = []
    for kind, text in words.parts:
        for at, piece in enumerate(clean(text, at_most=2_000).split(" ")):
            if at and word:
                yield word
                word = []
            if piece:
                word.append((kind, piece))
    if word:
        yield word


def _broken(word: list[Run], room: float, size: float) -> Iterator[Run]:
    """What fits on no line, in pieces that do; a whole piece of each kind otherwise."""
    for kind, text in word:
        if measured(kind, text, size) <= room:
            yield kind, text
            continue
        piece = ""
        for character in text:
            if piece and measured(kind, piece + character, size) > room:
                yield kind, piece
                piece = ""
            piece += character
        yield kind, piece


def _add(line: list[Run], run: Run) -> None:
    if line and line[-1][0] == run[0]:
        line[-1] = (run[0], line[-1][1] + run[1])
    else:
        line.append(run)
