"""The fields of a plan's file, taken one by one: each is there, of its type, and none is left over."""

import math
import re
from datetime import UTC, datetime
from typing import Any, Final

__all__ = ["Fields", "UnsoundError"]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
# Far above what anybody counts, and far below where readers of JSON lose digits.
_COUNT_AT_MOST: Final = 10**15


class UnsoundError(Exception):
    """A file that `make_plan` cannot have written: one sentence that says where."""


class Fields:
    """The members of the object at `place`, a JSON pointer. All methods raise UnsoundError."""

    def __init__(self, value: object, place: str = "") -> None:
        if not isinstance(value, dict):
            raise UnsoundError(f"`{place or '/'}` is no object")
        self._left: dict[str, Any] = dict(value)
        self._place = place

    def take(self, name: str) -> Any:
        if name not in self._left:
            raise UnsoundError(f"`{self._place}/{name}` is missing")
        return self._left.pop(name)

    def text(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str):
            raise self.unsound(name, "is no text")
        return value

    def text_or_none(self, name: str) -> str | None:
        return self.take(name) if self._left.get(name, "") is None else self.text(name)

    def digest(self, name: str) -> str:
        value = self.text(name)
        if not _DIGEST.fullmatch(value):
            raise self.unsound(name, "is no SHA-256 in hexadecimal")
        return value

    def instant(self, name: str) -> datetime:
        value = self.text(name)
        try:
            if _INSTANT.fullmatch(value):
                return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
        raise self.unsound(name, "is no instant in UTC")

    def count(self, name: str) -> int:
        value = self.take(name)
        if not _is_count(value):
            raise self.unsound(name, "is no count")
        return int(value)

    def counts(self, name: str) -> dict[str, int]:
        """An object of anybody's names, whose values are counts."""
        values = self.values(name)
        if not all(map(_is_count, values.values())):
            raise self.unsound(name, "has something that is no count")
        return values

    def boolean(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.unsound(name, "is neither true nor false")
        return value

    def inside(self, name: str) -> "Fields":
        return Fields(self.take(name), f"{self._place}/{name}")

    def inside_or_none(self, name: str) -> "Fields | None":
        return self.take(name) if self._left.get(name, "") is None else self.inside(name)

    def items(self, name: str) -> list[Any]:
        value = self.take(name)
        if not isinstance(value, list):
            raise self.unsound(name, "is no array")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        items = self.items(name)
        if not all(isinstance(each, str) for each in items):
            raise self.unsound(name, "has something that is no text")
        return tuple(items)

    def values(self, name: str) -> dict[str, Any]:
        """An object of anybody's names, whose values are single, or lists of single ones."""
        values = self.take(name)
        if not isinstance(values, dict):
            raise self.unsound(name, "is no object")
        for value in values.values():
            if not all(map(_is_single, value if isinstance(value, list) else [value])):
                raise self.unsound(name, "has a value that is none")
        return values

    def texts_by_name(self, name: str) -> dict[str, str]:
        values = self.values(name)
        if not all(isinstance(each, str) for each in values.values()):
            raise self.unsound(name, "has something that is no text")
        return values

    def end(self) -> None:
        """Nothing is left over."""
        if self._left:
            raise UnsoundError(f"`{self._place or '/'}` has a field that no plan has")

    def unsound(self, name: str, what: str) -> UnsoundError:
        return UnsoundError(f"`{self._place}/{name}` {what}")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _COUNT_AT_MOST


def _is_single(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, bool, int))
