"""`audience test`: what it runs, what it says, what it writes, and its exit codes."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import audience_dsl

from ..laws.strategies import NOW, expressions
from ..laws.test_meaning import spelled
from .support import Done, files, run

ADULT = "age >= 18 and push is opted_in"
GOOD = '[[case]]\nname = "grown"\nmatch = true\nprofile = { age = 18, push = "opted_in" }\n'
BAD = '[[case]]\nname = "a child"\nmatch = true\nprofile = { age = 3, push = "opted_in" }\n'
FAILED = """\
adult.test.toml  1 passed, 1 failed
  ✗ a child
      must match, and does not
        ✗ age >= 18         age is 3
        ✓ push is opted_in  push is opted_in
1 passed, 1 failed, in 1 file
"""


@pytest.fixture
def adult(here: Path) -> Path:
    files(here, {"adult.audience": ADULT, "adult.test.toml": GOOD})
    return here


@pytest.mark.parametrize("paths", [[], ["."], ["adult.audience"], ["adult.test.toml"], ["adult.audience", "."]])
def test_what_a_path_may_be(adult: Path, paths: list[str]) -> None:
    assert run("test", *paths) == (0, "adult.test.toml  1 passed\n1 passed, 0 failed, in 1 file\n", "")


def test_a_failure(adult: Path) -> None:
    files(adult, {"adult.test.toml": GOOD + BAD})
    assert run("test") == (1, FAILED, "")
    assert "  ✓ grown\n" in run("test", "-v").out
    assert run("test", "-k", "GROWN") == (0, "adult.test.toml  1 passed\n1 passed, 0 failed, in 1 file\n", "")


def test_folders_are_walked_and_hidden_ones_are_not(adult: Path) -> None:
    files(adult, {"b/x.audience": "a == 1", "b/x.test.csv": "match,a\nyes,1\n", ".h/y.test.toml": "broken"})
    assert run("test").out.splitlines() == [
        "adult.test.toml  1 passed",
        "b/x.test.csv  1 passed",
        "2 passed, 0 failed, in 2 files",
    ]


def test_a_group_inside_is_shown_inside(here: Path) -> None:
    files(
        here,
        {
            "x.audience": "a == 1 and (b == 1 or (c == 1 and d == 1)) and not (e > 3)\n"
            "and last_used_app after 2026-01-01",
            "x.test.toml": '[[case]]\nmatch = true\nprofile = { b = "1", last_used_app = "2026-02-01" }',
        },
    )
    assert (
        run("test").out
        == """\
x.test.toml  0 passed, 1 failed
  ✗ case 1
      must match, and does not
        ✗ a == 1                          a has no value
        at least one of:
          ✗ b == 1                        b is "1", a value of another type
          all of:
            ✗ c == 1                      c has no value
            ✗ d == 1                      d has no value
        ✓ not (e > 3)                     e has no value
        ✓ last_used_app after 2026-01-01  last_used_app is 2026-02-01T00:00:00Z
0 passed, 1 failed, in 1 file
"""
    )


def test_findings_end_with_1_and_the_others_are_run(adult: Path) -> None:
    files(adult, {"b.audience": "a == 1", "b.test.toml": "[[case]]\nmach = true\nprofile = {}\nnow = 3\n"})
    done = run("test")
    assert done.code == 1
    assert done.out.splitlines() == [
        "adult.test.toml  1 passed",
        "b.test.toml  2 findings, not run",
        "1 passed, 0 failed, in 2 files; 1 could not be run",
    ]
    assert "b.test.toml:2:1" in done.err
    assert "did you mean `match`?" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is no test file below the current folder"),
        (["lonely.audience"], "`lonely.audience` has no test file"),
        (["lonley.audience"], "there is no file `lonley.audience`"),
        (["gone.test.toml"], "there is no file `gone.test.toml`"),
        (["notes.txt"], "`notes.txt` is neither a test file nor an audience file"),
        (["--init"], "`--init` needs an audience file"),
        (["--init", "notes.txt"], "`notes.txt` is no audience file"),
        (["--init", "."], "`.` is no audience file"),
        (["--init", "gone.audience"], "there is no file `gone.audience`"),
        (["--init", "lonely.audience", "--coverage"], "`--init` runs nothing, so it has no report"),
        (["--init", "lets.audience"], "`lets.audience` defines no audience"),
        (["--init", "lonely.audience", "--now", "soon"], "`--now soon` is no instant"),
        (["--param", "a=1"], "`--param`, `--params` and `--now` are for `--init`"),
        (["--base-path", "gone"], "`--base-path gone` is no directory"),
        (["--output-format", "xml"], "`--output-format`"),
    ],
)
def test_usage(here: Path, arguments: list[str], message: str) -> None:
    files(here, {"lonely.audience": "a == 1", "notes.txt": "", "lets.audience": "let x = a == 1"})
    done = run("test", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert message in done.err


def test_no_case_of_that_name(adult: Path) -> None:
    done = run("test", "-k", "nobody")
    assert (done.code, done.out) == (2, "")
    assert "no case has `nobody` in its name" in done.err


def test_use_reads_in_the_project(here: Path) -> None:
    files(
        here,
        {
            "pyproject.toml": "",
            "shared.audience": "let grown = age >= 18",
            "deep/x.audience": 'use grown from "../shared.audience"\naudience x = grown',
            "deep/x.test.toml": "[[case]]\nmatch = true\nprofile.age = 18",
        },
    )
    assert run("test").code == 0
    assert run("test", "--base-path", "deep").code == 1


# --- Forms of the report ---


def test_json(adult: Path) -> None:
    files(adult, {"adult.test.toml": GOOD + BAD, "b.audience": "a ==", "b.test.toml": "[[case]]"})
    done = run("test", "--output-format", "json", "--coverage")
    report = json.loads(done.out)
    assert (done.code, report["passed"], report["failed"], report["not_run"]) == (1, 1, 1, 1)
    failure = report["files"][0]["cases"][1]["failures"][0]
    assert failure["clauses"][0] == {
        "text": "age >= 18",
        "place": "adult.audience:1:1",
        "selected": False,
        "reason": "failed",
        "attribute": "age",
        "value": 3,
    }
    assert {each["code"] for each in report["files"][1]["findings"]} == {"AUD001", "AUD906"}
    assert report["coverage"][0]["clauses"][1]["seen_false"] is False


def test_json_carries_any_value(here: Path) -> None:
    values = "a = nan, b = 07:00:00, c = 2026-01-01T00:00:00Z, d = { e = [inf] }"
    files(here, {"x.audience": "a == 1 and b == 1 and c == 1 and d == 1"})
    files(here, {"x.test.toml": f"[[case]]\nmatch = true\nprofile = {{ {values} }}"})
    report = json.loads(run("test", "--output-format", "json").out)
    clauses = report["files"][0]["cases"][0]["failures"][0]["clauses"]
    assert [each["value"] for each in clauses] == ["nan", "07:00:00", "2026-01-01 00:00:00+00:00", "…"]
    assert run("test").code == 1


def test_junit(adult: Path) -> None:
    files(adult, {"adult.test.toml": GOOD + BAD.replace("a child", "<a & \\u0000>"), "b.test.toml": ""})
    done = run("test", "--output-format", "junit")
    assert done.code == 1
    root = ET.fromstring(done.out)
    assert root.attrib == {"tests": "3", "failures": "1", "errors": "1"}
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["grown", "<a & \\x00>", "b.test.toml"]
    assert "age >= 18" in (root.findtext(".//failure") or "")


def test_colour_on_a_terminal_and_none_in_a_pipe(adult: Path) -> None:
    assert "\x1b" not in run("test", terminal=True).out
    assert "\x1b[32m1 passed" in run("test", env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in run("test", env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


# --- Coverage ---


def test_coverage(adult: Path) -> None:
    files(adult, {"b.audience": "a == 1", "lets.audience": "let x = a == 1"})
    expected = """\
adult.test.toml  1 passed

coverage
adult.audience  0 of 2 clauses seen both ways
  never false  adult.audience:1:1  age >= 18
  never false  adult.audience:1:15  push is opted_in
b.audience  no test file; write one with `audience test --init b.audience`

1 passed, 0 failed, in 1 file
"""
    assert run("test", "--coverage") == (0, expected, "")
    assert run("test", "--coverage-required") == (1, expected, "")


def test_two_files_cover_one_audience_together(adult: Path) -> None:
    files(adult, {"adult.test.csv": "match,age,push\nno,17,opted_in\nno,18,\n"})
    done = run("test", "--coverage-required")
    assert done.code == 0
    assert "adult.audience  2 of 2 clauses seen both ways" in done.out


def test_audiences_without_a_case_are_named(here: Path) -> None:
    files(here, {"m.audience": "audience one = a == 1\naudience two = b == 1"})
    files(here, {"m.test.csv": "audience,match,a\none,yes,1\none,no,2\n"})
    done = run("test", "--coverage-required")
    assert done.code == 1
    assert "1 of 2 clauses" in done.out
    assert "  never seen   m.audience:2:16  b == 1" in done.out
    assert "no case      for the audience `two`" in done.out


# --- The first test file ---


def test_init(here: Path) -> None:
    files(here, {"adult.audience": ADULT})
    done = run("test", "--init", "adult.audience")
    assert done == (0, "", "wrote adult.test.toml: 5 cases; check each `match` in it\n")
    text = (here / "adult.test.toml").read_text(encoding="utf-8")
    assert text.startswith("# Users at the edges of adult.audience")
    assert "Check every `match`" in text
    assert "now =" not in text
    assert run("test", "--coverage-required").code == 0
    again = run("test", "--init", "adult.audience")
    assert (again.code, again.out) == (2, "")
    assert "`adult.test.toml` is already there, and is not overwritten" in again.err
    assert (here / "adult.test.toml").read_text(encoding="utf-8") == text


def test_init_of_a_module_with_parameters_and_days(here: Path) -> None:
    text = """
param $city: string
param $days: days = 30
param $plans: list of string
let away = bought more than $days days ago
audience one = city == $city and away
audience two = away and plan in $plans and last_used_app less than 3 days ago
"""
    files(here, {"m.audience": text})
    done = run("test", "--init", "m.audience", "--param", "city=Huế")
    assert done.code == 1
    assert "the parameter `$plans` has no value" in done.err
    assert not (here / "m.test.toml").exists()
    given_values = ["--param", "city=Huế", "--param", 'plans=a"b', "--param", "plans=c", "--param", "days=7"]
    done = run("test", "--init", "m.audience", *given_values, "--now", "2026-11-01T16:00:00+07:00")
    assert done.code == 0
    written = (here / "m.test.toml").read_text(encoding="utf-8")
    assert "now = 2026-11-01T09:00:00Z" in written
    assert '[params]\ncity = "Huế"\nplans = ["a\\"b", "c"]\ndays = 7\n' in written
    assert run("test", "--coverage-required").code == 0


def test_init_refuses_a_parameter_that_nobody_has(here: Path) -> None:
    files(here, {"adult.audience": ADULT})
    done = run("test", "--init", "adult.audience", "--param", "x=1")
    assert done.code == 1
    assert "AUD402" in done.err


def test_init_writes_all_or_nothing(here: Path) -> None:
    files(here, {"a.audience": ADULT, "b.audience": "a ==", "c.audience": r"a matches /\p{Lu}/"})
    done = run("test", "--init", "a.audience", "b.audience", "c.audience")
    assert done.code == 1
    assert "AUD001" in done.err
    assert "AUD902" in done.err
    assert list(here.glob("*.toml")) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=expressions(leaves=5), named=st.booleans())
def test_what_init_writes_always_passes(here: Path, tree: object, named: bool) -> None:
    text = spelled(tree)
    try:
        audience_dsl.compile(text, now=NOW)
    except audience_dsl.CompileError:
        return
    (here / "x.test.toml").unlink(missing_ok=True)
    files(here, {"x.audience": f"audience x = {text}" if named else text})
    done: Done = run("test", "--init", "x.audience", "--now", NOW.isoformat())
    assert done.code == 0, done.err
    done = run("test")
    assert done.code == 0, done.out + done.err


def test_odd_names_and_values_come_back(here: Path) -> None:
    text = '`a "b"\\\\c` == "x\\u007f\\n\\\\" and `é 3` != "𝄞" and `email` == 1.5 and `apps` == 9007199254740991'
    files(here, {"x.audience": text})
    done = run("test", "--init", "x.audience")
    assert done.code == 0, done.err
    assert run("test", "--coverage-required").code == 0


def test_help_teaches() -> None:
    done = run("test", "--help")
    assert done.code == 0
    for words in ("NAME.test.toml", "[[case]]", "--init", "Exit codes", 'no_match = "the rest"'):
        assert words in done.out
