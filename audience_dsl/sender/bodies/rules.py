"""What one field of a body demands of another, one function for each rule.

Each takes a body as plain JSON values, with fields of its endpoint alone, and says nothing about fields of a wrong
type, which the models report.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from ...braze_api import MESSAGE_CHANNELS, SEND_ID_AT_MOST, Endpoint
from ...diagnostics import did_you_mean, listed, quoted
from ...json_values import Findings, Path
from .fields import fields_of_body
from .properties import check_properties
from .recipients import apply_recipient_rules
from .schedules import check_schedule
from .targets import Object, check_targets

__all__ = ["apply_rules"]

# The most channels that are compared with those we know: comparing is slow, and Braze has few.
_COMPARED_AT_MOST = 100


def apply_rules(body: Object, endpoint: Endpoint, findings: Findings, *, audience_without_broadcast: bool) -> None:
    fields = fields_of_body(endpoint)
    body = {name: value for name, value in body.items() if name in fields}
    check_targets(body, endpoint, findings, audience_without_broadcast=audience_without_broadcast)
    check_properties(body, endpoint, findings, None)
    for rule in _RULES:
        rule(body, findings)
    if endpoint.at_least_one and not any(field in body for field in endpoint.at_least_one):
        findings.add(
            "request-field-missing",
            None,
            f"the request has none of {listed(endpoint.at_least_one)}, so it changes nothing",
            "give what is to change",
        )
    recipients = body.get("recipients")
    if isinstance(recipients, list):
        for index, recipient in enumerate(recipients):
            if findings.full:
                return
            if isinstance(recipient, dict):
                apply_recipient_rules(recipient, endpoint, findings, ((None, "recipients"), index))


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


def _attachments(body: Object, findings: Findings) -> None:
    attachments = body.get("attachments")
    if not isinstance(attachments, list):
        return
    for index, attachment in enumerate(attachments):
        url = attachment.get("url") if isinstance(attachment, dict) else None
        if isinstance(url, str) and url and not _is_web_address(url):
            findings.add(
                "request-attachment",
                (((None, "attachments"), index), "url"),
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


def _messages(body: Object, findings: Findings) -> None:
    messages = body.get("messages")
    if not isinstance(messages, dict):
        return
    if not messages:
        findings.add(
            "request-messages",
            (None, "messages"),
            "`messages` is empty, so there is nothing to send",
            "give a message for a channel, such as `email` or `apple_push`",
        )
    for index, (channel, message) in enumerate(messages.items()):
        if findings.full:
            return
        place: Path = ((None, "messages"), channel)
        is_known = channel in MESSAGE_CHANNELS or index >= _COMPARED_AT_MOST
        # Channels come and go, so only what looks misspelt, or like a part of one, is refused.
        help = None if is_known else _way_of_channel(channel)
        if help is not None:
            findings.add("request-field-unknown", place, f"there is no channel {quoted(channel)}", help)
        # A null is reported by its type, and is no campaign that has variations.
        if body.get("campaign_id") is not None and isinstance(message, dict):
            _variation(message, findings, place)


def _way_of_channel(channel: str) -> str | None:
    wider = [each for each in MESSAGE_CHANNELS if channel in each.split("_")]
    if len(wider) > 1:
        return f"use one of {listed(wider)}"
    return did_you_mean(channel, MESSAGE_CHANNELS, None)


def _variation(message: Object, findings: Findings, place: Path) -> None:
    variation = message.get("message_variation_id")
    if not isinstance(variation, str) or not variation:
        findings.add(
            "request-messages",
            place if "message_variation_id" not in message else (place, "message_variation_id"),
            "beside `campaign_id` each message needs its `message_variation_id`, a string that is not empty",
            "copy it from the message in the API campaign, or leave out `campaign_id`",
        )


_RULES: tuple[Callable[[Object, Findings], None], ...] = (_send_id, _attachments, check_schedule, _messages)
