"""The judge on Postgres: the filter as SQL, over a table of the batch in the exported shape.

The server is embedded (pgserver): it starts with the first question, in a directory of its own.
"""

import atexit
import shutil
import tempfile
import warnings
from importlib import import_module
from typing import Any

from audience_dsl import AudienceError
from audience_dsl.sql import to_sql
from tests.differential.duck import exported
from tests.differential.judges import People, Question, Refused, Verdict

__all__ = ["by_postgres", "close", "database"]

# Typed loosely: neither package has to be installed.
_directory = ""
_server: Any = None
_connection: Any = None


def by_postgres(question: Question, people: People) -> list[Verdict | None]:
    """`audience_dsl.sql` on Postgres. None on profiles that `jsonb` cannot hold, or that cannot be read."""
    try:
        query = to_sql(question.filter, dialect="postgres", settings=question.settings, now=question.now)
    except AudienceError as error:
        raise Refused(getattr(error, "code", "error")) from error
    rows = [None if row is None or "\\u0000" in row else row for row in exported(people)]
    _fill([row for row in rows if row is not None])
    selected = {int(each) for (each,) in database().execute(query.text, query.parameters).fetchall()}
    return [None if row is None else at in selected for at, row in enumerate(rows)]


def database() -> Any:
    """A connection to the embedded server. Raises ImportError where a package is missing."""
    global _directory, _server, _connection
    if _connection is None:
        with warnings.catch_warnings():
            # About a directory that a container may not have.
            warnings.simplefilter("ignore")
            start: Any = import_module("pgserver").get_server
        connect: Any = import_module("psycopg").connect
        _directory = tempfile.mkdtemp(prefix="audience-postgres-")
        _server = start(f"{_directory}/data", cleanup_mode="stop")
        _connection = connect(_server.get_uri(), autocommit=True)
        atexit.register(close)
        _connection.execute("SET synchronous_commit = off")
        _connection.execute("SET timezone = 'Asia/Ho_Chi_Minh'")
        _connection.execute(
            "CREATE TEMP TABLE profiles (external_id text, custom_attributes jsonb, push_subscribe text,"
            " email_subscribe text, apps jsonb)"
        )
    return _connection


def close() -> None:
    """Ends the server. At the end of a process by itself, but not in one of a pool."""
    global _server, _connection
    if _connection is not None:
        _connection.close()
        _server.cleanup()
        _server = _connection = None
        shutil.rmtree(_directory, ignore_errors=True)


def _fill(rows: list[str]) -> None:
    """Puts the rows into the table `profiles`, with the columns of an export."""
    database().execute("TRUNCATE profiles")
    database().execute(
        "INSERT INTO profiles SELECT row->>'external_id', nullif(row->'custom_attributes', 'null'),"
        " row->>'push_subscribe', row->>'email_subscribe', nullif(row->'apps', 'null')"
        " FROM unnest(%s::jsonb[]) AS row",
        [rows],
    )
