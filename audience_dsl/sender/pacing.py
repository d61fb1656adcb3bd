"""Keeps sends within Braze's rate limits, so that a 429 is the exception. Pure: time comes in as an argument.

Braze's windows are fixed to the clock, its clock: a minute is from :00 to :60, and not the last sixty seconds. Ours may
differ from it, and a request takes its time. So a send is counted in every window in which it can have arrived: from
`guard` seconds before it began to `guard` seconds after it ended. While it is on its way, a place is kept for it in
whatever window comes. One that never left gives its places back, so that an outage spends no limit. What the server
says of its own count, in `X-RateLimit-…` headers, corrects ours.
"""

import threading
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

from ..braze_api import RATE_WINDOWS, Endpoint, RateWindow, rate_windows
from ..diagnostics import CODES, ConfigurationError
from .limits import Booking, LimitStore, MemoryStore, RateLimits
from .outcome import NOT_SENT, RATE_LIMITED, Judgement, RateLimit
from .requests import Request
from .unique_audience import unique_audience

__all__ = ["Hold", "Pacer", "Turn"]


class Hold:
    """A send that is to wait: until when, and why, in words."""

    __slots__ = ("until", "why")

    def __init__(self, until: datetime, why: str) -> None:
        self.until = until
        self.why = why


class Pacer:
    """Counts what is sent to one workspace, and holds back what would be too much.

    `limits` are those of the workspace, where they are not the documented ones. `share` is the part of each that this
    pacer may use, such as `"1/8"` or `Fraction(1, 8)` for eight processes that know nothing of each other; those that
    can share a count give a `store` in its place. `guard` is by how many seconds the server's clock, and that of the
    other processes, may differ.

    One pacer may serve several clients of one workspace, threads and tasks alike. Raises ConfigurationError.
    """

    def __init__(
        self,
        *,
        limits: RateLimits | None = None,
        share: Fraction | str | int = 1,
        guard: float = 1.0,
        store: LimitStore | None = None,
    ) -> None:
        self._share = _fraction(share)
        if isinstance(guard, bool) or not isinstance(guard, (int, float)) or not 0 <= guard <= _GUARD_AT_MOST:
            raise ConfigurationError(
                CODES["settings"], f"`guard` is a number of seconds from 0 to {_GUARD_AT_MOST}, not {guard!r}"
            )
        for method in ("take", "at_least", "give_back"):
            if store is not None and not callable(getattr(store, method, None)):
                way = "it counts for several processes, as `audience_dsl.sender.LimitStore` says"
                raise ConfigurationError(CODES["settings"], f"`store` has no `{method}`", help=way)
        self._guard = round(guard * 1_000_000)
        settled = limits or RateLimits()
        self._limits: dict[str, int | None] = {
            name: getattr(settled, name.replace("-", "_")) for name in RATE_WINDOWS if name != "exports"
        }
        self._store: LimitStore = store or MemoryStore()
        # Whether a call of the store may take a while, so that no event loop should wait for it.
        self.blocks = store is not None
        self._lock = threading.Lock()
        self._latest = 0
        # For each bucket: how many sends are on their way, by the last window that each is counted in.
        self._open: dict[str, dict[int, int]] = {}
        # For each bucket: the instant before which the server said that it takes nothing.
        self._closed_until: dict[str, int] = {}

    def __repr__(self) -> str:
        share = "" if self._share == 1 else f", share {self._share}"
        return f"<Pacer {self._limits}{share}>"

    def turn(self, request: Request) -> "Turn":
        """The counting of one send. Raises ConfigurationError where the share of a limit is less than one send."""
        windows = _windows(request.endpoint, request.is_broadcast)
        buckets = [
            (window, f"{window.name}/{unique_audience(request)}" if window.name == "audience" else window.name)
            for window in windows
            if self._limits[window.name] is not None
        ]
        for window, _ in buckets:
            if self._allowance(window.name) < 1:
                raise ConfigurationError(
                    CODES["settings"],
                    f"a share of {self._share} is less than one send of the limit `{window.name}`",
                    help="give all processes one `store` in place of a share, or set this limit with `RateLimits`",
                )
        return Turn(self, buckets)

    def _allowance(self, name: str) -> int:
        limit = self._limits[name]
        return 0 if limit is None else limit * self._share.numerator // self._share.denominator

    def _take(self, buckets: "list[_Bucket]", now: int) -> "Hold | _Places":
        """A hold, or where the send is counted."""
        with self._lock:
            # Whoever read the clock before others, and comes after them, may still be on its way when they are counted.
            self._latest = max(now, self._latest if self._latest - now < _STEP else 0)
            first, last = now - self._guard, self._latest + self._guard
            held = self._held_by_server(buckets, now)
            if held is not None:
                return held
            bookings = []
            counted: dict[str, int] = {}
            for window, bucket in buckets:
                length = window.seconds * 1_000_000
                allowance = self._allowance(window.name)
                on_its_way = self._open.get(bucket, _NOBODY).items()
                for index in range(first // length, last // length + 1):
                    # Of one that was interrupted just here nobody may say that it is over.
                    oldest = index - max(1, _SEND_AT_MOST // length)
                    coming = sum(count for seen, count in on_its_way if oldest <= seen < index)
                    bookings.append(_booking(window, bucket, index, allowance - coming))
                counted[bucket] = last // length
            # Before the store is asked, and not within its answer: who comes later should rather see one too many.
            self._enter(counted)
        try:
            if self._store.take(bookings):
                return _Places(bookings, counted)
        except BaseException:
            self._leave(counted)
            raise
        self._leave(counted)
        free = min(each.ends for each in bookings) * 1_000_000 + self._guard
        names = " or ".join(f"`{window.name}`" for window, _ in buckets)
        return Hold(_instant(free), f"by this client's count the rate limit {names} is spent")

    def _held_by_server(self, buckets: "list[_Bucket]", now: int) -> Hold | None:
        if not self._closed_until:
            return None
        held = []
        for window, bucket in buckets:
            until = self._closed_until.get(bucket)
            # Longer than a window lasts it cannot be closed: then the clock was set back.
            if until is not None and now < until <= self._closed_at_most(window, now) + _STEP:
                held.append((until, window.name))
            elif until is not None:
                del self._closed_until[bucket]
        if not held:
            return None
        until, name = max(held)
        return Hold(_instant(until), f"Braze said that the rate limit `{name}` is spent")

    def _enter(self, counted: dict[str, int]) -> None:
        for bucket, index in counted.items():
            at = self._open.setdefault(bucket, {})
            at[index] = at.get(index, 0) + 1

    def _leave(self, counted: dict[str, int]) -> None:
        with self._lock:
            for bucket, index in counted.items():
                at = self._open[bucket]
                at[index] -= 1
                if not at[index]:
                    del at[index]
                    if not at:
                        del self._open[bucket]

    def _arrived(self, buckets: "list[_Bucket]", counted: dict[str, int], now: int) -> None:
        """Count a send in the windows that have begun since it was counted; where one is full, it stays full."""
        for window, bucket in buckets:
            length = window.seconds * 1_000_000
            for index in range(counted[bucket] + 1, (now + self._guard) // length + 1):
                self._store.take([_booking(window, bucket, index, self._allowance(window.name))])

    def _corrected(self, buckets: "list[_Bucket]", judgement: Judgement, sent: int, now: int) -> None:
        said = judgement.rate_limit or RateLimit()
        meant = [each for each in buckets if said.limit is not None and self._limits[each[0].name] == said.limit]
        # A limit that is of no window we know can only be that of the one that was counted.
        if not meant and len(buckets) == 1 and (said.limit is None or said.limit not in self._limits.values()):
            meant = buckets
            if said.limit:
                self._limits[buckets[0][0].name] = said.limit
        is_spent = judgement.outcome == RATE_LIMITED
        for window, bucket in meant if said.remaining is not None else ():
            # The window whose end the server names; without one, that in which the request was sent.
            ends = (sent // 1_000_000 // window.seconds + 1) * window.seconds if said.reset is None else said.reset
            if ends % window.seconds:
                # Its windows are not ours, so all that can be believed is that this one is spent.
                is_spent = is_spent or said.remaining == 0
            elif ends - window.seconds <= (now + self._guard) / 1_000_000 and (sent - self._guard) / 1_000_000 <= ends:
                allowance = self._allowance(window.name)
                booking = _booking(window, bucket, ends // window.seconds - 1, allowance)
                self._store.at_least(booking, allowance - (said.remaining or 0))
        if is_spent:
            self._close(meant or buckets, said, judgement.retry_after, now)

    def _close(self, buckets: "list[_Bucket]", said: RateLimit, retry_after: float | None, now: int) -> None:
        """Take the server at its word that it takes nothing until then; but not for longer than a window lasts."""
        until = now if said.reset is None else said.reset * 1_000_000 + self._guard
        if retry_after is not None:
            until = max(until, now + round(min(retry_after, _DAY) * 1_000_000))
        if until > now:
            with self._lock:
                self._closed_until = {name: end for name, end in self._closed_until.items() if end > now}
                for window, bucket in buckets:
                    latest = min(until, self._closed_at_most(window, now))
                    self._closed_until[bucket] = max(self._closed_until.get(bucket, 0), latest)

    def _closed_at_most(self, window: RateWindow, now: int) -> int:
        return now + window.seconds * 1_000_000 + self._guard


class Turn:
    """One send, as the pacer counts it: `take` before each attempt, and `done` after it."""

    __slots__ = ("_buckets", "_is_abandoned", "_pacer", "_places", "_sent")

    def __init__(self, pacer: Pacer, buckets: "list[_Bucket]") -> None:
        self._pacer = pacer
        self._buckets = buckets
        # One at most. Of two threads that may meet here, one takes it out.
        self._places: list[_Places] = []
        self._sent = 0
        self._is_abandoned = False

    def take(self, now: datetime) -> Hold | None:
        """A place for an attempt that begins now, or how long to wait before asking again."""
        if self._buckets:
            self._sent = _microseconds(now)
            taken = self._pacer._take(self._buckets, self._sent)
            if isinstance(taken, Hold):
                return taken
            self._places.append(taken)
            if self._is_abandoned:
                self._give_back()
        return None

    def abandon(self) -> None:
        """Nobody waits for `take` any more, in whatever thread it still is, and no attempt begins."""
        self._is_abandoned = True
        self._give_back()

    def done(self, judgement: Judgement | None, now: datetime) -> None:
        """The attempt is over, and this is what became of it; None where that is not known."""
        if judgement is not None and judgement.outcome == NOT_SENT:
            self._give_back()
            return
        if not self._places:
            return
        places = self._places.pop()
        ended = _microseconds(now)
        try:
            self._pacer._arrived(self._buckets, places.counted, ended)
            if judgement is not None and (judgement.rate_limit is not None or judgement.retry_after is not None):
                self._pacer._corrected(self._buckets, judgement, self._sent, ended)
        finally:
            self._pacer._leave(places.counted)

    def _give_back(self) -> None:
        try:
            places = self._places.pop()
        except IndexError:
            return
        try:
            self._pacer._store.give_back(places.bookings)
        finally:
            self._pacer._leave(places.counted)


class _Places:
    """Where a send is counted: its bookings, and for each bucket the last window of them."""

    __slots__ = ("bookings", "counted")

    def __init__(self, bookings: list[Booking], counted: dict[str, int]) -> None:
        self.bookings = bookings
        self.counted = counted


_Bucket = tuple[RateWindow, str]

_NOBODY: Final[dict[int, int]] = {}
_GUARD_AT_MOST: Final = 20
# Microseconds; a clock that falls back by more was set.
_STEP: Final = 60_000_000
# Microseconds; longer than any attempt takes.
_SEND_AT_MOST: Final = 3_600_000_000
_DAY: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def _windows(endpoint: Endpoint, is_broadcast: bool) -> list[RateWindow]:
    return [RATE_WINDOWS[name] for name in rate_windows(endpoint, is_broadcast=is_broadcast)]


def _booking(window: RateWindow, bucket: str, index: int, limit: int) -> Booking:
    return Booking(f"{bucket}/{index * window.seconds}", limit, (index + 1) * window.seconds)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _fraction(share: object) -> Fraction:
    try:
        if isinstance(share, (Fraction, str, int)) and not isinstance(share, bool) and 0 < Fraction(share) <= 1:
            return Fraction(share)
    except (ValueError, ZeroDivisionError):
        pass
    raise ConfigurationError(
        CODES["settings"], f"`share` is above 0 and at most 1, not {share!r}", help='write it as "1/8"'
    )
