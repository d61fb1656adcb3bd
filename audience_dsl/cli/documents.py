"""JSON and TOML as people write them by hand: read strictly, every fault at its place."""

from typing import Any

from .. import json_text
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


def read_json(source: Source, *, slug: str) -> Any:
    """The JSON value of a text. Raises ReadError."""
    try:
        return json_text.read_json(source)
    except json_text.JsonError as error:
        raise _fault(source, slug, error.span, error.message, error.help) from None


def _read_toml(source: Source, slug: str) -> Any:
    try:
        return read_toml(source)
    except TomlError as error:
        raise _fault(source, slug, error.span, error.message, error.help) from None


def _fault(source: Source, slug: str, span: Span | None, message: str, help: str | None = None) -> ReadError:
    return ReadError(Diagnostic(CODES[slug], message, source=source, span=span, help=help))
