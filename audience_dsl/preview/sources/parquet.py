"""Parquet: exported profiles or flat ones, by the names of the columns, which have types of their own."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ...profiles import EXPORTED_FIELDS, FLAT_FIELDS
from ...sql.building import column
from ...sql.tables import Column
from .source import (
    NO_TIME,
    NOTHING,
    Source,
    app_times,
    instant_of_text,
    is_known,
    name,
    named,
    path_text,
    pattern,
    pointer,
)

__all__ = ["parquet_source"]

_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    *("UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
)


def parquet_source(connection: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str]) -> Source:
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [pattern(path)]).fetchall()
    types = {str(field): str(kind) for field, kind, *_ in described}
    exported = any(field in types for field in EXPORTED_FIELDS)
    values = {each: _attribute(each, types, exported) for each in names}
    there = {each: (expression, f"a{at}") for at, (each, (expression, kind)) in enumerate(values.items()) if kind}
    ids, push, email = ("external_id", "id"), "push", "email"
    if exported:
        ids, push, email = ("external_id", "braze_id"), "push_subscribe", "email_subscribe"
    query = f"""
        SELECT *, {is_known("push")} AND {is_known("email")} AND whole
            AND coalesce(used > {NO_TIME}, TRUE) AS readable, nullif(used, {NO_TIME}) AS last_used
        FROM (
            SELECT coalesce({", ".join(_cell(each, types) for each in ids)}) AS id, {_cell(push, types)} AS push,
                {_cell(email, types)} AS email, {_whole(types)} AS whole, {_used(types, exported)} AS used
                {named(there.values())}
            FROM (SELECT *{_apps(types, exported)} FROM read_parquet({path_text(path)}))
        )"""
    attributes = {each: Column(column(there[each][1]), values[each][1]) if each in there else NOTHING for each in names}
    return Source(query, attributes, lenient=True)


def _cell(field: str, types: dict[str, str]) -> str:
    return f"nullif({name(field)}::VARCHAR, '')" if field in types else "NULL::VARCHAR"


def _json(field: str, kind: str) -> str:
    """A column as JSON: a text that holds it, NULL where that is blank, or a struct, list or map."""
    if kind in ("VARCHAR", "JSON"):
        return f"TRY_CAST(nullif(trim({name(field)}::VARCHAR), '') AS JSON)"
    return f"to_json({name(field)})"


def _attribute(attribute: str, types: dict[str, str], exported: bool) -> tuple[str, str | None]:
    """An attribute as an expression, and the type that it has there; None where it is nowhere."""
    if exported:
        kind = types.get("custom_attributes")
        if kind is None:
            return "NULL", None
        # A struct or a map too, since JSON keeps apart what they hold.
        return f"json_extract({_json('custom_attributes', kind)}, {pointer(attribute)})", "json"
    if attribute not in types or attribute in FLAT_FIELDS:
        return "NULL", None
    field, kind = name(attribute), types[attribute]
    plain = kind.partition("(")[0]
    if plain in ("VARCHAR", "ENUM"):
        return f"{field}::VARCHAR", "string"
    if plain in _NUMBERS:
        return field, "number"
    if plain == "BOOLEAN":
        return field, "boolean"
    if plain == "DATE" or plain.startswith("TIMESTAMP"):
        return f"{field}::{'TIMESTAMP' if plain == 'DATE' else plain}", "time"
    if kind == "VARCHAR[]":
        return field, "array"
    if kind == "JSON" or kind.endswith("]") or plain in ("STRUCT", "MAP"):
        return f"to_json({field})", "json"
    return "NULL", None


def _whole(types: dict[str, str]) -> str:
    """Whether the text in `custom_attributes` is an object, or blank."""
    if types.get("custom_attributes") not in ("VARCHAR", "JSON"):
        return "TRUE"
    text = f"nullif(trim({name('custom_attributes')}::VARCHAR), '')"
    return f"({text} IS NULL OR coalesce(json_type(TRY_CAST({text} AS JSON)) IN ('OBJECT', 'NULL'), FALSE))"


def _apps(types: dict[str, str], exported: bool) -> str:
    return f", {_json('apps', types['apps'])} AS json_of_apps" if exported and "apps" in types else ""


def _used(types: dict[str, str], exported: bool) -> str:
    """The last use in microseconds since 1970, `NO_TIME` where something is there that is none."""
    field = "apps" if exported else "last_used_app"
    kind = types.get(field)
    if kind is None:
        return "NULL::BIGINT"
    if exported:
        broken = f"nullif(trim({name('apps')}::VARCHAR), '') IS NOT NULL AND json_of_apps IS NULL"
        times = app_times("json_of_apps")
        return f"CASE WHEN {broken} OR list_min({times}) = {NO_TIME} THEN {NO_TIME} ELSE list_max({times}) END"
    if kind == "VARCHAR":
        return f"CASE WHEN {name(field)} <> '' THEN coalesce({instant_of_text(field)}, {NO_TIME}) END"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"epoch_us({name(field)}::{'TIMESTAMP' if kind == 'DATE' else kind})"
    return f"CASE WHEN {name(field)} IS NOT NULL THEN {NO_TIME} END"
