"""What all commands share: help, usage errors, exit codes, streams and errors that nobody foresaw."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import click
import pytest

from audience_dsl import __version__
from audience_dsl.cli import main
from audience_dsl.cli.app import _COMMANDS, group
from audience_dsl.cli.console import Console, OutputError, Progress

from .support import files, run


def _paths(command: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in command.list_commands(click.Context(command)):
        found = command.get_command(click.Context(command), name)
        yield from _paths(found, (*path, name)) if isinstance(found, click.Group) else [(*path, name)]


COMMANDS = list(_paths(group))


def test_version() -> None:
    assert run("--version") == (0, f"audience {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_teaches(command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert "Example" in done.out
    assert "Exit codes:" in done.out
    assert all(len(line) <= 100 for line in done.out.splitlines())
    assert run(*command, "-h") == done


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.code == 0
    assert {line.split()[0] for line in done.out.splitlines() if line.startswith("  ")} >= {
        each[0] for each in COMMANDS
    }
    # Each has one line, also on a narrow terminal.
    assert all(f"\n  {name:12}{line}\n" in done.out for name, line in _COMMANDS.items())
    nothing = run()
    assert (nothing.code, nothing.out) == (2, "")
    assert nothing.err.startswith("Usage: audience")


USAGE = [
    (["compil"], "there is no command `compil`", "did you mean `compile`?"),
    (["xyz\x1b[31m"], "there is no command `xyz\\x1b[31m`", "the commands are check"),
    (["--nope"], "there is no option `--nope`", "see `audience --help`"),
    (["compile", "--outdir", "x"], "there is no option `--outdir`", "did you mean `--out-dir`?"),
    (["compile", "--name"], "option `--name` requires an argument", "see `audience compile --help`"),
    (["compile"], "there is nothing to compile", "`-` for stdin"),
    (["compile", "-", "x"], "`-` stands beside other paths", "by itself"),
    (["compile", "x", "--stdin-filename", "y"], "stdin is not read", "give `-`"),
    (["compile", "x", "-o", "a", "--out-dir", "b"], "`-o` and `--out-dir` are both given", "keep one"),
    (["compile", "-", "--out-dir", "b"], "stdin has no name", "--stdin-filename"),
    (["compile", "-", "--name", ""], "`--name` is empty", "bare expression"),
    (["compile", "-", "--base-path", "nowhere"], "`--base-path nowhere` is no directory", ""),
    (["compile", "-", "--param", "x"], "`--param x` is not of the form NAME=VALUE", "--param city=Hanoi"),
    (["compile", "-", "--param", "$x=1"], "`--param $x=1` is not of the form NAME=VALUE", ""),
    (["compile", "-", "--param", "=1"], "not of the form", ""),
    (["compile", "-", "--params", "p.yaml"], "`p.yaml` is neither a .json nor a .toml file", ""),
    (["compile", "-", "--params", "p.json"], "there is no file `p.json`", ""),
    (["compile", "-", "--now", "yesterday"], "`--now yesterday` is no instant", "2026-01-31T09:00:00Z"),
    (["compile", "-", "--now", "2026-01-31T09:00:00"], "with an offset", ""),
    (["compile", "nowhere"], "there is no file `nowhere`", ""),
    (["compile", "a\0b"], "is no path of a file", ""),
    (["compile", "empty"], "there is no `.audience` file below `empty`", ""),
    (["request"], "`FILE|-` is missing", "see `audience request --help`"),
    (["request", "x.yaml"], "`x.yaml` is neither a .json nor a .toml file", ""),
    (["request", "empty.toml"], "there is no file `empty.toml`", ""),
    (["request", "dir.toml"], "`dir.toml` is a directory", ""),
    (["request", "-", "--instance", "EU-01"], "for `--curl`", "add `--curl`"),
    (["request", "-", "--curl", "--instance", "EU-01", "--endpoint", "x"], "both given", ""),
    (["request", "-", "--curl", "--instance", "EU-09"], "there is no instance `EU-09`", "did you mean"),
    (["request", "-", "--curl", "--instance", "https://x"], "`--instance` is given a URL", "--endpoint"),
    (["request", "-", "--curl", "--endpoint", "http://example.com"], "http would show the key", "https"),
    (["send"], "`FILE|-` is missing", ""),
    (["send", "r.toml"], "nothing says where to send", "--sandbox"),
    (["send", "r.toml", "--sandbox", "--instance", "EU-01"], "stands beside an endpoint", ""),
    (["send", "r.toml", "--instance", "EU-01"], "there is no API key in `BRAZE_API_KEY`", "--sandbox"),
    (["send", "r.toml", "--sandbox", "--output-format", "xml"], "`--output-format`: `xml` is not one of", ""),
    (["send", "r.toml", "--sandbox", "--timeout", "0"], "timeout `read` is a number of seconds above 0", ""),
    (["send", "r.toml", "--sandbox", "--timeout", "soon"], "`--timeout`: `soon` is not a valid float", ""),
    (["send", "r.toml", "extra", "--sandbox"], "unexpected extra argument", ""),
    (["sandbox", "--port", "70000"], "`--port`: 70000 is not in the range", ""),
    (["sandbox", "--mode", "lax"], "`--mode`: `lax` is not one of", ""),
]


@pytest.mark.parametrize(("arguments", "message", "help"), USAGE, ids=lambda value: str(value)[:40])
def test_usage(here: Path, arguments: list[str], message: str, help: str) -> None:
    (here / "empty").mkdir()
    (here / "dir.toml").mkdir()
    files(here, {"r.toml": 'campaign_id = "c"\nrecipients = [{external_user_id = "u"}]\n'})
    done = run(*arguments)
    assert (done.code, done.out) == (2, ""), done
    assert done.err.startswith("error: ")
    assert message in done.err
    assert help in done.err
    first = done.err.splitlines()[0]
    assert not first.endswith(".")


def test_the_key_is_taken_out_of_every_message() -> None:
    done = run("compile", "my-secret-key", "--base-path", "my-secret-key", env={"BRAZE_API_KEY": "my-secret-key"})
    assert done.code == 2
    assert "[key]" in done.err
    assert "my-secret-key" not in done.err


def test_an_internal_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("with my-secret-key")

    monkeypatch.setattr("audience_dsl.cli.compile._check_usage", fail)
    done = run("compile", "-", env={"BRAZE_API_KEY": "my-secret-key"})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error: internal error (ZeroDivisionError: with [key]); this is our fault, please report"
    )
    assert "Traceback" not in done.err
    done = run("compile", "-", env={"AUDIENCE_DEBUG": "1", "BRAZE_API_KEY": "my-secret-key"})
    assert "Traceback" in done.err
    assert "my-secret-key" not in done.err


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.cli.compile._check_usage", mock.Mock(side_effect=KeyboardInterrupt))
    assert run("compile", "-") == (130, "", "\ninterrupted\n")


@pytest.mark.parametrize(
    ("env", "terminal", "expected"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_color(env: dict[str, str], terminal: bool, expected: bool) -> None:
    done = run("compile", "-", stdin="a = 1", env={"TERM": "xterm", **env}, terminal=terminal)
    assert done.code == 1
    assert ("\x1b[" in done.err) is expected
    assert ("\x1b[" in run("compile", "nope", env={"TERM": "xterm", **env}, terminal=terminal).err) is expected


class _Failing(io.RawIOBase):
    def __init__(self, error: OSError) -> None:
        self.error = error

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> int:
        raise self.error


def _failing(error: OSError) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(_Failing(error)), encoding="utf-8")


def test_a_reader_that_is_gone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a == 1")))
    monkeypatch.setattr(sys, "stdout", _failing(BrokenPipeError(32, "gone")))
    monkeypatch.setattr(sys, "stderr", _failing(BrokenPipeError(32, "gone")))
    console = Console()
    console.data("x")
    console.note("x")
    console.close()
    for stream in (sys.stdout, sys.stderr):
        with pytest.raises(BrokenPipeError):
            stream.close()


def test_a_full_disk_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", _failing(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match="stdout cannot be written: No space left on device"):
        Console().data("x")
    with pytest.raises(OSError, match="No space"):
        sys.stdout.close()


def test_closed_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    console = Console()
    console.note("x")
    console.close()
    assert not console.can_ask
    with pytest.raises(OutputError, match="it is closed"):
        console.data("x")
    assert main(["compile", "-"]) == 2


def test_progress_is_for_terminals_and_for_the_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    notes: list[str] = []
    console = mock.Mock(spec=Console, shows_progress=True)
    console.note.side_effect = lambda text, end="\n": notes.append(text + end)
    progress = Progress(console, "compiling", 2_000)
    for count, instant in enumerate([0.5, 1.0, 1.05, 1.2]):
        now[0] = instant
        progress.step(count * 400)
    progress.done()
    assert notes == ["\rcompiling 400 of 2,000", "\rcompiling 1,200 of 2,000", "\r\x1b[K"]
    console.shows_progress = False
    notes.clear()
    progress = Progress(console, "compiling", 2)
    now[0] = 99
    progress.step(1)
    progress.done()
    assert notes == []


def test_completion() -> None:
    done = run(env={"_AUDIENCE_COMPLETE": "bash_complete", "COMP_WORDS": "audience compi", "COMP_CWORD": "1"})
    assert done == (0, "plain,compile\n", "")


def test_python_dash_m() -> None:
    command = [sys.executable, "-m", "audience_dsl.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"audience {__version__}\n"
