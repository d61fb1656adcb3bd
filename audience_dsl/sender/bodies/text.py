"""The text of a body: the same bytes for the same value."""

import json

__all__ = ["as_json"]


def _nothing(_unfit: object) -> None:
    """What was reported as unfit for JSON counts as null here."""


# One for all: making an encoder takes longer than a recipient does.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_nothing)


def as_json(value: object) -> bytes:
    """Compact JSON in UTF-8, keys in the order given, of a plain JSON value."""
    return _ENCODER.encode(value).encode()
