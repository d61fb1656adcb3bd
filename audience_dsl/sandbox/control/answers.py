"""JSON in and out of the control API: one form of answer, and one of refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from ...diagnostics import ERROR, AudienceError, CompileError, RequestError
from ..bodies import write_json

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["HANDLERS", "Refusal", "answer"]


class Refusal(HTTPException):
    """A refusal with a way out; raised, it is the answer."""

    def __init__(self, status: int, message: str, help: str | None = None) -> None:
        super().__init__(status, message)
        self.help = help


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(write_json(value), status, {**(headers or {}), "Content-Type": "application/json"})


def _refused(_: Request, error: Exception) -> Response:
    """What an endpoint has refused, or Starlette, as JSON."""
    # Starlette types every handler for Exception, and calls this one for HTTPException alone.
    assert isinstance(error, HTTPException)
    return _told(error.detail, getattr(error, "help", None), error.status_code, error.headers)


def _unusable(_: Request, error: Exception) -> Response:
    """What the sandbox says of a value that it cannot take."""
    if isinstance(error, (CompileError, RequestError)):
        first = next(found for found in error.diagnostics if found.severity == ERROR)
        return _told(first.message, first.help, 400)
    return _told(getattr(error, "message", str(error)), getattr(error, "help", None), 400)


def _told(message: str, help: str | None, status: int, headers: Mapping[str, str] | None = None) -> Response:
    told: dict[str, Any] = {"message": message}
    return answer(told if help is None else {**told, "help": help}, status, headers)


# For Starlette, by what is raised.
HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: _refused,
    AudienceError: _unusable,
}
