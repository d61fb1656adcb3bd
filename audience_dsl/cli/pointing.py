"""Findings about JSON and TOML, put where their pointers stand in the file."""

from collections.abc import Iterable
from typing import Any

from ..diagnostics import Diagnostic
from ..json_text import places
from ..source import Source
from ..toml_text import KeyPath, TomlPlaces

__all__ = ["placed", "placed_in_toml"]

# What is wrong with the key, and not with its value.
_OF_KEYS = ("audience-unknown-key", "request-field-unknown")


def placed(findings: Iterable[Diagnostic], source: Source) -> list[Diagnostic]:
    """Findings about a JSON text, each where its pointer stands, or else what that stands in."""
    found = list(findings)
    spans = places(
        source.text, {part for each in found if each.pointer is not None for part in _outwards(each.pointer)}
    )
    for each in found:
        each.source = source
        place = next((spans[part] for part in _outwards(each.pointer or "") if part in spans), None)
        if place is not None:
            is_about_key = each.code.slug in _OF_KEYS or source.text[place.value.start] in "{["
            each.span = place.key if is_about_key and place.key is not None else place.value
    return found


def placed_in_toml(findings: Iterable[Diagnostic], source: Source, document: dict[str, Any]) -> list[Diagnostic]:
    """Findings about the table that a TOML text is, each at its key or item; none at the text as a whole."""
    found = list(findings)
    spans = TomlPlaces(source) if any(each.pointer for each in found) else None
    for each in found:
        each.source = source
        if spans is not None and each.pointer:
            each.span = spans.of(*_path(each.pointer, document))
    return found


def _outwards(pointer: str) -> list[str]:
    """The pointer, and those to all that it stands in."""
    parts = pointer.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _path(pointer: str, document: dict[str, Any]) -> KeyPath:
    path: list[str | int] = []
    value: Any = document
    for part in pointer.split("/")[1:]:
        if isinstance(value, list):
            step: str | int = int(part) if part.isascii() and part.isdigit() else part
            value = value[step] if isinstance(step, int) and step < len(value) else None
        else:
            step = part.replace("~1", "/").replace("~0", "~")
            value = value.get(step) if isinstance(value, dict) else None
        path.append(step)
    return tuple(path)
