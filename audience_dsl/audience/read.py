"""Connected audience JSON → filter: what `wire` has nothing against, in the words of the compiler.

Braze has two ways to say some things, and a filter has one. A group of one member is that member, a group in a group
of its kind is part of it, a list's single value is a list of one, and the value that stands beside `exists` says
nothing. What no comparison reads (letter case, the spelling of a datetime, `1` or `1.0`) stays as it is.
"""

from collections.abc import Iterator
from typing import Any

from ..diagnostics import CODES, Diagnostic, RequestError
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
from ..json_values import Findings
from ..settings import Limits
from .wire import examine_audience

__all__ = ["read"]

_GROUPS: dict[str, type[And] | type[Or]] = {"AND": And, "OR": Or}
_OTHERS: dict[str, type[PushSubscription] | type[EmailSubscription] | type[LastUsedApp]] = {
    "push_subscription_status": PushSubscription,
    "email_subscription_status": EmailSubscription,
    "last_used_app": LastUsedApp,
}
# A list beside these is read as one filter for each value, joined so. `is_any_of` would be shorter and say less: it
# works on text as well, and these on arrays alone, so a user who holds text under that name would come in. That none
# may be there is inferred (AUDIENCE_PAGE equates it with `is_none_of`).
_ON_ARRAYS: dict[str, type[And] | type[Or]] = {"includes_value": Or, "does_not_include_value": And}
_LISTS = ("is_any_of", "is_none_of")
_PRESENCE = ("exists", "does_not_exist")


def read(value: object, *, limits: Limits | None = None) -> Filter:
    """The filter that a decoded connected audience object says, in canonical form.

    Raises RequestError with every finding of `check_audience`, and for more clauses than the limit.
    """
    limits = limits or Limits()
    findings = Findings()
    audience: Any = examine_audience(value, findings, depth_limit=limits.depth)
    if findings.items:
        raise RequestError(findings.items)
    results: list[Filter] = []
    pending: list[tuple[Any, bool]] = [(audience, False)]
    clauses = 0
    while pending:
        member, ready = pending.pop()
        ((kind, content),) = member.items()
        joined = _GROUPS.get(kind)
        if joined is None:
            clauses += _size(content)
            if clauses > limits.clauses:
                raise RequestError([_too_many(limits.clauses)])
            results.append(_filter(kind, content))
        elif ready:
            size = len(content)
            members = results[-size:]
            del results[-size:]
            results.append(group(joined, members))
        else:
            pending.append((member, True))
            pending.extend((each, False) for each in reversed(content))
    return results[0]


def _filter(kind: str, content: dict[str, Any]) -> Filter:
    comparison: str = content["comparison"]
    value: Any = content.get("value")
    if kind != "custom_attribute":
        return _OTHERS[kind](comparison, value)
    name = content["custom_attribute_name"]
    if comparison in _PRESENCE:
        return CustomAttribute(name, comparison)
    if comparison in _LISTS:
        return CustomAttribute(name, comparison, (value,) if isinstance(value, str) else tuple(value))
    if isinstance(value, list):
        return group(_ON_ARRAYS[comparison], list(_each(name, comparison, value)))
    return CustomAttribute(name, comparison, value)


def _each(name: str, comparison: str, values: list[str]) -> Iterator[Leaf]:
    return (CustomAttribute(name, comparison, value) for value in dict.fromkeys(values))


def _size(content: dict[str, Any]) -> int:
    """How many clauses a filter becomes: more than one only where a list is written out."""
    value = content.get("value")
    return len(value) if content["comparison"] in _ON_ARRAYS and isinstance(value, list) else 1


def _too_many(limit: int) -> Diagnostic:
    return Diagnostic(
        CODES["too-many-clauses"],
        f"the audience has more clauses than the limit of {limit:,}",
        pointer="",
        help="raise the limit `clauses` in the settings if it is meant",
    )
