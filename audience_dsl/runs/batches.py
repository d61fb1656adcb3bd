"""How recipients become batches, and a batch becomes the body of a request."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..braze_api import BATCH_OF_RECIPIENTS, BODY_AT_MOST
from ..sender.bodies.text import as_json

__all__ = ["FIELD", "body_of", "cut", "room_of", "size_of"]

# The field of a body under which recipients stand, each an object of its own.
FIELD = "recipients"


def body_of(template: Mapping[str, Any], recipients: list[dict[str, Any]]) -> dict[str, Any]:
    return {**template, FIELD: recipients}


def size_of(recipient: Mapping[str, Any]) -> int:
    """What a recipient takes in a body, in bytes, its comma included."""
    return len(as_json(recipient)) + 1


def room_of(template: Mapping[str, Any]) -> int:
    """What a body has left for recipients, in bytes."""
    return BODY_AT_MOST - len(as_json(body_of(template, [])))


def cut(sizes: Iterable[tuple[int, int]], room: int) -> Iterator[tuple[int, int, int]]:
    """Batches as (first line, last line, recipients), of (line, size) in their order.

    Each is as long as it can be, so the same recipients make the same batches. No recipient may be larger than `room`.
    """
    first = last = count = taken = 0
    for line, size in sizes:
        if count == BATCH_OF_RECIPIENTS or (count and taken + size > room):
            yield first, last, count
            count = taken = 0
        if not count:
            first = line
        last = line
        count += 1
        taken += size
    if count:
        yield first, last, count
