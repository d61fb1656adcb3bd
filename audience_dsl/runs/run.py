"""A run as its ledger tells it: what it is, how it stands, and every batch and recipient of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal

from ..braze_api import ENDPOINTS_BY_PATH, Endpoint
from ..diagnostics import CODES, LedgerError, counted, quoted
from ..ledger.database import Database
from ..ledger.send import stamp, stamped
from ..sender.outcome import ACCEPTED, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN
from .counts import Summary
from .places import Place
from .source import Source
from .tables import IN_FLIGHT, PENDING, READY, STAGING, STATES, UNDECIDED, ensure_tables

__all__ = ["Batch", "Delivered", "Reject", "Run"]

_AT_A_TIME: Final = 500
# Left alone by the process that began it, so nobody will ever say what became of it.
_LEFT_IN_FLIGHT: Final = (
    "the process that sent it ended before its outcome was recorded; Braze may or may not have sent messages: look at "
    "the campaign's analytics or the message activity log first"
)


class Batch:
    """One request of a run: its number from 1, its recipients by first and last line, and what became of it.

    `resent` counts how often it was sent again by order though its outcome was unknown. `resolved_at` and
    `resolved_by` are set where a person said what became of it.
    """

    __slots__ = (
        *("number", "first", "last", "recipients", "state", "attempts", "resent", "digest", "http_status"),
        *("dispatch_id", "request_id", "reason", "retry_at", "begun_at", "finished_at", "resolved_at", "resolved_by"),
    )

    number: int
    first: int
    last: int
    recipients: int
    state: str
    attempts: int
    resent: int
    digest: str | None
    http_status: int | None
    dispatch_id: str | None
    request_id: str | None
    reason: str | None
    retry_at: str | None
    begun_at: str | None
    finished_at: str | None
    resolved_at: str | None
    resolved_by: str | None

    def __init__(self, row: tuple[Any, ...]) -> None:
        for name, value in zip(self.__slots__, row, strict=True):
            setattr(self, name, value)

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __repr__(self) -> str:
        return f"<Batch {self.number}: {counted(self.recipients, 'recipient')}, {self.state}>"


# Each gives the number that its next rows come after, and takes the last one and how many are wanted.
_BATCHES: Final = (
    "SELECT number, number, first, last, recipients, state, attempts, resent, digest, http_status, dispatch_id, "
    "request_id, reason, retry_at, begun_at, finished_at, resolved_at, resolved_by FROM run_batches "
    "WHERE number > ? ORDER BY number LIMIT ?"
)
_REJECTS: Final = "SELECT rowid, line, code, pointer FROM run_rejects WHERE rowid > ? ORDER BY rowid LIMIT ?"
_DUPLICATES: Final = "SELECT line, line, later FROM run_duplicates WHERE line > ? ORDER BY line LIMIT ?"


class Delivered:
    """What became of one recipient: the line, the identifier or its hash, the outcome, the batch, the dispatch id."""

    __slots__ = ("batch", "dispatch_id", "identity", "line", "outcome")

    def __init__(self, line: int, identity: str, outcome: str, batch: int, dispatch_id: str | None) -> None:
        self.line = line
        self.identity = identity
        self.outcome = outcome
        self.batch = batch
        self.dispatch_id = dispatch_id


class Reject:
    """One finding on a line that was set aside: what and where, and nothing of what the line holds."""

    __slots__ = ("code", "line", "pointer")

    def __init__(self, line: int, code: str, pointer: str | None) -> None:
        self.line = line
        self.code = code
        self.pointer = pointer


class Run:
    """The run of a ledger. `Run.open` only reads; `prepare` and `resume` give one that can be delivered.

    `name` is the name of the file of recipients, `subject` the id of what is triggered, `now` the instant that relative
    days count from, `started` when the run was begun. One that can be delivered holds its ledger until it is closed:
    use it in a `with`.
    """

    def __init__(self, database: Database, row: tuple[Any, ...]) -> None:
        self.database = database
        (
            self.state,
            self.name,
            self._endpoint,
            self.subject,
            self.request_digest,
            self.input_digest,
            now,
            started,
            self.salt,
            self._total,
            self._duplicates,
            self._rejected_lines,
        ) = row
        self.now = datetime.fromisoformat(now)
        self.started = datetime.fromisoformat(started)
        self._source: Source | None = None
        self._held = ExitStack()

    @classmethod
    def find(cls, database: Database) -> "Run | None":
        """The run that a ledger has, to read; None where it has none."""
        if "runs" not in database.parts():
            return None
        ensure_tables(database)
        with database.reading() as connection:
            row = connection.execute(
                "SELECT state, name, endpoint, subject, request_digest, input_digest, now, started, salt, total, "
                "duplicates, rejected_lines FROM run"
            ).fetchone()
        return None if row is None else cls(database, row)

    @classmethod
    def open(cls, database: Database) -> "Run":
        """The run that a ledger has, to read. Raises LedgerError where it has none."""
        found = cls.find(database)
        if found is None:
            raise LedgerError(
                CODES["ledger-file"],
                f"the ledger {quoted(str(database.path))} has no run",
                help="begin one: leave `--resume` out, or name the ledger that it was begun with",
            )
        return found

    # --- What it is ---

    @property
    def endpoint(self) -> Endpoint:
        return ENDPOINTS_BY_PATH[self._endpoint]

    @property
    def is_ready(self) -> bool:
        """Whether the recipients were read to their end, so that it can be delivered. What is not is begun anew."""
        return bool(self.state == READY)

    @property
    def hashed(self) -> bool:
        return self.salt is not None

    def check(self, *, input_digest: str, request_digest: str) -> None:
        """Raises LedgerError unless these are the digests that the run was begun with."""
        for given, kept, what in (
            (input_digest, self.input_digest, f"the file of recipients {quoted(self.name)}"),
            (request_digest, self.request_digest, "the request"),
        ):
            if given != kept:
                raise LedgerError(
                    CODES["ledger-changed"],
                    f"{what} is not what the run was begun with",
                    help="put it back as it was to go on; for other messages begin another run, in another ledger",
                )

    # --- How it stands ---

    def summary(self) -> Summary:
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT state, count(*), sum(recipients), max(retry_at) FROM run_batches GROUP BY state"
            ).fetchall()
        return Summary(
            total=self._total,
            duplicates=self._duplicates,
            rejected_lines=self._rejected_lines,
            counts={state: recipients for state, _, recipients, _ in rows},
            batch_counts={state: batches for state, batches, _, _ in rows},
            retry_at=next((retry_at for state, _, _, retry_at in rows if state == RATE_LIMITED), None),
        )

    def batches(self, *states: str, after: int = 0) -> Iterator[Batch]:
        """The batches in these states, or all, with numbers above `after`, in their order."""
        wanted = states or STATES
        for row in self._rows(_BATCHES, after):
            batch = Batch(row[1:])
            if batch.state in wanted:
                yield batch

    def batch(self, number: int) -> Batch | None:
        """The batch of this number."""
        found = next(self.batches(after=number - 1), None)
        return found if found is not None and found.number == number else None

    def places(self, batch: Batch) -> list[Place]:
        """Where the recipients of a batch stand in the file."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT line, offset, length, identity FROM run_recipients WHERE line BETWEEN ? AND ? "
                "AND line NOT IN (SELECT line FROM run_duplicates) ORDER BY line",
                (batch.first, batch.last),
            ).fetchall()
        return [Place(*row) for row in rows]

    def recipients(self, *states: str) -> Iterator[Delivered]:
        """What became of every recipient, or of those in these states, in the order of the file."""
        for batch in self.batches(*states):
            for place in self.places(batch):
                yield Delivered(place.line, place.identity, batch.state, batch.number, batch.dispatch_id)

    def unknowns(self) -> Iterator[Batch]:
        """The batches of which nobody knows whether they were accepted."""
        return self.batches(*UNDECIDED)

    def rejects(self) -> Iterator[Reject]:
        """What was found on the lines that were set aside."""
        yield from (Reject(*row[1:]) for row in self._rows(_REJECTS))

    def duplicates(self) -> Iterator[tuple[int, int]]:
        """The lines that do not count, each with the later line that names the same recipient."""
        yield from ((line, later) for _, line, later in self._rows(_DUPLICATES))

    def _rows(self, statement: str, after: int = 0) -> Iterator[tuple[Any, ...]]:
        """A few at a time, so that whoever takes long over them holds up nobody's write."""
        while True:
            with self.database.reading() as connection:
                rows = connection.execute(statement, (after, _AT_A_TIME)).fetchall()
            if not rows:
                return
            yield from rows
            after = rows[-1][0]

    # --- What is done with it ---

    def hold(self, source: Source, held: ExitStack) -> None:
        """Have it delivered from this source, and the ledger held until the run is closed."""
        self._source = source
        self._held = held

    @property
    def source(self) -> Source:
        """What it is delivered from. Raises RuntimeError for a run that was opened to read, or closed."""
        self._must_be_held()
        assert self._source is not None
        return self._source

    def _must_be_held(self) -> None:
        if self._source is None:
            raise RuntimeError("a run that was opened to read cannot be delivered: use `prepare` or `resume`")

    def give_up_what_was_left(self) -> None:
        """What a process that is gone had in flight is unknown."""
        self._must_be_held()
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE run_batches SET state = ?, reason = ? WHERE state = ?", (UNKNOWN, _LEFT_IN_FLIGHT, IN_FLIGHT)
            )

    def resend_unknown(self, count: int) -> None:
        """Have all that is unknown sent again. Raises LedgerError unless `count` is the number of its recipients."""
        self._must_be_held()

        def reopen(connection: sqlite3.Connection) -> None:
            (there,) = connection.execute(
                "SELECT coalesce(sum(recipients), 0) FROM run_batches WHERE state IN (?, ?)", UNDECIDED
            ).fetchone()
            if count != there:
                raise LedgerError(
                    CODES["ledger-unresolved"],
                    f"{counted(there, 'recipient')} of the run may have been sent to already, and not {count:,}",
                    help="`audience ledger show` lists them; each gets the message twice if it did arrive",
                )
            connection.execute(
                "UPDATE run_batches SET state = ?, resent = resent + 1 WHERE state IN (?, ?)",
                (PENDING, *UNDECIDED),
            )

        self.database.submit(reopen)

    def resolve(self, *numbers: int, as_: Literal["accepted", "not_sent"], by: str, at: datetime) -> None:
        """Say what became of these batches, as the dashboard shows it: all of them, or none. `by` is who says so.

        Those that are `accepted` are never sent again; those that were `not_sent` are by the next `resume`. Raises
        LedgerError where the outcome of one is known, where there is no such batch, and while another run holds the
        ledger, which may know better in a moment.
        """
        if as_ not in (ACCEPTED, NOT_SENT):
            raise ValueError(f"a batch is resolved as `accepted` or `not_sent`, not as {as_!r}")
        held = self.database.hold() if self._source is None else nullcontext()
        with held, self.database.writing() as connection:
            for number in numbers:
                row = connection.execute("SELECT state FROM run_batches WHERE number = ?", (number,)).fetchone()
                state = None if row is None else row[0]
                if state not in UNDECIDED:
                    is_how = "is not there" if state is None else f"is {state.replace('_', ' ')}, and needs no decision"
                    raise LedgerError(
                        CODES["ledger-unresolved"],
                        f"batch {number:,} of the run {is_how}",
                        help="only what is in flight or unknown is resolved, and `audience ledger show` lists it",
                    )
                reason = f"{by} said so at {stamp(at)}, when it was {state.replace('_', ' ')}"
                connection.execute(
                    "UPDATE run_batches SET state = ?, reason = ?, resolved_at = ?, resolved_by = ? WHERE number = ?",
                    (as_, reason, stamped(at), by, number),
                )

    def refused_5xx(self) -> int:
        """How many recipients are in batches that Braze refused for an error of its own: surely nothing was sent."""
        with self.database.reading() as connection:
            (count,) = connection.execute(
                "SELECT coalesce(sum(recipients), 0) FROM run_batches WHERE state = ? AND http_status >= 500",
                (REJECTED,),
            ).fetchone()
        return int(count)

    def resend_refused_5xx(self) -> None:
        """Have those sent again, which stay rejected otherwise."""
        self._must_be_held()
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE run_batches SET state = ? WHERE state = ? AND http_status >= 500", (PENDING, REJECTED)
            )

    def put_off(self) -> None:
        """Have it begun anew by the next `prepare`: nobody wants it as it is. Once a batch was begun, it stays."""
        self._must_be_held()
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE run SET state = ? WHERE NOT EXISTS (SELECT * FROM run_batches WHERE attempts > 0)", (STAGING,)
            )

    def close(self) -> None:
        """Let the ledger go."""
        self._source = None
        self._held.close()

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Run of {self.name}, {self.state}>"
