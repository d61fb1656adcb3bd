"""The clock of a sandbox: what it shows, and what goes by it."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox.clock import SandboxClock

from .support import NOW, TO_AUDIENCE, TO_ONE, limits, post, sandbox

SCHEDULE = "/campaigns/trigger/schedule/create"


class Base:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def test_it_follows_its_base_from_wherever_it_was_turned_to() -> None:
    base = Base()
    clock = SandboxClock(base)
    assert clock() == NOW
    base.now += 1
    assert clock() == NOW + 1
    clock.advance(60)
    base.now += 1
    assert clock() == NOW + 62
    clock.set(1_000)
    base.now += 1
    assert clock() == 1_001


def test_frozen_it_stands_and_goes_on_from_there() -> None:
    base = Base()
    clock = SandboxClock(base)
    clock.freeze()
    base.now += 100
    assert (clock(), clock.is_frozen) == (NOW, True)
    clock.advance(5)
    assert clock() == NOW + 5
    clock.set("2030-01-31T10:00:00+01:00")
    assert clock() == datetime(2030, 1, 31, 9, tzinfo=UTC).timestamp()
    clock.run()
    base.now += 1
    assert (clock(), clock.is_frozen) == (datetime(2030, 1, 31, 9, 0, 1, tzinfo=UTC).timestamp(), False)
    # What is done twice is done once.
    clock.freeze()
    clock.freeze()
    clock.run()
    clock.run()
    assert clock() == datetime(2030, 1, 31, 9, 0, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "at", [NOW, "2026-11-22T10:20:30.5Z", "2026-11-22T12:20:30.5+02:00", datetime.fromtimestamp(NOW, UTC)]
)
def test_an_instant_in_each_of_its_forms(at: Any) -> None:
    clock = SandboxClock(lambda: 0.0)
    clock.set(at)
    assert clock() == NOW


@pytest.mark.parametrize(
    "at",
    [
        *(-1, math.nan, math.inf, 10**12, True, None, [], "yesterday", "", "2026-11-22", "2026-11-22T10:20:30"),
        *("9999-06-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", datetime(2026, 11, 22)),  # noqa: DTZ001
    ],
)
def test_what_is_no_instant_changes_nothing(at: Any) -> None:
    clock = SandboxClock(lambda: NOW)
    with pytest.raises(ConfigurationError):
        clock.set(at)
    assert clock() == NOW


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, 10**12, True, None, "1"])
@pytest.mark.parametrize("is_frozen", [True, False])
def test_what_is_no_span_changes_nothing(seconds: Any, is_frozen: bool) -> None:
    clock = SandboxClock(lambda: NOW)
    if is_frozen:
        clock.freeze()
    before = clock.as_dict()
    with pytest.raises(ConfigurationError):
        clock.advance(seconds)
    assert clock.as_dict() == before


@given(st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_frozen_clock_is_told_to_the_microsecond(time: datetime, minutes: int) -> None:
    at = time.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    clock = SandboxClock(lambda: NOW)
    clock.freeze()
    clock.set(at)
    told = clock.as_dict()
    assert abs(datetime.fromisoformat(told["at"]) - at) <= timedelta(microseconds=20)
    other = SandboxClock(lambda: 0.0)
    other.restore(told)
    assert (other(), other.as_dict()) == (clock(), told)


def test_limits_the_log_and_schedules_go_by_it() -> None:
    braze = sandbox(enforce_limits=True, limits={"broadcasts": 1})
    assert post(braze, TO_AUDIENCE).status == 201
    assert post(braze, TO_AUDIENCE).status == 429
    braze.clock.advance(60)
    assert post(braze, TO_AUDIENCE).status == 201
    assert [entry.at for entry in braze.requests] == [NOW, NOW, NOW + 60]

    braze.clock.set("2030-01-31T08:59:59Z")
    post(braze, {**TO_ONE, "schedule": {"time": "2030-01-31T09:00:00Z"}}, path=SCHEDULE)
    (schedule,) = braze.schedules
    assert not schedule.is_due(braze.clock())
    braze.clock.advance(1)
    assert schedule.is_due(braze.clock())
    # The hour of the limits is that of the clock.
    assert limits(post(braze, TO_ONE))[1] == "249999"


def test_a_clock_that_is_turned_back_counts_anew() -> None:
    braze = sandbox()
    post(braze, TO_ONE)
    braze.clock.set(NOW - 86_400)
    assert limits(post(braze, TO_ONE))[1] == "249999"
