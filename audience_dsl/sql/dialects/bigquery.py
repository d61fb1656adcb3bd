"""How BigQuery reads values."""

from collections.abc import Sequence

from sqlglot import exp

from ..building import call, text, when
from .dialect import Dialect, not_null

__all__ = ["BigQuery"]


class BigQuery(Dialect):
    name = "bigquery"
    title = "BigQuery"
    engine = "re2"
    # sqlglot's name for BigQuery's TIMESTAMP.
    instant_type = "TIMESTAMPTZ"
    json_numbers = ("number",)

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_TYPE", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        # The functions without LAX raise an error where they meet another type.
        return call("LAX_STRING", value)

    def double(self, value: exp.Expr) -> exp.Expr:
        return call("LAX_FLOAT64", value)

    def json_truth(self, value: exp.Expr) -> exp.Expr:
        return when(self.is_json(value, self.json_boolean), call("LAX_BOOL", value.copy()))

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_LENGTH", call("JSON_QUERY_ARRAY", value))

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("UNIX_MICROS", value)

    def time(self, value: exp.Expr) -> exp.Expr:
        # A DATETIME or a DATE is in UTC then, as far as nobody has set another default.
        return self.instant(exp.Cast(this=value, to=exp.DataType.build(self.instant_type)))

    def parse(self, value: exp.Expr) -> exp.Expr:
        rounded = exp.Kwarg(this=exp.var("wide_number_mode"), expression=text("round"))
        return call("PARSE_JSON", value, rounded)

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_LENGTH", value)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return call("REGEXP_CONTAINS", value, pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return exp.In(this=value, unnest=exp.Unnest(expressions=[listed]))

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        item: exp.Expr = exp.column("item")
        every = call("JSON_QUERY_ARRAY", items.copy()) if json else items.copy()
        found = self.one_of(self.json_text(item) if json else item, values)
        rows = exp.select("1").from_(exp.Alias(this=exp.Unnest(expressions=[every]), alias=exp.to_identifier("item")))
        return when(not_null(items), exp.Exists(this=rows.where(found)))

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        every = exp.Unnest(expressions=[call("JSON_QUERY_ARRAY", apps)])
        latest = exp.select(exp.Max(this=self.last_use_of(exp.column("app"))))
        return exp.Subquery(this=latest.from_(exp.Alias(this=every, alias=exp.to_identifier("app"))))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return call("REGEXP_CONTAINS", value, text(f"^({regex})$"))
