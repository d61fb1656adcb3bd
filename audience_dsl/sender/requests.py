"""A trigger request: every documented rule checked before anything is sent, and the bytes made once.

Nothing that decides who gets the message is ever filled in: what is sent is what the caller wrote.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import ErrorDetails

from ..audience.shape import shape_errors
from ..audience.wire import examine_audience
from ..braze_api import BODY_AT_MOST, CAMPAIGN_TRIGGER_SEND, PRIORITIZATIONS, SUBSCRIPTION_GROUP_STATES, Endpoint
from ..diagnostics import Diagnostic, RequestError, listed, nearest, quoted
from ..json_values import UNFIT, Bounds, Findings, Path, kind_in_words, plain
from .rules import apply_rules, as_json
from .shapes import body_model, fields_of, request_schema

__all__ = ["NESTING_AT_MOST", "Request", "build_request", "check_request", "request_schema"]

# Levels of arrays and objects in a body, the audience aside, which has its own limit. Braze states none: this
# is far beyond what a template reads, and well within what writers and readers of JSON can take.
NESTING_AT_MOST: Final = 100

_BOUNDS: Final = Bounds(
    depth=NESTING_AT_MOST,
    depth_in_words=f"{NESTING_AT_MOST} levels",
    size=BODY_AT_MOST,
    unfit="request-not-json",
    too_deep="request-not-json",
    too_large="request-body-too-large",
)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A checked request, as it goes over the wire. Made by `build_request` only.

    `body` is compact JSON in UTF-8; `digest` is its SHA-256 in hexadecimal. `subject` is the identifier of what is
    triggered, such as the campaign's. `is_broadcast` says that no users are named, so that a segment, the campaign's
    target, or the audience within it gets the message; `recipient_count` is the number of those who are named.
    """

    endpoint: Endpoint
    body: bytes
    subject: str | None
    is_broadcast: bool
    recipient_count: int
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.body).hexdigest())

    def to_dict(self) -> dict[str, Any]:
        """The body as a new object each time."""
        body: dict[str, Any] = json.loads(self.body)
        return body

    def __repr__(self) -> str:
        target = "broadcast" if self.is_broadcast else f"recipients: {self.recipient_count}"
        size = f"{len(self.body):,} bytes"
        return f"<Request POST {self.endpoint.path}, {target}, {size}, sha256 {self.digest[:12]}>"


def check_request(
    body: object,
    *,
    endpoint: Endpoint = CAMPAIGN_TRIGGER_SEND,
    audience_without_broadcast: bool = False,
) -> list[Diagnostic]:
    """Every finding about the body of a request, at most 100, each with its JSON pointer.

    `audience` may be an object with a `to_dict()`. Codes are AUD7xx, and AUD6xx inside `audience`. With
    `audience_without_broadcast`, an audience without recipients passes without `broadcast: true`; Braze's own
    pages disagree on that form. Raises nothing over the body.
    """
    return _examine(body, endpoint, audience_without_broadcast)[0]


def build_request(
    body: Mapping[str, object],
    *,
    endpoint: Endpoint = CAMPAIGN_TRIGGER_SEND,
    audience_without_broadcast: bool = False,
) -> Request:
    """The request for a body that breaks no rule; see `check_request` for the parameters.

    Raises RequestError with every finding.
    """
    findings, checked, text = _examine(body, endpoint, audience_without_broadcast)
    if findings or not isinstance(checked, dict):
        raise RequestError(findings)
    recipients = checked.get("recipients", [])
    return Request(
        endpoint=endpoint,
        body=text,
        subject=checked.get(endpoint.id_field),
        is_broadcast="recipients" not in checked,
        recipient_count=len(recipients),
    )


def _examine(body: object, endpoint: Endpoint, audience_without_broadcast: bool) -> tuple[list[Diagnostic], Any, bytes]:
    """The findings, the body as plain JSON values, and its text."""
    findings = Findings()
    checked = _plain_body(body, findings)
    if not isinstance(checked, dict):
        if checked is not UNFIT:
            findings.add("request-field-type", None, f"a request is an object, not {kind_in_words(checked)}", None)
        return findings.items, checked, b""
    model = body_model(endpoint)
    without_audience = {key: value for key, value in checked.items() if key != "audience"}
    for error in shape_errors(model, without_audience):
        if findings.full:
            break
        _translate(error, endpoint, findings)
    apply_rules(checked, endpoint, findings, audience_without_broadcast=audience_without_broadcast)
    text = as_json(checked)
    if len(text) > BODY_AT_MOST:
        findings.add(
            "request-body-too-large",
            None,
            f"the body is {len(text):,} bytes, and Braze takes {BODY_AT_MOST:,}",
            "send fewer recipients in one request, or a shorter audience",
        )
    return findings.items, checked, text


def _plain_body(body: object, findings: Findings) -> object:
    """The body as plain JSON values; the audience goes by its own limits and codes."""
    if not isinstance(body, Mapping) or "audience" not in body:
        return plain(body, findings, None, _BOUNDS)
    audience = body["audience"]
    if not isinstance(audience, Mapping) and callable(to_dict := getattr(audience, "to_dict", None)):
        audience = to_dict()
    # A null keeps the place of the audience among the keys.
    checked = plain({**body, "audience": None}, findings, None, _BOUNDS)
    examined = examine_audience(audience, findings, (None, "audience"), size_at_most=BODY_AT_MOST)
    if isinstance(checked, dict):
        checked["audience"] = examined
    return checked


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
_GROUPS_WAY: Final = "each entry is `{subscription_group_id, subscription_state}`, with the state " + " or ".join(
    f"`{state}`" for state in SUBSCRIPTION_GROUP_STATES
)


def _translate(error: ErrorDetails, endpoint: Endpoint, findings: Findings) -> None:
    """One error of pydantic as a finding in our own words."""
    place: Path = None
    for part in error["loc"]:
        place = (place, part)
    fields = [str(part) for part in error["loc"] if isinstance(part, str)]
    name = fields[-1]
    within = next((code for key, code in _CODE_WITHIN.items() if key in fields), None)
    kind = error["type"]
    if kind == "missing":
        parent: Path = place[0] if place else None
        help = _GROUPS_WAY if within else _WAY_OF_FIELD.get(name)
        findings.add(within or "request-field-missing", parent, f"`{name}` is missing", help)
    elif kind == "extra_forbidden":
        _unknown_field(error, place, endpoint, findings, within)
    elif kind == "too_short" or (name == "send_id" and kind.startswith("string_too_")):
        pass  # The rules say these better.
    elif kind == "string_too_short":
        help = "give it a value, or leave it out if it may be left out"
        findings.add(within or "request-field-type", place, f"`{name}` is empty", help)
    elif kind == "literal_error" and isinstance(error["input"], str):
        names = SUBSCRIPTION_GROUP_STATES if name == "subscription_state" else PRIORITIZATIONS
        close = nearest(error["input"], names, most=1)
        help = f"did you mean `{close[0]}`?" if close else f"use one of {listed(names)}"
        findings.add(within or "request-field-type", place, f"`{name}` has no value {quoted(error['input'])}", help)
    else:
        subject = f"`{name}`" if isinstance(error["loc"][-1], str) else f"an entry of `{name}`"
        message = f"{subject} must be {_KINDS[kind]}, not {kind_in_words(error['input'])}"
        findings.add(within or "request-field-type", place, message, _way_of_type(name, error["input"], endpoint))


def _unknown_field(
    error: ErrorDetails,
    place: Path,
    endpoint: Endpoint,
    findings: Findings,
    within: str | None,
) -> None:
    name = str(error["loc"][-1])
    if error["loc"] == ("segment_id",):
        findings.add(
            "request-segment",
            place,
            f"`segment_id` is not taken by POST {endpoint.path}",
            "add the segment to the campaign's target audience in the dashboard; it then applies together "
            "with `audience`",
        )
        return
    holders = [part for part in error["loc"][:-1] if isinstance(part, str)]
    known = fields_of(endpoint, holders[-1] if holders else "")
    close = nearest(name, known, most=1)
    findings.add(
        within or "request-field-unknown",
        place,
        f"there is no field {quoted(name)} here",
        f"did you mean `{close[0]}`?" if close else f"the fields here are {listed(known)}",
    )


def _way_of_type(name: str, value: object, endpoint: Endpoint) -> str | None:
    if value is None:
        return "leave it out: Braze documents no null here"
    if name == "subscription_groups":
        return _GROUPS_WAY
    if name == endpoint.properties_field:
        return 'write an object, or leave it out; the `""` of Braze\'s printed sample breaks its own rule'
    if isinstance(value, (int, float)) and not isinstance(value, bool) and name != "broadcast":
        return "put it in quotes"
    return _WAY_OF_FIELD.get(name)


_WAY_OF_FIELD: Final = {
    "campaign_id": "copy it from the campaign's page; the campaign needs API-triggered delivery",
    "user_alias": "write `{alias_name, alias_label}`",
    "alias_name": "write `{alias_name, alias_label}`",
    "alias_label": "write `{alias_name, alias_label}`",
    "file_name": "name the file, without its extension",
    "url": "give the address from which Braze can fetch the file",
    "prioritization": f"write a list of {listed(PRIORITIZATIONS)}",
}
