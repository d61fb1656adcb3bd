"""How Spark, and Databricks, which speaks the same reads values."""

from collections.abc import Sequence

from sqlglot import exp

from ..building import call, cast, integer, text, when
from .dialect import Dialect

__all__ = ["Databricks", "Spark"]


class Spark(Dialect):
    name = "spark"
    title = "Spark"
    engine = "java"
    group = "${}"
    # `TIMESTAMP` is what a setting of the session says, and may have no zone.
    instant_type = "TIMESTAMPLTZ"
    json_numbers = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT")
    json_string, json_array, json_boolean = "STRING", "ARRAY", "BOOLEAN"

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        # A map takes every name as it is, and its look-up is NULL where there is none.
        keys = cast(json, "MAP<STRING, VARIANT>", "spark")
        # Spark puts a setting of the session in place of `${…}`, in literals too.
        parts = name.split("${")
        literal = call("CONCAT_WS", text("{"), *(text(f"{part}$") for part in parts[:-1]), text(parts[-1]))
        return call("TRY_ELEMENT_AT", keys, text(name) if len(parts) == 1 else literal)

    def json_type(self, value: exp.Expr) -> exp.Expr:
        # Without what stands behind, as in DECIMAL(3,1) or ARRAY<STRING>.
        return call("REGEXP_EXTRACT", call("SCHEMA_OF_VARIANT", value), text("^[A-Z]+"), integer(0))

    def _array(self, value: exp.Expr) -> exp.Expr:
        return cast(value, "ARRAY<VARIANT>", "spark")

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("SIZE", self._array(value))

    def json_items(self, value: exp.Expr) -> exp.Expr:
        filled = exp.GT(this=self.json_length(value.copy()), expression=integer(0))
        return when(self.is_json(value, "ARRAY"), when(filled, self._array(value.copy())))

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("UNIX_MICROS", value)

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("SIZE", value)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return exp.RegexpLike(this=value, expression=pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return call("ARRAY_CONTAINS", listed, value)

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        item: exp.Expr = exp.column("item")
        found = self.one_of(self.json_text(item) if json else item, values)
        # An array may hold NULL, and what is not text is NULL.
        sure = exp.Coalesce(this=found, expressions=[exp.false()])
        return call("EXISTS", items, exp.Lambda(this=sure, expressions=[exp.to_identifier("item")]))

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        used = exp.Lambda(this=self.last_use_of(exp.column("app")), expressions=[exp.to_identifier("app")])
        return call("ARRAY_MAX", call("TRANSFORM", self._array(apps), used))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        # What ends a text without a backslash, which a setting of the session takes for itself.
        return exp.RegexpLike(this=value, expression=text(f"^({regex})(?![^x]|x)"))


class Databricks(Spark):
    name = "databricks"
    title = "Databricks"
