"""Which profiles a filter selects: a small evaluator, written from the design alone.

`language.md`, "Negation, missing values, and what we assume": rows for users without a value are read from the
settings; blank text and empty arrays count as missing; so does a value of another type than the comparison works
on, in `exists` too, where the rest of the filter tells the attribute's type.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from audience_dsl import Settings
from audience_dsl.filters import And, CustomAttribute, Filter, LastUsedApp, Or, PushSubscription

__all__ = ["selects", "types_of"]

_TYPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(["matches_regex", "does_not_match_regex"], frozenset({"string"})),
    **dict.fromkeys(["is_any_of", "is_none_of"], frozenset({"string", "array"})),
    **dict.fromkeys(["includes_value", "does_not_include_value"], frozenset({"array"})),
    **dict.fromkeys(
        ["greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to"], frozenset({"number"})
    ),
    **dict.fromkeys(
        [
            *("before", "after", "less_than_x_days_ago", "greater_than_x_days_ago"),
            *("less_than_x_days_in_the_future", "greater_than_x_days_in_the_future"),
        ],
        frozenset({"time"}),
    ),
}
_ALL = frozenset({"string", "number", "boolean", "time", "array"})


def types_of(filter: Filter) -> dict[str, frozenset[str]]:
    """The types that each attribute can have, by all that the filter compares it with."""
    if isinstance(filter, (And, Or)):
        found: dict[str, frozenset[str]] = {}
        for operand in filter.operands:
            for name, types in types_of(operand).items():
                found[name] = found.get(name, _ALL) & types
        return found
    if not isinstance(filter, CustomAttribute):
        return {}
    return {filter.name: _leaf_types(filter)}


def _leaf_types(leaf: CustomAttribute) -> frozenset[str]:
    if leaf.comparison in ("exists", "does_not_exist"):
        return _ALL
    if leaf.comparison in ("equals", "not_equal"):
        return frozenset({_type(leaf.value)})
    return _TYPES[leaf.comparison]


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, datetime):
        return "time"
    return "string" if isinstance(value, str) else "array"


def selects(
    filter: Filter,
    profile: Mapping[str, Any],
    settings: Settings,
    now: datetime,
    types: Mapping[str, frozenset[str]] | None = None,
) -> bool:
    types = types_of(filter) if types is None else types
    if isinstance(filter, And):
        return all(selects(operand, profile, settings, now, types) for operand in filter.operands)
    if isinstance(filter, Or):
        return any(selects(operand, profile, settings, now, types) for operand in filter.operands)
    if isinstance(filter, CustomAttribute):
        value = profile.get(filter.name)
        missing = value is None or value in ("", []) or _type(value) not in types[filter.name]
        if filter.comparison in ("exists", "does_not_exist"):
            return missing is (filter.comparison == "does_not_exist")
        return settings.selects_missing(_row(filter)) if missing else _holds(filter, value, now)
    if isinstance(filter, LastUsedApp):
        used = profile["last_used_app"]
        at = datetime.fromisoformat(filter.value)
        return used is not None and (used < at if filter.comparison == "before" else used >= at)
    state = profile["push" if isinstance(filter, PushSubscription) else "email"]
    return (state == filter.value) is (filter.comparison == "is")


def _row(leaf: CustomAttribute) -> str:
    if leaf.comparison in ("is_any_of", "is_none_of"):
        return f"{leaf.comparison}.string.any"
    (kind,) = _leaf_types(leaf)
    group = "any"
    if kind == "number":
        group = "zero" if leaf.value == 0 else "other"
    elif kind == "boolean":
        group = "true" if leaf.value else "false"
    return f"{leaf.comparison}.{kind}.{group}"


def _holds(leaf: CustomAttribute, value: Any, now: datetime) -> bool:
    given: Any = leaf.value
    match leaf.comparison:
        case "equals":
            return bool(value == given)
        case "not_equal":
            return bool(value != given)
        case "is_any_of":
            return any(each in given for each in (value if isinstance(value, list) else [value]))
        case "is_none_of":
            return not any(each in given for each in (value if isinstance(value, list) else [value]))
        case "includes_value":
            return bool(given in value)
        case "does_not_include_value":
            return bool(given not in value)
        case "matches_regex":
            return re.search(given, value, re.IGNORECASE) is not None
        case "does_not_match_regex":
            return re.search(given, value, re.IGNORECASE) is None
        case "greater_than":
            return bool(value > given)
        case "greater_than_or_equal_to":
            return bool(value >= given)
        case "less_than":
            return bool(value < given)
        case "less_than_or_equal_to":
            return bool(value <= given)
        case "before":
            return bool(value < datetime.fromisoformat(given))
        case "after":
            return bool(value >= datetime.fromisoformat(given))
    span = timedelta(days=given)
    match leaf.comparison:
        case "less_than_x_days_ago":
            return bool(now - span <= value <= now)
        case "greater_than_x_days_ago":
            return bool(value < now - span)
        case "less_than_x_days_in_the_future":
            return bool(now < value <= now + span)
        case "greater_than_x_days_in_the_future":
            return bool(value > now + span)
    raise AssertionError(leaf)
