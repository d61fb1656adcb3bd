"""A first catalogue from profiles: the type of each attribute, and what else they show, in constant memory.

Profiles hold personal data, and a catalogue is committed. So values are kept only of attributes that have few, each of
them held by several users, and none that looks like an address or a number that names somebody.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from ..braze import COMPARISONS, fault_of_name
from ..diagnostics import CODES, ConfigurationError
from ..profiles import Profile, instant_of
from .catalog import VALUED, Catalog, CatalogAttribute
from .merging import Changes

__all__ = ["ATTRIBUTES_AT_MOST", "Inference", "Mixed"]

ATTRIBUTES_AT_MOST = 10_000
# Braze holds no longer text in an attribute.
_VALUE_AT_MOST = 255
_NAMES_SOMEBODY = re.compile(r"@|\+?[0-9][0-9 ()./-]{5,}")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_OBJECT = "object"


class _Seen:
    """What the profiles have shown of one attribute. `values` is None once there are too many of them."""

    __slots__ = ("kinds", "values")

    def __init__(self, values: "Counter[str] | None") -> None:
        self.kinds: Counter[str] = Counter()
        self.values = values


class Mixed:
    """An attribute of which profiles hold values of several types, with how many hold each."""

    __slots__ = ("counts", "name", "type")

    def __init__(self, name: str, type: str, counts: Mapping[str, int]) -> None:
        self.name = name
        self.type = type
        self.counts = dict(counts)


class Inference:
    """Takes profiles one by one, and says what they have shown.

    `values` is the most values that an attribute may have for them to be known, `seen` how many profiles must hold each
    of them; as many must there be for an attribute to be always present. `take` raises ConfigurationError where there
    are so many attributes that they cannot be names of any.
    """

    def __init__(self, *, values: int = 20, seen: int = 10) -> None:
        self.profiles = 0
        self._values_at_most = values
        self._seen_at_least = seen
        self._seen: dict[str, _Seen] = {}
        self._untyped = False

    def take(self, profile: Profile) -> None:
        self.profiles += 1
        untyped = profile.untyped
        self._untyped = self._untyped or untyped
        kind_of = _kind_of_cell if untyped else _kind_of_value
        seen, at_most = self._seen, self._values_at_most
        attributes: Mapping[Any, Any] = profile.attributes
        for name, value in attributes.items():
            kind = kind_of(value)
            if kind is None:
                continue
            found = seen.get(name)
            if found is None:
                if not isinstance(name, str):
                    continue
                found = self._new(name)
            found.kinds[kind] += 1
            values = found.values
            if values is None:
                continue
            if kind == "string":
                values[str(value)] += 1
            elif kind == "array":
                # An element that stands twice is still held by one user. Cells are not taken apart.
                values.update({each for each in value if isinstance(each, str) and each} if not untyped else ())
            if len(values) > at_most or (untyped and kind == "array"):
                found.values = None

    def _new(self, name: str) -> _Seen:
        if len(self._seen) >= ATTRIBUTES_AT_MOST:
            raise ConfigurationError(
                CODES["profile-unreadable"],
                f"the profiles have more than {ATTRIBUTES_AT_MOST:,} attributes, and no workspace has so many",
                help="look whether something else stands where the names of attributes should",
            )
        found = self._seen[name] = _Seen(Counter() if self._values_at_most else None)
        return found

    # --- What was found ---

    def catalog(self) -> Catalog:
        """The attributes that an audience can use, by name."""
        return Catalog(
            self._attribute(name, self._seen[name])
            for name in sorted(self._seen)
            if self._type(self._seen[name]) != _OBJECT and fault_of_name(name) is None
        )

    @property
    def mixed(self) -> list[Mixed]:
        """Attributes of several types, by name; their type is that of the most profiles."""
        return [
            Mixed(name, self._type(seen), seen.kinds)
            for name, seen in sorted(self._seen.items())
            if len(seen.kinds) > 1
        ]

    @property
    def objects(self) -> list[str]:
        return [name for name, seen in sorted(self._seen.items()) if self._type(seen) == _OBJECT]

    @property
    def unnameable(self) -> list[str]:
        return [name for name in sorted(self._seen) if fault_of_name(name) is not None]

    def _type(self, seen: _Seen) -> str:
        if self._untyped and seen.kinds["string"]:
            # Every cell can be read as text.
            return "string"
        return max((*COMPARISONS, _OBJECT), key=lambda kind: seen.kinds[kind])

    def _attribute(self, name: str, seen: _Seen) -> CatalogAttribute:
        kind = self._type(seen)
        always = seen.kinds[kind] == self.profiles >= self._seen_at_least
        return CatalogAttribute(name, kind, values=self._values(kind, seen), always_present=always)

    def _values(self, kind: str, seen: _Seen) -> list[str] | None:
        if kind not in VALUED or not seen.values or len(seen.kinds) > 1:
            return None
        for each, count in seen.values.items():
            if count < self._seen_at_least or len(each) > _VALUE_AT_MOST or _NAMES_SOMEBODY.search(each):
                return None
        return sorted(seen.values)

    def additions(self, catalog: Catalog) -> Changes:
        """What a file lacks. What it has is never changed: people may have written it."""
        found = self.catalog()
        return Changes(added=[each for name in found if name not in catalog and (each := found.get(name))])

    def contradictions(self, catalog: Catalog) -> list[str]:
        """Where the profiles show otherwise than a file says, in words."""
        found = self.catalog()
        told = []
        for name in found:
            written, seen = catalog.get(name), found.get(name)
            if written is None or seen is None:
                continue
            if written.type != seen.type:
                told.append(f"`{name}` is `{written.type}` in the file, and `{seen.type}` in the profiles")
            elif written.values is not None and seen.values is not None and not set(seen.values) <= set(written.values):
                others = ", ".join(f"`{each}`" for each in seen.values if each not in written.values)
                told.append(f"`{name}` has values in the profiles that the file does not know: {others}")
            held = self._seen[name].kinds[written.type]
            if written.always_present and held < self.profiles:
                told.append(f"`{name}` is always present in the file, and in {held:,} of {self.profiles:,} profiles")
        return told


def _kind_of_value(value: Any) -> str | None:
    """The type of a value as exports write it; None where it counts as no value."""
    kind = _KINDS.get(type(value))
    if kind == "string":
        return _kind_of_text(value)
    if kind == "array":
        return kind if value else None
    return kind if kind is not None or value is None else _kind_of_other(value)


def _kind_of_other(value: object) -> str | None:
    """Of values that readers of Parquet and callers in Python hand in."""
    if isinstance(value, (list, tuple)):
        return "array" if value else None
    if isinstance(value, Mapping):
        return _OBJECT
    if isinstance(value, date):
        return "time"
    return _kind_of_text(value) if isinstance(value, str) else "number"


def _kind_of_text(text: str) -> str | None:
    if not text:
        return None
    # Most texts are no time, and show it in their first characters.
    return "time" if text[4:5] == "-" and text[:4].isdigit() and instant_of(text) is not None else "string"


def _kind_of_cell(value: Any) -> str | None:
    """The type that a cell of CSV reads as; `01234` is a text that somebody wants to keep."""
    if not isinstance(value, str):
        return _kind_of_value(value)
    if not value:
        return None
    if value.lower() in ("true", "false"):
        return "boolean"
    if _NUMBER.fullmatch(value):
        return "number"
    if value[0] == "[" and value[-1] == "]":
        return "array" if value != "[]" else None
    return _kind_of_text(value)


_KINDS: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: _OBJECT,
}
