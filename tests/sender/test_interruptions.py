"""What an interruption, or a cancellation, leaves behind: the ledger has what is known, and the caller is told."""

import asyncio
import sys
import threading
from collections.abc import Callable
from time import sleep
from types import FrameType
from typing import Any

import anyio
import pytest

from audience_dsl.sender import AsyncClient, Client, Receipt
from audience_dsl.sender.http import httpx

from .fault_server import FaultServer, closed_port
from .notebook import Notebook, Page
from .scripts import REFUSED, Script
from .sending import KEY, PATIENT, REQUEST, Time


class Interrupting:
    """A transport that is interrupted at some point, and tells of what it does as httpx's do."""

    def __init__(self, *events: str) -> None:
        self.events = events

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for event in self.events:
            request.extensions["trace"](event, {"request": request})
        raise KeyboardInterrupt

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ((), "unknown"),
        (("connection.connect_tcp.started",), "not_sent"),
        (("connection.connect_tcp.started", "http11.send_request_headers.started"), "unknown"),
    ],
)
@pytest.mark.parametrize("failing", ["", "settle"])
def test_an_interrupted_attempt_is_recorded(events: tuple[str, ...], outcome: str, failing: str) -> None:
    book = Notebook(failing=failing)
    with Client(api_key=KEY, endpoint="US-01", transport=Interrupting(*events)) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.send(REQUEST, ledger=book)
        assert caught.value.__context__ is None
    assert book.log[-1] == f"settle {outcome}"


@pytest.mark.parametrize(("status", "outcome"), [(201, "unknown"), (400, "rejected"), (429, "rate_limited")])
def test_an_answer_that_is_interrupted_is_what_its_status_says(status: int, outcome: str) -> None:
    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            yield b'{"message":"success"}'
            raise KeyboardInterrupt

    book = Notebook()
    transport = httpx.MockTransport(lambda request: httpx.Response(status, stream=Stream()))
    with Client(api_key=KEY, endpoint="US-01", transport=transport) as client, pytest.raises(KeyboardInterrupt):
        client.send(REQUEST, ledger=book)
    assert book.log[-1] == f"settle {outcome}"
    assert "because the sender was stopped" in str(book.pages[0].receipt)


def stopped(url: str, book: Notebook, ready: Callable[[], bool], scope: str, transport: Any = None) -> None:
    """Sends, and cancels the task, or its scope, as soon as `ready` says so."""

    async def run() -> None:
        async with AsyncClient(api_key=KEY, endpoint=url, timeout=PATIENT, transport=transport) as client:
            if scope == "anyio":
                async with anyio.create_task_group() as group:

                    async def task() -> None:
                        await client.send(REQUEST, ledger=book)

                    group.start_soon(task)
                    while not ready():
                        await anyio.sleep(0.01)
                    group.cancel_scope.cancel()
            else:
                sending = asyncio.create_task(client.send(REQUEST, ledger=book))
                while not ready():
                    await asyncio.sleep(0.01)
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending

    asyncio.run(run())


scopes = pytest.mark.parametrize("scope", ["asyncio", "anyio"])


@scopes
def test_a_cancelled_attempt_is_recorded(scope: str) -> None:
    book = Notebook()
    with FaultServer("stall-after-read") as server:
        stopped(server.url, book, lambda: len(server.requests) == 1, scope)
    assert book.log == ["known None", "claim None", "settle unknown"]


@scopes
@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ((), "unknown"),
        (("connection.connect_tcp.started", "connection.start_tls.started"), "not_sent"),
        (("connection.connect_tcp.started", "http11.send_request_headers.started"), "unknown"),
    ],
)
def test_an_attempt_that_is_cancelled_at_some_point(events: tuple[str, ...], outcome: str, scope: str) -> None:
    class Hanging(httpx.AsyncBaseTransport):
        is_reached = False

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            for event in events:
                await request.extensions["trace"](event, {"request": request})
            self.is_reached = True
            await anyio.sleep_forever()
            raise AssertionError

    book, transport = Notebook(), Hanging()
    stopped("US-01", book, lambda: transport.is_reached, scope, transport)
    assert book.log == ["known None", "claim None", f"settle {outcome}"]


@scopes
def test_a_claim_that_nobody_waits_for_any_more_is_given_back(scope: str) -> None:
    class Slow(Notebook):
        def claim(self, *arguments: Any, **more: Any) -> Page | Receipt:
            claiming.set()
            going_on.wait(10)
            return super().claim(*arguments, **more)

    claiming, going_on, book = threading.Event(), threading.Event(), Slow()

    def ready() -> bool:
        if claiming.is_set():
            threading.Timer(0.05, going_on.set).start()
        return claiming.is_set()

    with closed_port() as url:
        stopped(url, book, ready, scope)
    for _ in range(1_000):
        if len(book.log) == 3:
            break
        sleep(0.01)
    assert book.log == ["known None", "claim None", "settle not_sent"]


OURS = tuple(f"audience_dsl/sender/{name}.py" for name in ("client", "delivery", "attempt", "exchange", "transport"))


def test_an_interruption_at_any_instant_leaves_the_truth() -> None:
    """Wherever in the code of a delivery it comes: what the server has got is never recorded as not sent."""

    class Stop(BaseException):
        pass

    def run(at: int) -> tuple[bool, list[str], int]:
        """Raises at so many lines of our code, from a trace; whether it was reached, the log, what arrived."""
        left, book, time = at, Notebook(), Time()
        script = Script(time, REFUSED, 201)

        def trace(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal left
            if not frame.f_code.co_filename.endswith(OURS):
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    raise Stop
            return trace

        with Client(
            api_key=KEY, endpoint="US-01", transport=script.transport, clock=time.clock, sleep=time.sleep
        ) as client:
            before = sys.gettrace()
            sys.settrace(trace)
            try:
                client.send(REQUEST, ledger=book)
            except Stop:
                return True, book.log, len(script.arrived)
            finally:
                sys.settrace(before)
        return False, book.log, len(script.arrived)

    was_reached, at = True, 0
    while was_reached:
        at += 1
        was_reached, log, arrived = run(at)
        settled = [line for line in log if line.startswith("settle")]
        # The first was refused, the second accepted: what is said of it is that, or that nobody knows, or nothing.
        assert settled[1:] in ([], ["settle accepted"], ["settle unknown"]) or arrived < 2
        assert settled[:1] in ([], ["settle not_sent"], ["settle unknown"])
    assert settled == ["settle not_sent", "settle accepted"]
