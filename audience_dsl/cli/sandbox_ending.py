"""What ends `audience sandbox`: Ctrl-C, SIGTERM, or the end of its terminal; of several signals the first counts."""

import signal
from contextlib import ExitStack
from types import FrameType

from .exits import DONE, TERMINATED
from .stopping import Terminated, taking

__all__ = ["Ending"]


class Ending:
    """Listens meanwhile. The first signal ends whatever goes on, by a KeyboardInterrupt; what then has to be written is
    not cut short by a second one, as of a person who presses Ctrl-C twice.

    A terminal that is closed (SIGHUP) is as SIGTERM. A signal that the sandbox was started without, as by `nohup`, or
    by a script that puts it into the background, stays so.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self._taking = ExitStack()

    def __enter__(self) -> "Ending":
        # There is no SIGHUP on Windows.
        signals = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
        self._taking.enter_context(taking(signals, self._take, ignored_too=False))
        return self

    def __exit__(self, *_error: object) -> None:
        self._taking.close()

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if number not in (signal.SIGINT, signal.SIGTERM):
            # To whoever listens: the server lets answers under way go out, and knows SIGTERM alone.
            signal.raise_signal(signal.SIGTERM)
        elif self.exit_code is None:
            self.exit_code = DONE if number == signal.SIGINT else TERMINATED
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated
