"""The time that a sandbox goes by: that of the clock it was given, until somebody turns, sets or stops it."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeAlias

from .changes import Changes
from .given import LATEST, Given, iso, refused

__all__ = ["Clock", "SandboxClock"]

# UTC epoch seconds.
Clock: TypeAlias = Callable[[], float]

_MEMBERS: Final = ("ahead", "at", "frozen")


class SandboxClock:
    """UTC epoch seconds, by a call. `base` is the clock that it follows, until it is frozen.

    What it shows is from 1970 to 9999; anything that would lead beyond is refused by ConfigurationError.
    """

    __slots__ = ("_base", "_changes", "_standing")

    def __init__(self, base: Clock, changes: Changes | None = None) -> None:
        self._base = base
        self._changes = changes or Changes()
        # When it is frozen, and how far it is ahead of its base when it is not: one value, so that it is read whole.
        self._standing: tuple[float | None, float] = (None, 0.0)

    def __call__(self) -> float:
        frozen, ahead = self._standing
        return self._base() + ahead if frozen is None else frozen

    @property
    def base(self) -> Clock:
        return self._base

    @property
    def is_frozen(self) -> bool:
        return self._standing[0] is not None

    def advance(self, seconds: float) -> None:
        """Turns it on by so many seconds, whether it is frozen or runs."""
        if not _is_number(seconds) or seconds < 0:
            raise refused(f"a clock is turned on by a number of seconds from 0, not {seconds!r}", "`set` turns it back")
        with self._changes:
            self._show(self() + seconds)

    def set(self, at: float | str | datetime) -> None:
        """Shows this instant: epoch seconds, an ISO 8601 text with a zone, or an aware datetime."""
        instant = _instant(at)
        with self._changes:
            self._show(instant)

    def freeze(self) -> None:
        """Stops it at the instant that it shows."""
        with self._changes:
            self._standing = (_whole(self()), 0.0)

    def run(self) -> None:
        """Lets it go on from the instant that it shows."""
        with self._changes:
            frozen, ahead = self._standing
            self._standing = (None, ahead if frozen is None else frozen - self._base())

    def as_dict(self) -> dict[str, Any]:
        """How it stands: `at` where it is frozen, and where it runs, the seconds that it is `ahead`."""
        frozen, ahead = self._standing
        return {"frozen": False, "ahead": ahead} if frozen is None else {"frozen": True, "at": iso(frozen)}

    def restore(self, value: object) -> None:
        """As `as_dict` gave it. Raises ConfigurationError, and changes nothing then."""
        self.restoring(Given(value, whole="the clock"))()

    def restoring(self, given: Given) -> Callable[[], None]:
        members = given.members(_MEMBERS)
        is_frozen = members["frozen"].flag() if "frozen" in members else "at" in members
        if ("ahead" if is_frozen else "at") in members:
            raise given.refused("has `at` where it is frozen, and `ahead` where it runs")
        if is_frozen and "at" not in members:
            raise given.refused("is frozen, and does not say at which time", 'add `"at"`')
        frozen = members["at"].instant() if is_frozen else None
        ahead = members["ahead"].number(-LATEST, LATEST) if "ahead" in members else 0.0
        _check(self._base() + ahead if frozen is None else frozen, given)

        def restore() -> None:
            with self._changes:
                self._standing = (frozen, ahead)

        return restore

    def _show(self, at: float) -> None:
        _check(at)
        self._standing = (None, at - self._base()) if self._standing[0] is None else (_whole(at), 0.0)

    def __repr__(self) -> str:
        return f"<SandboxClock {iso(self())}{' frozen' if self.is_frozen else ''}>"


def _whole(at: float) -> float:
    """In whole microseconds, so that it can be told without loss."""
    return round(at, 6)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _instant(at: float | str | datetime) -> float:
    if isinstance(at, datetime):
        if at.utcoffset() is None:
            raise refused("a time without its zone is no instant", "hand in an aware datetime")
        return at.timestamp()
    if isinstance(at, str):
        return Given(at, whole="the time").instant()
    if not _is_number(at):
        raise refused(f"{at!r} is no time", "it is in seconds since 1970, an ISO 8601 text, or an aware datetime")
    return float(at)


def _check(at: float, given: Given | None = None) -> None:
    if not 0 <= at <= LATEST:
        raise (given or Given(None, whole="the time")).refused("is not from 1970 to 9998")
