"""From the ledger to the receipt: what is sent again, and what is recorded when."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.diagnostics import CODES, ConfigurationError, LedgerError
from audience_dsl.sender import (
    NO_RETRY,
    Booking,
    Pacer,
    RateLimits,
    Receipt,
    RetryPolicy,
    RetryQuota,
    Stop,
    Wait,
)
from audience_dsl.sender.limits import MemoryStore
from audience_dsl.sender.outcome import Judgement

from .notebook import Notebook, Page
from .scripts import LOST, REFUSED, Script, deliver
from .sending import BROADCAST, CLIENTS, KEY, REQUEST, Send, Time

both = pytest.mark.parametrize("send", CLIENTS.values(), ids=CLIENTS)


RECEIPT = deliver(CLIENTS["sync"], 201)[0]


def reset_in(seconds: int) -> dict[str, str]:
    return {"X-RateLimit-Reset": str(int(Time().now.timestamp()) + seconds)}


@both
@pytest.mark.parametrize(
    ("answers", "settings", "outcome", "attempts", "slept"),
    [
        ([201], {}, "accepted", 1, []),
        ([REFUSED, 201], {}, "accepted", 2, [0.25]),
        ([REFUSED], {}, "not_sent", 5, [0.25, 0.5, 1, 2]),
        ([REFUSED], {"retry": NO_RETRY}, "not_sent", 1, []),
        ([REFUSED], {"retry": RetryPolicy(max_wait=0)}, "not_sent", 1, []),
        ([REFUSED, LOST, 201], {}, "unknown", 2, [0.25]),
        ([LOST, 201], {"retry": RetryPolicy(attempts=99, retry_refused_5xx=True)}, "unknown", 1, []),
        ([504, 201], {"retry": RetryPolicy(attempts=99, retry_refused_5xx=True)}, "unknown", 1, []),
        ([400, 201], {"retry": RetryPolicy(attempts=99, retry_refused_5xx=True)}, "rejected", 1, []),
        # The pacer knows of the reset too, and keeps its guard of a second behind it.
        ([(429, reset_in(20)), 201], {}, "accepted", 2, [20.25, 1]),
        ([(429, {"Retry-After": "20"}), 201], {}, "accepted", 2, [20.25]),
        ([429, 201], {}, "accepted", 2, [0.25]),
        ([(429, {"X-RateLimit-Reset": ""}), 201], {}, "accepted", 2, [0.25]),
        ([(429, reset_in(-20)), 201], {}, "accepted", 2, [0.25]),
        ([(429, reset_in(400)), 201], {}, "rate_limited", 1, []),
        ([503, 201], {}, "rejected", 1, []),
        ([503, 500, 201], {"retry": RetryPolicy(retry_refused_5xx=True)}, "accepted", 3, [0.25, 0.5]),
        ([REFUSED], {"quota": 2}, "not_sent", 3, [0.25, 0.5]),
        ([REFUSED], {"quota": 0}, "not_sent", 1, []),
        ([(429, {"Retry-After": "3"}), 201], {"quota": 0}, "accepted", 2, [3.25]),
        ([REFUSED], {"retry": RetryPolicy(time_at_most=1)}, "not_sent", 3, [0.25, 0.5]),
    ],
)
def test_what_is_sent_again(
    send: Send, answers: Any, settings: dict[str, Any], outcome: str, attempts: int, slept: list[float]
) -> None:
    if "quota" in settings:
        settings = {**settings, "quota": RetryQuota(settings["quota"])}
    receipt, script, time = deliver(send, *answers, **settings)
    assert (receipt.outcome, receipt.attempts, len(script.arrived)) == (outcome, attempts, attempts), receipt.reason
    assert time.slept == pytest.approx(slept)
    assert receipt.sent_at == script.arrived[-1]


@both
def test_each_wait_is_told_before_it_begins(send: Send) -> None:
    waits: list[Wait] = []
    receipt, _, time = deliver(send, REFUSED, (429, {"Retry-After": "7"}), 201, on_wait=waits.append)
    assert receipt.outcome == "accepted"
    assert [wait.seconds for wait in waits] == time.slept == [0.25, 7.25]
    assert [wait.why for wait in waits] == [
        "the request could not be sent",
        "Braze refused the request until its rate limit is reset",
    ]
    assert waits[-1].until == time.now


@both
def test_a_worker_that_never_waits_has_the_time_to_come_back(send: Send) -> None:
    now = Time().now
    policy = RetryPolicy(max_wait=0)
    receipt, _, time = deliver(send, (429, reset_in(20)), retry=policy)
    assert (receipt.outcome, receipt.retry_at) == ("rate_limited", now + timedelta(seconds=20))
    assert "longer than `max_wait` of 0 s" in receipt.reason
    receipt, _, time = deliver(send, 429, retry=policy)
    assert (receipt.outcome, receipt.retry_at) == ("rate_limited", now + timedelta(seconds=0.25))
    assert time.slept == []


@both
def test_what_is_held_back_here_is_not_sent(send: Send) -> None:
    pacer = Pacer(limits=RateLimits(audience=1))
    waits: list[Wait] = []
    first, script, _ = deliver(send, 201, request=BROADCAST, pacer=pacer)
    policy = RetryPolicy(max_wait=0)
    held, none, _ = deliver(send, 201, request=BROADCAST, pacer=pacer, retry=policy)
    assert (first.outcome, held.outcome, held.attempts, held.http_status) == ("accepted", "rate_limited", 0, None)
    assert none.arrived == []
    assert held.reason.startswith("held back here until 2026-11-24T15:01:01+00:00: by this client's count")
    assert held.retry_at == held.sent_at + timedelta(seconds=31)
    later, script, time = deliver(send, 201, request=BROADCAST, pacer=pacer, on_wait=waits.append)
    assert (later.outcome, time.slept) == ("accepted", [31.25])
    assert waits[0].why == "the rate limit is spent"
    assert script.arrived == [later.sent_at]


@both
def test_one_attempt_still_keeps_within_the_limits(send: Send) -> None:
    pacer = Pacer(limits=RateLimits(audience=1))
    for _ in range(2):
        receipt, _, time = deliver(send, 201, request=BROADCAST, pacer=pacer, retry=NO_RETRY)
        assert receipt.outcome == "accepted"
    assert time.slept == [31.25]


@both
def test_what_never_left_takes_no_place(send: Send) -> None:
    """Of one place in a minute, an attempt without a connection leaves it to the next."""
    pacer = Pacer(limits=RateLimits(audience=1))
    receipt, _, time = deliver(send, REFUSED, REFUSED, 201, request=BROADCAST, pacer=pacer)
    assert (receipt.outcome, receipt.attempts, time.slept) == ("accepted", 3, [0.25, 0.5])
    assert (
        deliver(send, 201, request=BROADCAST, pacer=pacer, retry=RetryPolicy(max_wait=0))[0].outcome == "rate_limited"
    )


@both
@pytest.mark.parametrize("answer", [LOST, 400, 429, 504])
def test_what_may_have_arrived_keeps_its_place(send: Send, answer: Any) -> None:
    pacer = Pacer(limits=RateLimits(audience=1))
    once = RetryPolicy(attempts=1, max_wait=0)
    first = deliver(send, answer, request=BROADCAST, pacer=pacer, retry=once)[0]
    assert (first.attempts, deliver(send, 201, request=BROADCAST, pacer=pacer, retry=once)[0].attempts) == (1, 0)


@both
@pytest.mark.parametrize("book", [Notebook(failing="claim"), Notebook(knows_later=RECEIPT)], ids=["refuses", "knows"])
def test_what_a_ledger_does_not_let_go_takes_no_place(send: Send, book: Notebook) -> None:
    pacer = Pacer(limits=RateLimits(audience=1))
    with suppress(LedgerError):
        deliver(send, 201, request=BROADCAST, pacer=pacer, how={"ledger": book})
    assert deliver(send, 201, request=BROADCAST, pacer=pacer)[2].slept == []


@both
def test_a_clock_that_stands_still_does_not_wait_for_ever(send: Send) -> None:
    pacer = Pacer(limits=RateLimits(audience=1))
    deliver(send, 201, request=BROADCAST, pacer=pacer)
    receipt, _, _ = deliver(send, 201, request=BROADCAST, pacer=pacer, sleep=lambda seconds: None)
    assert (receipt.outcome, receipt.attempts) == ("rate_limited", 0)


@both
@pytest.mark.parametrize(
    ("seconds", "outcome", "attempts", "words"),
    [
        (-1, "not_sent", 0, "the deadline had passed"),
        (0, "not_sent", 0, "the deadline had passed"),
        (0.1, "not_sent", 1, "would come after the deadline"),
        (0.5, "not_sent", 2, "would come after the deadline"),
        (60, "not_sent", 5, "the last of 5 attempts"),
    ],
)
def test_no_attempt_begins_after_the_deadline(
    send: Send, seconds: float, outcome: str, attempts: int, words: str
) -> None:
    how = {"deadline": Time().now + timedelta(seconds=seconds)}
    receipt, script, _ = deliver(send, REFUSED, how=how)
    assert (receipt.outcome, receipt.attempts, len(script.arrived)) == (outcome, attempts, attempts)
    assert words in receipt.reason


@both
def test_a_sleep_that_takes_too_long_passes_the_deadline(send: Send) -> None:
    time = Time()
    script = Script(time, REFUSED)
    receipt = send(
        "US-01",
        transport=script.transport,
        clock=time.clock,
        sleep=lambda seconds: time.sleep(seconds + 100),
        how={"deadline": time.now + timedelta(seconds=50)},
    )
    assert (receipt.outcome, receipt.attempts) == ("not_sent", 1)


@both
def test_a_claim_that_takes_too_long_passes_the_deadline(send: Send) -> None:
    class Slow(Notebook):
        def claim(self, *arguments: Any, **more: Any) -> Page | Receipt:
            time.sleep(100)
            return super().claim(*arguments, **more)

    time, book = Time(), Slow()
    script = Script(time, 201)
    how = {"ledger": book, "deadline": time.now + timedelta(seconds=50)}
    receipt = send("US-01", transport=script.transport, clock=time.clock, sleep=time.sleep, how=how)
    assert (receipt.outcome, receipt.attempts, script.arrived) == ("not_sent", 0, [])
    assert book.log[-1] == "settle not_sent"


class Stubborn:
    """A policy that would send anything again."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def decide(
        self, judgement: Judgement, /, *, attempt: int, elapsed: float, now: datetime, random: Callable[[], float]
    ) -> Wait | Stop:
        self.asked.append(judgement.outcome)
        return Wait(1, now + timedelta(seconds=1), "stubborn", spends=False)


@both
def test_a_policy_of_ones_own_is_not_asked_about_what_may_have_been_sent(send: Send) -> None:
    policy = Stubborn()
    receipt, _, _ = deliver(send, 400, 503, REFUSED, 429, LOST, 201, retry=policy)
    assert (receipt.outcome, receipt.attempts) == ("unknown", 5)
    assert policy.asked == ["rejected", "rejected", "not_sent", "rate_limited"]


@both
def test_the_quota_is_that_of_all_sends_of_a_client(send: Send) -> None:
    quota = RetryQuota(6, refill=1)
    attempts = [deliver(send, REFUSED, quota=quota)[0].attempts for _ in range(3)]
    assert attempts == [5, 3, 1]
    deliver(send, 201, quota=quota)
    assert deliver(send, REFUSED, quota=quota)[0].attempts == 2
    assert "quota of retries is spent" in deliver(send, REFUSED, quota=quota)[0].reason


RESETS = st.integers(-(10**6), 10**6).map(lambda seconds: str(int(Time().now.timestamp()) + seconds))
ABSURD = st.one_of(
    st.sampled_from(["", "0", "-1", "1e9", "nan", "9" * 15, "9" * 40, "Thu, 01 Jan 1970 00:00:00 GMT", "²", "30"]),
    st.sampled_from(["Fri, 31 Dec 9999 23:59:59 GMT", "Tue, 24 Nov 2026 15:00:30 GMT", "Tue, 24 Nov 2026 15:01 -9999"]),
    RESETS,
    st.text(max_size=10),
)
SPEAKING = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Retry-After"]
HEADERS = st.dictionaries(st.sampled_from([*SPEAKING, "Retry-After", "Date", "X-Request-Id"]), ABSURD)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from([201, 400, 429, 503]), HEADERS), min_size=1, max_size=4), st.data())
def test_whatever_headers_say(answers: list[tuple[int, dict[str, str]]], data: st.DataObject) -> None:
    """No header makes a send wait beyond its budget, nor a pacer hold longer than its windows last."""
    said = [(status, {name: value.encode() for name, value in given.items()}) for status, given in answers]
    policy = RetryPolicy(retry_refused_5xx=True)
    for send in CLIENTS.values():
        pacer, request = Pacer(), data.draw(st.sampled_from([REQUEST, BROADCAST]))
        receipt, _, time = deliver(send, *said, request=request, pacer=pacer, retry=policy)
        assert receipt.outcome in ("accepted", "rejected", "rate_limited")
        assert sum(time.slept) <= policy.time_at_most
        assert Receipt.from_dict(receipt.to_dict()) == receipt
        hold = pacer.turn(request).take(time.now)
        longest = timedelta(minutes=1) if request.is_broadcast else timedelta(hours=1)
        assert hold is None or time.now < hold.until <= time.now + longest + timedelta(seconds=2)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([REFUSED, 429, (429, {"Retry-After": "9"})]), min_size=1), st.data())
def test_a_clock_that_is_set_does_not_stretch_the_budget(answers: list[Any], data: st.DataObject) -> None:
    policy = RetryPolicy(attempts=50, time_at_most=60)
    for send in CLIENTS.values():
        time = Time()

        def sleep(seconds: float, time: Time = time) -> None:
            time.sleep(seconds)
            time.now += timedelta(seconds=data.draw(st.sampled_from([0, 0, -5, -3600, -(10**8), 3600])))

        receipt, script, _ = deliver(send, *answers, retry=policy, clock=time.clock, sleep=sleep, quota=RetryQuota(100))
        assert sum(time.slept) <= policy.time_at_most
        assert (receipt.attempts, receipt.outcome in ("not_sent", "rate_limited")) == (len(script.arrived), True)


ANSWERS = st.sampled_from([201, 400, 429, 500, 503, 504, 302, REFUSED, REFUSED, LOST, (429, {"Retry-After": "40"})])
POLICIES = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 6),
    max_wait=st.sampled_from([None, 0, 1, 30]),
    time_at_most=st.sampled_from([0, 2, 60, 300]),
    retry_refused_5xx=st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ANSWERS, min_size=1, max_size=8), POLICIES, st.sampled_from([None, 0, 1, 50]))
def test_laws(answers: list[Any], policy: RetryPolicy, deadline: float | None) -> None:
    seen = []
    for send in CLIENTS.values():
        book = Notebook()
        how: dict[str, Any] = {"ledger": book, "key": "k"}
        if deadline is not None:
            how["deadline"] = Time().now + timedelta(seconds=deadline)
        receipt, script, time = deliver(send, *answers, retry=policy, how=how)
        outcomes = [page.receipt.outcome for page in book.pages if page.receipt is not None]
        # Each attempt was recorded before and after, and the receipt is that of the last.
        assert len(script.arrived) == len(book.pages) == len(outcomes) == receipt.attempts
        assert book.log == ["known k", *(line for each in outcomes for line in ("claim k", f"settle {each}"))]
        assert not {"accepted", "unknown"} & set(outcomes[:-1])
        assert outcomes[-1:] in ([receipt.outcome], [])
        assert receipt.attempts <= policy.attempts
        assert sum(time.slept) <= policy.time_at_most
        assert all(policy.max_wait is None or slept <= policy.max_wait for slept in time.slept)
        assert all(deadline is None or at < how["deadline"] for at in script.arrived)
        assert receipt.key == "k"
        assert Receipt.from_dict(receipt.to_dict()) == receipt
        seen.append((receipt, script.arrived, time.slept))
    assert seen[0] == seen[1]


# --- The ledger ---------------------------------------------------------------------------------------


@both
def test_what_the_ledger_knows_is_not_sent(send: Send) -> None:
    known, _, _ = deliver(send, 201)
    for book in (Notebook(knows=known), Notebook(knows_later=known)):
        receipt, script, _ = deliver(send, 201, how={"ledger": book})
        assert receipt is known
        assert script.arrived == []


@both
@pytest.mark.parametrize(("method", "requests"), [("known", 0), ("claim", 0), ("settle", 1)])
@pytest.mark.parametrize("is_ours", [True, False])
def test_what_a_ledger_raises_comes_out(send: Send, method: str, requests: int, is_ours: bool) -> None:
    time = Time()
    script = Script(time, 201)
    book = Notebook(failing=method, is_ours=is_ours)
    with pytest.raises(LedgerError if is_ours else OSError, match=f"no {method}") as caught:
        send("US-01", transport=script.transport, how={"ledger": book, "repeat": True})
    assert len(script.arrived) == requests
    notes = " ".join(getattr(caught.value, "__notes__", []))
    assert ("the request was accepted" in notes) == (method == "settle")


def test_a_ledger_never_holds_up_the_event_loop() -> None:
    book = Notebook()
    deliver(CLIENTS["async"], 201, how={"ledger": book})
    assert len(book.log) == 3
    assert threading.get_ident() not in book.threads


@both
def test_an_error_while_waiting_leaves_nothing_in_flight(send: Send) -> None:
    def stop(_seconds: float) -> None:
        raise InterruptedError("enough")

    book = Notebook()
    with pytest.raises(InterruptedError, match="enough"):
        deliver(send, REFUSED, sleep=stop, how={"ledger": book})
    assert book.log == ["known None", "claim None", "settle not_sent"]


# --- The pacer's store --------------------------------------------------------------------------------


class Recording(MemoryStore):
    """A store that could as well be elsewhere, and fails where it is told to."""

    def __init__(self, failing: str = "") -> None:
        super().__init__()
        self.failing = failing
        self.calls: list[tuple[str, int]] = []

    def take(self, bookings: Sequence[Booking], /) -> bool:
        self.calls.append(("take", threading.get_ident()))
        if self.failing == "take":
            raise OSError("gone")
        return super().take(bookings)

    def at_least(self, booking: Booking, used: int, /) -> None:
        self.calls.append(("at_least", threading.get_ident()))
        if self.failing == "at_least":
            raise OSError("gone")
        super().at_least(booking, used)

    def give_back(self, bookings: Sequence[Booking], /) -> None:
        self.calls.append(("give_back", threading.get_ident()))
        if self.failing == "give_back":
            raise OSError("gone")
        super().give_back(bookings)


LIMITED = (201, {"X-RateLimit-Limit": "250000", "X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "1795536000"})


@both
def test_a_store_that_fails_before_a_send_stops_it(send: Send) -> None:
    with pytest.raises(OSError, match="gone"):
        deliver(send, LIMITED, pacer=Pacer(store=Recording("take")))


@both
def test_a_store_that_fails_after_a_send_changes_nothing(send: Send) -> None:
    store = Recording("at_least")
    receipt, _, _ = deliver(send, LIMITED, pacer=Pacer(store=store))
    assert receipt.outcome == "accepted"
    assert [name for name, _ in store.calls] == ["take", "at_least"]


@both
def test_a_store_that_fails_after_nothing_was_sent_changes_nothing(send: Send) -> None:
    store = Recording("give_back")
    receipt, _, _ = deliver(send, REFUSED, 201, pacer=Pacer(store=store))
    assert receipt.outcome == "accepted"
    assert [name for name, _ in store.calls] == ["take", "give_back", "take"]


def test_a_store_never_holds_up_the_event_loop() -> None:
    store = Recording()
    deliver(CLIENTS["async"], REFUSED, LIMITED, pacer=Pacer(store=store))
    assert {name for name, _ in store.calls} == {"take", "give_back", "at_least"}
    assert threading.get_ident() not in {thread for _, thread in store.calls}


# --- Misuse -------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"key": "k"}, "give `ledger` too"),
        ({"repeat": True}, "give `ledger` too"),
        ({"deadline": datetime(2026, 1, 1)}, "with its offset"),  # noqa: DTZ001
        ({"deadline": "tomorrow"}, "with its offset"),
        ({"ledger": Notebook(), "key": 5}, "`key` is text"),
        ({"ledger": "sends.db"}, r'`audience_dsl.ledger.Ledger\("sends.db"\)`'),
    ],
)
def test_misuse_is_raised(send: Send, how: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        deliver(send, 201, how=how)


@both
def test_the_api_key_is_no_name_of_a_send(send: Send) -> None:
    """It would stand in the ledger."""
    book = Notebook()
    with pytest.raises(ConfigurationError, match="`key` is given the API key") as caught:
        deliver(send, 201, how={"ledger": book, "key": KEY})
    assert (KEY in str(caught.value), book.log) == (False, [])


@both
def test_a_share_without_room_is_a_matter_of_configuration(send: Send) -> None:
    with pytest.raises(ConfigurationError) as caught:
        deliver(send, 201, request=BROADCAST, pacer=Pacer(share="1/100"))
    assert caught.value.code == CODES["settings"].code
