"""How an answer goes out on a port: whole, or with a fault late, cut off in the middle, or never.

ASGI has no way to end a connection, so the server hands its own along, in the scope's `state`.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from .exchange import SandboxResponse

__all__ = ["CONNECTION", "Connection", "deliver"]

# What ASGI hands to an application.
Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

# The key of the connection in the scope's `state`.
CONNECTION = "audience_dsl.connection"
# On closing, forget what is unsent and tell the peer by a reset.
_LINGER_NOT = struct.pack("ii", 1, 0)


class Connection:
    """A connection as the server hands it along."""

    __slots__ = ("is_held", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.is_held = False

    def let_go(self) -> None:
        """When the server ends: an answer that is held back is not waited for."""
        if self.is_held:
            self.transport.close()

    def reset(self) -> None:
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self.transport.abort()


async def deliver(answer: SandboxResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the answer, as far as its fault lets it come.

    Raises ConnectionAbortedError where a connection is to end under a server that is not the sandbox's own.
    """
    fault = answer.fault
    connection: Connection | None = scope.get("state", {}).get(CONNECTION)
    if fault is not None and fault.seconds and not await _hold_back(fault.seconds, connection, receive):
        return
    if fault is None or fault.ending == "answer":
        await send(_head(answer))
        await send({"type": "http.response.body", "body": answer.body})
        return
    if connection is None:
        raise ConnectionAbortedError("the sandbox ends the connection here")
    if fault.ending == "truncated":
        await send(_head(answer))
        await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    if fault.ending in ("reset", "refused"):
        connection.reset()
    else:
        connection.transport.close()
    await _until_closed(receive)


def _head(answer: SandboxResponse) -> Message:
    headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": answer.status, "headers": raw}


async def _hold_back(seconds: float, connection: Connection | None, receive: Receive) -> bool:
    """Waits for so long, and says whether the caller is still there then."""
    if connection is None:
        await asyncio.sleep(seconds)
        return True
    connection.is_held = True
    try:
        async with asyncio.timeout(seconds):
            await _until_closed(receive)
    except TimeoutError:
        return True
    finally:
        connection.is_held = False
    return False


async def _until_closed(receive: Receive) -> None:
    # The server takes a request that ends without an answer for a mistake, unless it knows that nobody is there.
    while (await receive())["type"] != "http.disconnect":
        pass
