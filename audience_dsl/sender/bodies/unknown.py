"""What to say of a field that an object does not have: as it was probably meant, or where it belongs."""

from collections.abc import Collection

from ...braze_api import AUDIENCE_FIELDS, ENDPOINTS, PROPERTIES_FIELDS, Endpoint
from ...diagnostics import listed, nearest
from .fields import fields_of_body
from .parts import fields_within

__all__ = ["is_segment", "segment_way", "way_of_unknown"]

# Fields that mean the same at different endpoints.
_SAME = (PROPERTIES_FIELDS, AUDIENCE_FIELDS, ("override_frequency_capping", "override_messaging_limits"))
_USERS = ("recipients", "external_user_ids", "user_aliases")
_SUBJECTS = {"campaign_id": "a campaign", "canvas_id": "a Canvas"}
# The objects inside of which a field may have been meant, outer ones first.
_HOLDERS = ("schedule", "recipients", "attachments", "user_alias", "user_aliases")
# What other endpoints, other programs and people call things.
_IDS = ("id", "user_id", "external_id", "customer_id")
_TIMES = ("send_at", "scheduled_at", "schedule_time")
_ZONES = ("timezone", "time_zone", "tz", "zone")
_ZONE_WAY = "give `time` an offset such as `+07:00`, or write `in_local_time` for each user's own clock"
# Where the target of what is triggered is a matter of the dashboard.
_SEGMENT_WAY = (
    "add the segment to the {subject}'s target audience in the dashboard; it then applies together with `audience`"
)


def way_of_unknown(name: str, known: Collection[str], endpoint: Endpoint, holder: str) -> str:
    """The way out for a field that an object has not; `holder` is the name under which that stands, or empty."""
    return (
        _same(name, known)
        or (_of_object(name, known, endpoint, holder) if holder else _of_body(name, known, endpoint))
        or f"the fields here are {listed(known)}"
    )


def _same(name: str, known: Collection[str]) -> str | None:
    here = next((each for names in _SAME if name in names for each in names if each in known), None)
    return None if here is None else f"here it is called `{here}`"


def _of_object(name: str, known: Collection[str], endpoint: Endpoint, holder: str) -> str | None:
    if holder == "schedule" and name in _ZONES:
        return _ZONE_WAY
    inside = _inside(name, known, endpoint)
    if inside is not None:
        return inside
    is_user = name in _IDS and "external_user_id" in known
    close = ["external_user_id"] if is_user else nearest(name, known, most=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"it belongs outside of `{holder}`" if name in fields_of_body(endpoint) else None


def _of_body(name: str, known: Collection[str], endpoint: Endpoint) -> str | None:
    subject = _SUBJECTS.get(endpoint.id_field or "")
    if name in _SUBJECTS and subject is not None:
        return f"POST {endpoint.path} is for {subject}, by `{endpoint.id_field}`"
    if name in _USERS and endpoint.users_fields:
        return f"here users are named by {' and '.join(f'`{each}`' for each in endpoint.users_fields)}"
    if name == "api_key":
        return "leave it out: the key goes in a header, and never in a body"
    if name in ("app_id", "message_variation_id") and "messages" in known:
        return "it belongs in each of the `messages`"
    if name in _TIMES:
        return "say when it goes out by a `schedule` with a `time` in it"
    return _inside(name, known, endpoint) or _elsewhere(name, known, endpoint)


def _inside(name: str, known: Collection[str], endpoint: Endpoint) -> str | None:
    """Where the field stands a level too high; a schedule need not be there for that."""
    for holder in _HOLDERS:
        if (holder in known or holder == "schedule") and name in fields_within(endpoint, holder):
            return f"it belongs in `{holder}`"
    return "it belongs in `attributes`" if name == "subscription_groups" and "attributes" in known else None


def _elsewhere(name: str, known: Collection[str], endpoint: Endpoint) -> str | None:
    """The field of this name, or nearly, wherever it is; endpoints for the same kind of thing before others."""
    fields = dict.fromkeys(field for each in ENDPOINTS.values() for field in fields_of_body(each))
    meant = name if name in fields else next(iter(nearest(name, fields, most=1)), None)
    if meant is None:
        return None
    if meant in known:
        return f"did you mean `{meant}`?"
    paths = [each.path for each in ENDPOINTS.values() if meant in fields_of_body(each)]
    family = endpoint.path[: endpoint.path.index("/", 1)]
    paths = [path for path in paths if path.startswith(family)] or paths
    belongs = f"it belongs to POST {', '.join(paths[:3])}{' and others' if len(paths) > 3 else ''}"
    if name in fields:
        return f"leave it out; {belongs}"
    return _same(meant, known) or f"did you mean `{meant}`? {belongs}"


def is_segment(name: str, endpoint: Endpoint) -> bool:
    """Whether a field of this name means a segment, at an endpoint that triggers what has one in the dashboard."""
    return name in ("segment_id", "segment_ids", "segment", "segments") and endpoint.users_fields == ("recipients",)


def segment_way(endpoint: Endpoint) -> str:
    subject = "Canvas" if endpoint.id_field == "canvas_id" else "campaign"
    return _SEGMENT_WAY.format(subject=subject)
