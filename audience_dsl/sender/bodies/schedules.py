"""When a message goes out: the zone that a time has or has not, and whether it has passed."""

from datetime import UTC, datetime, timedelta

from ...diagnostics import WARNING
from ...json_values import Findings, Path
from .targets import Object

__all__ = ["check_passed", "check_schedule"]

_TIME: Path = ((None, "schedule"), "time")
# A time on users' own clocks has passed everywhere when it has in the last zone, which is UTC-12.
_LAST_ZONE = timedelta(hours=12)


def check_schedule(body: Object, findings: Findings) -> None:
    time, flags = _read(body)
    if flags and time is not None and time.tzinfo is not None:
        findings.add(
            "request-time",
            _TIME,
            f"with `{flags[0]}` the `time` has no zone designator, and this one has",
            "write it as `2026-12-24T09:00:00`, or leave out the flag to send to all at one instant",
        )


def check_passed(body: Object, now: datetime, findings: Findings) -> None:
    """A warning, since Braze refuses what has passed in every zone, and does not say what becomes of the rest."""
    time, flags = _read(body)
    if time is None:
        return
    time = time.replace(tzinfo=time.tzinfo or UTC)
    try:
        if "at_optimal_time" in flags:
            time = time.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        has_passed = time + (_LAST_ZONE if flags else timedelta()) < now
    except OverflowError:
        # At the end of the calendar.
        return
    if has_passed:
        where = " in every time zone, and Braze refuses it" if flags else ""
        way = "give a time to come; without a `schedule` the message goes out at once"
        findings.add("request-time", _TIME, f"the `time` has passed{where}", way, severity=WARNING)


def _read(body: Object) -> tuple[datetime | None, list[str]]:
    """The time, None where the models report it, and the flags by which it is on users' own clocks."""
    schedule = body.get("schedule")
    if not isinstance(schedule, dict):
        return None, []
    flags = [flag for flag in ("in_local_time", "at_optimal_time") if schedule.get(flag) is True]
    time = schedule.get("time")
    try:
        return (datetime.fromisoformat(time) if isinstance(time, str) else None), flags
    except ValueError:
        return None, flags
