"""The rule of users without a value: where a comparison selects them, or leaves them out, against what it says."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..diagnostics import Diagnostic, Fix, quoted
from ..source import Span
from ..syntax import tree
from .file import BRIEF_AT_MOST, File
from .places import AND, Group, Place, outwards
from .presence import is_regex_negative
from .reasoning.rules import is_in_tautology
from .rule import Rule

__all__ = ["MISSING_VALUE", "is_surprising"]

# How a comparison surprises: it selects users without a value, though it speaks of one; it is an exclusion, and alone;
# or it is an exclusion by regex, which leaves them out.
_SELECTS, _EXCLUDES, _LEAVES_OUT = "selects", "excludes", "leaves out"


def _check(file: File) -> Iterator[Diagnostic]:
    for places in file.once(_surprises).values():
        yield _finding(file, places)


def is_surprising(file: File, place: Place) -> bool:
    """Whether this rule speaks of the clause."""
    return place in file.once(_surprising)


def _surprising(file: File) -> set[Place]:
    return {place for places in file.once(_surprises).values() for place, _ in places}


def _surprises(file: File) -> dict[str, list[tuple[Place, str]]]:
    """The clauses that surprise, by attribute, each with how it does."""
    others: dict[Group, int] = {}
    # Of exclusions that are all that an AND says, those of one attribute are enough to say so.
    told: dict[Group, str] = {}
    found: dict[str, list[tuple[Place, str]]] = defaultdict(list)
    for place in file.places:
        # Under `not` stands an exact opposite, so nothing there is left to chance.
        if place.negated or not isinstance(getattr(place.node, "subject", None), tree.Attribute):
            continue
        name = place.node.subject.name
        how = _surprise(file, place, others)
        if not how or file.always_present(name) or _is_guarded(file, place, name) or is_in_tautology(file, place):
            continue
        group = place.group
        if how == _EXCLUDES and group is not None and group.joined == AND and told.setdefault(group, name) != name:
            continue
        found[name].append((place, how))
    return found


def _is_guarded(file: File, place: Place, name: str) -> bool:
    """Whether a guard stands beside the clause, or beside each use of the `let` that it stands in."""
    if file.presence.is_guarded(place, name):
        return True
    return place.let is not None and name in file.once(_guarded_everywhere).get(place.let, ())


def _guarded_everywhere(file: File) -> dict[str, frozenset[str]]:
    """The attributes that are guarded wherever the file uses a `let`."""
    found: dict[str, frozenset[str]] = {}
    for place in file.places:
        if isinstance(place.node, tree.Reference):
            guards = file.presence.guards(place)
            name = place.node.name
            known = found.setdefault(name, guards)
            if known is not guards:
                found[name] = known & guards
    return found


def _surprise(file: File, place: Place, others: dict[Group, int]) -> str:
    node = place.node
    selects = file.presence.selects_missing(node)
    if isinstance(node, tree.Exists) or _is_blank(node) or selects is None or not file.presence.is_known(node):
        return ""
    if is_regex_negative(node):
        return "" if selects else _LEAVES_OUT
    if not selects:
        return ""
    if not _is_exclusion(node):
        return _SELECTS
    return _EXCLUDES if place.let is None and _is_alone(file, place, others) else ""


def _is_blank(node: Any) -> bool:
    """A comparison with empty text, of which another rule tells."""
    return isinstance(node, tree.Compare) and isinstance(node.value, tree.Text) and not node.value.value


def _is_exclusion(node: Any) -> bool:
    """Everyone but these: whoever writes that means users without a value too, unless it is all that is said."""
    if isinstance(node, tree.Compare):
        value = node.value.value if isinstance(node.value, (tree.Text, tree.Boolean)) else False
        return node.operator == "!=" and (isinstance(value, str) or value is True)
    return isinstance(node, (tree.In, tree.Includes)) and (node.negated or getattr(node, "quantifier", "") == "none")


def _is_alone(file: File, place: Place, others: dict[Group, int]) -> bool:
    """Whether nothing but exclusions is joined to the clause by AND, up to the whole audience."""
    inner: Group | None = None
    for group in outwards(place, file.settings.limits.depth):
        if group.joined == AND:
            if group not in others:
                others[group] = sum(
                    isinstance(each, Group) or each.negated or not _is_exclusion(each.node) for each in group.members
                )
            if others[group] > (inner is not None):
                return False
        inner = group
    return True


def _finding(file: File, places: list[tuple[Place, str]]) -> Diagnostic:
    place, how = places[0]
    node = place.node
    clause, name = file.brief(node), file.text(node.subject)
    guarded = f"{name} exists and {clause}"
    if how == _LEAVES_OUT:
        message = f"{quoted(file.text(node))} leaves out users without `{node.subject.name}`"
        opposite = _positive(file, node)
        opposite = opposite if len(opposite) <= BRIEF_AT_MOST else "…"
        way = f"write `not ({opposite})` to select them too, or `{guarded}` to say that they are left out"
    else:
        message = f"{quoted(file.text(node))} selects users without `{node.subject.name}` too"
        way = f"write `{guarded}` to leave them out, or `{clause} or {name} does not exist` to say that they are meant"
        if how == _EXCLUDES:
            message += ", and nothing beside it says who is meant"
    edits: list[tuple[Span, str]] = []
    # One guard is enough for an AND.
    done: set[Group] = set()
    for each, kind in places:
        if each.group is not None and each.group.joined == AND and kind != _LEAVES_OUT:
            if each.group in done:
                continue
            done.add(each.group)
        edits += _edits(file, each, kind)
    title = "write it as the opposite under `not`" if how == _LEAVES_OUT else f"add `{name} exists and`"
    related = [file.unit.related(each.node, "here as well") for each, _ in places[1:4]]
    return MISSING_VALUE.finding(file, message, node, help=way, fix=Fix(title, edits, safe=False), related=related)


def _edits(file: File, place: Place, how: str) -> list[tuple[Span, str]]:
    node = place.node
    span = file.unit.parsed.span(node)
    if how == _LEAVES_OUT:
        return [(span, f"not ({_positive(file, node)})")]
    guard = f"{file.text(node.subject)} exists and "
    if place.parent is None or isinstance(place.parent, tree.And):
        return [(Span(span.start, span.start), guard)]
    return [(Span(span.start, span.start), f"({guard}"), (Span(span.end, span.end), ")")]


def _positive(file: File, node: Any) -> str:
    """The clause without its `does not`."""
    subject = file.text(node.subject)
    if isinstance(node, tree.Matches):
        return f"{subject} matches {file.text(node.pattern)}"
    words = {"start": "starts with", "end": "ends with", "anywhere": "contains"}[node.where]
    return f"{subject} {words} {file.text(node.value)}"


MISSING_VALUE = Rule(
    "missing-value",
    why="Braze counts a missing number as 0, so `age < 18` and `orders == 0` select users of whom no age and no order "
    "is known, and `orders != 0` selects them as well. `does not match`, `does not contain` and their kin do the "
    "opposite: they leave such users out, though they read as an exclusion. What a comparison does is read from the "
    "table of assumptions; rows of which nothing is known do not warn.\n\n"
    'An exclusion of text or of list items (`plan != "free"`, `kind not in [...]`) reads as everyone but these, and '
    "selects users without a value as it says. It warns only where it is all that an audience says: then it reaches "
    "everyone of whom nothing is known.\n\n"
    "Nothing is said of a clause with `exists` beside it, or with anything else in the same `and` that users without a "
    "value do not pass; with `or … does not exist`; of an attribute that the catalogue calls always present; and under "
    "`not`, which is an exact opposite. One finding stands for all places of an attribute in a file.",
    bad="age < 18\n",
    good="age exists and age < 18\n",
    check=_check,
    fix="unsafe",
)
