"""The `X-RateLimit-*` headers: counted truthfully, not enforced.

Which limit the headers describe for a broadcast is unknown; here it is the broadcast's own.
"""

from ..braze_api import RATE_WINDOWS, RateWindow

__all__ = ["BROADCASTS", "EXPORTS", "NOBODY", "REQUESTS", "RateWindows"]


REQUESTS = RATE_WINDOWS["requests"]
BROADCASTS = RATE_WINDOWS["broadcasts"]
EXPORTS = RATE_WINDOWS["exports"]

Headers = tuple[tuple[str, str], ...]


def _headers(limit: str, remaining: str, reset: str) -> Headers:
    return (("X-RateLimit-Limit", limit), ("X-RateLimit-Remaining", remaining), ("X-RateLimit-Reset", reset))


# A 401 has the headers without values (observed); so has every answer given before the key is known (guess).
NOBODY = _headers("", "", "")


class RateWindows:
    """Counts of the current windows. Time is UTC epoch seconds and is handed in."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, window: RateWindow, now: float) -> Headers:
        """Counts one request and returns the headers after it. What remains never falls under 0."""
        start = int(now // window.seconds) * window.seconds
        since, used = self._counts.get(window.name, (start, 0))
        used = used + 1 if since == start else 1
        self._counts[window.name] = (start, used)
        return _headers(str(window.limit), str(max(0, window.limit - used)), str(start + window.seconds))

    def clear(self) -> None:
        self._counts.clear()
