"""Which fields recipients have, and how many of them: what is written into profiles above all."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["ATTRIBUTES", "CREATES", "Brought", "brought_by"]

ATTRIBUTES: Final = "attributes"
# By default nobody is created, so it is counted where it says otherwise alone.
CREATES: Final = "send_to_existing_only: false"
_EXISTING: Final = "send_to_existing_only"
_ORDER: Final = "prioritization"
# Names in a file may be as many as its lines; those that are left out are counted under one.
_NAMES_AT_MOST: Final = 1_000
_OTHERS: Final = "…"


class Brought:
    """`counts` has, for each field, how many recipients had it; what stands in an object counts by its name too."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def take(self, recipient: Mapping[str, Any]) -> None:
        for name, value in recipient.items():
            if name == _EXISTING:
                if value is False:
                    self._count(CREATES)
            elif name == _ORDER and isinstance(value, list):
                # Which decides who of those with one address gets the message.
                self._count(f"{name}: {', '.join(map(str, value))}")
            else:
                self._count(name)
                if isinstance(value, dict) and name != "user_alias":
                    for each in value:
                        full = f"{name}.{each}"
                        is_room = full in self.counts or len(self.counts) < _NAMES_AT_MOST
                        self._count(full if is_room else f"{name}.{_OTHERS}")

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1


def brought_by(recipients: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    brought = Brought()
    for each in recipients:
        brought.take(each)
    return brought.counts
