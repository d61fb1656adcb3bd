"""The columns of a DataFrame, as what a translator reads."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from ..diagnostics import quoted
from ..extras import needed
from ..profiles import EXPORTED_FIELDS, FLAT_FIELDS
from ..sql import Column, JsonColumn, SqlError, Table
from ..sql.building import call, column, integer, text
from ..sql.dialects import DIALECTS

with needed("spark", "Spark"):
    from pyspark.sql import types

__all__ = ["check_columns", "check_users", "table_of"]

_SPARK = DIALECTS["spark"]
_DAY = 86_400_000_000


def table_of(schema: "types.StructType") -> Table:
    """A frame in the exported shape if it has one of the columns that only an export has, and a flat one otherwise."""
    fields = {field.name: field.dataType for field in schema.fields}
    exported = any(name in fields for name in EXPORTED_FIELDS)
    push, email = ("push_subscribe", "email_subscribe") if exported else ("push", "email")
    attributes: dict[str, Column] = {}
    rest = apps = last_used = None
    if exported:
        attributes, rest = _custom_attributes(fields)
        apps, last_used = _apps(fields)
    else:
        attributes = {name: _typed(column(name), kind) for name, kind in fields.items() if name not in FLAT_FIELDS}
        if "last_used_app" in fields:
            last_used = _typed(column("last_used_app"), fields["last_used_app"])
    return Table(
        exp.to_table("rows"),
        title="the frame",
        id=exp.null(),
        attributes=attributes,
        rest=rest,
        push=_state(push, fields),
        email=_state(email, fields),
        apps=apps,
        last_used=last_used,
    )


def _custom_attributes(fields: dict[str, "types.DataType"]) -> tuple[dict[str, Column], JsonColumn | None]:
    kind = fields.get("custom_attributes")
    whole = column("custom_attributes")
    if kind is None:
        return {}, None
    if isinstance(kind, (types.VariantType, types.StringType)):
        return {}, JsonColumn(whole, text=isinstance(kind, types.StringType))
    if isinstance(kind, types.StructType):
        return {field.name: _typed(_inside(whole, field.name), field.dataType) for field in kind}, None
    raise _refused("custom_attributes", kind, "make it a VARIANT, as `parse_json` does")


def _apps(fields: dict[str, "types.DataType"]) -> tuple[JsonColumn | None, Column | None]:
    kind = fields.get("apps")
    if kind is None:
        return None, None
    if isinstance(kind, (types.VariantType, types.StringType)):
        return JsonColumn(column("apps"), text=isinstance(kind, types.StringType)), None
    item = kind.elementType if isinstance(kind, types.ArrayType) else None
    if isinstance(item, types.StructType) and "last_used" in item.fieldNames():
        used = _typed(_inside(exp.column("app"), "last_used"), item["last_used"].dataType)
        readers: dict[str, Callable[[exp.Expr], exp.Expr]] = {
            "string": _SPARK.instant_of_text,
            "time": _SPARK.time,
            "microseconds": lambda value: value,
        }
        instant = readers.get(used.type or "")
        if instant is not None:
            each = exp.Lambda(this=instant(used.expression), expressions=[exp.to_identifier("app")])
            return None, Column(call("ARRAY_MAX", call("TRANSFORM", column("apps"), each)), "microseconds")
    raise _refused("apps", kind, "make it a VARIANT, as `parse_json` does")


def _typed(expression: exp.Expr, kind: "types.DataType") -> Column:
    if isinstance(kind, types.StringType):
        return Column(_plain(expression, kind), "string")
    if isinstance(kind, types.NumericType):
        return Column(expression, "number")
    if isinstance(kind, types.BooleanType):
        return Column(expression, "boolean")
    if isinstance(kind, types.TimestampType):
        return Column(expression, "time")
    # These have no zone, and are in UTC whatever the session's zone is.
    if isinstance(kind, types.TimestampNTZType):
        epoch = exp.Cast(
            this=exp.Literal.string("1970-01-01 00:00:00"), to=exp.DataType.build("TIMESTAMP_NTZ", dialect="spark")
        )
        return Column(call("TIMESTAMPDIFF", exp.Var(this="MICROSECOND"), epoch, expression), "microseconds")
    if isinstance(kind, types.DateType):
        days = call("UNIX_DATE", expression)
        return Column(exp.Mul(this=days, expression=integer(_DAY)), "microseconds")
    if isinstance(kind, types.ArrayType) and kind.elementType == types.StringType():
        return Column(expression, "array")
    if isinstance(kind, types.VariantType):
        return Column(expression, "json")
    # Refused only where a filter asks for it.
    return Column(expression, _name(kind))


def _state(name: str, fields: dict[str, "types.DataType"]) -> exp.Expr | None:
    kind = fields.get(name)
    return None if kind is None else _plain(column(name), kind)


def _plain(expression: exp.Expr, kind: "types.DataType") -> exp.Expr:
    """Text as it is: by other collations, texts are equal that differ."""
    binary = not isinstance(kind, types.StringType) or kind == types.StringType()
    return expression if binary else call("COLLATE", expression, text("UTF8_BINARY"))


def _inside(struct: exp.Expr, field: str) -> exp.Expr:
    return exp.Dot(this=struct, expression=exp.to_identifier(field, quoted=True))


def _name(kind: Any) -> str:
    return str(kind.simpleString())


def _refused(name: str, kind: "types.DataType", way: str) -> SqlError:
    return SqlError(f"the column {quoted(name)} of the frame has the type {quoted(_name(kind))}", way)


# --- What a filter asks for ---


def check_columns(values: Iterable[exp.Expr], schema: "types.StructType", *, letter_case: bool) -> None:
    """Raises SqlError for a column that Spark cannot find. `letter_case` says that it tells `Age` and `age` apart."""

    def known(name: str) -> str:
        return name if letter_case else name.lower()

    columns = Counter(map(known, schema.fieldNames()))
    structs = (field.dataType for field in schema if isinstance(field.dataType, types.StructType))
    twins = {name for each in structs for name, count in Counter(map(known, each.fieldNames())).items() if count > 1}
    for node in (node for value in values for node in value.find_all(exp.Column, exp.Dot)):
        name = node.name
        if columns[known(name)] > 1 if isinstance(node, exp.Column) else known(name) in twins:
            raise SqlError(f"the frame has two columns that Spark takes for {quoted(name)}", "rename one of them")
        if "${" in name:
            message = f"Spark puts a setting in place of `${{…}}` in the name of the column {quoted(name)}"
            raise SqlError(message, "rename the column")


def check_users(values: Iterable[exp.Expr], schema: "types.StructType") -> None:
    """Raises SqlError where a state of subscription is no text, or the last use no time."""
    kinds = {field.name: field.dataType for field in schema}
    names = {each.name for value in values for each in value.find_all(exp.Column)}
    for name in sorted(names & kinds.keys()):
        kind = kinds[name]
        if name in _STATES and not isinstance(kind, types.StringType):
            raise _refused(name, kind, "make it text: opted_in, subscribed or unsubscribed")
        if name == "last_used_app" and _typed(column(name), kind).type not in ("string", "time", "microseconds"):
            raise _refused(name, kind, "make it a TIMESTAMP, or text in ISO 8601")


_STATES = ("push_subscribe", "email_subscribe", "push", "email")
