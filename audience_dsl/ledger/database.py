"""The file of a ledger: one sqlite3 database, durable at each commit, for any number of threads and processes.

    with Database("run.db") as database:
        database.ensure("notes", 1, ["CREATE TABLE notes (text TEXT) STRICT"])
        with database.writing() as connection:
            connection.execute("INSERT INTO notes VALUES (?)", ("first",))
        database.submit(lambda connection: connection.execute("INSERT INTO notes VALUES (?)", ("second",)))

A write ahead log with a sync at each commit: what was committed survives the process and the machine. `submit` shares
one sync among all threads that wait for it.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, TypeVar

from ..diagnostics import CODES, LedgerError, quoted
from .faults import UNWRITABLE, fault, said_plainly
from .hold import held, is_held
from .opening import APPLICATION_ID, identify, release

__all__ = ["APPLICATION_ID", "Database"]

T = TypeVar("T")

# The process that held the ledger last: it holds it still while the hold is taken.
_HOLDER: Final = "CREATE TABLE holder (id INTEGER PRIMARY KEY CHECK (id = 1), process INTEGER NOT NULL) STRICT"
# How long a write waits for another process's, in seconds. Each takes milliseconds.
_BUSY: Final = 30.0


class Database:
    """A ledger's file, opened.

    `create=False` refuses a file that does not exist. `read_only` opens one that cannot be written as well, an
    archived one for example. May be used by any number of threads, and by one process: a fork has to open its own.

    Raises LedgerError (ledger-file) over a file that cannot be used, and touches no file that is something else's.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, create: bool = True, read_only: bool = False, busy: float = _BUSY
    ) -> None:
        self.path = Path(path)
        self.read_only = read_only
        self._busy = busy
        self._process = os.getpid()
        self._closed = False
        self._writers = threading.RLock()
        self._waiting: list[_Job[object]] = []
        self._queue = threading.Lock()
        self._readers: list[sqlite3.Connection] = []
        self._identity = identify(self.path, create=create and not read_only)
        try:
            # Links are followed once, so that two names of one file have one log and one hold.
            self._real = Path(os.path.realpath(self.path))
            self._connection = self._opened()
            try:
                with said_plainly(self.path):
                    self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except BaseException:
            release(self._identity)
            raise

    # --- What it is asked ---

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else's write comes between; durable when this ends, undone when it raises."""
        with self._writers, said_plainly(self.path):
            connection = self._usable()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The ledger as it is at one instant, whatever is written meanwhile. Cannot write."""
        self._usable()
        with self._queue:
            connection = self._readers.pop() if self._readers else None
        with said_plainly(self.path):
            connection = connection or self._opened(query_only=True)
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                _roll_back(connection)
                with self._queue:
                    if not self._closed:
                        self._readers.append(connection)
                        connection = None
                if connection is not None:
                    connection.close()

    def submit(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """What `function` returns, once all that it wrote is durable; what it raises, once it is undone.

        As `writing`, but threads that wait here at the same time share one transaction and one sync. So a function
        may run in another thread, must be quick, and must not touch the transaction itself.
        """
        job: _Job[T] = _Job(function)
        try:
            with self._queue:
                self._waiting.append(job)  # type: ignore[arg-type]
            # Whoever gets the lock first does the work of all who wait.
            with self._writers:
                if not job.done:
                    self._run_waiting(job)
        except BaseException:
            with self._queue:
                self._waiting = [each for each in self._waiting if each is not job]
            raise
        if job.error is not None:
            with said_plainly(self.path):
                raise job.error
        return job.result  # type: ignore[return-value]

    def ensure(self, name: str, version: int, statements: Sequence[str]) -> None:
        """Have the tables of one part of the ledger. Raises LedgerError where another version made them."""
        found = self.parts().get(name)
        if found is None and self.read_only:
            raise fault(self.path, f"has no {name}", "name the ledger of a send or a run")
        if found is None:
            with self.writing() as connection:
                # Another process may have been as quick.
                row = connection.execute("SELECT version FROM parts WHERE name = ?", (name,)).fetchone()
                found = None if row is None else row[0]
                if found is None:
                    for statement in statements:
                        connection.execute(statement)
                    connection.execute("INSERT INTO parts VALUES (?, ?)", (name, version))
                    return
        if found != version:
            raise fault(
                self.path,
                f"is of another version: its {name} have the form {found}, and this version reads the form {version}",
                "use the version of audience-dsl that wrote it, or the newest",
            )

    def parts(self) -> dict[str, int]:
        """What the ledger has tables of, with the version of each."""
        with self.reading() as connection:
            return dict(connection.execute("SELECT name, version FROM parts"))

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the ledger to one run: LedgerError (ledger-held) for a second one, until the first's process ends.

        Others may read it, and write single sends, meanwhile.
        """
        with held(self._real, self._held_by_another):
            self.ensure("holder", 1, [_HOLDER])
            with self.writing() as connection:
                connection.execute("INSERT OR REPLACE INTO holder VALUES (1, ?)", (os.getpid(),))
            yield

    def holder(self) -> int | None:
        """The process that holds the ledger right now; None where none does."""
        if not is_held(self._real) or "holder" not in self.parts():
            return None
        with self.reading() as connection:
            row = connection.execute("SELECT process FROM holder").fetchone()
        return None if row is None else int(row[0])

    def close(self) -> None:
        """Close the file, once what is being written is written."""
        with self._writers, self._queue:
            if self._closed:
                return
            self._closed = True
            readers, self._readers = self._readers, []
        if self._process != os.getpid():
            # They are the parent's, and so are the locks.
            return
        with suppress(sqlite3.Error):
            for connection in (*readers, self._connection):
                connection.close()
        release(self._identity)

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Database {self.path}>"

    # --- How it is done ---

    def _usable(self) -> sqlite3.Connection:
        if self._closed:
            raise RuntimeError("the ledger is closed")
        if self._process != os.getpid():
            raise fault(self.path, "was opened by another process, of which this is a fork", "open it in each process")
        return self._connection

    def _held_by_another(self) -> LedgerError:
        holder = self.holder()
        which = "" if holder is None else f": process {holder}"
        return LedgerError(
            CODES["ledger-held"],
            f"another run holds the ledger {quoted(str(self.path))}{which}",
            help="wait for it to end, or end it: its hold ends with its process, however that ends",
        )

    def _opened(self, *, query_only: bool = False) -> sqlite3.Connection:
        how = "mode=rw"
        may_write = os.access(self._real, os.W_OK) and os.access(self._real.parent, os.W_OK)
        if not self.read_only and not may_write:
            # sqlite would open it all the same, and fail at the first write.
            raise fault(self.path, *UNWRITABLE)
        if not may_write:
            # Where there can be no log, nobody writes, and the file alone is all there is.
            how = "mode=ro" if _can_have_log(self._real) else "immutable=1"
        with said_plainly(self.path):
            connection = sqlite3.connect(
                f"{self._real.as_uri()}?{how}",
                uri=True,
                timeout=self._busy,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                # Each commit waits for the disk; on macOS for the disk's own cache as well.
                for pragma in ("synchronous=FULL", "fullfsync=ON", "checkpoint_fullfsync=ON", "trusted_schema=OFF"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.execute(f"PRAGMA query_only={query_only or self.read_only:d}")
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self) -> None:
        connection = self._connection
        if _application_id(connection) != APPLICATION_ID and not self.read_only:
            # The mark goes in before the log is turned on, so that it stands in the file itself from the first commit.
            connection.execute("BEGIN IMMEDIATE")
            try:
                # Another process may have been as quick.
                (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                if tables == 0:
                    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                    connection.execute("CREATE TABLE parts (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT")
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
        if _application_id(connection) != APPLICATION_ID:
            raise fault(self.path, "is another program's database, and stays as it is", "name another file")
        if not self.read_only:
            self._turn_on_log()

    def _turn_on_log(self) -> None:
        """sqlite itself does not wait for others here, so that is done by hand."""
        until = time.monotonic() + self._busy
        while True:
            try:
                (mode,) = self._connection.execute("PRAGMA journal_mode=WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)
        if mode != "wal":
            raise fault(self.path, "is on a file system without what sqlite's log needs", "keep it on a local disk")

    def _run_waiting(self, own: "_Job[T]") -> None:
        jobs: list[_Job[object]] = []
        ending = False
        connection = self._usable()
        try:
            with self._queue:
                jobs, self._waiting = self._waiting, []
            connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                job.run(connection)
            ending = True
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # None of it is durable.
            _roll_back(connection)
            for job in jobs:
                job.error = error
        except BaseException:
            # This thread is interrupted, and the others are not: what they wait for is done, or still to be done.
            if connection.in_transaction or not ending:
                _roll_back(connection)
                with self._queue:
                    self._waiting = [job for job in jobs if job is not own] + self._waiting
                raise
            _finish(jobs)
            raise
        _finish(jobs)


class _Job(Generic[T]):
    """One function that waits for its turn, and what became of it."""

    __slots__ = ("done", "error", "function", "result")

    def __init__(self, function: Callable[[sqlite3.Connection], T]) -> None:
        self.function = function
        self.done = False
        self.error: Exception | None = None
        self.result: T | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        connection.execute("SAVEPOINT job")
        try:
            self.result, self.error = self.function(connection), None
        except Exception as error:
            if not connection.in_transaction:
                # sqlite has undone all of it.
                raise
            connection.execute("ROLLBACK TO job")
            self.error = error
        connection.execute("RELEASE job")


def _finish(jobs: Sequence[_Job[object]]) -> None:
    for job in jobs:
        job.done = True


def _application_id(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    return int(found)


def _can_have_log(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) or path.with_name(path.name + "-shm").exists()


def _roll_back(connection: sqlite3.Connection) -> None:
    # After some faults sqlite has done it already.
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
