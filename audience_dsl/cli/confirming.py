"""What is shown before something is sent, and the question that somebody answers."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..braze_api import SUBJECTS, Endpoint
from ..report.display import clean, shown
from .console import Console
from .exits import RefusedError
from .files import STDIN

if TYPE_CHECKING:
    from .request_file import PreparedRequest

__all__ = ["confirm", "refuse_unless_somebody_can_be_asked", "rows_of", "show", "show_rows"]

Row = tuple[str, str]

# Lines and columns of an audience that are shown before a send.
_LINES_AT_MOST = 30
_COLUMNS_AT_MOST = 160
_LABEL = 10
_UNCONFIRMED = "the send was not confirmed, and nothing was sent"


def show(console: Console, prepared: "PreparedRequest", to: str) -> None:
    """The request as a whole: what is triggered, where `to` it goes, whom it reaches, and when."""
    request = prepared.request
    body = request.to_dict()
    rows = rows_of(prepared, request.endpoint, body, to, _reach(prepared, body))
    rows.append(("body", f"{len(request.body):,} bytes, sha256 {request.digest}"))
    show_rows(console, rows)
    note = target_note(request.endpoint)
    if note:
        console.note(note)


def rows_of(prepared: "PreparedRequest", endpoint: Endpoint, body: Mapping[str, Any], to: str, reach: str) -> list[Row]:
    """What a request says, line by line; `reach` is empty where it reaches nobody by itself."""
    # Here, so that `--help` does not wait for what explains audiences.
    from ..plans.wording import when

    rows = []
    if endpoint.id_field in SUBJECTS and endpoint.id_field in body:
        rows.append((SUBJECTS[endpoint.id_field], clean(str(body[endpoint.id_field]))))
    if "schedule_id" in body:
        rows.append(("schedule", clean(str(body["schedule_id"]))))
    rows.append(("to", to))
    if reach:
        rows.append(("reaches", reach))
    instant = when(endpoint, body)
    if instant is not None:
        rows.append(("goes out", instant.said(quote=str)))
    if prepared.audience_title is not None:
        rows.append(("audience", clean(prepared.audience_title)))
        rows += [("", line) for line in _audience_lines(prepared, body[endpoint.audience_field or "audience"])]
    rows += [("with", f"${name} = {clean(_value(value), at_most=200)}") for name, value in prepared.values.items()]
    return rows


def show_rows(console: Console, rows: list[Row]) -> None:
    for label, text in rows:
        console.note(f"{label:<{_LABEL}}{text}".rstrip())


def target_note(endpoint: Endpoint) -> str | None:
    """What no request can change: the dashboard has a word in who gets the message."""
    if endpoint.kind not in ("send", "schedule") or endpoint.properties_field is None:
        return None
    subject = SUBJECTS[endpoint.id_field or "campaign_id"]
    return f"Only users who are also in the {subject}'s own audience in the dashboard get the message."


def confirm(console: Console, prepared: "PreparedRequest", file: str) -> None:
    """Ask, and raise RefusedError unless the answer is a clear yes.

    A broadcast is confirmed by typing what it goes to, everything else by a yes.
    """
    refuse_unless_somebody_can_be_asked(console, file)
    request = prepared.request
    if request.is_broadcast:
        what, wanted = _typed(request.endpoint, request.to_dict())
        answer = console.ask(f"Type {what}, {clean(wanted)}, to {_verb(request.endpoint)}: ")
    else:
        wanted = "y"
        answer = console.ask(_QUESTIONS.get(request.endpoint.kind, "Send? [y/N] "))
        if answer is not None and answer.lower() in ("y", "yes"):
            return
    if answer is None:
        console.note("")
    if answer != wanted:
        raise RefusedError(_UNCONFIRMED)


def refuse_unless_somebody_can_be_asked(console: Console, file: str) -> None:
    """Raises RefusedError where no question can be answered."""
    if file == STDIN or not console.can_ask:
        reason = "the request came on stdin" if file == STDIN else "there is no terminal"
        raise RefusedError(
            f"nobody can be asked to confirm, since {reason}, and nothing was sent", "answer in advance with `--yes`"
        )


_QUESTIONS = {
    "schedule": "Schedule it? [y/N] ",
    "schedule-update": "Change the schedule? [y/N] ",
    "schedule-delete": "Delete the schedule? [y/N] ",
    "live-activity": "Start the activity? [y/N] ",
}


def _typed(endpoint: Endpoint, body: Mapping[str, Any]) -> tuple[str, str]:
    """What a broadcast is confirmed by: the identifier of what decides who is reached."""
    if endpoint.properties_field is None and "segment_id" in body:
        return "the segment id", str(body["segment_id"])
    if endpoint.id_field in SUBJECTS and body.get(endpoint.id_field):
        return f"the {SUBJECTS[endpoint.id_field]} id", str(body[endpoint.id_field])
    return "the word", "everyone"


def _verb(endpoint: Endpoint) -> str:
    return "schedule a broadcast" if endpoint.kind == "schedule" else "broadcast"


def _reach(prepared: "PreparedRequest", body: Mapping[str, Any]) -> str:
    from ..plans.wording import whom

    request = prepared.request
    words = whom(request.endpoint, body, is_broadcast=request.is_broadcast, count=request.recipient_count)
    return "" if words is None else words.said(quote=str)


def _audience_lines(prepared: "PreparedRequest", audience: object) -> list[str]:
    """The audience as it was written; a JSON object as JSON."""
    text = prepared.audience_text
    if text is None:
        text = json.dumps(audience, indent=2, ensure_ascii=False)
    lines = text.strip("\r\n").splitlines()
    cut = [shown(line[:_COLUMNS_AT_MOST]) + ("…" if len(line) > _COLUMNS_AT_MOST else "") for line in lines]
    if len(cut) > _LINES_AT_MOST:
        cut[_LINES_AT_MOST:] = [f"… and {len(cut) - _LINES_AT_MOST:,} lines more"]
    return [f"  {line}" for line in cut]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return str(value)
