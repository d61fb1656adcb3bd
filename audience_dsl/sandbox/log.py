"""The log of a sandbox: the number of each request, what became of it, and what failed afterwards."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..braze_api import ENDPOINTS_BY_PATH
from .changes import Changes
from .given import Given
from .history import ENTRIES_AT_MOST, Journal
from .journal import ActivityEntry, LogEntry
from .judging import is_sound

__all__ = ["Log"]


class Log:
    """The requests and the activity, at most `keep` entries of each.

    Numbers are given from 1 on, before a request is read. `era` changes where they begin anew by a state that is
    restored: a number from before may be another request's by now.
    """

    __slots__ = ("_activity", "_changes", "_number", "_requests", "era")

    members: Final = ("activity", "dropped", "number", "requests")

    def __init__(self, *, keep: int = ENTRIES_AT_MOST, changes: Changes | None = None) -> None:
        self._changes = changes or Changes()
        self._number = 0
        self.era = 0
        self._requests: Journal[LogEntry] = Journal(count=keep)
        self._activity: Journal[ActivityEntry] = Journal(count=keep)

    def next_number(self) -> int:
        with self._changes:
            self._number += 1
            return self._number

    def add(self, entry: LogEntry) -> None:
        self._requests.add(entry, len(entry.raw))

    def add_activity(self, entry: ActivityEntry) -> None:
        self._activity.add(entry, len(entry.text))

    @property
    def requests(self) -> tuple[LogEntry, ...]:
        with self._changes.lock:
            entries = self._requests.entries()
        # Of several threads, one may overtake another.
        return tuple(sorted(entries, key=lambda entry: entry.number))

    @property
    def activity(self) -> tuple[ActivityEntry, ...]:
        with self._changes.lock:
            entries = self._activity.entries()
        return tuple(sorted(entries, key=lambda entry: entry.number))

    @property
    def dropped(self) -> int:
        return self._requests.dropped

    def find(self, number: int) -> LogEntry | None:
        with self._changes.lock:
            return self._requests.find(number)

    def since(self, number: int, most: int) -> list[LogEntry]:
        with self._changes.lock:
            return self._requests.since(number, most)

    def latest(self, most: int) -> list[LogEntry]:
        with self._changes.lock:
            return self._requests.latest(most)

    def activity_of(self, number: int) -> ActivityEntry | None:
        with self._changes.lock:
            return self._activity.find(number)

    def clear(self) -> None:
        with self._changes:
            self._requests.clear()
            self._activity.clear()

    def snapshot(self) -> Callable[[], dict[str, Any]]:
        number = self._number
        requests, activity, dropped = self._requests.entries(), self._activity.entries(), self._requests.dropped
        return lambda: {
            "number": number,
            "dropped": dropped,
            "requests": [entry.as_state() for entry in requests],
            "activity": [entry.as_state() for entry in activity],
        }

    def restoring(self, given: Mapping[str, Given]) -> Callable[[], None]:
        requests = _requests(given["requests"], self._requests) if "requests" in given else None
        activity = _activity(given["activity"], self._activity) if "activity" in given else None
        if "dropped" in given:
            if requests is None:
                raise given["dropped"].refused("is of `requests`, which are not there")
            requests.dropped += given["dropped"].whole_number()
        highest = 0 if requests is None else requests.highest
        number = given["number"].whole_number() if "number" in given else None
        if number is not None and number < highest:
            raise given["number"].refused(f"is {number}, and there is a request {highest} in the log")

        def restore() -> None:
            if requests is not None:
                self._requests = requests
            if activity is not None:
                self._activity = activity
            # No request may come by a number that is another's in the log.
            self._number = max(self._number if number is None else number, self._requests.highest)
            self.era += 1

        return restore


def _requests(given: Given, like: Journal[LogEntry]) -> Journal[LogEntry]:
    found = like.emptied()
    seen: set[int] = set()
    for each in given.items():
        entry = LogEntry.from_dict(each)
        # Whoever asks about an accepted request relies on its body.
        if entry.accepted and not is_sound(entry.body, ENDPOINTS_BY_PATH[entry.path]):
            raise each.refused("is said to be accepted, and its body breaks a rule")
        _note(each, entry.number, seen)
        found.add(entry, len(entry.raw))
    return found


def _activity(given: Given, like: Journal[ActivityEntry]) -> Journal[ActivityEntry]:
    found = like.emptied()
    seen: set[int] = set()
    for each in given.items():
        entry = ActivityEntry.from_dict(each)
        _note(each, entry.number, seen)
        found.add(entry, len(entry.text))
    return found


def _note(given: Given, number: int, seen: set[int]) -> None:
    if number in seen:
        raise given.refused(f"has the number {number}, which another has too")
    seen.add(number)
