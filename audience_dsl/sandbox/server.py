"""The sandbox on a loopback port, through Starlette and uvicorn (extra `[sandbox]`).

Beside Braze's own paths it answers four of its own, as JSON, for tests and for watching:

    GET  /_sandbox/requests                {"requests": [...], "dropped": n}
    GET  /_sandbox/activity                {"activity": [...]}
    GET  /_sandbox/why?number=N&user=ID    {"number": N, "user": ID, "selected": ..., "lines": [...]}
    POST /_sandbox/reset                   {"message": "reset"}
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..braze_api import BODY_AT_MOST
from ..diagnostics import CODES, ConfigurationError
from ..extras import needed
from .bodies import write_json
from .core import SANDBOX_HEADER, Sandbox
from .exchange import SandboxRequest
from .journal import LogEntry
from .wire import CONNECTION, Connection, deliver

if TYPE_CHECKING:
    import asyncio

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from ..reasons import Line

__all__ = ["HOST", "PORT", "OnReady", "OnRequest", "create_app", "running", "serve"]

HOST = "127.0.0.1"
PORT = 8787
# How long Ctrl-C waits for answers under way, in seconds.
GRACE = 2
_PORTS_END = 65_535
_NUMBER = re.compile("[0-9]{1,15}")

OnRequest = Callable[[LogEntry], None]
OnReady = Callable[[str], None]


def create_app(sandbox: Sandbox, *, on_request: OnRequest | None = None) -> Starlette:
    """The ASGI application: Braze's paths, and `/_sandbox/`.

    `on_request` is called after each request to a path of Braze's, known or not, with its entry of the log.
    Raises ConfigurationError where Starlette is not installed.
    """
    with needed("sandbox", "the sandbox on a port"):
        from starlette.applications import Starlette
        from starlette.exceptions import HTTPException
        from starlette.requests import ClientDisconnect, Request
        from starlette.responses import Response
        from starlette.routing import Mount, Route
    from .reach import WhyError

    def control(value: dict[str, Any], status: int = 200) -> Response:
        headers = dict([("Content-Type", "application/json"), SANDBOX_HEADER])
        return Response(write_json(value), status_code=status, headers=headers)

    def requests(request: Request) -> Response:
        _only_from_here(request)
        entries = [entry.as_dict() for entry in sandbox.requests]
        return control({"requests": entries, "dropped": sandbox.dropped})

    def activity(request: Request) -> Response:
        _only_from_here(request)
        return control({"activity": [entry.as_dict() for entry in sandbox.activity]})

    def why(request: Request) -> Response:
        _only_from_here(request)
        asked = request.query_params
        number, user = asked.get("number", ""), asked.get("user", "")
        if not _NUMBER.fullmatch(number) or not user:
            raise HTTPException(400, "ask as in /_sandbox/why?number=1&user=user-1")
        try:
            lines = sandbox.why(int(number), user)
        except WhyError as error:
            raise HTTPException(404, str(error)) from None
        told = [_line(line) for line in lines]
        return control({"number": int(number), "user": user, "selected": lines[0].selected, "lines": told})

    def reset(request: Request) -> Response:
        _only_from_here(request)
        sandbox.reset()
        return control({"message": "reset"})

    def refused(_: Request, error: Exception) -> Response:
        # Starlette types every handler for Exception, and calls this one for HTTPException alone.
        detail, status = (error.detail, error.status_code) if isinstance(error, HTTPException) else ("", 500)
        return control({"message": detail}, status)

    async def braze(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        turn = sandbox.begin()
        body = b""
        if turn.fault is None or not turn.fault.is_unread:
            try:
                body = await _body(request)
            except ClientDisconnect:
                return
        raw_path: bytes = scope.get("raw_path") or request.url.path.encode("utf-8")
        query: bytes = scope.get("query_string") or b""
        raw_path += b"?" + query if query else b""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        asked = SandboxRequest(request.method, raw_path.decode("latin-1"), headers, body)
        answer, entry = sandbox.exchange(asked, turn)
        await deliver(answer, scope, receive, send)
        # After the answer: a terminal that is gone must not cost the caller it.
        if on_request is not None:
            on_request(entry)

    def _only_from_here(request: Request) -> None:
        # The log holds what was sent. A web page that gets its own name to resolve to this machine must not
        # read it, and such a request names the page's host.
        if not _is_loopback(_host_name(request.headers.get("host", ""))):
            raise HTTPException(403, "the sandbox's log is only for this machine")

    own = [
        Route("/requests", requests, methods=["GET"]),
        Route("/activity", activity, methods=["GET"]),
        Route("/why", why, methods=["GET"]),
        Route("/reset", reset, methods=["POST"]),
    ]
    return Starlette(
        routes=[Mount("/_sandbox", routes=own), Mount("/", app=braze)],
        exception_handlers={HTTPException: refused},
    )


def serve(
    sandbox: Sandbox,
    *,
    host: str = HOST,
    port: int = PORT,
    on_ready: OnReady | None = None,
    on_request: OnRequest | None = None,
) -> None:
    """Serves until Ctrl-C, then returns. SIGTERM ends the process, once answers under way are out.

    `host` must be this machine's loopback; port 0 takes any that is free. `on_ready` gets the URL once
    requests are answered; `on_request` as in `create_app`. Prints nothing. Raises ConfigurationError where
    the extra is not installed, the host is not loopback, or the port cannot be used.
    """
    server, listener = _prepare(sandbox, host, port, on_ready, on_request)
    with listener, suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


@contextmanager
def running(sandbox: Sandbox, *, host: str = HOST, port: int = 0, on_request: OnRequest | None = None) -> Iterator[str]:
    """`with running(sandbox) as url:` serves from a thread until the block ends.

    Arguments and errors as `serve`.
    """
    ready = Event()
    urls: list[str] = []

    def on_ready(url: str) -> None:
        urls.append(url)
        ready.set()

    server, listener = _prepare(sandbox, host, port, on_ready, on_request)

    def run() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            ready.set()

    thread = Thread(target=run, name="braze-sandbox", daemon=True)
    with listener:
        thread.start()
        try:
            ready.wait()
            if not urls:
                raise ConfigurationError(CODES["settings"], f"the sandbox could not start on {host}")
            yield urls[0]
        finally:
            server.should_exit = True
            thread.join()


def _prepare(
    sandbox: Sandbox, host: str, port: int, on_ready: OnReady | None, on_request: OnRequest | None
) -> tuple[uvicorn.Server, socket.socket]:
    with needed("sandbox", "the sandbox on a port"):
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol

    class Protocol(H11Protocol):
        """Hands the connection along to the application, which may have to end it."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            # Head and body are written apart; otherwise the body waits until the caller has confirmed the head.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._held = Connection(transport)
            self.app_state = {**self.app_state, CONNECTION: self._held}

        def shutdown(self) -> None:
            super().shutdown()
            self._held.let_go()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if on_ready is not None:
                on_ready(url)

    config = uvicorn.Config(
        create_app(sandbox, on_request=on_request),
        loop="asyncio",
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    listener = _listen(host, port)
    shown, bound = listener.getsockname()[:2]
    url = f"http://[{shown}]:{bound}" if ":" in shown else f"http://{shown}:{bound}"
    return Server(config), listener


def _listen(host: str, port: int) -> socket.socket:
    if not _is_loopback(host):
        raise ConfigurationError(
            CODES["settings"],
            f"the sandbox listens on this machine only, and `{host}` is not its loopback address",
            help=f"use {HOST}",
        )
    if not 0 <= port <= _PORTS_END:
        raise ConfigurationError(
            CODES["settings"],
            f"there is no port {port}",
            help=f"ports go up to {_PORTS_END}; 0 takes any that is free",
        )
    # By number, so that no hosts file decides what `localhost` is.
    address = HOST if host.lower() == "localhost" else host
    try:
        return socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    except OSError as error:
        reason = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise ConfigurationError(
            CODES["settings"],
            f"port {port} of {address} {reason}",
            help="choose another port, or 0 for any that is free",
        ) from None


def _host_name(header: str) -> str:
    """The name or address of a Host header, without its port; empty where it has none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _body(request: Request) -> bytes:
    """The body, of which no more than the limit and one byte is kept.

    The rest is still read: a client that is cut off in the middle of its request may never see the 413.
    """
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk[: BODY_AT_MOST + 1 - len(kept)]
    return bytes(kept)


def _line(line: Line) -> dict[str, Any]:
    own = {"joined": line.joined} if line.joined else {"reason": line.reason, "words": line.words}
    return {"depth": line.depth, "selected": line.selected, "text": line.text, **own}
