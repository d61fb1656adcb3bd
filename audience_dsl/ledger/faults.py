"""What sqlite says, as the errors of a ledger: what it means for a send, and the way out."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..diagnostics import CODES, LedgerError, quoted

__all__ = ["UNWRITABLE", "fault", "said_plainly"]

UNWRITABLE: Final = (
    "cannot be written",
    "let this user write to the file and to its directory, where sqlite keeps its log",
)
_WAYS = {
    sqlite3.SQLITE_BUSY: ("is busy: another process has been writing to it for too long", "wait for it to end"),
    sqlite3.SQLITE_LOCKED: ("is busy: another connection has it", "wait for it to end"),
    sqlite3.SQLITE_FULL: (
        "cannot be written: the disk is full",
        "make room; what was begun is still in the ledger, as in flight",
    ),
    sqlite3.SQLITE_READONLY: UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "let this user read and write the file and its directory, where sqlite keeps its log",
    ),
    sqlite3.SQLITE_PERM: ("cannot be opened", "let this user read and write the file"),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk fails",
        "keep it on a healthy local disk, since network file systems do not hold what sqlite needs",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "recover it with sqlite's `.recover`, or restore a copy; until then what was sent is in the dashboard alone",
    ),
    sqlite3.SQLITE_NOTADB: ("is no ledger", "name another file"),
}


def fault(path: Path, what: str, help: str) -> LedgerError:
    """The error of a file that cannot be used as a ledger."""
    return LedgerError(CODES["ledger-file"], f"the ledger {quoted(str(path))} {what}", help=help)


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Whatever sqlite raises in here becomes a LedgerError."""
    try:
        yield
    except sqlite3.Error as error:
        # The extended codes have the plain one in their lowest byte; an error of the module itself has none.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        what, way = _WAYS.get(code, (f"cannot be used: {error}", "name another file"))
        raise fault(path, what, way) from None
