"""The file of a ledger: what it is opened on, what it refuses, and what it keeps when something fails."""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger.database import APPLICATION_ID, Database

from .support import is_sound

NOTES = ["CREATE TABLE notes (text TEXT UNIQUE) STRICT"]
needs_rights = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may do everything")


def add(database: Database, text: str) -> None:
    database.submit(lambda connection: connection.execute("INSERT INTO notes VALUES (?)", (text,)))


def notes(database: Database) -> list[str]:
    with database.reading() as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY rowid")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


@pytest.fixture
def database(path: Path) -> Database:
    database = Database(path)
    database.ensure("notes", 1, NOTES)
    return database


# --- What it is opened on ---


@pytest.mark.parametrize("name", ["run.db", "a b", "per%cent?and#hash.db", "ação", "-", "'quoted'"])
def test_any_name_does(tmp_path: Path, name: str) -> None:
    for text in ("first", "second"):
        with Database(tmp_path / name) as database:
            database.ensure("notes", 1, NOTES)
            add(database, text)
    with Database(tmp_path / name, create=False) as database:
        assert notes(database) == ["first", "second"]
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_it_is_marked_synced_and_for_its_user_alone(path: Path, database: Database) -> None:
    with database.writing() as connection:
        # 2 is FULL: sqlite gives no name.
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    path.touch()
    with Database(path) as database:
        database.ensure("notes", 1, NOTES)
    assert path.read_bytes()[:15] == b"SQLite format 3"


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")
        connection.commit()


def one_in_wal(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE songs (title)")
        connection.commit()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("{}"),
        lambda path: path.write_bytes(os.urandom(5_000)),
        lambda path: path.write_bytes(b"SQLite format 3\x00"),
        another_database,
        one_in_wal,
    ],
)
@pytest.mark.parametrize("how", [{}, {"create": False}, {"read_only": True}])
def test_what_is_something_elses_stays_as_it_is(path: Path, make: Callable[[Path], None], how: dict[str, bool]) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(LedgerError) as refused:
        Database(path, **how)
    assert refused.value.code == "AUD821"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"),
    [(".", "is a directory"), ("no/run.db", "has no directory"), ("\0", "cannot be opened"), ("x" * 300, "cannot be")],
)
def test_what_cannot_be_a_file(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said) as refused:
        Database(tmp_path / name)
    assert refused.value.code == "AUD821"
    assert refused.value.help


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(LedgerError, match="is no file"):
        Database(path)


def test_one_that_does_not_exist_is_not_made_unasked(path: Path) -> None:
    for how in ({"create": False}, {"read_only": True}):
        with pytest.raises(LedgerError, match="does not exist"):
            Database(path, **how)
    assert not path.exists()


def test_two_names_of_one_file_are_one_ledger(path: Path, database: Database) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    with Database(link) as other, database.hold():
        add(other, "by the link")
        assert notes(database) == ["by the link"]
        with pytest.raises(LedgerError), other.hold():
            pass
    database.close()


def test_to_read_an_archived_one_takes_no_right_to_write(path: Path, database: Database) -> None:
    add(database, "kept")
    database.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with Database(path, read_only=True) as archived:
            archived.ensure("notes", 1, NOTES)
            assert notes(archived) == ["kept"]
            with pytest.raises(LedgerError, match="cannot be written"):
                add(archived, "more")
            with pytest.raises(LedgerError, match="has no songs"):
                archived.ensure("songs", 1, [])
    finally:
        path.parent.chmod(0o700)


@needs_rights
def test_one_that_may_not_be_written_is_said_so(path: Path, database: Database) -> None:
    database.close()
    path.chmod(0o400)
    with pytest.raises(LedgerError, match="cannot be") as refused:
        Database(path)
    assert refused.value.code == "AUD821"


def test_a_damaged_one_is_said_to_be(path: Path, database: Database) -> None:
    for number in range(2_000):
        if number % 500 == 0:
            add(database, f"{number}" * 100)
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="is damaged") as refused:
        used(path)
    assert refused.value.code == "AUD821"


def used(path: Path) -> None:
    with Database(path) as database:
        database.ensure("notes", 1, NOTES)
        add(database, "more")
        notes(database)


@pytest.mark.parametrize("version", [0, 2])
def test_another_version_is_not_touched(path: Path, database: Database, version: int) -> None:
    with pytest.raises(LedgerError, match="another version") as refused:
        database.ensure("notes", version, ["DROP TABLE notes"])
    assert refused.value.code == "AUD821"
    assert notes(database) == []
    database.close()


def test_tables_are_made_once_however_many_want_them(path: Path) -> None:
    with Database(path) as one, Database(path) as other:
        threads = [
            threading.Thread(target=each.ensure, args=("notes", 1, NOTES)) for each in (one, other) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert one.parts() == other.parts() == {"notes": 1}


# --- What it keeps ---


def test_what_raises_is_undone(database: Database) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO notes VALUES ('lost')")
        raise KeyError

    with pytest.raises(KeyError), database.writing() as connection:
        fails(connection)
    with pytest.raises(KeyError):
        database.submit(fails)
    add(database, "kept")
    assert notes(database) == ["kept"]
    database.close()


def test_an_interruption_is_undone_and_passes_through(database: Database) -> None:
    def interrupted(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO notes VALUES ('lost')")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.submit(interrupted)
    with pytest.raises(KeyboardInterrupt), database.writing() as connection:
        interrupted(connection)
    add(database, "kept")
    assert notes(database) == ["kept"]
    database.close()


def test_threads_that_wait_share_a_transaction_and_nothing_else(database: Database) -> None:
    """While one thread writes, others gather. What one raises is its own; and so is the interruption of one."""
    names = ["0", "raises", "breaks a rule", "3", "is interrupted within", "5"]
    began, go_on = threading.Event(), threading.Event()
    became: dict[str, BaseException | None] = {}
    interruptions = iter([KeyboardInterrupt()])

    def first(connection: sqlite3.Connection) -> None:
        began.set()
        go_on.wait(30)
        connection.execute("INSERT INTO notes VALUES ('first')")

    def inserting(name: str) -> Callable[[sqlite3.Connection], None]:
        def function(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO notes VALUES (?)", (name,))
            if name == "raises":
                raise KeyError(name)
            if name == "breaks a rule":
                connection.execute("INSERT INTO notes VALUES ('first')")
            if name == "is interrupted within":
                # Whichever thread does the work of all at this moment is the one that the signal meets.
                for each in interruptions:
                    raise each

        return function

    def work(name: str, function: Callable[[sqlite3.Connection], None]) -> None:
        try:
            database.submit(function)
            became[name] = None
        except BaseException as error:
            became[name] = error

    threads = [threading.Thread(target=work, args=("first", first))]
    threads[0].start()
    assert began.wait(30)
    threads += [threading.Thread(target=work, args=(name, inserting(name))) for name in names]
    for thread in threads[1:]:
        thread.start()
    while len(database._waiting) < len(names):
        threading.Event().wait(0.001)
    go_on.set()
    for thread in threads:
        thread.join(30)
    (interrupted,) = (name for name, error in became.items() if isinstance(error, KeyboardInterrupt))
    assert isinstance(became["raises"], KeyError) or interrupted == "raises"
    assert isinstance(became["breaks a rule"], LedgerError) or interrupted == "breaks a rule"
    done = {name for name, error in became.items() if error is None}
    assert set(notes(database)) == done
    assert done == {"first", *names} - {"raises", "breaks a rule", interrupted}
    database.close()


def test_many_threads_lose_nothing(path: Path, database: Database) -> None:
    def work(thread: int) -> None:
        for number in range(25):
            add(database, f"{thread}.{number}")
            assert f"{thread}.{number}" in notes(database)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes(database)) == 8 * 25
    database.close()
    assert is_sound(path)


def test_a_full_disk_is_said_and_nothing_is_half_written(path: Path, database: Database) -> None:
    add(database, "kept")
    with database.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1")
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    with pytest.raises(LedgerError, match="the disk is full") as refused:
        add(database, "much" * 10_000)
    assert refused.value.code == "AUD821"
    assert "kept" in notes(database)
    database._connection.execute(f"PRAGMA max_page_count = {pages + 1_000}")
    add(database, "after room was made")
    database.close()
    assert is_sound(path)


def test_one_that_is_busy_for_too_long_is_said_to_be(path: Path, database: Database) -> None:
    with (
        Database(path, busy=0.05) as other,
        database.writing(),
        pytest.raises(LedgerError, match="is busy") as refused,
    ):
        other.submit(lambda connection: None)
    assert refused.value.code == "AUD821"
    database.close()


def test_reading_sees_one_instant_and_cannot_write(database: Database) -> None:
    add(database, "before")
    with database.reading() as connection:
        count = "SELECT count(*) FROM notes"
        assert connection.execute(count).fetchone() == (1,)
        add(database, "meanwhile")
        assert connection.execute(count).fetchone() == (1,)
    with pytest.raises(LedgerError), database.reading() as connection:
        connection.execute("DELETE FROM notes")
    assert notes(database) == ["before", "meanwhile"]
    database.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_has_to_open_its_own(database: Database) -> None:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            add(database, "from a fork")
        except LedgerError as error:
            code = 0 if "fork" in error.message else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    add(database, "from the parent")
    assert notes(database) == ["from the parent"]
    database.close()


def test_a_closed_one_does_nothing(database: Database) -> None:
    database.close()
    database.close()
    with pytest.raises(RuntimeError, match="closed"):
        add(database, "late")
    with pytest.raises(RuntimeError, match="closed"):
        notes(database)


def test_opening_it_again_in_one_process_keeps_the_locks(path: Path, database: Database) -> None:
    """A look at the file by hand would drop the locks of all who have it open: a second process could then write."""
    import subprocess
    import sys

    writes = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode=DELETE')"
    with database.reading():
        with Database(path):
            pass
        with pytest.raises(LedgerError):
            Database(path.parent)
        # To leave the log behind takes the file for oneself alone.
        ran = subprocess.run([sys.executable, "-c", writes, str(path)], capture_output=True, text=True, check=False)
    assert "locked" in ran.stderr
    database.close()
