"""Sends a request, and says truthfully what became of it.

What surely was not sent is sent again by itself, as `RetryPolicy` says, within the rate limits, as `Pacer` counts them;
what may have arrived never is. No redirect is followed, and every attempt has a connection of its own: one that was
kept may be dead, and then nobody would know. The clients work on httpx's transports directly: what `httpx.Client` adds
(redirects, cookies, logging of URLs) is nothing that a sender of campaigns wants.
"""

import contextlib
import random as dice
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from inspect import GEN_CLOSED, getgeneratorstate
from types import TracebackType
from typing import Any

import anyio
import anyio.to_thread

from .attempt import Attempt
from .core import Core
from .delivery import Step
from .exchange import Timeouts
from .http import httpx
from .outcome import Judgement, Receipt
from .pacing import Pacer
from .recording import Ledger
from .requests import Request
from .retrying import DEFAULT_RETRY, Retries, RetryQuota, Wait
from .secret import Secret
from .transport import AsyncTransport, Transport, carry, strip

__all__ = ["AsyncClient", "AsyncTransport", "Client", "Transport"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Client(Core):
    """Sends requests to one instance of Braze with one key.

    `endpoint` is an instance's name (`US-01` … `KR-01`) or a URL. `transport` carries the requests, and is
    closed with the client; without one, httpx makes the connections, through the proxy that the environment
    names for https (`environment_proxies`), inside whose tunnel TLS hides the key; http to a loopback host never
    goes through a proxy. May be used by several threads.

    `retry` says what is sent again by itself: by default what surely never left, and what Braze refused for now; up
    to 5 attempts within 5 minutes. `NO_RETRY` is for one attempt. `quota` limits the retries of all sends together.
    `pacer` keeps within the rate limits; give one to all clients of a workspace. `on_wait` is told of each wait before
    it begins, and `sleep` does the waiting; what either raises comes out of `send`, and then nothing is in flight.
    `clock` gives the instants, and `random` numbers from 0 to below 1.

    Raises ConfigurationError over key, endpoint, settings and proxy.
    """

    _carries = "handle_request"
    _own_transport = httpx.HTTPTransport
    _transport: Transport

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        transport: Transport | None = None,
        timeout: Timeouts | None = None,
        retry: Retries = DEFAULT_RETRY,
        quota: RetryQuota | None = None,
        pacer: Pacer | None = None,
        on_wait: Callable[[Wait], None] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], datetime] = _utc_now,
        random: Callable[[], float] = dice.random,
        environment_proxies: bool = True,
    ) -> None:
        super().__init__(
            api_key=api_key,
            endpoint=endpoint,
            transport=transport,
            timeout=timeout,
            retry=retry,
            quota=quota,
            pacer=pacer,
            on_wait=on_wait,
            clock=clock,
            random=random,
            environment_proxies=environment_proxies,
        )
        self._sleep = sleep

    def send(
        self,
        request: Request,
        *,
        key: str | None = None,
        ledger: Ledger | None = None,
        repeat: bool = False,
        deadline: datetime | None = None,
    ) -> Receipt:
        """Sends the request, and returns what became of it; whatever the network does, nothing is raised.

        With a `ledger`, a request that was accepted before, under this `key` or with the same content, is not sent
        again, and its receipt is returned; with `repeat`, the same content under another key is another send. No
        attempt begins at or after `deadline`; one that has begun is not cut short, since nobody would know what
        became of it.

        LedgerError comes from the ledger: where a send is in flight or unknown, until somebody resolves it, or where
        its file cannot be used. A ConfigurationError says that a pacer's share has no room for the request.
        KeyboardInterrupt and its like pass through, and the ledger has what is known then: `not_sent` where nothing
        was written, else `unknown`. They are stripped of their traceback into the HTTP library, whose variables hold
        the key.
        """
        steps = self._steps(request, key, ledger, repeat, deadline)
        try:
            step = next(steps)
            while True:
                try:
                    while True:
                        step = steps.send(self._done(step))
                except BaseException as error:
                    # An interruption can come anywhere; where the delivery still goes on, it is told.
                    if getgeneratorstate(steps) == GEN_CLOSED:
                        raise
                    step = steps.throw(error)
        except StopIteration as end:
            receipt: Receipt = end.value
            return receipt

    def _done(self, step: Step) -> object:
        if isinstance(step, Attempt):
            error = carry(step, self._transport, step.note)
            return step.finish() if error is None else step.failed(error)
        if isinstance(step, Wait):
            self._tell(step)
            return self._sleep(step.seconds)
        return step()

    def close(self) -> None:
        self._closed = True
        self._transport.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(Core):
    """As `Client`, for asyncio and trio: `await client.send(request)`, and `async with`.

    Ledgers, and stores of limits, are called in worker threads. `sleep` is a coroutine function.
    """

    _carries = "handle_async_request"
    _own_transport = httpx.AsyncHTTPTransport
    _transport: AsyncTransport

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        transport: AsyncTransport | None = None,
        timeout: Timeouts | None = None,
        retry: Retries = DEFAULT_RETRY,
        quota: RetryQuota | None = None,
        pacer: Pacer | None = None,
        on_wait: Callable[[Wait], None] | None = None,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
        clock: Callable[[], datetime] = _utc_now,
        random: Callable[[], float] = dice.random,
        environment_proxies: bool = True,
    ) -> None:
        super().__init__(
            api_key=api_key,
            endpoint=endpoint,
            transport=transport,
            timeout=timeout,
            retry=retry,
            quota=quota,
            pacer=pacer,
            on_wait=on_wait,
            clock=clock,
            random=random,
            environment_proxies=environment_proxies,
        )
        self._sleep = sleep

    async def send(
        self,
        request: Request,
        *,
        key: str | None = None,
        ledger: Ledger | None = None,
        repeat: bool = False,
        deadline: datetime | None = None,
    ) -> Receipt:
        """As `Client.send`. Cancellation passes through as KeyboardInterrupt does there."""
        steps = self._steps(request, key, ledger, repeat, deadline)
        try:
            step = next(steps)
            while True:
                try:
                    while True:
                        step = steps.send(await self._done(step))
                except BaseException as error:
                    # An interruption can come anywhere; where the delivery still goes on, it is told.
                    if getgeneratorstate(steps) == GEN_CLOSED:
                        raise
                    step = steps.throw(error)
        except StopIteration as end:
            receipt: Receipt = end.value
            return receipt

    async def _done(self, step: Step) -> object:
        if isinstance(step, Attempt):
            try:
                return await self._exchange(step)
            except BaseException as stop:
                strip(stop)
                raise stop from None
        if isinstance(step, Wait):
            self._tell(step)
            return await self._sleep(step.seconds)
        return await _in_thread(step)

    async def _exchange(self, attempt: Attempt) -> Judgement:
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


async def _in_thread(call: Callable[[], object]) -> object:
    # What a ledger is about to write is written, and a scope that is cancelled ends after that.
    with anyio.CancelScope(shield=True) as scope:
        answer = await anyio.to_thread.run_sync(call)
    assert not scope.cancelled_caught
    return answer
