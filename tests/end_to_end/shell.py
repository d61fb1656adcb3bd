"""`audience` as a process of its own, as a shell would start it."""

import atexit
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ["COMMAND", "Done", "at_terminal", "audience", "environment", "started"]

COMMAND = [sys.executable, "-W", "error", "-m", "audience_dsl.cli"]
_OURS = (
    "BRAZE_API_KEY",
    "NO_COLOR",
    "FORCE_COLOR",
    "AUDIENCE_DEBUG",
    "PYTHONIOENCODING",
    "PYTHONUTF8",
    "PYTHONDONTWRITEBYTECODE",
)
# Many processes start here, and where the checkout keeps no bytecode, each would compile every module anew.
_BYTECODE = tempfile.mkdtemp(prefix="audience-bytecode-")
atexit.register(shutil.rmtree, _BYTECODE, ignore_errors=True)


class Done(NamedTuple):
    code: int
    out: str
    err: str


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {**inherited, "PYTHONPYCACHEPREFIX": _BYTECODE, **(more or {})}


def audience(
    *arguments: object, stdin: str | bytes = b"", env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Done:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=environment(env),
        cwd=cwd,
        timeout=60,
        check=False,
    )
    result = Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert "Traceback" not in result.err
    assert "Exception ignored" not in result.err
    return result


@contextmanager
def started(
    *arguments: object, env: Mapping[str, str] | None = None, **more: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A process under way; killed if the test leaves it so."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env=environment(env),
        # Not ignored, as it is for the background jobs of some shells that run tests.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        **{**streams, **more},  # type: ignore[call-overload]
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def at_terminal(arguments: Iterable[str], question: bytes, answer: bytes | None, env: Mapping[str, str]) -> Done:
    """Run with a terminal as stdin and stderr; type the answer once the question stands there (None is Ctrl-C)."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
        env=environment({**env, "TERM": "xterm"}),
        # A shell starts its background jobs with the signal ignored, and then nobody could interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        os.close(follower)
        seen, asked = b"", False
        while True:
            ready, _, _ = select.select([leader], [], [], 30)
            try:
                piece = os.read(leader, 65_536) if ready else b""
            except OSError:
                piece = b""
            if not piece:
                break
            seen += piece
            if not asked and re.search(question + rb" $", seen):
                asked = True
                if answer is None:
                    process.send_signal(signal.SIGINT)
                else:
                    os.write(leader, answer)
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(leader)
    return Done(process.returncode, out.decode(), seen.decode())
