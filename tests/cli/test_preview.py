"""`audience preview`, end to end: every format, both engines, and what keeps a number from being given."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import pytest

from audience_dsl.cli.console import Console, ShareProgress

from .support import Done, files, run

ROOT = Path(__file__).resolve().parents[2]
NOW = ("--now", "2026-11-01T09:00:00Z")
WRITTEN = 1_793_340_000
USERS = (
    '{"external_id":"u1","orders":3,"plan":"gold","push":"opted_in"}\n'
    '{"external_id":"u2","orders":1,"plan":"trial"}\n'
    "[]\n"
    '{"external_id":"u3","orders":5}\n'
    '{"orders":9,"plan":"gold"}\n'
)
CSV = "external_id,orders,plan,push\nu1,3,gold,opted_in\nu2,1,trial,\nu3,5\nu3,5,,\n,9,gold,\n"
TEXT = 'orders >= 2 and not (plan in ["trial"])'


@pytest.fixture(autouse=True)
def users(here: Path) -> None:
    files(here, {"users.jsonl": USERS, "users.csv": CSV, "buyers.audience": TEXT})
    for name in ("users.jsonl", "users.csv"):
        os.utime(here / name, (WRITTEN, WRITTEN))


def preview(*arguments: str, text: str = TEXT, profiles: str = "users.jsonl") -> Done:
    return run("preview", "-", "--profiles", profiles, *NOW, *arguments, stdin=text)


def data(*arguments: str, text: str = TEXT, profiles: str = "users.jsonl") -> dict[str, Any]:
    done = preview("--format", "json", *arguments, text=text, profiles=profiles)
    assert done.code == 0, done
    value: dict[str, Any] = json.loads(done.out)
    return value


def test_the_report() -> None:
    done = run("preview", "buyers.audience", "--profiles", "users.jsonl", *NOW, "--sample", 2, env={"COLUMNS": "90"})
    assert done.code == 0
    # The streams of a test are no UTF-8.
    assert (
        done.out
        == (
            "buyers.audience: about 3 of 4 profiles match, 75.0 %\n"
            "at 2026-11-01T09:00:00Z, by `users.jsonl`\n"
            "\n"
            "                                                                       left          alone\n"
            "    all profiles             ########################################     4   100 %\n"
            "    orders >= 2              ##############################               3  75.0 %      3\n"
            'and not (plan in ["trial"])  ##############################               3  75.0 %      3\n'
            "\n"
            "# left after this clause and all above it   . this clause alone\n"
            "\n"
            "warning: 1 profile cannot be read and is not counted: `users.jsonl:3` (a profile is an\n"
            "  object, and this is none)\n"
            "\n"
            "the first 2 who match:\n"
            "  u1\n"
            "  u3\n"
            "\n"
        )
        + done.out.partition("  u3\n\n")[2]
    )
    assert "This is an estimate." in done.out
    assert "since the file was written: 2026-10-30 06:00 UTC" in done.out
    assert "1 has none for `plan`" in done.out
    assert "cannot be read" not in done.err


@pytest.mark.parametrize("profiles", ["users.jsonl", "users.csv", "."])
def test_both_engines_give_the_same(profiles: str) -> None:
    found = [data("--engine", engine, "--sample", "9", profiles=profiles) for engine in ("duckdb", "python", "auto")]
    assert [each.pop("engines") for each in found] == [["duckdb"], ["python"], ["duckdb"]]
    assert found[0] == found[1] == found[2]
    assert found[0]["unreadable"]["count"] == (2 if profiles == "." else 1)
    assert found[0]["profiles"] == (8 if profiles == "." else 4)


def test_the_data() -> None:
    found = data("--sample", "9", "--engine", "python")
    digest = found.pop("assumptions")
    assert len(digest) == 64
    assert [len(found.pop(key)) for key in ("warnings", "leaves_out")] == [1, 4]
    unreadable = found.pop("unreadable")
    assert (unreadable["count"], unreadable["named"][0]["place"]) == (1, "users.jsonl:3")
    assert found == {
        "audience": "stdin",
        "now": "2026-11-01T09:00:00Z",
        "files": ["users.jsonl"],
        "modified": "2026-10-30T06:00:00Z",
        "profiles": 4,
        "matched": 3,
        "share": 0.75,
        "steps": [
            {"text": "orders >= 2", "depth": 0, "joined": None, "alone": 3, "together": 3},
            {"text": 'not (plan in ["trial"])', "depth": 0, "joined": "and", "alone": 3, "together": 3},
        ],
        "values": {"plan": 3, "orders": 4},
        "sample": ["u1", "u3", ""],
        "engines": ["python"],
    }


def test_warnings_go_to_stderr_beside_data() -> None:
    for form in ("json", "svg", "markdown"):
        done = preview("--format", form, text='eye_colour == "x"')
        assert done.code == 0
        assert "warning: 1 profile cannot be read and is not counted: `users.jsonl:3`" in done.err
        assert "warning: no profile has a value for `eye_colour`" in done.err
        assert "warning: nobody matches" in done.err
        assert "\x1b" not in done.out + done.err


def test_every_form_in_a_file_by_its_ending(here: Path) -> None:
    for name, start in (("a.svg", "<svg "), ("b.json", "{\n"), ("c.md", "**`stdin`: about"), ("d.txt", "stdin: about")):
        done = preview("-o", name)
        assert (done.code, done.out) == (0, "")
        assert (here / name).read_text(encoding="utf-8").startswith(start)
    ElementTree.parse(here / "a.svg")
    # The option wins, and a file has block characters whatever the terminal has.
    assert preview("-o", "e.json", "--format", "text").code == 0
    assert "█" in (here / "e.json").read_text(encoding="utf-8")
    assert preview("-o", "-", "--format", "svg").out.startswith("<svg ")
    assert not list(here.glob(".*"))


def test_an_output_is_no_input(here: Path) -> None:
    for output in ("users.jsonl", "buyers.audience"):
        done = run("preview", "buyers.audience", "--profiles", "users.jsonl", "-o", output)
        assert (done.code, done.out) == (1, "")
        assert "AUD807" in done.err
    assert (here / "users.jsonl").read_text(encoding="utf-8") == USERS
    assert preview("-o", "users.jsonl/x.svg").code == 2


def test_no_profiles_and_no_match(here: Path) -> None:
    files(here, {"empty.jsonl": "", "empty.csv": "", "blank.jsonl": "\n\n"})
    for name in ("empty.jsonl", "empty.csv", "blank.jsonl"):
        for engine in ("python", "auto"):
            done = preview("--engine", engine, profiles=name)
            assert done.code == 0
            assert done.out.startswith("stdin: there are no profiles to count\n")
    done = preview(text="orders > 100")
    assert done.out.startswith("stdin: none of 4 profiles matches\n")
    assert data(text="orders > 100")["share"] == 0


def test_what_a_person_gets_wrong(here: Path) -> None:
    (here / "nothing").mkdir()
    for arguments, said in (
        (("--profiles", "user.jsonl"), "did you mean `users.jsonl`?"),
        (("--profiles", "buyers.audience"), "names no format of profiles"),
        (("--profiles", "nothing"), "there is no file of profiles below `nothing`"),
        (("--profiles", "users.jsonl", "--name", ""), "`--name` is empty"),
        (("--profiles", "users.jsonl", "--base-path", "nowhere"), "is no directory"),
        (("--profiles", "users.jsonl", "--sample", "3", "--format", "svg"), "a picture has no place for them"),
        (("--profiles", "users.jsonl", "--sample", "-1"), "`--sample`"),
        (("--profiles", "users.jsonl", "--format", "xml"), "`--format`: `xml` is not one of"),
        ((), "`--profiles` is missing"),
    ):
        done = run("preview", "buyers.audience", *arguments)
        assert (done.code, done.out) == (2, ""), done
        assert said in done.err
    done = preview(text="orders >= ")
    assert (done.code, done.out) == (1, "")
    done = preview("--name", "c", text="audience a = x exists\naudience b = y exists\n")
    assert (done.code, done.out) == (1, "")
    assert "AUD109" in done.err


def test_parameters_and_names() -> None:
    module = "param $least: number\naudience a = orders >= $least\naudience b = push is opted_in\n"
    found = data("--name", "a", "--param", "least=5", text=module)
    assert (found["audience"], found["matched"]) == ("a", 2)
    assert "AUD401" in preview("--name", "a", text=module).err


def test_a_regex_that_cannot_be_run_is_shown_where_it_stands() -> None:
    done = preview(text="orders >= 1\nand (plan matches /gold/ or plan matches /\\p{Lu}old/)")
    assert (done.code, done.out) == (1, "")
    assert "error[AUD902]" in done.err
    assert "<stdin>:2:29" in done.err


def test_a_regex_that_takes_too_long(here: Path) -> None:
    files(here, {"long.jsonl": json.dumps({"plan": "a" * 60 + "!"}) + "\n"})
    done = preview("--engine", "python", text="plan matches /^(a|aa)+$/", profiles="long.jsonl")
    assert (done.code, done.out) == (1, "")
    assert "error[AUD903]" in done.err
    assert "<stdin>:1:1" in done.err


# A filter that DuckDB has no words for: its regexes know no look-ahead.
BEYOND = "orders >= 1 and plan matches /g(?=old)/"


def test_what_duckdb_cannot_say_is_counted_by_python() -> None:
    done = preview("--format", "json", text=BEYOND)
    assert done.code == 0
    assert json.loads(done.out)["matched"] == 2
    assert "note: counted with Python, since " in done.err
    done = preview("--engine", "duckdb", text=BEYOND)
    assert (done.code, done.out) == (1, "")
    assert "error[AUD904]" in done.err
    assert "<stdin>:1:17" in done.err
    assert "leave the engine to `auto`" in done.err


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setattr("audience_dsl.cli.preview.find_spec", lambda name: None)
    assert data()["engines"] == ["python"]
    assert preview().err.count("pip install") == 0
    monkeypatch.setattr("audience_dsl.cli.preview._SLOW", 0.0)
    assert "note: counted with Python; with `pip install 'audience-dsl[preview]'`" in preview().err
    done = preview("--engine", "duckdb")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'audience-dsl[preview]'" in done.err


def test_colours_are_for_terminals() -> None:
    assert "\x1b" not in preview().out
    # The terminal is stderr here, and stdout a pipe.
    arguments = ("preview", "buyers.audience", "--profiles", "users.jsonl", *NOW)
    assert "\x1b" not in run(*arguments, terminal=True).out
    assert "\x1b[1mbuyers.audience: about" in run(*arguments, env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in run(*arguments, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_nothing_raw_comes_out(here: Path) -> None:
    odd = "\x1b[31m\u202e"
    files(here, {f"o{odd}.jsonl": json.dumps({"external_id": f"u{odd}", "orders": 3}) + "\n{\n"})
    for form in ("text", "markdown", "svg"):
        sample = () if form == "svg" else ("--sample", "3")
        done = preview("--format", form, *sample, text='orders >= 1 and `a\u202eb` != "x"', profiles=f"o{odd}.jsonl")
        assert done.code in (0, 1)
        assert all(each.isprintable() or each == "\n" for each in done.out + done.err)


# --- Progress, and the end of patience ---


def _noted(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> tuple[list[str], Callable[[float], None], ShareProgress]:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    notes: list[str] = []
    console = mock.Mock(spec=Console, shows_progress=terminal, unicode=True)
    console.note.side_effect = lambda text, end="\n": notes.append(text + end)

    def wait(seconds: float) -> None:
        now[0] += seconds

    return notes, wait, ShareProgress(console, "counting")


def test_progress_is_a_bar_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    notes, wait, progress = _noted(monkeypatch, terminal=True)
    progress.step(0.1)
    wait(2)
    progress.step(0.0)
    progress.step(0.2)
    wait(98)
    progress.step(0.5)
    wait(10_000)
    progress.step(0.5)
    progress.done()
    progress.done()
    assert notes == [
        f"\rcounting  {'░' * 24}    0%\x1b[K",
        f"\rcounting  {'█' * 12}{'░' * 12}   50%  1 min 40 s left\x1b[K",
        f"\rcounting  {'█' * 12}{'░' * 12}   50%  2 h 48 min left\x1b[K",
        "\r\x1b[K",
    ]


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    notes, wait, progress = _noted(monkeypatch, terminal=False)
    wait(99)
    progress.step(0.5)
    progress.done()
    assert notes == []


@pytest.mark.parametrize("engine", ["python", "duckdb"])
def test_an_interrupt_ends_at_once_and_leaves_nothing(here: Path, engine: str) -> None:
    line = '{"external_id":"u1","orders":3,"plan":"gold","push":"opted_in","note":"' + "x" * 100 + '"}\n'
    (here / "large").mkdir()
    (here / "large" / "0.jsonl").write_text(line * 100_000, encoding="utf-8")
    for number in range(1, 40):
        (here / "large" / f"{number}.jsonl").symlink_to("0.jsonl")
    run_ = [sys.executable, "-m", "audience_dsl.cli", "preview", "buyers.audience", "--profiles", "large"]
    child = subprocess.Popen(
        [*run_, "--engine", engine, "-o", "out.svg"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    time.sleep(1.5)
    assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (130, b"")
    assert err.endswith(b"\ninterrupted\n")
    assert not (here / "out.svg").exists()
    assert not list(here.glob(".*"))


# --- The picture of the documentation ---


def test_the_picture_of_the_page_is_what_its_command_makes(here: Path) -> None:
    (here / "users.jsonl").write_bytes((ROOT / "examples" / "profiles.jsonl").read_bytes())
    os.utime(here / "users.jsonl", (WRITTEN, WRITTEN))
    source = ROOT / "examples" / "win-back" / "win-back.audience"
    done = run("preview", source, "--name", "win_back", "--profiles", "users.jsonl", *NOW, "-o", "preview.svg")
    assert (done.code, done.out) == (0, "")
    assert (here / "preview.svg").read_bytes() == (ROOT / "docs" / "preview.svg").read_bytes()
