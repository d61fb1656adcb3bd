"""The fields of a body, and which endpoint it is for by them."""

from collections.abc import Collection

from ...braze_api import ENDPOINTS, ENDPOINTS_BY_PATH, PROPERTIES_FIELDS, Endpoint

__all__ = ["endpoint_for", "endpoint_named", "fields_of_body", "properties_fields"]


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
    return ENDPOINTS.get(name) or ENDPOINTS_BY_PATH.get("/" + name.removeprefix("/"))
