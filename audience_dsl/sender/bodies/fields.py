"""Which endpoint a body is for, by its fields, and what to say of a field that it does not have."""

from collections.abc import Collection, Iterable

from ...braze_api import ENDPOINTS, PROPERTIES_FIELDS, Endpoint
from ...diagnostics import listed, nearest

__all__ = ["endpoint_for", "endpoint_named", "fields_of_body", "properties_fields", "segment_way", "way_of_unknown"]

# Fields that mean the same at different endpoints.
_SAME = (
    PROPERTIES_FIELDS,
    ("audience", "custom_audience"),
    ("campaign_id", "canvas_id"),
    ("override_frequency_capping", "override_messaging_limits"),
    ("recipients", "external_user_ids"),
)
# Where the target of what is triggered is a matter of the dashboard.
_SEGMENT_WAY = (
    "add the segment to the {subject}'s target audience in the dashboard; it then applies together with `audience`"
)


def fields_of_body(endpoint: Endpoint) -> tuple[str, ...]:
    return (*endpoint.required, *endpoint.optional)


def properties_fields(endpoint: Endpoint) -> tuple[str, ...]:
    """The names under which the endpoint takes values for the message, the best first; none for most."""
    return tuple(name for name in PROPERTIES_FIELDS if name in endpoint.optional)


def endpoint_for(fields: Collection[str]) -> Endpoint:
    """The endpoint that a body with these fields fits best: where it lacks and has too much, taken together, least.

    A body that breaks no rule fits one endpoint alone. A misspelt one is given to the nearest, whose rules then say
    what is wrong with it. /sends/id/create is never implied: its fields are those of a send that lost its target.
    """
    implied = [endpoint for endpoint in ENDPOINTS.values() if endpoint.kind != "send-id"]
    return min(implied, key=lambda endpoint: _distance(endpoint, fields))


def _distance(endpoint: Endpoint, fields: Collection[str]) -> tuple[int, int]:
    """How far the fields are from those of the endpoint; of two as near, more of what is required decides."""
    missing = sum(name not in fields for name in endpoint.required)
    if endpoint.at_least_one and not any(name in fields for name in endpoint.at_least_one):
        missing += 1
    unknown = sum(name not in fields_of_body(endpoint) for name in fields)
    return missing + unknown, -sum(name in fields for name in endpoint.required)


def endpoint_named(name: str) -> Endpoint | None:
    """The endpoint of this name, or of this path, with or without the slash before it."""
    by_path = {endpoint.path: endpoint for endpoint in ENDPOINTS.values()}
    return ENDPOINTS.get(name) or by_path.get("/" + name.removeprefix("/"))


def way_of_unknown(name: str, known: Iterable[str], *, of_body: bool) -> str:
    """The way out for a field that an object does not have; `of_body` where that is the body itself."""
    known = list(known)
    for names in _SAME:
        if name in names:
            here = next((each for each in names if each in known), None)
            if here is not None:
                return f"here it is called `{here}`"
    close = nearest(name, known, most=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return (of_body and _elsewhere(name)) or f"the fields here are {listed(known)}"


def segment_way(endpoint: Endpoint) -> str:
    subject = "Canvas" if endpoint.id_field == "canvas_id" else "campaign"
    return _SEGMENT_WAY.format(subject=subject)


def _elsewhere(name: str) -> str | None:
    paths = [endpoint.path for endpoint in ENDPOINTS.values() if name in fields_of_body(endpoint)]
    if not paths:
        return None
    return f"leave it out; it belongs to POST {', '.join(paths[:3])}{' and others' if len(paths) > 3 else ''}"
