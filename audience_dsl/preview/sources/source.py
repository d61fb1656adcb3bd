"""What all sources are made of: a view, what its columns hold, and pieces of SQL."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlglot import exp

from ...braze import STATUSES
from ...sql.building import column
from ...sql.dialects import DIALECTS
from ...sql.instants import EXPORTED_TIME
from ...sql.tables import Column, Table

__all__ = [
    "LINE_AT_MOST",
    "NOTHING",
    "NO_LIMIT",
    "NO_TIME",
    "Source",
    "app_times",
    "instant_of_json",
    "instant_of_text",
    "is_known",
    "name",
    "named",
    "path_text",
    "pattern",
    "pointer",
    "text",
]

# Behind a query that others select from, a limit that no file reaches keeps the optimizer from writing its columns out
# again wherever they are used, which takes several times as long.
NO_LIMIT = 2**62
# Stands for a time of last use that is none: earlier than any.
NO_TIME = -(2**62)
# As long as the lines that the other reader takes, in bytes.
LINE_AT_MOST = 64 * 1024 * 1024
# Of an attribute that is nowhere in the file.
NOTHING = Column(exp.null(), "nothing")

_DUCK = DIALECTS["duckdb"]


class Source:
    """A view over one file, and the table that a translator reads.

    `doubtful` is the condition of rows that may be profiles without anything that is asked for, or lines that are no
    profiles. `rejects` says that rows which could not be read are in the table `reject_errors`.
    """

    __slots__ = ("doubtful", "rejects", "table", "view")

    def __init__(
        self,
        query: str,
        attributes: Mapping[str, Column],
        *,
        doubtful: str | None = None,
        rejects: bool = False,
        lenient: bool = False,
    ) -> None:
        self.view = f"CREATE OR REPLACE TEMP VIEW source AS {query}"
        self.table = Table(
            exp.to_table("source"),
            title="the file",
            id=column("id"),
            attributes=attributes,
            push=column("push"),
            email=column("email"),
            last_used=Column(column("last_used"), "microseconds"),
            lenient=lenient,
        )
        self.doubtful = doubtful
        self.rejects = rejects


# --- Texts of SQL ---


def name(of: str) -> str:
    """A column."""
    return '"' + of.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def named(values: Iterable[tuple[str, str]]) -> str:
    """Expressions with their aliases, behind other columns."""
    return "".join(f", {expression} AS {alias}" for expression, alias in values)


def pointer(key: str) -> str:
    """A JSON pointer (RFC 6901) to a key."""
    return text("/" + key.replace("~", "~0").replace("/", "~1"))


def pattern(path: Path) -> str:
    """The path without the patterns that DuckDB would see in it."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in str(path.absolute()))


def path_text(path: Path) -> str:
    return text(pattern(path))


def instant_of_text(column_name: str) -> str:
    """A column of text as microseconds since 1970, NULL where it is no time."""
    return _DUCK.instant_of_text(exp.column(column_name)).sql(dialect="duckdb")


def instant_of_json(column_name: str) -> str:
    """A column of JSON as microseconds since 1970, NULL where it is no text, or no time."""
    return _DUCK.instant_of_text(_DUCK.json_text(exp.column(column_name))).sql(dialect="duckdb")


def is_known(state: str) -> str:
    """Whether a text, which is NULL where it is blank, is a state of subscription."""
    return f"coalesce({state} IN ({', '.join(map(text, STATUSES))}), TRUE)"


def app_times(apps: str) -> str:
    """The times of last use, as a list, in JSON that should be an array of objects; `NO_TIME` for what is none."""
    used = f"json_extract_string({apps}, '$[*].last_used')"
    return f"""
        CASE
            WHEN {apps} IS NULL OR json_type({apps}) = 'NULL' THEN []
            WHEN json_type({apps}) <> 'ARRAY' THEN [{NO_TIME}]
            -- Each has the key, so each is an object, and holds a time in the form that exports write.
            WHEN len({used}) = json_array_length({apps}) AND list_bool_and(list_transform({used},
                LAMBDA app : coalesce(regexp_full_match(app, {text(EXPORTED_TIME)}), FALSE)))
                THEN list_transform({used}, LAMBDA app : coalesce(epoch_us(TRY_CAST(app AS TIMESTAMP)), {NO_TIME}))
            WHEN NOT coalesce(list_bool_and(list_transform(json_type({apps}, '$[*]'),
                LAMBDA app : app = 'OBJECT')), TRUE) THEN [{NO_TIME}]
            ELSE list_transform(json_extract({apps}, '$[*].last_used'),
                LAMBDA app : CASE WHEN json_type(app) <> 'NULL'
                    THEN coalesce({instant_of_json("app")}, {NO_TIME}) END)
        END"""
