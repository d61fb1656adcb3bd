"""Sends a request once, and says truthfully what became of it.

Nothing is sent again by itself, no redirect is followed, and every send has a connection of its own. The
clients work on httpx's transports directly: what `httpx.Client` adds (redirects, cookies, logging of URLs) is
nothing that a sender of campaigns wants.
"""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from ..diagnostics import CODES, ConfigurationError
from .address import resolve_endpoint
from .attempt import Attempt
from .exchange import Timeouts
from .http import httpx
from .outcome import Receipt
from .requests import Request
from .secret import Secret, check_key
from .transport import USER_AGENT, AsyncTransport, Transport, carry, made_transport, strip

__all__ = ["AsyncClient", "AsyncTransport", "Client", "Transport"]


def utc_now() -> datetime:
    return datetime.now(UTC)


class _Core:
    """What both clients share: settings, and the making of attempts."""

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        timeout: Timeouts | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._secret = check_key(api_key)
        self._base_url = resolve_endpoint(endpoint, self._secret)
        self._timeouts = timeout or Timeouts()
        self._clock = clock
        self._closed = False

    @property
    def base_url(self) -> str:
        """Where requests go, without a slash at its end."""
        return self._base_url

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url}>"

    def _attempt(self, request: Request) -> Attempt:
        if not isinstance(request, Request):
            raise TypeError("`send` takes a Request, made by `build_request`")
        if self._closed:
            raise RuntimeError("the client is closed")
        return Attempt(
            request,
            base_url=self._base_url,
            secret=self._secret,
            timeouts=self._timeouts,
            clock=self._clock,
            user_agent=USER_AGENT,
        )


class Client(_Core):
    """Sends requests to one instance of Braze with one key.

    `endpoint` is an instance's name (`US-01` … `KR-01`) or a URL. `transport` carries the requests, and is
    closed with the client; without one, httpx makes the connections, through the proxy that the environment
    names for https (`environment_proxies`), inside whose tunnel TLS hides the key; http to a loopback host never
    goes through a proxy. `clock` gives the instants of the receipts. May be used by several threads.

    Raises ConfigurationError over key, endpoint, timeouts and proxy.
    """

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        transport: Transport | None = None,
        timeout: Timeouts | None = None,
        clock: Callable[[], datetime] = utc_now,
        environment_proxies: bool = True,
    ) -> None:
        super().__init__(api_key=api_key, endpoint=endpoint, timeout=timeout, clock=clock)
        if transport is not None and not callable(getattr(transport, "handle_request", None)):
            raise ConfigurationError(CODES["settings"], "`transport` has no `handle_request`", help=_TRANSPORT_WAY)
        self._transport: Transport = transport or made_transport(
            httpx.HTTPTransport, self._base_url, environment_proxies
        )

    def send(self, request: Request) -> Receipt:
        """Makes one attempt and returns what became of it; whatever the network does, nothing is raised.

        KeyboardInterrupt and its like do pass through, and then the outcome is unknown. They are stripped of
        their traceback into the HTTP library, whose variables hold the key.
        """
        attempt = self._attempt(request)
        error = carry(attempt, self._transport, attempt.note)
        return attempt.finish() if error is None else attempt.failed(error)

    def close(self) -> None:
        self._closed = True
        self._transport.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Core):
    """As `Client`, for asyncio and trio: `await client.send(request)`, and `async with`."""

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        transport: AsyncTransport | None = None,
        timeout: Timeouts | None = None,
        clock: Callable[[], datetime] = utc_now,
        environment_proxies: bool = True,
    ) -> None:
        super().__init__(api_key=api_key, endpoint=endpoint, timeout=timeout, clock=clock)
        if transport is not None and not callable(getattr(transport, "handle_async_request", None)):
            raise ConfigurationError(
                CODES["settings"], "`transport` has no `handle_async_request`", help=_TRANSPORT_WAY
            )
        self._transport: AsyncTransport = transport or made_transport(
            httpx.AsyncHTTPTransport, self._base_url, environment_proxies
        )

    async def send(self, request: Request) -> Receipt:
        """As `Client.send`. Cancellation passes through, and then the outcome is unknown."""
        attempt = self._attempt(request)
        try:
            return await self._exchange(attempt)
        except BaseException as stop:
            strip(stop)
            raise stop from None

    async def _exchange(self, attempt: Attempt) -> Receipt:
        async def note(event: str, info: dict[str, Any]) -> None:
            attempt.note(event, info)

        outgoing = attempt.outgoing(note)
        try:
            response = await self._transport.handle_async_request(outgoing)
        except Exception as error:
            return attempt.failed(error)
        try:
            if attempt.answered(response.status_code, response.headers):
                async for chunk in response.stream:
                    if not attempt.take(chunk):
                        break
        except Exception as error:
            attempt.broke_off(error)
        finally:
            with contextlib.suppress(Exception):
                await response.aclose()
        return attempt.finish()

    async def aclose(self) -> None:
        self._closed = True
        await self._transport.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


_TRANSPORT_WAY: Final = "give the kind of httpx transport that goes with the client, or none"
