"""A server on loopback that fails on purpose: raw sockets, one behaviour by name, everything counted.

    with FaultServer("reset-after-read") as server:
        ...send to server.url...
    assert server.connections == 1

`FAULTS` has the behaviours. `answering(...)` makes one that answers, with bytes of your own.
"""

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

__all__ = ["FAULTS", "FaultServer", "answering", "closed_port"]

Fault = Callable[["Conversation"], None]

SUCCESS = b'{"dispatch_id":"0123456789abcdef0123456789abcdef","message":"success"}'


class Conversation:
    """One connection, as a fault sees it."""

    def __init__(self, server: "FaultServer", connection: socket.socket) -> None:
        self.server = server
        self.connection = connection

    def read_head(self) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.connection.recv(4096)
            if not piece:
                return data
            data += piece
        return data

    def read(self) -> None:
        """Reads a whole request, and counts it."""
        data = self.read_head()
        if b"\r\n\r\n" not in data:
            return
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            piece = self.connection.recv(65536)
            if not piece:
                return
            body += piece
        self.server.requests.append(head + b"\r\n\r\n" + body)

    def write(self, data: bytes) -> None:
        self.connection.sendall(data)

    def stall(self) -> None:
        self.server.stopping.wait(10)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def response(status: str, body: bytes = SUCCESS, *headers: str, length: int | None = None) -> bytes:
    fields = [f"Content-Length: {len(body) if length is None else length}", "Content-Type: application/json", *headers]
    return f"HTTP/1.1 {status}\r\n{''.join(field + chr(13) + chr(10) for field in fields)}\r\n".encode() + body


def answering(status: str, body: bytes = SUCCESS, *headers: str, length: int | None = None) -> Fault:
    """Reads the request and answers so. `status` is as `201 Created`; `length` belies the Content-Length."""

    def fault(talk: Conversation) -> None:
        talk.read()
        talk.write(response(status, body, *headers, length=length))

    return fault


def saying(data: bytes, *, then: str = "close") -> Fault:
    """Reads the request, writes these bytes, and then closes, resets or stalls."""

    def fault(talk: Conversation) -> None:
        talk.read()
        talk.write(data)
        if then == "reset":
            talk.reset()
        elif then == "stall":
            talk.stall()

    return fault


def close_before_read(_talk: Conversation) -> None:
    pass


def reset_before_read(talk: Conversation) -> None:
    # Not before the request is there: a reset that overtakes the handshake is a connection never made.
    select.select([talk.connection], [], [], 5)
    talk.reset()


def stall_before_read(talk: Conversation) -> None:
    talk.stall()


def close_within_head(talk: Conversation) -> None:
    talk.connection.recv(10)


def reset_within_body(talk: Conversation) -> None:
    # The head may come with the body, or before it.
    data = talk.read_head()
    if data.endswith(b"\r\n\r\n"):
        talk.connection.recv(10)
    talk.reset()


def close_after_read(talk: Conversation) -> None:
    talk.read()


def reset_after_read(talk: Conversation) -> None:
    talk.read()
    talk.reset()


def stall_after_read(talk: Conversation) -> None:
    talk.read()
    talk.stall()


def body_without_end(talk: Conversation) -> None:
    talk.read()
    talk.write(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while not talk.server.stopping.is_set():
        talk.write(piece)


def slow_body(talk: Conversation) -> None:
    talk.read()
    talk.write(response("201 Created", b"", length=100_000))
    while not talk.server.stopping.wait(0.05):
        talk.write(b" ")


def plain_http(talk: Conversation) -> None:
    """What a server without TLS says to a greeting in TLS."""
    talk.connection.recv(1024)
    talk.write(response("400 Bad Request", b"<html>plain HTTP was expected</html>"))


def tls_without_certificate(talk: Conversation) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with contextlib.suppress(ssl.SSLError):
        context.wrap_socket(talk.connection, server_side=True).close()


def echo_key(talk: Conversation) -> None:
    """A 401 as Braze gives it, with the key in every place where a server can put a text."""
    talk.read()
    head = talk.server.requests[-1].split(b"\r\n\r\n")[0].decode()
    key = next(line for line in head.split("\r\n") if line.lower().startswith("authorization:")).split()[-1]
    said = {"message": f"Invalid API key: {key}", "notice": key, "dispatch_id": key, "errors": [key, {key: [key]}]}
    body = json.dumps(said).encode()
    talk.write(
        response(f"401 Unauthorized {key}", body, f"X-Request-Id: {key}", f"X-Echo: {key}", f"Set-Cookie: k={key}")
    )


JSON_BOMB = b'{"message":' + b"[" * 200_000 + b"]" * 200_000 + b"}"

FAULTS: dict[str, Fault] = {
    "close-before-read": close_before_read,
    "reset-before-read": reset_before_read,
    "stall-before-read": stall_before_read,
    "close-within-head": close_within_head,
    "reset-within-body": reset_within_body,
    "close-after-read": close_after_read,
    "reset-after-read": reset_after_read,
    "stall-after-read": stall_after_read,
    "close-within-status": saying(b"HTTP/1.1 20"),
    "close-within-headers": saying(b"HTTP/1.1 201 Created\r\nContent-Ty"),
    "stall-after-headers": saying(response("201 Created", b"", length=50), then="stall"),
    "close-within-answer": saying(response("201 Created", SUCCESS[:20], length=len(SUCCESS))),
    "reset-within-answer": saying(response("201 Created", SUCCESS[:20], length=len(SUCCESS)), then="reset"),
    "short-length": answering("201 Created", length=20),
    "not-http": saying(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "status-of-letters": saying(b"HTTP/1.1 two hundred\r\n\r\n"),
    "no-answer-but-1xx": saying(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n", then="stall"),
    "switching-protocols": saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    "chunked-rubbish": saying(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n{}\r\n0\r\n\r\n"),
    "not-gzip": answering("201 Created", SUCCESS, "Content-Encoding: gzip"),
    "foreign-encoding": answering("201 Created", SUCCESS, "Content-Encoding: br"),
    "gzip-bomb": answering("201 Created", zlib.compress(b" " * 50_000_000), "Content-Encoding: deflate"),
    "gzip": answering("201 Created", zlib.compress(SUCCESS), "Content-Encoding: deflate"),
    "not-json": answering("201 Created", b"<html>welcome to the airport's network</html>"),
    "json-bomb": answering("201 Created", JSON_BOMB),
    "empty-answer": answering("201 Created", b""),
    "body-without-end": body_without_end,
    "slow-body": slow_body,
    "plain-http": plain_http,
    "tls-without-certificate": tls_without_certificate,
    "echo-key": echo_key,
}


class FaultServer:
    """`connections` counts those made; `requests` has those that were read whole; `url` is where it listens.

    With `is_open=False` nobody listens there until `open` is called.
    """

    def __init__(self, fault: str | Fault, *, scheme: str = "http", accepts: bool = True, is_open: bool = True) -> None:
        self.fault = FAULTS[fault] if isinstance(fault, str) else fault
        self.connections = 0
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        self._accepts = accepts
        self._listener = socket.socket()
        # A small window, so that a client that writes much to one who does not read has to wait.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.settimeout(0.02)
        self._listener.bind(("127.0.0.1", 0))
        self._is_open = is_open
        if is_open:
            self._listener.listen()
        self._threads: list[threading.Thread] = []
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        if self._is_open and self._accepts:
            self._start(self._accept)
        return self

    def open(self) -> None:
        if not self._is_open:
            self._is_open = True
            self._listener.listen()
            self._start(self._accept)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, contextlib.suppress(OSError):
            self.fault(Conversation(self, connection))
            # Without this, unread bytes would turn the orderly close into a reset.
            connection.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def closed_port(scheme: str = "http") -> Iterator[str]:
    """The URL of a port on which nobody listens, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"{scheme}://127.0.0.1:{taken.getsockname()[1]}"
