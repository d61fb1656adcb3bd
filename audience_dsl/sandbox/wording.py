"""Findings in Braze's words: the messages of 400s, and the text of the activity log.

Messages: /docs/api/errors, documented. Which rule brings which message is documented for the ones that name
their rule, and a guess for the rest, which get `Bad Request`; docs/sandbox.md lists them.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from ..braze_api import Endpoint
from ..diagnostics import CODES, Diagnostic
from .bodies import write_json

__all__ = [
    "BAD_REQUEST",
    "INVALID_KEY",
    "MISSING_PERMISSION",
    "REAL_KEY",
    "UNPARSABLE",
    "activity_text",
    "concerns_audience",
    "invalid_id",
    "notice",
    "refusal_message",
    "status_phrase",
    "unknown_here",
]

BAD_REQUEST = "Bad Request"
INVALID_KEY = "Invalid API key"
# What follows it where a key looks as if it were one of Braze's; it is never repeated.
REAL_KEY = "this one looks real, and a sandbox takes none of those"
# By the status that is answered; the texts are those of the errors page.
MISSING_PERMISSION = {401: "Unauthorized", 403: "Access Denied"}
# By the field of the id. That of Canvases is a guess after the other.
_INVALID_IDS = {"campaign_id": "Invalid Campaign ID", "canvas_id": "Invalid Canvas ID"}
# Printed by /docs/api/endpoints/messaging/live_activity/start, its last blank included (documented).
UNPARSABLE = (
    "\nProblem:\n  message body does not match declared format\nResolution:\n  when specifying "
    "application/json as content-type, you must pass valid application/json in the request's 'body' "
)

_MESSAGES = {
    "request-no-target": "No Recipients",
    "request-audience-needs-broadcast": "No Recipients",
    "request-too-many-recipients": "The max number of external_ids and aliases per request was exceeded",
}
# Characters of the audience that a line of the activity log repeats.
_REPEATED_AT_MOST = 1_000


def status_phrase(status: int) -> str:
    """What HTTP calls a status; empty where it has no name."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def concerns_audience(finding: Diagnostic) -> bool:
    """Whether Braze would find this only when it sends: it is about the connected audience object."""
    return finding.code.code.startswith("AUD6")


def invalid_id(endpoint: Endpoint) -> str | None:
    """What Braze says of an id that names nothing; None where the endpoint has no such id."""
    return _INVALID_IDS.get(endpoint.id_field or "")


def notice(endpoint: Endpoint, state: str) -> str:
    """What the answer says beside `success` of what is paused or archived.

    That there is a notice is documented for Canvases. The words are our own, as no source prints any.
    """
    what = "Canvas" if endpoint.id_field == "canvas_id" else "campaign"
    return f"The {what} is {state}: nothing is sent"


def unknown_here(pointer: str, message: str, help: str) -> Diagnostic:
    """What the sandbox finds on something that a request names, and that this workspace has not, or not so."""
    return Diagnostic(CODES["sandbox-unknown"], message, pointer=pointer, help=help)


def refusal_message(findings: Sequence[Diagnostic], body: object, endpoint: Endpoint) -> str:
    """The fatal message for these errors: the one of the id, else the first that Braze has words for."""
    message = invalid_id(endpoint)
    if message is not None and isinstance(body, dict):
        given = body.get(endpoint.id_field)
        if endpoint.id_field in (*endpoint.required, *body) and (not isinstance(given, str) or not given):
            return message
    return next((_MESSAGES[it.code.slug] for it in findings if it.code.slug in _MESSAGES), BAD_REQUEST)


def activity_text(finding: Diagnostic, body: dict[str, Any], field: str | None = "audience") -> str:
    """`Error sending to invalid audience. <what>.. <the audience>`, as reported in braze-docs issue #10064.

    `field` is where the body has the audience. The report has only the sentence on comparisons; for other findings our
    own stands in its place.
    """
    what = finding.message
    if finding.code is CODES["audience-comparison"]:
        what = _comparison_sentence(finding.pointer or "", body) or what
        # It has names of the body's, which may have half of a surrogate pair; the log goes into files.
        what = _cut(what.encode("utf-8", "backslashreplace").decode("utf-8"))
    repeated = write_json(body.get(field or "")).decode("ascii")
    return f"Error sending to invalid audience. {what}.. {_cut(repeated)}"


def _cut(text: str) -> str:
    return text if len(text) <= _REPEATED_AT_MOST else text[:_REPEATED_AT_MOST] + "…"


def _comparison_sentence(pointer: str, body: object) -> str | None:
    """The sentence for the filter at the pointer, or around it; None where there is no comparison to name."""
    at, clause, kind = body, None, ""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(at, dict) and key in at:
            at = at[key]
        elif isinstance(at, list) and key.isdecimal() and int(key) < len(at):
            at = at[int(key)]
        else:
            break
        if isinstance(at, dict) and isinstance(at.get("comparison"), str):
            clause, kind = at, key
    if clause is None:
        return None
    name = clause.get("custom_attribute_name")
    attribute = name if isinstance(name, str) else kind
    return f"{clause['comparison']} is not a valid comparison for the attribute {attribute}"
