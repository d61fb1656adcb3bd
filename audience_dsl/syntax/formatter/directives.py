"""`# audience: ignore CODE` speaks of a line. So that it says the same afterwards, what shares such a line still does.

Where the layout cannot bring that about, as for a clause that is written over several lines, the text is refused: an
ignore that comes to speak of another clause would hide what nobody has looked at.
"""

from bisect import bisect_left
from collections.abc import Sequence

from ...source import Span
from ..directives import DIRECTIVE, IGNORE, IGNORE_FILE, Lines
from ..parsed import Parsed
from .pieces import Block, Piece, Unit, units_of

__all__ = ["Directives"]


class Directives:
    """The directives of a text, and the lines that they speak of. Units are known by their number in the text.

    `joined` are the units that stay on the line of the unit before them, `starting` those that begin a line.
    """

    def __init__(self, parsed: Parsed, tokens: Sequence[str], pieces: Sequence[Piece]) -> None:
        self.joined: set[Unit] = set()
        self.starting: set[Unit] = set()
        # Where the layout has put each unit, as the index of a line. It is asked to where there is a directive.
        self.rows: dict[Unit, int] = {}
        self._parsed = parsed
        self._comments = parsed.comments if "#" in parsed.source.text else []
        self.found = _directives(parsed, self._comments)
        self._units: list[Unit] = []
        self._numbers: dict[Unit, int] = {}
        # The unit that begins a line spoken of, for each unit on it; and where such lines end or begin.
        self._runs: dict[Unit, int] = {}
        self._cuts: list[int] = []
        self._spoken: list[list[Unit]] = []
        self._torn: set[int] = set()
        if self.found:
            self._units = [unit for piece in pieces for unit in units_of(piece)]
            self._numbers = {unit: number for number, unit in enumerate(self._units)}
            self._read(tokens)

    def keeps_whole(self, block: Block) -> bool:
        """Whether all of a block stands on one line that is spoken of."""
        first, last = self._runs.get(block.first), self._runs.get(block.last)
        return first is not None and first == last

    def cuts(self, block: Block) -> bool:
        """Whether a line that is spoken of begins or ends within a block."""
        index = bisect_left(self._cuts, self._numbers[block.first] + 1)
        return index < len(self._cuts) and self._cuts[index] <= self._numbers[block.last]

    def misled(self, again: Parsed) -> Span | None:
        """The first directive that speaks of something else in the formatted text."""
        if not self.found:
            return None
        comments = again.comments
        lines, before = Lines(again.source, comments), Lines(self._parsed.source, self._comments)
        held: dict[int, list[Unit]] = {}
        for unit in self._units:
            if not unit.closes:
                held.setdefault(self.rows[unit], []).append(unit)
        for count, (index, word) in enumerate(self.found):
            own = self._comments[index]
            if word == IGNORE_FILE:
                moved = lines.is_above_all(comments[index]) is not before.is_above_all(own)
            else:
                there = held.get(lines.spoken_of(comments[index]) - 1, [])
                moved = count in self._torn or there != self._spoken[count]
            if moved:
                return own
        return None

    def _read(self, tokens: Sequence[str]) -> None:
        source = self._parsed.source
        lines = Lines(source, self._comments)
        spoken_of = [lines.spoken_of(self._comments[index]) if word == IGNORE else 0 for index, word in self.found]
        on_line: dict[int, list[int]] = {line: [] for line in spoken_of}
        torn: set[int] = set()
        before = -1
        for number, unit in enumerate(self._units):
            first = unit.first
            # Parentheses that go: a finding may stand at them, and then stands at what is in them.
            while first - 1 > before and tokens[first - 1] == "(":
                first -= 1
            before = unit.last
            start = source.position(self._parsed.token_span(first).start).line
            end = source.position(self._parsed.token_span(unit.last).start).line
            for line in range(start, end + 1):
                if line in on_line:
                    on_line[line].append(number)
                    if start != end:
                        torn.add(line)
        cuts: set[int] = set()
        for numbers in on_line.values():
            for number in numbers:
                self._runs[self._units[number]] = numbers[0]
            if numbers:
                self.joined.update(self._units[number] for number in numbers[1:])
                cuts |= {numbers[0], numbers[-1] + 1}
        self._cuts = sorted(cuts)
        self.starting = {self._units[number] for number in cuts if number < len(self._units)}
        for count, line in enumerate(spoken_of):
            self._spoken.append([unit for each in on_line[line] if not (unit := self._units[each]).closes])
            if line in torn:
                self._torn.add(count)


def _directives(parsed: Parsed, comments: Sequence[Span]) -> list[tuple[int, str]]:
    """The comments that are directives: their numbers, and what they ask for."""
    found = []
    for index, comment in enumerate(comments):
        match = DIRECTIVE.match(parsed.source.text, comment.start, comment.end)
        if match is not None and (word := match[1].lower()) in (IGNORE, IGNORE_FILE):
            found.append((index, word))
    return found
