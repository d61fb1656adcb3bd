"""JSON and TOML as people write them by hand: read strictly, every fault at its place."""

import json
from typing import Any, NoReturn

from ..diagnostics import CODES, Diagnostic
from ..source import Source, Span
from ..toml_text import TomlError, read_toml
from .files import ReadError, without_bom

__all__ = ["read_json", "read_object"]


def read_object(source: Source, *, slug: str, toml: bool) -> dict[str, Any]:
    """The object that a document is. Raises ReadError, with a finding of this code."""
    source = without_bom(source)
    value = _read_toml(source, slug) if toml else read_json(source, slug=slug)
    if not isinstance(value, dict):
        raise _fault(source, slug, None, "the document is no JSON object", "write `{…}`")
    return value


def read_json(source: Source, *, slug: str, start: int = 0, end: int | None = None) -> Any:
    """The JSON value of a text, or of a part of it. Raises ReadError.

    Stricter than Python's reader: no NaN, and no key twice in one object, since the first would be lost in silence.
    """
    try:
        return json.loads(source.text[start:end], parse_constant=_no_constant, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        at = min(start + error.pos, len(source.text))
        message = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise _fault(source, slug, Span(at, at + 1), message) from None
    except RecursionError:
        raise _fault(source, slug, Span(start, start), "the JSON is nested too deep to be read") from None
    except ValueError as error:
        raise _fault(source, slug, Span(start, start), f"the JSON cannot be read: {error}") from None


def _read_toml(source: Source, slug: str) -> Any:
    try:
        return read_toml(source)
    except TomlError as error:
        raise _fault(source, slug, error.span, error.message) from None


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"`{constant}` is not JSON")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key `{again}` stands twice in one object")
    return members


def _fault(source: Source, slug: str, span: Span | None, message: str, help: str | None = None) -> ReadError:
    return ReadError(Diagnostic(CODES[slug], message, source=source, span=span, help=help))
