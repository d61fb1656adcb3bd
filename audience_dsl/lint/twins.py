"""The rule of twins: a comparison spelled out, and the `not` of its opposite, which read the same and are not."""

from collections.abc import Iterator
from typing import Any

from ..compiler.negation import OPPOSITE
from ..diagnostics import Diagnostic, quoted
from ..syntax import tree
from .file import File
from .missing_value import is_surprising
from .places import Place
from .presence import comparisons_of
from .rule import Rule

__all__ = ["UNEQUAL_TWINS"]


def _check(file: File) -> Iterator[Diagnostic]:
    if not any(place.negated for place in file.places):
        return
    spelled: dict[object, Place] = {}
    negated: dict[object, Place] = {}
    for place in file.places:
        key = _key(place)
        if key is not None:
            (negated if place.negated else spelled).setdefault(key, place)
    for key, place in spelled.items():
        twin = negated.get(key)
        if twin is None or file.always_present(place.node.subject.name) or is_surprising(file, place):
            continue
        selects, twin_selects = _selects(file, place), _selects(file, twin)
        if selects != twin_selects:
            yield _finding(file, place, twin, selects)


def _key(place: Place) -> object:
    """What a clause asks, `not` resolved, whoever has no value aside; None for what has no twin."""
    node = place.node
    if isinstance(node, tree.Exists):
        return None
    comparisons = comparisons_of(node)
    if len(comparisons) != 1 or comparisons[0][0] not in OPPOSITE:
        return None
    value = _value(node)
    if value is None:
        return None
    comparison = comparisons[0][0]
    return node.subject.name, OPPOSITE[comparison] if place.negated else comparison, value


def _value(node: Any) -> object:
    if isinstance(node, tree.Contains):
        return (node.where, _plain(node.value))
    if isinstance(node, tree.Matches):
        return _plain(node.pattern)
    if isinstance(node, (tree.Ago, tree.Within)):
        return (_plain(node.count), node.unit.name.lower())
    if isinstance(node, tree.Includes) and node.quantifier != "one":
        return None
    return _plain(getattr(node, "value", None))


def _plain(value: Any) -> object:
    if isinstance(value, tree.Parameter):
        return ("$", value.name)
    return (type(value).__name__, value.value) if hasattr(value, "value") else None


def _selects(file: File, place: Place) -> bool:
    selects = file.presence.selects_missing(place.node, negated=place.negated)
    return bool(selects) and not file.presence.is_guarded(place, place.node.subject.name)


def _finding(file: File, place: Place, twin: Place, selects: bool) -> Diagnostic:
    clause, other = file.text(place.node), f"not ({file.text(twin.node)})"
    here, there = ("selects", "leaves out") if selects else ("leaves out", "selects")
    message = f"{quoted(clause)} {here} users without `{place.node.subject.name}`, and {quoted(other)} {there} them"
    way = "write both in one way; `not` is the exact opposite, for users without a value too"
    return UNEQUAL_TWINS.finding(
        file, message, place.node, help=way, related=[file.unit.related(twin.node, "under `not` here")]
    )


UNEQUAL_TWINS = Rule(
    "unequal-twins",
    why="`not (ends before X)` and `ends after X` read the same, and are for users with a value. `not` selects whoever "
    "the filter does not, users without a value among them; a comparison that is spelled out is sent as it stands, "
    "and there Braze decides. Where both stand in one file and differ for such users, one of them is likely to be a "
    "slip. `exists` beside both settles it. Where `missing-value` tells of the clause already, nothing more is said.",
    bad="audience running = trial_ends after 2026-03-01T00:00:00Z\n"
    "audience not_over = not (trial_ends before 2026-03-01T00:00:00Z)\n",
    good="audience running = trial_ends after 2026-03-01T00:00:00Z\n"
    "audience over = trial_ends before 2026-03-01T00:00:00Z\n",
    check=_check,
)
