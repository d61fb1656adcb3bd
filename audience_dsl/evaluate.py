"""Does a filter select a profile at an instant, and why?

docs/evaluation.md says what a comparison means, and from which of Braze's pages that is. A filter is prepared once:
its leaves in order, each with where to go on after it holds and after it does not. So evaluating is a loop without
recursion that looks at no more leaves than it must.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from .attribute_types import ALL_TYPES, attribute_types
from .braze import NO_VALUE, RELATIVE, missing_key
from .diagnostics import CODES, ConfigurationError
from .filters import And, CustomAttribute, Filter, LastUsedApp, Leaf, Or, PushSubscription, leaves_of
from .profiles import Profile, instant_of, since_epoch
from .settings import Settings, check_instant

__all__ = ["Evaluator", "Reason", "Verdict", "instant_of_send", "nearest_double"]

Reason: TypeAlias = Literal["held", "failed", "no value", "other type"]

_DAY = timedelta(days=1) // timedelta(microseconds=1)
# What a value is read as where it is missing; `_OTHER` has a value, of a type that the comparisons do not work on.
_NONE: Any = type("_NoValue", (), {})()
_OTHER: Any = type("_OtherType", (), {})()
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

_Read: TypeAlias = Callable[[object], Any]
_Test: TypeAlias = Callable[[Any, int], bool]


class Verdict:
    """What a filter, or a part of it, says of a profile.

    `node` is the part. A group has `operands`, a leaf has a `reason`, the `value` that the profile holds (a state, a
    time, or None), and, where the value is missing, `row`: the row of `braze.MISSING` that decided.
    """

    __slots__ = ("node", "operands", "reason", "row", "selected", "value")

    def __init__(
        self,
        node: Filter,
        selected: bool,
        operands: tuple["Verdict", ...] = (),
        *,
        reason: Reason | None = None,
        value: object = None,
        row: str | None = None,
    ) -> None:
        self.node = node
        self.selected = selected
        self.operands = operands
        self.reason = reason
        self.value = value
        self.row = row

    def leaves(self) -> list["Verdict"]:
        """The verdicts of the leaves, in the order of the filter."""
        found: list[Verdict] = []
        pending = [self]
        while pending:
            each = pending.pop()
            if each.operands:
                pending.extend(reversed(each.operands))
            else:
                found.append(each)
        return found

    def __repr__(self) -> str:
        return f"Verdict({'selected' if self.selected else 'not selected'}, {self.reason or len(self.operands)})"


# Where to go from a leaf, if not to the leaf of this index: `_NEXT` is the one that stands after it.
_TRUE, _FALSE, _NEXT = -1, -2, -3


class _Step:
    """A leaf, made ready: how to read its attribute, how to test the value, and where to go from here."""

    __slots__ = ("kind", "leaf", "missing", "name", "on_false", "on_true", "read", "read_text", "row", "test")

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf
        self.on_true = self.on_false = _NEXT
        self.kind = ""
        self.name = ""
        self.missing = False
        self.row: str | None = None
        self.read: _Read = _as_is
        self.read_text: _Read = _as_is
        self.test: _Test


class Evaluator:
    """A filter made ready for profiles, under these settings.

    `regex_timeout` is in seconds, for one regex on one value. `types` says what else is known of the attributes' types,
    by a catalogue for example: a value has to fit that as well. Raises RegexError where a regex cannot be run as Braze
    would; `selects` and `why` raise RegexTimeoutError, and ConfigurationError without the `now` they need.
    """

    __slots__ = ("_needs_now", "_steps", "filter", "settings")

    def __init__(
        self,
        filter: Filter,
        settings: Settings,
        *,
        regex_timeout: float = 1.0,
        types: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.filter = filter
        self.settings = settings
        known = types or {}
        types = {name: found & known.get(name, found) for name, found in attribute_types(filter).items()}
        self._steps = [self._step(leaf, types, regex_timeout) for leaf in leaves_of(filter)]
        _link(filter, self._steps)
        self._needs_now = any(getattr(step.leaf, "comparison", "") in RELATIVE for step in self._steps)

    @property
    def needs_now(self) -> bool:
        """Whether the filter counts days from the instant of the send."""
        return self._needs_now

    def selects(self, profile: Profile, now: datetime | None = None) -> bool:
        """Whether the filter selects this profile at `now`, an aware datetime."""
        instant = instant_of_send(now, needed=self._needs_now)
        steps = self._steps
        attributes = profile.attributes
        at = 0
        while at >= 0:
            step = steps[at]
            if step.kind == "attribute":
                raw = attributes.get(step.name)
                value = (step.read_text if profile.untyped else step.read)(raw)
                held = step.missing if value is _NONE or value is _OTHER else step.test(value, instant)
            else:
                held = step.test(profile, instant)
            at = step.on_true if held else step.on_false
        return at == _TRUE

    def why(self, profile: Profile, now: datetime | None = None) -> Verdict:
        """The verdict of every part of the filter."""
        instant = instant_of_send(now, needed=self._needs_now)
        leaves = iter([self._judge(step, profile, instant) for step in self._steps])
        results: list[Verdict] = []
        pending: list[tuple[Filter, bool]] = [(self.filter, False)]
        while pending:
            node, ready = pending.pop()
            if not isinstance(node, (And, Or)):
                results.append(next(leaves))
            elif ready:
                size = len(node.operands)
                operands = tuple(results[-size:])
                del results[-size:]
                together = all if isinstance(node, And) else any
                results.append(Verdict(node, together(each.selected for each in operands), operands))
            else:
                pending.append((node, True))
                pending.extend((operand, False) for operand in reversed(node.operands))
        return results[0]

    def _judge(self, step: _Step, profile: Profile, instant: int) -> Verdict:
        leaf = step.leaf
        if step.kind != "attribute":
            held = step.test(profile, instant)
            value: object = getattr(profile, step.kind)
            reason: Reason = "no value" if value is None else "held" if held else "failed"
            return Verdict(leaf, held, reason=reason, value=value)
        raw = profile.attributes.get(step.name)
        value = (step.read_text if profile.untyped else step.read)(raw)
        if value is _NONE or value is _OTHER:
            reason = "no value" if value is _NONE else "other type"
            return Verdict(leaf, step.missing, reason=reason, value=raw, row=step.row)
        held = step.test(value, instant)
        return Verdict(leaf, held, reason="held" if held else "failed", value=raw)

    def _step(self, leaf: Leaf, types: Mapping[str, frozenset[str]], regex_timeout: float) -> _Step:
        step = _Step(leaf)
        if isinstance(leaf, CustomAttribute):
            step.kind = "attribute"
            step.name = leaf.name
            step.read, step.read_text = _READERS.get(types[leaf.name], (_nothing, _nothing))
            if types[leaf.name] == ALL_TYPES:
                step.read, step.read_text = _any_value, _any_cell
            step.row = missing_key(leaf.comparison, leaf.value)
            step.missing = self.settings.selects_missing(step.row)
            step.test = _attribute_test(leaf, regex_timeout)
        elif isinstance(leaf, LastUsedApp):
            step.kind = "last_used"
            step.test = _last_used_test(leaf)
        else:
            step.kind = "push" if isinstance(leaf, PushSubscription) else "email"
            step.test = _status_test(step.kind, leaf.value, leaf.comparison == "is")
        return step


def instant_of_send(now: datetime | None, *, needed: bool) -> int:
    """Microseconds since 1970; 0 where there is none and none is needed. Raises ConfigurationError."""
    if now is None:
        if needed:
            message = "the filter counts days from the instant of the send, and there is no `now`"
            raise ConfigurationError(CODES["needs-now"], message, help="hand in `now`, an aware datetime")
        return 0
    check_instant(now)
    return since_epoch(now)


def _link(filter: Filter, steps: list[_Step]) -> None:
    """Say of every leaf where to go on, from the last leaf to the first: the next one is known by then."""
    index = len(steps)
    pending: list[tuple[Filter, int, int]] = [(filter, _TRUE, _FALSE)]
    while pending:
        node, on_true, on_false = pending.pop()
        on_true = index if on_true == _NEXT else on_true
        on_false = index if on_false == _NEXT else on_false
        if isinstance(node, And):
            pending.extend((operand, _NEXT, on_false) for operand in node.operands[:-1])
            pending.append((node.operands[-1], on_true, on_false))
        elif isinstance(node, Or):
            pending.extend((operand, on_true, _NEXT) for operand in node.operands[:-1])
            pending.append((node.operands[-1], on_true, on_false))
        else:
            index -= 1
            steps[index].on_true, steps[index].on_false = on_true, on_false


# --- Reading a value as the type that its comparisons work on ---


def _as_is(raw: object) -> Any:
    return raw


def _nothing(raw: object) -> Any:
    return _NONE if _blank(raw) else _OTHER


def _blank(raw: object) -> bool:
    return raw is None or raw == "" or (isinstance(raw, (list, tuple)) and not raw)


def _any_value(raw: object) -> Any:
    if _blank(raw):
        return _NONE
    return raw if isinstance(raw, (str, bool, date, list, tuple)) else _number(raw)


def _string(raw: object) -> Any:
    if isinstance(raw, str):
        return raw or _NONE
    return _nothing(raw)


def _number(raw: object) -> Any:
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        try:
            number = float(raw)
        except (OverflowError, ValueError):
            return _OTHER
        return number if math.isfinite(number) else _OTHER
    return _nothing(raw)


def _boolean(raw: object) -> Any:
    return raw if isinstance(raw, bool) else _nothing(raw)


def _time(raw: object) -> Any:
    if isinstance(raw, str) and raw:
        instant = instant_of(raw)
        return _OTHER if instant is None else instant
    return since_epoch(raw) if isinstance(raw, date) else _nothing(raw)


def _array(raw: object) -> Any:
    return raw if isinstance(raw, (list, tuple)) and raw else _nothing(raw)


def _string_or_array(raw: object) -> Any:
    return raw if isinstance(raw, (str, list, tuple)) and raw else _nothing(raw)


# Cells of CSV are texts, and say what they are only by the type that is looked for.


def _any_cell(raw: Any) -> Any:
    return _NONE if not raw or raw == "[]" else raw


def _number_cell(raw: Any) -> Any:
    if not raw:
        return _NONE
    return _number(float(raw)) if _NUMBER.fullmatch(raw) else _OTHER


def _boolean_cell(raw: Any) -> Any:
    if not raw:
        return _NONE
    return {"true": True, "false": False}.get(raw.lower(), _OTHER)


def _array_cell(raw: Any) -> Any:
    found = _decoded_array(raw)
    if found is None:
        return _OTHER if raw else _NONE
    return found or _NONE


def _string_or_array_cell(raw: Any) -> Any:
    found = _decoded_array(raw)
    return _string(raw) if found is None else found or _NONE


def _decoded_array(raw: Any) -> list[Any] | None:
    if not raw or not raw.lstrip().startswith("["):
        return None
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


_READERS: dict[frozenset[str], tuple[_Read, _Read]] = {
    frozenset({"string"}): (_string, _string),
    frozenset({"number"}): (_number, _number_cell),
    frozenset({"boolean"}): (_boolean, _boolean_cell),
    frozenset({"time"}): (_time, _time),
    frozenset({"array"}): (_array, _array_cell),
    frozenset({"string", "array"}): (_string_or_array, _string_or_array_cell),
}


# --- Testing it ---


def _attribute_test(leaf: CustomAttribute, regex_timeout: float) -> _Test:
    comparison, value = leaf.comparison, leaf.value
    if comparison in NO_VALUE:
        there = comparison == "exists"
        return lambda _found, _now: there
    if comparison in ("matches_regex", "does_not_match_regex"):
        from .regexes import matcher

        found_in = matcher(str(value), timeout=regex_timeout)
        wanted = comparison == "matches_regex"
        return lambda found, _now: found_in(found) is wanted
    if comparison in _OF_SETS:
        given = frozenset(value if isinstance(value, tuple) else (value,))
        wanted = _OF_SETS[comparison]
        return lambda found, _now: _has_any(found, given) is wanted
    given_value: Any = value
    if comparison in RELATIVE:
        span = given_value * _DAY
        return {
            "less_than_x_days_ago": lambda found, now: now - span <= found <= now,
            "greater_than_x_days_ago": lambda found, now: found < now - span,
            "less_than_x_days_in_the_future": lambda found, now: now < found <= now + span,
            "greater_than_x_days_in_the_future": lambda found, now: found > now + span,
        }[comparison]
    if comparison in ("before", "after"):
        given_value = since_epoch(datetime.fromisoformat(given_value))
    elif isinstance(value, int) and not isinstance(value, bool):
        given_value = nearest_double(value)
    return {
        "equals": lambda found, _now: found == given_value,
        "not_equal": lambda found, _now: found != given_value,
        "greater_than": lambda found, _now: found > given_value,
        "greater_than_or_equal_to": lambda found, _now: found >= given_value,
        "less_than": lambda found, _now: found < given_value,
        "less_than_or_equal_to": lambda found, _now: found <= given_value,
        "before": lambda found, _now: found < given_value,
        "after": lambda found, _now: found >= given_value,
    }[comparison]


def nearest_double(value: float) -> float:
    """As what numbers are compared; beyond the largest it is infinity, as for whoever reads the JSON."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


# Comparisons with one or more texts, and whether one of them must be there.
_OF_SETS = {
    "is_any_of": True,
    "is_none_of": False,
    "includes_value": True,
    "does_not_include_value": False,
}


def _has_any(found: Any, given: frozenset[object]) -> bool:
    if isinstance(found, str):
        return found in given
    return any(isinstance(each, str) and each in given for each in found)


def _status_test(channel: str, state: str, wanted: bool) -> _Test:
    return lambda profile, _now: (getattr(profile, channel) == state) is wanted


def _last_used_test(leaf: LastUsedApp) -> _Test:
    instant = since_epoch(datetime.fromisoformat(leaf.value))
    if leaf.comparison == "before":
        return lambda profile, _now: profile.last_used is not None and profile.last_used < instant
    return lambda profile, _now: profile.last_used is not None and profile.last_used >= instant
