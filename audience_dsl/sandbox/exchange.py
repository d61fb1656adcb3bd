"""What goes in and out of the sandbox: plain values, of no HTTP library."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .faults import Fault

__all__ = ["SandboxRequest", "SandboxResponse"]


class SandboxRequest:
    """An HTTP request as it came off the wire.

    `path` is not percent-decoded, and may carry a query. `headers` are pairs.
    """

    __slots__ = ("_by_name", "body", "headers", "method", "path")

    def __init__(self, method: str, path: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> None:
        self.method = method
        self.path = path
        self.headers = tuple(headers)
        self.body = body
        self._by_name: dict[str, str] | None = None

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case, or None."""
        if self._by_name is None:
            self._by_name = {key.lower(): value for key, value in reversed(self.headers)}
        return self._by_name.get(name.lower())

    def __repr__(self) -> str:
        # Headers and the query stay out: a repr ends up in logs, and a key must not.
        return f"<SandboxRequest {self.method} {self.path.partition('?')[0]} {len(self.body)} bytes>"


class SandboxResponse:
    """An HTTP response: status, header pairs, and a body, which is a JSON object unless a fault says otherwise.

    `fault` is the one that is played: whoever carries the response ends the exchange as its `ending` says, after its
    `seconds`. Where no answer comes of it, the response is the one that the caller never sees.
    """

    __slots__ = ("body", "fault", "headers", "status")

    def __init__(
        self, status: int, headers: Iterable[tuple[str, str]], body: bytes, *, fault: "Fault | None" = None
    ) -> None:
        self.status = status
        self.headers = tuple(headers)
        self.body = body
        self.fault = fault

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.body)
        return result

    def __repr__(self) -> str:
        return f"<SandboxResponse {self.status} {len(self.body)} bytes>"
