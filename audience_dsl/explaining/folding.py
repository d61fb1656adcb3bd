"""A filter worked out from its leaves upwards, without recursion."""

from collections.abc import Callable
from typing import TypeVar

from ..filters import And, Filter, Leaf, Or

__all__ = ["both", "either", "folded"]

T = TypeVar("T")


def folded(filter: Filter, of_leaf: Callable[[Leaf], T], of_group: Callable[[type[And] | type[Or], list[T]], T]) -> T:
    """What `of_leaf` makes of the leaves, put together by `of_group` for each group."""
    results: list[T] = []
    pending: list[tuple[Filter, bool]] = [(filter, False)]
    while pending:
        node, ready = pending.pop()
        if not isinstance(node, (And, Or)):
            results.append(of_leaf(node))
        elif ready:
            size = len(node.operands)
            members = results[-size:]
            del results[-size:]
            results.append(of_group(type(node), members))
        else:
            pending.append((node, True))
            pending.extend((operand, False) for operand in reversed(node.operands))
    return results[0]


def both(members: list[bool | None]) -> bool | None:
    """AND of what is true, false, or not known."""
    return False if False in members else None if None in members else True


def either(members: list[bool | None]) -> bool | None:
    """OR of what is true, false, or not known."""
    return True if True in members else None if None in members else False
