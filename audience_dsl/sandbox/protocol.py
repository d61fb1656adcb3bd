"""HTTP on the sandbox's port: uvicorn's protocol on a parser in C, with the connection in reach of the faults."""

import asyncio
import socket
from typing import Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .bodies import write_json
from .core import SANDBOX_HEADER
from .wire import CONNECTION, Connection

__all__ = ["HEAD_AT_MOST", "Protocol"]

# Bytes of a request's head after those that came with its beginning. The parser itself has no limit.
HEAD_AT_MOST: Final = 64 * 1024

_OF_UPGRADES: Final = frozenset({b"http2-settings", b"upgrade"})


class Protocol(HttpToolsProtocol):
    """Hands the connection along to the application, which may have to end it.

    A request that would rather go on in another protocol is answered in this one, as HTTP has it: Java's own client
    asks so for HTTP/2 with every first request. The parser gives up at such a head, so it gets one without the wish.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Head and body are written apart; otherwise the body waits until the caller has confirmed the head.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = Connection(transport)
        self.app_state = {**self.app_state, CONNECTION: self._held}
        self._is_in_head = False
        self._head = 0

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self._head = 0

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        was_in_head = self._is_in_head
        rest: bytes | None = data
        try:
            while rest is not None:
                rest = self._fed(rest)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received")
            return
        if was_in_head and self._is_in_head:
            self._head += len(data)
            if self._head > HEAD_AT_MOST and not self.transport.is_closing():
                self.send_400_response("Request header too large")

    def _fed(self, data: bytes) -> bytes | None:
        """Hands data to the parser; what is to be handed to it instead of the rest, where it gave up at an upgrade."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            method = self.parser.get_method()
            if method == b"CONNECT":
                raise httptools.HttpParserError("the sandbox is no proxy") from None
            head = [method, b" ", self.url, b" HTTP/", self.parser.get_http_version().encode("ascii"), b"\r\n"]
            for name, value in self.headers:
                kept = _without_upgrade(value) if name == b"connection" else value
                if kept and name not in _OF_UPGRADES:
                    head += [name, b": ", kept, b"\r\n"]
            self.parser = httptools.HttpRequestParser(self)
            return b"".join([*head, b"\r\n", data[upgrade.args[0] :]])
        return None

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no HTTP, which no application sees."""
        body = write_json({"message": msg})
        head = (
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n{': '.join(SANDBOX_HEADER)}\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()

    def shutdown(self) -> None:
        super().shutdown()
        self._held.let_go()


def _without_upgrade(connection: bytes) -> bytes:
    """What else the header says, such as `close`."""
    options = [option.strip() for option in connection.split(b",")]
    return b", ".join(option for option in options if option.lower() not in _OF_UPGRADES)
