"""The hub: exactly what a connected audience can say, and nothing more.

A filter is an `And`, an `Or`, or one of four kinds of leaf. Values are plain: text, numbers, Booleans, a tuple
of texts, or None where the comparison takes no value; datetimes are ISO 8601 text as Braze gets it. A leaf's
`origin` points back to where it came from, is opaque here, and does not count for equality.
"""

from collections.abc import Sequence
from typing import TypeAlias

from .node import Node

__all__ = [
    "And",
    "CustomAttribute",
    "EmailSubscription",
    "Filter",
    "LastUsedApp",
    "Leaf",
    "Or",
    "PushSubscription",
    "Value",
    "group",
    "leaves_of",
]

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None


class CustomAttribute(Node):
    """`custom_attribute`: a comparison of one custom attribute."""

    __slots__ = ("comparison", "name", "origin", "value")
    _fields = ("name", "comparison", "value")

    def __init__(self, name: str, comparison: str, value: Value = None, origin: object = None) -> None:
        self.name = name
        self.comparison = comparison
        self.value = value
        self.origin = origin


class _Status(Node):
    __slots__ = ("comparison", "origin", "value")
    _fields = ("comparison", "value")

    def __init__(self, comparison: str, value: str, origin: object = None) -> None:
        self.comparison = comparison
        self.value = value
        self.origin = origin


class PushSubscription(_Status):
    """`push_subscription_status`: `is` or `is_not` one of the three states."""

    __slots__ = ()


class EmailSubscription(_Status):
    """`email_subscription_status`: `is` or `is_not` one of the three states."""

    __slots__ = ()


class LastUsedApp(_Status):
    """`last_used_app`: `after` or `before` an ISO 8601 datetime."""

    __slots__ = ()


class _Group(Node):
    __slots__ = ("operands",)
    _fields = ("operands",)

    def __init__(self, operands: tuple["Filter", ...]) -> None:
        self.operands = operands


class And(_Group):
    """Users whom every operand selects. Has two operands or more."""

    __slots__ = ()


class Or(_Group):
    """Users whom at least one operand selects. Has two operands or more."""

    __slots__ = ()


Leaf: TypeAlias = CustomAttribute | PushSubscription | EmailSubscription | LastUsedApp
Filter: TypeAlias = And | Or | Leaf


def group(joined: type[And] | type[Or], members: Sequence[Filter]) -> Filter:
    """Members joined by AND or OR in canonical form: groups of the same kind opened up, a group of one unwrapped."""
    operands: list[Filter] = []
    for member in members:
        if isinstance(member, joined):
            operands.extend(member.operands)
        else:
            operands.append(member)
    return operands[0] if len(operands) == 1 else joined(tuple(operands))


def leaves_of(filter: Filter) -> list[Leaf]:
    """The leaves, in the order of the filter."""
    found: list[Leaf] = []
    pending = [filter]
    while pending:
        node = pending.pop()
        if isinstance(node, (And, Or)):
            pending.extend(reversed(node.operands))
        else:
            found.append(node)
    return found
