"""Users without a value: which clauses select them, and which attributes surely have one where a clause stands."""

from collections.abc import Iterator
from typing import Any

from ..braze import missing_key
from ..clauses import SIGNS
from ..compiler.resolver import Program
from ..settings import Settings
from ..syntax import tree
from .places import AND, Group, Member, Place, outwards, places_of

__all__ = ["Presence", "comparisons_of", "is_regex_negative"]

_COMPARISON_OF = {sign: comparison for comparison, sign in SIGNS.items()}
# The most attributes that are remembered of one `let`: a chain of `let`s may add one with each.
_REMEMBERED_AT_MOST = 100


def comparisons_of(node: Any) -> list[tuple[str, object]]:
    """The comparisons that a clause becomes, joined by AND or by OR, each with a value of the kind that it compares.

    Empty for what has no custom attribute, and where a parameter hides what is compared.
    """
    if not isinstance(getattr(node, "subject", None), tree.Attribute):
        return []
    if isinstance(node, tree.Compare):
        known = _known(node.value)
        if known is None and node.operator not in ("==", "!=") and isinstance(node.value, tree.Parameter):
            known = 1
        return [] if known is None else [(_COMPARISON_OF[node.operator], known)]
    if isinstance(node, tree.In):
        items = node.values.items if isinstance(node.values, tree.ListValue) else []
        numbers = [item.value for item in items if isinstance(item, tree.Number)]
        if numbers:
            return [("equals", number) for number in numbers]
        return [("is_none_of" if node.negated else "is_any_of", "")]
    if isinstance(node, (tree.Matches, tree.Contains)):
        return [("does_not_match_regex" if node.negated else "matches_regex", "")]
    if isinstance(node, tree.Includes):
        excludes = node.negated or node.quantifier == "none"
        return [("does_not_include_value" if excludes else "includes_value", "")]
    if isinstance(node, tree.Exists):
        return [("does_not_exist" if node.negated else "exists", None)]
    if isinstance(node, tree.At):
        return [(node.side, "")]
    return _spans_of(node)


def _spans_of(node: Any) -> list[tuple[str, object]]:
    if isinstance(node, tree.Between) and node.unit is None:
        low, high = (1 if _known(end) is None else _known(end) for end in (node.low, node.high))
        return [("greater_than_or_equal_to", low), ("less_than_or_equal_to", high)]
    side = "in_the_future" if node.future else "ago"
    if isinstance(node, tree.Between):
        return [(f"greater_than_x_days_{side}", 1), (f"less_than_x_days_{side}", 1)]
    size = "less" if isinstance(node, tree.Within) or node.size == "less" else "greater"
    return [(f"{size}_than_x_days_{side}", 1)]


def _known(value: tree.Value) -> object:
    return value.value if isinstance(value, (tree.Text, tree.Number, tree.Boolean)) else None


def is_regex_negative(node: Any) -> bool:
    """Whether the clause is a `does not match`, or what becomes one."""
    return isinstance(node, (tree.Matches, tree.Contains)) and node.negated


class Presence:
    """What is known of users without a value, under the settings of a workspace."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self.settings = settings
        # By the identity of the `let`, and whether it stands under `not`.
        self._of_let: dict[tuple[int, bool], frozenset[str]] = {}
        self._of_group: dict[Group, frozenset[str]] = {}
        self._spelled: dict[Group, frozenset[str]] = {}
        self._guards: dict[Group | None, frozenset[str]] = {}
        for unit in program.units:
            scope = {name: id(let) for name, (_, let) in unit.scope.items()}
            # A name stands for a `let` above it, so those are judged when they are needed.
            for let in unit.lets:
                for negated in (False, True):
                    root = let.expression if not negated else tree.Not(let.first, let.last, let.expression)
                    names = self._of_expression(root, scope)
                    self._of_let[id(let), negated] = frozenset(sorted(names)[:_REMEMBERED_AT_MOST])
        self._scope = {name: id(let) for name, (_, let) in program.main.scope.items()}

    def selects_missing(self, node: Any, *, negated: bool = False) -> bool | None:
        """Whether a clause selects users who have no value of its attribute; None where that cannot be said."""
        rows = [missing_key(comparison, value) for comparison, value in comparisons_of(node)]
        if not rows:
            return None
        if isinstance(node, tree.In) and node.negated and rows[0].startswith("equals"):
            negated = not negated
        selects = [self.settings.selects_missing(row) for row in rows]
        if isinstance(node, tree.In):
            # Of numbers, `in` is an OR, and `not in` its exact opposite, whatever the rows of `!=` say.
            return any(selects) is not negated
        return all(selects) is not negated

    def is_known(self, node: Any) -> bool:
        """Whether some source, or the workspace, says what becomes of users without a value."""
        # A list of numbers is written out so that it is exact, whatever nobody knows.
        return isinstance(node, tree.In) or all(
            not self.settings.is_unknown(missing_key(comparison, value)) for comparison, value in comparisons_of(node)
        )

    def is_guarded(self, place: Place, name: str) -> bool:
        """Whether something that is joined to a clause decides about users without a value of the attribute."""
        return any(name in names for names in self._joined_to(place))

    def guards(self, place: Place) -> frozenset[str]:
        """The attributes of which something that is joined to a clause decides so: of all in a group the same value."""
        if place.group not in self._guards:
            self._guards[place.group] = frozenset().union(*self._joined_to(place))
        return self._guards[place.group]

    def _joined_to(self, place: Place) -> Iterator[frozenset[str]]:
        """In an AND, all that requires a value decides; in an OR, `does not exist`."""
        for group in outwards(place, self.settings.limits.depth):
            yield self.required(group) if group.joined == AND else self._spelled_out(group)

    def required(self, member: Member) -> frozenset[str]:
        """The attributes without which a user is surely not selected here."""
        return self._required(member, self._scope)

    def _spelled_out(self, group: Group) -> frozenset[str]:
        """The attributes of which an OR says `does not exist`."""
        found = self._spelled.get(group)
        if found is None:
            found = self._spelled[group] = frozenset(
                each.node.subject.name
                for each in group.members
                if isinstance(each, Place)
                and isinstance(each.node, tree.Exists)
                and each.node.negated is not each.negated
                and isinstance(each.node.subject, tree.Attribute)
            )
        return found

    def _of_expression(self, expression: tree.Expression, scope: dict[str, int]) -> frozenset[str]:
        places = places_of(expression)
        if not places:
            return frozenset()
        member: Member = places[0]
        group = places[0].group
        while group is not None:
            member, group = group, group.outer
        return self._required(member, scope)

    def _required(self, member: Member, scope: dict[str, int]) -> frozenset[str]:
        if isinstance(member, Place):
            return self._of_place(member, scope)
        pending = [] if member in self._of_group else [member]
        while pending:
            group = pending[-1]
            inner = [each for each in group.members if isinstance(each, Group) and each not in self._of_group]
            if inner:
                pending.extend(inner)
                continue
            pending.pop()
            names = [
                self._of_group[each] if isinstance(each, Group) else self._of_place(each, scope)
                for each in group.members
            ]
            self._of_group[group] = frozenset().union(*names) if group.joined == AND else _common(names)
        return self._of_group[member]

    def _of_place(self, place: Place, scope: dict[str, int]) -> frozenset[str]:
        node = place.node
        if isinstance(node, tree.Reference):
            return self._of_let.get((scope.get(node.name, 0), place.negated), frozenset())
        # A `does not match` leaves them out as well, but it is one of those that surprise by it.
        if is_regex_negative(node) or self.selects_missing(node, negated=place.negated) is not False:
            return frozenset()
        return frozenset((node.subject.name,))


def _common(names: list[frozenset[str]]) -> frozenset[str]:
    # A group whose members all have errors has none.
    least = min(names, key=len, default=frozenset())
    return least.intersection(*names) if least else least
