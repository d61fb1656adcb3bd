"""What the parts of a sandbox share: one lock for all that may change, and how often it did."""

from threading import RLock
from types import TracebackType

__all__ = ["Changes"]


class Changes:
    """`with changes:` is a change, which counts; `with changes.lock:` is a look at several things that belong together.

    Both may be nested. `count` only grows, and is read without the lock.
    """

    __slots__ = ("count", "lock")

    def __init__(self) -> None:
        self.lock = RLock()
        self.count = 0

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.count += 1
        self.lock.release()
