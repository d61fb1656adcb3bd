"""A tree without the parts that say nothing of their own: double negation, duplicates, and what another member absorbs.

The laws of AND and OR are those of `absorption`. Each definition is taken by itself, so a name stays a name.
"""

from collections.abc import Sequence

from ..absorption import AND, NOT, OR, Removed, absorb, left_out
from ..braze import COMPARISONS
from ..diagnostics import CODES, NOTE, Diagnostic, quoted
from ..source import Span
from . import tree
from .formatter.layout import flat
from .formatter.pieces import Builder
from .parsed import Parsed

__all__ = ["simplified"]

_ALL_TYPES = frozenset(COMPARISONS)
_NUMBER, _STRING, _TIME = frozenset({"number"}), frozenset({"string"}), frozenset({"time"})
# What is left out may leave a double negation behind, and the other way round; rarely more than once.
_ROUNDS = 8


def simplified(
    root: tree.Expression | tree.Module, parsed: Parsed
) -> tuple[tree.Expression | tree.Module, list[Diagnostic]]:
    """The tree without them, and notes on what was left out, in the order of the text."""
    work = _Work(parsed)
    if isinstance(root, tree.Module):
        definitions = [_with_expression(each, work) for each in root.definitions]
        root = tree.Module(root.first, root.last, definitions)
    else:
        root = work.simplify(root)
    return root, sorted(work.notes, key=lambda note: note.span.start if note.span else 0)


def _with_expression(node: tree.Definition, work: "_Work") -> tree.Definition:
    if isinstance(node, tree.Let):
        return tree.Let(node.first, node.last, node.name, work.simplify(node.expression))
    if isinstance(node, tree.Audience):
        return tree.Audience(node.first, node.last, node.name, work.simplify(node.expression))
    return node


class _Work:
    def __init__(self, parsed: Parsed) -> None:
        self.notes: list[Diagnostic] = []
        self._parsed = parsed
        self._words: dict[int, str] = {}

    def simplify(self, expression: tree.Expression) -> tree.Expression:
        for _ in range(_ROUNDS):
            before = expression
            expression, removed = absorb(self._without_double_nots(expression), _parts, _written, _join, _types)
            self.notes += [self._note(each) for each in removed]
            if expression is before:
                break
        return expression

    def _without_double_nots(self, root: tree.Expression) -> tree.Expression:
        results: list[tree.Expression] = []
        pending: list[tuple[tree.Expression, bool]] = [(root, False)]
        while pending:
            outer, ready = pending.pop()
            nots: list[tree.Not] = []
            node = outer
            while isinstance(node, tree.Not):
                nots.append(node)
                node = node.operand
            if isinstance(node, (tree.And, tree.Or)):
                if not ready:
                    pending.append((outer, True))
                    pending.extend((operand, False) for operand in reversed(node.operands))
                    continue
                operands = results[-len(node.operands) :]
                del results[-len(node.operands) :]
                same = all(one is other for one, other in zip(operands, node.operands, strict=True))
                inner = node if same else _join(node, operands)
            else:
                inner = node
            if len(nots) > 1:
                self._tell_nots(nots)
            if len(nots) % 2 == 0:
                results.append(inner)
            elif len(nots) == 1 and inner is node:
                results.append(outer)
            else:
                results.append(tree.Not(outer.first, outer.last, inner))
        return results[0]

    def _tell_nots(self, nots: Sequence[tree.Not]) -> None:
        source, first, last = self._parsed.source, nots[0].first, nots[-1].first
        span = Span(self._parsed.token_span(first).start, self._parsed.token_span(last).end)
        message = f"{len(nots) // 2 * 2:,} `not` were left out: two of them say nothing"
        self.notes.append(Diagnostic(CODES["simplified"], message, source=source, span=span, severity=NOTE))

    def _note(self, removed: Removed[tree.Expression]) -> Diagnostic:
        message = left_out(self._quoted(removed.member), self._quoted(removed.by), removed)
        span = self._parsed.span(removed.member)
        return Diagnostic(CODES["simplified"], message, source=self._parsed.source, span=span, severity=NOTE)

    def _quoted(self, node: tree.Expression) -> str:
        """A member in words. One may be asked for often."""
        known = self._words.get(id(node))
        if known is None:
            known = self._words[id(node)] = quoted(_written(node))
        return known


def _written(node: tree.Expression) -> str:
    """The canonical text, which is the same for clauses that say the same."""
    return flat(Builder().expression(node))


def _parts(node: tree.Expression) -> tuple[str, Sequence[tree.Expression]] | None:
    if isinstance(node, (tree.And, tree.Or)):
        return (AND if isinstance(node, tree.And) else OR), node.operands
    return (NOT, [node.operand]) if isinstance(node, tree.Not) else None


def _join(node: tree.Expression, operands: list[tree.Expression]) -> tree.Expression:
    if isinstance(node, tree.Not):
        return tree.Not(node.first, node.last, operands[0])
    assert isinstance(node, (tree.And, tree.Or))
    made = type(node)(node.first, node.last, operands)
    made.grouped = node.grouped
    return made


def _types(node: tree.Expression) -> tuple[str, frozenset[str]] | None:
    """The types that an attribute can have by a clause: none where a parameter may tell more, so that it stays."""
    if isinstance(node, (tree.And, tree.Or, tree.Not, tree.Reference, tree.Invalid, tree.ChannelStatus)):
        return None
    if isinstance(node.subject, tree.LastUsedApp):
        return None
    return node.subject.name, frozenset() if any(tree.parameters(node)) else _types_of(node)


def _types_of(node: tree.Clause) -> frozenset[str]:
    if isinstance(node, tree.Compare):
        if node.operator not in ("==", "!="):
            return _NUMBER
        return frozenset({"boolean"}) if isinstance(node.value, tree.Boolean) else _types_of_items([node.value])
    if isinstance(node, tree.In) and isinstance(node.values, tree.ListValue):
        found = _types_of_items(node.values.items)
        return found | {"array"} if found == _STRING else found
    if isinstance(node, (tree.Matches, tree.Contains)):
        return _STRING
    if isinstance(node, tree.Includes):
        return frozenset({"array"})
    if isinstance(node, tree.Between) and node.unit is None:
        return _NUMBER
    return _TIME if isinstance(node, (tree.At, tree.Ago, tree.Within, tree.Between)) else _ALL_TYPES


def _types_of_items(items: Sequence[tree.Value]) -> frozenset[str]:
    return _NUMBER if any(isinstance(item, tree.Number) for item in items) else _STRING
