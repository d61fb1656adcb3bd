"""The judge on DuckDB: the filter as SQL, over a table of the batch in the exported shape."""

import json
from typing import Any

import duckdb

from audience_dsl import AudienceError
from audience_dsl.sql import to_sql
from tests.differential.judges import People, Question, Refused, Verdict

__all__ = ["by_duckdb", "exported"]

_FLAT = {"push": "push_subscribe", "email": "email_subscribe"}
_connection: duckdb.DuckDBPyConnection | None = None


def by_duckdb(question: Question, people: People) -> list[Verdict | None]:
    """`audience_dsl.sql` on DuckDB. None on profiles that JSON cannot hold, or that cannot be read."""
    try:
        query = to_sql(question.filter, dialect="duckdb", settings=question.settings, now=question.now)
    except AudienceError as error:
        raise Refused(getattr(error, "code", "error")) from error
    rows = exported(people)
    _fill([row for row in rows if row is not None])
    selected = {int(each) for (each,) in _database().execute(query.text, query.parameters).fetchall()}
    return [None if row is None else at in selected for at, row in enumerate(rows)]


def exported(people: People) -> list[str | None]:
    """Every profile as a line of an export, whose id is its index; None where that cannot be written or read."""
    return [
        None if read is None else _line(raw, str(at))
        for at, (raw, read) in enumerate(zip(people.raw, people.read, strict=True))
    ]


def _database() -> duckdb.DuckDBPyConnection:
    global _connection
    if _connection is None:
        _connection = duckdb.connect(config={"threads": 1})
    return _connection


def _fill(rows: list[str]) -> None:
    """Puts the rows into the table `profiles`, with the columns of an export."""
    _database().execute(
        "CREATE OR REPLACE TEMP TABLE profiles AS SELECT row->>'external_id' AS external_id,"
        " nullif(row->'custom_attributes', 'null'::JSON) AS custom_attributes,"
        " row->>'push_subscribe' AS push_subscribe, row->>'email_subscribe' AS email_subscribe,"
        " nullif(row->'apps', 'null'::JSON) AS apps FROM (SELECT unnest($rows::VARCHAR[])::JSON AS row)",
        {"rows": rows},
    )


def _line(raw: dict[str, Any], external_id: str) -> str | None:
    profile = {**raw, "external_id": external_id}
    if "custom_attributes" not in profile:
        attributes = {key: value for key, value in raw.items() if key not in (*_FLAT, "external_id", "last_used_app")}
        profile = {"external_id": external_id, "custom_attributes": attributes}
        profile |= {field: raw[key] for key, field in _FLAT.items() if key in raw}
        profile["apps"] = [{"last_used": raw.get("last_used_app")}]
    try:
        text = json.dumps(profile, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError):
        return None
    return text
