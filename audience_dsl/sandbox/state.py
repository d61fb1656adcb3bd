"""The whole state of a sandbox as one JSON object, and back.

What is handed in may come from anywhere. So everything is read before anything is changed, and then all of it is
changed at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, Protocol

from .changes import Changes
from .given import Given

__all__ = ["FORMAT", "Named", "Part", "read_into", "told"]

FORMAT: Final = 1


class Part(Protocol):
    """What has some of the members of a state.

    `snapshot` is called under the lock and is quick; what it returns makes the members of that moment, without it.
    `restoring` checks the members that are there, and raises ConfigurationError; what it returns takes them, under the
    lock, and cannot fail.
    """

    @property
    def members(self) -> tuple[str, ...]: ...

    def snapshot(self) -> Callable[[], dict[str, Any]]: ...

    def restoring(self, given: Mapping[str, Given]) -> Callable[[], None]: ...


class _Whole(Protocol):
    def as_dict(self) -> dict[str, Any]: ...

    def restoring(self, given: Given) -> Callable[[], None]: ...


class Named:
    """What is one member of a state by itself, under its name there."""

    __slots__ = ("_what", "members")

    def __init__(self, name: str, what: _Whole) -> None:
        self.members = (name,)
        self._what = what

    def snapshot(self) -> Callable[[], dict[str, Any]]:
        value = {self.members[0]: self._what.as_dict()}
        return lambda: value

    def restoring(self, given: Mapping[str, Given]) -> Callable[[], None]:
        return self._what.restoring(given[self.members[0]])


def told(parts: Iterable[Part], changes: Changes, only: Collection[str] | None = None) -> dict[str, Any]:
    """All members, or `only` those of these names."""
    with changes.lock:
        snapshots = [part.snapshot() for part in parts if only is None or not set(only).isdisjoint(part.members)]
    state: dict[str, Any] = {"format": FORMAT}
    for snapshot in snapshots:
        state.update(snapshot())
    return state if only is None else {name: state[name] for name in state if name in only}


def read_into(parts: Iterable[Part], value: object, changes: Changes) -> None:
    parts = tuple(parts)
    whole = Given(value)
    members = whole.members(("format", *(name for part in parts for name in part.members)))
    if "format" in members and members["format"].whole_number(1) != FORMAT:
        raise whole.refused(
            f"is of format {members['format'].value}, and this version reads {FORMAT}",
            "use the version that wrote it, or begin with a new one",
        )
    taking = []
    for part in parts:
        own = {name: members[name] for name in part.members if name in members}
        if own:
            taking.append(part.restoring(own))
    with changes:
        for take in taking:
            take()
