"""Queries run for real, on DuckDB and on Postgres: random filters on random profiles, and columns with odd values."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import filters
from audience_dsl.regexes import RegexError, render
from audience_dsl.sql import read_mapping, to_sql
from tests.differential.__main__ import report
from tests.differential.comparing import compare
from tests.differential.duck import by_duckdb
from tests.differential.judges import Judge, by_evaluator
from tests.differential.postgres import by_postgres, database
from tests.differential.shrinking import shrunk
from tests.regexes.oracle import SUBJECTS, found, patterns

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Any:
    try:
        return database()
    except ImportError as error:
        pytest.skip(f"needs an embedded Postgres, and {error.name} is not installed")


def _agrees(name: str, judge: Judge, pairs: int) -> None:
    judges: dict[str, Judge] = {"evaluator": by_evaluator, name: judge}
    tally, differing = compare(pairs, 11, judges=judges, people=40)
    assert differing is None, report(shrunk(differing, judges), 11)
    # Few are left out: regexes that the engine cannot say, and profiles that cannot be read.
    assert tally.pairs[name] > pairs * 0.85
    assert tally.opposite_pairs[name] > pairs * 0.7


def test_duckdb_agrees_with_the_evaluator() -> None:
    _agrees("duckdb", by_duckdb, 3_000)


def test_postgres_agrees_with_the_evaluator(postgres: Any) -> None:
    _agrees("postgres", by_postgres, 5_000)


def test_regexes_find_on_postgres_what_pcre_finds(postgres: Any) -> None:
    @settings(max_examples=300, deadline=None)
    @given(patterns(), st.lists(SUBJECTS, min_size=1, max_size=8))
    def same(pattern: str, values: list[str]) -> None:
        try:
            rendered = render(pattern, "postgres")
        except RegexError:
            return
        rows = postgres.execute(
            "SELECT v ~ %s FROM unnest(%s::text[]) WITH ORDINALITY AS t (v, at) ORDER BY at", [rendered, values]
        ).fetchall()
        assert [row[0] for row in rows] == found(pattern, values)

    same()


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Any:
    """The name of an engine, and a function that runs statements on it."""
    if request.param == "postgres":
        connection = request.getfixturevalue("postgres")
        connection.execute("CREATE SCHEMA IF NOT EXISTS ours")
        yield "postgres", connection.execute
        connection.execute("DROP SCHEMA ours CASCADE")
        return
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA ours")
        yield "duckdb", connection.execute


Engine = tuple[str, Callable[..., Any]]
MAPPING = """
table = "ours.users"
id = "id"
[attributes]
a = { column = "v", type = "TYPE" }
"""


def _selected(engine: Engine, text: str, mapping: str = MAPPING) -> set[int]:
    dialect, execute = engine
    audience = audience_dsl.compile(text)
    query = audience.to_sql(dialect=dialect, table=read_mapping(mapping), now=NOW)
    return {each for (each,) in execute(query.text, query.parameters).fetchall()}


def _column(engine: Engine, value: str) -> None:
    engine[1](f"CREATE TABLE ours.users AS SELECT 1 AS id, {value} AS v")


_NUMBERS = [
    ("CAST('NaN' AS DOUBLE PRECISION)", None),
    ("CAST('Infinity' AS DOUBLE PRECISION)", None),
    ("CAST('-Infinity' AS DOUBLE PRECISION)", None),
    ("CAST(5e-324 AS DOUBLE PRECISION)", "+"),
    ("CAST(1.7976931348623157e308 AS DOUBLE PRECISION)", "+"),
    ("CAST(-1.7976931348623157e308 AS DOUBLE PRECISION)", "-"),
    ("CAST('NaN' AS REAL)", None),
    ("CAST(-2147483647 - 1 AS INTEGER)", "-"),
    ("CAST(-9223372036854775807 - 1 AS BIGINT)", "-"),
    ("CAST('-99999999999999999999999999999999999999' AS NUMERIC(38, 0))", "-"),
    ("CAST(0 AS NUMERIC(10, 2))", "0"),
    ("CAST(NULL AS INTEGER)", None),
]


def _sign(engine: Engine) -> str | None:
    mapping = MAPPING.replace("TYPE", "number")
    signs = [
        sign
        for sign, text in (("+", "a > 0"), ("-", "a exists and a < 0"), ("0", "a exists and a == 0"))
        if _selected(engine, text, mapping)
    ]
    assert bool(signs) is bool(_selected(engine, "a exists", mapping))
    assert len(signs) < 2
    return signs[0] if signs else None


@pytest.mark.parametrize(("value", "sign"), _NUMBERS)
def test_numbers_of_columns(engine: Engine, value: str, sign: str | None) -> None:
    _column(engine, value)
    assert _sign(engine) == sign


@pytest.mark.parametrize(
    ("value", "sign"), [("1e400", None), ("-1e400", None), ("1e-400", "0"), ("-1e-400", "0"), ("'NaN'", None)]
)
def test_numbers_of_postgres_that_are_no_doubles(postgres: Any, value: str, sign: str | None) -> None:
    postgres.execute("CREATE SCHEMA ours")
    try:
        engine = "postgres", postgres.execute
        _column(engine, f"CAST({value} AS NUMERIC)")
        assert _sign(engine) == sign
    finally:
        postgres.execute("DROP SCHEMA ours CASCADE")


@pytest.mark.parametrize(
    ("value", "there", "before"),
    [
        ("CAST('2026-03-15 11:59:59.999999' AS TIMESTAMP)", True, True),
        ("CAST('2026-03-15 12:00:00' AS TIMESTAMP)", True, False),
        ("CAST('2026-03-15 18:59:59.999999+07' AS TIMESTAMPTZ)", True, True),
        ("CAST('2026-03-15 19:00:00+07' AS TIMESTAMPTZ)", True, False),
        ("CAST('2026-03-15' AS DATE)", True, True),
        ("CAST('infinity' AS TIMESTAMP)", False, False),
        ("CAST('-infinity' AS TIMESTAMPTZ)", False, False),
        ("CAST(NULL AS TIMESTAMP)", False, False),
    ],
)
def test_times_of_columns(engine: Engine, value: str, there: bool, before: bool) -> None:
    _column(engine, value)
    mapping = MAPPING.replace("TYPE", "time")
    assert bool(_selected(engine, "a exists", mapping)) is there
    assert bool(_selected(engine, "a before 2026-03-15T12:00:00Z", mapping)) is before
    last = 'table = "ours.users"\nid = "id"\nlast_used_app = "v"'
    assert bool(_selected(engine, "last_used_app before 2026-03-15T12:00:00Z", last)) is before


@pytest.mark.parametrize(
    ("type", "value", "text", "selected"),
    [
        ("string", "''", "a exists", False),
        ("string", "'100%'", 'a == "100%"', True),
        ("string", "'2026-03-15T12:00:00Z'", "a after 2026-03-15T12:00:00Z", True),
        ("string", "'soon'", "a after 2026-03-15T12:00:00Z", False),
        ("string", "'x'", 'a in ["x", "y"]', True),
        ("boolean", "TRUE", "a is true", True),
        ("boolean", "CAST(NULL AS BOOLEAN)", "a is not true", True),
        ("array", "ARRAY['x', 'y']", 'a includes "y"', True),
        ("array", "ARRAY['x', NULL]", 'a includes "y"', False),
        ("array", "ARRAY['x', NULL]", 'a does not include "y"', True),
        ("array", "CAST(ARRAY[] AS TEXT[])", "a exists", False),
    ],
)
def test_other_columns(engine: Engine, type: str, value: str, text: str, selected: bool) -> None:
    _column(engine, value)
    assert bool(_selected(engine, text, MAPPING.replace("TYPE", type))) is selected


def test_names_that_are_odd(engine: Engine) -> None:
    dialect, execute = engine
    names = ["%s", "100%", "it's", 'a"b', "a\\b", "/a~1", "$p1", ":p1", "é'--", "a b", "\n", "0", ""]
    execute('CREATE TABLE ours.users (id INTEGER, "Odd %s ""name"" here" TEXT, v TEXT)')
    parameter = {"duckdb": "$v", "postgres": "%(v)s"}[dialect]
    value = {"v": json.dumps(dict.fromkeys(names, "x"))}
    execute(f"INSERT INTO ours.users SELECT 1, 'x', {parameter}", value)
    mapping = """
        table = "ours.users"
        id = "id"
        custom_attributes = { column = "v", text = true }
        [attributes]
        mapped = '"Odd %s ""name"" here"'
    """
    for name in [*names, "mapped"]:
        for leaf in (filters.CustomAttribute(name, "equals", "x"), filters.CustomAttribute(name, "matches_regex", "x")):
            query = to_sql(leaf, dialect=dialect, table=read_mapping(mapping))
            assert execute(query.text, query.parameters).fetchall() == [(1,)], (name, query.text)
    # Without any parameter, too.
    everything = to_sql(
        filters.And(tuple(filters.CustomAttribute(name, "exists") for name in names)),
        dialect=dialect,
        table=read_mapping(mapping),
    )
    assert everything.parameters == {}
    assert execute(everything.text, everything.parameters).fetchall() == [(1,)]


def test_fields_of_structs(engine: Engine) -> None:
    dialect, execute = engine
    if dialect == "postgres":
        execute("CREATE TYPE ours.account AS (plan TEXT)")
        execute("CREATE TABLE ours.users AS SELECT 1 AS id, CAST(ROW('gold') AS ours.account) AS v")
    else:
        execute("CREATE TABLE ours.users AS SELECT 1 AS id, {'plan': 'gold'} AS v")
    mapping = 'table = "ours.users"\nid = "id"\n[attributes]\nplan = "v.plan"'
    assert _selected(engine, 'plan == "gold"', mapping) == {1}
    assert _selected(engine, 'plan == "silver"', mapping) == set()


def test_paths_into_json(engine: Engine) -> None:
    json_type = {"duckdb": "JSON", "postgres": "JSONB"}[engine[0]]
    account = '{"account": {"a plan": "gold", "seats": 3}}'
    _column(engine, f"CAST('{account}' AS {json_type})")
    mapping = """
        table = "ours.users"
        id = "id"
        [attributes]
        plan = { column = "v", path = "$.account['a plan']" }
        seats = { column = "v", path = "$.account.seats" }
        nothing = { column = "v", path = "$.account.seats.more" }
    """
    assert _selected(engine, 'plan == "gold" and seats == 3 and nothing does not exist', mapping) == {1}


@pytest.mark.parametrize("table", ["users", "taken", "USERS"])
def test_tables_that_are_called_as_parts_of_the_query(engine: Engine, table: str) -> None:
    execute = engine[1]
    execute(f"CREATE TEMP TABLE {table} AS SELECT 1 AS id, 'x' AS v")
    try:
        for column in ('"v"', '{ column = "v", type = "string" }'):
            mapping = f'table = "{table}"\nid = "id"\n[attributes]\na = {column}'
            assert _selected(engine, 'a == "x"', mapping) == {1}
    finally:
        execute(f"DROP TABLE {table}")


def test_the_parameter_now(engine: Engine) -> None:
    _column(engine, "CAST('2026-03-14 12:00:00' AS TIMESTAMP)")
    mapping = MAPPING.replace("TYPE", "time")
    assert _selected(engine, "a less than 1 day ago", mapping) == {1}
    assert _selected(engine, "a more than 1 day ago", mapping) == set()
