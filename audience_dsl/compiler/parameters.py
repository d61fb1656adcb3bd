"""Parameters: their types, and values from outside checked against them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from ..braze import DAYS_AT_MOST
from ..diagnostics import CODES, BindError
from ..settings import Settings
from ..syntax import literals
from .instants import LocalTimeError, complete, from_value

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["KINDS", "Bound", "bind_value", "describe_kinds", "describe_value", "kind_of"]

# The types that a declaration may name, with what they take, in words.
KINDS: dict[str, str] = {
    "string": "text",
    "number": "a number",
    "days": "a whole number of days from 1 to 36,500",
    "boolean": "true or false",
    "time": "a datetime with an offset, or a date",
    "list of string": "a list of texts that is not empty",
    "list of number": "a list of numbers that is not empty",
}
Bound: TypeAlias = str | int | float | bool | tuple[str, ...] | tuple[int | float, ...]


def describe_kinds(kinds: frozenset[str]) -> str:
    """Several types in words: `text, a number or true or false`."""
    words = [text for kind, text in KINDS.items() if kind in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def describe_value(value: object) -> str:
    """What a value from outside is, in words, without the value."""
    found = {"str": "text", "bool": "a Boolean", "NoneType": "nothing", "int": "a number", "float": "a number"}
    if _is_list(value) and not value:
        return "an empty list"
    return found.get(type(value).__name__, f"a {type(value).__name__}")


def kind_of(value: object) -> str | None:
    """The type that a value from outside would have, or None where it has none that parameters take."""
    value = _plain(value)
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, float)) or _is_decimal(value):
        return "number"
    if isinstance(value, date):
        return "time"
    if _is_list(value) and value:
        items = [_plain(item) for item in value]
        if all(isinstance(item, str) for item in items):
            return "list of string"
        if all((isinstance(item, (int, float)) and not isinstance(item, bool)) or _is_decimal(item) for item in items):
            return "list of number"
    return None


def bind_value(name: str, value: object, kind: str, settings: Settings) -> Bound:
    """A value from outside as the language holds it. Raises BindError where it is not of the type.

    Takes text, numbers (Decimal too), Booleans, aware datetimes, dates, ISO 8601 text where a time is needed, any
    sequence as a list, and an Enum for its value.
    """
    value = _plain(value)
    if kind.startswith("list of "):
        return _list(name, value, kind, settings)
    if kind == "string" and isinstance(value, str):
        return _text(name, value, kind)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "number" and not isinstance(value, bool):
        return _number(name, value, kind)
    if kind == "days":
        return _days(name, value)
    if kind == "time":
        return _time(name, value, settings)
    raise _wrong(name, value, kind)


def _text(name: str, value: str, kind: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _error("parameter-type", name, f"the value of `${name}` has half of a surrogate pair", kind)
    # The characters themselves: a class of its own may print otherwise.
    return str.__str__(value)


def _number(name: str, value: object, kind: str) -> int | float:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > literals.MAX_INTEGER:
            message = f"the value of `${name}` is beyond ±{literals.MAX_INTEGER}, the integers that JSON readers hold"
            raise _error("parameter-type", name, message, kind)
        return int(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise _error("parameter-type", name, f"the value of `${name}` is {value}, which JSON cannot carry", kind)
        return float(value) + 0.0
    if _is_decimal(value):
        return _decimal(name, value, kind)  # type: ignore[arg-type]
    raise _wrong(name, value, kind)


def _decimal(name: str, value: "Decimal", kind: str) -> int | float:
    if value.is_finite() and abs(value.adjusted()) < 400:
        if value == value.to_integral_value():
            return _number(name, int(value), kind)
        from decimal import Decimal

        if Decimal(repr(float(value))) == value:
            return float(value)
    raise _error("parameter-type", name, f"the value of `${name}` is not held exactly by a number in JSON", kind)


def _days(name: str, value: object) -> int:
    if _is_decimal(value):
        value = _decimal(name, value, "days")  # type: ignore[arg-type]
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= DAYS_AT_MOST:
        return int(value)
    raise _wrong(name, value, "days")


def _time(name: str, value: object, settings: Settings) -> str:
    naive = _error("parameter-type", name, f"the datetime for `${name}` has no offset from UTC", "time")
    try:
        if isinstance(value, date):
            if isinstance(value, datetime) and value.utcoffset() is None:
                raise naive
            return from_value(value, settings.time_zone)
        if isinstance(value, str) and literals.is_datetime_like(value):
            refused = literals.datetime_error(value)
            if refused is not None:
                raise _error(
                    "parameter-type",
                    name,
                    f"the value of `${name}` is no datetime: {refused.message}",
                    "time",
                )
            if literals.has_offset(value):
                return value
            if "T" in value:
                raise naive
            return complete(value, settings.time_zone)
    except LocalTimeError as error:
        raise _error(
            "parameter-type", name, f"the date for `${name}` has no single midnight: {error}", "time"
        ) from None
    raise _wrong(name, value, "time")


def _list(name: str, value: object, kind: str, settings: Settings) -> Bound:
    if not _is_list(value):
        raise _wrong(name, value, kind)
    if not value:
        message = f"the list for `${name}` is empty, and Braze has no way to say nobody or everybody"
        raise _error("parameter-type", name, message, kind)
    if len(value) > settings.limits.list_items:
        message = f"the list for `${name}` has {len(value):,} items, and the limit is {settings.limits.list_items:,}"
        raise _error("list-too-long", name, message, kind)
    items = [_plain(item) for item in value]
    if kind == "list of string":
        if not all(isinstance(item, str) for item in items):
            raise _wrong(name, next(item for item in items if not isinstance(item, str)), kind, "an item of ")
        return tuple(_text(name, item, kind) for item in items if isinstance(item, str))
    return tuple(_number(name, item, kind) for item in items)


def _plain(value: object) -> object:
    """The value of an Enum; anything else as it is."""
    if type(value).__module__ == "builtins":
        return value
    from enum import Enum

    return value.value if isinstance(value, Enum) else value


def _is_list(value: object) -> "TypeGuard[Sequence[object]]":
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview))


def _is_decimal(value: object) -> bool:
    return type(value).__name__ == "Decimal" and type(value).__module__ in (
        "decimal",
        "_decimal",
        "_pydecimal",
    )


def _wrong(name: str, value: object, kind: str, part: str = "") -> BindError:
    got = describe_value(value)
    if kind == "days" and isinstance(value, (int, float)) and not isinstance(value, bool):
        got = str(value) if abs(value) < 10**15 else "a number beyond all days"
    return _error("parameter-type", name, f"{part}`${name}` takes {KINDS[kind]}, and got {got}", kind)


def _error(slug: str, name: str, message: str, kind: str) -> BindError:
    return BindError(CODES[slug], name, message, expected=KINDS[kind])
