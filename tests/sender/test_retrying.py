"""What is sent again by itself, and when: the policy as a function, and the quota."""

import math
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sender import NO_RETRY, OUTCOMES, RateLimit, RetryPolicy, RetryQuota, Stop, Wait
from audience_dsl.sender.outcome import Judgement
from audience_dsl.sender.retrying import DEFAULT_RETRY, Retries, free_at, instant_in

NOW = datetime(2026, 11, 24, 15, 0, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decide(judgement: Judgement, policy: Retries = DEFAULT_RETRY, **situation: Any) -> Wait | Stop:
    given = {"attempt": 1, "elapsed": 0.0, "now": NOW, "random": lambda: 0.5, **situation}
    return policy.decide(judgement, **given)


def judged(outcome: str, status: int | None = None, **seen: Any) -> Judgement:
    return Judgement(outcome=outcome, reason="", http_status=status, **seen)


def resetting(seconds: float) -> Judgement:
    return judged("rate_limited", 429, rate_limit=RateLimit(reset=int((NOW - EPOCH).total_seconds() + seconds)))


seconds = st.floats(0, 1e6, allow_nan=False)
policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 100),
    base=seconds,
    wait_at_most=seconds,
    time_at_most=st.one_of(seconds, st.just(math.inf)),
    max_wait=st.none() | seconds,
    retry_refused_5xx=st.booleans(),
)
limits = st.builds(RateLimit, limit=st.none(), remaining=st.none(), reset=st.none() | st.integers(0, 10**15))
judgements = st.builds(
    judged,
    st.sampled_from(OUTCOMES),
    st.none() | st.integers(100, 999),
    rate_limit=st.none() | limits,
    retry_after=st.none() | st.floats(0, 1e15),
)


@given(judgements, policies, st.integers(0, 200), seconds, st.floats(0, 1, exclude_max=True))
def test_laws(judgement: Judgement, policy: RetryPolicy, attempt: int, elapsed: float, dice: float) -> None:
    decided = policy.decide(judgement, attempt=attempt, elapsed=elapsed, now=NOW, random=lambda: dice)
    assert decided == policy.decide(judgement, attempt=attempt, elapsed=elapsed, now=NOW, random=lambda: dice)
    if isinstance(decided, Stop):
        return
    assert judgement.outcome in ("not_sent", "rate_limited") or (
        judgement.outcome == "rejected" and policy.retry_refused_5xx and 500 <= (judgement.http_status or 0) < 600
    )
    assert attempt < policy.attempts
    assert elapsed + decided.seconds <= policy.time_at_most
    assert policy.max_wait is None or decided.seconds <= policy.max_wait
    assert decided.until == instant_in(NOW, decided.seconds)
    free = free_at(judgement, NOW)
    if free is not None and free > NOW:
        assert free <= decided.until <= instant_in(free, policy.base)
    else:
        assert decided.seconds <= policy.wait_at_most
        assert decided.spends


@given(policies, judgements)
def test_what_may_have_been_sent_is_never_sent_again(policy: RetryPolicy, judgement: Judgement) -> None:
    assume(judgement.outcome in ("unknown", "accepted"))
    assert decide(judgement, policy) == Stop()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 499])
def test_what_was_refused_for_good_is_never_sent_again(status: int) -> None:
    assert decide(judged("rejected", status), RetryPolicy(retry_refused_5xx=True)) == Stop()


@pytest.mark.parametrize("status", [500, 503, 599])
def test_an_error_of_braze_is_retried_only_where_the_caller_opts_in(status: int) -> None:
    assert decide(judged("rejected", status)) == Stop()
    assert isinstance(decide(judged("rejected", status), RetryPolicy(retry_refused_5xx=True)), Wait)


@given(st.integers(1, 4), st.floats(0, 1, exclude_max=True))
def test_full_jitter(attempt: int, dice: float) -> None:
    decided = decide(judged("not_sent"), attempt=attempt, random=lambda: dice)
    assert isinstance(decided, Wait)
    assert decided.seconds == dice * (0.5 * 2 ** (attempt - 1))


def test_the_cap_of_a_wait() -> None:
    policy = RetryPolicy(attempts=10**9, wait_at_most=7, time_at_most=math.inf)
    for attempt in (10, 100, 10**6):
        decided = decide(judged("not_sent"), policy, attempt=attempt)
        assert isinstance(decided, Wait)
        assert decided.seconds == 3.5


def test_the_reset_of_any_window_of_a_minute_is_waited_for_by_default() -> None:
    decided = decide(resetting(60))
    assert isinstance(decided, Wait)
    assert decided.until == NOW + timedelta(seconds=60.25)
    assert not decided.spends


def test_the_later_of_two_times_counts() -> None:
    both = judged("rate_limited", 429, rate_limit=resetting(20).rate_limit, retry_after=30.0)
    assert free_at(both, NOW) == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("ago", [0, 1, 10**9])
def test_a_reset_that_is_past_says_nothing(ago: int) -> None:
    assert decide(resetting(-ago)) == decide(judged("rate_limited", 429))


@pytest.mark.parametrize(
    ("policy", "situation", "words"),
    [
        (RetryPolicy(max_wait=0), {}, "longer than `max_wait` of 0 s"),
        (RetryPolicy(max_wait=20), {}, "longer than `max_wait` of 20 s"),
        (RetryPolicy(time_at_most=20), {}, "after `time_at_most` of 20 s"),
        (RetryPolicy(), {"elapsed": 280.0}, "after `time_at_most` of 300 s"),
        (RetryPolicy(attempts=3), {"attempt": 3}, "the last of 3 attempts"),
        (NO_RETRY, {}, ""),
    ],
)
def test_what_is_given_up_has_its_time(policy: RetryPolicy, situation: dict[str, Any], words: str) -> None:
    decided = decide(resetting(30), policy, **situation)
    assert isinstance(decided, Stop)
    assert words in decided.why
    assert bool(words) == bool(decided.why)
    assert decided.retry_at == NOW + timedelta(seconds=30.25)


@pytest.mark.parametrize("reset", [2_000_000_000, 10**11, 10**15 - 1])
def test_a_reset_beyond_all_windows_is_not_waited_for(reset: int) -> None:
    patient = RetryPolicy(time_at_most=math.inf)
    decided = decide(judged("rate_limited", 429, rate_limit=RateLimit(reset=reset)), patient)
    assert isinstance(decided, Stop)
    assert "longer than any rate limit" in decided.why
    assert isinstance(decide(resetting(86_400), patient), Wait)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": True},
        {"attempts": 2.0},
        {"base": -1},
        {"base": math.inf},
        {"wait_at_most": math.nan},
        {"time_at_most": None},
        {"max_wait": "3"},
        {"retry_refused_5xx": 1},
    ],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"`{next(iter(wrong))}` of retries"):
        RetryPolicy(**wrong)


@pytest.mark.parametrize("wrong", [{"size": -1}, {"size": True}, {"refill": math.inf}, {"refill": "1"}])
def test_quotas_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        RetryQuota(**wrong)


def test_a_quota_is_spent_by_retries_and_refilled_by_successes() -> None:
    quota = RetryQuota(3, 0.1)
    assert [quota.spend() for _ in range(4)] == [True, True, True, False]
    for _ in range(10):
        assert not quota.spend()
        quota.succeeded()
    assert [quota.spend(), quota.spend()] == [True, False]
    for _ in range(1000):
        quota.succeeded()
    assert [quota.spend() for _ in range(4)] == [True, True, True, False]


def test_a_quota_among_threads() -> None:
    quota = RetryQuota(500)
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.extend([quota.spend() for _ in range(100)])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == 500
