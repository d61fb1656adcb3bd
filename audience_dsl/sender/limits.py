"""How much a workspace may send, and where it is counted: the limits, and the store of what was used of them."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ..braze_api import RATE_WINDOWS
from ..diagnostics import CODES, ConfigurationError

__all__ = ["NO_LIMITS", "Booking", "LimitStore", "MemoryStore", "RateLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """How many calls there may be in each window, where a workspace has other limits than Braze documents.

    `requests` in an hour, `broadcasts` in a minute, of which so many to one unique `audience`, and `send_ids` in a
    day. None is no limit.
    """

    requests: int | None = RATE_WINDOWS["requests"].limit
    broadcasts: int | None = RATE_WINDOWS["broadcasts"].limit
    audience: int | None = RATE_WINDOWS["audience"].limit
    send_ids: int | None = RATE_WINDOWS["send-ids"].limit

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ConfigurationError(
                    CODES["settings"],
                    f"the rate limit `{name}` is a whole number from 1, not {value!r}",
                    help="None is for no limit",
                )


NO_LIMITS: Final = RateLimits(requests=None, broadcasts=None, audience=None, send_ids=None)


@dataclass(frozen=True, slots=True)
class Booking:
    """One call, counted in one window. `key` names the window, and `limit` is the most that may be counted there.

    `ends` is when the window is over, in seconds since 1970. Clocks differ, so keep its count a minute longer.
    """

    key: str
    limit: int
    ends: int


class LimitStore(Protocol):
    """Counts calls by window. One store is for one workspace, shared by whatever sends to it.

    Its methods are called from several threads, and may block. What `take` raises comes out of `send`, and nothing was
    sent; what is raised after a send is dropped, since its receipt matters more.
    """

    def take(self, bookings: Sequence[Booking], /) -> bool:
        """Count one more for each of the bookings, if none of them is at its limit; else count none, and say False.

        All of it in one step: of two callers for the last place, one gets it.
        """

    def at_least(self, booking: Booking, used: int, /) -> None:
        """Raise the count to `used` where it is lower: the server knows of more calls than this store does."""

    def give_back(self, bookings: Sequence[Booking], /) -> None:
        """Count one less for each of the bookings, which were taken for a call that never left."""


class MemoryStore:
    """The counts of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[str, tuple[int, int]] = {}
        self._tidy_at = _TIDY_FROM

    def take(self, bookings: Sequence[Booking], /) -> bool:
        used = self._used
        with self._lock:
            for each in bookings:
                if used.get(each.key, _NONE)[0] >= each.limit:
                    return False
            for each in bookings:
                used[each.key] = (used.get(each.key, _NONE)[0] + 1, each.ends)
            if len(used) > self._tidy_at:
                self._tidy(min(each.ends for each in bookings))
            return True

    def at_least(self, booking: Booking, used: int, /) -> None:
        with self._lock:
            if self._used.get(booking.key, _NONE)[0] < used:
                self._used[booking.key] = (used, booking.ends)

    def give_back(self, bookings: Sequence[Booking], /) -> None:
        with self._lock:
            for each in bookings:
                # What was tidied away meanwhile is long over.
                if each.key in self._used:
                    self._used[each.key] = (self._used[each.key][0] - 1, each.ends)

    def _tidy(self, ends: int) -> None:
        """Forget windows that are long over; rarely, so that it costs each call next to nothing."""
        self._used = {key: (used, end) for key, (used, end) in self._used.items() if end > ends - _KEPT}
        self._tidy_at = max(_TIDY_FROM, 2 * len(self._used))


_NONE: Final = (0, 0)
_TIDY_FROM: Final = 1_000
# Seconds; more than any send takes.
_KEPT: Final = 3_600
