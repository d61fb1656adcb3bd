"""How a run is told to stop: from a signal handler, from another thread, or by itself over an outage."""

import time
from collections.abc import Callable
from typing import Final

__all__ = ["StopSignal", "StoppedError"]

# How long a wait sleeps before it looks again, in seconds. Not an Event: a signal handler that set one while its own
# thread waits for it could wait for itself for ever.
_LOOK: Final = 0.05


class StoppedError(Exception):
    """A wait that was ended because the run stops. Nothing is in flight then."""


class StopSignal:
    """Hand `stop.sleep` to the client as its `sleep`, and the same signal to `deliver`.

    `request` is for signal handlers and for other threads: the first call takes no new batches and lets those in
    flight end, the second stops at once. `reason` says why a run stopped that nobody asked to.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.reason: str | None = None

    def request(self) -> None:
        self.asked += 1

    def halt(self, reason: str) -> None:
        """Stop for a reason of the run's own; the first reason stays."""
        if self.reason is None:
            self.reason = reason

    @property
    def stopping(self) -> bool:
        return self.asked > 0 or self.reason is not None

    @property
    def at_once(self) -> bool:
        return self.asked > 1

    def sleep(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Wait so long. Raises StoppedError as soon as the run stops."""
        until = clock() + seconds
        while True:
            if self.stopping:
                raise StoppedError
            left = until - clock()
            if left <= 0:
                return
            time.sleep(min(left, _LOOK))
