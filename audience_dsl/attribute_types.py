"""What type an attribute has, by everything that a filter compares it with."""

from .braze import COMPARISONS, NO_VALUE
from .filters import And, CustomAttribute, Filter, Or

__all__ = ["ALL_TYPES", "attribute_types", "comparison_types"]

ALL_TYPES = frozenset(COMPARISONS)
_TYPES_OF = {
    comparison: frozenset(kind for kind, row in COMPARISONS.items() if comparison in row)
    for row in COMPARISONS.values()
    for comparison in row
}


def comparison_types(leaf: CustomAttribute) -> frozenset[str]:
    """The types of attributes that this comparison works on; for `exists` and its opposite all of them."""
    if leaf.comparison in NO_VALUE:
        return ALL_TYPES
    if leaf.comparison in ("equals", "not_equal"):
        if isinstance(leaf.value, bool):
            return frozenset({"boolean"})
        return frozenset({"string" if isinstance(leaf.value, str) else "number"})
    return _TYPES_OF[leaf.comparison]


def attribute_types(filter: Filter) -> dict[str, frozenset[str]]:
    """The types that each attribute of the filter can have: those that all of its comparisons work on.

    Braze records one type for an attribute and checks filters against it, so that a value of another type is out of
    every one of them. Two comparisons that share no type leave none, which only a filter made by hand can do.
    """
    found: dict[str, frozenset[str]] = {}
    pending = [filter]
    while pending:
        node = pending.pop()
        if isinstance(node, (And, Or)):
            pending.extend(reversed(node.operands))
        elif isinstance(node, CustomAttribute):
            found[node.name] = found.get(node.name, ALL_TYPES) & comparison_types(node)
    return found
