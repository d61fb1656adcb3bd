"""How a run goes, while it goes: one line that is renewed on a terminal, a line now and then in a log."""

import shutil
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..report.display import width
from .console import Console, duration
from .waits import wait_in_words

if TYPE_CHECKING:
    from ..runs.counts import Progress
    from ..sender.retrying import Wait

__all__ = ["RunProgress"]

_CELLS = 24
# Seconds between two looks of the line, between two lines of a log, and the wait that a log tells of.
_RENEWED = 0.1
_LOGGED = 10.0
_WAIT_WORTH_TELLING = 5.0


class RunProgress:
    """Takes what the workers of a run tell, from several threads."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._total = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: Progress | None = None
        self._waiting = ""
        self._waits_until = 0.0
        self._shown = False
        self._next = 0.0
        self._wait_told = -_LOGGED

    def begin(self, total: int) -> None:
        """The number of recipients is known now, and the first line is due in a moment."""
        self._total = total
        self._next = self._clock() + (_RENEWED if self._console.shows_progress else _LOGGED)

    def batch(self, progress: "Progress") -> None:
        with self._lock:
            self._latest = progress
            if self._clock() >= self._next:
                self._show()

    def wait(self, wait: "Wait") -> None:
        """A worker waits. All of them soon do, for the same reason, so that one line in a while is enough."""
        if wait.seconds < _WAIT_WORTH_TELLING:
            return
        with self._lock:
            now = self._clock()
            self._waiting, self._waits_until = f"waiting until {wait.until.astimezone():%H:%M:%S}", now + wait.seconds
            if now >= self._wait_told + _LOGGED:
                self._wait_told = now
                self._clear()
                self._console.note(wait_in_words(wait))
            if self._console.shows_progress:
                self._show()

    def done(self) -> None:
        with self._lock:
            self._clear()

    def _show(self) -> None:
        if self._console.shows_progress:
            self._next = self._clock() + _RENEWED
            columns = shutil.get_terminal_size().columns - 1
            self._console.note(f"\r{_on_one_line(self._parts(), columns, self._bar)}\x1b[K", end="")
            self._shown = True
        elif self._latest is not None:
            self._next = self._clock() + _LOGGED
            self._console.note(", ".join(self._parts()))

    def _clear(self) -> None:
        if self._shown:
            self._console.note("\r\x1b[K", end="")
            self._shown = False

    def _parts(self) -> list[str]:
        """What there is to say, the most important first."""
        latest = self._latest
        is_waiting = self._clock() < self._waits_until
        if latest is None:
            return [f"0 of {self._total:,}", *([self._waiting] if is_waiting else ())]
        done = self._total - latest.left
        parts = [
            f"{done:,} of {self._total:,} ({done / max(self._total, 1):.0%})",
            f"{latest.accepted:,} accepted",
            f"{latest.rejected:,} rejected",
            f"{latest.unknown:,} unknown",
        ]
        if is_waiting:
            return [*parts, self._waiting]
        parts.append(f"{latest.rate:,.0f} a second")
        if latest.seconds_left is not None:
            parts.append(f"{duration(latest.seconds_left)} left")
        return parts

    def _bar(self, cells: int) -> str:
        full, blank = "█░" if self._console.unicode else "#."
        latest = self._latest
        share = 0.0 if latest is None else (self._total - latest.left) / max(self._total, 1)
        filled = int(cells * share)
        return full * filled + blank * (cells - filled)


def _on_one_line(parts: list[str], columns: int, bar: Callable[[int], str]) -> str:
    """As many of the parts as there is room for, and a bar before them in the room that is left."""
    text = ""
    for part in parts:
        longer = f"{text}  {part}" if text else part
        if width(longer) > columns:
            break
        text = longer
    room = min(_CELLS, columns - width(text) - 2)
    return f"{bar(room)}  {text}" if room >= 4 else text
