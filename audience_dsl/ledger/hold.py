"""An exclusive hold on a ledger, which ends with its process whatever ends that.

sqlite's own lock on a file beside the ledger: the operating system drops it with the process, SIGKILL included, and it
is the same on every platform. The ledger itself is never locked for longer than one write.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..diagnostics import CODES, LedgerError, quoted
from .faults import said_plainly

__all__ = ["held"]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Raises LedgerError (ledger-held) where another process, or another part of this one, has it."""
    # The file stays, and stays empty: to remove it would let two runs hold two files of one name.
    beside = path.with_name(path.name + "-hold")
    with said_plainly(beside):
        connection = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                with said_plainly(beside):
                    raise
            raise LedgerError(
                CODES["ledger-held"],
                f"another run holds the ledger {quoted(str(path))}",
                help="wait for it to end, or end it: its hold ends with its process, however that ends",
            ) from None
        yield
