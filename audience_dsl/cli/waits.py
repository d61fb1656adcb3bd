"""Waits of a sender, told while they last; and whether it waits, which is when Ctrl-C is known to lose nothing."""

import threading
from typing import TYPE_CHECKING

from ..report.display import clean
from .console import Console, duration

if TYPE_CHECKING:
    from ..sender.retrying import Wait

__all__ = ["Waits", "wait_in_words"]


class Waits:
    """Handed to a client as its `sleep` and `on_wait`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._never = threading.Event()
        # Whether the send is between two attempts, or before the first: what was tried by then surely was not sent.
        self.idle = True

    def tell(self, wait: "Wait") -> None:
        self.idle = True
        self._console.note(f"{wait_in_words(wait)}; Ctrl-C ends it, and nothing is sent")

    def sleep(self, seconds: float) -> None:
        self.idle = True
        # Unlike `time.sleep`, this takes any number of seconds.
        self._never.wait(min(seconds, threading.TIMEOUT_MAX))
        self.idle = False


def wait_in_words(wait: "Wait") -> str:
    length = duration(wait.seconds) if wait.seconds >= 10 else f"{wait.seconds:.1f} s"
    return clean(f"{wait.why}: waiting {length}, until {wait.until.astimezone():%H:%M:%S}")
