"""One request: what Braze would make of it, its audience as text and explained, and whom it would reach, and why."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...braze_api import ENDPOINTS_BY_PATH
from ...diagnostics import counted
from ...profiles import Profile
from ..journal import LogEntry
from ..numbers import whole_number
from ..reach import CAVEAT, Reach, WhyError
from ..wording import status_phrase
from .answering import look, missing, posting
from .audiences import audience_of, explained
from .bodies import beginning_of, object_of
from .fault_words import MEANINGS
from .forms import Form, FormError
from .outcomes import Outcome, outcome_of
from .rows import about
from .users import COUNT as USERS
from .words import moment, short

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]

_USERS_AT_MOST = 500
_OTHERS_AT_MOST = 10


def routes(sandbox: "Sandbox") -> list[Route]:
    def one(request: Request, problem: FormError | None = None, _: Form | None = None, /) -> Response:
        number = request.path_params["number"]
        entry = sandbox.find(whole_number(number) or 0)
        if entry is None:
            return missing(request, f"There is no request {short(number)}", _why_gone(sandbox))
        outcome = outcome_of(entry)
        body = object_of(entry)
        values = {
            "entry": entry,
            "outcome": outcome,
            "about": about(entry, body),
            "verdict": _verdict(entry, outcome),
            "findings": entry.findings,
            "facts": _facts(entry),
            **_neighbours(sandbox, entry.number),
            **_body(entry),
            **_audience(sandbox, entry, body),
            **_who(sandbox, entry, request.query_params.get("user", "").strip()),
        }
        return look(request, "request.html", "/", values, problem)

    def edges(request: Request, _: Form) -> tuple[str, str]:
        number = whole_number(request.path_params["number"]) or 0
        entry = sandbox.find(number)
        audience = None if entry is None else audience_of(entry, object_of(entry))
        if audience is None:
            raise FormError(f"request {number} has no audience, or is no longer in the log")
        sandbox.make_profiles(audience, count=USERS, origin=f"edges of the audience of request {number}")
        return f"/requests/{number}", "profiles"

    return [
        Route("/requests/{number}", one, methods=["GET"]),
        Route("/requests/{number}/edges", posting(one, edges), methods=["POST"]),
    ]


def _verdict(entry: LogEntry, outcome: Outcome) -> list[str]:
    """What happened, in whole sentences."""
    told: list[str] = []
    if entry.fault is not None:
        told.append(f"The sandbox played the fault {entry.fault}: {MEANINGS.get(entry.fault, 'as it was told to')}.")
        if entry.status is None:
            told.append("The caller got no answer.")
        told.append(
            "Braze had accepted the request: whoever sends it again sends it twice."
            if entry.accepted
            else "Braze had not accepted the request: it may be sent again."
        )
        return told
    if entry.notice is not None:
        told.append(f"Braze would answer 201, with a notice: {entry.notice}.")
    elif outcome.name == "late":
        told.append(
            "Braze would answer 201 as if all was well, and then fail to send: the audience is invalid. Nobody gets it."
        )
    elif entry.accepted:
        told.append(f"Braze would accept this{'' if entry.dispatch_id is None else _sent_to(entry)}.")
    elif outcome.name == "limited":
        told.append("Too many requests came in at once: the rate limit is spent, and this one does not count.")
    elif outcome.name == "accepted":
        told.append("Braze would answer this. It sends nothing.")
    elif outcome.name == "unplayed":
        told.append("The sandbox plays no such endpoint, so what Braze would answer is unknown here. Nothing was done.")
    else:
        told.append("Braze would refuse this. Nobody gets a message.")
        if not entry.findings:
            told.append(f"The answer says: {entry.message}.")
    return told


def _sent_to(entry: LogEntry) -> str:
    reach = entry.reach
    if entry.schedule_id is not None:
        return ", and send it when its time has come"
    if reach is None or reach.selected is None:
        return ", and send it"
    what = "recipient" if reach.target == "recipients" else "profile"
    return f", and send it to {reach.selected:,} of the {counted(reach.of, what)}"


def _facts(entry: LogEntry) -> list[tuple[str, str]]:
    if entry.status is None:
        answer = "none: the connection ended"
    else:
        answer = f"{entry.status} {status_phrase(entry.status)}".strip()
    known = [
        ("Status", answer),
        ("Message", entry.message),
        ("Notice", entry.notice),
        ("Dispatch id", entry.dispatch_id),
        ("Schedule id", entry.schedule_id),
        ("Send id", entry.send_id),
        ("Fault", entry.fault),
        ("Received", moment(entry.at)),
    ]
    return [(name, value) for name, value in known if value]


def _neighbours(sandbox: "Sandbox", number: int) -> dict[str, int | None]:
    return {
        "earlier": number - 1 if number > 1 and sandbox.find(number - 1) is not None else None,
        "later": number + 1 if sandbox.find(number + 1) is not None else None,
    }


def _body(entry: LogEntry) -> dict[str, Any]:
    text, is_cut = beginning_of(entry)
    return {
        "body": text,
        "body_cut": is_cut,
        "size": counted(len(entry.raw), "byte") if entry.raw else "",
        "no_body": "It was too large to be kept." if entry.status == 413 and entry.fault is None else "It has none.",
    }


def _audience(sandbox: "Sandbox", entry: LogEntry, body: dict[str, Any] | None) -> dict[str, Any]:
    endpoint = ENDPOINTS_BY_PATH.get(entry.path)
    audience = audience_of(entry, body)
    if audience is not None:
        shown = explained(audience, sandbox.settings)
        return {"audience": shown, "has_audience": shown.is_valid}
    if endpoint is None or endpoint.audience_field is None:
        told = "Requests of this kind have none."
    elif body is not None and body.get("broadcast") is True:
        told = "The request has none: it goes to everyone whom the campaign targets."
    else:
        told = "The request has none."
    return {"audience": None, "no_audience": told, "has_audience": False}


def _who(sandbox: "Sandbox", entry: LogEntry, user: str) -> dict[str, Any]:
    profiles = sandbox.profiles
    reach: Reach | None = None
    told = _no_reach(entry)
    if told is None:
        try:
            # By the users of now: they may have been made for this request.
            reach = sandbox.reach(entry.number)
        except WhyError as error:
            told = str(error) if sandbox.knows_profiles else "The sandbox knows no users yet, so it cannot say."
    values: dict[str, Any] = {
        "reach": reach,
        "reach_lines": [] if reach is None else [_sentence(line) for line in reach.lines()[1:]],
        "ids": [] if reach is None else [(id, sandbox.profile_name(id)) for id in reach.ids],
        "others": [] if reach is None else [(id, sandbox.profile_name(id)) for id in _others(reach, profiles)],
        "no_reach": told,
        "caveat": CAVEAT,
        "can_ask": reach is not None,
        "users": [(each.id, sandbox.profile_name(each.id)) for each in profiles[:_USERS_AT_MOST] if each.id],
        "profiles_count": len(profiles),
        "user": user,
        "why": None,
        "why_problem": None,
    }
    if user and reach is not None:
        try:
            values["why"] = sandbox.why(entry.number, user)
        except WhyError as error:
            values["why_problem"] = str(error)
    return values


def _others(reach: Reach, profiles: Sequence[Profile]) -> list[str]:
    """The first who would not get it, where that is known of everybody."""
    if reach.target != "audience" or reach.selected != len(reach.ids) or reach.undecided or reach.looked_at < reach.of:
        return []
    found = (each.id for each in profiles if each.id is not None and each.id not in reach.ids)
    return list(islice(found, _OTHERS_AT_MOST))


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."


def _no_reach(entry: LogEntry) -> str | None:
    """Why this request reaches nobody, where that is plain."""
    if entry.notice is not None:
        return "Nobody: it was not sent."
    if not entry.accepted:
        return "Nobody: the request was not accepted."
    endpoint = ENDPOINTS_BY_PATH.get(entry.path)
    if endpoint is None or endpoint.audience_field is None:
        return "Nobody: requests of this kind send no message."
    return None


def _why_gone(sandbox: "Sandbox") -> str:
    if sandbox.dropped:
        return f"The log keeps the latest requests only, and {counted(sandbox.dropped, 'older one')} went."
    return "It may have been taken away by a reset."
