"""`audience sql`: the query to stdout, and every way in which there is none."""

import json
import re
import sys
from pathlib import Path
from unittest import mock

import duckdb
import pytest
import sqlglot

from tests.cli.support import files, run

AUDIENCE = """\
param $days: number = 2
let reachable = push is opted_in
audience lapsed = reachable and last_purchase more than $days days ago
audience blue = eye_color == "blue" and discount == "100%"
"""
MAPPING = """\
table = "analytics.users"
id = "USER_ID"
push = "PUSH"
[attributes]
last_purchase = { column = "LAST_PURCHASE", type = "time" }
"""


@pytest.fixture(autouse=True)
def written(here: Path) -> None:
    files(here, {"a.audience": AUDIENCE, "m.toml": MAPPING})


def test_the_query_and_its_parameters() -> None:
    done = run("sql", "a.audience", "--name", "blue", "--dialect", "duckdb")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("WITH taken AS (\n")
    assert done.out.endswith('WHERE\n  "eye_color" = $p1 AND "discount" = $p2\n-- p1 = "blue"\n-- p2 = "100%"\n')


def test_all_of_the_text_is_sql() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE profiles AS SELECT '1' AS external_id, $attributes::JSON AS custom_attributes,"
            " 'opted_in' AS push_subscribe, NULL::VARCHAR AS email_subscribe, NULL::JSON AS apps",
            {"attributes": json.dumps({"a": "b\nSELECT 1"})},
        )
        done = run("sql", "-", "--dialect", "duckdb", stdin='a == "b\\nSELECT 1" and push is opted_in')
        assert connection.execute(done.out, {"p1": "b\nSELECT 1", "p2": "opted_in"}).fetchall() == [("1",)]
    for dialect in ("bigquery", "databricks", "postgres", "spark"):
        done = run("sql", "-", "--dialect", dialect, stdin='a == "\\u2028\\u0085;--%(p9)s" and b less than 1 day ago')
        assert len(sqlglot.parse(done.out, dialect=dialect)) == 1
        assert all(line.startswith("-- ") for line in done.out.splitlines()[-3:])


def test_a_percent_in_a_comment_is_no_parameter() -> None:
    done = run("sql", "a.audience", "--name", "blue", "--dialect", "postgres")
    comments = [line for line in done.out.splitlines() if line.startswith("--")]
    assert comments == ['-- p1 = "blue"', '-- p2 = "100\\u0025"']
    assert json.loads(comments[1].partition(" = ")[2]) == "100%"


def test_json() -> None:
    arguments = ("sql", "a.audience", "--name", "lapsed", "--dialect", "snowflake", "--mapping", "m.toml")
    done = run(*arguments, "--now", "2026-03-01T00:00:00Z", "--output-format", "json", "--param", "days=7")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert list(found) == ["dialect", "sql", "parameters"]
    assert found["dialect"] == "snowflake"
    assert 'FROM "ANALYTICS"."USERS"' in found["sql"]
    assert found["parameters"] == {"p1": "opted_in", "now": 1772323200000000, "p2": 7}


def test_now_is_said() -> None:
    arguments = ("sql", "a.audience", "--name", "lapsed", "--dialect", "postgres")
    done = run(*arguments, "--now", "2026-03-01T00:00:00+07:00")
    assert "-- now = 1772298000000000 (microseconds since 1970: 2026-03-01T00:00:00+07:00, from --now)\n" in done.out
    by_clock = run(*arguments)
    assert re.search(r"^-- now = \d{16} \(.*, from the clock of this machine\)$", by_clock.out, re.MULTILINE)
    assert done.out.partition("--")[0] == by_clock.out.partition("--")[0]


def test_the_table() -> None:
    done = run("sql", "a.audience", "--name", "blue", "--dialect", "snowflake", "--table", "crm.profiles")
    assert 'FROM "CRM"."PROFILES"' in done.out
    done = run("sql", "a.audience", "--name", "blue", "--dialect", "snowflake")
    assert 'FROM "USER_LATEST_STATE_CUSTOM_ATTRIBUTE_VIEW_SHARED"' in done.out
    arguments = ("--mapping", "m.toml", "--table", "other")
    done = run("sql", "a.audience", "--name", "lapsed", "--dialect", "duckdb", *arguments)
    assert 'FROM "other"' in done.out


def test_what_cannot_be_said_is_shown_at_its_clause() -> None:
    done = run("sql", "a.audience", "--name", "lapsed", "--dialect", "snowflake")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "error[AUD904]: Braze's data share on Snowflake has no column for the state of push, which"
        " `push is opted_in` asks for\n"
        "  --> a.audience:2:17\n"
        "   |\n"
        " 2 | let reachable = push is opted_in\n"
        "   |                 ^^^^^^^^^^^^^^^^\n"
        "   = help: map it to a column, or use an export of the profiles, which has it\n"
        "\n1 error\n"
    )


def test_warnings_go_to_stderr() -> None:
    done = run("sql", "-", "--dialect", "duckdb", stdin="a exists or b exists and c exists")
    assert done.code == 0
    assert "warning[AUD016]" in done.err
    assert "warning" not in done.out


def test_a_mapping_with_mistakes(here: Path) -> None:
    files(here, {"m.toml": 'table = "x"\n[attributes]\na = 3\n', "a.audience": 'a = "x"'})
    done = run("sql", "a.audience", "--dialect", "duckdb", "--mapping", "m.toml")
    assert (done.code, done.out) == (1, "")
    # With what is wrong in the audience, in one run.
    assert sorted(re.findall(r"error\[(\w+)\]", done.err)) == ["AUD006", "AUD909", "AUD909"]
    assert "--> m.toml:3:1" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.audience"], "`--dialect` is missing"),
        (["a.audience", "--dialect", "mysql"], "`--dialect`: `mysql` is not one of"),
        (["--dialect", "duckdb"], "`FILE|-` is missing"),
        (["none.audience", "--dialect", "duckdb"], "there is no file `none.audience`"),
        (["a.audience", "--dialect", "duckdb", "--mapping", "none.toml"], "there is no file `none.toml`"),
        (["a.audience", "--dialect", "duckdb", "--table", "a b"], "the table is called `a b`, and it is no name"),
        (["a.audience", "--dialect", "duckdb", "--base-path", "none"], "`--base-path none` is no directory"),
        (["-", "--dialect", "duckdb", "--mapping", "-"], "`-` stands for the audience and for the mapping"),
    ],
)
def test_usage(arguments: list[str], message: str) -> None:
    done = run("sql", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}")


def test_several_audiences_need_a_name() -> None:
    done = run("sql", "a.audience", "--dialect", "duckdb")
    assert done.code == 1
    assert "error[AUD109]" in done.err


def test_without_the_extra() -> None:
    missing = {name: None for name in sys.modules if name.partition(".")[0] == "sqlglot"}
    ours = [name for name in sys.modules if name.startswith("audience_dsl.sql")]
    with mock.patch.dict(sys.modules, {**missing, "sqlglot": None}):
        for name in ours:
            del sys.modules[name]
        done = run("sql", "a.audience", "--dialect", "duckdb")
    assert (done.code, done.out) == (2, "")
    assert done.err == ("error: SQL needs sqlglot, which is not installed\n  help: pip install 'audience-dsl[sql]'\n")


def test_every_dialect_can_be_asked_for() -> None:
    from audience_dsl.cli.sql import command
    from audience_dsl.sql import DIALECTS

    (option,) = (each for each in command.params if each.name == "dialect")
    assert list(option.type.choices) == sorted(DIALECTS)  # type: ignore[attr-defined]
