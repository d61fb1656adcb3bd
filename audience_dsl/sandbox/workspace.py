"""What the workspace of a sandbox remembers between requests: its schedules and its send ids."""

from collections.abc import Callable
from typing import Any, Final

from ..braze_api import Endpoint
from ..diagnostics import quoted
from .targets import is_broadcast

__all__ = ["Taken", "Workspace"]

# Of either kind. The oldest are forgotten first.
_REMEMBERED_AT_MOST: Final = 100_000

MakeId = Callable[[str], str]


class Taken:
    """What becomes of a sound request: the body of the answer and its ids; or `refused`, what the workspace lacks."""

    __slots__ = ("body", "dispatch_id", "refused", "schedule_id", "send_id")

    def __init__(self, *, refused: str | None = None) -> None:
        self.refused = refused
        self.dispatch_id: str | None = None
        self.schedule_id: str | None = None
        self.send_id: str | None = None
        self.body: dict[str, Any] = {}


class Workspace:
    """The schedules by their ids, and the send ids of each campaign.

    With `send_ids_must_exist`, a `send_id` that was not made for this campaign is refused.
    """

    __slots__ = ("_schedules", "_send_ids", "_send_ids_must_exist")

    def __init__(self, *, send_ids_must_exist: bool) -> None:
        self._send_ids_must_exist = send_ids_must_exist
        # To the family of endpoints (`/campaigns/trigger`) and what was scheduled.
        self._schedules: dict[str, tuple[str, str | None]] = {}
        self._send_ids: dict[tuple[str, str | None], None] = {}

    def take(self, endpoint: Endpoint, body: dict[str, Any], make_id: MakeId) -> Taken:
        """Carries out a sound request. Nothing is remembered of one that is refused."""
        subject = body.get(endpoint.id_field or "")
        if endpoint.kind in ("schedule-update", "schedule-delete"):
            return self._change(endpoint, body, subject)
        send_id = body.get("send_id")
        taken = Taken()
        if endpoint.kind == "send-id":
            taken.send_id = send_id or make_id("send")
        elif self._send_ids_must_exist and send_id is not None and (send_id, subject) not in self._send_ids:
            return Taken(refused=f"/send_id: {quoted(send_id)} was not made for this campaign at /sends/id/create")
        elif endpoint.id_field == "campaign_id" and subject is not None and is_broadcast(endpoint, body):
            # A broadcast without one gets one automatically (/docs/api/identifier_types, documented).
            taken.send_id = send_id or make_id("send")
        if endpoint.kind in ("send", "schedule"):
            taken.body["dispatch_id"] = taken.dispatch_id = make_id("dispatch")
        if endpoint.kind == "schedule":
            taken.body["schedule_id"] = taken.schedule_id = make_id("schedule")
            _remember(self._schedules, taken.schedule_id, (_family(endpoint), subject))
        taken.body["message"] = "success"
        if taken.send_id is not None:
            taken.body["send_id"] = taken.send_id
            _remember(self._send_ids, (taken.send_id, subject), None)
        return taken

    def _change(self, endpoint: Endpoint, body: dict[str, Any], subject: str | None) -> Taken:
        schedule_id = body["schedule_id"]
        known = self._schedules.get(schedule_id)
        if known is None or known[0] != _family(endpoint):
            return Taken(refused=f"/schedule_id: there is no schedule {quoted(schedule_id)} of {_family(endpoint)}")
        if endpoint.id_field is not None and subject != known[1]:
            return Taken(refused=f"/{endpoint.id_field}: the schedule {quoted(schedule_id)} is of another one")
        if endpoint.kind == "schedule-delete":
            del self._schedules[schedule_id]
        taken = Taken()
        taken.schedule_id = schedule_id
        taken.body = {"message": "success"}
        return taken

    def clear(self) -> None:
        self._schedules.clear()
        self._send_ids.clear()


def _family(endpoint: Endpoint) -> str:
    return endpoint.path.partition("/schedule/")[0]


def _remember(where: dict[Any, Any], key: object, value: object) -> None:
    where[key] = value
    if len(where) > _REMEMBERED_AT_MOST:
        del where[next(iter(where))]
