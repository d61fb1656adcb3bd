"""Pieces → lines: what fits on one line, and where the others break."""

from .pieces import AND, OR, Block, Piece, Unit

__all__ = ["WIDTH", "Layout", "flat"]

# Two texts beside each other fit on a screen, and a clause that reads aloud is shorter.
WIDTH = 88
_INDENT = 2
# What is nested deeper stands as far to the right as this: nobody writes it, and lines would grow without end.
_LEVELS = 32


class Layout:
    """Writes pieces, one below the other, as `lines`.

    `pinned` are the blocks that cannot be one line, since comments stand inside; `whole` those that must be one.
    """

    def __init__(self, pinned: set[Block], whole: set[Block]) -> None:
        self.lines: list[str] = []
        self._pinned = pinned
        self._whole = whole
        # Whether a line opens something, or the text: no blank line follows.
        self._opened = True

    def fits(self, piece: Piece, level: int = 0, prefix: str = "") -> bool:
        """Whether it is one line."""
        if isinstance(piece, Unit) or piece in self._whole:
            return True
        return piece not in self._pinned and _indent(level) + len(prefix) + piece.width <= WIDTH

    def write(self, piece: Piece) -> None:
        pending: list[tuple[Piece, int, str, str]] = [(piece, 0, "", "")]
        while pending:
            each, level, prefix, suffix = pending.pop()
            if isinstance(each, Unit):
                self._before(each, level + each.closes)
                self._line(level, f"{prefix}{each.text}{suffix}", each.trail)
            elif self.fits(each, level, prefix):
                self._before(each.first, level)
                self._line(level, prefix + flat(each), each.last.trail)
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
            if not block.joined and isinstance(body, Block) and body.opening is not None and _is_free(block):
                # What brings its own brackets opens them on the same line.
                body.first.blank = False
                return [(body, level, f"{prefix}{opening.text} ", "")]
            if not block.joined and isinstance(body, Block) and body not in self._whole:
                # Below the head of a definition, each clause has its line.
                self._pinned.add(body)
            self._line(level, prefix + opening.text, opening.trail)
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
            self._line(level, comment, None)
        self._gap(unit.blank)
        unit.lead, unit.blank = [], False

    def _gap(self, blank: bool) -> None:
        if blank and not self._opened:
            self.lines.append("")

    def _line(self, level: int, text: str, comment: str | None) -> None:
        tail = "" if comment is None else f"  {comment}"
        self.lines.append(f"{' ' * _indent(level)}{text}{tail}")
        self._opened = False


def _indent(level: int) -> int:
    return _INDENT * min(level, _LEVELS)


def _is_free(block: Block) -> bool:
    """Whether no comment stands between a definition's head and its body."""
    assert block.opening is not None
    first = block.items[0]
    return block.opening.trail is None and not (isinstance(first, Block) and first.first.lead)


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
