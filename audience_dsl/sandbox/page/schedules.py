"""What was scheduled: what waits, what is due by the sandbox's clock, and what was deleted since."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...braze_api import ENDPOINTS_BY_PATH
from ..journal import LogEntry
from ..targets import scheduled_at
from ..workspace import Schedule
from .answering import look
from .bodies import object_of
from .outcomes import Outcome
from .rows import about, named

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]

_SHOWN_AT_MOST: Final = 200
_WAITS: Final = Outcome("waits", "Waits", "", "")
_DUE: Final = Outcome("due", "Time has come", "good", "")
_DELETED: Final = Outcome("deleted", "Deleted", "late", "")


class _Row:
    __slots__ = ("about", "at", "id", "number", "outcome")

    def __init__(self, number: int, id: str, about: str, at: float | None, outcome: Outcome) -> None:
        self.number = number
        self.id = id
        self.about = about
        self.at = at
        self.outcome = outcome


def routes(sandbox: "Sandbox") -> list[Route]:
    def shown(request: Request) -> Response:
        held, now = sandbox.schedules, sandbox.clock()
        ids = {each.id for each in held}
        gone = [each for each in sandbox.requests if _has_scheduled(each) and each.schedule_id not in ids]
        rows = [
            *(_held(each, now) for each in held[-_SHOWN_AT_MOST:]),
            *(_deleted(each) for each in gone[-_SHOWN_AT_MOST:]),
        ]
        rows.sort(key=lambda row: row.number, reverse=True)
        values = {"schedules": rows[:_SHOWN_AT_MOST], "count": len(held) + len(gone), "now": now}
        return look(request, "schedules.html", "/schedules", values)

    return [Route("/schedules", shown, methods=["GET"])]


def _has_scheduled(entry: LogEntry) -> bool:
    endpoint = ENDPOINTS_BY_PATH.get(entry.path)
    return entry.schedule_id is not None and endpoint is not None and endpoint.kind == "schedule"


def _held(schedule: Schedule, now: float) -> _Row:
    about = named(ENDPOINTS_BY_PATH[f"{schedule.family}/schedule/create"], schedule.subject)
    return _Row(schedule.number, schedule.id, about, schedule.at, _DUE if schedule.is_due(now) else _WAITS)


def _deleted(entry: LogEntry) -> _Row:
    """By the request that made it: the workspace has forgotten it."""
    body = object_of(entry) or {}
    at = scheduled_at(ENDPOINTS_BY_PATH[entry.path], body)
    return _Row(entry.number, entry.schedule_id or "", about(entry, body), at, _DELETED)
