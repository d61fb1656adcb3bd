"""What an interruption, or a cancellation, leaves behind: the ledger has what is known, and the caller is told."""

import asyncio
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import groupby
from time import sleep
from types import FrameType
from typing import Any

import anyio
import pytest

from audience_dsl.sender import AsyncClient, Booking, Client, Pacer, Receipt
from audience_dsl.sender.http import httpx
from audience_dsl.sender.limits import MemoryStore

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
@pytest.mark.parametrize(("failing", "is_ours"), [("", True), ("settle", True), ("settle", False)])
def test_an_interrupted_attempt_is_recorded(events: tuple[str, ...], outcome: str, failing: str, is_ours: bool) -> None:
    book = Notebook(failing=failing, is_ours=is_ours)
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


def stopped(
    url: str, book: Notebook, ready: Callable[[], bool], scope: str, transport: Any = None, pacer: Pacer | None = None
) -> None:
    """Sends, and cancels the task, or its scope, as soon as `ready` says so."""

    async def run() -> None:
        async with AsyncClient(api_key=KEY, endpoint=url, timeout=PATIENT, transport=transport, pacer=pacer) as client:
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


@scopes
def test_a_place_that_nobody_waits_for_any_more_is_given_back(scope: str) -> None:
    class Slow(MemoryStore):
        def take(self, bookings: Sequence[Booking], /) -> bool:
            taking.set()
            going_on.wait(10)
            return super().take(bookings)

        def give_back(self, bookings: Sequence[Booking], /) -> None:
            super().give_back(bookings)
            given_back.set()

    taking, going_on, given_back = threading.Event(), threading.Event(), threading.Event()

    def ready() -> bool:
        if taking.is_set():
            threading.Timer(0.05, going_on.set).start()
        return taking.is_set()

    pacer, book = Pacer(store=Slow()), Notebook()
    with closed_port() as url:
        stopped(url, book, ready, scope, pacer=pacer)
    assert given_back.wait(10)
    assert not pacer._open
    # Where the wait is shielded, its claim is made before the cancellation comes.
    assert book.log in (["known None"], ["known None", "claim None", "settle not_sent"])


def test_a_step_that_is_interrupted_before_it_begins() -> None:
    """As where a task is cancelled while its step waits for a thread: nothing stays open, and all is recorded."""

    class Stop(BaseException):
        pass

    at, was_reached = 0, True
    while was_reached:
        at, was_reached = at + 1, False
        time, book, store = Time(), Notebook(), MemoryStore()
        script, pacer = Script(time, REFUSED, 201), Pacer(store=store)
        with Client(
            api_key=KEY, endpoint="US-01", transport=script.transport, clock=time.clock, sleep=time.sleep, pacer=pacer
        ) as client:
            steps, count = client._steps(REQUEST, None, book, False, None), 1
            try:
                step = next(steps)
                while True:
                    if count == at:
                        was_reached = True
                        step = steps.throw(Stop())
                    else:
                        step = steps.send(client._done(step))
                    count += 1
            except (Stop, StopIteration):
                pass
        assert all(page.receipt for page in book.pages)
        outcomes = [page.receipt.outcome for page in book.pages if page.receipt]
        assert outcomes[:2] in ([], ["not_sent"], ["unknown"], ["not_sent", "accepted"], ["not_sent", "unknown"])
        assert ("accepted" in outcomes) == (len(script.arrived) == 2)
        assert not pacer._open
        assert sum(used for used, _ in store._used.values()) == len([each for each in outcomes if each != "not_sent"])
    # Known, taken, claimed, tried, settled and given back; a wait; and again, save what is known.
    assert at == 6 + 1 + 5 + 1


OURS = tuple(
    f"audience_dsl/sender/{name}.py" for name in ("client", "core", "delivery", "attempt", "exchange", "transport")
)


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
        # What was interrupted while it was recorded is recorded again.
        settled = [line for line, _ in groupby(log) if line.startswith("settle")]
        # The first was refused, the second accepted: what is said of it is that, or that nobody knows, or nothing.
        assert settled[1:] in ([], ["settle accepted"], ["settle unknown"]) or arrived < 2
        assert settled[:1] in ([], ["settle not_sent"], ["settle unknown"])
    assert settled == ["settle not_sent", "settle accepted"]
