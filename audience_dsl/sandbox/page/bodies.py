"""The bodies of requests, as far as a page needs them: what a small one says, and how a large one begins.

A page that lists many must not spend a second on one of four megabytes that is no JSON, as `LogEntry.body` may.
"""

import json
from typing import Any, Final

from ..bodies import UnreadableBodyError, read_json
from ..journal import LogEntry

__all__ = ["BODY_AT_MOST", "beginning_of", "object_of"]

BODY_AT_MOST: Final = 200_000
_WRITER: Final = json.JSONEncoder(indent=2, ensure_ascii=False)


def object_of(entry: LogEntry) -> dict[str, Any] | None:
    """The JSON object of a body; None where it is none."""
    try:
        value = read_json(entry.raw)
    except UnreadableBodyError:
        return None
    return value if isinstance(value, dict) else None


def beginning_of(entry: LogEntry) -> tuple[str | None, bool]:
    """The body as indented JSON, or as the text that it is, and whether there is more of it; None where it is empty."""
    if not entry.raw:
        return None, False
    try:
        text = _begun(read_json(entry.raw))
    except UnreadableBodyError:
        text = entry.raw[: BODY_AT_MOST + 1].decode("utf-8", "backslashreplace")
    return text[:BODY_AT_MOST], len(text) > BODY_AT_MOST


def _begun(value: Any) -> str:
    parts: list[str] = []
    size = 0
    for part in _WRITER.iterencode(value):
        parts.append(part)
        size += len(part)
        if size > BODY_AT_MOST:
            break
    return "".join(parts)
