"""What Braze's limit per unique audience counts by: two requests with one key are to the same audience."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..braze_api import AUDIENCE_FIELDS
from .requests import Request

__all__ = ["audience_key", "unique_audience"]


def unique_audience(request: Request) -> str:
    """A SHA-256 over what is triggered, the segment, and the audience, in hexadecimal.

    How Braze compares audiences is not documented. So what says the same to a reader is one here: the order of keys,
    of members of AND and OR and of values in a list does not count, nor do repetitions.
    """
    return audience_key(request.subject, request.to_dict())


def audience_key(subject: object, body: Mapping[str, Any]) -> str:
    """The same of a body in JSON values, whose segment and audience may be anything."""
    target = {name: body[name] for name in ("segment_id", *AUDIENCE_FIELDS) if name in body}
    return _canonical({"subject": subject, **target})


def _canonical(value: object) -> str:
    """A digest of a JSON value, whose lists are taken as sets. Bottom up on a stack: audiences may be deep."""
    done: dict[int, str] = {}
    stack: list[tuple[Any, bool]] = [(value, False)]
    while stack:
        node, is_ready = stack.pop()
        if not isinstance(node, (dict, list)):
            continue
        members = list(node.values()) if isinstance(node, dict) else node
        if not is_ready:
            stack.append((node, True))
            stack += [(member, False) for member in members]
            continue
        texts = [done[id(member)] if isinstance(member, (dict, list)) else _scalar(member) for member in members]
        if isinstance(node, dict):
            parts = sorted(f"{json.dumps(key)}:{text}" for key, text in zip(node, texts, strict=True))
        else:
            parts = sorted(set(texts))
        # A digest and not the text, so that what is deep is not written again at each level.
        text = ("{" if isinstance(node, dict) else "[") + ",".join(parts)
        done[id(node)] = hashlib.sha256(text.encode()).hexdigest()
    return done.get(id(value)) or _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value)
