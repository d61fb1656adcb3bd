"""One attempt to send: what goes out, and what can be said of what came back.

Both clients drive this; it does no input or output of its own. The trace hook of the transport says whether
the request began to be written; where a transport has none, the kind of exception decides, and only those that
cannot come later than connecting count as not sent.
"""

import math
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..diagnostics import CODES, ConfigurationError
from .http import httpx
from .outcome import Judgement, Receipt, classify_response, not_sent, printable, receipt_for, unknown
from .requests import Request
from .secret import Secret

__all__ = ["ANSWER_AT_MOST", "Attempt", "Timeouts"]

# The most of an answer that is read, in bytes, as sent and decoded; Braze's have some hundred.
ANSWER_AT_MOST: Final = 1024 * 1024

_BEFORE_WRITING: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_IN_WORDS: Final = (
    (httpx.ConnectTimeout, "no connection was made in time"),
    (httpx.PoolTimeout, "no connection was free"),
    (httpx.ConnectError, "no connection could be made"),
    (httpx.ProxyError, "the proxy made no connection"),
    (httpx.WriteTimeout, "the request could not be written in time"),
    (httpx.ReadTimeout, "no answer came in time"),
    (httpx.WriteError, "the connection was lost while the request was written"),
    (httpx.ReadError, "the connection was lost while waiting for the answer"),
    (httpx.RemoteProtocolError, "the connection ended early, or what came back was not HTTP"),
)
# Characters of an exception's own text that go into a reason.
_DETAIL_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds. Braze documents none, so these are ours; waiting long for an answer leaves fewer unknown.

    `connect`: to reach the server, TLS and proxy included, each step by itself. `write` and `read`: between
    two signs of life while writing and while waiting. `answer`: for the whole body of an answer.
    """

    connect: float = 10.0
    write: float = 30.0
    read: float = 60.0
    answer: float = 120.0

    def __post_init__(self) -> None:
        for name in ("connect", "write", "read", "answer"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
                raise ConfigurationError(
                    CODES["settings"], f"timeout `{name}` is a number of seconds above 0, not {value!r}"
                )


class Attempt:
    """The state of one attempt. `outgoing` first; then `failed`, or `answered` and what came after."""

    def __init__(
        self,
        request: Request,
        *,
        base_url: str,
        secret: Secret,
        timeouts: Timeouts,
        clock: Callable[[], datetime],
        user_agent: str,
    ) -> None:
        self._request = request
        self._base_url = base_url
        self._secret = secret
        self._timeouts = timeouts
        self._clock = clock
        self._user_agent = user_agent
        self._sent_at = clock()
        self._traced = False
        self._begun = False
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._deadline = math.inf
        self._fault = ""

    def outgoing(self, trace: Callable[..., Any]) -> httpx.Request:
        """The request for the transport, which is to call `trace` as httpcore's extension says."""
        limits = self._timeouts
        return httpx.Request(
            "POST",
            self._base_url + self._request.endpoint.path,
            headers={
                "Authorization": f"Bearer {self._secret.reveal()}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                # A connection that was kept may be dead already, and then the outcome would be unknown.
                "Connection": "close",
                "User-Agent": self._user_agent,
            },
            content=self._request.body,
            extensions={
                "timeout": {
                    "connect": limits.connect,
                    "pool": limits.connect,
                    "write": limits.write,
                    "read": limits.read,
                },
                "trace": trace,
            },
        )

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """An event of the transport. A proxy's CONNECT is written before, and is not the request."""
        self._traced = True
        if event.endswith(".send_request_headers.started"):
            method = getattr(info.get("request"), "method", b"")
            self._begun = self._begun or method != b"CONNECT"

    def failed(self, error: Exception) -> Receipt:
        """The receipt where no status line came back."""
        what = self._in_words(error)
        is_before = not self._begun and (self._traced or isinstance(error, _BEFORE_WRITING))
        return self._receipt(not_sent(what) if is_before else unknown(what))

    def answered(self, status: int, headers: Mapping[str, str]) -> bool:
        """Takes the head of a response, and says whether its body is to be read."""
        self._status = status
        self._headers = headers
        self._deadline = time.monotonic() + self._timeouts.answer
        if status < 200:
            self._fault = "is no final response"
        return status >= 200

    def take(self, chunk: bytes) -> bool:
        """Takes a piece of the body, and says whether to go on."""
        self._size += len(chunk)
        if self._size > ANSWER_AT_MOST:
            self._fault = f"is longer than {ANSWER_AT_MOST:,} bytes"
        elif time.monotonic() > self._deadline:
            self._fault = f"took longer than {self._timeouts.answer:g} s"
        else:
            self._chunks.append(chunk)
        return not self._fault

    def broke_off(self, error: Exception) -> None:
        """The body ended with an error. What the status line said stands."""
        self._fault = self._fault or f"broke off ({self._in_words(error)})"

    def finish(self) -> Receipt:
        """The receipt where a status line came back."""
        body = None if self._fault else self._decoded()
        judgement = classify_response(self._status, self._headers, body, fault=self._fault, scrub=self._secret.scrub)
        return self._receipt(judgement)

    def _decoded(self) -> bytes | None:
        """The body; compressed only by a server that ignores what it was asked, so within the same limit."""
        body = b"".join(self._chunks)
        coding = self._headers.get("content-encoding", "").strip().lower()
        if coding in ("", "identity"):
            return body
        if coding in ("gzip", "x-gzip", "deflate"):
            unpacker = zlib.decompressobj(wbits=47)
            try:
                unpacked = unpacker.decompress(body, ANSWER_AT_MOST)
            except zlib.error:
                unpacked = b""
            if unpacker.eof:
                return unpacked
        self._fault = "is in an encoding that cannot be read"
        return None

    def _receipt(self, judgement: Judgement) -> Receipt:
        return receipt_for(
            judgement,
            digest=self._request.digest,
            endpoint=self._request.endpoint.path,
            sent_at=self._sent_at,
            finished_at=self._clock(),
        )

    def _in_words(self, error: Exception) -> str:
        words = next((words for kind, words in _IN_WORDS if isinstance(error, kind)), "the exchange failed")
        detail = " ".join(printable(self._secret.scrub(str(error))).split())
        return f"{words} ({detail[:_DETAIL_AT_MOST]})" if detail else words
