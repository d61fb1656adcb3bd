"""The texts of queries: as they were looked at, read back by sqlglot, and dependent on nothing else than they say."""

import inspect
import pickle
import re
import sys
from datetime import UTC, datetime
from time import monotonic

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import ConfigurationError, Settings, filters
from audience_dsl.sql import DIALECTS, Query, SqlError, exported, read_mapping, snowflake_share, to_sql
from tests.laws.strategies import NOW, assumptions, expressions, filters_of_any_kind
from tests.laws.strategies import _spelled as spelled
from tests.sql.golden import GOLDEN, query_of, written

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", written())
def test_golden(name: str) -> None:
    assert query_of(name) == (GOLDEN / name).read_text(encoding="utf-8"), "python -m tests.sql.golden"


def test_no_golden_file_is_left_over() -> None:
    assert sorted(each.name for each in GOLDEN.iterdir()) == written()


def _read_back(query: Query) -> None:
    """sqlglot reads the text, in its own dialect, and finds the parameters in it."""
    text = query.text
    if query.dialect == "snowflake":
        # Its driver's parameters are none of the dialect.
        text = re.sub(r"%\((\w+)\)s", r":\1", text)
    tree = sqlglot.parse_one(text, dialect=query.dialect)
    found = {each.name for each in tree.find_all(sqlglot.exp.Placeholder, sqlglot.exp.Parameter)}
    assert found == query.parameters.keys()
    assert not list(tree.find_all(sqlglot.exp.Command))


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, max_examples=60)
@given(expressions(leaves=5), assumptions())
def test_a_text_of_the_language_becomes_a_query(dialect: str, tree: object, given_settings: Settings) -> None:
    try:
        audience = audience_dsl.compile(spelled(tree), now=NOW, settings=given_settings)
    except audience_dsl.CompileError:
        return
    try:
        query = audience.to_sql(dialect=dialect, table=exported(), now=NOW)
    except SqlError as error:
        _names_a_clause(error)
        return
    _read_back(query)
    # The text depends on filter, settings and table alone.
    later, never = (audience.to_sql(dialect=dialect, table=exported(), now=now) for now in (LATER, None))
    assert query.text == later.text == never.text
    changed = {name for name, value in query.parameters.items() if later.parameters[name] != value}
    assert changed == query.parameters.keys() & {"now"}


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, max_examples=60)
@given(filters_of_any_kind())
def test_any_filter_becomes_a_query_or_an_error_that_names_a_clause(dialect: str, filter: filters.Filter) -> None:
    # The values of these filters need not fit their comparisons: such a filter is nobody's, and is made to fit here.
    filter = _fitting(filter)
    for table in (exported(), snowflake_share()):
        try:
            query = to_sql(filter, dialect=dialect, table=table, now=NOW)
        except SqlError as error:
            _names_a_clause(error)
        else:
            _read_back(query)


def _names_a_clause(error: SqlError) -> None:
    assert error.leaf is not None
    assert error.clause
    shown = audience_dsl.diagnostics.visible(audience_dsl.diagnostics.quoted(error.clause))
    assert shown in error.message, error.message


_VALUES: dict[str, filters.Value] = {
    "string": "x",
    "number": 1.5,
    "boolean": True,
    "time": "2026-01-01T00:00:00+0000",
    "days": 3,
    "list": ("x", "y"),
}


def _fitting(filter: filters.Filter) -> filters.Filter:
    if isinstance(filter, (filters.And, filters.Or)):
        return type(filter)(tuple(_fitting(each) for each in filter.operands))
    if not isinstance(filter, filters.CustomAttribute):
        return filter
    comparison, value = filter.comparison, filter.value
    if comparison in ("exists", "does_not_exist"):
        return filters.CustomAttribute(filter.name, comparison)
    if comparison in ("equals", "not_equal"):
        kind = "string" if value is None or isinstance(value, tuple) else ""
    elif comparison in ("before", "after"):
        kind = "time"
    elif "days" in comparison:
        kind = "days"
    elif comparison in ("is_any_of", "is_none_of"):
        kind = "" if isinstance(value, tuple) else "list"
    elif "than" in comparison:
        kind = "" if type(value) in (int, float) else "number"
    else:
        kind = "" if isinstance(value, str) else "string"
    return filters.CustomAttribute(filter.name, comparison, _VALUES[kind] if kind else value)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
@settings(deadline=None, max_examples=60)
def test_a_name_is_never_more_than_a_name(dialect: str, name: str) -> None:
    try:
        query = to_sql(filters.CustomAttribute(name, "exists"), dialect=dialect, table=exported())
    except SqlError as error:
        assert dialect == "postgres"
        assert "\0" in name
        _names_a_clause(error)
        return
    tree = sqlglot.parse_one(query.text, dialect=dialect)
    plain = to_sql(filters.CustomAttribute("x", "exists"), dialect=dialect, table=exported())
    assert [type(each) for each in tree.walk()] == [
        type(each) for each in sqlglot.parse_one(plain.text, dialect=dialect).walk()
    ]


def _nested(depth: int) -> filters.Filter:
    filter: filters.Filter = filters.CustomAttribute("inmost", "equals", "x")
    for at in range(depth):
        joined = filters.And if at % 2 else filters.Or
        filter = joined((filters.CustomAttribute(f"a{at % 5}", "equals", "x"), filter))
    return filter


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_nested_to_the_limit(dialect: str) -> None:
    limit = sys.getrecursionlimit()
    try:
        # As in a program that has called a few hundred functions by then.
        sys.setrecursionlimit(_depth() + 600)
        query = to_sql(_nested(64), dialect=dialect)
    finally:
        sys.setrecursionlimit(limit)
    assert len(query.parameters) == 65


def test_what_is_nested_deeper_than_can_be_written() -> None:
    with pytest.raises(SqlError) as refused:
        to_sql(_nested(5_000), dialect="duckdb")
    assert refused.value.message == (
        '`inmost == "x"` stands in 5,000 groups within each other, and SQL is written for fewer'
    )


def _depth() -> int:
    return len(inspect.stack(0))


@pytest.mark.parametrize("names", [1, 1_000])
def test_ten_thousand_clauses_are_no_burden(names: int) -> None:
    leaves = tuple(filters.CustomAttribute(f"a{at % names}", "equals", f"x{at}") for at in range(10_000))
    started = monotonic()
    query = to_sql(filters.Or(leaves), dialect="duckdb")
    assert len(query.parameters) == 10_000
    # Ten times what it takes, for a busy machine.
    assert monotonic() - started < 60


def test_attributes_that_differ_in_little_have_columns_of_their_own() -> None:
    names = ["a b", "a_b", "A_B", "a-b", "id", "now", "item", "x" * 80, "x" * 90, "é", "😀", ""]
    filter = filters.And(tuple(filters.CustomAttribute(name, "equals", "x") for name in names))
    text = to_sql(filter, dialect="postgres").text
    aliases = re.findall(r'END AS "(\w+)"', text)
    assert len(aliases) == len({alias.lower() for alias in aliases}) == len(names)


def test_literals_with_backslashes() -> None:
    filter = filters.CustomAttribute("a\\' OR 1=1 --", "equals", "b\\'")
    spelled_as = {
        "duckdb": "'/a\\'' OR 1=1 --'",
        "postgres": "'a\\'' OR 1=1 --'",
        "snowflake": "'a\\\\\\' OR 1=1 --'",
        "bigquery": "'a\\\\\\' OR 1=1 --'",
        "spark": "'a\\\\\\' OR 1=1 --'",
        "databricks": "'a\\\\\\' OR 1=1 --'",
    }
    for dialect in DIALECTS:
        query = to_sql(filter, dialect=dialect, table=exported())
        assert spelled_as[dialect] in query.text, dialect
        assert query.parameters == {"p1": "b\\'"}


def test_the_errors_of_dialects_and_tables() -> None:
    with pytest.raises(ConfigurationError) as no_dialect:
        audience_dsl.compile("a exists").to_sql(dialect="mysql")
    assert "`duckdb`" in (no_dialect.value.help or "")
    with pytest.raises(ConfigurationError) as no_table:
        exported("a b")
    assert no_table.value.message == "the table is called `a b`, and it is no name of a table"
    with pytest.raises(ConfigurationError):
        audience_dsl.compile("a less than 1 day ago").to_sql(dialect="duckdb", now=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "dialect", "said"),
    [
        ("push is opted_in", "snowflake", "Braze's data share on Snowflake has no column for the state of push"),
        ("email is opted_in", "snowflake", "no column for the state of email"),
        ("last_used_app before 2026-01-01T00:00:00Z", "snowflake", "no column for the last use of an app"),
        ("a matches /x(?=y)/", "duckdb", "a lookahead cannot be said in RE2"),
        ("a matches /x(?=y)/", "bigquery", "a lookahead cannot be said in RE2"),
        ("a matches /x(?=y)/", "snowflake", "a lookahead cannot be said in Snowflake"),
        (r"a matches /(x)\1/", "spark", "a backreference cannot be said in Java"),
        ('a == "\\u0000"', "postgres", "Postgres has no text with the character U+0000"),
        ('a in ["x", "\\u0000"]', "postgres", "Postgres has no text with the character U+0000"),
        ("b is true and `x` exists", "duckdb", "nothing tells the type of the column for `x`"),
        ('y in ["x"]', "duckdb", "nothing tells whether the column for `y` holds text or arrays"),
        ('n == "x"', "duckdb", "the column for `n` holds numbers"),
        ("z exists", "duckdb", "the mapping `m.toml` has no column for `z`"),
        ('s == "x"', "snowflake", "Snowflake has no columns of structs"),
    ],
)
def test_what_is_refused(text: str, dialect: str, said: str) -> None:
    mapping = """
        table = "t"
        id = "id"
        [attributes]
        x = "x"
        y = "y"
        s = "s.field"
        b = "b"
        n = { column = "n", type = "number" }
    """
    mapped = said.startswith(("nothing", "the column", "the mapping", "Snowflake has no columns"))
    audience = audience_dsl.compile(text, filename="f.audience")
    with pytest.raises(SqlError) as refused:
        audience.to_sql(dialect=dialect, table=read_mapping(mapping, "m.toml") if mapped else None)
    error = refused.value
    assert said in error.message
    assert error.help
    _names_a_clause(error)
    assert pickle.loads(pickle.dumps(error)).args == error.args


def test_an_error_has_the_place_of_its_clause() -> None:
    audience = audience_dsl.compile(r"a exists and not (b matches /(x)\1/)", filename="f.audience")
    with pytest.raises(SqlError) as refused:
        audience.to_sql(dialect="duckdb")
    assert refused.value.clause == r"not (b matches /(x)\1/)"
    assert refused.value.leaf is not None
    assert refused.value.leaf.origin.span.start == 18  # type: ignore[attr-defined]
