"""The rules on what clauses on one attribute say together."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...absorption import OR
from ...diagnostics import GATHERED_AT_MOST, Diagnostic
from ...syntax import tree
from ..file import File
from ..places import Place
from ..rule import Rule
from .judging import Budget, Clash, judged, judged_within
from .members import Member, Reader, groups_of
from .wording import Conclusion, Wording

__all__ = ["REASONING_RULES", "is_in_tautology"]


def _check(slug: str) -> Callable[[File], Iterable[Diagnostic]]:
    return lambda file: file.once(_found).by_slug.get(slug, ())


OR_OF_NEGATIONS = Rule(
    "or-of-negations",
    why='`plan != "free" or plan != "trial"` reads like *neither of both*. But whoever is on `trial` is not on `free`, '
    "and is selected by that; so everyone is. *Neither* is `and`, or shorter a list: `plan not in [...]`. For an array "
    "it is otherwise, which can include both, and there nothing is found.",
    bad="push is not opted_in or push is not subscribed\n",
    good="push not in [opted_in, subscribed]\n",
    check=_check("or-of-negations"),
    fix="unsafe",
)
CONTRADICTION = Rule(
    "contradiction",
    why="A user has one value of an attribute, and an `and` asks for it to fit all its clauses. Where no value can, "
    "the `and` selects nobody, and a send to it goes out to nobody without any error. *One or the other* is `or`, or a "
    "list. Clauses that a `let` brings count too, and those of an `and` around: in "
    '`plan == "free" and (plan == "trial" or vip is true)` nobody comes by the trial.',
    bad='plan == "free" and plan == "trial"\n',
    good='plan in ["free", "trial"]\n',
    check=_check("contradiction"),
)
TAUTOLOGY = Rule(
    "tautology",
    why="Where every value of an attribute fits one of the clauses that `or` joins, they exclude nobody who has a "
    "value. If all who have one are meant, `exists` says so; if not, a bound or a sign is not as it was meant.",
    bad="orders_count > 3 or orders_count <= 3\n",
    good="orders_count exists\n",
    check=_check("tautology"),
)
DUPLICATE = Rule(
    "duplicate",
    why="A clause that stands twice in one `and` or `or` says nothing the second time. Often one of the two was to be "
    'another. Spelling does not count: `not (plan == "free")` is `plan != "free"`.',
    bad='plan == "free" and push is opted_in and plan == "free"\n',
    good='plan == "free" and push is opted_in\n',
    check=_check("duplicate"),
    fix="safe",
)
REDUNDANT = Rule(
    "redundant",
    why="In an `and`, a clause that is true of all whom another clause selects excludes nobody; in an `or`, one that "
    "selects nobody whom another does not adds nobody. It is found only where it holds whatever is open about users "
    "without a value: `n exists` beside `n > 3` is not redundant, since no source says whom `n > 3` selects.",
    bad="orders_count > 5 and orders_count > 3\n",
    good="orders_count > 5\n",
    check=_check("redundant"),
    fix="safe",
)
REASONING_RULES = (OR_OF_NEGATIONS, CONTRADICTION, TAUTOLOGY, DUPLICATE, REDUNDANT)
_BY_SLUG = {rule.code.slug: rule for rule in REASONING_RULES}


class _Found:
    """The findings in a file by slug, in the order of the text, and each group and attribute that says nothing."""

    __slots__ = ("by_slug", "tautologies")

    def __init__(self) -> None:
        self.by_slug: dict[str, list[Diagnostic]] = {}
        self.tautologies: set[tuple[int, str]] = set()


def is_in_tautology(file: File, place: Place) -> bool:
    """Whether a clause is one of those that together say nothing, so that there is no more to be said of it."""
    subject = getattr(place.node, "subject", None)
    return isinstance(subject, tree.Attribute) and (id(place.parent), subject.name) in file.once(_found).tautologies


def _found(file: File) -> _Found:
    """What all of the rules find in a file."""
    found = _Found()
    if len(file.program.diagnostics) >= GATHERED_AT_MOST:
        # The checker has stopped looking, so that clauses are left of which nobody knows whether they are right.
        return found
    conclusions = list(_conclusions(file))
    found.tautologies = {
        (id(member.place.group), each.subject[1])
        for each in conclusions
        if isinstance(each, Clash) and each.joined == OR
        for member in each.members
        if member.place is not None
    }
    wording = Wording(file)
    for said in sorted(map(wording.of, conclusions), key=lambda said: file.unit.parsed.span(said.node).start):
        finding = _BY_SLUG[said.slug].finding(
            file, said.message, said.node, help=said.help, fix=said.fix, related=said.related
        )
        found.by_slug.setdefault(said.slug, []).append(finding)
    return found


def _conclusions(file: File) -> Iterator[Conclusion]:
    reader = Reader(file.settings, _texts(file), file.faults)
    for unit in file.program.units:
        for let in unit.lets:
            reader.read_let(unit, let)
    budget, budget_within = Budget(), Budget()
    for expression in file.unit.expressions:
        root, removed = reader.read(file.unit, expression)
        yield from removed
        # What is concluded of a group is not to be found again in what stands in it.
        told: set[Member] = set()
        for group in groups_of(root):
            for each in judged(group, budget):
                told.update(each.members if isinstance(each, Clash) else (each.member,))
                yield each
        yield from judged_within(root, told, budget_within)


def _texts(file: File) -> set[str]:
    """The attributes that surely hold text: by the catalogue, or by what they are compared with."""
    found: set[str] = set()
    for unit in file.program.units:
        for expression in unit.expressions:
            for node in tree.walk(expression):
                subject = getattr(node, "subject", None)
                if isinstance(subject, tree.Attribute) and _is_on_text(node, file):
                    found.add(subject.name)
    return found


def _is_on_text(clause: Any, file: File) -> bool:
    if isinstance(clause, tree.In):
        known = None if file.catalog is None else file.catalog.get(clause.subject.name)  # type: ignore[union-attr]
        return known is not None and known.type == "string"
    return isinstance(clause, (tree.Matches, tree.Contains)) or (
        isinstance(clause, tree.Compare) and clause.operator in ("==", "!=") and isinstance(clause.value, tree.Text)
    )
