"""The tables of single sends, and all that is asked of them. The words for outcomes are those of the sender."""

from typing import Final

from .database import Database

__all__ = [
    "ACCEPTED_OR_OPEN_OF_BODY",
    "BY_KEY",
    "BY_NUMBER",
    "COUNTS",
    "JUDGE",
    "KEYLESS_OF_BODY",
    "LATEST",
    "NEW_ATTEMPT",
    "NEW_SEND",
    "PAGE",
    "PAGE_OF_OUTCOME",
    "RESOLVE",
    "SETTLE",
    "ensure_tables",
]

_VERSION: Final = 1
_STATEMENTS: Final = (
    # `outcome` and `decisive` say how the send stands, and by which of its attempts.
    """CREATE TABLE sends (
        number INTEGER PRIMARY KEY,
        key TEXT UNIQUE,
        outcome TEXT NOT NULL,
        decisive INTEGER NOT NULL,
        attempts INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX sends_by_outcome ON sends (outcome, number)",
    """CREATE TABLE attempts (
        number INTEGER PRIMARY KEY,
        send INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        digest TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        subject TEXT,
        is_broadcast INTEGER NOT NULL,
        recipients TEXT NOT NULL,
        begun_at TEXT NOT NULL,
        settled_at TEXT,
        receipt TEXT,
        resolved_at TEXT,
        resolved_by TEXT
    ) STRICT""",
    "CREATE INDEX attempts_by_send ON attempts (send, outcome)",
    "CREATE INDEX attempts_by_digest ON attempts (digest, outcome)",
    # A send beside the attempt that says how it stands.
    """CREATE VIEW standing AS
        SELECT sends.number, sends.key, sends.outcome, sends.attempts, endpoint, subject, digest, is_broadcast,
            recipients, begun_at, settled_at, receipt, resolved_at, resolved_by
        FROM sends JOIN attempts ON attempts.number = sends.decisive""",
    # Where there is one, identifiers are kept as hashes with it.
    "CREATE TABLE send_salt (salt BLOB NOT NULL) STRICT",
)

BY_KEY: Final = "SELECT * FROM standing WHERE key = ?"
BY_NUMBER: Final = "SELECT * FROM standing WHERE number = ?"
PAGE: Final = "SELECT * FROM standing WHERE number > ? ORDER BY number LIMIT ?"
PAGE_OF_OUTCOME: Final = "SELECT * FROM standing WHERE number > ? AND outcome = ? ORDER BY number LIMIT ?"
LATEST: Final = "SELECT * FROM standing ORDER BY number DESC LIMIT ?"
COUNTS: Final = "SELECT outcome, count(*) FROM sends GROUP BY outcome"

# The send that stands in the way of a body, by digest and endpoint: what was accepted comes before what may have been.
ACCEPTED_OR_OPEN_OF_BODY: Final = """
    SELECT send FROM attempts WHERE digest = ? AND endpoint = ? AND outcome IN ('accepted', 'in_flight', 'unknown')
    ORDER BY outcome = 'accepted' DESC, number LIMIT 1"""
KEYLESS_OF_BODY: Final = """
    SELECT sends.number FROM sends JOIN attempts ON attempts.send = sends.number
    WHERE digest = ? AND endpoint = ? AND key IS NULL AND sends.outcome NOT IN ('accepted', 'in_flight', 'unknown')
    ORDER BY sends.number DESC LIMIT 1"""

NEW_SEND: Final = "INSERT INTO sends (key, outcome, decisive, attempts) VALUES (?, 'in_flight', 0, 0)"
NEW_ATTEMPT: Final = """
    INSERT INTO attempts (send, outcome, digest, endpoint, subject, is_broadcast, recipients, begun_at)
    VALUES (?, 'in_flight', ?, ?, ?, ?, ?, ?)"""
# The first time counts; and what really became of an attempt counts more than what a person said, unless it is unknown.
SETTLE: Final = """
    UPDATE attempts SET outcome = ?, receipt = ?, settled_at = ?
    WHERE number = ? AND (settled_at IS NULL OR (resolved_at IS NOT NULL AND ? <> 'unknown'))"""
RESOLVE: Final = """
    UPDATE attempts SET outcome = ?, receipt = ?, settled_at = ?, resolved_at = ?, resolved_by = ?
    WHERE send = ? AND outcome IN ('in_flight', 'unknown')"""
# How a send stands after its attempts: by what is known to be sent, then by what may have been, then by the last.
JUDGE: Final = """
    UPDATE sends SET
        attempts = (SELECT count(*) FROM attempts WHERE send = sends.number),
        (outcome, decisive) = (
            SELECT outcome, number FROM attempts WHERE send = sends.number
            ORDER BY CASE outcome WHEN 'accepted' THEN 0 WHEN 'in_flight' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END,
                number DESC
            LIMIT 1)
    WHERE number = ?"""


def ensure_tables(database: Database) -> None:
    database.ensure("sends", _VERSION, _STATEMENTS)
