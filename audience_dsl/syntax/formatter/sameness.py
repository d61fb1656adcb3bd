"""Whether two trees say the same, whatever the spelling: what the formatter must keep.

It is equality, but for what the canonical text decides: parentheses around a group within its own kind,
backticks around a name that needs none, a regex in quotes that can stand between slashes, `day` and `days`, and letter
case where it means nothing.
"""

from typing import Any

from ...node import Node
from .. import tree
from .clauses import unit_word
from .spelling import is_bare

__all__ = ["says_the_same"]


def says_the_same(left: object, right: object) -> bool:
    """Whether two trees of a text, or two nodes of them, say the same."""
    pairs: list[tuple[object, object]] = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, tree.Regex):
            one = tree.Text(-1, -1, one.value)
        if isinstance(other, tree.Regex):
            other = tree.Text(-1, -1, other.value)
        if type(one) is not type(other):
            return False
        if isinstance(one, Node):
            pairs.extend(zip(_said(one), _said(other), strict=True))
        elif isinstance(one, list):
            assert isinstance(other, list)
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif one != other:
            return False
    return True


def _said(node: Any) -> tuple[object, ...]:
    if isinstance(node, tree.Attribute):
        return node.name, node.bare or is_bare(node.name)
    if isinstance(node, (tree.And, tree.Or)):
        return (tree.members(node),)
    if isinstance(node, tree.Status):
        return (node.name.lower(),)
    if isinstance(node, (tree.Ago, tree.Within, tree.Between)) and node.unit is not None:
        return tuple(unit_word(node.unit) if name == "unit" else getattr(node, name) for name in node._fields)
    if isinstance(node, tree.Param) and node.type is not None:
        return node.name, node.type.name.lower(), node.listed, node.default
    return tuple(getattr(node, name) for name in node._fields)
