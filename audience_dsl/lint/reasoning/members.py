"""The groups of an expression as they mean: `not` carried inwards, nested groups opened up, clauses with their states.

Duplicates and absorbed members are taken out on the way, and are findings themselves.
"""

from collections.abc import Collection, Hashable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ...absorption import AND, OR, Removed, absorb
from ...compiler.faults import Faults
from ...compiler.lowering import Lowering
from ...compiler.resolver import Unit
from ...diagnostics import CompileError
from ...filters import Filter, leaves_of
from ...settings import Settings
from ...syntax import tree
from .keys import clause_key, filter_key
from .states import States, combined, states_of
from .values import Whole

__all__ = ["Member", "Place", "Reader", "RemovedMember", "groups_of"]

# `last_used_app` counts days back from an instant; from which makes no difference here.
_SOME_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
# How many states a `let` brings along to where it is used. Leaving some out only leaves something unsaid.
_BROUGHT_AT_MOST = 64


class Place:
    """Where an operand stands in the text: in which group, at which index, and whether that group is under `not`."""

    __slots__ = ("group", "index", "negated")

    def __init__(self, group: tree.And | tree.Or, index: int, *, negated: bool) -> None:
        self.group = group
        self.index = index
        self.negated = negated


class Member:
    """A clause, a name, or a group of members. `node` is the whole operand, with the `not` before it.

    `states` has what it says of one subject, where that is known; a name `brings` what its `let` says as a member of an
    AND, and of an OR. `comparisons` are those of the filter that a clause became.
    """

    __slots__ = ("brings", "clause", "comparisons", "joined", "key", "members", "node", "place", "states")

    def __init__(self, node: Any, place: Place | None, *, joined: str | None = None, members: "list[Member]") -> None:
        self.node = node
        self.place = place
        self.joined = joined
        self.members = members
        self.clause: Any = node
        self.key: Hashable = None
        self.states: States | None = None
        self.comparisons: frozenset[str] = frozenset()
        self.brings: dict[str, list[States]] = {}


RemovedMember: TypeAlias = Removed[Member]


class Reader:
    """Reads the expressions of a program's units, `let`s before those who use them.

    `texts` are the attributes that surely hold text. A clause with one of the `faults` is not read.
    """

    __slots__ = ("_brought", "_lowering", "faults", "settings", "texts")

    def __init__(self, settings: Settings, texts: Collection[str], faults: Faults) -> None:
        self.settings = settings
        self.texts = texts
        self.faults = faults
        self._lowering = Lowering(settings, {}, _SOME_INSTANT)
        # What each `let`, as it stands or under `not`, brings to an AND and to an OR.
        self._brought: dict[tuple[int, bool], dict[str, list[States]]] = {}

    def read_let(self, unit: Unit, let: tree.Let) -> None:
        """Note what a `let` brings to those who use it."""
        for negated in (False, True):
            root, _ = self.read(unit, let.expression, negated=negated)
            groups_of(root)
            self._brought[id(let), negated] = _brought(root)

    def read(
        self, unit: Unit, expression: tree.Expression, *, negated: bool = False
    ) -> tuple[Member, list[RemovedMember]]:
        """The expression as members, without duplicates and absorbed ones, and those."""
        results: list[Member] = []
        jobs: list[tuple[Any, bool, Any, Place | None, bool]] = [(expression, negated, expression, None, False)]
        while jobs:
            node, under, whole, place, ready = jobs.pop()
            if isinstance(node, tree.Not):
                jobs.append((node.operand, not under, whole, place, False))
            elif not isinstance(node, (tree.And, tree.Or)):
                results.append(self._leaf(unit, node, whole, place, negated=under))
            elif ready:
                size = len(node.operands)
                members = results[-size:]
                del results[-size:]
                joined = AND if isinstance(node, tree.And) is not under else OR
                results.append(Member(whole, place, joined=joined, members=members))
            else:
                jobs.append((node, under, whole, place, True))
                jobs.extend(
                    (each, under, each, Place(node, index, negated=under), False)
                    for index, each in reversed(list(enumerate(node.operands)))
                )
        return absorb(results[0], _parts, _key, _join, _types)

    def _leaf(self, unit: Unit, node: Any, whole: Any, place: Place | None, *, negated: bool) -> Member:
        member = Member(whole, place, members=[])
        member.clause = node
        if isinstance(node, tree.Reference):
            target = unit.scope.get(node.name)
            member.key = clause_key(node), negated
            if target is not None:
                member.brings = self._brought.get((id(target[1]), negated), {})
            return member
        filter = self._lowered(unit, node, negated=negated)
        if filter is None:
            member.key = clause_key(node), negated
            return member
        # An instant that stands for days before now is none that could be compared with another.
        app = isinstance(getattr(node, "subject", None), tree.LastUsedApp) and not isinstance(node, tree.At)
        now = _SOME_INSTANT if app else None
        member.states = states_of(filter, self.settings, self.texts, now)
        member.comparisons = frozenset(leaf.comparison for leaf in leaves_of(filter))
        key = None if member.states is None else member.states.key
        member.key = (filter_key(filter), app) if key is None else key
        return member

    def _lowered(self, unit: Unit, node: Any, *, negated: bool) -> Filter | None:
        """The filter of a clause, or None where it has a parameter, an error, or no opposite."""
        if not tree.is_whole(node) or any(tree.parameters(node)) or self.faults.within(unit, node):
            return None
        expression = tree.Not(node.first, node.last, node) if negated else node
        try:
            return self._lowering.lower(unit, expression)
        except CompileError:
            return None
        finally:
            # What lowering has to say is said elsewhere.
            self._lowering.diagnostics.clear()


def groups_of(root: Member) -> list[Member]:
    """The groups, inner ones first; those whose members are all of one subject get states of their own."""
    found: list[Member] = []
    pending = [root]
    while pending:
        member = pending.pop()
        if member.joined is not None:
            found.append(member)
            pending.extend(reversed(member.members))
    found.reverse()
    for group in found:
        assert group.joined is not None
        parts = [member.states for member in group.members if member.states is not None]
        group.states = combined(parts, group.joined, len(group.members))
        if group.states is not None and isinstance(group.states.values, Whole):
            # All or nothing is a finding of that group.
            group.states = None
    return found


def _parts(member: Member) -> tuple[str, list[Member]] | None:
    return None if member.joined is None else (member.joined, member.members)


def _types(_: Member) -> None:
    """An attribute has one type, which the file has settled, whatever goes of it."""


def _key(member: Member) -> Hashable:
    return member.key


def _join(member: Member, members: list[Member]) -> Member:
    return Member(member.node, member.place, joined=member.joined, members=members)


def _brought(root: Member) -> dict[str, list[States]]:
    """What an expression says as a member of an AND, and of an OR."""
    own = {AND: [], OR: []} if root.states is None else {AND: [root.states], OR: [root.states]}
    brought: dict[str, list[States]] = own
    for joined in (AND, OR):
        if root.joined == joined:
            brought[joined] = [states for each in root.members for states in _of_member(each, joined)]
        elif root.joined is None and root.brings:
            brought[joined] = root.brings[joined]
        brought[joined] = brought[joined][:_BROUGHT_AT_MOST]
    return brought


def _of_member(member: Member, joined: str) -> list[States]:
    if member.states is not None:
        return [member.states]
    return member.brings.get(joined, [])
