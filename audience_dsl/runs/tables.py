"""The tables of a run in its ledger, and the words for where a batch stands.

Everything that grows with the recipients is here and not in memory. Of a recipient the ledger has the identifier, or
its hash, and where the record stands in the file; the record itself is read again from there when it is sent.
"""

from typing import Final

from ..ledger.database import Database
from ..sender.outcome import ACCEPTED, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN

__all__ = ["IN_FLIGHT", "OPEN", "PENDING", "READY", "REFUSED", "STAGING", "STATES", "UNDECIDED", "ensure_tables"]

# What a run is: being written; written and refused, with `strict`; to be sent.
STAGING: Final = "staging"
REFUSED: Final = "refused"
READY: Final = "ready"

# What a batch is besides the outcomes of the sender: never begun, and begun with its outcome not recorded yet.
PENDING: Final = "pending"
IN_FLIGHT: Final = "in_flight"
STATES: Final = (ACCEPTED, REJECTED, UNKNOWN, IN_FLIGHT, RATE_LIMITED, NOT_SENT, PENDING)
# Of these nothing was sent, so they may be.
OPEN: Final = (PENDING, NOT_SENT, RATE_LIMITED)
# Of these nobody knows whether anything was, so they wait for a decision.
UNDECIDED: Final = (UNKNOWN, IN_FLIGHT)

_VERSION: Final = 1
_STATEMENTS: Final = (
    # One row: a ledger has one run.
    """CREATE TABLE run (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        state TEXT NOT NULL,
        name TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        subject TEXT,
        request_digest TEXT NOT NULL,
        input_digest TEXT NOT NULL,
        now TEXT NOT NULL,
        started TEXT NOT NULL,
        salt BLOB,
        total INTEGER NOT NULL DEFAULT 0,
        duplicates INTEGER NOT NULL DEFAULT 0,
        rejected_lines INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    # `offset` and `length` are bytes of the file; `size` is bytes in a body.
    """CREATE TABLE run_recipients (
        line INTEGER PRIMARY KEY,
        offset INTEGER NOT NULL,
        length INTEGER NOT NULL,
        size INTEGER NOT NULL,
        identity TEXT NOT NULL
    ) STRICT""",
    # Recipients who come again: `later` is the line that counts.
    "CREATE TABLE run_duplicates (line INTEGER PRIMARY KEY, later INTEGER NOT NULL) STRICT",
    # Lines that were set aside: what and where, and nothing of what they hold.
    "CREATE TABLE run_rejects (line INTEGER NOT NULL, code TEXT NOT NULL, pointer TEXT) STRICT",
    # A batch has the recipients from one line to another, duplicates left out.
    """CREATE TABLE run_batches (
        number INTEGER PRIMARY KEY,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        recipients INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        resent INTEGER NOT NULL DEFAULT 0,
        digest TEXT,
        http_status INTEGER,
        dispatch_id TEXT,
        request_id TEXT,
        reason TEXT,
        retry_at TEXT,
        begun_at TEXT,
        finished_at TEXT,
        resolved_at TEXT,
        resolved_by TEXT
    ) STRICT""",
)


def ensure_tables(database: Database) -> None:
    database.ensure("runs", _VERSION, _STATEMENTS)
