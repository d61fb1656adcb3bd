"""Groups without the members that say nothing of their own, over trees of any kind.

Two laws of AND and OR, and no others, so that meaning is kept whatever the leaves mean: a member that stands twice is
one (`a or a` is `a`), and a member that asks for all that another asks for, and for more, is absorbed by it
(`a or (a and b)` is `a`, `a and (a or b)` is `a`). Members are compared as sets: their order does not count.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeAlias, TypeVar

__all__ = ["AND", "NOT", "OR", "Removed", "absorb", "left_out"]

N = TypeVar("N")

AND = "and"
OR = "or"
NOT = "not"

# How many steps the search for absorbed groups may take for each leaf of the group that it searches. Groups of a
# few hundred members stay far below; what would take longer is left as it is, and always the same is left.
_STEPS_FOR_EACH = 256


class Removed(Generic[N]):
    """A `member` that was left out of a group, which `by`, a member that stayed there, made needless.

    `joined` is what joins the group. `absorbed` tells a member that says more than `by` (in an AND: less) from one that
    says the same.
    """

    __slots__ = ("absorbed", "by", "joined", "member")

    def __init__(self, member: N, by: N, joined: str, *, absorbed: bool) -> None:
        self.member = member
        self.by = by
        self.joined = joined
        self.absorbed = absorbed

    def __repr__(self) -> str:
        return f"Removed({self.member!r}, {'absorbed' if self.absorbed else 'doubled'} by {self.by!r})"


def left_out(member: str, by: str, removed: Removed[N]) -> str:
    """The sentence that tells what was left out, with these words for the member and for what made it needless."""
    if removed.absorbed:
        return f"{member} was left out of this `{removed.joined}`: {by} absorbs it"
    if member == by:
        return f"{member} stands twice in this `{removed.joined}`, and was left out once"
    return f"{member} was left out of this `{removed.joined}`: it says the same as {by}"


class _Done(Generic[N]):
    """A node that is done: itself, a number that those who say the same share, and its members where it is a group."""

    __slots__ = ("joined", "members", "node", "number", "numbers", "stays")

    def __init__(self, node: N, number: int, joined: str | None, members: "Sequence[_Done[N]]", *, stays: bool) -> None:
        self.node = node
        self.number = number
        self.joined = joined
        self.members = members
        self.stays = stays
        self.numbers = frozenset(member.number for member in members)


_Key: TypeAlias = tuple[str | None, Hashable]


def absorb(
    root: N,
    parts: Callable[[N], tuple[str, Sequence[N]] | None],
    key: Callable[[N], Hashable],
    join: Callable[[N, list[N]], N],
    types: Callable[[N], tuple[str, frozenset[str]] | None],
) -> tuple[N, list[Removed[N]]]:
    """The tree without duplicates and absorbed members, and what was left out, inner groups before outer ones.

    `parts` takes a node apart: what joins it (AND, OR, or NOT for a single operand) and its operands, or None for a
    leaf. `key` is equal for leaves that say the same. `join` makes a node like the one given of other operands: two
    or more, none of them joined in the same way. A group that has nothing to leave out comes back as it was, unless
    there was a group of its own kind in it: that is opened up. A group of one becomes its only member.

    `types` says of a leaf which types the attribute that it names can have by it. A filter reads an attribute as the
    type that all its leaves leave, so what is absorbed stays where that type would go with it.
    """
    result, removed = _absorb(root, parts, key, join, lambda _: False)
    if not any(each.absorbed for each in removed):
        return result, removed
    before, after = _types(root, parts, types), _types(result, parts, types)
    lost = {name for name, left in after.items() if left != before[name]}
    if not lost:
        return result, removed

    def tells(leaf: N) -> bool:
        told = types(leaf)
        return told is not None and told[0] in lost and not after[told[0]] <= told[1]

    return _absorb(root, parts, key, join, tells)


def _types(
    root: N,
    parts: Callable[[N], tuple[str, Sequence[N]] | None],
    types: Callable[[N], tuple[str, frozenset[str]] | None],
) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    pending = [root]
    while pending:
        node = pending.pop()
        taken = parts(node)
        told = types(node) if taken is None else None
        if taken is not None:
            pending.extend(taken[1])
        elif told is not None:
            name, kinds = told
            found[name] = found.get(name, kinds) & kinds
    return found


def _absorb(
    root: N,
    parts: Callable[[N], tuple[str, Sequence[N]] | None],
    key: Callable[[N], Hashable],
    join: Callable[[N, list[N]], N],
    stays: Callable[[N], bool],
) -> tuple[N, list[Removed[N]]]:
    """The same, but what has a leaf that `stays` is not absorbed."""
    numbers: dict[_Key, int] = {}
    removed: list[Removed[N]] = []
    results: list[_Done[N]] = []
    pending: list[tuple[N, tuple[str, Sequence[N]] | None]] = [(root, None)]
    while pending:
        node, ready = pending.pop()
        if ready is None:
            taken = parts(node)
            if taken is None:
                number = numbers.setdefault((None, key(node)), len(numbers))
                results.append(_Done(node, number, None, (), stays=stays(node)))
            else:
                pending.append((node, taken))
                pending.extend((operand, None) for operand in reversed(taken[1]))
            continue
        joined, operands = ready
        size = len(operands)
        found = results[-size:]
        del results[-size:]
        if joined != NOT:
            found = _without_doubles(joined, _opened(joined, found), removed)
            found = _without_absorbed(joined, found, removed)
            if len(found) == 1:
                results.append(found[0])
                continue
        same = len(found) == size and all(done.node is operand for done, operand in zip(found, operands, strict=True))
        made = node if same else join(node, [done.node for done in found])
        identity = frozenset(done.number for done in found)
        number = numbers.setdefault((joined, identity), len(numbers))
        results.append(_Done(made, number, joined, found, stays=any(done.stays for done in found)))
    return results[0].node, removed


def _opened(joined: str, found: list[_Done[N]]) -> list[_Done[N]]:
    members: list[_Done[N]] = []
    for done in found:
        members.extend(done.members if done.joined == joined else (done,))
    return members


def _without_doubles(joined: str, members: list[_Done[N]], removed: list[Removed[N]]) -> list[_Done[N]]:
    first: dict[int, _Done[N]] = {}
    for done in members:
        before = first.setdefault(done.number, done)
        if before is not done:
            removed.append(Removed(done.node, before.node, joined, absorbed=False))
    return list(first.values())


def _without_absorbed(joined: str, members: list[_Done[N]], removed: list[Removed[N]]) -> list[_Done[N]]:
    """Without the groups among the members, of the other kind, that have all that another member has."""
    other = OR if joined == AND else AND
    groups = [done for done in members if done.joined == other]
    if not groups:
        return members
    singles = {done.number: done for done in members if done.joined != other}
    absorbed: dict[int, _Done[N]] = {}
    left: list[_Done[N]] = []
    for done in groups:
        by = next((singles[member.number] for member in done.members if member.number in singles), None)
        if by is None:
            left.append(done)
        else:
            absorbed[done.number] = by
    absorbed |= _by_groups(left)
    absorbed = {done.number: absorbed[done.number] for done in groups if done.number in absorbed and not done.stays}
    if not absorbed:
        return members
    removed.extend(
        Removed(done.node, absorbed[done.number].node, joined, absorbed=True)
        for done in members
        if done.number in absorbed
    )
    return [done for done in members if done.number not in absorbed]


def _by_groups(groups: list[_Done[N]]) -> dict[int, _Done[N]]:
    """The groups whose members are all of another group's, and more: each with that group."""
    often = Counter(number for done in groups for number in done.numbers)
    # A group can only absorb those that have its rarest member, and is looked for under that.
    rarest = [min(done.numbers, key=lambda number: (often[number], number)) for done in groups]
    steps: Counter[int] = Counter()
    for number, done in zip(rarest, groups, strict=True):
        steps[number] += len(done.numbers)
    size = sum(often.values())
    if sum(often[number] * count for number, count in steps.items()) > _STEPS_FOR_EACH * size:
        return {}
    absorbed: dict[int, _Done[N]] = {}
    kept: dict[int, list[_Done[N]]] = {}
    # From the smallest, so that what absorbs has not been absorbed itself.
    order = sorted(range(len(groups)), key=lambda index: len(groups[index].numbers))
    for index in order:
        done = groups[index]
        by = next(
            (each for member in done.members for each in kept.get(member.number, ()) if each.numbers < done.numbers),
            None,
        )
        if by is None:
            kept.setdefault(rarest[index], []).append(done)
        else:
            absorbed[done.number] = by
    return absorbed
