"""What one field of a trigger request demands of another, one function for each rule.

Each takes a body, or one recipient of it, as plain JSON values, and says nothing about fields of a wrong
type, which the models of `shapes` report.
"""

import json
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from ..braze_api import (
    BATCH_OF_RECIPIENTS,
    IDENTIFIERS,
    PRIORITIZATIONS,
    SEND_ID_AT_MOST,
    TRIGGER_PROPERTIES_AT_MOST,
    Endpoint,
)
from ..diagnostics import listed, quoted
from ..json_values import Findings, Path

__all__ = ["apply_rules", "as_json"]

Object: TypeAlias = dict[str, object]


def as_json(value: object) -> bytes:
    """Compact JSON in UTF-8, keys in the order given: the same bytes for the same plain value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_nothing).encode()


def _nothing(_unfit: object) -> None:
    """What was reported as unfit for JSON counts as null here."""


def apply_rules(body: Object, endpoint: Endpoint, findings: Findings, *, audience_without_broadcast: bool) -> None:
    _target(body, findings, audience_without_broadcast=audience_without_broadcast)
    _send_id(body, findings)
    _properties(body, endpoint, findings, None)
    attachments = body.get("attachments")
    if isinstance(attachments, list):
        for index, attachment in enumerate(attachments):
            if isinstance(attachment, dict):
                _attachment(attachment, findings, ((None, "attachments"), index))
    recipients = body.get("recipients")
    if isinstance(recipients, list):
        for index, recipient in enumerate(recipients):
            if findings.full:
                return
            if isinstance(recipient, dict):
                place: Path = ((None, "recipients"), index)
                _properties(recipient, endpoint, findings, place)
                for rule in RECIPIENT_RULES:
                    rule(recipient, findings, place)


def _target(body: Object, findings: Findings, *, audience_without_broadcast: bool) -> None:
    recipients = body.get("recipients")
    broadcast = body.get("broadcast", False)
    if isinstance(recipients, list) and len(recipients) > BATCH_OF_RECIPIENTS:
        findings.add(
            "request-too-many-recipients",
            (None, "recipients"),
            f"`recipients` has {len(recipients):,} entries, and Braze takes {BATCH_OF_RECIPIENTS}",
            f"send them in several requests of up to {BATCH_OF_RECIPIENTS}",
        )
    if broadcast is True:
        if "recipients" in body:
            findings.add(
                "request-broadcast-recipients",
                (None, "recipients"),
                "`broadcast: true` sends to everyone targeted, and cannot stand beside `recipients`",
                "leave out `recipients` to reach everyone targeted, or `broadcast` to reach these users",
            )
        if "attachments" in body:
            findings.add(
                "request-broadcast-attachments",
                (None, "attachments"),
                "`attachments` cannot stand beside `broadcast: true`",
                "attach the files in the dashboard, or name `recipients` instead of broadcasting",
            )
    elif broadcast is False:
        if recipients == []:
            findings.add(
                "request-no-target",
                (None, "recipients"),
                "`recipients` is empty, so the request reaches nobody",
                "name a recipient; or leave it out and write `broadcast: true` to reach everyone targeted",
            )
        elif "recipients" not in body:
            _no_recipients(body, findings, audience_without_broadcast=audience_without_broadcast)


def _no_recipients(body: Object, findings: Findings, *, audience_without_broadcast: bool) -> None:
    if "audience" not in body:
        findings.add(
            "request-no-target",
            None,
            "the request names no recipients and does not broadcast, which Braze refuses",
            "name `recipients`; or give an `audience` and write `broadcast: true`",
        )
    elif not audience_without_broadcast:
        findings.add(
            "request-audience-needs-broadcast",
            (None, "audience"),
            "`audience` without `recipients` needs `broadcast: true`, written by you",
            "add `broadcast: true`. Braze's own pages disagree: the endpoint's page demands it, the page on "
            "connected audiences prints a request without; the setting `audience_without_broadcast` allows that",
        )


def _send_id(body: Object, findings: Findings) -> None:
    send_id = body.get("send_id")
    if isinstance(send_id, str) and not (send_id.isascii() and 0 < len(send_id) <= SEND_ID_AT_MOST):
        findings.add(
            "request-send-id",
            (None, "send_id"),
            f"a `send_id` has 1 to {SEND_ID_AT_MOST} ASCII characters; this is {_fault_of_send_id(send_id)}",
            "make one at /sends/id/create, or leave it out: it is for analytics only",
        )


def _fault_of_send_id(send_id: str) -> str:
    if not send_id:
        return "empty"
    return f"{len(send_id):,} characters long" if send_id.isascii() else "not ASCII"


def _properties(holder: Object, endpoint: Endpoint, findings: Findings, place: Path) -> None:
    field = endpoint.properties_field or ""
    properties = holder.get(field)
    if not isinstance(properties, dict):
        return
    size = len(as_json(properties))
    if size > TRIGGER_PROPERTIES_AT_MOST:
        findings.add(
            "request-properties-too-large",
            (place, field),
            f"`{field}` is {size:,} bytes as JSON, and Braze takes {TRIGGER_PROPERTIES_AT_MOST:,}",
            "send an identifier, and let the message fetch the rest by Connected Content or a catalogue",
        )


def _attachment(attachment: Object, findings: Findings, place: Path) -> None:
    url = attachment.get("url")
    if isinstance(url, str) and url and not _is_web_address(url):
        findings.add(
            "request-attachment",
            (place, "url"),
            "the `url` of an attachment is no http or https address",
            "give an address from which Braze can fetch the file, such as `https://example.com/terms.pdf`",
        )


def _is_web_address(url: str) -> bool:
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False


def _identifiers(recipient: Object, findings: Findings, place: Path) -> None:
    given = [name for name in IDENTIFIERS if name in recipient]
    if len(given) == 1:
        return
    findings.add(
        "request-identifiers",
        place,
        f"a recipient has exactly one identifier, and this has {' and '.join(map(quoted, given)) or 'none'}",
        "keep one of them" if given else f"give it one of {listed(IDENTIFIERS)}",
    )


def _prioritization(recipient: Object, findings: Findings, place: Path) -> None:
    order = recipient.get("prioritization")
    if "prioritization" not in recipient:
        if "email" in recipient:
            findings.add(
                "request-prioritization",
                place,
                "a recipient by `email` needs `prioritization`, since several users may share an address",
                'say which to take, for example `"prioritization": ["identified", "most_recently_updated"]`',
            )
        return
    place = (place, "prioritization")
    if not isinstance(order, list):
        return
    if not order:
        findings.add(
            "request-prioritization",
            place,
            "`prioritization` is empty",
            f"name one of {listed(PRIORITIZATIONS)}",
        )
    if any(order.count(name) > 1 for name in PRIORITIZATIONS):
        findings.add("request-prioritization", place, "`prioritization` names a value twice", "name each value once")
    # The first pair is documented; the second is inferred from it: each of its values undoes the other.
    for pair in (PRIORITIZATIONS[:2], PRIORITIZATIONS[2:]):
        if all(name in order for name in pair):
            findings.add(
                "request-prioritization",
                place,
                f"`prioritization` takes at most one of {listed(pair)}",
                "keep the one that you prefer",
            )


def _existing_only(recipient: Object, findings: Findings, place: Path) -> None:
    if recipient.get("send_to_existing_only") is not False:
        return
    at: Path = (place, "send_to_existing_only")
    if "user_alias" in recipient:
        findings.add(
            "request-existing-only",
            at,
            "`send_to_existing_only: false` is not for `user_alias`: Braze creates no alias-only users here",
            "leave it out, and create the user before",
        )
    elif recipient.get("attributes", {}) == {}:
        findings.add(
            "request-existing-only",
            at,
            "`send_to_existing_only: false` needs `attributes` that are not empty, or no user is created",
            "add `attributes`, for example the user's email address; or leave out `send_to_existing_only`",
        )


RECIPIENT_RULES: tuple[Callable[[Object, Findings, Path], None], ...] = (
    _identifiers,
    _prioritization,
    _existing_only,
)
