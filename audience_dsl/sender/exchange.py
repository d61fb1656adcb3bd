"""One exchange with the server: what goes out, and what is read of what comes back, within limits.

Whoever drives it does the input and output, and calls `answered`, `take` and `broke_off` as things come.
"""

import math
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from ..diagnostics import CODES, ConfigurationError
from .http import httpx
from .outcome import printable
from .secret import Secret

__all__ = ["Exchange", "Timeouts"]

# The most of an answer that is read, in bytes, as sent and decoded; Braze's to a send have some hundred.
_ANSWER_AT_MOST: Final = 1024 * 1024

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
# A client sends to few addresses, and taking one apart costs more than the rest of a request.
_parsed: Final = lru_cache(maxsize=32)(httpx.URL)
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


class Exchange:
    """The state of one exchange. `outgoing` first; then, where a status line came, `answered` and what came after."""

    def __init__(
        self,
        method: str,
        url: str,
        *,
        secret: Secret,
        timeouts: Timeouts,
        user_agent: str,
        content: bytes | None = None,
    ) -> None:
        self._method = method
        self._url = url
        self._secret = secret
        self._timeouts = timeouts
        self._user_agent = user_agent
        self._content = content
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._deadline = math.inf
        self.fault = ""

    def outgoing(self, trace: Callable[..., Any] | None = None) -> httpx.Request:
        """The request for the transport, which is to call `trace` as httpcore's extension says."""
        limits = self._timeouts
        extensions: dict[str, Any] = {
            "timeout": {
                "connect": limits.connect,
                "pool": limits.connect,
                "write": limits.write,
                "read": limits.read,
            }
        }
        headers = {
            "Authorization": f"Bearer {self._secret.reveal()}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            # A connection that was kept may be dead already, and then the outcome would be unknown.
            "Connection": "close",
            "User-Agent": self._user_agent,
        }
        if self._content is not None:
            headers["Content-Type"] = "application/json"
        if trace is not None:
            extensions["trace"] = trace
        return httpx.Request(
            self._method, _parsed(self._url), headers=headers, content=self._content, extensions=extensions
        )

    def answered(self, status: int, headers: Mapping[str, str]) -> bool:
        """Takes the head of a response, and says whether its body is to be read."""
        self.status = status
        self.headers = headers
        self._deadline = time.monotonic() + self._timeouts.answer
        if status < 200:
            self.fault = "is no final response"
        return status >= 200

    def take(self, chunk: bytes) -> bool:
        """Takes a piece of the body, and says whether to go on."""
        self._size += len(chunk)
        if self._size > _ANSWER_AT_MOST:
            self.fault = f"is longer than {_ANSWER_AT_MOST:,} bytes"
        elif time.monotonic() > self._deadline:
            self.fault = f"took longer than {self._timeouts.answer:g} s"
        else:
            self._chunks.append(chunk)
        return not self.fault

    def broke_off(self, error: Exception) -> None:
        """The body ended with an error. What the status line said stands."""
        self.fault = self.fault or f"broke off ({self.in_words(error)})"

    def decoded(self) -> bytes | None:
        """The body; compressed only by a server that ignores what it was asked, so within the same limit.

        None where it could not be read, and then `fault` says why.
        """
        if self.fault:
            return None
        body = b"".join(self._chunks)
        coding = self.headers.get("content-encoding", "").strip().lower()
        if coding in ("", "identity"):
            return body
        if coding in ("gzip", "x-gzip", "deflate"):
            unpacker = zlib.decompressobj(wbits=47)
            try:
                unpacked = unpacker.decompress(body, _ANSWER_AT_MOST)
            except zlib.error:
                unpacked = b""
            if unpacker.eof:
                return unpacked
        self.fault = "is in an encoding that cannot be read"
        return None

    def in_words(self, error: Exception) -> str:
        words = next((words for kind, words in _IN_WORDS if isinstance(error, kind)), "the exchange failed")
        detail = " ".join(printable(self._secret.scrub(str(error))).split())
        return f"{words} ({detail[:_DETAIL_AT_MOST]})" if detail else words
