"""What the language has no text for, of filters that the check of the object lets pass; and the attributes' types.

The compiler refuses all of this in a text. Here it is found first, by its place in the object.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ..attribute_types import comparison_types
from ..audience.shape import INSTANT, REGEX
from ..audience.wire import Clause
from ..braze import fault_of_name
from ..compiler.instants import LocalTimeError, complete
from ..compiler.kinds import describe_types
from ..diagnostics import quoted
from ..filters import CustomAttribute
from ..json_values import Findings, Path, pointer_of
from ..settings import Settings
from ..syntax.literals import MAX_INTEGER, datetime_error, has_offset

__all__ = ["judge"]


def judge(
    clauses: Iterable[Clause], errors: Findings, notes: Findings, settings: Settings
) -> Mapping[str, frozenset[str]]:
    """Report what cannot be written, and note the datetimes that are completed; the types left for each attribute."""
    types: dict[str, tuple[frozenset[str], Path]] = {}
    conflicting: set[str] = set()
    for clause in clauses:
        value = clause.fields.get("value")
        place: Path = (clause.path, "value")
        comparison: str = clause.fields["comparison"]
        if comparison in INSTANT:
            _instant(value, place, errors, notes, settings)
        if clause.kind != "custom_attribute":
            continue
        name: str = clause.fields["custom_attribute_name"]
        named: Path = (clause.path, "custom_attribute_name")
        fault = fault_of_name(name)
        if fault is not None:
            errors.add("audience-unwritable", named, *fault)
        if comparison in REGEX and not value:
            errors.add("audience-unwritable", place, "an empty regex matches every text", "ask with `exists`")
        _number(value, place, errors)
        _list(value, place, errors, settings)
        if name not in conflicting and not _narrow(types, name, comparison, value, named, errors):
            conflicting.add(name)
    return {name: left for name, (left, _) in types.items()}


def _number(value: Any, place: Path, errors: Findings) -> None:
    if type(value) is int and abs(value) > MAX_INTEGER:
        message = f"{quoted(str(value))} is beyond ±{MAX_INTEGER}, the integers that readers of JSON hold exactly"
        errors.add("audience-unwritable", place, message, "compare a text attribute if this is an identifier")


def _list(value: Any, place: Path, errors: Findings, settings: Settings) -> None:
    most = settings.limits.list_items
    if isinstance(value, list) and len(value) > most:
        message = f"the list has {len(value):,} items, and the limit is {most:,}"
        errors.add("list-too-long", place, message, "raise the limit `list_items` in the settings if it is meant")


def _instant(value: Any, place: Path, errors: Findings, notes: Findings, settings: Settings) -> None:
    refused = datetime_error(value)
    if refused is not None:
        errors.add("audience-value", place, refused.message, refused.help)
        return
    if has_offset(value):
        return
    zone = settings.time_zone
    try:
        completed = complete(value, zone)
    except LocalTimeError as error:
        errors.add("audience-value", place, str(error), "write it with its offset, as in `2026-01-31T13:00:00+0700`")
        return
    message = f"the datetime has no offset, and is read in the zone `{zone}`, as `{completed}`"
    way = "Braze's pages do not say in which zone it reads it: send an offset, or set the time zone in the settings"
    notes.add("audience-zone", place, message, way)


def _narrow(
    types: dict[str, tuple[frozenset[str], Path]],
    name: str,
    comparison: str,
    value: Any,
    place: Path,
    errors: Findings,
) -> bool:
    """Narrow the types that are left for the attribute. False where none is, which is reported."""
    own = comparison_types(CustomAttribute(name, comparison, value))
    known = types.get(name)
    if known is None:
        types[name] = own, place
        return True
    left = known[0] & own
    if not left:
        where = pointer_of(known[1])
        there = f"{describe_types(known[0])} at `{where}`"
        message = f"{quoted(name)} is compared as {describe_types(own)} here, and as {there}"
        way = "an attribute has one type in Braze, which checks it only when the message goes out"
        errors.add("audience-two-types", place, message, way)
        return False
    if left != known[0]:
        types[name] = left, place
    return True
