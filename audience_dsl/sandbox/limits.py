"""Braze's rate limits, counted on the clock that is handed in, with the headers; enforced where that is asked.

Which limit the headers describe for a broadcast is unknown; here it is that of all broadcasts, or the one that is
spent.
"""

from collections.abc import Iterable, Mapping

from ..braze_api import RATE_WINDOWS, RateWindow
from ..diagnostics import CODES, ConfigurationError, listed, nearest, quoted

__all__ = ["Counted", "Headers", "RateWindows", "until_next_second"]

Headers = tuple[tuple[str, str], ...]


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


class RateWindows:
    """Counts of the current windows. Time is UTC epoch seconds and is handed in.

    `limits` replaces the limits of windows by their names. Only with `enforce` is anything refused, and what is
    refused does not count. Raises ConfigurationError for an unknown window and a limit that is none.
    """

    __slots__ = ("_counts", "_enforce", "_windows")

    def __init__(self, limits: Mapping[str, int] | None = None, *, enforce: bool = False) -> None:
        self._windows = {**RATE_WINDOWS, **{name: _window(name, limit) for name, limit in (limits or {}).items()}}
        self._enforce = enforce
        # By window: when it began, and the calls in it. Those of the window `audience` are kept for each audience.
        self._counts: dict[str, tuple[int, dict[str, int]]] = {}

    def count(self, names: Iterable[str], now: float, audience: str = "") -> Counted:
        """Counts one request in the windows of these names, the first of which its headers describe."""
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
        start = int(now // window.seconds) * window.seconds
        since, counts = self._counts.get(window.name, (None, {}))
        if since != start:
            counts = {}
            self._counts[window.name] = (start, counts)
        return window, start, counts, audience if window.name == "audience" else ""

    def clear(self) -> None:
        self._counts.clear()


def _window(name: str, limit: int) -> RateWindow:
    known = RATE_WINDOWS.get(name)
    if known is None:
        close = nearest(name, RATE_WINDOWS, most=1)
        raise ConfigurationError(
            CODES["settings"],
            f"there is no limit {quoted(name)}",
            help=f"did you mean `{close[0]}`?" if close else f"the limits are {listed(RATE_WINDOWS)}",
        )
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise ConfigurationError(CODES["settings"], f"the limit `{name}` is a whole number from 1, not {limit!r}")
    return RateWindow(name, limit, known.seconds)
