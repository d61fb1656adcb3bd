"""Pieces → lines: what fits on one line, and where the others break."""

from .directives import Directives
from .pieces import AND, OR, Block, Piece, Unit, first_of, units_of

__all__ = ["WIDTH", "Layout", "flat"]

# Two texts beside each other fit on a screen, and a clause that reads aloud is shorter.
WIDTH = 88
_INDENT = 2
# What is nested deeper stands as far to the right as this: nobody writes it, and lines would grow without end.
_LEVELS = 32


class Layout:
    """Writes pieces, one below the other, as `lines`.

    `pinned` are the blocks that cannot be one line, since comments stand inside; `whole` those that must be one.
    `directives` say of single units that they share a line.
    """

    def __init__(self, pinned: set[Block], whole: set[Block], directives: Directives | None) -> None:
        self.lines: list[str] = []
        self._directives = directives if directives is not None and directives.found else None
        self._pinned = pinned
        self._whole = whole
        # Whether the last line can have no more: it ends with a comment, or is one.
        self._ended = True
        # Whether the next piece stands on it.
        self._goes_on = False
        # Whether a line opens something, or the text: no blank line follows.
        self._opened = True

    def fits(self, piece: Piece, level: int = 0, prefix: str = "") -> bool:
        """Whether it is one line."""
        if isinstance(piece, Unit) or piece in self._whole:
            return True
        # What goes on in a line that is begun has less room.
        before = len(self.lines[-1]) + 1 if self._goes_on else _indent(level)
        return piece not in self._pinned and before + len(prefix) + piece.width <= WIDTH

    def write(self, piece: Piece) -> None:
        pending: list[tuple[Piece, int, str, str]] = [(piece, 0, "", "")]
        while pending:
            each, level, prefix, suffix = pending.pop()
            if isinstance(each, Unit):
                self._before(each, level + each.closes)
                self._line(level, f"{prefix}{each.text}{suffix}", each.trail, each)
            elif self.fits(each, level, prefix):
                self._before(each.first, level)
                self._line(level, prefix + flat(each), each.last.trail, each)
            else:
                pending.extend(reversed(self._broken(each, level, prefix)))

    def comments(self, comments: list[tuple[str, bool]]) -> None:
        """Comments that stand alone, at the end of the text."""
        end = Unit("")
        end.lead = comments
        self._before(end, 0)

    def _broken(self, block: Block, level: int, prefix: str) -> list[tuple[Piece, int, str, str]]:
        """Write the opening of a block, and say what is to be written below it."""
        opening, inner = block.opening, level
        if opening is not None:
            self._before(block.first, level)
            body = block.items[0]
            if not block.joined and isinstance(body, Block) and body.opening is not None and self._is_free(block):
                # What brings its own brackets opens them on the same line.
                body.first.blank = False
                self._line(level, prefix + opening.text, None, opening)
                self._goes_on = True
                return [(body, level, "", "")]
            if not block.joined and isinstance(body, Block) and body not in self._whole:
                # Below the head of a definition, each clause has its line.
                self._pinned.add(body)
            self._line(level, prefix + opening.text, opening.trail, opening, block.first)
            self._opened = True
            inner, prefix = level + 1, ""
        found: list[tuple[Piece, int, str, str]] = []
        count = len(block.items)
        for index, item in enumerate(block.items):
            comma = block.joined == "," or (block.joined == ", " and index < count - 1)
            if block.joined in (AND, OR) and index:
                prefix = f"{block.joined} "
            found.append((item, inner, prefix, "," if comma else ""))
        if block.close is not None:
            block.close.blank = False
            found.append((block.close, level, "", ""))
        return found

    def _before(self, unit: Unit, level: int) -> None:
        """Comments and blank lines above a unit; once, since it may be the first of several blocks."""
        for comment, blank in unit.lead:
            self._gap(blank)
            self._line(level, comment)
        self._gap(unit.blank)
        unit.lead, unit.blank = [], False

    def _gap(self, blank: bool) -> None:
        if blank and not self._opened:
            self.lines.append("")

    def _line(
        self, level: int, text: str, comment: str | None = None, piece: Piece | None = None, first: Unit | None = None
    ) -> None:
        """Write a line, or go on with the last one. `piece` is what it has, `first` the first unit of that."""
        tail = "" if comment is None else f"  {comment}"
        goes_on, self._goes_on = self._goes_on, False
        if self._directives is not None and piece is not None and not self._ended:
            goes_on = goes_on or (first or first_of(piece)) in self._directives.joined
        if goes_on:
            closes = isinstance(piece, Unit) and piece.closes
            line = self.lines[-1].removesuffix(",") if text == "]" else self.lines[-1]
            glue = "" if closes or line.endswith(("(", "[")) else " "
            self.lines[-1] = f"{line}{glue}{text}{tail}"
        else:
            self.lines.append(f"{' ' * _indent(level)}{text}{tail}")
        if self._directives is not None and piece is not None:
            self._directives.rows.update(dict.fromkeys(units_of(piece), len(self.lines) - 1))
        self._ended = comment is not None or piece is None
        self._opened = False

    def _is_free(self, block: Block) -> bool:
        """Whether nothing stands between a definition's head and its body, nor parts them."""
        assert block.opening is not None
        first = first_of(block.items[0])
        parted = self._directives is not None and first in self._directives.starting
        return block.opening.trail is None and not first.lead and not parted


def _indent(level: int) -> int:
    return _INDENT * min(level, _LEVELS)


def flat(piece: Piece) -> str:
    """A piece on one line."""
    texts: list[str] = []
    pending: list[Piece | str] = [piece]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, Unit):
            texts.append(each.text)
        else:
            parts: list[Piece | str] = [] if each.opening is None else [each.opening, each.glue]
            for index, item in enumerate(each.items):
                parts += [each.separator, item] if index else [item]
            if each.close is not None:
                parts += [each.glue, each.close]
            pending.extend(reversed(parts))
    return "".join(texts)
