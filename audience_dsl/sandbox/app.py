"""The sandbox as an ASGI application: Braze's paths, and its own under /_sandbox/.

What goes to Braze's paths goes past Starlette, which has no part in it: a test that sends thousands of requests waits
for each. Starlette (extra `[sandbox]`) answers the control API and the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from ..braze_api import BODY_AT_MOST
from ..extras import needed
from .exchange import SandboxRequest
from .wire import Message, Receive, Scope, Send, deliver

if TYPE_CHECKING:
    from .core import Sandbox
    from .journal import LogEntry

__all__ = ["App", "OnRequest", "create_app"]

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
OnRequest: TypeAlias = "Callable[[LogEntry], None]"

# What is the sandbox's own; all other paths are Braze's.
_OWN = "/_sandbox"
_ICON = "/favicon.ico"


def create_app(sandbox: Sandbox, *, on_request: OnRequest | None = None) -> App:
    """The ASGI application: Braze's paths, and `/_sandbox/` with the control API and the page.

    `on_request` is called after each request to a path of Braze's, known or not, with its entry of the log.
    Raises ConfigurationError where the extra is not installed.
    """
    with needed("sandbox", "the sandbox on a port"):
        from starlette.applications import Starlette

        from .control.answers import HANDLERS
        from .control.guard import Guard
        from .control.routes import routes
    own = Guard(Starlette(routes=routes(sandbox), exception_handlers=HANDLERS))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_own(scope):
            await own(scope, receive, send)
            return
        asked = SandboxRequest(scope["method"], _target(scope), _headers(scope))
        turn = sandbox.begin(asked.path, asked.header)
        if turn.fault is None or not turn.fault.is_unread:
            body = await _body(receive)
            if body is None:
                return
            asked.body = body
        if sandbox.knows_profiles:
            # Whom it reaches may take seconds to find out.
            answer, entry = await asyncio.to_thread(sandbox.exchange, asked, turn)
        else:
            answer, entry = sandbox.exchange(asked, turn)
        await deliver(answer, scope, receive, send)
        # After the answer: a terminal that is gone must not cost the caller it.
        if on_request is not None:
            on_request(entry)

    return app


def _is_own(scope: Scope) -> bool:
    path: str = scope["path"]
    if path.startswith(_OWN):
        return path[len(_OWN) : len(_OWN) + 1] in ("", "/")
    # Someone who opens the address in a browser is shown the page, and the browser asks for its icon by itself, which
    # must not be what the next fault strikes. Braze has nothing at either.
    if scope["method"] != "GET" or path not in ("/", _ICON):
        return False
    return path == _ICON or any(_accepts_html(*header) for header in scope["headers"])


def _accepts_html(name: bytes, value: bytes) -> bool:
    return name == b"accept" and b"text/html" in value


def _target(scope: Scope) -> str:
    """The path as it came, with its query."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
    query: bytes = scope.get("query_string") or b""
    return (raw + b"?" + query if query else raw).decode("latin-1")


def _headers(scope: Scope) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]


async def _body(receive: Receive) -> bytes | None:
    """The body, of which no more than the limit and one byte is kept; None where the caller has gone meanwhile.

    The rest is still read: a client that is cut off in the middle of its request may never see the 413.
    """
    message: Message = await receive()
    kept = bytearray()
    while message["type"] == "http.request":
        chunk: bytes = message.get("body", b"")
        kept += chunk[: BODY_AT_MOST + 1 - len(kept)]
        if not message.get("more_body", False):
            return bytes(kept)
        message = await receive()
    return None
