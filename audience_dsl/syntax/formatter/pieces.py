"""Tree → pieces: what stands on one line, and what can be broken into lines. Comments come to them later.

A unit is never broken. A block is one line where it fits, and otherwise a line for each of its parts.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from .. import tree
from .clauses import Words

__all__ = ["AND", "OR", "Block", "Builder", "Piece", "Unit", "first_of", "last_of", "units_of"]

# What is joined by these words has them at the start of the lines; all else has commas at their ends.
AND, OR = "and", "or"


class Unit:
    """Words of one line, from the token `first` to the token `last` of the text, or -1 where they stand in none.

    `lead` are the comments above it, each with whether a blank line stands above that; `trail` is the comment behind
    it. `blank` tells that a blank line stands right above the unit. `tail` are how many of the comments above it stood
    in the definition before. A unit that `closes` has the comments above it further in, like what it closes.
    """

    __slots__ = ("blank", "closes", "first", "last", "lead", "tail", "text", "trail")

    def __init__(self, text: str, first: int = -1, last: int = -1) -> None:
        self.text = text
        self.first = first
        self.last = last
        self.lead: list[tuple[str, bool]] = []
        self.trail: str | None = None
        self.blank = False
        self.tail = 0
        self.closes = False

    @property
    def width(self) -> int:
        return len(self.text)


class Block:
    """An `opening`, `items` and a `close`, either of which may be missing.

    `joined` is `and`, `or`, `,` (items end with a comma, the last one as well), `, ` (all but the last), or nothing.
    `first` and `last` are its outermost units that stand in the text, where it has some.
    """

    __slots__ = ("close", "first", "glue", "items", "joined", "last", "opening", "width")
    width: int

    def __init__(
        self, opening: Unit | None, items: "list[Piece]", close: Unit | None, joined: str, *, glue: str = ""
    ) -> None:
        self.opening = opening
        self.items = items
        self.close = close
        self.joined = joined
        # What stands after the opening and before the close, on one line.
        self.glue = glue
        if close is not None:
            close.closes = True
        parts = self.parts
        self.first: Unit = first_of(parts[0])
        self.last: Unit = last_of(parts[-1])
        ends = [each for each in (opening, close) if each is not None]
        between = len(self.separator) * (len(items) - 1)
        self.width = sum(each.width for each in (*ends, *items)) + between + len(glue) * len(ends)

    @property
    def separator(self) -> str:
        """What stands between two items on one line."""
        return f" {self.joined} " if self.joined in (AND, OR) else ", "

    @property
    def parts(self) -> "list[Piece]":
        """The pieces that comments can stand at: all but parentheses that stand in no text."""
        found: list[Piece] = []
        if self.opening is not None and self.opening.first >= 0:
            found.append(self.opening)
        found += self.items
        if self.close is not None and self.close.first >= 0:
            found.append(self.close)
        return found


Piece: TypeAlias = Unit | Block


def first_of(piece: Piece) -> Unit:
    return piece if isinstance(piece, Unit) else piece.first


def last_of(piece: Piece) -> Unit:
    return piece if isinstance(piece, Unit) else piece.last


def units_of(piece: Piece) -> Iterator[Unit]:
    """The units that stand in the text, in its order."""
    pending = [piece]
    while pending:
        each = pending.pop()
        if isinstance(each, Block):
            pending.extend(reversed(each.parts))
        elif each.first >= 0:
            yield each


class Builder:
    """Makes the pieces of trees. `blocks` are all that were made, inner ones before outer ones."""

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        self._words = Words(tokens)
        self.blocks: list[Block] = []

    def definition(self, node: tree.Definition) -> Piece:
        if isinstance(node, tree.Use):
            return self._use(node)
        if isinstance(node, tree.Param):
            return self._param(node)
        keyword = "let" if isinstance(node, tree.Let) else "audience"
        last = node.name.last + 1 if node.first >= 0 else -1
        opening = Unit(f"{keyword} {node.name.name} =", node.first, last)
        return self._block(opening, [self.expression(node.expression)], None, "", glue=" ")

    def expression(self, root: tree.Expression) -> Piece:
        """A whole expression: the outermost group needs no parentheses."""
        results: list[Piece] = []
        # With how many members a group has that are done.
        pending: list[tuple[tree.Expression, int]] = [(root, 0)]
        while pending:
            outer, size = pending.pop()
            node, nots, innermost = outer, 0, -1
            while isinstance(node, tree.Not):
                nots, innermost, node = nots + 1, node.first, node.operand
            if not isinstance(node, (tree.And, tree.Or)):
                results.append(self._clause(node, outer.first, "not " * nots))
            elif not size:
                members = tree.members(node)
                pending.append((outer, len(members)))
                pending.extend((member, 0) for member in reversed(members))
            else:
                items = results[-size:]
                del results[-size:]
                joined = AND if isinstance(node, tree.And) else OR
                if outer is root and not nots:
                    results.append(self._block(None, items, None, joined))
                else:
                    results.append(self._block(*_parentheses(node, outer, nots, innermost, items), joined))
        return results[0]

    def _clause(self, node: tree.Expression, first: int, prefix: str) -> Piece:
        if isinstance(node, tree.Reference):
            return Unit(prefix + node.name, first, node.last)
        assert not isinstance(node, (tree.And, tree.Or, tree.Not, tree.Invalid))
        words, items = self._words.clause(node)
        if not items:
            return Unit(prefix + words, first, node.last)
        return self._listed(prefix + words, first, items, node.last)

    def _listed(self, words: str, first: int, items: Sequence[tree.Value | tree.Status], last: int) -> Piece:
        start = items[0].first
        opening = Unit(f"{words}[", first, start - 1 if start >= 0 else -1)
        units: list[Piece] = [Unit(self._words.item(each), each.first, each.last) for each in items]
        return self._block(opening, units, Unit("]", last, last), ",")

    def _use(self, node: tree.Use) -> Piece:
        assert isinstance(node.path, tree.Text)
        names: list[Piece] = [Unit(name.name, name.first, name.last) for name in node.names]
        path = node.path.first
        close = Unit(f"from {self._words.value(node.path)}", path - 1 if path >= 0 else -1, path)
        return self._block(Unit("use", node.first, node.first), names, close, ", ", glue=" ")

    def _param(self, node: tree.Param) -> Piece:
        words = f"param ${node.name}"
        if node.type is not None:
            words += f": list of {node.type.name.lower()}" if node.listed else f": {node.type.name.lower()}"
        default = node.default
        if isinstance(default, tree.ListValue):
            if default.items:
                return self._listed(f"{words} = ", node.first, default.items, node.last)
            words += " = []"
        elif default is not None:
            words += f" = {self._words.value(default)}"
        return Unit(words, node.first, node.last)

    def _block(
        self, opening: Unit | None, items: list[Piece], close: Unit | None, joined: str, *, glue: str = ""
    ) -> Block:
        block = Block(opening, items, close, joined, glue=glue)
        self.blocks.append(block)
        return block


def _parentheses(
    node: tree.And | tree.Or, outer: tree.Expression, nots: int, innermost: int, items: list[Piece]
) -> tuple[Unit, list[Piece], Unit]:
    """A group's parentheses, with each `not` before them. The text may have more pairs: the innermost counts."""
    if node.grouped and node.first > 0:
        last, closed = node.first - 1, node.last + 1
        first = outer.first if nots and outer.first >= 0 else last
    else:
        first, last, closed = (outer.first, innermost, -1) if nots else (-1, -1, -1)
    return Unit(f"{'not ' * nots}(", first, last), items, Unit(")", closed, closed)
