"""The sandbox under an httpx client of the same process: no port, no thread, no extra package.

A fault is played as the exception that httpx raises where the same happens on a wire.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from ..sender.http import httpx
from .core import Sandbox
from .exchange import SandboxRequest, SandboxResponse

__all__ = ["SandboxTransport", "transport"]

Sleep = Callable[[float], object]
AsyncSleep = Callable[[float], Awaitable[object]]
_NO_ANSWER = "Server disconnected without sending a response."


def transport(
    sandbox: Sandbox, *, sleep: Sleep = time.sleep, async_sleep: AsyncSleep = asyncio.sleep
) -> "SandboxTransport":
    """A transport for clients of both kinds. Whatever host they name, nothing leaves the process.

    An answer that a fault holds back is waited for by `sleep`, or by `async_sleep` under asynchronous clients, whose
    default is asyncio's.
    """
    return SandboxTransport(sandbox, sleep, async_sleep)


class SandboxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(self, sandbox: Sandbox, sleep: Sleep, async_sleep: AsyncSleep) -> None:
        self._sandbox = sandbox
        self._sleep = sleep
        self._async_sleep = async_sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        response = self._exchange(request)
        seconds = _wait(request, response)
        if seconds:
            self._sleep(seconds)
        return _answer(request, response)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        response = self._exchange(request)
        seconds = _wait(request, response)
        if seconds:
            await self._async_sleep(seconds)
        return _answer(request, response)

    def _exchange(self, request: httpx.Request) -> SandboxResponse:
        path = request.url.raw_path.decode("ascii")
        asked = SandboxRequest(request.method, path, request.headers.multi_items())
        turn = self._sandbox.begin(asked.path, asked.header)
        # What is not read is in no log.
        if turn.fault is None or not turn.fault.is_unread:
            asked.body = request.content
        return self._sandbox.exchange(asked, turn)[0]


class _Half(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Half a body, and then the end of the connection."""

    def __init__(self, body: bytes) -> None:
        self._half = body[: len(body) // 2]

    def __iter__(self) -> Iterator[bytes]:
        yield self._half
        raise _broken_off()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._half
        raise _broken_off()


def _broken_off() -> Exception:
    return httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def _patience(request: httpx.Request) -> float | None:
    """How long the client waits for a sign of life, in seconds."""
    timeouts: dict[str, float | None] = request.extensions.get("timeout") or {}
    return timeouts.get("read")


def _wait(request: httpx.Request, response: SandboxResponse) -> float:
    seconds = 0.0 if response.fault is None else response.fault.seconds
    patience = _patience(request)
    return seconds if patience is None else min(seconds, patience)


def _answer(request: httpx.Request, response: SandboxResponse) -> httpx.Response:
    fault = response.fault
    if fault is not None:
        error = _error(fault.ending, is_unread=fault.is_unread)
        patience = _patience(request)
        if patience is not None and fault.seconds > patience:
            error = httpx.ReadTimeout("The read operation timed out")
        if error is not None:
            raise error
        if fault.ending == "truncated":
            headers = [*response.headers, ("Content-Length", str(len(response.body)))]
            return httpx.Response(response.status, headers=headers, stream=_Half(response.body))
    return httpx.Response(response.status, headers=list(response.headers), content=response.body)


def _error(ending: str, *, is_unread: bool) -> Exception | None:
    """What httpx raises where the connection ends so."""
    if ending == "refused":
        return httpx.ConnectError("[Errno 111] Connection refused")
    if ending == "closed":
        return httpx.WriteError("[Errno 32] Broken pipe") if is_unread else httpx.RemoteProtocolError(_NO_ANSWER)
    if ending == "reset":
        return (httpx.WriteError if is_unread else httpx.ReadError)("[Errno 104] Connection reset by peer")
    return None
