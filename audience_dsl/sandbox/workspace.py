"""What the workspace of a sandbox remembers between requests: its schedules and its send ids."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..braze_api import ENDPOINTS, Endpoint
from ..diagnostics import CODES, Diagnostic, quoted
from .changes import Changes
from .given import Given, iso
from .targets import has_passed_everywhere, is_broadcast, time_of
from .wording import unknown_here

__all__ = ["Schedule", "Taken", "Workspace"]

# Of either kind. The oldest are forgotten first.
_REMEMBERED_AT_MOST: Final = 100_000

MakeId = Callable[[str], str]

_SCHEDULE_WAY: Final = "name it as the answer to its creation did, at the endpoints of the same kind"
_PASSED: Final = Diagnostic(
    CODES["request-time"],
    "the `time` has passed in every time zone",
    pointer="/schedule/time",
    help="give a time to come",
)


class Taken:
    """What becomes of a sound request: the body of the answer and its ids; or `refused`, what is in its way."""

    __slots__ = ("body", "dispatch_id", "refused", "schedule_id", "send_id")

    def __init__(self, *, refused: Diagnostic | None = None) -> None:
        self.refused = refused
        self.dispatch_id: str | None = None
        self.schedule_id: str | None = None
        self.send_id: str | None = None
        self.body: dict[str, Any] = {}


class Schedule:
    """A message that is to go out later. `family` is its endpoints' (`/campaigns/trigger`), `subject` what it triggers.

    `number` is that of the request that made it at `made_at`, and `time` when it is to go out, as it was written last.
    Both instants are in UTC epoch seconds; `at` is None where the time cannot be read.
    """

    __slots__ = ("family", "id", "made_at", "number", "subject", "time")

    def __init__(
        self, id: str, *, family: str, subject: str | None, time: str | None, number: int, made_at: float
    ) -> None:
        self.id = id
        self.family = family
        self.subject = subject
        self.time = time
        self.number = number
        self.made_at = made_at

    @property
    def at(self) -> float | None:
        return None if self.time is None else time_of(self.time)

    def is_due(self, now: float) -> bool:
        """Whether its time has come. It can be changed all the same, since late changes are only not sure."""
        at = self.at
        return at is not None and at <= now

    def as_dict(self) -> dict[str, Any]:
        return {
            "schedule_id": self.id,
            "family": self.family,
            "subject": self.subject,
            "time": self.time,
            "number": self.number,
            "made_at": iso(self.made_at),
        }

    def __repr__(self) -> str:
        return f"<Schedule {self.id} {self.family} {self.time}>"


class Workspace:
    """The schedules by their ids, and the send ids of each campaign.

    With `send_ids_must_exist`, a `send_id` that was not made for this campaign is refused.
    """

    __slots__ = ("_changes", "_schedules", "_send_ids", "_send_ids_must_exist")

    members: Final = ("schedules", "send_ids", "send_ids_must_exist")

    def __init__(self, *, send_ids_must_exist: bool, changes: Changes | None = None) -> None:
        self._changes = changes or Changes()
        self._send_ids_must_exist = send_ids_must_exist
        self._schedules: OrderedDict[str, Schedule] = OrderedDict()
        self._send_ids: OrderedDict[tuple[str, str | None], None] = OrderedDict()

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        with self._changes.lock:
            return tuple(self._schedules.values())

    @property
    def send_ids_must_exist(self) -> bool:
        return self._send_ids_must_exist

    @send_ids_must_exist.setter
    def send_ids_must_exist(self, value: bool) -> None:
        with self._changes:
            self._send_ids_must_exist = bool(value)

    def take(self, endpoint: Endpoint, body: dict[str, Any], make_id: MakeId, *, number: int, now: float) -> Taken:
        """Carries out a sound request. Nothing is remembered of one that is refused."""
        subject = body.get(endpoint.id_field or "")
        if endpoint.kind in ("schedule-update", "schedule-delete"):
            return self._change(endpoint, body, subject, now)
        send_id = body.get("send_id")
        taken = Taken()
        if endpoint.kind == "send-id":
            taken.send_id = send_id or make_id("send")
        elif self._send_ids_must_exist and send_id is not None and (send_id, subject) not in self._send_ids:
            message = f"{quoted(send_id)} was not made for this campaign at /sends/id/create"
            return Taken(refused=unknown_here("/send_id", message, "make it there first, or leave it out"))
        elif endpoint.kind == "schedule" and has_passed_everywhere(body, now):
            return Taken(refused=_PASSED)
        elif endpoint.id_field == "campaign_id" and subject is not None and is_broadcast(endpoint, body):
            # A broadcast without one gets one automatically (/docs/api/identifier_types, documented).
            taken.send_id = send_id or make_id("send")
        if endpoint.kind in ("send", "schedule"):
            taken.body["dispatch_id"] = taken.dispatch_id = make_id("dispatch")
        if endpoint.kind == "schedule":
            taken.body["schedule_id"] = taken.schedule_id = make_id("schedule")
            schedule = Schedule(
                taken.schedule_id,
                family=_family(endpoint),
                subject=subject,
                time=_time(body),
                number=number,
                made_at=now,
            )
            _remember(self._schedules, schedule.id, schedule)
        taken.body["message"] = "success"
        if taken.send_id is not None:
            taken.body["send_id"] = taken.send_id
            _remember(self._send_ids, (taken.send_id, subject), None)
        return taken

    def _change(self, endpoint: Endpoint, body: dict[str, Any], subject: str | None, now: float) -> Taken:
        schedule_id = body["schedule_id"]
        known = self._schedules.get(schedule_id)
        if known is None or known.family != _family(endpoint):
            message = f"there is no schedule {quoted(schedule_id)} of {_family(endpoint)}"
            return Taken(refused=unknown_here("/schedule_id", message, _SCHEDULE_WAY))
        if endpoint.id_field is not None and subject != known.subject:
            message = f"the schedule {quoted(schedule_id)} is of another one"
            return Taken(refused=unknown_here(f"/{endpoint.id_field}", message, _SCHEDULE_WAY))
        if has_passed_everywhere(body, now):
            return Taken(refused=_PASSED)
        if endpoint.kind == "schedule-delete":
            del self._schedules[schedule_id]
        elif "schedule" in body:
            # Anew and in its place, since whoever was given the other one holds it as it was.
            self._schedules[schedule_id] = Schedule(
                known.id,
                family=known.family,
                subject=known.subject,
                time=_time(body),
                number=known.number,
                made_at=known.made_at,
            )
        taken = Taken()
        taken.schedule_id = schedule_id
        taken.body = {"message": "success"}
        return taken

    def clear(self) -> None:
        with self._changes:
            self._schedules.clear()
            self._send_ids.clear()

    def snapshot(self) -> Callable[[], dict[str, Any]]:
        schedules, send_ids, must_exist = self.schedules, tuple(self._send_ids), self._send_ids_must_exist
        return lambda: {
            "schedules": [schedule.as_dict() for schedule in schedules],
            "send_ids": [{"send_id": send_id, "campaign_id": campaign} for send_id, campaign in send_ids],
            "send_ids_must_exist": must_exist,
        }

    def restoring(self, given: Mapping[str, Given]) -> Callable[[], None]:
        schedules: OrderedDict[str, Schedule] | None = None
        if "schedules" in given:
            schedules = OrderedDict()
            for each in given["schedules"].items():
                schedule = _schedule(each)
                _remember(schedules, schedule.id, schedule)
        send_ids: OrderedDict[tuple[str, str | None], None] | None = None
        if "send_ids" in given:
            send_ids = OrderedDict()
            for each in given["send_ids"].items():
                _remember(send_ids, _send_id(each), None)
        must_exist = given["send_ids_must_exist"].flag() if "send_ids_must_exist" in given else None

        def restore() -> None:
            if schedules is not None:
                self._schedules = schedules
            if send_ids is not None:
                self._send_ids = send_ids
            if must_exist is not None:
                self._send_ids_must_exist = must_exist

        return restore


def _family(endpoint: Endpoint) -> str:
    return endpoint.path.partition("/schedule/")[0]


_FAMILIES: Final = tuple(_family(endpoint) for endpoint in ENDPOINTS.values() if endpoint.kind == "schedule")


def _time(body: dict[str, Any]) -> str | None:
    schedule = body.get("schedule")
    time = schedule.get("time") if isinstance(schedule, dict) else None
    return time if isinstance(time, str) else None


def _remember(where: "OrderedDict[Any, Any]", key: object, value: object) -> None:
    where[key] = value
    if len(where) > _REMEMBERED_AT_MOST:
        where.popitem(last=False)


def _schedule(given: Given) -> Schedule:
    members = given.members(("schedule_id", "family", "subject", "time", "number", "made_at"))
    given.needs(members, "schedule_id", "family", "number", "made_at")
    return Schedule(
        members["schedule_id"].name(),
        family=members["family"].choice(_FAMILIES),
        subject=members["subject"].optional_text() if "subject" in members else None,
        time=members["time"].optional_text() if "time" in members else None,
        number=members["number"].whole_number(1),
        made_at=members["made_at"].instant(),
    )


def _send_id(given: Given) -> tuple[str, str | None]:
    members = given.members(("send_id", "campaign_id"))
    given.needs(members, "send_id")
    campaign = members["campaign_id"].optional_text() if "campaign_id" in members else None
    return members["send_id"].name(), campaign
