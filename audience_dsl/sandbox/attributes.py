"""`GET /custom_attributes`: which attributes the sandbox's workspace has, page by page, with Braze's odd spellings.

They are those of its profiles, or a sample. The cursor is opaque, and an unknown one is a 400 (a guess).
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..braze_api import ATTRIBUTES_AT_A_TIME, ATTRIBUTES_PATH
from ..catalog.inferring import Inference
from ..profiles import Profile

__all__ = ["SAMPLE", "attributes_of", "page"]

_DETECTED = " (Automatically Detected)"
_DATA_TYPES = {"string": "String", "number": "Number", "boolean": "Boolean", "time": "Date", "array": "Array"}


def _item(
    name: str,
    data_type: str,
    description: str | None = None,
    *,
    status: str | None = "Active",
    length: int | None = None,
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "name": name,
        "data_type": data_type,
        "array_length": length,
        "description": description,
        "status": status,
        "tag_names": [],
    }
    # Seen without one.
    return item if status is not None else {key: value for key, value in item.items() if key != "status"}


# A workspace of no profiles: every kind of answer that has been seen.
SAMPLE: tuple[dict[str, Any], ...] = (
    _item("Favorite Team", "String"),
    _item("address", "Object" + _DETECTED),
    _item("age", "Number" + _DETECTED),
    _item("eye_color", "String", "As the user says it"),
    _item("favorite_foods", "Array" + _DETECTED, length=25),
    _item("last_purchase_time", "Date"),
    _item("lifetime_spend", "Number", "In US dollars, all orders"),
    _item("old_score", "Number", status="Blocklisted"),
    _item("orders", "Object Array" + _DETECTED),
    _item("plan", "String" + _DETECTED, status=None),
    _item("preferred_city", "String"),
    _item("trial_ends", "Time"),
    _item("vip", "Boolean" + _DETECTED),
    _item("work_email", "String" + _DETECTED),
)


def attributes_of(profiles: Iterable[Profile]) -> list[dict[str, Any]]:
    """The attributes of these profiles, as Braze would have detected them."""
    inference = Inference(values=0)
    for profile in profiles:
        inference.take(profile)
    catalog = inference.catalog()
    items = [
        _item(name, _DATA_TYPES[known.type] + _DETECTED) for name in catalog if (known := catalog.get(name)) is not None
    ]
    return items + [_item(name, "Object" + _DETECTED) for name in inference.objects]


def page(items: list[dict[str, Any]], path: str, host: str | None) -> tuple[list[dict[str, Any]], str | None] | None:
    """The items that a path with its query asks for, and the `Link` to the next; None for an unknown cursor."""
    ordered = sorted(items, key=lambda item: str(item["name"]))
    starts = {_cursor(ordered, start): start for start in range(0, len(ordered), ATTRIBUTES_AT_A_TIME)}
    asked = parse_qs(urlsplit(path).query).get("cursor")
    start = starts.get(asked[-1]) if asked else 0
    if start is None:
        return None
    end = start + ATTRIBUTES_AT_A_TIME
    link = None
    if end < len(ordered):
        scheme = "http" if (host or "").partition(":")[0] in ("127.0.0.1", "localhost", "[") else "https"
        link = f'<{scheme}://{host or "sandbox.invalid"}{ATTRIBUTES_PATH}?cursor={_cursor(ordered, end)}>; rel="next"'
    return ordered[start:end], link


def _cursor(ordered: list[dict[str, Any]], start: int) -> str:
    return sha256(f"{start}/{ordered[start]['name']}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
