"""How DuckDB reads values."""

from collections.abc import Sequence

from sqlglot import exp

from ..building import call, cast, integer, null_if_empty, text, when
from ..instants import EXPORTED_TIME
from .dialect import Dialect

__all__ = ["DuckDB"]


class DuckDB(Dialect):
    name = "duckdb"
    title = "DuckDB"
    engine = "re2"
    json_numbers = ("BIGINT", "UBIGINT", "DOUBLE")
    json_string, json_array, json_boolean = "VARCHAR", "ARRAY", "BOOLEAN"

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        # A JSON pointer (RFC 6901), in which no other character is special. Arrays have no keys.
        return call("JSON_EXTRACT", json, text("/" + name.replace("~", "~0").replace("/", "~1")))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_TYPE", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_EXTRACT_STRING", value, text("$"))

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_ARRAY_LENGTH", value)

    def json_items(self, value: exp.Expr) -> exp.Expr:
        item = exp.to_identifier("item")
        texts = exp.Lambda(this=self.is_json(exp.column("item"), "VARCHAR"), expressions=[item])
        unquoted = exp.Lambda(this=self.unquoted(exp.column("item")), expressions=[item.copy()])
        every = exp.Cast(this=value.copy(), to=exp.DataType.build("JSON[]", dialect="duckdb"))
        chosen = call("LIST_TRANSFORM", call("LIST_FILTER", every, texts), unquoted)
        filled = exp.GT(this=self.json_length(value.copy()), expression=integer(0))
        return when(self.is_json(value, self.json_array), when(filled, chosen))

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("EPOCH_US", value)

    def instant_of_text(self, value: exp.Expr) -> exp.Expr:
        # What exports write, the quick way: the other one takes most of the time of a preview.
        quick = self.instant(cast(value.copy(), "TIMESTAMP"))
        return when(self.is_whole(value.copy(), EXPORTED_TIME), quick, super().instant_of_text(value))

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return call("REGEXP_MATCHES", value, pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return call("LIST_CONTAINS", listed, value)

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:  # noqa: ARG002
        (listed,) = values
        return call("LIST_HAS_ANY", items, listed)

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        used = exp.Lambda(
            this=self.instant_of_text(self.json_text(exp.column("app"))), expressions=[exp.to_identifier("app")]
        )
        every = call("JSON_EXTRACT", apps.copy(), text("$[*].last_used"))
        return when(self.is_json(apps, "ARRAY"), call("LIST_MAX", call("LIST_TRANSFORM", every, used)))

    def cell(self, value: exp.Expr, kind: str) -> exp.Expr:
        """A text of CSV, whose type nobody wrote down, as the type that is looked for."""
        if kind == "string":
            return null_if_empty(value)
        if kind == "string beside array":
            return when(self.is_json(cast(value, "JSON"), "ARRAY"), exp.null(), null_if_empty(value.copy()))
        if kind == "number":
            number = call("REGEXP_FULL_MATCH", value.copy(), text("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?"))
            return when(exp.And(this=number, expression=self.is_finite(self.double(value.copy()))), self.double(value))
        if kind == "boolean":
            truths = [exp.If(this=text(each), true=exp.Boolean(this=each == "true")) for each in ("true", "false")]
            return exp.Case(this=call("LOWER", value), ifs=truths)
        if kind == "time":
            return self.instant_of_text(null_if_empty(value))
        if kind == "any":
            return when(exp.Not(this=exp.In(this=value, expressions=[text(""), text("[]")])), exp.true())
        return self.json_items(cast(value, "JSON"))

    def parse(self, value: exp.Expr) -> exp.Expr:
        return cast(value, "JSON")

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return call("REGEXP_FULL_MATCH", value, text(regex))
