"""Where a clause stands: under `not` or not, and in which groups.

Groups are taken by what they mean, as lowering does: under `not`, AND and OR change places, and an AND within an AND is
the same group. So the groups that a clause stands in are OR, AND, OR, … outwards.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from ..syntax import tree

__all__ = ["AND", "OR", "Group", "Member", "Place", "outwards", "places_of"]

AND = "and"
OR = "or"


class Group:
    """Members joined by AND or OR, within the group `outer` that joins otherwise."""

    __slots__ = ("joined", "members", "outer")

    def __init__(self, joined: str, outer: "Group | None") -> None:
        self.joined = joined
        self.outer = outer
        self.members: list[Member] = []


class Place:
    """A clause, or the name of a `let`. `negated` when an odd number of `not`s stands around it.

    `group` is the innermost group that it is a member of, `parent` the node right above it in the tree. `let` is the
    name of the definition that it stands in, None for an audience.
    """

    __slots__ = ("group", "let", "negated", "node", "parent")

    def __init__(self, node: Any, *, negated: bool, group: Group | None, parent: Any, let: str | None) -> None:
        self.node = node
        self.negated = negated
        self.group = group
        self.parent = parent
        self.let = let


Member: TypeAlias = Place | Group


def places_of(expression: tree.Expression, let: str | None = None) -> list[Place]:
    """The clauses and names of an expression, in the order of the text."""
    found: list[Place] = []
    pending: list[tuple[Any, bool, Group | None, Any]] = [(expression, False, None, None)]
    while pending:
        node, negated, group, parent = pending.pop()
        if isinstance(node, tree.Not):
            pending.append((node.operand, not negated, group, node))
        elif isinstance(node, (tree.And, tree.Or)):
            joined = AND if isinstance(node, tree.And) is not negated else OR
            if group is None or group.joined != joined:
                inner = Group(joined, group)
                if group is not None:
                    group.members.append(inner)
                group = inner
            pending.extend((operand, negated, group, node) for operand in reversed(node.operands))
        elif not isinstance(node, tree.Invalid):
            place = Place(node, negated=negated, group=group, parent=parent, let=let)
            if group is not None:
                group.members.append(place)
            found.append(place)
    return found


def outwards(place: Place, most: int) -> Iterator[Group]:
    """The groups that a clause stands in, from the innermost: at most so many, which is the limit of their depth."""
    group = place.group
    while group is not None and most > 0:
        yield group
        group = group.outer
        most -= 1
