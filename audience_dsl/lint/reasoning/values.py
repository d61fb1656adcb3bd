"""Sets of the values that an attribute can have, as comparisons select them.

A set belongs to a `domain`, and only sets of one domain are compared. Each has a complement, or None where it has
none that can be said. `EVERY` and `NO` belong to all domains. The missing value is in none of them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

__all__ = ["EVERY", "NO", "Arrays", "Items", "Line", "Patterns", "Values", "Whole", "join", "meet", "within"]


class Whole:
    """All values, or none of them."""

    __slots__ = ("full",)
    domain = "any"
    size = 1

    def __init__(self, full: bool) -> None:
        self.full = full

    @property
    def empty(self) -> bool:
        return not self.full

    @property
    def key(self) -> object:
        return self.full

    def complement(self) -> "Whole":
        return NO if self.full else EVERY


EVERY, NO = Whole(True), Whole(False)

# A place between values: just before this value (0), or just after it (1).
Cut: TypeAlias = tuple[float, int]


class Line:
    """Numbers or instants: the stretches of a line. It holds what is below the first cut or not, and each cut turns."""

    __slots__ = ("below", "cuts", "domain")

    def __init__(self, domain: str, below: bool, cuts: tuple[Cut, ...]) -> None:
        self.domain = domain
        self.below = below
        self.cuts = cuts

    @property
    def empty(self) -> bool:
        return not (self.below or self.cuts)

    @property
    def full(self) -> bool:
        return self.below and not self.cuts

    @property
    def size(self) -> int:
        return 1 + len(self.cuts)

    @property
    def key(self) -> object:
        return self.domain, self.below, self.cuts

    def complement(self) -> "Line":
        return Line(self.domain, not self.below, self.cuts)

    def within(self, other: "Line") -> bool:
        return self.meet([self, other.complement()]).empty

    @staticmethod
    def meet(sets: Sequence["Line"]) -> "Line":
        turns = sorted(
            (cut, 1 if index % 2 == each.below else -1) for each in sets for index, cut in enumerate(each.cuts)
        )
        count = sum(each.below for each in sets)
        below = inside = count == len(sets)
        cuts: list[Cut] = []
        for at, (cut, step) in enumerate(turns):
            count += step
            last = at + 1 == len(turns) or turns[at + 1][0] != cut
            if last and (count == len(sets)) != inside:
                inside = not inside
                cuts.append(cut)
        return Line(sets[0].domain, below, tuple(cuts))


class Items:
    """These values, or all `but` these. `universe` has all there are, where they can be counted."""

    __slots__ = ("but", "domain", "items", "universe")

    def __init__(
        self, domain: str, items: Iterable[object], *, but: bool = False, universe: frozenset[object] | None = None
    ) -> None:
        self.domain = domain
        found = frozenset(items)
        self.universe = universe
        self.items = universe - found if but and universe is not None else found
        self.but = but and universe is None

    @property
    def empty(self) -> bool:
        return not (self.items or self.but)

    @property
    def full(self) -> bool:
        return not self.items if self.but else self.items == self.universe

    @property
    def size(self) -> int:
        return 1 + len(self.items)

    @property
    def key(self) -> object:
        return self.domain, self.but, self.items

    def complement(self) -> "Items":
        return Items(self.domain, self.items, but=not self.but, universe=self.universe)

    def within(self, other: "Items") -> bool:
        if self.but:
            return other.but and other.items <= self.items
        return self.items.isdisjoint(other.items) if other.but else self.items <= other.items

    @staticmethod
    def meet(sets: Sequence["Items"]) -> "Items":
        listed = sorted((each.items for each in sets if not each.but), key=len)
        excluded = frozenset[object]().union(*(each.items for each in sets if each.but))
        first = sets[0]
        if not listed:
            return Items(first.domain, excluded, but=True)
        return Items(first.domain, listed[0].intersection(*listed[1:]) - excluded, universe=first.universe)


class Arrays:
    """Arrays that have one item at least of each list of `some`, and no item of `none`.

    An array can have any items, so that two lists without a common item exclude nothing. A text that one of a list of
    texts equals is held to the same: what is concluded here of arrays is right for such texts too.
    """

    __slots__ = ("none", "some")
    domain = "array"

    def __init__(self, some: Iterable[frozenset[object]] = (), none: frozenset[object] = frozenset()) -> None:
        self.some = frozenset(some)
        self.none = none

    @property
    def empty(self) -> bool:
        return any(items <= self.none for items in self.some)

    @property
    def full(self) -> bool:
        return not (self.some or self.none)

    @property
    def size(self) -> int:
        return 1 + len(self.none) + sum(map(len, self.some))

    @property
    def key(self) -> object:
        return self.domain, self.some, self.none

    def complement(self) -> "Arrays | None":
        if self.none:
            return None if self.some else Arrays([self.none])
        return Arrays(none=next(iter(self.some))) if len(self.some) == 1 else None

    def within(self, other: "Arrays") -> bool:
        return other.none <= self.none and all(any(own <= items for own in self.some) for items in other.some)

    @staticmethod
    def meet(sets: Sequence["Arrays"]) -> "Arrays":
        return Arrays(
            frozenset[frozenset[object]]().union(*(each.some for each in sets)),
            frozenset[object]().union(*(each.none for each in sets)),
        )


class Patterns:
    """Texts in which these regexes are found (True) or not (False); what else a regex says is not known here."""

    __slots__ = ("found",)
    domain = "pattern"

    def __init__(self, found: frozenset[tuple[str, bool]]) -> None:
        self.found = found

    @property
    def empty(self) -> bool:
        return any((pattern, not there) in self.found for pattern, there in self.found)

    @property
    def full(self) -> bool:
        return not self.found

    @property
    def size(self) -> int:
        return 1 + len(self.found)

    @property
    def key(self) -> object:
        return self.domain, self.found

    def complement(self) -> "Patterns | None":
        if len(self.found) != 1:
            return None
        ((pattern, there),) = self.found
        return Patterns(frozenset({(pattern, not there)}))

    def within(self, other: "Patterns") -> bool:
        return other.found <= self.found

    @staticmethod
    def meet(sets: Sequence["Patterns"]) -> "Patterns":
        return Patterns(frozenset[tuple[str, bool]]().union(*(each.found for each in sets)))


Values: TypeAlias = Whole | Line | Items | Arrays | Patterns


def meet(sets: Iterable[Values]) -> Values | None:
    """The values that are in all of these sets, or None where that cannot be said."""
    sets = list(sets)
    if any(each is NO for each in sets):
        return NO
    found: Any = [each for each in sets if each is not EVERY]
    if not found:
        return EVERY
    if any(each.domain != found[0].domain for each in found):
        return None
    result: Values = found[0] if len(found) == 1 else type(found[0]).meet(found)
    return NO if result.empty else result


def join(sets: Iterable[Values]) -> Values | None:
    """The values that are in one of these sets at least, or None where that cannot be said."""
    opposites = [each.complement() for each in sets]
    known = [each for each in opposites if each is not None]
    if len(known) < len(opposites):
        return None
    outside = meet(known)
    return None if outside is None else outside.complement()


def within(left: Values, right: Values) -> bool:
    """Whether each value of the left set is surely in the right one."""
    if isinstance(left, Whole) or isinstance(right, Whole):
        return left.empty or right.full
    return left.domain == right.domain and left.within(right)  # type: ignore[arg-type]
