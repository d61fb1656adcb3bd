"""Datetimes: from what was written or handed in to the ISO 8601 text that Braze gets, always with an offset."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

__all__ = ["LocalTimeError", "complete", "days_before", "from_value"]


class LocalTimeError(ValueError):
    """A local time that a time zone skips or has twice, or that is too near the ends of the calendar for it.

    The message says which, as one sentence.
    """


def complete(written: str, zone: str) -> str:
    """A datetime without offset, as ISO 8601 text, with the offset that it has in this zone.

    A fraction of a second stays as it was written. Raises LocalTimeError where the zone has no such local time.
    """
    day, _, clock = written.partition("T")
    whole, dot, fraction = clock.partition(".")
    instant = _with_offset(datetime.combine(date.fromisoformat(day), time.fromisoformat(whole or "00:00")), zone)
    seconds = len("2026-01-01T00:00:00")
    return instant[:seconds] + dot + fraction + instant[seconds:]


def from_value(value: datetime | date, zone: str) -> str:
    """An aware datetime as it stands, or a date at midnight in the zone. Raises LocalTimeError as `complete`."""
    if not isinstance(value, datetime):
        return _with_offset(datetime.combine(value, time()), zone)
    try:
        return _written(value)
    except OverflowError:
        raise _too_near_the_end(value) from None


def days_before(now: datetime, days: int) -> str:
    """The instant so many times 24 hours before an aware `now`, in UTC. Raises OverflowError before the year 1."""
    return _written(now.astimezone(UTC) - timedelta(days=days))


def _with_offset(local: datetime, zone: str) -> str:
    if zone == "UTC":
        return _written(local.replace(tzinfo=UTC))
    from zoneinfo import ZoneInfo

    info: tzinfo = ZoneInfo(zone)
    early, late = local.replace(tzinfo=info, fold=0), local.replace(tzinfo=info, fold=1)
    try:
        if early.utcoffset() != late.utcoffset():
            # Where the clock is put forward, neither fold comes back as the time that was written.
            back = early.astimezone(UTC).astimezone(info).replace(tzinfo=None)
            way = "comes twice" if back == local else "does not exist"
            raise LocalTimeError(f"`{local.isoformat()}` {way} in `{zone}`, where the clocks are changed")
        return _written(early)
    except OverflowError:
        raise _too_near_the_end(local) from None


def _too_near_the_end(instant: datetime) -> LocalTimeError:
    return LocalTimeError(f"`{instant.isoformat()}` is too near the end of the calendar for its time zone")


def _written(instant: datetime) -> str:
    """In the form of Braze's own sample, `2019-07-22T13:17:55+0000`, with a fraction only where there is one."""
    fraction = f".{instant.microsecond:06d}" if instant.microsecond else ""
    offset = instant.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    if timedelta(minutes=minutes) != offset:
        # Offsets of local mean time have seconds, which ISO 8601 cannot write.
        return _written(instant.astimezone(UTC))
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    clock = f"{instant.year:04d}-{instant:%m-%dT%H:%M:%S}"
    return f"{clock}{fraction}{sign}{minutes // 60:02d}{minutes % 60:02d}"
