"""Ctrl-C, and SIGTERM beside it: a pipeline that ends a job gets as true an answer as a person at a terminal."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Any

from .console import Console
from .exits import INTERRUPTED, TERMINATED

__all__ = ["Stops", "Terminated", "ended_by", "taking", "terminable"]


class Terminated(KeyboardInterrupt):
    """SIGTERM. As Ctrl-C to whatever knows only that."""


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM raises Terminated meanwhile."""

    def raise_it(_signal: int, _frame: FrameType | None) -> None:
        raise Terminated

    with taking((signal.SIGTERM,), raise_it):
        yield


@contextmanager
def taking(
    signals: Iterable[int], handler: Callable[[int, FrameType | None], None], *, ignored_too: bool = True
) -> Iterator[None]:
    """These signals go to the handler meanwhile; those that are ignored only where that is wanted."""
    before: dict[int, Any] = {}
    try:
        for number in signals:
            # Not in the main thread, where nobody may set a handler: it stays what it was.
            with suppress(ValueError):
                if ignored_too or signal.getsignal(number) is not signal.SIG_IGN:
                    before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)


def ended_by(stop: KeyboardInterrupt) -> int:
    """The exit code of a command that was ended so."""
    return TERMINATED if isinstance(stop, Terminated) else INTERRUPTED


class Stops:
    """SIGINT and SIGTERM while a run is under way: the first lets it end in order, the second ends it at once.

    `request` is called by both, and may be called in the midst of anything. `exit_code` and `in_words` tell of the
    signal, once there was one.
    """

    def __init__(self, console: Console, request: Callable[[], None], grace: float) -> None:
        self._request = request
        self._grace = grace
        # As `Console.note` would clear what stands on the line of a bar.
        self._clear = "\r\x1b[K" if console.shows_progress else ""
        self._taking = ExitStack()
        self.exit_code: int | None = None
        self.in_words: str | None = None

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._request()
        if self.exit_code is not None:
            _say(f"{self._clear}stopped at once: the ledger has what was under way as in flight\n")
            # Threads that wait for an answer would keep the process alive; every write of the ledger is durable.
            os._exit(128 + number)
        self.exit_code = 128 + number
        self.in_words = "by Ctrl-C" if number == signal.SIGINT else "by SIGTERM"
        _say(
            f"{self._clear}stopping: no new batches; those under way have {self._grace:g} s to end, and a second "
            "signal stops at once\n"
        )

    def __enter__(self) -> "Stops":
        self._taking.enter_context(taking((signal.SIGINT, signal.SIGTERM), self._take))
        return self

    def __exit__(self, *_error: object) -> None:
        self._taking.close()


def _say(text: str) -> None:
    """Straight to the file: a stream may be in the midst of writing when a signal comes."""
    # Where stderr was closed before the start, its number may be that of any file.
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), text.encode())
