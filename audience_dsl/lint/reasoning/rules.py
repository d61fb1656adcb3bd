"""The rules on what clauses on one attribute say together, and their findings."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...absorption import AND, OR
from ...clauses import leaf_text
from ...diagnostics import ERROR, GATHERED_AT_MOST, Diagnostic, Fix, by_severity, quoted
from ...filters import CustomAttribute
from ...source import Span
from ...syntax import tree
from ..file import File
from ..rule import Rule
from .judging import Budget, Clash, Needless, judged
from .members import Member, Place, Reader, RemovedMember, groups_of
from .operands import Operands

__all__ = ["REASONING_RULES"]

# As many values a fix gathers into one list.
_LISTED_AT_MOST = 100
# How much of a clause is looked at to quote it.
_QUOTED_FROM = 400


def _check(slug: str) -> Callable[[File], Iterable[Diagnostic]]:
    return lambda file: file.once(_findings).get(slug, ())


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
    "list. Clauses that a `let` brings count too.",
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


def _findings(file: File) -> dict[str, list[Diagnostic]]:
    """What all of the rules find in a file, by slug, in the order of the text."""
    found: dict[str, list[Diagnostic]] = {}
    if len(file.program.diagnostics) >= GATHERED_AT_MOST:
        # The checker has stopped looking, so that clauses are left of which nobody knows whether they are right.
        return found
    places: dict[str, list[int]] = {}
    for fault in by_severity(file.program.diagnostics, ERROR):
        if fault.source is not None and fault.span is not None:
            places.setdefault(fault.source.name, []).append(fault.span.start)
    reader = Reader(file.settings, _texts(file), {name: sorted(starts) for name, starts in places.items()})
    for unit in file.program.units:
        for let in unit.lets:
            reader.read_let(unit, let)
    findings = _Findings(file)
    for expression in file.unit.expressions:
        root, removed = reader.read(file.unit, expression)
        for part in removed:
            findings.add(part)
        for group in groups_of(root):
            for conclusion in judged(group, findings.budget):
                findings.add(conclusion)
    for finding in sorted(findings.found, key=lambda finding: finding.span.start if finding.span else 0):
        found.setdefault(finding.code.slug, []).append(finding)
    return found


def _texts(file: File) -> set[str]:
    """The attributes that surely hold text: by their types, by the catalogue, or by what they are compared with."""
    text = frozenset({"string"})
    found = {name for name, types in file.types.items() if types == text}
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


class _Findings:
    """Conclusions made into findings of a file."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.budget = Budget()
        self.found: list[Diagnostic] = []
        self._operands = Operands(file.unit.parsed)

    def add(self, conclusion: Clash | Needless | RemovedMember) -> None:
        if isinstance(conclusion, Clash):
            self._add_clash(conclusion)
        else:
            self._add_needless(conclusion, absorbed=isinstance(conclusion, Needless) or conclusion.absorbed)

    def _add_needless(self, needless: Needless | RemovedMember, *, absorbed: bool) -> None:
        """A member that goes without loss, since another says the same, or more where it is `absorbed`."""
        member, by, joined = needless.member, needless.by, needless.joined
        text, other = self._quoted(member), self._quoted(by)
        if absorbed:
            adds = "excludes nobody" if joined == AND else "adds nobody"
            narrow, wide = (other, text) if joined == AND else (text, other)
            message = f"{text} {adds} in {_group_words(member)}: whoever fits {narrow} fits {wide} too"
        elif text == other:
            message = f"{text} stands twice in {_group_words(member)}"
        else:
            message = f"{text} says the same as {other} in {_group_words(member)}"
        assert member.place is not None
        span = self._removal(member.place)
        written = quoted(self._text(member))
        # A parameter that nothing else takes is one that callers can no longer hand in.
        lost = _parameters(member)
        lost = lost and lost - _parameters(by)
        fix = None if span is None else Fix(f"remove {written}", [(span, "")], safe=not lost)
        help = f"remove {written}, or write what it was to be"
        self._add(REDUNDANT if absorbed else DUPLICATE, message, needless, help, fix)

    def _add_clash(self, clash: Clash) -> None:
        kind, name = clash.subject
        what = {"attribute": "value", "app": "time"}.get(kind, "state")
        subject = quoted({"attribute": name, "app": "last_used_app"}.get(kind, kind))
        if clash.by is None:
            fits = "all of these" if clash.joined == AND else "one of these"
        else:
            both = [self._quoted(clash.by), self._quoted(clash.member)]
            fits = f"both {' and '.join(both)}" if clash.joined == AND else " or ".join(both)
        group = _group_words(clash.member)
        if clash.joined == AND:
            whom = "only users without one" if clash.missing else "nobody"
            message = f"no {what} of {subject} fits {fits}, so {group} selects {whom}"
            other = AND if clash.member.place is not None and clash.member.place.negated else OR
            self._add(CONTRADICTION, message, clash, f"join them with `{other}` if either is meant")
            return
        whom = "everyone"
        if not clash.missing and kind in ("attribute", "app"):
            whom = "everyone who has one" if kind == "attribute" else "everyone who ever opened the app"
        message = f"every {what} of {subject} fits {fits}, so {group} selects {whom}"
        if clash.negations:
            fix = self._as_list(clash.negations)
            way = "leave them out if that is meant"
            if fix is not None:
                way = f"{fix.title} to exclude each of them"
            self._add(OR_OF_NEGATIONS, message, clash, way, fix)
            return
        way = "leave them out if that is meant"
        if whom == "everyone who has one":
            way = f"write {quoted(leaf_text(CustomAttribute(name, 'exists')))} if that is meant"
        self._add(TAUTOLOGY, message, clash, way)

    def _as_list(self, members: list[Member]) -> Fix | None:
        """The same exclusions as one list in the place of the first, where a list can say them."""
        first = members[0].place
        if first is None or len(members) > _LISTED_AT_MOST or any(_other_group(each.place, first) for each in members):
            return None
        values: dict[str, None] = {}
        for member in members:
            for value in _values(member.clause):
                values[self.file.text(value)] = None
        channel = isinstance(members[0].clause, tree.ChannelStatus)
        if not values or len(values) > (2 if channel else _LISTED_AT_MOST):
            return None
        clause = members[0].clause
        subject = clause.channel if channel else self.file.text(clause.subject)
        text = f"{subject} {'in' if first.negated else 'not in'} [{', '.join(values)}]"
        edits = [(self._operands.whole(first.group, first.index), text)]
        for member in members[1:]:
            assert member.place is not None
            span = self._removal(member.place)
            if span is None:
                return None
            edits.append((span, ""))
        return Fix(f"write {quoted(text)}", edits, safe=False)

    def _removal(self, place: Place) -> Span | None:
        """What to delete so that an operand is gone; None where a comment would go with it."""
        span = self._operands.with_connective(place.group, place.index, before=place.index > 0)
        return None if self._operands.comments_in(span) else span

    def _text(self, member: Member) -> str:
        return " ".join(self.file.text(member.node)[:_QUOTED_FROM].split())

    def _quoted(self, member: Member) -> str:
        """A member as it counts in its group: with the `not` around that."""
        text = self._text(member)
        return quoted(f"not ({text})" if member.place is not None and member.place.negated else text)

    def _add(
        self, rule: Rule, message: str, about: Clash | Needless | RemovedMember, help: str, fix: Fix | None = None
    ) -> None:
        related = () if about.by is None else (self.file.unit.related(about.by.node, "beside this"),)
        self.found.append(rule.finding(self.file, message, about.member.node, help=help, fix=fix, related=related))


def _parameters(member: Member) -> set[str]:
    return {name for node in tree.walk(member.node) for name in tree.parameters(node)}


def _group_words(member: Member) -> str:
    """The group of a member as it is written."""
    assert member.place is not None
    word = AND if isinstance(member.place.group, tree.And) else OR
    return f"this `{word}` under `not`" if member.place.negated else f"this `{word}`"


def _other_group(place: Place | None, first: Place) -> bool:
    return place is None or place.group is not first.group


def _values(clause: Any) -> Iterator[Any]:
    """The values that a list can take over from a negation; none of a Boolean, which is in no list."""
    if isinstance(clause, tree.Compare) and isinstance(clause.value, (tree.Text, tree.Number)):
        yield clause.value
    elif isinstance(clause, tree.In) and isinstance(clause.values, tree.ListValue):
        yield from clause.values.items
    elif isinstance(clause, tree.ChannelStatus):
        yield from clause.statuses
