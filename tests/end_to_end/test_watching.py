"""`--watch`: a real process, real files, and what editors and tools do to them."""

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .shell import COMMAND, audience, environment

pytest.importorskip("watchfiles")

GOOD = "a == 1\n"
BAD = "a == null\n"
# So long a run may be waited for; none takes a tenth of it.
PATIENCE = 60.0
WATCHING = re.compile(r"^\d\d:\d\d:\d\d watching (\d+) files?; Ctrl-C ends it$", re.MULTILINE)


class Watcher:
    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self._log = log
        self._read = 0

    def next(self) -> str:
        """What the next run says on stderr, once it is over."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            text = self._log.read_text(encoding="utf-8")[self._read :]
            over = WATCHING.search(text)
            if over is not None:
                self._read += over.end() + 1
                return text[: over.start()]
            assert self.process.poll() is None, text
            time.sleep(0.02)
        raise AssertionError(f"no further run; the last words are {text!r}")

    @property
    def is_quiet(self) -> bool:
        """Whether no run has followed, some time after the last one."""
        time.sleep(1.5)
        return len(self._log.read_text(encoding="utf-8")) == self._read

    def interrupt(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        return code, self._log.read_text(encoding="utf-8")[self._read :]


@contextmanager
def watching(cwd: Path, *arguments: str) -> Iterator[Watcher]:
    log = cwd / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [*COMMAND, *arguments, "--watch"],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            # Not ignored, as it is for the background jobs of some shells that run tests.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
    try:
        yield Watcher(process, log)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audience.toml").write_text("", encoding="utf-8")
    (tmp_path / "audiences" / "a.audience").write_text(BAD, encoding="utf-8")
    return tmp_path


def compiled(folder: Path) -> str:
    return (folder / "out" / "a.json").read_text(encoding="utf-8")


def test_a_day_with_an_editor(folder: Path) -> None:
    file = folder / "audiences" / "a.audience"
    with watching(folder, "compile", "audiences", "--out-dir", "out") as watcher:
        assert "error[AUD205]" in watcher.next()
        assert not (folder / "out").exists()

        file.write_text(GOOD, encoding="utf-8")
        assert watcher.next() == ""
        assert '"value": 1' in compiled(folder)

        # Saved by putting another file in its place.
        (folder / "audiences" / ".a.tmp").write_text("a == 22\n", encoding="utf-8")
        (folder / "audiences" / ".a.tmp").replace(file)
        assert watcher.next() == ""
        assert '"value": 22' in compiled(folder)

        # A burst is one run.
        for n in range(30, 60):
            file.write_text(f"a == {n}\n", encoding="utf-8")
        assert watcher.next() == ""
        assert '"value": 59' in compiled(folder)
        assert watcher.is_quiet

        # Gone, and back.
        file.unlink()
        assert "there is no `.audience` file below `audiences`" in watcher.next()
        file.write_text(GOOD, encoding="utf-8")
        assert watcher.next() == ""

        # In a directory that was not there.
        (folder / "audiences" / "new").mkdir()
        (folder / "audiences" / "new" / "b.audience").write_text(BAD, encoding="utf-8")
        said = watcher.next()
        assert "new/b.audience:1:6" in (said or watcher.next())

        (folder / "audiences" / "new" / "b.audience").write_text(GOOD, encoding="utf-8")
        assert watcher.next() == ""

        # What decides without being an audience.
        (folder / "audience.toml").write_text("no-such-key = 1\n", encoding="utf-8")
        assert "error[AUD803]" in watcher.next()

        code, last = watcher.interrupt()
        assert (code, last.strip()) == (130, "interrupted")


def test_a_file_that_is_used(folder: Path) -> None:
    (folder / "shared").mkdir()
    shared = folder / "shared" / "gold.audience"
    shared.write_text("let gold = plan == 1\n", encoding="utf-8")
    text = 'use gold from "../shared/gold.audience"\naudience a = gold\n'
    (folder / "audiences" / "a.audience").write_text(text, encoding="utf-8")
    with watching(folder, "check", "audiences/a.audience") as watcher:
        assert watcher.next() == "1 file checked, nothing found\n"
        shared.write_text("let gold = plan == null\n", encoding="utf-8")
        assert "shared/gold.audience:1:20" in watcher.next()


def test_what_is_written_does_not_start_a_run(folder: Path) -> None:
    (folder / "audiences" / "a.audience").write_text(GOOD, encoding="utf-8")
    with watching(folder, "compile", "audiences", "--out-dir", "audiences") as watcher:
        assert watcher.next() == ""
        assert watcher.is_quiet


def test_parameters_in_a_file_of_their_own(folder: Path) -> None:
    (folder / "audiences" / "a.audience").write_text("a == $n\n", encoding="utf-8")
    values = folder / "values.json"
    values.write_text('{"n": 1}', encoding="utf-8")
    with watching(folder, "compile", "audiences", "--out-dir", "out", "--params", "values.json") as watcher:
        watcher.next()
        values.write_text('{"n": 7}', encoding="utf-8")
        watcher.next()
        assert '"value": 7' in compiled(folder)


def test_a_screen_is_cleared_and_a_pipe_is_not(folder: Path) -> None:
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, "check", "audiences", "--watch"],
        cwd=folder,
        env=environment({"TERM": "xterm"}),
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    shown = ""

    def wait_for(words: str) -> None:
        nonlocal shown
        deadline = time.monotonic() + PATIENCE
        while words not in shown and time.monotonic() < deadline:
            if select.select([leader], [], [], 1)[0]:
                shown += os.read(leader, 65_536).decode("utf-8", "replace")
        assert words in shown

    try:
        wait_for("Ctrl-C ends it")
        assert "\x1b[2J" not in shown
        (folder / "audiences" / "a.audience").write_text("plan == 'x' and plan == 1\n", encoding="utf-8")
        wait_for("AUD203")
        assert shown.index("AUD205") < shown.index("\x1b[H\x1b[2J\x1b[3J") < shown.index("AUD203")
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    with watching(folder, "check", "audiences") as watcher:
        watcher.next()
        (folder / "audiences" / "a.audience").write_text(BAD, encoding="utf-8")
        assert "\x1b" not in watcher.next()


@pytest.mark.parametrize("arguments", [["compile", "-"], ["compile", "missing.audience"], ["compile"]])
def test_what_no_change_mends_ends_it(folder: Path, arguments: list[str]) -> None:
    done = audience(*arguments, "--watch", cwd=folder)
    assert done.code == 2
    assert done.err.startswith("error: ")


def test_without_the_extra(folder: Path) -> None:
    hidden = folder / "hidden" / "watchfiles"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('no', name='watchfiles')\n", encoding="utf-8")
    path = os.pathsep.join([str(hidden.parent), os.environ.get("PYTHONPATH", "")])
    done = audience("compile", "audiences", "--out-dir", "out", "--watch", cwd=folder, env={"PYTHONPATH": path})
    assert done.code == 2
    assert "`--watch` needs watchfiles, which is not installed" in done.err
    assert "audience-dsl[watch]" in done.err
