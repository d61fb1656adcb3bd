"""An exclusive hold on a ledger, which ends with its process whatever ends that.

sqlite's own lock on a file beside the ledger: the operating system drops it with the process, SIGKILL included, and it
is the same on every platform. The ledger itself is never locked for longer than one write.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ..diagnostics import LedgerError
from .faults import said_plainly

__all__ = ["held", "is_held"]

# Seconds, in which whoever only looks has looked.
_LOOKS: Final = 0.2


@contextmanager
def held(path: Path, refusal: Callable[[], LedgerError]) -> Iterator[None]:
    """Raises the refusal where another process, or another part of this one, has it."""
    # The file stays, and stays empty: to remove it would let two runs hold two files of one name.
    beside = _beside(path)
    with said_plainly(beside):
        connection = sqlite3.connect(beside, timeout=_LOOKS, isolation_level=None, check_same_thread=False)
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                with said_plainly(beside):
                    raise
            raise refusal() from None
        yield


def is_held(path: Path) -> bool:
    """Whether somebody has it right now, as far as this user may see that."""
    beside = _beside(path)
    if not beside.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{beside.as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            connection.execute("SELECT * FROM sqlite_schema").fetchall()
    except sqlite3.OperationalError as error:
        return _is_busy(error)
    return False


def _beside(path: Path) -> Path:
    return path.with_name(path.name + "-hold")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
