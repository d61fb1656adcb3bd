"""What the models find, in our own words."""

from typing import Final

from pydantic_core import ErrorDetails

from ...braze_api import PRIORITIZATIONS, RECIPIENT_SUBSCRIPTION_STATES, SUBSCRIPTION_GROUP_STATES, Endpoint
from ...diagnostics import did_you_mean, listed, quoted
from ...json_values import Findings, Path, kind_in_words
from .fields import fields_of_body, properties_fields
from .parts import fields_within
from .unknown import is_segment, segment_way, way_of_unknown

__all__ = ["translate"]

_KINDS: Final = {
    "string_type": "a string",
    "dict_type": "an object",
    "model_type": "an object",
    "list_type": "an array",
    "bool_type": "true or false",
    "literal_error": "a string",
}
# Fields that have a code of their own for whatever is wrong inside them.
_CODE_WITHIN: Final = {
    "subscription_groups": "request-subscription-groups",
    "prioritization": "request-prioritization",
}
_VALUES: Final = {
    "subscription_state": SUBSCRIPTION_GROUP_STATES,
    "prioritization": PRIORITIZATIONS,
    "recipient_subscription_state": RECIPIENT_SUBSCRIPTION_STATES,
}
_ALIAS_WAY: Final = "write `{alias_name, alias_label}`"
_GROUPS_WAY: Final = "each entry is `{subscription_group_id, subscription_state}`, with the state " + " or ".join(
    f"`{state}`" for state in SUBSCRIPTION_GROUP_STATES
)
_TIME_WAY: Final = "write it as `2026-12-24T09:00:00Z`, or with an offset such as `+07:00`"
_TIMES: Final = ("time", "stale_date", "dismissal_date")
_WAY_OF_FIELD: Final = {
    "campaign_id": "copy it from the campaign's page; the campaign needs API-triggered delivery",
    "canvas_id": "copy it from the Canvas's page; the Canvas needs API-triggered delivery",
    "schedule_id": "take it from the answer to the creation of the schedule",
    "schedule": "say when it goes out: `{time}`, with `in_local_time` or `at_optimal_time` where you want them",
    "time": _TIME_WAY,
    "messages": "give a message for a channel: `{email: {…}}`",
    "app_id": "copy it from the settings of the app in the dashboard",
    "activity_id": "give an identifier of your own, by which the activity is updated and ended",
    "activity_attributes_type": "give the type that the app registers for activities started from afar",
    "activity_attributes": "give an object of what does not change while the activity lasts",
    "content_state": "give an object of what changes, in the shape that the app defines",
    "notification": "write `{alert: {title, body}}`",
    "recipients": "write a list of objects, each with an identifier: `{external_user_id}`",
    "attachments": "write a list of `{file_name, url}`",
    "attributes": "write an object of values by the names of the attributes",
    "user_alias": _ALIAS_WAY,
    "user_aliases": "write a list of `{alias_name, alias_label}`",
    "alias_name": _ALIAS_WAY,
    "alias_label": _ALIAS_WAY,
    "external_user_ids": "write a list of strings",
    "file_name": "name the file, without its extension",
    "url": "give the address from which Braze can fetch the file",
    "prioritization": f"write a list of {listed(PRIORITIZATIONS)}",
}


def translate(error: ErrorDetails, endpoint: Endpoint, findings: Findings, *, root: str = "") -> None:
    """One error of pydantic as a finding. `root` is the name under which the object stands, empty for a body."""
    place: Path = None
    for part in error["loc"]:
        place = (place, part)
    fields = [part for part in error["loc"] if isinstance(part, str)]
    name = fields[-1] if fields else root
    within = next((code for key, code in _CODE_WITHIN.items() if key in fields), None)
    kind = error["type"]
    if kind == "missing":
        parent: Path = place[0] if place else None
        help = _GROUPS_WAY if within else _WAY_OF_FIELD.get(name)
        findings.add(within or "request-field-missing", parent, f"`{name}` is missing", help)
    elif kind == "extra_forbidden":
        _unknown_field(error, place, endpoint, findings, within, root)
    elif kind == "too_short" or (name == "send_id" and kind.startswith("string_too_")):
        pass  # The rules say these better.
    elif kind in ("string_pattern_mismatch", "value_error"):
        findings.add("request-time", place, f"`{name}` is no datetime in ISO 8601", _TIME_WAY)
    elif kind == "string_too_short":
        help = "give it a value, or leave it out if it may be left out"
        findings.add(within or "request-field-type", place, f"{_subject(error, name)} is empty", help)
    elif kind == "literal_error" and isinstance(error["input"], str):
        names = _VALUES[name]
        help = did_you_mean(error["input"], names, f"use one of {listed(names)}")
        findings.add(within or "request-field-type", place, f"`{name}` has no value {quoted(error['input'])}", help)
    else:
        message = f"{_subject(error, name)} must be {_KINDS[kind]}, not {kind_in_words(error['input'])}"
        findings.add(within or "request-field-type", place, message, _way_of_type(name, error, endpoint))


def _subject(error: ErrorDetails, name: str) -> str:
    is_entry = not error["loc"] or isinstance(error["loc"][-1], int)
    return f"an entry of {quoted(name)}" if is_entry else quoted(name)


def _unknown_field(
    error: ErrorDetails,
    place: Path,
    endpoint: Endpoint,
    findings: Findings,
    within: str | None,
    root: str,
) -> None:
    name = str(error["loc"][-1])
    holder = next((part for part in reversed(error["loc"][:-1]) if isinstance(part, str)), root)
    if not holder and is_segment(name, endpoint):
        findings.add("request-segment", place, f"`{name}` is not taken by POST {endpoint.path}", segment_way(endpoint))
        return
    known = fields_within(endpoint, holder) if holder else fields_of_body(endpoint)
    findings.add(
        within or "request-field-unknown",
        place,
        f"there is no field {quoted(name)} here",
        way_of_unknown(name, known, endpoint, holder),
    )


def _way_of_type(name: str, error: ErrorDetails, endpoint: Endpoint) -> str | None:
    value = error["input"]
    if value is None:
        return "leave it out: Braze documents no null here"
    if name == "subscription_groups":
        return _GROUPS_WAY
    if name in properties_fields(endpoint):
        return 'write an object, or leave it out; the `""` of Braze\'s printed sample breaks its own rule'
    if error["type"] == "bool_type":
        quoted_one = isinstance(value, str) and value.strip().lower() in ("true", "false")
        return "write it without quotes, in small letters" if quoted_one else "write `true` or `false`"
    if name in _TIMES:
        return _TIME_WAY
    if error["type"] == "string_type" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return "put it in quotes"
    return _WAY_OF_FIELD.get(name)
