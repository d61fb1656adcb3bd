"""Whom a request body names, under the fields of its endpoint. Bodies may hold anything: nothing here raises."""

from datetime import UTC, datetime
from typing import Any

from ..braze_api import Endpoint

__all__ = [
    "has_passed_everywhere",
    "integer_ids",
    "is_broadcast",
    "recipients_of",
    "scheduled_at",
    "time_of",
    "with_text_ids",
]

_ID = "external_user_id"
_IDS = "external_user_ids"
# The last zone in which a day ends, UTC-12, in seconds.
_LAST_ZONE = 12 * 3_600


def is_broadcast(endpoint: Endpoint, body: object) -> bool:
    """Whether a request goes to a segment, an audience or a campaign's target rather than to users that it names."""
    if not isinstance(body, dict) or any(body.get(field) for field in endpoint.users_fields):
        return isinstance(body, dict) and body.get("broadcast") is True
    return body.get("broadcast") is True or endpoint.audience_field in body or "segment_id" in body


def recipients_of(endpoint: Endpoint, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The users that an accepted body names, each as a recipient of a trigger request."""
    found: list[dict[str, Any]] = []
    body = with_text_ids(endpoint, body)
    for field in endpoint.users_fields:
        for each in body.get(field) or []:
            if field == "recipients":
                found.append(each)
            else:
                found.append({_ID if field == _IDS else "user_alias": each})
    return found


def integer_ids(endpoint: Endpoint, body: dict[str, Any]) -> list[str]:
    """The JSON pointers of the users' ids that are integers: Braze was seen to take those."""
    found: list[str] = []
    for field in endpoint.users_fields:
        users = body.get(field)
        if field == "user_aliases" or not isinstance(users, list):
            continue
        if field == _IDS:
            found += [f"/{field}/{number}" for number, each in enumerate(users) if type(each) is int]
            continue
        for number, each in enumerate(users):
            if type(each) is dict and type(each.get(_ID)) is int:
                found.append(f"/{field}/{number}/{_ID}")
    return found


def with_text_ids(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any]:
    """The body with those ids as texts; the same one where there are none."""
    if not integer_ids(endpoint, body):
        return body
    changed = dict(body)
    for field in endpoint.users_fields:
        if field != "user_aliases" and isinstance(body.get(field), list):
            changed[field] = [_with_text_id(each, field) for each in body[field]]
    return changed


def _with_text_id(user: Any, field: str) -> Any:
    if field == _IDS:
        return str(user) if type(user) is int else user
    if isinstance(user, dict) and type(user.get(_ID)) is int:
        return {**user, _ID: str(user[_ID])}
    return user


def has_passed_everywhere(body: dict[str, Any], now: float) -> bool:
    """Whether a schedule is for each user's own clock, and its time has passed on all of them."""
    schedule = body.get("schedule")
    if not isinstance(schedule, dict) or schedule.get("in_local_time") is not True:
        return False
    time = time_of(str(schedule.get("time")))
    return time is not None and time + _LAST_ZONE < now


def scheduled_at(endpoint: Endpoint, body: dict[str, Any]) -> float | None:
    """When an accepted body is to go out, in UTC epoch seconds; None for at once, or where it cannot be read.

    A time without a zone is read as UTC, also where `in_local_time` means each user's own.
    """
    schedule = body.get("schedule")
    if endpoint.kind != "schedule" or not isinstance(schedule, dict):
        return None
    return time_of(str(schedule.get("time")))


def time_of(text: str) -> float | None:
    """UTC epoch seconds of a time in a body; without a zone it is read as UTC."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
