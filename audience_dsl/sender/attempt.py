"""One attempt to send: what can be said of it, whatever came back.

Both clients drive this; it does no input or output of its own. The trace hook of the transport says whether
the request began to be written; where a transport has none, the kind of exception decides, and only those that
cannot come later than connecting count as not sent.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from .exchange import Exchange, Timeouts
from .http import httpx
from .outcome import Judgement, Receipt, classify_response, not_sent, receipt_for, unknown
from .requests import Request
from .secret import Secret

__all__ = ["Attempt"]

_BEFORE_WRITING: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Attempt(Exchange):
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
        super().__init__(
            "POST",
            base_url + request.endpoint.path,
            secret=secret,
            timeouts=timeouts,
            user_agent=user_agent,
            content=request.body,
        )
        self._request = request
        self._clock = clock
        self._sent_at = clock()
        self._traced = False
        self._begun = False

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """An event of the transport. A proxy's CONNECT is written before, and is not the request."""
        self._traced = True
        if event.endswith(".send_request_headers.started"):
            method = getattr(info.get("request"), "method", b"")
            self._begun = self._begun or method != b"CONNECT"

    def failed(self, error: Exception) -> Receipt:
        """The receipt where no status line came back."""
        what = self.in_words(error)
        is_before = not self._begun and (self._traced or isinstance(error, _BEFORE_WRITING))
        return self._receipt(not_sent(what) if is_before else unknown(what))

    def finish(self) -> Receipt:
        """The receipt where a status line came back."""
        body = self.decoded()
        judgement = classify_response(self.status, self.headers, body, fault=self.fault, scrub=self._secret.scrub)
        return self._receipt(judgement)

    def _receipt(self, judgement: Judgement) -> Receipt:
        return receipt_for(
            judgement,
            digest=self._request.digest,
            endpoint=self._request.endpoint.path,
            sent_at=self._sent_at,
            finished_at=self._clock(),
        )
