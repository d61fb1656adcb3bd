"""Being told to stop: by whom, how often, and what becomes of a wait."""

import threading

import pytest

from audience_dsl.runs import StoppedError, StopSignal


def test_a_wait_lasts_as_long_as_it_is_said_to() -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.4
        return now

    StopSignal().sleep(1.0, clock=clock)
    assert 1.0 < now < 2.0


@pytest.mark.parametrize("end", [StopSignal.request, lambda stop: stop.halt("an outage")])
def test_a_wait_ends_with_the_stop(end: object) -> None:
    stop = StopSignal()
    begun = threading.Event()

    def ask() -> None:
        begun.wait()
        end(stop)  # type: ignore[operator]

    asking = threading.Thread(target=ask)
    asking.start()
    begun.set()
    with pytest.raises(StoppedError):
        stop.sleep(3_600)
    asking.join()
    # And none begins any more.
    with pytest.raises(StoppedError):
        stop.sleep(0)


def test_the_second_time_is_at_once() -> None:
    stop = StopSignal()
    assert (stop.stopping, stop.at_once) == (False, False)
    stop.request()
    assert (stop.stopping, stop.at_once) == (True, False)
    stop.request()
    assert (stop.stopping, stop.at_once) == (True, True)


def test_the_first_reason_stays() -> None:
    stop = StopSignal()
    stop.halt("one")
    stop.halt("two")
    assert (stop.reason, stop.stopping, stop.at_once) == ("one", True, False)
