"""`audience check`: every finding of every file in one run, fixes, and what may be left out."""

import json
from pathlib import Path

import pytest

from .support import files, run


def concise(*arguments: object, stdin: str = "") -> list[str]:
    """The findings, one to a line, without their messages."""
    done = run("check", *arguments, "--output-format", "concise", stdin=stdin)
    return [" ".join(line.split(" ")[:2]) for line in done.out.splitlines()]


def test_all_findings_of_all_files(here: Path) -> None:
    files(
        here,
        {
            "a.audience": 'audience a = plan = "x"\naudience b = n < 18 and nothing\n',
            "deep/b.audience": "push is opted_inn\n",
            "c.audience": b"\xff",
            "good.audience": 'plan == "gold"\n',
        },
    )
    assert concise() == [
        "a.audience:1:19: error[AUD006]",
        "a.audience:2:14: warning[AUD310]",
        "a.audience:2:25: error[AUD101]",
        "c.audience:1:1: error[AUD805]",
        "deep/b.audience:1:9: error[AUD207]",
    ]


def test_what_lowering_finds_is_found_without_values(here: Path) -> None:
    files(
        here,
        {
            "a.audience": "param $d: days\naudience a = not last_used_app less than $d days ago\n",
            "b.audience": "let x = not last_used_app after 2026-01-01T00:00:00Z\naudience b = x\n",
            "c.audience": "param $lo: number\nparam $hi: number\naudience c = n between $lo and $hi\n",
            "d.audience": "last_used_app less than 30 days ago",
            "e.audience": "a in $list and n in $numbers and t after $since and s matches $regex",
        },
    )
    assert concise() == ["a.audience:2:18: error[AUD301]", "b.audience:1:13: error[AUD301]"]


def test_one_mistake_is_reported_once_however_often_it_is_used(here: Path) -> None:
    files(
        here,
        {
            "shared.audience": "let old = t after 2026-13-01\n",
            "a.audience": 'use old from "shared.audience"\naudience a = old\n',
            "b.audience": 'use old from "shared.audience"\naudience b = old\n',
        },
    )
    assert concise() == ["shared.audience:1:19: error[AUD009]"]


def test_a_warning_fails_only_where_it_is_asked_to(here: Path) -> None:
    files(here, {"a.audience": "n < 18"})
    assert run("check").code == 0
    assert run("check", "--fail-level", "warning").code == 1
    files(here, {"audience.toml": 'fail-level = "warning"'})
    assert run("check").code == 1
    assert run("check", "--fail-level", "never").code == 0


def test_selection(here: Path) -> None:
    files(here, {"a.audience": 'n < 18 and a == "x" or b == "y"'})
    both = ["a.audience:1:1: warning[AUD310]", "a.audience:1:1: warning[AUD016]"]
    assert sorted(concise()) == sorted(both)
    assert concise("--ignore", "missing-value") == both[1:]
    assert concise("--select", "AUD310,AUD316") == both[:1]
    files(here, {"audience.toml": 'ignore = ["AUD0"]'})
    assert concise() == both[:1]
    done = run("check", "--ignore", "AUD31O")
    assert done.code == 2
    assert "did you mean" in done.err
    files(here, {"audience.toml": 'ignore = ["missing-valeu"]'})
    done = run("check")
    assert done.code == 2
    assert "audience.toml:1:" in done.err


def test_ignores_in_the_text(here: Path) -> None:
    files(here, {"a.audience": "n < 18 # audience: ignore missing-value\n"})
    assert concise() == []
    files(here, {"a.audience": "n > 18 # audience: ignore missing-value\n"})
    assert concise() == ["a.audience:1:27: warning[AUD330]"]


# --- Fixes ---


def test_fixes(here: Path) -> None:
    files(here, {"a.audience": 'plan = "x" and n < 18 # kept\r\n', "b.audience": 'plan == "x"\n'})
    done = run("check", "--diff")
    assert done.code == 1
    assert '+plan == "x" and n < 18 # kept' in done.out
    assert (here / "a.audience").read_bytes() == b'plan = "x" and n < 18 # kept\r\n'
    done = run("check", "--fix")
    assert done.code == 0
    assert "1 fixed, in 1 file" in done.err
    assert (here / "a.audience").read_bytes() == b'plan == "x" and n < 18 # kept\r\n'
    done = run("check", "--fix", "--unsafe-fixes")
    assert "n exists and n < 18" in (here / "a.audience").read_text()
    assert concise() == []


def test_fixes_of_stdin_are_shown() -> None:
    done = run("check", "-", "--diff", "--stdin-filename", "x.audience", stdin='plan = "x"')
    assert '+plan == "x"' in done.out
    assert done.code == 1


# --- A baseline ---


def test_a_baseline(here: Path) -> None:
    files(here, {"a.audience": "audience a = n < 18\n"})
    assert run("check", "--baseline", "known.json", "--write-baseline").code == 0
    assert concise("--baseline", "known.json") == []
    # Known findings stay known when lines move, and new ones are new.
    files(
        here,
        {"a.audience": "audience z = m < 18\n\n\naudience a = n < 18\n", "audience.toml": 'baseline = "known.json"'},
    )
    assert concise() == ["a.audience:1:14: warning[AUD310]"]
    files(here, {"a.audience": "audience a = n > 18\n"})
    assert concise() == ["known.json note[AUD813]"] or concise() == ["known.json: note[AUD813]"]
    # What was not looked at is not gone.
    files(here, {"b.audience": "m > 18\n"})
    assert concise("b.audience") == []


def test_a_baseline_is_the_same_from_wherever_the_command_runs(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(
        here,
        {
            "audience.toml": 'baseline = "known.json"',
            "old/a.audience": 'use both from "../shared.audience"\naudience a = both or n < 18\n',
            "shared.audience": "let both = x is true or y is true and z is true\n",
        },
    )
    assert run("check", ".", "--write-baseline").code == 0
    known = json.loads((here / "known.json").read_text("utf-8"))["findings"]
    assert [(each["file"], each["code"]) for each in known] == [
        ("old/a.audience", "AUD310"),
        ("shared.audience", "AUD016"),
    ]
    assert concise(".") == []
    monkeypatch.chdir(here / "old")
    assert concise("a.audience") == []
    assert concise("..") == []
    monkeypatch.chdir("/")
    assert concise(str(here)) == []
    # Of what is mended it is told from there too.
    files(here, {"old/a.audience": "audience a = n > 18\n"})
    assert [line.rpartition(" ")[2] for line in concise(str(here / "old"))] == ["note[AUD813]"]


def test_errors_are_in_no_baseline(here: Path) -> None:
    files(here, {"a.audience": "n ="})
    run("check", "--baseline", "known.json", "--write-baseline")
    assert run("check", "--baseline", "known.json").code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--unsafe-fixes",), "add `--fix` or `--diff`"),
        (("--fix", "--diff"), "both given"),
        (("--write-baseline",), "no file to write to"),
        (("--baseline", "none.json"), "no baseline `none.json`"),
        (("--write-baseline", "--fix"), "fix first"),
        (("-", "--fix"), "cannot write to stdin"),
        (("none.audience",), "none.audience"),
        (("--fail-level", "fatal"), "fail-level"),
    ],
)
def test_usage(here: Path, arguments: tuple[str, ...], message: str) -> None:
    files(here, {"a.audience": "n > 18"})
    done = run("check", *arguments)
    assert done.code == 2
    assert message in done.err


def test_a_baseline_that_is_none(here: Path) -> None:
    files(here, {"a.audience": "n > 18", "known.json": "{"})
    done = run("check", "--baseline", "known.json")
    assert done.code == 2
    assert "known.json" in done.err


def test_nothing_to_check() -> None:
    done = run("check")
    assert done.code == 2
    assert "no `.audience` file" in done.err


def test_what_was_looked_at_where_nothing_is_wrong(here: Path) -> None:
    files(here, {"a.audience": "n > 18", "b.audience": "m > 18"})
    done = run("check")
    assert (done.code, done.out, done.err) == (0, "", "2 files checked, nothing found\n")
    assert run("check", "a.audience").err == "1 file checked, nothing found\n"
    assert run("check", "--output-format", "concise").err == ""
    files(here, {"a.audience": "n < 18"})
    run("check", "--write-baseline", "--baseline", "known.json")
    assert run("check", "--baseline", "known.json").err == "2 files checked, nothing new\n"


def test_json_is_a_document_for_no_findings(here: Path) -> None:
    files(here, {"a.audience": "n > 18"})
    done = run("check", "--output-format", "json")
    assert done.code == 0
    assert json.loads(done.out)["findings"] == []


@pytest.mark.parametrize(("level", "failures"), [("error", 0), ("warning", 1), ("never", 0)])
def test_a_report_of_tests_fails_where_the_run_does(here: Path, level: str, failures: int) -> None:
    files(here, {"a.audience": "n < 18\n"})
    by_option = run("check", "--output-format", "junit", "--fail-level", level)
    files(here, {"audience.toml": f'fail-level = "{level}"\n'})
    for done in (by_option, run("check", "--output-format", "junit"), run("ci", "--output-format", "junit")):
        assert done.code == failures
        assert f'failures="{failures}"' in done.out.splitlines()[1]


def test_a_file_has_one_name_wherever_it_is_found(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(
        here,
        {
            "audience.toml": "",
            "shared/c.audience": "let x = y after 2026-13-01\n",
            "inner/a.audience": 'use x from "../shared/c.audience"\naudience a = x\n',
        },
    )
    monkeypatch.chdir(here / "inner")
    for argument in (str(here), ".."):
        assert [each.rsplit("/", 1)[1] for each in concise(argument)] == ["c.audience:1:17: error[AUD009]"]


def test_what_a_fix_mends_is_not_reported_through_others(here: Path) -> None:
    files(
        here,
        {
            "z.audience": 'let x = plan = "gold"\n',
            "a.audience": 'use x from "z.audience"\n\naudience a = x\n',
        },
    )
    assert concise() == ["z.audience:1:14: error[AUD006]"]
    assert concise("--fix") == []
