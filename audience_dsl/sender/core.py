"""What both clients share: settings, checked before anything is sent, and the delivery that each of them drives."""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, ClassVar

from ..diagnostics import CODES, ConfigurationError
from .address import resolve_endpoint
from .attempt import Attempt
from .delivery import Delivery, Step
from .exchange import Timeouts
from .outcome import Receipt
from .pacing import Pacer
from .recording import Ledger
from .requests import Request
from .retrying import Retries, RetryQuota, Wait
from .secret import Secret, check_key
from .transport import USER_AGENT, made_transport

__all__ = ["Core"]


class Core:
    """A client without its driver.

    `_carries` is the method that a transport of the kind has, and `_own_transport` is httpx's class of them.
    """

    _carries: ClassVar[str]
    _own_transport: ClassVar[Any]

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        transport: Any,
        timeout: Timeouts | None,
        retry: Retries,
        quota: RetryQuota | None,
        pacer: Pacer | None,
        on_wait: Callable[[Wait], None] | None,
        clock: Callable[[], datetime],
        random: Callable[[], float],
        environment_proxies: bool,
    ) -> None:
        self._secret = check_key(api_key)
        self._base_url = resolve_endpoint(endpoint, self._secret)
        _check_settings(timeout, retry, quota, pacer)
        if transport is not None and not callable(getattr(transport, self._carries, None)):
            way = "give the kind of httpx transport that goes with the client, or none"
            raise ConfigurationError(CODES["settings"], f"`transport` has no `{self._carries}`", help=way)
        self._timeouts = timeout or Timeouts()
        self._retry = retry
        self._quota = quota or RetryQuota()
        self._pacer = pacer or Pacer()
        self._on_wait = on_wait
        self._clock = clock
        self._random = random
        # httpx's own transports tell of everything before they do it; what is handed in may be anything.
        self._is_traced = transport is None
        self._transport = transport or made_transport(self._own_transport, self._base_url, environment_proxies)
        self._closed = False

    @property
    def base_url(self) -> str:
        """Where requests go, without a slash at its end."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url}>"

    def _steps(
        self, request: Request, key: str | None, ledger: Ledger | None, repeat: bool, deadline: datetime | None
    ) -> Generator[Step, Any, Receipt]:
        if self._closed:
            raise RuntimeError("the client is closed")
        _check_send(request, key, ledger, repeat, deadline)
        if key is not None and key == self._secret.reveal():
            message = "`key` is given the API key, and is a name for the send that anybody may read"
            raise ConfigurationError(CODES["settings"], message, help="give a name such as `storm/porto/1122`")
        return Delivery(
            request,
            attempt=self._attempt,
            retry=self._retry,
            quota=self._quota,
            pacer=self._pacer,
            clock=self._clock,
            random=self._random,
            key=key,
            ledger=ledger,
            repeat=repeat,
            deadline=deadline,
        ).steps()

    def _attempt(self, request: Request) -> Attempt:
        return Attempt(
            request,
            base_url=self._base_url,
            secret=self._secret,
            timeouts=self._timeouts,
            user_agent=USER_AGENT,
            is_traced=self._is_traced,
        )

    def _tell(self, wait: Wait) -> None:
        if self._on_wait is not None:
            self._on_wait(wait)


def _check_send(request: object, key: object, ledger: object, repeat: bool, deadline: object) -> None:
    if not isinstance(request, Request):
        raise TypeError("`send` takes a Request, made by `build_request`")
    if ledger is None and (key is not None or repeat):
        raise TypeError("`key` and `repeat` are for a ledger, and there is none; give `ledger` too")
    if ledger is not None and not callable(getattr(ledger, "claim", None)):
        raise TypeError('`ledger` is a ledger, such as `audience_dsl.ledger.Ledger("sends.db")`')
    if key is not None and not isinstance(key, str):
        raise TypeError("`key` is text, such as `storm/porto/1122`")
    if deadline is not None and (not isinstance(deadline, datetime) or deadline.utcoffset() is None):
        raise TypeError("`deadline` is a datetime with its offset, such as `datetime.now(UTC)`")


def _check_settings(timeout: object, retry: object, quota: object, pacer: object) -> None:
    """Some are first used once a request has left, and then it is late for an error."""
    for name, value, kind in (("timeout", timeout, Timeouts), ("quota", quota, RetryQuota), ("pacer", pacer, Pacer)):
        if value is not None and not isinstance(value, kind):
            message = f"`{name}` is a {kind.__name__}, not of the type {type(value).__name__}"
            raise ConfigurationError(CODES["settings"], message, help=f"write `{name}={kind.__name__}(…)`")
    if isinstance(retry, type) or not callable(getattr(retry, "decide", None)):
        way = "write `retry=RetryPolicy(…)` or `retry=NO_RETRY`, or give an object with that method"
        raise ConfigurationError(CODES["settings"], "`retry` has no `decide`", help=way)
