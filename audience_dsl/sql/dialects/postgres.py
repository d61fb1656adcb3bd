"""How Postgres reads values."""

from collections.abc import Sequence

from sqlglot import exp

from ..building import call, cast, integer, text, when
from .dialect import LARGEST, Dialect

__all__ = ["Postgres"]

# What is less rounds to 0.
_LEAST = "2.4703282292062328E-324"


class Postgres(Dialect):
    name = "postgres"
    title = "Postgres"
    engine = "postgres"
    json_numbers = ("number",)

    def doubles_percent(self, *, parameters: bool) -> bool:  # noqa: ARG002
        return True

    def folded(self, name: str) -> str:
        return name.lower()

    def field(self, struct: exp.Expr, name: exp.Identifier) -> exp.Expr:
        # Without parentheses the column would be a table.
        return exp.Dot(this=exp.Paren(this=struct), expression=name)

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        return call("JSONB_EXTRACT_PATH", json, text(name))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("JSONB_TYPEOF", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        # The path to the value itself.
        return exp.JSONBExtractScalar(this=value, expression=text("{}"))

    def json_number(self, value: exp.Expr) -> exp.Expr:
        decimal = exp.Cast(this=value.copy(), to=exp.DataType.build("DECIMAL"))
        return when(self.is_json(value, "number"), self.number(decimal))

    def number(self, value: exp.Expr) -> exp.Expr:
        # A cast raises an error where a number would round to infinity or to 0, and ABS of the least whole number.
        def within(limit: str, comparison: type[exp.Binary]) -> exp.Expr:
            end = exp.Literal.number(limit)
            mirrored: exp.Expr = exp.Neg(this=end.copy())
            return exp.And(
                this=comparison(this=mirrored, expression=value.copy()),
                expression=comparison(this=value.copy(), expression=end),
            )

        double = exp.Cast(this=value.copy(), to=exp.DataType.build("DOUBLE"))
        return exp.Case(
            ifs=[
                exp.If(this=within(_LEAST, exp.LT), true=exp.Literal.number("0.0")),
                exp.If(this=within(LARGEST, exp.LTE), true=double),
            ]
        )

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("JSONB_ARRAY_LENGTH", value)

    def instant(self, value: exp.Expr) -> exp.Expr:
        seconds = exp.Extract(this=exp.Var(this="EPOCH"), expression=value)
        return cast(exp.Paren(this=exp.Mul(this=seconds, expression=integer(1_000_000))), "BIGINT")

    def time(self, value: exp.Expr) -> exp.Expr:
        return when(call("ISFINITE", value.copy()), self.instant(value))

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("CARDINALITY", value)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return exp.RegexpLike(this=value, expression=pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return exp.EQ(this=value, expression=exp.Any(this=exp.Paren(this=_text_array(listed))))

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        (listed,) = values
        if json:
            # The function of the operator `?|`, whose question mark some drivers take for a parameter.
            return call("JSONB_EXISTS_ANY", items, _text_array(listed))
        return exp.ArrayOverlaps(this=items, expression=_text_array(listed))

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        every = exp.Alias(this=call("JSONB_ARRAY_ELEMENTS", apps.copy()), alias=exp.to_identifier("app"))
        latest = exp.select(exp.Max(this=self.last_use_of(exp.column("app")))).from_(every)
        return when(self.is_json(apps, "array"), exp.Subquery(this=latest))

    def parse(self, value: exp.Expr) -> exp.Expr:
        return exp.Cast(this=value, to=exp.DataType.build("JSONB"))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return exp.RegexpLike(this=value, expression=text(f"^({regex})$"))


def _text_array(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("TEXT[]", dialect="postgres"))
