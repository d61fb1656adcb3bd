"""A filter without the parts that say nothing of their own: duplicates, and members that another absorbs.

What is left selects the same users whatever a comparison means and under all settings, since only the laws of AND and
OR are used: see `absorption`.
"""

from collections.abc import Hashable, Sequence
from typing import TypeAlias

from .absorption import AND, OR, Removed, absorb, left_out
from .attribute_types import comparison_types
from .clauses import leaf_text
from .compiler.lowered import Origin
from .diagnostics import CODES, NOTE, QUOTED_AT_MOST, Diagnostic, quoted
from .filters import And, CustomAttribute, Filter, Or, leaves_of

__all__ = ["RemovedPart", "notes", "same_leaf", "simplify"]

RemovedPart: TypeAlias = Removed[Filter]


def simplify(filter: Filter) -> tuple[Filter, list[RemovedPart]]:
    """The filter without duplicates and absorbed members, in canonical form, and what was left out.

    The first of several that say the same stays. The order of the others is kept.
    """
    return absorb(filter, _parts, same_leaf, _join, _types)


def _parts(node: Filter) -> tuple[str, Sequence[Filter]] | None:
    if isinstance(node, (And, Or)):
        return (AND if isinstance(node, And) else OR), node.operands
    return None


def _join(node: Filter, operands: list[Filter]) -> Filter:
    return (And if isinstance(node, And) else Or)(tuple(operands))


def _types(leaf: Filter) -> tuple[str, frozenset[str]] | None:
    return (leaf.name, comparison_types(leaf)) if isinstance(leaf, CustomAttribute) else None


def same_leaf(leaf: Filter) -> Hashable:
    """What is equal for two leaves that say the same to Braze. To Python `True` equals `1`, to Braze it does not."""
    assert not isinstance(leaf, (And, Or))
    name = leaf.name if isinstance(leaf, CustomAttribute) else ""
    return type(leaf), name, leaf.comparison, isinstance(leaf.value, bool), leaf.value


def notes(removed: Sequence[RemovedPart]) -> list[Diagnostic]:
    """What was left out, as notes, each at the place of its clause where it has one; in the order of the text."""
    words = _Words()
    return sorted((_note(each, words) for each in removed), key=_place)


def _place(note: Diagnostic) -> tuple[str, int]:
    return ("", 0) if note.source is None or note.span is None else (note.source.name, note.span.start)


class _Words:
    """Parts of a filter as the language writes them, cut where they are long; one may be asked for often."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._leaves: dict[int, frozenset[Hashable]] = {}

    def leaves(self, part: Filter) -> frozenset[Hashable]:
        """What its leaves say."""
        known = self._leaves.get(id(part))
        if known is None:
            known = self._leaves[id(part)] = frozenset(map(same_leaf, leaves_of(part)))
        return known

    def of(self, part: Filter) -> str:
        known = self._known.get(id(part))
        if known is None:
            known = self._known[id(part)] = quoted(self._written(part))
        return known

    def _written(self, part: Filter) -> str:
        text = ""
        pending: list[Filter | str] = [part]
        while pending and len(text) <= QUOTED_AT_MOST:
            each = pending.pop()
            if isinstance(each, str):
                text += each
            elif isinstance(each, (And, Or)):
                inner = each is not part
                pieces: list[Filter | str] = ["("] * inner
                for operand in each.operands[:QUOTED_AT_MOST]:
                    pieces += [operand, " and " if isinstance(each, And) else " or "]
                pending.extend(reversed([*pieces[:-1], *[")"] * inner]))
            else:
                text += leaf_text(each)
        return text


def _note(removed: RemovedPart, words: _Words) -> Diagnostic:
    member, by = words.of(removed.member), words.of(removed.by)
    message = left_out(member, by, removed)
    # What the other one has too may stand elsewhere, in a `let`; what it has not stands where the member does.
    shared = words.leaves(removed.by)
    leaves = sorted(leaves_of(removed.member), key=lambda leaf: same_leaf(leaf) in shared)
    origin = next((leaf.origin for leaf in leaves if isinstance(leaf.origin, Origin)), None)
    if origin is None:
        return Diagnostic(CODES["simplified"], message, severity=NOTE)
    return Diagnostic(CODES["simplified"], message, source=origin.source, span=origin.span, severity=NOTE)
