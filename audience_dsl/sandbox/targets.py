"""Whom a request body names, under the fields of its endpoint. Bodies may hold anything: nothing here raises."""

from datetime import UTC, datetime
from typing import Any

from ..braze_api import Endpoint

__all__ = ["is_broadcast", "recipients_of", "scheduled_at"]


def is_broadcast(endpoint: Endpoint, body: object) -> bool:
    """Whether a request goes to a segment, an audience or a campaign's target rather than to users that it names."""
    if not isinstance(body, dict) or any(body.get(field) for field in endpoint.users_fields):
        return isinstance(body, dict) and body.get("broadcast") is True
    return body.get("broadcast") is True or endpoint.audience_field in body or "segment_id" in body


def recipients_of(endpoint: Endpoint, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The users that an accepted body names, each as a recipient of a trigger request."""
    found: list[dict[str, Any]] = []
    for field in endpoint.users_fields:
        for each in body.get(field) or []:
            if field == "recipients":
                found.append(each)
            else:
                found.append({"external_user_id" if field == "external_user_ids" else "user_alias": each})
    return found


def scheduled_at(endpoint: Endpoint, body: dict[str, Any]) -> float | None:
    """When an accepted body is to go out, in UTC epoch seconds; None for at once, or where it cannot be read.

    A time without a zone is read as UTC, also where `in_local_time` means each user's own.
    """
    schedule = body.get("schedule")
    if endpoint.kind != "schedule" or not isinstance(schedule, dict):
        return None
    try:
        time = datetime.fromisoformat(str(schedule.get("time")))
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
