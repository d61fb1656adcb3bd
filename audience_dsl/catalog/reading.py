"""`attributes.toml`, read strictly: every fault at its place, all of them in one run. docs/catalog.md describes it."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from ..braze import COMPARISONS, fault_of_name
from ..diagnostics import CODES, GATHERED_AT_MOST, CatalogError, Diagnostic, listed, nearest, quoted
from ..source import Source, Span
from ..toml_text import KeyPath, TomlError, TomlPlaces, read_toml
from .catalog import VALUED, Catalog, CatalogAttribute

__all__ = ["BYTES_AT_MOST", "KEYS", "parse_catalog", "read_catalog"]

# What an attribute's table may say.
KEYS = ("type", "values", "always_present", "description")
BYTES_AT_MOST = 16 * 1024 * 1024

_ATTRIBUTES = "attributes"
# Words of other languages for our types.
_OTHER_WORDS = {
    "string": ("text", "str", "varchar", "enum"),
    "number": ("int", "integer", "float", "decimal", "double", "numeric"),
    "boolean": ("bool",),
    "time": ("date", "datetime", "timestamp"),
    "array": ("list", "strings", "set"),
}
_OBJECT_WAY = "leave it out: an audience cannot use an object, nor what is nested in one"
_SHORT_WAY = 'write `"string"` or another type, or `{ type = "string" }` with more keys'


def read_catalog(path: str | PathLike[str]) -> Catalog:
    """The catalogue in a file. Raises CatalogError with every finding."""
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(BYTES_AT_MOST + 1)
    except OSError as error:
        raise _unreadable(name, f"the catalogue {quoted(name)} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise _unreadable(name, f"{quoted(name)} is no path of a file") from None
    if len(raw) > BYTES_AT_MOST:
        raise _unreadable(name, f"the catalogue is larger than {BYTES_AT_MOST // 1024**2} MiB")
    try:
        # Some editors write a byte order mark.
        return parse_catalog(Source(raw.decode("utf-8-sig"), name))
    except UnicodeDecodeError as error:
        message = f"the catalogue is not UTF-8: the byte {raw[error.start]:#04x} at {error.start:,} is none"
        raise _unreadable(name, message, "save the file as UTF-8") from None


def parse_catalog(source: Source) -> Catalog:
    """The catalogue that a text is. Raises CatalogError with every finding, in the order of the text."""
    reader = _Reader(source)
    catalog = reader.catalog()
    if reader.findings:
        end = len(source.text)
        raise CatalogError(sorted(reader.findings, key=lambda each: end if each.span is None else each.span.start))
    return catalog


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Diagnostic] = []
        self._places: TomlPlaces | None = None

    def fault(self, path: KeyPath, message: str, help: str | None = None, *, span: Span | None = None) -> None:
        if len(self.findings) >= GATHERED_AT_MOST:
            return
        if span is None:
            if self._places is None:
                self._places = TomlPlaces(self.source)
            span = self._places.of(*path) or Span(0, 0)
        self.findings.append(Diagnostic(CODES["catalog-file"], message, source=self.source, span=span, help=help))

    def catalog(self) -> Catalog:
        try:
            document = read_toml(self.source)
        except TomlError as error:
            self.fault((), error.message, error.help, span=error.span)
            return Catalog(())
        for key in document.keys() - {_ATTRIBUTES}:
            close = nearest(key, (_ATTRIBUTES,), most=1)
            way = "attributes stand below a line `[attributes]`"
            self.fault((key,), f"a catalogue has no key {quoted(key)}", "did you mean `attributes`?" if close else way)
        given = document.get(_ATTRIBUTES, {})
        if not isinstance(given, dict):
            way = "write a line `[attributes]`, and each attribute below it"
            self.fault((_ATTRIBUTES,), "`attributes` is no table of attributes", way)
            given = {}
        found = (self.attribute(name, value) for name, value in given.items())
        return Catalog([each for each in found if each is not None])

    def attribute(self, name: str, value: Any) -> CatalogAttribute | None:
        path: KeyPath = (_ATTRIBUTES, name)
        bad_name = fault_of_name(name)
        if bad_name is not None:
            self.fault(path, *bad_name)
        if isinstance(value, str):
            kind = self.type(path, value)
            return None if kind is None else CatalogAttribute(name, kind)
        if not isinstance(value, dict):
            self.fault(path, f"{quoted(name)} has neither a type nor a table", _SHORT_WAY)
            return None
        kind = self.type((*path, "type"), value["type"]) if "type" in value else None
        unknown = self.unknown(path, name, value)
        if "type" not in value and not unknown:
            self.fault(path, f"{quoted(name)} has no `type`", f"the types are {listed(COMPARISONS)}")
        values = self.values(path, kind, value["values"]) if "values" in value else None
        always = value.get("always_present", False)
        if not isinstance(always, bool):
            self.fault((*path, "always_present"), "`always_present` must be `true` or `false`, without quotes")
        description = value.get("description", "")
        if not isinstance(description, str):
            self.fault((*path, "description"), "`description` is no text", "write it in quotes")
        if kind is None:
            return None
        return CatalogAttribute(name, kind, values=values, always_present=always is True, description=str(description))

    def unknown(self, path: KeyPath, name: str, table: Mapping[str, Any]) -> bool:
        found = [key for key in table if key not in KEYS]
        for key in found:
            close = nearest(key, KEYS, most=1)
            way = f"did you mean `{close[0]}`?" if close else f"the keys here are {listed(KEYS)}"
            inner = table[key]
            if not close and ("type" in inner if isinstance(inner, dict) else inner in list(COMPARISONS)):
                way = f'a name with a dot stands in quotes: `"{name}.{key}"`'
            self.fault((*path, key), f"{quoted(name)} has no key {quoted(key)}", way)
        return bool(found)

    def type(self, path: KeyPath, value: object) -> str | None:
        if isinstance(value, str) and value in COMPARISONS:
            return value
        if not isinstance(value, str):
            self.fault(path, "the type is no text", f"the types are {listed(COMPARISONS)}")
            return None
        word = value.strip().lower()
        way = f"the types are {listed(COMPARISONS)}"
        if "object" in word:
            way = _OBJECT_WAY
        else:
            meant = [word] if word in COMPARISONS else [kind for kind, words in _OTHER_WORDS.items() if word in words]
            meant = meant or nearest(word, COMPARISONS, most=1)
            way = f"did you mean `{meant[0]}`?" if meant else way
        self.fault(path, f"{quoted(value)} is no type of an attribute", way)
        return None

    def values(self, path: KeyPath, kind: str | None, given: object) -> list[str] | None:
        path = (*path, "values")
        if not isinstance(given, list):
            self.fault(path, "`values` is no list of texts", 'write `values = ["free", "pro"]`')
            return None
        if kind is not None and kind not in VALUED:
            self.fault(path, f"`values` are for texts and arrays, and the type is `{kind}`", "leave them out")
            return None
        if not given:
            self.fault(path, "`values` is empty, and no text would be a known one", "leave it out")
        seen: set[str] = set()
        for index, each in enumerate(given):
            if not isinstance(each, str):
                self.fault((*path, index), "a known value is no text", "write it in quotes")
            elif not each:
                self.fault((*path, index), "a known value is blank, which Braze counts as no value", "leave it out")
            elif each in seen:
                self.fault((*path, index), f"{quoted(each)} stands twice among the values", "remove one of them")
            else:
                seen.add(each)
        return [each for each in given if isinstance(each, str)]


def _unreadable(name: str, message: str, help: str | None = None) -> CatalogError:
    return CatalogError([Diagnostic(CODES["unreadable"], message, source=Source("", name), help=help)])
