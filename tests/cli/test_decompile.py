"""`audience decompile`: what goes where, what is told, and what stops it."""

import json
from pathlib import Path

import pytest

from .support import files, run

PUSH = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}
OLD = {"custom_attribute": {"custom_attribute_name": "plan", "comparison": "does_not_equal", "value": "gold"}}
LIST = {"custom_attribute": {"custom_attribute_name": "tags", "comparison": "is_any_of", "value": ["x"]}}


# --- One file ---


def test_stdin_to_stdout() -> None:
    assert run("decompile", "-", stdin=json.dumps(PUSH)) == (0, "push is opted_in\n", "")
    assert run("decompile", "-", "-o", "-", stdin=json.dumps(PUSH)) == (0, "push is opted_in\n", "")
    body = {"campaign_id": "c", "broadcast": True, "audience": PUSH}
    assert run("decompile", "-", "--name", "warm", stdin=json.dumps(body)).out == "audience warm = push is opted_in\n"


def test_a_file_to_a_file_and_back(here: Path) -> None:
    files(here, {"a.json": "\ufeff" + json.dumps(PUSH, indent=2)})
    assert run("decompile", "a.json", "-o", "out/a.audience") == (0, "", "")
    assert (here / "out/a.audience").read_text() == "push is opted_in\n"
    assert json.loads(run("compile", "out/a.audience").out) == PUSH


def test_notes_are_told_at_their_place_and_stop_nothing(here: Path) -> None:
    files(here, {"a.json": json.dumps({"AND": [OLD]}, indent=1)})
    done = run("decompile", "a.json")
    assert (done.code, done.out) == (0, 'plan != "gold"\n')
    assert "note[AUD612]: the `AND` of one member is read as that member\n  --> a.json:1:1\n" in done.err
    assert "note[AUD613]: `does_not_equal` is from older pages" in done.err
    assert "  --> a.json:6:19 (/AND/0/custom_attribute/comparison)" in done.err
    assert done.err.endswith("\n2 notes\n")


def test_errors_stand_at_their_place_in_the_text(here: Path) -> None:
    clause = '{"custom_attribute": {"custom_attribute_name": "é😀", "vlaue": 1,\n"comparison": "equal"}}'
    text = f'{{\n\t"AND": [\r\n  {{"OR": []}},\n  {clause}]}}'
    files(here, {"a.json": text})
    done = run("decompile", "a.json", "-o", "a.audience")
    assert (done.code, done.out) == (1, "")
    places = [line.strip() for line in done.err.splitlines() if "-->" in line]
    assert places == [
        "--> a.json:3:4 (/AND/0/OR)",
        "--> a.json:4:56 (/AND/1/custom_attribute/vlaue)",
        "--> a.json:5:15 (/AND/1/custom_attribute/comparison)",
    ]
    assert not (here / "a.audience").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "error[AUD611]: this is no JSON"),
        ('{"AND": [(String) one of the comparisons]}', "<stdin>:1:10"),
        ('{"AND": [], "AND": []}', "error[AUD611]: the key `AND` stands twice in one object\n  --> <stdin>:1:13"),
        (" NaN", "error[AUD611]: `NaN` is not JSON\n  --> <stdin>:1:2"),
        ("[" * 100_000, "error[AUD611]: the JSON is nested too deep"),
        ("1" * 10_000, "error[AUD611]: the number has more digits than can be read"),
        ("[]", "error[AUD601]"),
        ("null", "error[AUD601]"),
        ('{"audience": null}', "error[AUD601]: an audience is made of objects, and this is null\n  --> <stdin>:1:14"),
        ('{"canvas_id": "x"}', "error[AUD610]: the body has no `audience`\n  --> <stdin>:1:1\n"),
    ],
)
def test_what_is_no_audience(text: str, words: str) -> None:
    done = run("decompile", "-", stdin=text)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert "= help: " in done.err
    assert done.err.endswith("\n1 error\n")


def test_bytes_that_are_no_text() -> None:
    done = run("decompile", "-", stdin=b'{"AND": ["\xff"]}')
    assert (done.code, done.out) == (1, "")
    assert "error[AUD805]: the byte 0xff here is not UTF-8" in done.err


def test_findings_as_data(here: Path) -> None:
    files(here, {"a.json": json.dumps({"AND": [OLD]})})
    done = run("decompile", "a.json", "--output-format", "json")
    assert (done.code, done.out) == (0, 'plan != "gold"\n')
    findings = json.loads(done.err)["findings"]
    assert [(each["code"], each["severity"], each["pointer"]) for each in findings] == [
        ("AUD612", "note", ""),
        ("AUD613", "note", "/AND/0/custom_attribute/comparison"),
    ]
    assert all(each["range"]["start"]["line"] == 1 for each in findings)


# --- Many files ---


def test_directories_are_mirrored(here: Path) -> None:
    files(here, {f"in/{n % 7}/{n}.json": json.dumps({"AND": [PUSH, LIST]}) for n in range(300)})
    files(here, {"in/notes.txt": "no JSON", "in/.hidden/x.json": "{}", "one.json": json.dumps(PUSH)})
    assert run("decompile", "in", "one.json", "--out-dir", "out") == (0, "", "")
    found = sorted(path for path in (here / "out").rglob("*") if path.is_file())
    assert len(found) == 301
    assert (here / "out/3/10.audience").read_text() == 'push is opted_in and tags in ["x"]\n'
    before = {path: path.stat().st_mtime_ns for path in found}
    assert run("decompile", "in", "one.json", "--out-dir", "out").code == 0
    assert {path: path.stat().st_mtime_ns for path in found} == before
    assert run("compile", "out", "--out-dir", "back", "--compact").code == 0
    assert json.loads((here / "back/3/10.json").read_bytes()) == {"AND": [PUSH, LIST]}


def test_every_fault_of_every_file_is_shown_and_nothing_written(here: Path) -> None:
    files(
        here,
        {
            "in/a.json": json.dumps(PUSH),
            "in/b.json": "{",
            "in/c.json": json.dumps({"AND": [OLD, {"OR": []}]}),
            "in/d.json": b"\xff",
        },
    )
    done = run("decompile", "in", "--out-dir", "out")
    assert (done.code, done.out) == (1, "")
    for words in ("b.json:1:2", "AUD605", "AUD613", "d.json:1:1", "3 errors, 1 note"):
        assert words in done.err
    assert not (here / "out").exists()


def test_outputs_that_collide(here: Path) -> None:
    files(here, {"a/x.json": json.dumps(PUSH), "b/X.json": json.dumps(PUSH)})
    done = run("decompile", "a/x.json", "b/X.json", "--out-dir", "out")
    assert done.code == 1
    assert "AUD807" in done.err
    assert run("decompile", "a/x.json", "-o", "a/x.json").code == 1
    assert json.loads((here / "a/x.json").read_bytes()) == PUSH


# --- The project ---


def test_a_catalogue_and_a_time_zone(here: Path) -> None:
    app = {"last_used_app": {"comparison": "after", "value": "2026-07-01T00:00:00"}}
    files(
        here,
        {
            "attributes.toml": '[attributes]\ntags = "array"\n',
            "a.json": json.dumps({"AND": [LIST, app]}),
        },
    )
    done = run("decompile", "a.json", "--catalog", "attributes.toml")
    assert done.out == 'tags includes any of ["x"] and last_used_app after 2026-07-01T00:00:00+0000\n'
    assert "note[AUD614]" in done.err
    files(here, {"audience.toml": 'catalog = "attributes.toml"\ntime-zone = "Asia/Ho_Chi_Minh"\n'})
    done = run("decompile", "a.json")
    assert done.out == 'tags includes any of ["x"] and last_used_app after 2026-07-01T00:00:00+0700\n'


# --- Usage ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "there is nothing to decompile"),
        (["-", "a.json"], "`-` stands beside other paths"),
        (["a.json", "b.json"], "there are 2 files for one output"),
        (["a.json", "b.json", "--out-dir", "o", "--name", "x"], "`--name x` names one audience, and there are 2 files"),
        (["a.json", "--name", "push"], "`--name push` is no name of an audience"),
        (["a.json", "--name", ""], "is no name of an audience"),
        (["a.json", "--out-dir", "o", "-o", "x"], "`-o` and `--out-dir` are both given"),
        (["-", "--out-dir", "o"], "stdin has no name to write to"),
        (["a.json", "--stdin-filename", "x"], "stdin is not read"),
        (["none.json"], "there is no file `none.json`"),
        (["empty"], "there is no `.json` file below `empty`"),
        (["a.json", "--catalog", "none.toml"], "none.toml"),
    ],
)
def test_usage(here: Path, arguments: list[str], words: str) -> None:
    files(here, {"a.json": json.dumps(PUSH), "b.json": json.dumps(PUSH), "empty/x.txt": ""})
    done = run("decompile", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_stdin_with_a_name(here: Path) -> None:
    done = run("decompile", "-", "--stdin-filename", "x/warm.json", "--out-dir", "o", stdin=json.dumps({"OR": [PUSH]}))
    assert done.code == 0
    assert "--> x/warm.json:1:1" in done.err
    assert (here / "o/warm.audience").read_text() == "push is opted_in\n"
