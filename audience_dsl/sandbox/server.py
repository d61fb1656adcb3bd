"""The sandbox on a loopback port, by uvicorn (extra `[sandbox]`)."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from ..diagnostics import CODES, ConfigurationError
from ..extras import needed
from ..sender.address import is_loopback
from .app import OnRequest, create_app

if TYPE_CHECKING:
    import uvicorn

    from .core import Sandbox

__all__ = ["HOST", "PORT", "OnReady", "running", "serve"]

HOST = "127.0.0.1"
PORT = 8787
# How long a connection stays open for the next request, in seconds. Longer than clients keep theirs: one that is closed
# in the moment in which its client sends the next request fails that, and the sandbox is there to be relied on.
IDLE = 75
# How long Ctrl-C waits for answers under way, in seconds.
GRACE = 2
_PORTS_END = 65_535

OnReady = Callable[[str], None]


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

        from .protocol import Protocol

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
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    listener = _listen(host, port)
    shown, bound = listener.getsockname()[:2]
    url = f"http://[{shown}]:{bound}" if ":" in shown else f"http://{shown}:{bound}"
    return Server(config), listener


def _listen(host: str, port: int) -> socket.socket:
    if not is_loopback(host):
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
