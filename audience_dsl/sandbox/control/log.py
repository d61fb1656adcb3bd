"""What the sandbox has seen: the log of requests, the activity log, schedules, and why a user is sent to or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...diagnostics import quoted
from ..numbers import whole_number
from ..reach import WhyError
from .answers import Refusal
from .points import Point, asked_number

if TYPE_CHECKING:
    from starlette.requests import Request

    from ...reasons import Line
    from ..core import Sandbox

__all__ = ["points"]

# Requests of one answer to `after`.
_PAGE: Final = 100
_PAGE_AT_MOST: Final = 1_000


def points(sandbox: Sandbox) -> list[Point]:
    def requests(request: Request, _: Any) -> object:
        if not request.query_params.keys() & {"after", "limit"}:
            return {"requests": [entry.as_dict() for entry in sandbox.requests], "dropped": sandbox.dropped}
        after = asked_number(request, "after", default=0)
        entries = sandbox.since(after, asked_number(request, "limit", default=_PAGE, most=_PAGE_AT_MOST))
        return {
            "requests": [entry.as_dict() for entry in entries],
            "dropped": sandbox.dropped,
            # To ask for the next ones with.
            "last": entries[-1].number if entries else after,
        }

    def one(request: Request, _: Any) -> object:
        number = request.path_params["number"]
        entry = sandbox.find(whole_number(number) or 0)
        if entry is None:
            raise Refusal(404, f"there is no request {quoted(number)} in the log")
        return entry.as_dict()

    def activity(_request: Request, _: Any) -> object:
        return {"activity": [entry.as_dict() for entry in sandbox.activity]}

    def schedules(_request: Request, _: Any) -> object:
        now = sandbox.clock()
        return {"schedules": [{**each.as_dict(), "due": each.is_due(now)} for each in sandbox.schedules]}

    def why(request: Request, _: Any) -> object:
        number, user = asked_number(request, "number", default=0), request.query_params.get("user", "")
        if not number or not user:
            raise Refusal(400, "`why` needs a request and a user", "ask as in `/_sandbox/why?number=1&user=user-1`")
        try:
            lines = sandbox.why(number, user)
        except WhyError as error:
            raise Refusal(404, str(error)) from None
        told = [_line(line) for line in lines]
        return {"number": number, "user": user, "selected": lines[0].selected, "lines": told}

    def reset(_request: Request, _: Any) -> object:
        sandbox.reset()
        return {"message": "reset"}

    return [
        Point("GET", "/requests", "the log of requests; `?after=N&limit=M` for those after request N", requests),
        Point("GET", "/requests/{number}", "one request of the log", one),
        Point("GET", "/activity", "what was accepted and failed afterwards", activity),
        Point("GET", "/schedules", "what was scheduled, and whether its time has come", schedules),
        Point("GET", "/why", "why request N is sent to a user or not; `?number=N&user=ID`", why),
        Point("POST", "/reset", "empties the logs, counts, schedules and send ids; settings stay", reset),
    ]


def _line(line: Line) -> dict[str, Any]:
    own = {"joined": line.joined} if line.joined else {"reason": line.reason, "words": line.words}
    return {"depth": line.depth, "selected": line.selected, "text": line.text, **own}
