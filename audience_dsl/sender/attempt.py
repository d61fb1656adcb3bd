"""One attempt to send: what can be said of it, whatever came back.

Both clients drive this; it does no input or output of its own. The trace hook of the transport says whether
the request began to be written; where a transport has none, the kind of exception decides, and only those that
cannot come later than connecting count as not sent.
"""

from collections.abc import Mapping
from typing import Any, Final

from .exchange import Exchange, Timeouts
from .http import httpx
from .outcome import Judgement, classify_response, not_sent, unknown
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
    """The state of one attempt. `outgoing` first; then `failed`, or `answered` and what came after.

    `is_traced` says that the transport is known to tell of everything that it does, before it does it.
    """

    def __init__(
        self,
        request: Request,
        *,
        base_url: str,
        secret: Secret,
        timeouts: Timeouts,
        user_agent: str,
        is_traced: bool = False,
    ) -> None:
        super().__init__(
            "POST",
            base_url + request.endpoint.path,
            secret=secret,
            timeouts=timeouts,
            user_agent=user_agent,
            content=request.body,
        )
        self._is_traced = is_traced
        self._begun = False

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """An event of the transport. A proxy's CONNECT is written before, and is not the request."""
        self._is_traced = True
        if event.endswith(".send_request_headers.started"):
            method = getattr(info.get("request"), "method", b"")
            self._begun = self._begun or method != b"CONNECT"

    def failed(self, error: Exception) -> Judgement:
        """What became of it where no status line came back."""
        what = self.in_words(error)
        is_before = not self._begun and (self._is_traced or isinstance(error, _BEFORE_WRITING))
        return not_sent(what) if is_before else unknown(what)

    def interrupted(self) -> Judgement:
        """What became of it where whoever drives it was stopped."""
        if self.status:
            self.fault = self.fault or "was not read, because the sender was stopped"
            return self.finish()
        what = "the sender was stopped during the attempt"
        return not_sent(what) if self._is_traced and not self._begun else unknown(what)

    def finish(self) -> Judgement:
        """What became of it where a status line came back."""
        body = self.decoded()
        return classify_response(self.status, self.headers, body, fault=self.fault, scrub=self._secret.scrub)
