"""A request: every documented rule checked before anything is sent, and the bytes made once.

Nothing that decides who gets the message is ever filled in: what is sent is what the caller wrote.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ..audience.shape import shape_errors
from ..audience.wire import examine_audience
from ..braze_api import BODY_AT_MOST, CAMPAIGN_TRIGGER_SEND, ENDPOINTS, Endpoint
from ..diagnostics import (
    CODES,
    ERROR,
    ConfigurationError,
    Diagnostic,
    RequestError,
    by_severity,
    did_you_mean,
    listed,
    quoted,
)
from ..json_values import UNFIT, Bounds, Findings, kind_in_words, plain
from .bodies.fields import endpoint_for, endpoint_named
from .bodies.models import body_model, request_schema
from .bodies.parts import recipient_model
from .bodies.recipients import apply_recipient_rules
from .bodies.rules import apply_rules
from .bodies.schedules import check_passed
from .bodies.targets import count_of_users
from .bodies.text import as_json
from .bodies.wording import translate

__all__ = [
    "NESTING_AT_MOST",
    "Request",
    "build_request",
    "check_recipient",
    "check_request",
    "endpoint_for",
    "examine_request",
    "request_schema",
]

# Levels of arrays and objects in a body, the audience aside, which has its own limit. Braze states none: this
# is far beyond what a template reads, and well within what writers and readers of JSON can take.
NESTING_AT_MOST: Final = 100
# Kinds of endpoint that reach users; the others change schedules, or make identifiers.
_REACHING: Final = ("send", "schedule", "live-activity")


def _bounds(depth: int) -> Bounds:
    return Bounds(
        depth=depth,
        depth_in_words=f"{NESTING_AT_MOST} levels",
        size=BODY_AT_MOST,
        unfit="request-not-json",
        too_deep="request-not-json",
        too_large="request-body-too-large",
    )


_BOUNDS: Final = _bounds(NESTING_AT_MOST)
# A recipient stands two levels deep in a body.
_BOUNDS_OF_RECIPIENT: Final = _bounds(NESTING_AT_MOST - 2)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A checked request, as it goes over the wire. Made by `build_request` only.

    `body` is compact JSON in UTF-8; `digest` is its SHA-256 in hexadecimal. `subject` is the identifier of what is
    triggered, such as the campaign's, or else that of the schedule, where there is one. `is_broadcast` says that no
    users are named, so that a segment, the campaign's target, or the audience within it gets the message;
    `recipient_count` is the number of those who are named.
    """

    endpoint: Endpoint
    body: bytes
    subject: str | None
    is_broadcast: bool
    recipient_count: int
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.body).hexdigest())

    @property
    def is_entire_segment(self) -> bool:
        """Whether it is a broadcast without an audience, so that nothing in it narrows whom it reaches."""
        return self.is_broadcast and self.endpoint.audience_field not in self.to_dict()

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
    endpoint: Endpoint | str = CAMPAIGN_TRIGGER_SEND,
    audience_without_broadcast: bool = False,
) -> list[Diagnostic]:
    """Every finding about the body of a request, at most 100, each with its JSON pointer.

    The audience may be an object with a `to_dict()`. Codes are AUD7xx, and AUD6xx inside the audience; a request can
    be built unless one of them is an error. With `audience_without_broadcast`, an audience without users passes
    without `broadcast: true`; Braze's own pages disagree on that form. `endpoint` may be a name of
    `braze_api.ENDPOINTS`, or a path; `endpoint_for` says which one a body implies. Raises nothing over the body, and
    ConfigurationError for an endpoint that there is not.
    """
    return examine_request(body, endpoint=_endpoint(endpoint), audience_without_broadcast=audience_without_broadcast)[0]


def build_request(
    body: Mapping[str, object],
    *,
    endpoint: Endpoint | str = CAMPAIGN_TRIGGER_SEND,
    audience_without_broadcast: bool = False,
) -> Request:
    """The request for a body that breaks no rule; see `check_request` for the parameters.

    Raises RequestError with every finding.
    """
    findings, request = examine_request(
        body, endpoint=_endpoint(endpoint), audience_without_broadcast=audience_without_broadcast
    )
    if request is None:
        raise RequestError(findings)
    return request


def _endpoint(named: Endpoint | str) -> Endpoint:
    found = named if isinstance(named, Endpoint) else endpoint_named(named) if isinstance(named, str) else None
    if found is None:
        raise ConfigurationError(
            CODES["settings"],
            f"there is no endpoint {quoted(str(named))}",
            help=did_you_mean(str(named), ENDPOINTS, f"name one of {listed(ENDPOINTS)}"),
        )
    return found


def examine_request(
    body: object, *, endpoint: Endpoint, audience_without_broadcast: bool = False, now: datetime | None = None
) -> tuple[list[Diagnostic], Request | None]:
    """Both at once: the findings about a body, and its request unless one of them is an error.

    With `now`, a schedule whose time has passed is warned of.
    """
    findings = Findings()
    checked = _plain_body(body, endpoint, findings)
    if not isinstance(checked, dict):
        if checked is not UNFIT:
            findings.add("request-field-type", None, f"a request is an object, not {kind_in_words(checked)}", None)
        return findings.items, None
    without_audience = {key: value for key, value in checked.items() if key != endpoint.audience_field}
    for error in shape_errors(body_model(endpoint), without_audience):
        if findings.full:
            break
        translate(error, endpoint, findings)
    apply_rules(checked, endpoint, findings, audience_without_broadcast=audience_without_broadcast)
    if now is not None:
        check_passed(checked, now, findings)
    text = as_json(checked)
    if len(text) > BODY_AT_MOST:
        findings.add(
            "request-body-too-large",
            None,
            f"the body is {len(text):,} bytes, and Braze takes {BODY_AT_MOST:,}",
            "send fewer recipients in one request, or a shorter audience",
        )
    if by_severity(findings.items, ERROR):
        return findings.items, None
    return findings.items, _request(checked, endpoint, text)


def _request(body: dict[str, Any], endpoint: Endpoint, text: bytes) -> Request:
    subject = body.get(endpoint.id_field) if endpoint.id_field else None
    return Request(
        endpoint=endpoint,
        body=text,
        subject=body.get("schedule_id") if subject is None else subject,
        is_broadcast=endpoint.kind in _REACHING and not any(field in body for field in endpoint.users_fields),
        recipient_count=count_of_users(body, endpoint),
    )


def check_recipient(recipient: object, endpoint: Endpoint) -> list[Diagnostic]:
    """Every finding about one recipient by itself, with pointers into it: the rules that `check_request` applies.

    For recipients that come one after another, and stand in a request later. Warnings are among the findings.
    """
    findings = Findings()
    checked = plain(recipient, findings, None, _BOUNDS_OF_RECIPIENT)
    for error in shape_errors(recipient_model(endpoint), checked):
        translate(error, endpoint, findings, root="recipients")
    if isinstance(checked, dict):
        apply_recipient_rules(checked, endpoint, findings, None)
    return findings.items


def _plain_body(body: object, endpoint: Endpoint, findings: Findings) -> object:
    """The body as plain JSON values; the audience goes by its own limits and codes."""
    field = endpoint.audience_field
    if field is None or not isinstance(body, Mapping) or field not in body:
        return plain(body, findings, None, _BOUNDS)
    audience = body[field]
    if not isinstance(audience, Mapping) and callable(to_dict := getattr(audience, "to_dict", None)):
        audience = to_dict()
    # A null keeps the place of the audience among the keys.
    checked = plain({**body, field: None}, findings, None, _BOUNDS)
    examined = examine_audience(audience, findings, (None, field), size_at_most=BODY_AT_MOST)
    if isinstance(checked, dict):
        checked[field] = examined
    return checked
