"""What can be concluded of a group: clauses on one attribute that select nobody or everybody, and needless ones."""

from collections.abc import Collection, Iterator, Sequence

from ...absorption import AND, OR
from .members import Member
from .states import States, Subject, implies
from .values import EVERY, NO, Values, meet

__all__ = ["Budget", "Clash", "Needless", "judged", "judged_within"]

# How many pairs of clauses are compared in a file. Beyond that what is needless stays unsaid, and nothing else does.
_PAIRS = 200_000
# How many states of `let`s are brought to one group.
_BROUGHT_AT_MOST = 10_000
_NEGATIONS = frozenset({"not_equal", "is_none_of", "is_not"})
_EXISTENCE = frozenset({"exists", "does_not_exist"})


class Budget:
    """How many pairs of clauses may still be compared."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _PAIRS

    def spend(self, pairs: int) -> bool:
        """Whether there is room for so many, which are then spent."""
        if pairs > self.left:
            return False
        self.left -= pairs
        return True


class _Entry:
    """A member of a group with what it says of one subject. What a `let` brings is not its `own`."""

    __slots__ = ("member", "own", "states")

    def __init__(self, member: Member, states: States, *, own: bool) -> None:
        self.member = member
        self.states = states
        self.own = own


class Clash:
    """Members of a group of which no value fits all (in an AND), or of which every value fits one (in an OR).

    It shows at `member`, and with `by` alone, where there is a single one that is enough. `missing` tells whether users
    without a value are selected. `negations` has the members where all of them are negations, which an OR joins.
    `around` says that some of `members` stand in an AND around the group.
    """

    __slots__ = ("around", "by", "joined", "member", "members", "missing", "negations", "subject")

    def __init__(
        self,
        joined: str,
        subject: Subject,
        member: Member,
        by: Member | None,
        *,
        members: list[Member],
        missing: bool,
    ) -> None:
        self.joined = joined
        self.subject = subject
        self.member = member
        self.by = by
        self.members = members
        self.missing = missing
        self.negations: list[Member] = []
        self.around = False


class Needless:
    """A member of a group that `by` makes needless, another member."""

    __slots__ = ("by", "joined", "member")

    def __init__(self, joined: str, member: Member, by: Member) -> None:
        self.joined = joined
        self.member = member
        self.by = by


def judged(group: Member, budget: Budget) -> Iterator[Clash | Needless]:
    """What can be concluded of a group: of each subject a clash, or else the members that are needless."""
    assert group.joined is not None
    for subject, entries in _by_subject(group).items():
        if len(entries) < 2:
            continue
        clash = _clash(group.joined, subject, entries)
        if clash is not None:
            yield clash
        else:
            yield from _needless(group.joined, [each for each in entries if each.own], budget)


def _by_subject(group: Member) -> dict[Subject, list[_Entry]]:
    assert group.joined is not None
    found: dict[Subject, list[_Entry]] = {}
    room = _BROUGHT_AT_MOST
    for member in group.members:
        if member.states is not None:
            found.setdefault(member.states.subject, []).append(_Entry(member, member.states, own=True))
            continue
        brought = member.brings.get(group.joined, [])[:room]
        room -= len(brought)
        for states in brought:
            found.setdefault(states.subject, []).append(_Entry(member, states, own=False))
    return found


# --- Nobody, and everybody -------------------------------------------------------------------------------------------


def _clash(joined: str, subject: Subject, entries: list[_Entry]) -> Clash | None:
    if joined == OR:
        negations = [each for each in entries if _is_negation(each.member)]
        found = _clash_of(joined, subject, negations)
        if found is not None:
            found.negations = list(dict.fromkeys(each.member for each in negations))
            return found
    return _clash_of(joined, subject, entries)


def _is_negation(member: Member) -> bool:
    return bool(member.comparisons & _NEGATIONS) and member.comparisons <= _NEGATIONS | _EXISTENCE


def _clash_of(joined: str, subject: Subject, entries: list[_Entry]) -> Clash | None:
    """An OR has every value where an AND of the complements has none."""
    known: list[tuple[_Entry, Values]] = []
    for entry in entries:
        values = entry.states.values
        values = values.complement() if joined == OR and values is not None else values
        if values is not None:
            known.append((entry, values))
    domains = dict.fromkeys(values.domain for _, values in known)
    for domain in [each for each in domains if each != EVERY.domain] or domains:
        among = [(entry, values) for entry, values in known if values.domain in (domain, EVERY.domain)]
        places = _first_without_value([values for _, values in among])
        if places is None:
            continue
        last, first = places
        member = among[last][0].member
        by = None if first is None else among[first][0].member
        # What a `let` says within itself is a finding of the `let`.
        if by is member or len({id(entry.member) for entry, _ in among}) == 1:
            continue
        missing = _selects_missing(joined, [entry.states for entry, _ in among])
        # Who asks for users without a value, or for all that have one, is understood.
        if missing is (joined == AND) and subject[0] == "attribute" and any(values is NO for _, values in among):
            continue
        members = list(dict.fromkeys(entry.member for entry, _ in among))
        return Clash(joined, subject, member, by, members=members, missing=missing)
    return None


# --- Through the groups around ---------------------------------------------------------------------------------------


def judged_within(root: Member, told: Collection[Member], budget: Budget) -> Iterator[Clash]:
    """Members that select nobody because of an AND further out, as `b` in `a and (b or c)`.

    Of what is `told` already, and of what stands in it, nothing is concluded.
    """
    # A group, and what the ANDs around it say of each subject.
    pending: list[tuple[Member, list[dict[Subject, list[_Entry]]]]] = [(root, [])]
    while pending:
        group, around = pending.pop()
        if not budget.spend(len(around) + len(group.members)):
            return
        if group.joined == AND:
            own = _by_subject(group)
            for subject, entries in own.items():
                clash = _clash_within(subject, entries, around, told, budget)
                if clash is not None:
                    yield clash
                    break
            else:
                inner = [*around, own]
                pending.extend((each, inner) for each in group.members if each.joined is not None and each not in told)
            continue
        for member in group.members:
            if member in told:
                continue
            if member.joined is not None:
                pending.append((member, around))
                continue
            for states in _states_as_branch(member):
                clash = _clash_within(states.subject, [_Entry(member, states, own=True)], around, told, budget)
                if clash is not None:
                    yield clash
                    break


def _states_as_branch(member: Member) -> list[States]:
    return member.brings.get(AND, []) if member.states is None else [member.states]


def _clash_within(
    subject: Subject,
    entries: list[_Entry],
    around: list[dict[Subject, list[_Entry]]],
    told: Collection[Member],
    budget: Budget,
) -> Clash | None:
    if not around or not budget.spend(len(around)):
        return None
    found = [each[subject] for each in around if subject in each]
    if not found or not budget.spend(sum(map(len, found)) + len(entries)):
        return None
    outer = [entry for each in found for entry in each if entry.member not in told]
    if not outer or any(entry.member in told for entry in entries):
        return None
    if _clash_of(AND, subject, outer) is not None or _clash_of(AND, subject, entries) is not None:
        return None
    clash = _clash_of(AND, subject, [*outer, *entries])
    # Where users without a value come through, the member selects somebody; and what is around may ask for them alone.
    if clash is None or clash.missing or all(entry.member is not clash.member for entry in entries):
        return None
    clash.around = True
    return clash


def _first_without_value(sets: Sequence[Values]) -> tuple[int, int | None] | None:
    """The first set with which, all before it included, no value is left, and the first that is enough with it."""
    if len(sets) < 2 or meet(sets) is not NO:
        return None
    low, high = 1, len(sets) - 1
    while low < high:
        middle = (low + high) // 2
        if meet(sets[: middle + 1]) is NO:
            high = middle
        else:
            low = middle + 1
    return low, next((index for index in range(low) if meet([sets[index], sets[low]]) is NO), None)


def _selects_missing(joined: str, parts: list[States]) -> bool:
    return (all if joined == AND else any)(each.selects for each in parts)


# --- Needless members ------------------------------------------------------------------------------------------------


def _needless(joined: str, entries: list[_Entry], budget: Budget) -> Iterator[Needless]:
    """From the last to the first, each against those that are left: of two that say the same the first stays."""
    entries = [each for each in entries if each.states.values is not None]
    if not budget.spend(len(entries) * (len(entries) - 1)):
        return
    # A member that surely leaves out users without a value settles them for an AND, one that selects them for an OR.
    settling = joined == OR
    kept = list(entries)
    settled = sum(each.states.sure is settling for each in kept)
    for entry in reversed(entries):
        states = entry.states
        if joined == OR and states.values is NO:
            # `or a does not exist` says who is meant, where not everyone knows that.
            continue
        missing = settled - (states.sure is settling) == 0
        for other in kept:
            if other is entry:
                continue
            narrow, wide = (other.states, states) if joined == AND else (states, other.states)
            if implies(narrow, wide, missing=missing):
                kept.remove(entry)
                settled -= states.sure is settling
                yield Needless(joined, entry.member, other.member)
                break
