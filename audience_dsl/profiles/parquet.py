"""Profiles in Parquet, read through DuckDB (extra `preview`)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..diagnostics import CODES, ConfigurationError, quoted, visible
from ..extras import needed
from .formats import Fault, decode_json
from .profile import Profile, ProfileError, profile_of

__all__ = ["read_parquet"]

_ROWS = 1_000
# Columns that warehouses keep as a text of JSON.
_NESTED = ("custom_attributes", "apps")


def read_parquet(path: Path) -> Iterator[Profile | Fault]:
    """The rows, exported profiles or flat ones by the names of the columns. Raises ConfigurationError."""
    with needed("preview", "Parquet"):
        import duckdb
    # Nothing is to be fetched from anywhere over a file.
    with duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 1}
    ) as connection:
        try:
            yield from _rows(connection, _literal(path))
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]
            message = f"{quoted(str(path))} cannot be read as Parquet: {said[:1].lower()}{said[1:]}"
            raise ConfigurationError(CODES["unreadable"], visible(message)) from None


def _rows(connection: Any, file: str) -> Iterator[Profile | Fault]:
    columns = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()
    chosen = ", ".join(_column(name, kind) for name, kind, *_ in columns)
    connection.execute(f"SELECT {chosen} FROM read_parquet(?)", [file])  # noqa: S608 - names are quoted
    names = [column[0] for column in columns]
    number = 0
    while rows := connection.fetchmany(_ROWS):
        for row in rows:
            number += 1
            try:
                yield profile_of(_decoded(dict(zip(names, row, strict=True))))
            except ProfileError as error:
                yield Fault(number, error.message, error.help)


def _column(name: str, kind: str) -> str:
    quoted_name = '"' + name.replace('"', '""') + '"'
    # Python would need another package for a time with a zone; without one it is in UTC.
    return f"make_timestamp(epoch_us({quoted_name}))" if kind == "TIMESTAMP WITH TIME ZONE" else quoted_name


def _decoded(row: dict[str, Any]) -> dict[str, Any]:
    for name in _NESTED:
        value = row.get(name)
        if isinstance(value, str):
            row[name] = decode_json(value) if value.strip() else None
    return row


def _literal(path: Path) -> str:
    """The path without the patterns that DuckDB would see in it."""
    text = os.path.abspath(path)  # noqa: PTH100 - a link stays as it is
    return "".join(f"[{each}]" if each in "*?[" else each for each in text)
