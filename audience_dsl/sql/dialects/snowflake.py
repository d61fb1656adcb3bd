"""How Snowflake reads values."""

from collections.abc import Sequence

from sqlglot import exp

from ..building import call, integer, text, when
from ..instants import TIME
from .dialect import BEFORE_ALL, Dialect

__all__ = ["Snowflake"]


class Snowflake(Dialect):
    name = "snowflake"
    title = "Snowflake"
    engine = "snowflake"
    lists = False
    json_numbers = ("INTEGER", "DECIMAL", "DOUBLE")
    json_string, json_array, json_boolean = "VARCHAR", "ARRAY", "BOOLEAN"

    def written(self, query: exp.Expr, *, parameters: bool) -> str:
        def named(node: exp.Expr) -> exp.Expr:
            return exp.var(f"%({node.name})s") if isinstance(node, exp.Placeholder) else node

        return super().written(query.transform(named, copy=False), parameters=parameters)

    def doubles_percent(self, *, parameters: bool) -> bool:
        # Without parameters its driver leaves the text as it is.
        return parameters

    def folded(self, name: str) -> str:
        return name.upper()

    def field(self, struct: exp.Expr, name: exp.Identifier) -> None:  # noqa: ARG002
        return None

    def bound(self, parameter: exp.Expr, value: object) -> exp.Expr:
        # Its driver writes a number into the text, where it would be a decimal one.
        return exp.Cast(this=parameter, to=exp.DataType.build("DOUBLE")) if isinstance(value, float) else parameter

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        return call("GET", json, text(name))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("TYPEOF", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        return call("AS_VARCHAR", value)

    def double(self, value: exp.Expr) -> exp.Expr:
        # AS_DOUBLE is NULL for whole and decimal numbers.
        return call("TO_DOUBLE", value)

    def json_truth(self, value: exp.Expr) -> exp.Expr:
        return call("AS_BOOLEAN", value)

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_SIZE", value)

    def json_items(self, value: exp.Expr) -> exp.Expr:
        # It is NULL where the value is no array.
        array = call("AS_ARRAY", value.copy())
        return when(exp.GT(this=self.json_length(array), expression=integer(0)), array.copy())

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("DATE_PART", exp.Var(this="EPOCH_MICROSECOND"), value)

    def instant_of_text(self, value: exp.Expr) -> exp.Expr:
        # Without AUTO the session's TIMESTAMP_INPUT_FORMAT would decide.
        instant = call("TRY_TO_TIMESTAMP_TZ", self.canonical(value.copy()), text("AUTO"))
        return when(self.is_whole(value, TIME), self.instant(instant))

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return call("REGEXP_LIKE", value, pattern)

    def pattern(self, regex: str) -> str:
        # Of its functions this one alone is documented for matches of nothing; it asks for all of the text.
        return rf"(\n|[^\n])*({regex})(\n|[^\n])*"

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:  # noqa: ARG002
        return call("ARRAYS_OVERLAP", items, call("ARRAY_CONSTRUCT", *values))

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_SIZE", value)

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        # Nothing is said of NULL among the results, so an instant before all others stands for it.
        used = exp.Coalesce(this=self.last_use_of(exp.column("app")), expressions=[integer(BEFORE_ALL)])
        uses = exp.Lambda(this=used, expressions=[exp.to_identifier("app")])
        latest = call("ARRAY_MAX", call("TRANSFORM", call("AS_ARRAY", apps), uses))
        whole = exp.Cast(this=latest, to=exp.DataType.build("BIGINT"))
        return exp.Nullif(this=whole, expression=integer(BEFORE_ALL))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return call("REGEXP_LIKE", value, text(regex))
