"""The first half of a run: the recipients of a file, read once, judged one by one, and numbered as batches.

Everything is in the ledger before the first is sent, a few thousand lines at a time, and memory is the same for ten
recipients and for ten million. What is interrupted here has sent nothing, and is begun anew.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..braze_api import BODY_AT_MOST, Endpoint
from ..diagnostics import CODES, LISTED_AT_MOST, ConfigurationError, Diagnostic, LedgerError, RequestError, quoted
from ..ledger.database import Database
from ..recipients import Entry, RecipientsFile
from .batches import cut, room_of, size_of
from .places import SALT_SIZE, kept_identity
from .rejects import RejectsFile
from .run import Run
from .source import Source
from .tables import PENDING, READY, REFUSED, STAGING, ensure_tables

__all__ = ["Staged", "prepare", "resume"]

# Lines in one transaction: enough that its sync does not count, and few enough to be held.
_LINES: Final = 5_000
_EMPTIED: Final = (
    "DELETE FROM run",
    "DELETE FROM run_recipients",
    "DELETE FROM run_duplicates",
    "DELETE FROM run_rejects",
    "DELETE FROM run_batches",
)


class Staged:
    """How far the reading is: lines with a recipient that is right, lines set aside, and bytes of the file."""

    __slots__ = ("bytes_read", "recipients", "rejected_lines", "size")

    def __init__(self, recipients: int, rejected_lines: int, bytes_read: int, size: int) -> None:
        self.recipients = recipients
        self.rejected_lines = rejected_lines
        self.bytes_read = bytes_read
        self.size = size


def prepare(
    database: Database,
    *,
    recipients: RecipientsFile,
    template: Mapping[str, Any],
    endpoint: Endpoint,
    now: datetime,
    strict: bool = False,
    hashed: bool = False,
    rejects: Path | None = None,
    on_progress: Callable[[Staged], None] | None = None,
    on_rejected: Callable[[Entry], None] | None = None,
    on_recipient: Callable[[Mapping[str, Any]], None] | None = None,
    started: datetime | None = None,
) -> Run:
    """Begin a run: read the recipients, and number them as batches of at most 50 that fit into a request.

    Of those who stand in the file more than once the last counts, as at Braze. A line that is not right goes to
    `rejects` as it is, to be mended and sent by another run, and its code and place go into the ledger; with `strict`
    such a file is refused as a whole. `on_rejected` is told each of them, and `on_recipient` each
    recipient of another line. With `hashed`, the ledger has keyed hashes
    in place of identifiers. `template` is the body without `recipients`.

    The run holds the ledger until it is closed. Raises LedgerError where another run holds it or it has a run already;
    RequestError over a file that is refused, or a request; and what `recipients` raises.
    """
    source = Source(recipients, template, endpoint)
    if rejects is not None and _same_file(rejects, source.path):
        raise ConfigurationError(
            CODES["settings"],
            f"the lines that are set aside would be written over {quoted(str(source.path))}",
            help="name another file for them",
        )
    ensure_tables(database)
    with ExitStack() as held:
        held.enter_context(database.hold())
        found = Run.find(database)
        if found is not None and found.is_ready:
            raise LedgerError(
                CODES["ledger-file"],
                f"the ledger {quoted(str(database.path))} has a run already, of {quoted(found.name)}",
                help="go on with it by `--resume`, or name another ledger",
            )
        staging = _Staging(database, source, secrets.token_bytes(SALT_SIZE) if hashed else None)
        staging.begin(now, started or datetime.now(UTC))
        with RejectsFile(None if strict else rejects, recipients.header) as aside:
            staging.read(aside, on_progress, on_rejected, on_recipient)
        if strict and staging.rejected_lines:
            staging.refuse()
            raise RequestError(staging.first_findings)
        staging.leave_out_duplicates()
        staging.cut_into_batches()
        staging.end()
        run = Run.open(database)
        run.hold(source, held.pop_all())
    return run


def resume(database: Database, *, recipients: RecipientsFile, template: Mapping[str, Any], endpoint: Endpoint) -> Run:
    """Go on with the run of a ledger, which is then held. What was in flight when its process ended is unknown.

    Raises LedgerError where the recipients or the request are not those of the run, where another process holds it, or
    where there is none, or none that was read to its end: that one is prepared anew.
    """
    source = Source(recipients, template, endpoint)
    with ExitStack() as held:
        held.enter_context(database.hold())
        run = Run.open(database)
        if not run.is_ready:
            raise LedgerError(
                CODES["ledger-file"],
                f"the run of {quoted(run.name)} was ended before its recipients were read, and nothing was sent",
                help="begin it again, without `--resume`",
            )
        run.check(input_digest=source.input_digest(), request_digest=source.request_digest())
        run.hold(source, held.pop_all())
    run.give_up_what_was_left()
    return run


class _Staging:
    """A run while its recipients are read."""

    def __init__(self, database: Database, source: Source, salt: bytes | None) -> None:
        self._database = database
        self._source = source
        self._salt = salt
        self._room = room_of(source.template)
        self._digest = hashlib.sha256()
        self._recipients: list[tuple[int, int, int, int, str]] = []
        self._found: list[tuple[int, str, str | None]] = []
        self._total = 0
        self._duplicates = 0
        self.rejected_lines = 0
        self.first_findings: list[Diagnostic] = []

    def begin(self, now: datetime, started: datetime) -> None:
        """An empty run, in place of one that was not read to its end."""
        values = (
            STAGING,
            self._source.path.name,
            self._source.endpoint.path,
            self._source.template.get(self._source.endpoint.id_field or ""),
            self._source.request_digest(),
            now.isoformat(),
            started.isoformat(),
            self._salt,
        )
        with self._database.writing() as connection:
            for statement in _EMPTIED:
                connection.execute(statement)
            connection.execute(
                "INSERT INTO run (id, state, name, endpoint, subject, request_digest, input_digest, now, started, "
                "salt) VALUES (1, ?, ?, ?, ?, ?, '', ?, ?, ?)",
                values,
            )

    def read(
        self,
        aside: RejectsFile,
        on_progress: Callable[[Staged], None] | None,
        on_rejected: Callable[[Entry], None] | None,
        on_recipient: Callable[[Mapping[str, Any]], None] | None,
    ) -> None:
        read = 0
        size = self._source.recipients.size
        for entry in self._source.recipients.entries(self._digest):
            read = entry.offset + entry.length
            if not self._take(entry):
                aside.add([entry.raw] if entry.raw else self._source.pieces(entry.offset, entry.length))
                if on_rejected is not None:
                    on_rejected(entry)
            elif on_recipient is not None and entry.recipient is not None:
                on_recipient(entry.recipient)
            if len(self._recipients) + len(self._found) >= _LINES:
                self._write()
                if on_progress is not None:
                    on_progress(Staged(self._total, self.rejected_lines, read, size))
        self._write()
        if on_progress is not None:
            on_progress(Staged(self._total, self.rejected_lines, size, size))

    def _take(self, entry: Entry) -> bool:
        """Whether the recipient of this line can be sent to."""
        if entry.recipient is not None and entry.identity is not None:
            size = size_of(entry.recipient)
            if size <= self._room:
                identity = kept_identity(entry.identity, self._salt)
                self._recipients.append((entry.line, entry.offset, entry.length, size, identity))
                self._total += 1
                return True
            entry.findings.append(_too_large(size, self._room))
        self.rejected_lines += 1
        self._found += [(entry.line, each.code.code, each.pointer) for each in entry.findings]
        self.first_findings += entry.findings[: LISTED_AT_MOST - len(self.first_findings)]
        return False

    def _write(self) -> None:
        with self._database.writing() as connection:
            connection.executemany("INSERT INTO run_recipients VALUES (?, ?, ?, ?, ?)", self._recipients)
            connection.executemany("INSERT INTO run_rejects VALUES (?, ?, ?)", self._found)
        self._recipients.clear()
        self._found.clear()

    def leave_out_duplicates(self) -> None:
        """Those who come again count on their last line. sqlite sorts, on disk where they are many."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO run_duplicates SELECT line, later FROM (SELECT line, "
                "lead(line) OVER (PARTITION BY identity ORDER BY line) AS later FROM run_recipients) "
                "WHERE later IS NOT NULL"
            )
            (self._duplicates,) = connection.execute("SELECT count(*) FROM run_duplicates").fetchone()
        self._total -= self._duplicates

    def cut_into_batches(self) -> None:
        rows: list[tuple[int, int, int, int, str]] = []
        for number, (first, last, count) in enumerate(cut(self._sizes(), self._room), start=1):
            rows.append((number, first, last, count, PENDING))
            if len(rows) >= _LINES:
                self._write_batches(rows)
        self._write_batches(rows)

    def _write_batches(self, rows: list[tuple[int, int, int, int, str]]) -> None:
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO run_batches (number, first, last, recipients, state) VALUES (?, ?, ?, ?, ?)", rows
            )
        rows.clear()

    def _sizes(self) -> Iterator[tuple[int, int]]:
        """The line and the size of everyone who counts, a piece at a time, since batches are written meanwhile."""
        after = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(
                    "SELECT line, size FROM run_recipients WHERE line > ? "
                    "AND line NOT IN (SELECT line FROM run_duplicates) ORDER BY line LIMIT ?",
                    (after, _LINES),
                ).fetchall()
            if not rows:
                return
            yield from rows
            after = rows[-1][0]

    def refuse(self) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM run_recipients")
            self._tell(connection, REFUSED)

    def end(self) -> None:
        with self._database.writing() as connection:
            self._tell(connection, READY)

    def _tell(self, connection: sqlite3.Connection, state: str) -> None:
        connection.execute(
            "UPDATE run SET state = ?, input_digest = ?, total = ?, duplicates = ?, rejected_lines = ?",
            (state, self._digest.hexdigest(), self._total, self._duplicates, self.rejected_lines),
        )


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _too_large(size: int, room: int) -> Diagnostic:
    return Diagnostic(
        CODES["request-body-too-large"],
        f"the recipient takes {size:,} bytes, and beside the rest of the request there are {max(room, 0):,} of "
        f"{BODY_AT_MOST:,}",
        pointer="",
        help="send an identifier, and let the message fetch the rest by Connected Content or a catalogue",
    )
