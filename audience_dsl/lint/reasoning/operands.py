"""The operands of the groups of a text: where each begins and ends, and what goes with one that is taken out."""

from ...source import Span
from ...syntax import tree
from ...syntax.parsed import Parsed

__all__ = ["Operands"]


class Operands:
    """The operands of the groups of one text, by group and index."""

    __slots__ = ("_parsed",)

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed

    def whole(self, group: tree.And | tree.Or, index: int) -> Span:
        """The place of an operand, with the parentheses around it."""
        node = group.operands[index]
        first, last = node.first, node.last
        while first > 0 and self._token(first - 1) == "(" and self._token(last + 1) == ")":
            first, last = first - 1, last + 1
        return Span(self._parsed.token_span(first).start, self._parsed.token_span(last).end)

    def with_connective(self, group: tree.And | tree.Or, index: int, *, before: bool) -> Span:
        """The place of an operand and of the connective before it, or of the one after it."""
        own = self.whole(group, index)
        if before:
            return Span(self.whole(group, index - 1).end, own.end)
        return Span(own.start, self.whole(group, index + 1).start)

    def _token(self, index: int) -> str:
        span = self._parsed.token_span(index)
        return self._parsed.source.text[span.start : span.end]
