"""`audience sandbox --state FILE`: what a sandbox knows, kept in a file from one run to the next.

The file is one sandbox's at a time. It is written as a whole or not at all, when the sandbox ends, and every few
seconds while there is something new, so that what ends a sandbox without a word takes little with it.
"""

import json
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

from ..diagnostics import ConfigurationError, counted, quoted
from ..source import Source
from .console import Console
from .documents import read_object
from .exits import UsageFault
from .files import ReadError, shown_path
from .outputs import write_all

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox

__all__ = ["StateFile", "StatePath"]

# A member of a state, or a member of one of its members.
StatePath: TypeAlias = tuple[str] | tuple[str, str]

# Seconds between two saves; a save that takes long is followed by so many times its own time without another.
_EVERY: Final = 5.0
_REST: Final = 20
# Bytes that take a moment to read.
_LARGE: Final = 5_000_000
_ANEW: Final = "begin with another file, or move this one away"


class StateFile:
    """A state file and the sandbox that it is for, which the `with` holds against every other process.

    Raises UsageFault where the file cannot be used: by `with` where another sandbox has it, by `restore` where it says
    what no state says, by `save` where it cannot be written.
    """

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        # What a link points to is one file, whatever it is called.
        self._path = Path(os.path.realpath(name))
        self._shown = shown_path(Path(name))
        self._lock: IO[bytes] | None = None
        self._saved: int | None = None

    def __enter__(self) -> "StateFile":
        self._lock = _held(self._path, self._shown)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._lock is not None
        # While it is held, so that nobody holds a file that is gone.
        Path(self._lock.name).unlink(missing_ok=True)
        self._lock.close()

    def restore(self, sandbox: "Sandbox", *, but: Collection[StatePath] = ()) -> None:
        """Give the sandbox what the file says, but at these places, where it stays as it is; and say what that was."""
        state = self._read()
        if not state:
            self._console.note(f"state: {self._shown} is new")
            return
        for member, *rest in but:
            _keep(state, sandbox, member, *rest)
        try:
            sandbox.restore(state)
        except ConfigurationError as error:
            raise self._refused(error.message, error.help) from None
        self._saved = None if but else sandbox.changes
        self._console.note(f"state: {self._words(sandbox)} from {self._shown}")

    def save(self, sandbox: "Sandbox") -> None:
        """Write what the sandbox knows, if that is not what was written last."""
        # Before the state is taken: what changes meanwhile is written the next time.
        changes = sandbox.changes
        if changes == self._saved:
            return
        rows = (f"{json.dumps(key)}:{_compact(value)}" for key, value in sandbox.state().items())
        write_all({self._path: "{" + ",\n".join(rows) + "}\n"})
        self._saved = changes

    @contextmanager
    def saving(self, sandbox: "Sandbox") -> Iterator[None]:
        """Save every few seconds meanwhile, and once more at the end."""
        ended = Event()
        thread = Thread(target=self._save_often, args=(sandbox, ended), name="sandbox-state", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        self.save(sandbox)
        self._console.note(f"state: {self._words(sandbox)} written to {self._shown}")

    def _save_often(self, sandbox: "Sandbox", ended: Event) -> None:
        pause = _EVERY
        is_told = False
        while not ended.wait(pause):
            began = time.monotonic()
            try:
                self.save(sandbox)
            except UsageFault as error:
                # The disk may have room again later, and the end says it if not.
                if not is_told:
                    self._console.error(error.message, error.help)
                is_told = True
            else:
                is_told = False
            pause = max(_EVERY, _REST * (time.monotonic() - began))

    def _read(self) -> dict[str, Any]:
        """The object in the file; an empty one where there is no file yet, or nothing in it."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UsageFault(
                f"the state {quoted(self._shown)} cannot be read: {error.strerror or error}", _ANEW
            ) from None
        if not raw:
            return {}
        if len(raw) > _LARGE:
            self._console.note(f"state: reading {self._shown} ({len(raw) // 1_000_000} MB)")
        try:
            return read_object(Source(raw.decode("utf-8"), self._shown), slug="settings", toml=False)
        except UnicodeDecodeError:
            raise self._refused("it is not UTF-8") from None
        except ReadError as error:
            raise self._refused(error.finding.message) from None

    def _refused(self, why: str, help: str | None = None) -> UsageFault:
        return UsageFault(f"the state {quoted(self._shown)} is not used: {why}", help or _ANEW)

    @staticmethod
    def _words(sandbox: "Sandbox") -> str:
        return counted(len(sandbox.requests), "request")


def _keep(state: dict[str, Any], sandbox: "Sandbox", member: str, *inner: str) -> None:
    """Let a state say at this place what the sandbox has there. What is no object is left for `restore` to refuse."""
    if not inner:
        state.pop(member, None)
    elif isinstance(part := state.setdefault(member, {}), dict):
        own = getattr(sandbox, member).as_dict()
        part.update({name: own[name] for name in inner})


def _compact(value: object) -> str:
    """JSON text, of a list each item on a line: in one piece, the whole log would keep every other thread waiting."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(_compact, value)) + "]"
    # ASCII, since a body may have half of a surrogate pair.
    return json.dumps(value, separators=(",", ":"))


def _held(path: Path, shown: str) -> IO[bytes]:
    """The lock beside a state file, which the operating system drops with the process, whatever ends that."""
    try:
        import fcntl
    except ImportError:
        way = "save it from the page, and read it there again"
        raise UsageFault("a state file cannot be held on this operating system", way) from None
    beside = path.with_name(f".{path.name}.lock")
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = beside.open("wb")
        except OSError as error:
            raise UsageFault(f"the state {quoted(shown)} cannot be kept: {error.strerror or error}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it before may have removed it between the two steps.
            if _is(lock, beside):
                return lock
        except BlockingIOError:
            lock.close()
            raise UsageFault(
                f"another sandbox keeps its state in {quoted(shown)}", "end that one, or name another file"
            ) from None
        except OSError as error:
            lock.close()
            raise UsageFault(
                f"the state {quoted(shown)} cannot be kept: {error.strerror or error}", "keep it on a local disk"
            ) from None
        lock.close()


def _is(lock: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except FileNotFoundError:
        return False
