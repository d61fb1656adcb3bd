"""When two clauses say the same: keys that are equal then."""

from collections.abc import Hashable

from ...filters import And, Filter, Or
from ...node import Node
from ...simplify import same_leaf
from ...syntax import tree

__all__ = ["clause_key", "filter_key"]


def clause_key(node: object) -> Hashable:
    """Equal for clauses, and names, that differ in no more than spelling: backticks, and letter case of keywords.

    A clause with an error of its own is like no other.
    """
    if isinstance(node, tree.Invalid):
        return "invalid", id(node)
    if isinstance(node, tree.Attribute):
        return "attribute", node.name
    if isinstance(node, tree.Reference):
        return "reference", node.name
    if isinstance(node, tree.Word):
        # Of a clause: a unit of time, or a state.
        return "word", node.name.lower()
    if isinstance(node, list):
        return tuple(map(clause_key, node))
    if isinstance(node, Node):
        return type(node).__name__, *(clause_key(getattr(node, field)) for field in node._fields)
    return node


def filter_key(filter: Filter) -> Hashable:
    """Equal for filters of clauses that say the same, whatever the order in their groups, which nest three deep."""
    if isinstance(filter, (And, Or)):
        return type(filter).__name__, frozenset(map(filter_key, filter.operands))
    return same_leaf(filter)
