"""Values that come from anywhere, read member by member; what is wrong is told with its JSON pointer.

A state is a file, and a file may be anybody's: nothing in it is taken for what it should be.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from ..diagnostics import CODES, ConfigurationError, did_you_mean, listed, quoted, visible
from ..json_values import Path, kind_in_words, pointer_of

__all__ = ["LATEST", "Given", "iso", "refused"]

# The last instant that a clock shows, in UTC epoch seconds: the beginning of 9999, so that a day later is one too.
LATEST: Final = 253_370_764_800.0


def refused(message: str, help: str | None = None) -> ConfigurationError:
    """What a sandbox says of a setting that cannot be."""
    return ConfigurationError(CODES["settings"], visible(message), help=None if help is None else visible(help))


def iso(at: float) -> str:
    """UTC epoch seconds as a text that keeps microseconds; `Given.instant` reads it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Given:
    """A value and where it stood; each method returns it as what is asked for, or raises ConfigurationError."""

    __slots__ = ("_path", "_whole", "value")

    def __init__(self, value: object, *, whole: str = "the state", path: Path = None) -> None:
        self.value = value
        self._whole = whole
        self._path = path

    def at(self, step: str | int, value: object) -> "Given":
        return Given(value, whole=self._whole, path=(self._path, step))

    @property
    def place(self) -> str:
        return f"`{pointer_of(self._path)}`" if self._path is not None else self._whole

    def refused(self, message: str, help: str | None = None) -> ConfigurationError:
        return refused(f"{self.place} {message}", help)

    def members(self, names: Collection[str]) -> "dict[str, Given]":
        """The members of an object that has no others than these."""
        found = dict(self.pairs())
        for name in found:
            if name not in names:
                way = did_you_mean(name, names, f"the members are {listed(names)}")
                raise self.refused(f"has an unknown member {quoted(name)}", way)
        return found

    def needs(self, members: "Mapping[str, Given]", *names: str) -> None:
        """Refuses an object without one of these members."""
        for name in names:
            if name not in members:
                raise self.refused(f"has no `{name}`")

    def pairs(self) -> "Iterator[tuple[str, Given]]":
        value = self.value
        if not isinstance(value, Mapping):
            raise self._no("an object")
        for key, member in value.items():
            if not isinstance(key, str):
                raise self.refused(f"has a key that is {_kind(key)}, and not a text")
            yield key, self.at(key, member)

    def items(self) -> "Iterator[Given]":
        if not isinstance(self.value, (list, tuple)):
            raise self._no("an array")
        for index, member in enumerate(self.value):
            yield self.at(index, member)

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._no("a string")
        return self.value

    def optional_text(self) -> str | None:
        return None if self.value is None else self.text()

    def name(self) -> str:
        """A text that is not empty."""
        text = self.text()
        if not text:
            raise self.refused("is empty")
        return text

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._no("a boolean")
        return self.value

    def whole_number(self, least: int = 0, most: int = 2**53) -> int:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._no("a whole number")
        if not least <= value <= most:
            raise self.refused(f"is not a number from {least:,} to {most:,}")
        return value

    def number(self, least: float, most: float) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._no("a number")
        if not least <= value <= most or not math.isfinite(value):
            raise self.refused(f"is not a number from {least:,g} to {most:,g}")
        return float(value)

    def choice(self, options: Collection[str]) -> str:
        if self.value not in tuple(options):
            shown = f"is {quoted(self.value)}, which" if isinstance(self.value, str) else "is none of what"
            raise self.refused(f"{shown} there is not", f"it is one of {listed(options)}")
        return str(self.value)

    def instant(self) -> float:
        """UTC epoch seconds of an ISO 8601 text with its zone."""
        text = self.text()
        with suppress(ValueError, OverflowError):
            time = datetime.fromisoformat(text)
            if time.tzinfo is not None:
                at = time.timestamp()
                # Some times of the first and last day of all have none in UTC.
                datetime.fromtimestamp(at, UTC)
                return at
        raise self.refused(f"is {quoted(text)}, which is no instant", 'write it as in "2030-01-31T09:00:00Z"')

    def _no(self, kind: str) -> ConfigurationError:
        return self.refused(f"is {_kind(self.value)}, and not {kind}")


def _kind(value: object) -> str:
    if value is None or isinstance(value, (bool, str, int, float, dict, list)):
        return kind_in_words(value)
    return f"of type `{type(value).__name__}`"
