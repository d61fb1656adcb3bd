"""A mapping file: where the columns of a table are that a filter asks for, in TOML. docs/sql.md describes it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlglot import exp, jsonpath
from sqlglot.errors import SqlglotError

from ..diagnostics import CODES, LISTED_AT_MOST, AudienceError, Diagnostic, listed, nearest, quoted
from ..source import Source, Span
from ..toml_text import TomlError, TomlPlaces, read_toml
from .names import BadNameError, column_named, table_named
from .tables import Column, JsonColumn, Table

__all__ = ["MappingError", "read_mapping"]

_T = TypeVar("_T")

_TOP = ("table", "id", "custom_attributes", "push", "email", "last_used_app", "attributes")
_TYPES = ("string", "number", "boolean", "time", "array", "json")
_PATH_WAY = "write the keys behind `$`, as in `$.account.plan` or `$['account']['plan']`"


class MappingError(AudienceError):
    """A mapping that is not right. `diagnostics` has every finding."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics[:LISTED_AT_MOST]))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.diagnostics,)


def read_mapping(text: str | Source, name: str = "<mapping>", *, table: str | None = None) -> Table:
    """The table that a mapping describes. `table` stands in for the name that it gives.

    Raises MappingError with every finding.
    """
    source = text if isinstance(text, Source) else Source(text, name)
    reader = _Reader(source)
    document = reader.document()
    found = None if document is None else reader.table(document, table)
    if found is None or reader.findings:
        end = len(source.text)
        raise MappingError(sorted(reader.findings, key=lambda each: end if each.span is None else each.span.start))
    return found


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Diagnostic] = []
        self.places: TomlPlaces | None = None

    def fault(self, keys: tuple[str, ...], message: str, help: str | None = None, *, span: Span | None = None) -> None:
        """A finding at the place of a key."""
        if span is None and self.places is not None:
            span = self.places.of(*keys)
        self.findings.append(Diagnostic(CODES["mapping-file"], message, source=self.source, span=span, help=help))

    def document(self) -> dict[str, Any] | None:
        try:
            document = read_toml(self.source)
        except TomlError as error:
            self.fault((), error.message, error.help, span=error.span)
            return None
        self.places = TomlPlaces(self.source)
        return document

    def table(self, document: Mapping[str, Any], named: str | None) -> Table | None:
        self.unknown(document, _TOP, ())
        if named is not None:
            document = {**document, "table": named}
        name = self.required(document, "table", table_named)
        id = self.required(document, "id", column_named)
        rest, last_used = self.rest(document), self.last_used(document)
        push, email = (self.optional(document, key) for key in ("push", "email"))
        attributes: dict[str, Column] = {}
        given = document.get("attributes", {})
        if not isinstance(given, dict):
            self.fault(
                ("attributes",), "`attributes` is no table of columns", "write `[attributes]`, and each below it"
            )
            given = {}
        for attribute, value in given.items():
            column = self.attribute(attribute, value)
            if column is not None:
                attributes[attribute] = column
        if name is None or id is None:
            return None
        return Table(
            name,
            title=f"the mapping {quoted(self.source.name)}",
            id=id,
            attributes=attributes,
            rest=rest,
            push=push,
            email=email,
            last_used=last_used,
        )

    # --- Keys ---

    def required(self, document: Mapping[str, Any], key: str, named: Callable[[str], _T]) -> _T | None:
        if key not in document:
            example = 'table = "analytics.users"' if key == "table" else 'id = "EXTERNAL_USER_ID"'
            self.fault((), f"the mapping has no `{key}`", f"write `{example}`", span=Span(0, 0))
            return None
        return self.name((key,), document[key], named)

    def optional(self, document: Mapping[str, Any], key: str) -> exp.Expr | None:
        return self.name((key,), document[key], column_named) if key in document else None

    def rest(self, document: Mapping[str, Any]) -> JsonColumn | None:
        key = "custom_attributes"
        if key not in document:
            return None
        fields = self.fields((key,), document[key], ("column", "text"))
        if fields is None:
            return None
        column = self.column((key,), fields)
        text = self.truth((key, "text"), fields.get("text", False))
        return None if column is None else JsonColumn(column, text=text)

    def last_used(self, document: Mapping[str, Any]) -> Column | None:
        key = "last_used_app"
        if key not in document:
            return None
        fields = self.fields((key,), document[key], ("column", "type"))
        if fields is None:
            return None
        column = self.column((key,), fields)
        type = self.type((key, "type"), fields.get("type", "time"), ("time", "string"))
        return None if column is None or type is None else Column(column, type)

    def attribute(self, name: str, value: Any) -> Column | None:
        keys = ("attributes", name)
        fields = self.fields(keys, value, ("column", "type", "path", "text"))
        if fields is None:
            return None
        column = self.column(keys, fields)
        type = self.type((*keys, "type"), fields["type"], _TYPES) if "type" in fields else None
        text = self.truth((*keys, "text"), fields.get("text", False))
        path = self.path((*keys, "path"), fields["path"]) if "path" in fields else ()
        if "path" in fields and type not in (None, "json"):
            message = f"{_dotted(keys)} has a `path` and the type `{type}`, and a value inside of JSON has its own type"
            self.fault(keys, message, "leave the `type` out")
        if text and "path" not in fields and type != "json":
            self.fault(keys, f"{_dotted(keys)} has `text` without a `path` or the type `json`", "leave `text` out")
        if column is None or path is None:
            return None
        return Column(column, "json" if path else type, path, text=text)

    # --- Values ---

    def unknown(self, table: Mapping[str, Any], known: tuple[str, ...], keys: tuple[str, ...]) -> bool:
        found = False
        for key in table:
            if key not in known:
                found = True
                close = nearest(key, known, most=1)
                way = f"did you mean `{close[0]}`?" if close else f"the keys here are {listed(known)}"
                if not close and not keys:
                    way += "; columns of attributes stand below `[attributes]`"
                where = _dotted(keys) if keys else "a mapping"
                self.fault((*keys, key), f"{where} has no key {quoted(key)}", way)
        return found

    def fields(self, keys: tuple[str, ...], value: Any, known: tuple[str, ...]) -> Mapping[str, Any] | None:
        """A column that is given by its name alone, or by a table of fields; None where it is neither."""
        if isinstance(value, str):
            return {"column": value}
        if not isinstance(value, dict):
            way = f'write `"COLUMN"`, or `{{ column = "COLUMN" }}` with {listed(known[1:])}'
            self.fault(keys, f"{_dotted(keys)} is no column", way)
            return None
        unknown = self.unknown(value, known, keys)
        if "column" not in value:
            if not unknown:
                self.fault(keys, f"{_dotted(keys)} names no column", 'write `column = "COLUMN"` in it')
            return None
        return value

    def column(self, keys: tuple[str, ...], fields: Mapping[str, Any]) -> exp.Expr | None:
        return self.name(keys, fields["column"], column_named)

    def name(self, keys: tuple[str, ...], value: Any, named: Callable[[str], _T]) -> _T | None:
        if not isinstance(value, str):
            self.fault(keys, f"{_dotted(keys)} is no name in quotes", f'write `{keys[-1]} = "NAME"`')
            return None
        try:
            return named(value)
        except BadNameError as error:
            self.fault(keys, f"{_dotted(keys)} is {quoted(value)}, and {error.message}", error.help)
            return None

    def type(self, keys: tuple[str, ...], value: Any, known: tuple[str, ...]) -> str | None:
        if isinstance(value, str) and value in known:
            return value
        close = nearest(value, known, most=1) if isinstance(value, str) else []
        way = f"did you mean `{close[0]}`?" if close else f"the types here are {listed(known)}"
        self.fault(keys, f"{_dotted(keys)} is {quoted(str(value))}, which is no type of a column here", way)
        return None

    def truth(self, keys: tuple[str, ...], value: Any) -> bool:
        if not isinstance(value, bool):
            self.fault(keys, f"{_dotted(keys)} must be `true` or `false`, without quotes")
        return value is True

    def path(self, keys: tuple[str, ...], value: Any) -> tuple[str, ...] | None:
        if not isinstance(value, str) or not value.startswith("$"):
            self.fault(keys, f"{_dotted(keys)} is no path into JSON, which begins with `$`", _PATH_WAY)
            return None
        try:
            _, *steps = jsonpath.parse(value).expressions
        except (SqlglotError, RecursionError, ValueError, IndexError):
            self.fault(keys, f"{_dotted(keys)} is {quoted(value)}, which is no path into JSON", _PATH_WAY)
            return None
        found = tuple(step.this for step in steps if isinstance(step, exp.JSONPathKey) and isinstance(step.this, str))
        if len(found) < len(steps) or not found:
            what = "leads through more than keys" if steps else "leads nowhere"
            self.fault(keys, f"{_dotted(keys)} is {quoted(value)}, which {what}", _PATH_WAY)
            return None
        return found


def _dotted(keys: tuple[str, ...]) -> str:
    return quoted(".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"' for key in keys))
