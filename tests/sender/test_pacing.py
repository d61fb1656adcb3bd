"""No window of Braze's limits is ever exceeded, by Braze's own clock; and what they allow is used."""

import asyncio
import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.braze_api import ENDPOINTS, RATE_WINDOWS, rate_windows
from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sender import (
    NO_LIMITS,
    AsyncClient,
    Booking,
    Client,
    Pacer,
    RateLimit,
    RateLimits,
    Request,
    RetryPolicy,
)
from audience_dsl.sender.http import httpx
from audience_dsl.sender.limits import MemoryStore
from audience_dsl.sender.outcome import Judgement
from audience_dsl.sender.pacing import Hold
from audience_dsl.sender.unique_audience import unique_audience

from .sending import BROADCAST, KEY, REQUEST

START = datetime(2026, 11, 24, 15, 0, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ACCEPTED = Judgement(outcome="accepted", reason="")
NOT_SENT = Judgement(outcome="not_sent", reason="")


def request_for(path: str, number: int = 0) -> Request:
    """A request as the pacer sees it; `number` tells audiences apart."""
    endpoint = ENDPOINTS[path]
    body = b'{"audience":{"last_used_app":{"comparison":"after","value":"%d"}}}' % number
    is_broadcast = endpoint.kind in ("send", "schedule")
    return Request(endpoint=endpoint, body=body, subject="c", is_broadcast=is_broadcast, recipient_count=0)


class Braze:
    """What the server counts: calls by window, on a clock that is `skew` seconds ahead."""

    def __init__(self, skew: float = 0.0) -> None:
        self.skew = timedelta(seconds=skew)
        self.counts: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()

    def call(self, request: Request, at: datetime) -> None:
        seen = (at + self.skew - EPOCH) // timedelta(microseconds=1)
        with self._lock:
            for name in rate_windows(request.endpoint, is_broadcast=request.is_broadcast):
                which = f"{name}/{unique_audience(request)}" if name == "audience" else name
                self.counts[which, seen // (RATE_WINDOWS[name].seconds * 1_000_000)] += 1

    def worst(self) -> dict[str, int]:
        """The fullest window of each limit."""
        found: dict[str, int] = {}
        for (which, _), count in self.counts.items():
            name = which.split("/")[0]
            found[name] = max(found.get(name, 0), count)
        return found


def simulate(
    pacers: Sequence[Pacer],
    braze: Braze,
    sends: Iterable[tuple[datetime, Request, float, float | None]],
    *,
    ends: datetime | None = None,
) -> int:
    """Sends that begin then, take so long, and arrive after such a part of it, or never; how many were let go."""
    order = itertools.count()
    events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
    sent = 0

    def plan(at: datetime, event: Callable[[datetime], None]) -> None:
        heapq.heappush(events, (at, next(order), event))

    def begin(pacer: Pacer, request: Request, latency: float, part: float | None) -> Callable[[datetime], None]:
        turn = pacer.turn(request)

        def attempt(now: datetime) -> None:
            nonlocal sent
            hold = turn.take(now)
            if hold is not None:
                assert hold.until > now
                plan(hold.until, attempt)
                return
            sent += 1
            if part is not None:
                plan(now + timedelta(seconds=latency * part), lambda then: braze.call(request, then))
            judgement = NOT_SENT if part is None else ACCEPTED
            plan(now + timedelta(seconds=latency), lambda then: turn.done(judgement, then))

        return attempt

    for number, (at, request, latency, part) in enumerate(sends):
        plan(at, begin(pacers[number % len(pacers)], request, latency, part))
    while events and (ends is None or events[0][0] < ends):
        now, _, event = heapq.heappop(events)
        event(now)
    return sent


LIMITS = {"requests": 7, "broadcasts": 5, "audience": 2, "send-ids": 3}
SMALL = RateLimits(requests=7, broadcasts=5, audience=2, send_ids=3)
KINDS = st.one_of(
    st.builds(request_for, st.just("campaign-trigger-send"), st.integers(0, 2)),
    st.sampled_from([REQUEST, request_for("messages-schedule-create"), request_for("send-id-create")]),
)
# Days and hours apart, and around the ends of windows: there it is decided what counts where.
BOUNDARIES = st.sampled_from([0, 1, 2, 60, 61, 24 * 60, 24 * 60 + 1, 3 * 24 * 60])
OFFSETS = st.sampled_from([-2, -1.001, -1, -0.5, -1e-6, 0, 0.4, 0.999, 1, 30])
LATENCIES = st.sampled_from([0, 0, 0.02, 0.6, 1.6, 61])


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[datetime, Request, float, float | None]]:
    """Bursts of sends over some days: when each begins, how long it takes, and in which part of that it arrives.

    Some never leave.
    """
    found = []
    kinds = draw(st.lists(KINDS, min_size=1, max_size=3))
    for _ in range(draw(st.integers(0, 15))):
        at = START + timedelta(minutes=draw(BOUNDARIES), seconds=draw(OFFSETS))
        request, latency, part = draw(st.sampled_from(kinds)), draw(LATENCIES), draw(st.sampled_from([0.0, 1.0, None]))
        found += [(at, request, latency, part)] * draw(st.integers(1, 8))
    return sorted(found, key=lambda each: each[0])


@settings(deadline=None, max_examples=300)
@given(arrivals(), st.sampled_from([-1, 0, 1]))
def test_no_window_is_exceeded(sends: list[Any], skew: float) -> None:
    pacer = Pacer(limits=SMALL)
    braze = Braze(skew)
    assert simulate([pacer], braze, sends) == len(sends)
    assert all(count <= LIMITS[name] for name, count in braze.worst().items())


@settings(deadline=None, max_examples=200)
@given(arrivals(), st.integers(2, 3), st.booleans(), st.sampled_from([-1, 0, 1]))
def test_among_several_pacers(sends: list[Any], count: int, shares: bool, skew: float) -> None:
    # What others have on its way, a pacer does not know: the guard has to be enough for that too.
    quick = [(at, request, min(latency, 1), part) for at, request, latency, part in sends]
    store = MemoryStore()
    limits = RateLimits(requests=21, broadcasts=15, audience=6, send_ids=9) if shares else SMALL
    pacers = [
        Pacer(limits=limits, guard=2, **({"share": Fraction(1, count)} if shares else {"store": store}))
        for _ in range(count)
    ]
    braze = Braze(skew)
    assert simulate(pacers, braze, quick) == len(quick)
    assert all(count <= LIMITS[name] * (3 if shares else 1) for name, count in braze.worst().items())


@settings(deadline=None, max_examples=100)
@given(arrivals())
def test_what_never_left_counts_nowhere(sends: list[Any]) -> None:
    pacer, braze = Pacer(limits=SMALL), Braze()
    simulate([pacer], braze, [(at, request, latency, None) for at, request, latency, _ in sends])
    assert not braze.counts
    assert not any(used for used, _ in pacer._store._used.values())  # type: ignore[attr-defined]
    assert not pacer._open


@pytest.mark.parametrize("latency", [0.05, 0.8])
def test_saturated(latency: float) -> None:
    """As much as there can be, for ten minutes: 95 % of what the limit allows gets through."""
    pacer, braze = Pacer(), Braze(0.9)
    sends = [(START, request_for("campaign-trigger-send", n % 25), latency, 0.5) for n in range(3_000)]
    simulate([pacer], braze, sends, ends=START + timedelta(minutes=10))
    assert braze.worst() == {"broadcasts": 250, "audience": 10}
    assert braze.counts.total() / 2 >= 0.95 * 2_500


def test_saturated_by_the_hour() -> None:
    limits = RateLimits(requests=2_000)
    pacer, braze = Pacer(limits=limits), Braze(-1)
    simulate([pacer], braze, [(START, REQUEST, 1, 1) for _ in range(9_000)], ends=START + timedelta(hours=4))
    assert braze.worst() == {"requests": 2_000}
    assert braze.counts.total() >= 0.95 * 8_000


def test_a_share_of_the_limit_is_used_in_full() -> None:
    braze = Braze()
    sends = [(START, request_for("canvas-trigger-send", n), 0.05, 0.5) for n in range(1_000)]
    simulate([Pacer(share="1/8")], braze, sends, ends=START + timedelta(minutes=4))
    assert braze.worst()["broadcasts"] == 250 // 8


class SharedTime:
    """One simulated clock for many threads: whoever sleeps moves it on for all."""

    def __init__(self) -> None:
        self.now = START
        self._lock = threading.Lock()

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += timedelta(seconds=seconds)


def answering(braze: Braze, time: SharedTime, request: Request) -> httpx.MockTransport:
    def handle(_request: httpx.Request) -> httpx.Response:
        braze.call(request, time.now)
        return httpx.Response(201, json={"message": "success"})

    return httpx.MockTransport(handle)


def test_threads_that_share_a_client() -> None:
    time, braze = SharedTime(), Braze()
    with Client(
        api_key=KEY,
        endpoint="US-01",
        transport=answering(braze, time, BROADCAST),
        sleep=time.sleep,
        clock=time.clock,
        random=lambda: 0.0,
    ) as client:
        outcomes: list[str] = []
        threads = [
            threading.Thread(target=lambda: outcomes.extend(client.send(BROADCAST).outcome for _ in range(8)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes.count("accepted") + outcomes.count("rate_limited") == 64
    assert braze.worst()["audience"] <= 10


def test_tasks_that_share_a_pacer() -> None:
    time, braze, pacer = SharedTime(), Braze(), Pacer()

    async def sleep(seconds: float) -> None:
        wake = time.now + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        time.now = max(time.now, wake)

    async def run() -> list[str]:
        clients = [
            AsyncClient(
                api_key=KEY,
                endpoint="US-01",
                transport=answering(braze, time, BROADCAST),
                pacer=pacer,
                sleep=sleep,
                clock=time.clock,
                random=lambda: 0.0,
            )
            for _ in range(3)
        ]
        receipts = await asyncio.gather(*(client.send(BROADCAST) for client in clients * 15))
        for client in clients:
            await client.aclose()
        return [receipt.outcome for receipt in receipts]

    assert asyncio.run(run()) == ["accepted"] * 45
    assert braze.worst() == {"broadcasts": 10, "audience": 10}


def test_both_kinds_of_client_that_share_a_pacer() -> None:
    time, braze, pacer = SharedTime(), Braze(), Pacer()
    how: dict[str, Any] = {"transport": answering(braze, time, BROADCAST), "clock": time.clock, "pacer": pacer}
    how |= {"api_key": KEY, "endpoint": "US-01", "retry": RetryPolicy(max_wait=0)}
    outcomes: list[str] = []

    def by_thread() -> None:
        with Client(**how) as client:
            outcomes.extend(client.send(BROADCAST).outcome for _ in range(6))

    def by_tasks() -> None:
        async def run() -> None:
            async with AsyncClient(**how) as client:
                receipts = await asyncio.gather(*(client.send(BROADCAST) for _ in range(6)))
            outcomes.extend(receipt.outcome for receipt in receipts)

        asyncio.run(run())

    threads = [threading.Thread(target=target) for target in (by_thread, by_tasks) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"accepted": 10, "rate_limited": 14}
    assert braze.worst() == {"broadcasts": 10, "audience": 10}


def test_threads_at_one_instant() -> None:
    pacer = Pacer()
    got: list[Hold | None] = []
    threads = [
        threading.Thread(target=lambda: got.extend(pacer.turn(REQUEST).take(START) for _ in range(50)))
        for _ in range(8)
    ]
    small = RateLimits(requests=123)
    pacer = Pacer(limits=small)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each is None for each in got) == 123


def said(limit: int | None, remaining: int | None, reset: int | None, **more: Any) -> Judgement:
    return Judgement(
        outcome=more.pop("outcome", "accepted"),
        reason="",
        rate_limit=RateLimit(limit=limit, remaining=remaining, reset=reset),
        **more,
    )


HOUR = int((START + timedelta(hours=1) - EPOCH).total_seconds())
MINUTE = int((START + timedelta(minutes=1) - EPOCH).total_seconds())
LATER = START + timedelta(seconds=10)


def room(pacer: Pacer, request: Request, at: datetime = LATER) -> int:
    """How many more sends there may be at this instant."""
    found = 0
    while pacer.turn(request).take(at) is None:
        found += 1
        assert found <= 1_000
    return found


def told(pacer: Pacer, request: Request, judgement: Judgement) -> Pacer:
    turn = pacer.turn(request)
    assert turn.take(LATER) is None
    turn.done(judgement, LATER)
    return pacer


@pytest.mark.parametrize(
    ("limits", "request_", "judgement", "left"),
    [
        # Others send too: what the server says remains is what there is.
        (RateLimits(requests=100), REQUEST, said(100, 40, HOUR), 40),
        (RateLimits(requests=100), REQUEST, said(100, 0, HOUR), 0),
        (RateLimits(requests=100), REQUEST, said(100, 0, None), 0),
        (RateLimits(requests=100), REQUEST, said(None, 7, HOUR), 7),
        # More than we have left cannot be: it may not have counted all of ours yet.
        (RateLimits(requests=100), REQUEST, said(100, 100, HOUR), 99),
        (RateLimits(requests=100), REQUEST, said(100, 100_000, HOUR), 99),
        # Absent or empty headers say nothing.
        (RateLimits(requests=100), REQUEST, said(None, None, None), 99),
        (RateLimits(requests=100), REQUEST, said(100, None, HOUR), 99),
        # A limit that is not ours, where it can only be of this window.
        (RateLimits(requests=100), REQUEST, said(60, 30, HOUR), 30),
        (RateLimits(requests=100), REQUEST, said(200, 199, HOUR), 199),
        (RateLimits(requests=100), REQUEST, said(0, 0, HOUR), 0),
        (RateLimits(requests=100, audience=None), REQUEST, said(None, 7, HOUR), 7),
        # One of another window says nothing of this one.
        (RateLimits(requests=100, send_ids=50), request_for("send-id-create"), said(100, 3, HOUR), 49),
        # A window that is not that of the send.
        (RateLimits(requests=100), REQUEST, said(100, 0, HOUR - 3_600 * 5), 99),
        (RateLimits(requests=100), REQUEST, said(100, 0, 3_600 * 10**9), 99),
        # One that does not end with ours: only that it is spent can be believed, and only until then.
        (RateLimits(requests=100), REQUEST, said(100, 7, HOUR - 1_000), 99),
        (RateLimits(requests=100), REQUEST, said(100, 0, HOUR - 1_000), 0),
        # Of two windows, the one with that limit.
        (RateLimits(broadcasts=100), BROADCAST, said(10, 4, MINUTE), 4),
        (RateLimits(broadcasts=100), BROADCAST, said(100, 3, MINUTE), 3),
        (RateLimits(broadcasts=100), BROADCAST, said(77, 0, MINUTE), 9),
        # A refusal closes the window to its end.
        (RateLimits(requests=100), REQUEST, said(100, 50, HOUR, outcome="rate_limited"), 0),
        (RateLimits(requests=100), REQUEST, said(None, None, None, retry_after=5.0, outcome="rate_limited"), 0),
        (RateLimits(requests=100), REQUEST, said(None, None, None, outcome="rate_limited"), 99),
    ],
)
def test_what_the_server_says_counts(limits: RateLimits, request_: Request, judgement: Judgement, left: int) -> None:
    assert room(told(Pacer(limits=limits), request_, judgement), request_) == left


def test_a_refusal_holds_until_the_reset_and_no_longer() -> None:
    pacer = told(Pacer(), BROADCAST, said(10, 0, MINUTE, outcome="rate_limited"))
    hold = pacer.turn(BROADCAST).take(LATER)
    assert hold is not None
    assert hold.until == START + timedelta(seconds=61)
    assert room(pacer, BROADCAST, hold.until) == 10
    # It was the audience's limit: others may go.
    pacer = told(Pacer(), BROADCAST, said(10, 0, MINUTE, outcome="rate_limited"))
    assert pacer.turn(request_for("campaign-trigger-send", 1)).take(LATER) is None


def test_a_window_that_does_not_end_with_ours_is_over_when_the_server_says() -> None:
    soon = int((LATER - EPOCH).total_seconds()) + 1
    pacer = told(Pacer(), REQUEST, said(250_000, 0, soon, outcome="rate_limited"))
    hold = pacer.turn(REQUEST).take(LATER)
    assert hold is not None
    assert hold.until == LATER + timedelta(seconds=2)
    assert pacer.turn(REQUEST).take(hold.until) is None


def test_a_reset_beyond_a_window_is_not_believed() -> None:
    pacer = told(Pacer(), BROADCAST, said(10, 0, 10**14, outcome="rate_limited"))
    hold = pacer.turn(BROADCAST).take(LATER)
    assert hold is not None
    assert hold.until == LATER + timedelta(seconds=61)


def test_a_part_of_what_remains_is_not_ours() -> None:
    # An eighth of 80 is ours, 10. The server has 5 left for all.
    pacer = told(Pacer(limits=RateLimits(requests=80), share="1/8"), REQUEST, said(80, 5, HOUR))
    assert room(pacer, REQUEST) == 5


def test_a_clock_that_was_set_back_is_followed() -> None:
    pacer = Pacer(limits=RateLimits(requests=5))
    assert room(pacer, REQUEST, START + timedelta(days=900)) == 5
    assert room(pacer, REQUEST, START) == 5


def test_a_refusal_does_not_outlast_a_clock_that_was_set_back() -> None:
    pacer = Pacer(limits=RateLimits(audience=5))
    ahead = LATER + timedelta(days=900)
    turn = pacer.turn(BROADCAST)
    assert turn.take(ahead) is None
    turn.done(said(None, None, None, retry_after=50.0, outcome="rate_limited"), ahead)
    # Who read the clock before is no clock that was set.
    assert isinstance(pacer.turn(BROADCAST).take(ahead - timedelta(seconds=20)), Hold)
    assert room(pacer, BROADCAST) == 5


def test_a_send_of_which_nobody_says_that_it_is_over() -> None:
    """As where its task is cancelled at that very instant: it may be on its way for long, and not for ever."""
    pacer = Pacer(limits=RateLimits(audience=2))
    assert pacer.turn(BROADCAST).take(START) is None
    assert [room(pacer, BROADCAST, START + timedelta(minutes=later)) for later in (5, 50, 70)] == [1, 0, 2]


def test_who_read_the_clock_first_and_comes_last() -> None:
    """It may be on its way for as long as those that came before it."""
    pacer = Pacer(limits=RateLimits(broadcasts=3))
    assert room(pacer, BROADCAST, START + timedelta(seconds=61.5)) == 3
    assert isinstance(pacer.turn(BROADCAST).take(START + timedelta(seconds=58.9)), Hold)


@pytest.mark.parametrize(("second", "left"), [(58.9, 5), (59.1, 4), (60.9, 4)])
def test_others_see_at_once_what_may_arrive_in_the_next_window(second: float, left: int) -> None:
    store, limits = MemoryStore(), RateLimits(broadcasts=5)
    assert Pacer(limits=limits, store=store).turn(BROADCAST).take(START + timedelta(seconds=second)) is None
    assert room(Pacer(limits=limits, store=store), BROADCAST, START + timedelta(seconds=90)) == left


def test_no_limits() -> None:
    pacer = Pacer(limits=NO_LIMITS)
    assert all(pacer.turn(BROADCAST).take(START) is None for _ in range(1_000))


class HalfAStore:
    def take(self, bookings: Sequence[Booking], /) -> bool:
        return True

    def at_least(self, booking: Booking, used: int, /) -> None: ...


@pytest.mark.parametrize("share", [0, 2, -1, "0/8", "9/8", "x", "1/0", 0.5, True, None])
def test_shares_that_cannot_be_meant(share: Any) -> None:
    with pytest.raises(ConfigurationError, match="`share`"):
        Pacer(share=share)


@pytest.mark.parametrize("guard", [-1, 21, float("nan"), True, "1"])
def test_guards_that_cannot_be_meant(guard: Any) -> None:
    with pytest.raises(ConfigurationError, match="`guard`"):
        Pacer(guard=guard)


@pytest.mark.parametrize(("store", "method"), [("limits.db", "take"), (Counter(), "take"), (HalfAStore(), "give_back")])
def test_stores_that_cannot_be_meant(store: Any, method: str) -> None:
    with pytest.raises(ConfigurationError, match=f"`store` has no `{method}`"):
        Pacer(store=store)


@pytest.mark.parametrize("limit", [0, -1, True, "3", 2.5])
def test_limits_that_cannot_be_meant(limit: Any) -> None:
    with pytest.raises(ConfigurationError, match="`audience`"):
        RateLimits(audience=limit)


def test_a_share_without_room() -> None:
    pacer = Pacer(share="1/16")
    with pytest.raises(ConfigurationError, match="a share of 1/16 is less than one send of the limit `audience`"):
        pacer.turn(BROADCAST)
    assert pacer.turn(REQUEST).take(START) is None
    assert repr(pacer).endswith(", share 1/16>")


def test_a_store_counts_all_or_nothing() -> None:
    store = MemoryStore()
    one, two = Booking("one", 1, 60), Booking("two", 2, 60)
    assert store.take([one, two])
    assert not store.take([two, one])
    assert store.take([two])
    assert not store.take([two])
    store.at_least(Booking("three", 5, 60), 4)
    assert [store.take([Booking("three", 5, 60)]) for _ in range(2)] == [True, False]
    store.give_back([one, Booking("forgotten", 1, 60)])
    assert [store.take([one]), store.take([one]), store.take([Booking("forgotten", 1, 60)])] == [True, False, True]


def test_the_memory_store_forgets() -> None:
    store = MemoryStore()
    for minute in range(10_000):
        assert store.take([Booking(f"broadcasts/{minute * 60}", 1, (minute + 1) * 60)])
    assert len(store._used) < 2_000
    assert not store.take([Booking(f"broadcasts/{9_999 * 60}", 1, 600_000)])


def test_a_store_that_fails_leaves_no_place_taken() -> None:
    class Failing:
        def take(self, bookings: Sequence[Booking], /) -> bool:
            raise OSError("gone")

        def at_least(self, booking: Booking, used: int, /) -> None:
            raise OSError("gone")

        def give_back(self, bookings: Sequence[Booking], /) -> None:
            raise OSError("gone")

    pacer = Pacer(store=Failing())
    with pytest.raises(OSError, match="gone"):
        pacer.turn(REQUEST).take(START)
    assert not pacer._open
