"""Braze's rate limits, counted on the clock that is handed in, with the headers; enforced where that is asked.

Which limit the headers describe for a broadcast is unknown; here it is that of all broadcasts, or the one that is
spent.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ..braze_api import RATE_WINDOWS, RateWindow
from ..diagnostics import did_you_mean, listed, quoted
from .changes import Changes
from .given import LATEST, Given, refused

__all__ = ["Counted", "Headers", "RateWindows", "Used", "until_next_second"]

Headers = tuple[tuple[str, str], ...]

_MEMBERS: Final = ("counts", "enforce", "limits")


def _headers(limit: str, remaining: str, reset: str) -> Headers:
    return (("X-RateLimit-Limit", limit), ("X-RateLimit-Remaining", remaining), ("X-RateLimit-Reset", reset))


# A 401 has the headers without values (observed); so has every answer given before the key is known (guess).
_NOBODY = _headers("", "", "")


def until_next_second(now: float) -> Headers:
    """The headers of a refusal that is only played: of the hourly limit, and over within a second."""
    return _headers(str(RATE_WINDOWS["requests"].limit), "0", str(int(now) + 1))


class Counted:
    """What a request meets: the headers of its answer, and the window that is spent, so that it is refused, or None."""

    __slots__ = ("headers", "spent")

    def __init__(self, headers: Headers, spent: RateWindow | None = None) -> None:
        self.headers = headers
        self.spent = spent


class Used:
    """How a limit stands: its `window`, how many calls counted in it, and when it begins anew, in UTC epoch seconds.

    Of the limit for each audience it is the audience with the most calls.
    """

    __slots__ = ("resets_at", "used", "window")

    def __init__(self, window: RateWindow, used: int, resets_at: int) -> None:
        self.window = window
        self.used = used
        self.resets_at = resets_at

    def __repr__(self) -> str:
        return f"<Used {self.window.name}: {self.used:,} of {self.window.limit:,}>"


class RateWindows:
    """Counts of the current windows. Time is UTC epoch seconds and is handed in.

    `limits` replaces the limits of windows by their names. Only with `enforce` is anything refused, and what is
    refused does not count. Raises ConfigurationError for an unknown window and a limit that is none.
    """

    __slots__ = ("_changes", "_counts", "_enforce", "_windows")

    def __init__(
        self, limits: Mapping[str, int] | None = None, *, enforce: bool = False, changes: Changes | None = None
    ) -> None:
        self._changes = changes or Changes()
        self._windows = _windows(limits or {})
        self._enforce = enforce
        # By window: when it began, and the calls in it. Those of the window `audience` are kept for each audience.
        self._counts: dict[str, tuple[int, dict[str, int]]] = {}

    @property
    def enforce(self) -> bool:
        """Whether what is over a limit is refused."""
        return self._enforce

    @enforce.setter
    def enforce(self, value: bool) -> None:
        with self._changes:
            self._enforce = bool(value)

    @property
    def limits(self) -> dict[str, int]:
        """All limits by their names."""
        return {name: window.limit for name, window in self._windows.items()}

    def set(self, name: str, limit: int | None) -> None:
        """Another limit; None for the one that Braze documents."""
        window = RATE_WINDOWS[name] if limit is None and name in RATE_WINDOWS else _window(name, limit)
        with self._changes:
            self._windows = {**self._windows, name: window}

    def used(self, now: float) -> list[Used]:
        """How each limit stands at `now`."""
        with self._changes.lock:
            found = []
            for window in self._windows.values():
                since, counts = self._counts.get(window.name, (None, {}))
                start = _start(window, now)
                most = max(counts.values(), default=0) if since == start else 0
                found.append(Used(window, most, start + window.seconds))
            return found

    def count(self, names: Iterable[str], now: float, audience: str = "") -> Counted:
        """Counts one request in the windows of these names, the first of which its headers describe."""
        with self._changes.lock:
            found = [self._used(self._windows[name], now, audience) for name in names]
            if not found:
                return Counted(_NOBODY)
            if self._enforce:
                for window, start, counts, key in found:
                    if counts.get(key, 0) >= window.limit:
                        return Counted(_headers(str(window.limit), "0", str(start + window.seconds)), window)
            for _, _, counts, key in found:
                counts[key] = counts.get(key, 0) + 1
            window, start, counts, key = found[0]
            # What remains never falls under 0.
            remaining = max(0, window.limit - counts[key])
            return Counted(_headers(str(window.limit), str(remaining), str(start + window.seconds)))

    def _used(self, window: RateWindow, now: float, audience: str) -> tuple[RateWindow, int, dict[str, int], str]:
        start = _start(window, now)
        since, counts = self._counts.get(window.name, (None, {}))
        if since != start:
            counts = {}
            self._counts[window.name] = (start, counts)
        return window, start, counts, audience if window.name == "audience" else ""

    def clear(self) -> None:
        """Nothing has counted yet."""
        with self._changes:
            self._counts.clear()

    def as_dict(self) -> dict[str, Any]:
        """The limits that are not Braze's own, and the counts of each window since it began."""
        with self._changes.lock:
            own = {name: limit for name, limit in self.limits.items() if limit != RATE_WINDOWS[name].limit}
            counts = {name: {"since": since, "calls": dict(calls)} for name, (since, calls) in self._counts.items()}
            return {"enforce": self._enforce, "limits": own, "counts": counts}

    def restore(self, value: object) -> None:
        """As `as_dict` gave it; what is left out stays. Raises ConfigurationError, and changes nothing then."""
        self.restoring(Given(value, whole="the limits"))()

    def restoring(self, given: Given) -> Callable[[], None]:
        members = given.members(_MEMBERS)
        enforce = members["enforce"].flag() if "enforce" in members else None
        windows: dict[str, RateWindow] | None = None
        if "limits" in members:
            own = members["limits"].members(RATE_WINDOWS)
            windows = _windows({name: limit.whole_number(1) for name, limit in own.items()})
        counts: dict[str, tuple[int, dict[str, int]]] | None = None
        if "counts" in members:
            counts = {}
            for name, window in members["counts"].members(RATE_WINDOWS).items():
                counts[name] = _counts(window)

        def restore() -> None:
            with self._changes:
                self._enforce = self._enforce if enforce is None else enforce
                self._windows = self._windows if windows is None else windows
                self._counts = self._counts if counts is None else counts

        return restore


def _start(window: RateWindow, now: float) -> int:
    return int(now // window.seconds) * window.seconds


def _counts(given: Given) -> tuple[int, dict[str, int]]:
    members = given.members(("calls", "since"))
    given.needs(members, "since", "calls")
    calls = {key: number.whole_number() for key, number in members["calls"].pairs()}
    return members["since"].whole_number(0, int(LATEST)), calls


def _windows(limits: Mapping[str, int]) -> dict[str, RateWindow]:
    return {**RATE_WINDOWS, **{name: _window(name, limit) for name, limit in limits.items()}}


def _window(name: str, limit: object) -> RateWindow:
    known = RATE_WINDOWS.get(name)
    if known is None:
        raise refused(
            f"there is no limit {quoted(name)}",
            did_you_mean(name, RATE_WINDOWS, f"the limits are {listed(RATE_WINDOWS)}"),
        )
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise refused(f"the limit `{name}` is a whole number from 1, not {limit!r}")
    return RateWindow(name, limit, known.seconds)
