"""What the control API is made of: one row for each path and method, from which come its routes and its index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..bodies import STATE_NESTING_AT_MOST, UnreadableBodyError, read_json
from ..numbers import whole_number
from .answers import Refusal, answer

__all__ = ["Handle", "Point", "asked_number", "route_of"]

# The request and the JSON value that it carries, None where it carries none; to the JSON value of the answer.
Handle: TypeAlias = Callable[[Request, Any], object]


class Point:
    """What a path does by one method. `what` says it in a line; `takes` says that the request carries JSON."""

    __slots__ = ("handle", "method", "path", "takes", "what")

    def __init__(self, method: str, path: str, what: str, handle: Handle, *, takes: bool = False) -> None:
        self.method = method
        self.path = path
        self.what = what
        self.handle = handle
        self.takes = takes


def route_of(path: str, points: Iterable[Point]) -> Route:
    """The route of the points that have this path; they run in threads, so that requests to Braze's paths go on."""
    by_method = {point.method: point for point in points}

    async def endpoint(request: Request) -> Response:
        point = by_method["GET" if request.method == "HEAD" else request.method]
        raw = await _json_of(request) if point.takes else None
        return await run_in_threadpool(_carried_out, point, request, raw)

    return Route(path, endpoint, methods=list(by_method))


def asked_number(request: Request, name: str, *, default: int, most: int = 2**53) -> int:
    """A number of the query."""
    text = request.query_params.get(name)
    if text is None:
        return default
    number = whole_number(text)
    if number is None:
        raise Refusal(400, f"`{name}` is a whole number", f"ask as in `?{name}={default}`")
    return min(number, most)


async def _json_of(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(415, "this takes JSON", "send it with the header `Content-Type: application/json`")
    return await request.body()


def _carried_out(point: Point, request: Request, raw: bytes | None) -> Response:
    try:
        value = None if raw is None else read_json(raw, nesting=STATE_NESTING_AT_MOST)
    except UnreadableBodyError as error:
        raise Refusal(400, f"the body is not JSON: {error}") from None
    return answer(point.handle(request, value))
