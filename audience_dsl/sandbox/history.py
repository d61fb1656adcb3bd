"""The latest of what happened, within bounds of number and size, to be asked for by number or from a number on."""

from collections import OrderedDict
from itertools import islice
from typing import Generic, Protocol, TypeVar

__all__ = ["BYTES_AT_MOST", "ENTRIES_AT_MOST", "Journal"]

ENTRIES_AT_MOST = 10_000
# Bodies of the log together. Without it 10,000 bodies of 4 MB would take 40 GB.
BYTES_AT_MOST = 64 * 1024 * 1024


class Numbered(Protocol):
    number: int


T = TypeVar("T", bound=Numbered)


class Journal(Generic[T]):
    """The latest entries, at most `count` of them and `size` bytes together, in the order in which they came in.

    The oldest go first, and `dropped` counts them; the latest stays, whatever its size. No two have one number.
    """

    __slots__ = ("_count", "_entries", "_held", "_size", "dropped")

    def __init__(self, *, count: int = ENTRIES_AT_MOST, size: int = BYTES_AT_MOST) -> None:
        self._count = count
        self._size = size
        self._entries: OrderedDict[int, tuple[T, int]] = OrderedDict()
        self._held = 0
        self.dropped = 0

    def add(self, entry: T, size: int) -> None:
        self._entries[entry.number] = (entry, size)
        self._held += size
        while len(self._entries) > self._count or (self._held > self._size and len(self._entries) > 1):
            self._held -= self._entries.popitem(last=False)[1][1]
            self.dropped += 1

    def entries(self) -> tuple[T, ...]:
        return tuple([entry for entry, _ in self._entries.values()])

    def find(self, number: int) -> T | None:
        found = self._entries.get(number)
        return None if found is None else found[0]

    def since(self, number: int, most: int) -> list[T]:
        """The first entries that came in after the one of this number.

        Of a number that is not held, those with a greater one.
        """
        if number in self._entries:
            after: list[T] = []
            for key in reversed(self._entries):
                if key == number:
                    break
                after.append(self._entries[key][0])
            after.reverse()
            return after[:most]
        return list(islice((entry for entry, _ in self._entries.values() if entry.number > number), most))

    def latest(self, most: int) -> list[T]:
        """The entries that came in last, the last of them first."""
        return [self._entries[key][0] for key in islice(reversed(self._entries), most)]

    @property
    def highest(self) -> int:
        """The highest number; 0 where there is no entry."""
        return max(self._entries, default=0)

    def emptied(self) -> "Journal[T]":
        """Another one of the same bounds, with nothing in it."""
        return Journal(count=self._count, size=self._size)

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        self._entries.clear()
        self._held = 0
        self.dropped = 0
