"""In which order findings are shown: by file and place, whatever the order in which they were found."""

from collections.abc import Iterable

from ..diagnostics import ERROR, NOTE, WARNING, Diagnostic

__all__ = ["SEVERITIES", "in_order"]

# The gravest first.
SEVERITIES = (ERROR, WARNING, NOTE)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=_key)


def _key(diagnostic: Diagnostic) -> tuple[object, ...]:
    name = "" if diagnostic.source is None else diagnostic.source.name
    span = diagnostic.span
    pointer = [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in _parts(diagnostic.pointer)]
    # Of a large file, each finding has a part of its own for a source.
    part = 0 if span is None or diagnostic.source is None else diagnostic.source.first_line
    # Findings about a file as a whole come before those in it.
    return name, part, (-1, -1) if span is None else (span.start, span.end), pointer, diagnostic.code.code


def _parts(pointer: str | None) -> list[str]:
    # Digits that make no number, such as `²`, and those that are too many for one, count as text.
    parts = [] if pointer is None else pointer.split("/")
    return [part if part.isascii() and len(part) < 10 else f"'{part}" for part in parts]
