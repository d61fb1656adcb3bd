"""How a value stands to what a comparison asks for, in words: `age` is `30`, which is more than 21."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from ..braze import NO_VALUE, RELATIVE
from ..diagnostics import cut, visible
from ..filters import CustomAttribute, LastUsedApp, Value
from ..profiles import instant_of, since_epoch

if TYPE_CHECKING:
    from ..evaluate import Verdict

__all__ = ["relation", "shown_value"]

_VALUE_AT_MOST = 60
_PHRASES_AT_MOST = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = (("day", 86_400_000_000), ("hour", 3_600_000_000), ("minute", 60_000_000), ("second", 1_000_000))

# What is true of the value where the comparison holds, and where it fails.
_ORDER = {
    "greater_than": ("more than", "at most"),
    "greater_than_or_equal_to": ("at least", "less than"),
    "less_than": ("less than", "at least"),
    "less_than_or_equal_to": ("at most", "more than"),
    "before": ("before", "not before"),
    "after": ("not before", "before"),
}
_TIMES = ("before", "after")
_SPANS = {
    "less_than_x_days_ago": "less than {} ago",
    "greater_than_x_days_ago": "more than {} ago",
    "less_than_x_days_in_the_future": "less than {} from now",
    "greater_than_x_days_in_the_future": "more than {} from now",
}


def relation(
    subject: str,
    value: object,
    deciding: Sequence["Verdict"],
    *,
    now: int | None,
    untyped: bool,
    denied: str | None = None,
) -> str:
    """The sentence on a value that is there, by the leaves that decided. `now` is in microseconds since 1970.

    `denied` says it for a clause under a `not` whose opposite would take too many words.
    """
    leaves = [(each.node, each.selected) for each in deciding]
    asked = [
        (node.comparison, node.value, held)
        for node, held in leaves
        if isinstance(node, (CustomAttribute, LastUsedApp)) and node.comparison not in NO_VALUE
    ]
    if isinstance(leaves[0][0], LastUsedApp):
        instant = value if isinstance(value, int) else 0
        start = f"{subject} {_shown_instant(instant)}{_distance(instant, now)}"
    else:
        # What is no text for the comparison is shown without the quotes of one.
        bare = isinstance(value, str) and any(
            comparison in _SPANS
            or comparison in _TIMES
            or (untyped and (isinstance(given, (int, float)) or value.startswith("[")))
            for comparison, given, _ in asked
        )
        start = f"{subject} is {f'`{visible(cut(str(value), _VALUE_AT_MOST))}`' if bare else shown_value(value)}"
        if any(comparison in RELATIVE for comparison, _, _ in asked):
            start += _distance(_instant(value), now)
    if len(asked) > _PHRASES_AT_MOST and all(comparison in _EQUALITY for comparison, _, _ in asked):
        return f"{start}, which is none of the {len(asked):,} values"
    phrases = [_phrase(comparison, given, held, value, untyped) for comparison, given, held in asked]
    distinct = [each for each in dict.fromkeys(phrases) if each]
    if not distinct or denied is not None:
        return start if denied is None else f"{start}: {denied}"
    more = f" and {len(distinct) - _PHRASES_AT_MOST:,} more" if len(distinct) > _PHRASES_AT_MOST else ""
    return f"{start}, {_joined(distinct[:_PHRASES_AT_MOST])}{more}"


def _joined(phrases: Sequence[str]) -> str:
    """Phrases that begin in the same way say it once: which is at least 18 and at most 65."""
    for lead, joint, tail in (
        ("which is ", " and ", ""),
        ("with ", " and ", ""),
        ("without ", " or ", ""),
        ("not ", " or ", ""),
        ("and ", " and ", " is asked"),
    ):
        if all(each.startswith(lead) and each.endswith(tail) for each in phrases):
            return lead + joint.join(each.removeprefix(lead).removesuffix(tail) for each in phrases) + tail
    return ", ".join(phrases)


def _phrase(comparison: str, given: Value, held: bool, value: object, untyped: bool) -> str:
    if comparison in _ORDER:
        bound = f"`{given}`" if comparison in _TIMES else shown_value(given)
        return f"which is {_ORDER[comparison][not held]} {bound}"
    if comparison in _SPANS:
        days = f"{given:,} day{'' if given == 1 else 's'}"
        return f"and {_SPANS[comparison].format(days)} is asked"
    return _OTHERS[comparison](given, held, value, untyped)


def _equal(given: Value, held: bool, value: object, _untyped: bool) -> str:
    return "" if held else f"not {shown_value(given)}{_hint(value, [given])}"


def _not_equal(given: Value, held: bool, value: object, untyped: bool) -> str:
    return _equal(given, not held, value, untyped)


def _any_of(given: Value, held: bool, value: object, untyped: bool) -> str:
    texts = list(given) if isinstance(given, tuple) else [given]
    if isinstance(value, (list, tuple)):
        if not held:
            return f"and none of it is in the list{_hint(value, texts)}"
        found = next((each for each in value if isinstance(each, str) and each in texts), None)
        return f"of which {shown_value(found)} is in the list"
    if untyped:
        return "which is in the list" if held else "which is not in the list"
    return "which is in the list" if held else f"which is not in the list{_hint(value, texts)}"


def _none_of(given: Value, held: bool, value: object, untyped: bool) -> str:
    return _any_of(given, not held, value, untyped)


def _includes(given: Value, held: bool, value: object, _untyped: bool) -> str:
    texts = list(given) if isinstance(given, tuple) else [given]
    listed = " or ".join(map(shown_value, texts[:_PHRASES_AT_MOST]))
    return f"with {listed}" if held else f"without {listed}{_hint(value, texts)}"


def _does_not_include(given: Value, held: bool, value: object, untyped: bool) -> str:
    return _includes(given, not held, value, untyped)


def _matches(given: Value, held: bool, _value: object, _untyped: bool) -> str:
    found = "is found" if held else "is not found"
    return f"in which `/{visible(cut(str(given), _VALUE_AT_MOST))}/` {found}, letter case ignored"


def _does_not_match(given: Value, held: bool, value: object, untyped: bool) -> str:
    return _matches(given, not held, value, untyped)


_EQUALITY = ("equals", "not_equal")
_OTHERS: dict[str, Callable[[Value, bool, object, bool], str]] = {
    "equals": _equal,
    "not_equal": _not_equal,
    "is_any_of": _any_of,
    "is_none_of": _none_of,
    "includes_value": _includes,
    "does_not_include_value": _does_not_include,
    "matches_regex": _matches,
    "does_not_match_regex": _does_not_match,
}


def _hint(value: object, texts: Sequence[object]) -> str:
    """What keeps a text from being one of those, where it is so little that a reader would not see it."""
    wanted = [each for each in texts[:1_000] if isinstance(each, str)]
    longest = max(map(len, wanted), default=0) + 10
    found = [each for each in (value[:1_000] if isinstance(value, (list, tuple)) else [value]) if isinstance(each, str)]
    found = [each for each in found if len(each) <= longest]
    if {each.strip().casefold() for each in found}.isdisjoint(each.strip().casefold() for each in wanted):
        return ""
    if not {each.casefold() for each in found}.isdisjoint(each.casefold() for each in wanted):
        return " (letter case counts)"
    return " (blanks at the ends count)"


# --- Time ---


def _instant(value: object) -> int | None:
    return since_epoch(value) if isinstance(value, date) else instant_of(value) if isinstance(value, str) else None


def _distance(instant: int | None, now: int | None) -> str:
    if instant is None or now is None:
        return ""
    return f", {_span(now - instant)} ago" if instant <= now else f", {_span(instant - now)} from now"


def _span(micros: int) -> str:
    """The two largest units of a span, which is not negative."""
    parts: list[str] = []
    for unit, size in _UNITS:
        count, micros = divmod(micros, size)
        if count:
            parts.append(f"{count:,} {unit}{'' if count == 1 else 's'}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " and ".join(parts) or "less than a second"


def _shown_instant(instant: int) -> str:
    try:
        return f"`{(_EPOCH + timedelta(microseconds=instant)).isoformat().replace('+00:00', 'Z')}`"
    except OverflowError:
        # Its offset carries it out of what Python can write.
        return "a time before the year 1"


# --- Values ---


def shown_value(value: object) -> str:
    """A value in backticks, on one line, cut where it is long."""
    return f"`{visible(_text(value))}`"


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        parts: list[str] = []
        size = 0
        for each in value:
            parts.append(_scalar(each))
            size += len(parts[-1]) + 2
            if size > _VALUE_AT_MOST:
                break
        more = ", …" if len(parts) < len(value) else ""
        return f"[{', '.join(parts)}{more}]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        # Cut first: it may be of any length.
        return json.dumps(cut(value, _VALUE_AT_MOST), ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return "[…]" if value else "[]"
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        try:
            return cut(str(value), _VALUE_AT_MOST)
        except ValueError:
            return "a number of very many digits"
    return type(value).__name__
