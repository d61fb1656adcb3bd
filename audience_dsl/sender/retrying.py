"""Whether a request that was not accepted is sent again by itself, and when. Pure: no clock, no sleep, no dice.

What is sent again is decided from what surely happened: a request that never left, and one that Braze refused for
now. One that may have arrived is never sent again, whatever the settings and whoever wrote the policy: the clients
don't even ask.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from ..braze_api import RATE_WINDOWS
from ..diagnostics import CODES, ConfigurationError
from .outcome import NOT_SENT, RATE_LIMITED, REJECTED, Judgement

__all__ = ["DEFAULT_RETRY", "NO_RETRY", "Retries", "RetryPolicy", "RetryQuota", "Stop", "Wait", "free_at", "instant_in"]

_EXPONENT_AT_MOST: Final = 60
# Seconds; what is longer was not meant, and no `sleep` takes it.
_LONGEST: Final = max(window.seconds for window in RATE_WINDOWS.values()) + 3_600


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait so many seconds, until then, and try again. `why` says what for, in words.

    `spends` says that the retry is taken from the client's `RetryQuota`; one that the server, or the pacer, has given
    a time for is not.
    """

    seconds: float
    until: datetime
    why: str
    spends: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """Leave it at this outcome. `why` says what stands against another attempt, and is empty where none is due.

    `retry_at` is when the attempt would have come.
    """

    why: str = ""
    retry_at: datetime | None = None


class Retries(Protocol):
    """What decides: `RetryPolicy`, or anything with this method."""

    def decide(
        self, judgement: Judgement, /, *, attempt: int, elapsed: float, now: datetime, random: Callable[[], float]
    ) -> Wait | Stop:
        """Asked after an attempt that was neither accepted nor unknown, and where the pacer holds one back.

        `attempt` counts those that were made, so it is 0 where the first is held back; what is held back is judged as
        `rate_limited`, without an HTTP status, for `retry_after` seconds. `elapsed` is in seconds since the call of
        `send`, waits included; `random` gives a number from 0 to below 1. A deadline, and the client's quota, are
        seen to elsewhere.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """What a client sends again by itself, as a value that several clients can share.

    not_sent        after a pause with full jitter: from nothing to `base` seconds, then to twice that, and so on,
                    never more than `wait_at_most`
    rate_limited    at the time that the server gives (`X-RateLimit-Reset` or `Retry-After`), and up to `base` seconds
                    later, so that not all come at once; as above where it gives none
    rejected, 5xx   as `not_sent`, if `retry_refused_5xx`: where Braze itself says so, it sent nothing
    rejected, 4xx   never: it would be refused again
    unknown         never: it may have been sent

    There are at most `attempts` in all, and no wait that would end more than `time_at_most` seconds after the call of
    `send`; waits for the client's own pacer count there too. A wait longer than `max_wait` is not begun: the outcome
    stands at once, and a rate-limited receipt has its `retry_at`. With `max_wait=0` nothing waits at all, which is for
    workers that would rather put the message back. The default has time for several windows of a minute, and not for
    one of an hour.

    Raises ConfigurationError over a number that cannot be meant.
    """

    attempts: int = 5
    base: float = 0.5
    wait_at_most: float = 30.0
    time_at_most: float = 300.0
    max_wait: float | None = None
    retry_refused_5xx: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise _unusable("attempts", "a whole number from 1", self.attempts)
        for name in ("base", "wait_at_most", "time_at_most", "max_wait"):
            value = getattr(self, name)
            if name == "max_wait" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise _unusable(name, "a number of seconds from 0", value)
        if math.isinf(self.base):
            raise _unusable("base", "a number of seconds from 0", self.base)
        if not isinstance(self.retry_refused_5xx, bool):
            raise _unusable("retry_refused_5xx", "True or False", self.retry_refused_5xx)

    def decide(
        self, judgement: Judgement, /, *, attempt: int, elapsed: float, now: datetime, random: Callable[[], float]
    ) -> Wait | Stop:
        """As `Retries.decide` says."""
        status = judgement.http_status
        refused_5xx = judgement.outcome == REJECTED and status is not None and 500 <= status < 600
        if judgement.outcome not in (NOT_SENT, RATE_LIMITED) and not (refused_5xx and self.retry_refused_5xx):
            return Stop()
        free = free_at(judgement, now)
        if free is None or free <= now:
            seconds = random() * min(self.wait_at_most, self.base * 2 ** min(max(attempt - 1, 0), _EXPONENT_AT_MOST))
            why, spends = _WHY[judgement.outcome], True
        else:
            seconds = (free - now).total_seconds() + random() * self.base
            why, spends = (_HELD if status is None else _RESET), False
        until = instant_in(now, seconds)
        if attempt >= self.attempts:
            return Stop(f"that was the last of {self.attempts} attempts" if self.attempts > 1 else "", until)
        if seconds > _LONGEST:
            return Stop(f"the wait of {_seconds(seconds)} s is longer than any rate limit of Braze's lasts", until)
        if self.max_wait is not None and seconds > self.max_wait:
            return Stop(f"the wait of {_seconds(seconds)} s is longer than `max_wait` of {self.max_wait:g} s", until)
        if elapsed + seconds > self.time_at_most:
            return Stop(f"the next attempt would come after `time_at_most` of {self.time_at_most:g} s", until)
        return Wait(seconds, until, why, spends)


DEFAULT_RETRY: Final = RetryPolicy()
NO_RETRY: Final = RetryPolicy(attempts=1)
"""One attempt. It still waits for the client's pacer; `RetryPolicy(attempts=1, max_wait=0)` does not."""

_HELD: Final = "the rate limit is spent"
_RESET: Final = "Braze refused the request until its rate limit is reset"
_WHY: Final = {
    NOT_SENT: "the request could not be sent",
    RATE_LIMITED: "Braze refused the request for now, without a time",
    REJECTED: "Braze has an error of its own, and sent nothing",
}


class RetryQuota:
    """How many retries a client has left, so that an outage is not hammered by everything that is sent during it.

    A retry takes 1, and a send that is accepted gives `refill` back, up to `size`. So a client retries at most `size`
    times in a row without a success, and then once for every `1 / refill` successes. May be used by several threads,
    and by several clients.
    """

    def __init__(self, size: int = 50, refill: float = 0.1) -> None:
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise _unusable("size", "a whole number from 0", size)
        if isinstance(refill, bool) or not isinstance(refill, (int, float)) or not 0 <= refill < math.inf:
            raise _unusable("refill", "a number from 0", refill)
        self._size = float(size)
        self._refill = float(refill)
        self._left = float(size)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<RetryQuota {self._left:g} of {self._size:g}>"

    def spend(self) -> bool:
        """Take a retry, and say whether there was one."""
        with self._lock:
            # Ten times a tenth is a little less than one.
            if self._left < 1 - 1e-9:
                return False
            self._left -= 1
            return True

    def succeeded(self) -> None:
        # Full, as it mostly is, needs no lock: whoever spends at this instant could as well have come later.
        if self._left < self._size:
            with self._lock:
                self._left = min(self._size, self._left + self._refill)


def free_at(judgement: Judgement, now: datetime) -> datetime | None:
    """When a rate-limited request may go, by what the server said; the later one, if it said two things."""
    if judgement.outcome != RATE_LIMITED:
        return None
    found = []
    if judgement.rate_limit is not None and judgement.rate_limit.reset is not None:
        found.append(instant_in(_EPOCH, judgement.rate_limit.reset))
    if judgement.retry_after is not None:
        found.append(instant_in(now, judgement.retry_after))
    return max(found, default=None)


def instant_in(start: datetime, seconds: float) -> datetime:
    """So many seconds later; the last instant that there is, where that is too far."""
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        return _LAST


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def _seconds(seconds: float) -> str:
    return f"{seconds:,.1f}".removesuffix(".0")


def _unusable(name: str, kind: str, value: object) -> ConfigurationError:
    return ConfigurationError(CODES["settings"], f"`{name}` of retries is {kind}, not {value!r}")
