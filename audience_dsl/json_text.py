"""JSON as people write it by hand: what is wrong with it, and where what a pointer names stands."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeAlias

from .json_values import pointer_of
from .source import Source, Span

__all__ = ["JsonError", "Place", "places", "read_json"]


class JsonError(Exception):
    """The text is no JSON. `span` is the place in it, `help` the way out."""

    def __init__(self, message: str, span: Span, help: str) -> None:
        self.message = message
        self.span = span
        self.help = help
        super().__init__(message)


def read_json(source: Source, *, start: int = 0, end: int | None = None) -> Any:
    """The value of a text, or of a part of it. Raises JsonError.

    Stricter than Python's reader: no NaN, and no key twice in one object, since the first would be lost in silence.
    """
    text = source.text[start:end]
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_without_repetition)
    except _RepeatedError as error:
        span, way = _repetition(text), "keep one of them"
        raise JsonError(str(error), _within(start, span), way) from None
    except json.JSONDecodeError as error:
        at = min(start + error.pos, len(source.text))
        message = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise JsonError(message, Span(at, at + 1), _way_out(source.text, at)) from None
    except RecursionError:
        way = "nobody writes so deep by hand: look at the program that made it"
        raise JsonError("the JSON is nested too deep to be read", Span(start, start), way) from None
    except _ConstantError as error:
        span, way = _token(text, str(error)), "write the number that is meant; JSON has no word for one that is none"
        raise JsonError(f"`{error}` is not JSON", _within(start, span), way) from None
    except ValueError:
        # All that is left: Python reads whole numbers up to so many digits.
        span, way = _token(text, None), "write it as a text if it is an identifier"
        raise JsonError("the number has more digits than can be read", _within(start, span), way) from None


def _within(start: int, span: Span | None) -> Span:
    return Span(start, start) if span is None else Span(start + span.start, start + span.end)


def _way_out(text: str, at: int) -> str:
    if not text.strip():
        return "the text is empty: look at what was to write it"
    if at >= len(text.rstrip()):
        return "the text ends too early: look at what has cut it off"
    if text[at] == "'":
        return "JSON has double quotes around its texts"
    return "look at this place and right before it: a comma, a quote or a bracket is missing or too many"


def _token(text: str, word: str | None) -> Span | None:
    """The first token that is this word, or else the first number that Python does not read."""
    for token in _TOKEN.finditer(text):
        if token[0] == word or (word is None and len(token[0]) > _DIGITS and token[0].lstrip("-").isdigit()):
            return Span(*token.span())
    return None


class _ConstantError(ValueError):
    """NaN and its like, which Python reads."""


class _RepeatedError(ValueError):
    pass


def _no_constant(constant: str) -> NoReturn:
    raise _ConstantError(constant)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _RepeatedError(f"the key `{again}` stands twice in one object")
    return members


# --- Places: the reader of JSON does not say where things stand. These read texts that it has taken ---

# How many digits of a whole number Python reads.
_DIGITS = 4300
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
