"""The tables of a configuration, taken key by key: what is unknown or wrong in them is noted at its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ..diagnostics import CODES, ConfigurationError, Diagnostic, did_you_mean, listed, quoted
from ..source import Source, Span
from ..toml_text import KeyPath, TomlError, TomlPlaces, read_toml
from .configuration import dotted
from .hiding import hidden, hidden_in_broken_text

__all__ = ["Tables", "refused"]

_T = TypeVar("_T")


class Tables:
    def __init__(self, source: Source, section: tuple[str, ...], root: Path) -> None:
        self.source = source
        self.section = section
        self.root = root
        self.findings: list[Diagnostic] = []
        self.origins: dict[str, str] = {}
        self.places: TomlPlaces | None = None

    def fault(self, path: KeyPath, message: str, help: str | None = None, *, slug: str = "settings") -> None:
        span = self.place(*path)
        self.findings.append(Diagnostic(CODES[slug], message, source=self.source, span=span, help=help))

    def place(self, *path: str | int) -> Span | None:
        return None if self.places is None else self.places.of(*self.section, *path)

    def document(self) -> dict[str, Any]:
        try:
            document: Any = read_toml(self.source)
        except TomlError as error:
            source = hidden_in_broken_text(self.source)
            fault = Diagnostic(CODES["settings"], error.message, source=source, span=error.span, help=error.help)
            self.findings.append(fault)
            return {}
        self.places = TomlPlaces(self.source)
        for key in self.section:
            document = document.get(key, {})
            if not isinstance(document, dict):
                self.fault((), f"`{'.'.join(self.section)}` is no table", "write `[tool.audience]`, and each key below")
                return {}
        found: dict[str, Any] = document
        # A finding shows the line that it is about.
        self.source = hidden(self.source, found, self.section, self.places)
        return found

    def known(self, path: KeyPath, table: dict[str, Any], known: tuple[str, ...], what: str | None = None) -> None:
        """Note the keys that a table does not have. `what` is what to call it."""
        for key in table:
            if key not in known:
                way = did_you_mean(key, known, f"the keys here are {listed(known)}")
                where = what or (f"`{dotted(path)}`" if path else "the configuration")
                self.fault((*path, key), f"{where} has no key {quoted(key)}", way)

    def table(self, key: str, table: dict[str, Any], known: tuple[str, ...] | None) -> dict[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            self.fault((key,), f"`{key}` is no table", f"write `[{'.'.join((*self.section, key))}]`, and keys below it")
            return {}
        if known is not None:
            self.known((key,), found, known)
        return found

    def take(self, path: KeyPath, table: dict[str, Any], key: str, reader: Callable[[str, Any], _T], default: _T) -> _T:
        """A key's value as its reader takes it. A reader raises ConfigurationError for what it does not."""
        if key not in table:
            return default
        try:
            value = reader(key, table[key])
        except ConfigurationError as error:
            self.fault((*path, key), error.message, error.help, slug=error.kind.slug)
            return default
        span = self.place(*path, key)
        line = "" if span is None else f":{self.source.position(span.start).line}"
        self.origins[dotted((*path, key))] = f"{self.source.name}{line}"
        return value

    # --- Values that several tables have ---

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise refused(f"`{key}` is no list of texts", f'write `{key} = ["…"]`')
        if not all(each.strip() for each in value):
            raise refused(f"one of `{key}` is empty", "take it out")
        return tuple(value)

    def file(self, key: str, value: Any) -> Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise refused(f"`{key}` is no path", f'write `{key} = "PATH"`, relative to this file')
        return self.root / value

    def count(self, key: str, value: Any) -> int:
        if type(value) is not int or value < 1:
            raise refused(f"`{key}` is no whole number from 1", f"write `{key} = 100`, for example")
        return value


def refused(message: str, help: str) -> ConfigurationError:
    return ConfigurationError(CODES["settings"], message, help=help)
