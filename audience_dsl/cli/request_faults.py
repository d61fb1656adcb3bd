"""What is wrong with a request file, gathered while its parts are read."""

import re
from pathlib import Path
from typing import Any

from ..diagnostics import CODES, Diagnostic
from ..json_values import Path as PointerPath
from ..json_values import pointer_of
from ..source import Source
from .files import ReadError, read_source
from .pointing import placed, placed_in_toml

__all__ = ["Faults", "pointer_to"]

_TELLING = re.compile(r"key|token|secret|password|authorization", re.IGNORECASE)
# A text that is shorter is no key, and taking it out would only spoil words.
_AT_LEAST = 4


class Faults:
    """Findings about one request file, which is this document, and about the files that it names."""

    def __init__(self, source: Source, document: dict[str, Any], *, toml: bool) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self._document = document
        self._toml = toml

    def placed(self) -> list[Diagnostic]:
        """All that was found; what has a pointer into the request file, where that stands."""
        own = [each for each in self.found if each.source is self.source and each.pointer is not None]
        if self._toml:
            placed_in_toml(own, self.source, self._document)
        elif own:
            placed(own, self.source)
        shown = _without_secrets(self.source, self._document)
        for each in own:
            each.source = shown
        return self.found

    def add(self, slug: str, pointer: str, message: str, help: str | None = None) -> Diagnostic:
        finding = Diagnostic(CODES[slug], message, source=self.source, pointer=pointer, help=help)
        self.found.append(finding)
        return finding

    def open(self, path: Path, pointer: str, slug: str) -> Source | None:
        """A file that the request names at `pointer`; None where it cannot be read, which is then found."""
        try:
            return read_source(path)
        except ReadError as error:
            if error.missing:
                self.add(slug, pointer, error.finding.message, error.finding.help)
            else:
                self.found.append(error.finding)
        return None


def _without_secrets(source: Source, document: dict[str, Any]) -> Source:
    """The text that findings show: no request has a key in it, but people put one there."""
    text = source.text
    for name, value in document.items():
        if _TELLING.search(name) and isinstance(value, str) and len(value) >= _AT_LEAST:
            text = text.replace(value, "*" * len(value))
    return source if text is source.text else Source(text, source.name)


def pointer_to(*parts: str | int) -> str:
    path: PointerPath = None
    for part in parts:
        path = (path, part)
    return pointer_of(path)
