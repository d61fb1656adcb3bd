"""`audience fmt`: what is written, what is only shown, and what stays as it is."""

import json
from pathlib import Path

import pytest

from tests.cli.support import files, run

ODD, NEAT = "a is 'x'&&b exists # one\n", 'a == "x" and b exists  # one\n'


def test_files_are_written_in_place_and_only_those_that_change(here: Path) -> None:
    files(here, {"a.audience": ODD, "sub/b.audience": NEAT, "sub/c.txt": ODD, ".hidden/d.audience": ODD})
    before = (here / "sub/b.audience").stat().st_mtime_ns
    (here / "a.audience").chmod(0o640)
    done = run("fmt")
    assert done == (0, "", "1 file reformatted, 1 left unchanged\n")
    assert (here / "a.audience").read_text() == NEAT
    assert (here / "a.audience").stat().st_mode & 0o777 == 0o640
    assert (here / "sub/b.audience").stat().st_mtime_ns == before
    assert (here / "sub/c.txt").read_text() == (here / ".hidden/d.audience").read_text() == ODD
    assert run("fmt", "a.audience", "sub") == (0, "", "2 files left unchanged\n")


def test_a_file_with_errors_stays_and_the_others_are_formatted(here: Path) -> None:
    files(here, {"a.audience": "a = = 1", "b.audience": ODD, "c.audience": b"\xff", "d.audience": "a == 'x\nb == "})
    done = run("fmt")
    assert (done.code, done.out) == (1, "")
    assert "--> a.audience:1:3" in done.err
    assert "AUD805" in done.err
    assert "d.audience:1:6" in done.err
    assert done.err.endswith("\n1 file reformatted, 3 with errors left alone\n")
    assert (here / "b.audience").read_text() == NEAT
    assert (here / "a.audience").read_text() == "a = = 1"


def test_check_names_what_would_change_and_writes_nothing(here: Path) -> None:
    files(here, {"a.audience": ODD, "b.audience": NEAT})
    assert run("fmt", "--check") == (
        1,
        "would reformat a.audience\n",
        "1 file would be reformatted, 1 already formatted\n",
    )
    assert (here / "a.audience").read_text() == ODD
    assert run("fmt", "--check", "b.audience") == (0, "", "1 file already formatted\n")


def test_diff_shows_what_would_change_and_writes_nothing(here: Path) -> None:
    files(here, {"a.audience": f"{NEAT[:-1]}"})
    done = run("fmt", "--diff", "a.audience")
    assert done.code == 1
    assert done.out.splitlines()[2:] == [
        "@@ -1 +1 @@",
        f"-{NEAT[:-1]}",
        "\\ No newline at end of file",
        f"+{NEAT[:-1]}",
    ]
    assert (here / "a.audience").read_text() == NEAT[:-1]
    files(here, {"b.audience": "a==1 # \x1b[2J\u2028x\r\n"})
    assert "\x1b[2J" in run("fmt", "--diff", "b.audience").out
    colored = run("fmt", "--diff", "b.audience", env={"FORCE_COLOR": "1"})
    assert "\x1b[2J" not in colored.out
    assert "\x1b[32m+a == 1  # \\x1b[2J\\u2028x\x1b[0m\n" in colored.out


@pytest.mark.parametrize("arguments", [(), ("--stdin-filename", "x.audience")])
def test_stdin_goes_to_stdout(arguments: tuple[str, ...]) -> None:
    assert run("fmt", "-", *arguments, stdin=ODD) == (0, NEAT, "")
    done = run("fmt", "-", *arguments, stdin="a == ")
    assert (done.code, done.out) == (1, "")
    assert f"--> {arguments[1] if arguments else '<stdin>'}:1" in done.err


def test_stdin_with_check_and_diff() -> None:
    assert run("fmt", "-", "--check", stdin=NEAT) == (0, "", "1 file already formatted\n")
    assert run("fmt", "-", "--check", stdin=ODD).code == 1
    assert run("fmt", "-", "--diff", stdin=ODD).out.startswith("--- <stdin>\n+++ <stdin> (formatted)\n")


def test_line_ends_stay() -> None:
    text = "# c\r\na==1\r\nor (b exists # x\r\n)"
    assert run("fmt", "-", stdin=text).out == "# c\r\na == 1 or b exists  # x\r\n"
    assert run("fmt", "-", stdin="a==1\n# c\r\n").out == "a == 1\n# c\n"


def test_findings_of_a_check_in_other_forms(here: Path) -> None:
    files(here, {"a.audience": ODD, "b.audience": "a = = 1"})
    done = run("fmt", "--check", "--output-format", "json")
    found = json.loads(done.out)["findings"]
    assert done.code == 1
    assert sorted(each["code"] for each in found) == ["AUD006", "AUD017"]
    # With `-` stdout has the text.
    done = run("fmt", "-", "--output-format", "json", stdin=ODD)
    assert (done.code, done.out) == (0, NEAT)


def test_simplify_tells_what_went(here: Path) -> None:
    files(here, {"a.audience": 'a == "x" # one\nor a == "x" # two\nor (a == "x" and not not b exists) # three\n'})
    done = run("fmt", "--simplify")
    assert done.code == 0
    assert (here / "a.audience").read_text() == 'a == "x"  # one\n# two\n# three\n'
    assert done.err.count("note[AUD305]") == 3
    assert run("fmt", "--simplify") == (0, "", "1 file left unchanged\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.audience",), "there is no file `nowhere.audience`"),
        (("-", "x.audience"), "`-` stands beside other paths"),
        (("--stdin-filename", "x"), "stdin is not read"),
        ((".",), "there is no `.audience` file below `.`"),
    ],
)
def test_what_cannot_be_done(arguments: tuple[str, ...], words: str) -> None:
    done = run("fmt", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
