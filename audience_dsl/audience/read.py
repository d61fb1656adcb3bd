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
from ..json_values import Findings, Path, pointer_of
from ..settings import Limits
from .wire import examine_audience

__all__ = ["filter_of", "read"]

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
    audience = examine_audience(value, findings, depth_limit=limits.depth)
    if findings.items:
        raise RequestError(findings.items)
    return filter_of(audience, limits=limits)


def filter_of(audience: Any, *, limits: Limits, path: Path = None, notes: Findings | None = None) -> Filter:
    """The same, of a plain object that nothing is wrong with. `notes` gets what is said otherwise in canonical form.

    Raises RequestError for more clauses than the limit.
    """
    results: list[Filter] = []
    # Each with where it stands, and the kind of the group that it will be a member of, None for the outermost.
    pending: list[tuple[Any, Path, str | None, bool]] = [(audience, path, None, False)]
    clauses = 0
    while pending:
        member, place, outer, ready = pending.pop()
        ((kind, content),) = member.items()
        joined = _GROUPS.get(kind)
        if joined is None:
            clauses += _size(content)
            if clauses > limits.clauses:
                raise RequestError([_too_many(limits.clauses, path)])
            if notes is not None:
                _note_clause(content, (place, kind), notes)
            results.append(_filter(kind, content))
        elif ready:
            size = len(content)
            members = results[-size:]
            del results[-size:]
            results.append(group(joined, members))
        else:
            alone = len(content) == 1
            if notes is not None:
                _note_group(kind, outer, place, notes, alone=alone)
            pending.append((member, place, outer, True))
            inner = outer if alone else kind
            inside: Path = (place, kind)
            pending.extend((content[index], (inside, index), inner, False) for index in reversed(range(len(content))))
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
    # Nothing tells a negative zero from zero.
    return CustomAttribute(name, comparison, value + 0.0 if isinstance(value, float) else value)


def _each(name: str, comparison: str, values: list[str]) -> Iterator[Leaf]:
    return (CustomAttribute(name, comparison, value) for value in dict.fromkeys(values))


# --- What the canonical form says otherwise ---


def _note_group(kind: str, outer: str | None, place: Path, notes: Findings, *, alone: bool) -> None:
    if alone:
        notes.add("audience-respelled", place, f"the `{kind}` of one member is read as that member")
    elif kind == outer:
        notes.add("audience-respelled", place, f"the `{kind}` inside `{kind}` is read as part of it")


def _note_clause(content: dict[str, Any], place: Path, notes: Findings) -> None:
    comparison, value = content["comparison"], content.get("value")
    message = None
    if comparison in _PRESENCE and "value" in content:
        message = f"`{comparison}` needs no value, and the one beside it is dropped"
    elif comparison in _LISTS and isinstance(value, str):
        message = f"the single text beside `{comparison}` is read as a list of one"
    elif comparison in _ON_ARRAYS and isinstance(value, list):
        once = list(dict.fromkeys(value))
        joined = _ON_ARRAYS[comparison].__name__.upper()
        message = (
            f"the list of one beside `{comparison}` is read as its text"
            if len(once) == 1
            else f"the list beside `{comparison}` is read as one filter for each of its {len(once):,} texts, "
            f"joined by `{joined}`"
        )
    elif isinstance(value, float) and str(value) == "-0.0":
        message = "the negative zero is read as zero"
    if message is not None:
        notes.add("audience-respelled", (place, "value"), message)


def _size(content: dict[str, Any]) -> int:
    """How many clauses a filter becomes: more than one only where a list is written out."""
    value = content.get("value")
    return len(value) if content["comparison"] in _ON_ARRAYS and isinstance(value, list) else 1


def _too_many(limit: int, path: Path) -> Diagnostic:
    return Diagnostic(
        CODES["too-many-clauses"],
        f"the audience has more clauses than the limit of {limit:,}",
        pointer=pointer_of(path),
        help="raise the limit `clauses` in the settings if it is meant",
    )
