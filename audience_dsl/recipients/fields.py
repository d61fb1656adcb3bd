"""A field of a recipient, named in one word by a column, a mapping or a fixed value: `attributes.age:number`."""

import math
import re
from collections.abc import Callable
from typing import Any, Final

from ..braze_api import ENDPOINTS, IDENTIFIERS, Endpoint
from ..diagnostics import listed, nearest, quoted

__all__ = ["Field", "FieldError", "field_named", "names_in_words"]

_ALIAS: Final = ("user_alias.alias_name", "user_alias.alias_label")
_NAMES: Final = (
    *(name for name in IDENTIFIERS if name != "user_alias"),
    *_ALIAS,
    "prioritization",
    "send_to_existing_only",
)
_PROPERTIES: Final = {each.properties_field for each in ENDPOINTS.values()} - {None}
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Python reads whole numbers up to so many digits, and JSON's readers hold fewer.
_DIGITS: Final = 400
# What stands between the words of a column's name, as people write it.
_BETWEEN: Final = re.compile(r"[^a-z0-9.]+")
# How deep a value may stand, which is far beyond what a template reads.
_DEPTH: Final = 50
_BOOLEANS: Final = {"true": True, "false": False}


class FieldError(Exception):
    """No field has this name, or the field does not take this value. `help` is the way out."""

    def __init__(self, message: str, help: str | None = None, *, meant: str | None = None) -> None:
        self.message = message
        self.help = help
        # The field that the name was probably to be.
        self.meant = meant
        super().__init__(message)


class Field:
    """A place in a recipient, and how a text becomes its value."""

    __slots__ = ("convert", "name", "path", "type")

    def __init__(self, name: str, type: str) -> None:
        self.name = name
        self.path = tuple(name.split("."))
        self.type = type
        # None for a text, which stays as it is.
        self.convert: Callable[[str], Any] | None = _CONVERT[type]

    def read(self, text: str) -> Any:
        """The value that a text stands for. Raises FieldError."""
        return text if self.convert is None else self._converted(text, self.convert)

    def _converted(self, text: str, convert: Callable[[str], Any]) -> Any:
        try:
            return convert(text.strip())
        except ValueError:
            what, way = _WANTED[self.type]
            raise FieldError(f"{quoted(text)} in `{self.name}` is no {what}", way) from None

    def put(self, record: dict[str, Any], value: Any) -> None:
        """Write the value into the record. Raises FieldError where something stands there."""
        holder = record
        for key in self.path[:-1]:
            inside = holder.setdefault(key, {})
            if not isinstance(inside, dict):
                raise FieldError(f"`{key}` is no object, so there is no `{self.name}` in it")
            holder = inside
        if self.path[-1] in holder:
            raise FieldError(f"the recipient has `{self.name}` already", "leave one of the two out")
        holder[self.path[-1]] = value

    def stands_in(self, record: dict[str, Any]) -> bool:
        holder: Any = record
        for key in self.path:
            if not isinstance(holder, dict) or key not in holder:
                return False
            holder = holder[key]
        return True


def _number(text: str) -> int | float:
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > _DIGITS:
        raise ValueError(text)
    value = int(text) if match[1] is None and match[2] is None else float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _boolean(text: str) -> bool:
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise ValueError(text)
    return value


def _list(text: str) -> list[str]:
    return [part for each in text.split(";") if (part := each.strip())]


_CONVERT: Final[dict[str, Callable[[str], Any] | None]] = {
    "text": None,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
}
_WANTED: Final = {
    "number": (
        "number as JSON writes it",
        "write `1234.5`, with a point, and without blanks, signs for thousands or leading zeros",
    ),
    "boolean": ("boolean", "write `true` or `false`"),
}
_TYPE_OF: Final = {"prioritization": "list", "send_to_existing_only": "boolean"}


def field_named(text: str, endpoint: Endpoint, *, typed: bool) -> Field:
    """The field of this name; with `typed`, a type may stand behind it after a colon. Raises FieldError."""
    name, colon, type = text.rpartition(":") if typed else ("", "", text)
    if not colon:
        name, type = text, ""
    if type and type not in _CONVERT:
        close = nearest(type, _CONVERT, most=1)
        way = f"did you mean `{name}:{close[0]}`?" if close else f"the types are {listed(_CONVERT)}"
        raise FieldError(f"there is no type {quoted(type)}", way)
    holder, dot, key = name.partition(".")
    if name in _NAMES:
        own = _TYPE_OF.get(name, "text")
        if type not in ("", own):
            raise FieldError(f"`{name}` is a {own}, and no {type}", f"write `{name}` alone")
        return Field(name, own)
    if name.count(".") > _DEPTH:
        raise FieldError(f"{quoted(name)} stands deeper than {_DEPTH} levels", "say the same with less nesting")
    if holder in _holders(endpoint) and dot and all(key.split(".")):
        return Field(name, type or "text")
    meant = _meant(name, endpoint)
    raise FieldError(
        f"recipients have no field {quoted(name)}",
        names_in_words(endpoint) if meant is None else f"did you mean `{meant}`?",
        meant=meant,
    )


def _holders(endpoint: Endpoint) -> tuple[str, ...]:
    """The objects of whose keys each is a field of its own."""
    return tuple(each for each in (endpoint.properties_field, "attributes") if each)


def _meant(name: str, endpoint: Endpoint) -> str | None:
    word = _BETWEEN.sub("_", name.lower()).strip("_")
    if word in ("id", "user_id") or word.endswith("customer_id"):
        return "external_user_id"
    if word in _NAMES:
        return word
    holder, dot, key = name.partition(".")
    if holder in _PROPERTIES and dot and key and endpoint.properties_field:
        # The name that they have at another endpoint.
        return f"{endpoint.properties_field}.{key}"
    close = nearest(
        name if dot else word, [*_NAMES, *(f"{each}.{key or 'NAME'}" for each in _holders(endpoint))], most=1
    )
    return close[0] if close else None


def names_in_words(endpoint: Endpoint) -> str:
    holders = " and ".join(f"`{each}.NAME`" for each in _holders(endpoint))
    return f"the fields are {listed(_NAMES)}, {holders}"
