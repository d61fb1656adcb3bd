"""Who may use what is under /_sandbox/: programs and people of this machine, and no web page of another site.

The log holds what was sent, and the switches change what the next request meets. A page that a browser of this machine
has open can send requests here too: under its own name made to resolve to this machine, which the Host header shows, or
blindly, which Origin and Sec-Fetch-Site show. No CORS header is ever sent.
"""

import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from ...sender.address import is_loopback
from ..core import SANDBOX_HEADER
from ..wire import Message, Receive, Scope, Send
from .answers import answer

__all__ = ["BODY_AT_MOST", "Guard"]

# Of anything that is handed in: the state of a sandbox whose log is full of large bodies.
BODY_AT_MOST: Final = 256 * 1024 * 1024

_HOST: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^:\[\]]+))(?::[0-9]*)?")
_FROM_HERE: Final = frozenset({b"same-origin", b"none"})
_NO_STORE: Final = (b"cache-control", b"no-store")
# Also for browsers that do not say from where they ask: what a page of another site loads is neither shown in it, nor
# taken for a script, nor in reach of the window that opened it.
_ON_ALL: Final = (
    (SANDBOX_HEADER[0].lower().encode("ascii"), SANDBOX_HEADER[1].encode("ascii")),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Guard:
    """An ASGI application behind the guard; its answers say that they are a sandbox's, and are kept in no cache."""

    __slots__ = ("_app",)

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        refused = _refusal(scope, headers)
        if refused is not None:
            await answer({"message": refused}, 403)(scope, receive, _marked(send))
            return
        await self._app(scope, _bounded(receive), _marked(send))


def _refusal(scope: Scope, headers: dict[bytes, bytes]) -> str | None:
    host = headers.get(b"host", b"").decode("latin-1")
    if not is_loopback(_host_name(host)):
        return "the sandbox's log is only for this machine"
    if scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == b"navigate":
        # A link to the page, wherever it stands. Who follows it sees the page; the page with the link sees nothing.
        is_whole = headers.get(b"sec-fetch-dest", b"document") == b"document"
        return None if is_whole else "the sandbox is shown in no frame of another page"
    origin = headers.get(b"origin")
    is_foreign = origin is not None and origin.decode("latin-1").lower() != f"{scope['scheme']}://{host}".lower()
    if is_foreign or headers.get(b"sec-fetch-site", b"none") not in _FROM_HERE:
        return "the sandbox takes nothing from pages of other sites"
    return None


def _host_name(header: str) -> str:
    """The name or address of a Host header, without its port; empty where it has none, or more than that."""
    found = _HOST.fullmatch(header)
    return "" if found is None else found[1] or found[2]


def _marked(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), *_ON_ALL]
            if all(name != b"cache-control" for name, _ in headers):
                headers.append(_NO_STORE)
            message = {**message, "headers": headers}
        await send(message)

    return marked


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_AT_MOST:
            raise HTTPException(413, f"the sandbox reads at most {BODY_AT_MOST:,} bytes")
        return message

    return bounded
