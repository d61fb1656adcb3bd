"""Where the sends of a ledger go: what one workspace has accepted, another has not seen.

Without this, a run that was tried in the sandbox would be taken as done when it is meant.
"""

from typing import Final

from ..diagnostics import CODES, LedgerError, quoted
from .database import Database

__all__ = ["bind_target", "target_of"]

_VERSION: Final = 1
_STATEMENTS: Final = ("CREATE TABLE target (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL) STRICT",)


def target_of(database: Database) -> str | None:
    """Where its sends go; None where nobody said."""
    if "target" not in database.parts():
        return None
    with database.reading() as connection:
        row = connection.execute("SELECT name FROM target").fetchone()
    return None if row is None else str(row[0])


def bind_target(database: Database, name: str) -> None:
    """Let the ledger be of sends to this address. The first one stays: LedgerError (ledger-changed) for another."""
    database.ensure("target", _VERSION, _STATEMENTS)
    with database.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO target VALUES (1, ?)", (name,))
        (kept,) = connection.execute("SELECT name FROM target").fetchone()
    if kept != name:
        raise LedgerError(
            CODES["ledger-changed"],
            f"the ledger {quoted(str(database.path))} is of sends to {quoted(kept)}, and this goes to {quoted(name)}",
            help="take a ledger for each of them: what one accepted, the other has not seen",
        )
