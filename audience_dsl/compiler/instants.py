"""Datetimes: from what was written or handed in to the ISO 8601 text that Braze gets, always with an offset."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

__all__ = ["LocalTimeError", "complete", "days_before", "from_value", "parse_local"]


class LocalTimeError(ValueError):
    """A local time that a time zone skips or has twice. The message says which, as a clause."""


def complete(written: str, zone: str) -> str:
    """A datetime without offset, as ISO 8601 text, with the offset that it has in this zone.

    Raises LocalTimeError where the zone skips that local time, or has it twice.
    """
    return _with_offset(parse_local(written), zone)


def parse_local(written: str) -> datetime:
    """A date, or a datetime without offset, in the form that the language takes. Keeps no more than microseconds."""
    day, _, clock = written.partition("T")
    if not clock:
        return datetime.fromisoformat(day)
    whole, _, fraction = clock.partition(".")
    microsecond = int(fraction.ljust(6, "0")[:6]) if fraction else 0
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(whole)).replace(microsecond=microsecond)


def from_value(value: datetime | date, zone: str) -> str:
    """An aware datetime as it stands, or a date at midnight in the zone.

    Raises ValueError for a datetime without offset, and LocalTimeError as `complete`.
    """
    if not isinstance(value, datetime):
        return _with_offset(datetime.combine(value, time()), zone)
    if value.utcoffset() is None:
        raise ValueError("a datetime without an offset")
    return _written(value)


def days_before(now: datetime, days: int) -> str:
    """The instant so many times 24 hours before an aware `now`, in UTC. Raises OverflowError before the year 1."""
    return _written(now.astimezone(UTC) - timedelta(days=days))


def _with_offset(local: datetime, zone: str) -> str:
    if zone == "UTC":
        return _written(local.replace(tzinfo=UTC))
    from zoneinfo import ZoneInfo

    info: tzinfo = ZoneInfo(zone)
    early, late = local.replace(tzinfo=info, fold=0), local.replace(tzinfo=info, fold=1)
    if early.utcoffset() != late.utcoffset():
        # Where the clock is put forward, neither fold comes back as the time that was written.
        back = early.astimezone(UTC).astimezone(info).replace(tzinfo=None)
        raise LocalTimeError(
            f"{local.isoformat()} comes twice in {zone}" if back == local else f"{zone} skips {local.isoformat()}"
        )
    return _written(early)


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
