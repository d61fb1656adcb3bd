"""JSON as people write it by hand: what is wrong with it, and where what a pointer names stands."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeAlias

from .json_values import pointer_of
from .source import Source, Span

__all__ = ["JsonError", "Place", "places", "read_json"]


class JsonError(Exception):
    """The text is no JSON. `span` is the place in it."""

    def __init__(self, message: str, span: Span) -> None:
        self.message = message
        self.span = span
        super().__init__(message)


def read_json(source: Source, *, start: int = 0, end: int | None = None) -> Any:
    """The value of a text, or of a part of it. Raises JsonError.

    Stricter than Python's reader: no NaN, and no key twice in one object, since the first would be lost in silence.
    """
    text = source.text[start:end]
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_without_repetition)
    except _RepeatedError as error:
        span = _repetition(text) or Span(0, 0)
        raise JsonError(str(error), Span(start + span.start, start + span.end)) from None
    except json.JSONDecodeError as error:
        at = min(start + error.pos, len(source.text))
        raise JsonError(f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}", Span(at, at + 1)) from None
    except RecursionError:
        raise JsonError("the JSON is nested too deep to be read", Span(start, start)) from None
    except ValueError as error:
        raise JsonError(f"the JSON cannot be read: {error}", Span(start, start)) from None


class _RepeatedError(ValueError):
    pass


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"`{constant}` is not JSON")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _RepeatedError(f"the key `{again}` stands twice in one object")
    return members


# --- Places: the reader of JSON does not say where things stand. These read texts that it has taken ---

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)

# A value as it begins: its key or index, the place of the key, and its own; of an array or object, of its bracket.
_Begun: TypeAlias = tuple[str | int, Span | None, Span]


class Place:
    """Where a value stands, and the key before it. Of an array or object it is the bracket that opens it."""

    __slots__ = ("key", "value")

    def __init__(self, key: Span | None, value: Span) -> None:
        self.key = key
        self.value = value


def places(text: str, pointers: Iterable[str]) -> dict[str, Place]:
    """The place of each of these JSON pointers, written as `json_values` does, that a text has."""
    wanted: dict[str, Any] = {}
    for pointer in pointers:
        steps = wanted
        for step in pointer.split("/")[1:]:
            steps = steps.setdefault(f"/{step}", {})
        steps[""] = pointer
    found: dict[str, Place] = {}
    # Of each array and object that is open: what is wanted inside.
    open_: list[dict[str, Any]] = []
    for begun in _walk(text):
        if begun is None:
            open_.pop()
            continue
        part, key, value = begun
        # Nothing is spelled out where nothing is wanted.
        steps = wanted if not open_ else open_[-1] and open_[-1].get(pointer_of((None, part)), {})
        if "" in steps:
            found[steps[""]] = Place(key, value)
        if text[value.start] in "{[":
            open_.append(steps)
    return found


def _repetition(text: str) -> Span | None:
    """The first key that its object had before."""
    open_: list[set[str | int]] = []
    for begun in _walk(text):
        if begun is None:
            open_.pop()
            continue
        part, key, value = begun
        if open_:
            if part in open_[-1]:
                return key
            open_[-1].add(part)
        if text[value.start] in "{[":
            open_.append(set())
    return None


def _walk(text: str) -> Iterator[_Begun | None]:
    """Every value as it begins, outer ones first; None where an array or object ends."""
    # Of each array that is open, the index of its next item; of each object, its next key.
    open_: list[int | str | None] = []
    key: Span | None = None
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in ",:":
            continue
        if word in "]}":
            open_.pop()
            yield None
            continue
        span = Span(*token.span())
        part: int | str = 0
        if open_:
            inside = open_[-1]
            if inside is None:
                open_[-1], key = json.loads(word), span
                continue
            part = inside
            open_[-1] = inside + 1 if isinstance(inside, int) else None
        yield part, key if isinstance(part, str) else None, span
        if word in "[{":
            open_.append(0 if word == "[" else None)
