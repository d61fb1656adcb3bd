"""Syntax tree → filter: sugar and `not` become what Braze can say.

`not` is pushed inwards by De Morgan until it meets a clause; there the clause is lowered and the result turned
into its opposite. Groups are flattened, double negation vanishes, order is the text's. The size of a group is
known, and held to the limits, before it is built: forty `let`s that each double the one before stop early.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, cast

from ..braze import DAYS_AT_MOST, REGEX_AT_MOST
from ..diagnostics import CODES, WARNING, BindError, CompileError, Diagnostic
from ..filters import (
    And,
    CustomAttribute,
    EmailSubscription,
    Filter,
    LastUsedApp,
    Leaf,
    Or,
    PushSubscription,
    group,
)
from ..settings import Settings
from ..syntax import tree
from .instants import LocalTimeError, complete, days_before
from .kinds import UNITS
from .lowered import Lowered, Origin, lowered_from
from .negation import complement, complement_of_any, rests_on
from .parameters import KINDS, Bound
from .resolver import Unit

__all__ = ["Lowering"]

# What regexes read as more than a character; `/` needs no escape in JSON.
_SPECIAL = re.compile(r"[\\.^$|?*+()\[\]{}]")
_COMPARISONS = {
    "==": "equals",
    "!=": "not_equal",
    ">": "greater_than",
    ">=": "greater_than_or_equal_to",
    "<": "less_than",
    "<=": "less_than_or_equal_to",
}


_Job: TypeAlias = tuple[str, Unit, Any, bool]


class Lowering:
    """Lowers expressions of checked units, with the values of their parameters and, where there is one, `now`."""

    __slots__ = ("_guarded", "_guards", "_memo", "_reported", "_warned", "diagnostics", "now", "settings", "values")

    def __init__(self, settings: Settings, values: Mapping[str, Bound], now: datetime | None) -> None:
        self.settings = settings
        self.values = values
        self.now = now
        self.diagnostics: list[Diagnostic] = []
        self._memo: dict[tuple[int, bool, bool], Lowered] = {}
        # Attributes that surely have a value where a filter stands, since `… exists` is joined to it by AND, and in
        # how many of the groups that are open.
        self._guarded: Counter[str] = Counter()
        self._guards = 0
        self._warned: set[tuple[str, str]] = set()
        self._reported: set[tuple[str, int]] = set()

    def lower(self, unit: Unit, expression: tree.Expression) -> Filter:
        """The filter of an expression. Raises CompileError where it is too large, or cannot be said to Braze."""
        results: list[Lowered] = []
        jobs: list[_Job] = [("visit", unit, expression, False)]
        while jobs:
            job, where, node, negated = jobs.pop()
            if job == "visit":
                self._visit(where, node, negated, jobs, results)
            elif job == "keep":
                self._memo[node] = results[-1]
            else:
                size = len(node.operands)
                parts = results[-size:]
                del results[-size:]
                joined: type[And | Or] = And if isinstance(node, tree.And) is not negated else Or
                lowered = Lowered(None, joined, tuple(parts))
                self._hold(where, node, lowered)
                results.append(lowered)
                if joined is And:
                    self._guard(_guards(node, negated), -1)
        errors = [d for d in self.diagnostics if d.severity != WARNING]
        if errors:
            raise CompileError(self.diagnostics)
        return results[0].build()

    def _visit(self, unit: Unit, node: Any, negated: bool, jobs: list[_Job], results: list[Lowered]) -> None:
        while isinstance(node, tree.Not):
            node, negated = node.operand, not negated
        if isinstance(node, (tree.And, tree.Or)):
            if isinstance(node, tree.And) is not negated:
                self._guard(_guards(node, negated), 1)
            jobs.append(("join", unit, node, negated))
            jobs.extend(("visit", unit, operand, negated) for operand in reversed(node.operands))
        elif isinstance(node, tree.Reference):
            target, let = unit.scope[node.name]
            # Under a guard some warnings are not given, which elsewhere are.
            key = (id(let), negated, self._guards > 0)
            known = self._memo.get(key)
            if known is not None:
                results.append(known)
            else:
                jobs.append(("keep", unit, key, negated))
                jobs.append(("visit", target, let.expression, negated))
        else:
            lowered = lowered_from(self._clause(unit, node, negated))
            self._hold(unit, node, lowered)
            results.append(lowered)

    def _hold(self, unit: Unit, node: Any, lowered: Lowered) -> None:
        """Hold what has been lowered to the limits, before it is put together."""
        limits = self.settings.limits
        clauses, depth = lowered.clauses, lowered.depth
        if clauses > limits.clauses:
            message = f"the expanded filter has at least {clauses:,} clauses here, and the limit is {limits.clauses:,}"
            way = "raise the limit `clauses` in the settings if it is meant"
            raise CompileError([*self.diagnostics, unit.diagnostic("too-many-clauses", message, node, help=way)])
        if depth > limits.depth:
            message = f"groups are nested {depth} deep here, and the limit is {limits.depth}"
            way = "raise the limit `depth` in the settings if it is meant; many JSON readers give out at about 100"
            raise CompileError([*self.diagnostics, unit.diagnostic("too-deep", message, node, help=way)])

    def _guard(self, names: list[str], step: int) -> None:
        self._guards += step * len(names)
        for name in names:
            self._guarded[name] += step

    # --- Clauses ---

    def _clause(self, unit: Unit, node: Any, negated: bool) -> Filter:
        origin = Origin(unit, node, negated)
        if isinstance(node, tree.In):
            return self._in(unit, node, negated, origin)
        positive = _LOWER[type(node)](self, unit, node, origin)
        return self._negate(unit, node, positive) if negated else positive

    def _negate(self, unit: Unit, node: Any, positive: Filter) -> Filter:
        """The complement of a clause's filter: at most a group of leaves."""
        if not isinstance(positive, (And, Or)):
            return self._negate_leaf(unit, node, positive)
        joined: type[And | Or] = Or if isinstance(positive, And) else And
        negative = group(joined, [self._negate_leaf(unit, node, cast("Leaf", leaf)) for leaf in positive.operands])
        if not isinstance(node, tree.Between) or not isinstance(negative, Or):
            return negative
        # The two ends each bring the same branches, of which one is enough; that for no value stands last.
        branches = dict.fromkeys(negative.operands)
        return Or(tuple(sorted(branches, key=lambda leaf: getattr(leaf, "comparison", "") == "does_not_exist")))

    def _negate_leaf(self, unit: Unit, node: Any, leaf: Leaf) -> Filter:
        self._warn_of_assumption(unit, node, leaf)
        opposite = complement(leaf, self.settings)
        if opposite is not None:
            return opposite
        assert isinstance(leaf, LastUsedApp)
        self.report(
            unit,
            "no-complement",
            "the opposite of a filter on `last_used_app` cannot be said to Braze: nothing there selects users who "
            "never opened the app",
            node,
            f"write `{_other_side(unit, node)}` without `not`; it leaves out those who never opened the app",
        )
        return leaf

    def report(self, unit: Unit, slug: str, message: str, node: Any, way_out: str | None = None) -> None:
        # A `let` may be lowered both as it is and under `not`.
        if (slug, id(node)) not in self._reported:
            self._reported.add((slug, id(node)))
            self.diagnostics.append(unit.diagnostic(slug, message, node, help=way_out))

    def _warn_of_assumption(self, unit: Unit, node: Any, leaf: Leaf) -> None:
        key = rests_on(leaf, self.settings)
        if key is None or (leaf.name, key) in self._warned:  # type: ignore[union-attr]
            return
        name = leaf.name  # type: ignore[union-attr]
        if self._guarded[name]:
            return
        self._warned.add((name, key))
        selects = "selects" if self.settings.selects_missing(key) else "does not select"
        self.diagnostics.append(
            unit.diagnostic(
                "assumed-complement",
                f"no source says whether Braze's `{leaf.comparison}` selects users without `{name}`; "
                f"this `not` assumes that it {selects} them",
                node,
                help=f"write `{_quoted(name)} exists and …` to leave them out, or set `{key}` when it is tried",
                severity=WARNING,
            )
        )

    def value(self, node: Any, unit: Unit) -> Any:
        """The plain value of a value node; a parameter's is the one that is bound."""
        if isinstance(node, tree.Parameter):
            return self.values[node.name]
        if isinstance(node, tree.Instant):
            return self._instant(unit, node)
        return node.value

    def _instant(self, unit: Unit, node: tree.Instant) -> str:
        if node.zoned:
            return node.value
        try:
            return complete(node.value, self.settings.time_zone)
        except LocalTimeError as error:
            way = "write it with its offset, as in `2026-01-31T13:00:00+0700`"
            self.report(unit, "bad-datetime", str(error), node, way)
        return node.value

    def items(self, values: tree.ListValue | tree.Parameter, unit: Unit) -> list[Any]:
        if isinstance(values, tree.Parameter):
            return list(cast("tuple[Any, ...]", self.values[values.name]))
        return [self.value(item, unit) for item in values.items]

    def days(self, unit: Unit, count: Any, unit_word: tree.Word) -> int:
        days = self.value(count, unit) * UNITS[unit_word.name.lower()]
        if type(days) is not int or not 1 <= days <= DAYS_AT_MOST:
            # Only a parameter's value is judged here; the checker has judged what the text says.
            takes = KINDS["days"]
            message = f"`${count.name}` makes {days} days here, and the place takes {takes}"
            raise BindError(CODES["parameter-type"], count.name, message, expected=takes)
        return days

    def _in(self, unit: Unit, node: tree.In, negated: bool, origin: object) -> Filter:
        items = self.items(node.values, unit)
        name = node.subject.name  # type: ignore[union-attr]
        if isinstance(items[0], str):
            leaf = CustomAttribute(name, "is_none_of" if node.negated else "is_any_of", tuple(items), origin)
            return self._negate_leaf(unit, node, leaf) if negated else leaf
        # Braze compares no lists of numbers: the opposite of an OR of equalities is its exact complement.
        leaves = [CustomAttribute(name, "equals", item, origin) for item in items]
        if node.negated is negated:
            return group(Or, leaves)
        for leaf in leaves:
            self._warn_of_assumption(unit, node, leaf)
        return complement_of_any(leaves, self.settings)

    def last_used_app(self, unit: Unit, node: Any, comparison: str, days: int, origin: object) -> LastUsedApp:
        if self.now is None:
            self.report(
                unit,
                "needs-now",
                "Braze compares `last_used_app` with an instant only, so this needs the instant of the send: without "
                "it the JSON would freeze a moment in time",
                node,
                "hand in `now`, as a send does, or write `last_used_app after 2026-01-01T00:00:00Z`",
            )
            return LastUsedApp(comparison, "", origin)
        try:
            return LastUsedApp(comparison, days_before(self.now, days), origin)
        except OverflowError:
            message = f"{days:,} days before now lies before the calendar begins"
            self.report(unit, "bad-days", message, node)
            return LastUsedApp(comparison, "", origin)


def _guards(group: tree.And | tree.Or, negated: bool) -> list[str]:
    """The attributes for which a member of this AND says that they exist."""
    return [
        each.subject.name
        for each in group.operands
        if isinstance(each, tree.Exists) and each.negated is negated and isinstance(each.subject, tree.Attribute)
    ]


# --- What each kind of clause becomes, before `not` ---------------------------------------------------------


def _compare(lower: Lowering, unit: Unit, node: tree.Compare, origin: object) -> Filter:
    value = lower.value(node.value, unit)
    return CustomAttribute(_name(node), _COMPARISONS[node.operator], value, origin)


def _matches(lower: Lowering, unit: Unit, node: tree.Matches, origin: object) -> Filter:
    comparison = "does_not_match_regex" if node.negated else "matches_regex"
    regex = lower.value(node.pattern, unit)
    if isinstance(node.pattern, tree.Parameter) and not 1 <= len(regex) <= REGEX_AT_MOST:
        takes = f"a regex of 1 to {REGEX_AT_MOST:,} characters"
        message = f"`${node.pattern.name}` has {len(regex):,} characters here, and the place takes {takes}"
        raise BindError(CODES["parameter-type"], node.pattern.name, message, expected=takes)
    return CustomAttribute(_name(node), comparison, regex, origin)


def _contains(lower: Lowering, unit: Unit, node: tree.Contains, origin: object) -> Filter:
    escaped = _SPECIAL.sub(r"\\\g<0>", lower.value(node.value, unit))
    regex = {"start": f"^{escaped}", "end": f"{escaped}$", "anywhere": escaped}[node.where]
    return CustomAttribute(_name(node), "does_not_match_regex" if node.negated else "matches_regex", regex, origin)


def _includes(lower: Lowering, unit: Unit, node: tree.Includes, origin: object) -> Filter:
    name = _name(node)
    if node.quantifier == "one":
        comparison = "does_not_include_value" if node.negated else "includes_value"
        return CustomAttribute(name, comparison, lower.value(node.value, unit), origin)
    items = lower.items(cast("tree.ListValue | tree.Parameter", node.value), unit)
    if node.quantifier == "all":
        return group(And, [CustomAttribute(name, "includes_value", item, origin) for item in items])
    return CustomAttribute(name, "is_any_of" if node.quantifier == "any" else "is_none_of", tuple(items), origin)


def _exists(lower: Lowering, unit: Unit, node: tree.Exists, origin: object) -> Filter:  # noqa: ARG001
    return CustomAttribute(_name(node), "does_not_exist" if node.negated else "exists", None, origin)


def _at(lower: Lowering, unit: Unit, node: tree.At, origin: object) -> Filter:
    value = lower.value(node.value, unit)
    if isinstance(node.subject, tree.LastUsedApp):
        return LastUsedApp(node.side, value, origin)
    return CustomAttribute(_name(node), node.side, value, origin)


def _span(lower: Lowering, unit: Unit, node: Any, size: str, days: int, future: bool, origin: object) -> Filter:
    if isinstance(node.subject, tree.LastUsedApp):
        return lower.last_used_app(unit, node, "after" if size == "less" else "before", days, origin)
    comparison = f"{size if size == 'less' else 'greater'}_than_x_days_{'in_the_future' if future else 'ago'}"
    return CustomAttribute(_name(node), comparison, days, origin)


def _ago(lower: Lowering, unit: Unit, node: tree.Ago, origin: object) -> Filter:
    days = lower.days(unit, node.count, node.unit)
    return _span(lower, unit, node, node.size, days, node.future, origin)


def _within(lower: Lowering, unit: Unit, node: tree.Within, origin: object) -> Filter:
    return _span(lower, unit, node, "less", lower.days(unit, node.count, node.unit), node.future, origin)


def _between(lower: Lowering, unit: Unit, node: tree.Between, origin: object) -> Filter:
    if node.unit is None:
        low, high = lower.value(node.low, unit), lower.value(node.high, unit)
        if low > high:
            lower.report(unit, "bad-range", f"no number is from {low} to {high}", node)
        name = _name(node)
        return And(
            (
                CustomAttribute(name, "greater_than_or_equal_to", low, origin),
                CustomAttribute(name, "less_than_or_equal_to", high, origin),
            )
        )
    low, high = lower.days(unit, node.low, node.unit), lower.days(unit, node.high, node.unit)
    if low >= high:
        message = f"no time is more than {low} and less than {high} days away"
        lower.report(unit, "bad-range", message, node)
    return And(
        (
            _span(lower, unit, node, "more", low, node.future, origin),
            _span(lower, unit, node, "less", high, node.future, origin),
        )
    )


def _channel(lower: Lowering, unit: Unit, node: tree.ChannelStatus, origin: object) -> Filter:  # noqa: ARG001
    kind = PushSubscription if node.channel == "push" else EmailSubscription
    comparison = "is_not" if node.negated else "is"
    leaves: list[Filter] = [kind(comparison, status.name.lower(), origin) for status in node.statuses]
    return group(And if node.negated else Or, leaves)


_LOWER: dict[type, Callable[[Lowering, Unit, Any, object], Filter]] = {
    tree.Compare: _compare,
    tree.Matches: _matches,
    tree.Contains: _contains,
    tree.Includes: _includes,
    tree.Exists: _exists,
    tree.At: _at,
    tree.Ago: _ago,
    tree.Within: _within,
    tree.Between: _between,
    tree.ChannelStatus: _channel,
}


def _name(node: Any) -> str:
    name: str = node.subject.name
    return name


def _other_side(unit: Unit, node: Any) -> str:
    """A filter on `last_used_app` with the other comparison, as text."""
    if isinstance(node, tree.At):
        return f"last_used_app {'before' if node.side == 'after' else 'after'} {unit.parsed.text(node.value)}"
    if isinstance(node, tree.Between):
        return f"last_used_app more than {unit.parsed.text(node.high)} {node.unit.name if node.unit else ''} ago"
    size = "less" if isinstance(node, tree.Ago) and node.size == "more" else "more"
    return f"last_used_app {size} than {unit.parsed.text(node.count)} {node.unit.name} ago"


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name) else f"`{name}`"
