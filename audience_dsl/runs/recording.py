"""The ledger of one batch: the sender's protocol, on the row of the batch."""

import sqlite3
from datetime import datetime
from typing import Final

from ..diagnostics import CODES, LedgerError
from ..ledger.database import Database
from ..ledger.identifiers import without_server_texts
from ..sender.outcome import NOT_SENT, REJECTED, UNKNOWN, Receipt
from ..sender.requests import Request
from .stopping import StoppedError, StopSignal
from .tables import IN_FLIGHT, OPEN

__all__ = ["BatchLedger", "says_nothing_of_the_batch", "state_after"]

# Answers about the key and the address, and not about what was sent.
_ABOUT_ACCESS: Final = (401, 403, 404)


def says_nothing_of_the_batch(receipt: Receipt) -> bool:
    """Whether it was refused for the key or the address, so that it may go once those are mended."""
    return receipt.outcome == REJECTED and receipt.http_status in _ABOUT_ACCESS


def state_after(receipt: Receipt) -> str:
    return NOT_SENT if says_nothing_of_the_batch(receipt) else receipt.outcome


class BatchLedger:
    """Claims and settles the attempts of one batch. In flight is durable before the first byte is written.

    With `hashed`, nothing that the server said is kept: it may repeat an identifier.
    """

    def __init__(self, database: Database, batch: int, *, hashed: bool, stop: StopSignal) -> None:
        self._database = database
        self._batch = batch
        self._hashed = hashed
        self._stop = stop
        self._begun: str | None = None

    def known(self, request: Request, /, *, key: str | None, repeat: bool) -> Receipt | None:  # noqa: ARG002
        """Nothing that may not be sent gets this far, and `claim` looks again."""
        return None

    def claim(
        self,
        request: Request,
        /,
        *,
        key: str | None,  # noqa: ARG002 - as in the protocol
        at: datetime,
        repeat: bool,  # noqa: ARG002
    ) -> "BatchLedger":
        if self._stop.stopping:
            # The wait before this attempt may have been one that nothing could end early.
            raise StoppedError
        begun = at.isoformat()
        # What this same send has had refused, its policy may try again.
        allowed = OPEN if self._begun is None else (*OPEN, REJECTED)

        def begin(connection: sqlite3.Connection) -> None:
            (state,) = connection.execute("SELECT state FROM run_batches WHERE number = ?", (self._batch,)).fetchone()
            if state not in allowed:
                raise LedgerError(
                    CODES["ledger-unresolved"],
                    f"batch {self._batch:,} is {state.replace('_', ' ')}, and is not sent again by itself",
                    help="`audience ledger show` has the batches of a run",
                )
            connection.execute(
                "UPDATE run_batches SET state = ?, attempts = attempts + 1, digest = ?, begun_at = ?, "
                "http_status = NULL, dispatch_id = NULL, request_id = NULL, reason = NULL, retry_at = NULL, "
                "finished_at = NULL WHERE number = ?",
                (IN_FLIGHT, request.digest, begun, self._batch),
            )

        self._database.submit(begin)
        self._begun = begun
        return self

    def settle(self, receipt: Receipt, /) -> None:
        values = (
            state_after(receipt),
            receipt.http_status,
            receipt.dispatch_id,
            receipt.request_id,
            (without_server_texts(receipt) if self._hashed else receipt).reason,
            None if receipt.retry_at is None else receipt.retry_at.isoformat(),
            receipt.finished_at.isoformat(),
            self._batch,
            self._begun,
        )

        def end(connection: sqlite3.Connection) -> None:
            # Unknown is what a later process calls an attempt of this one that it could not wait for.
            connection.execute(
                "UPDATE run_batches SET state = ?, http_status = ?, dispatch_id = ?, request_id = ?, reason = ?, "
                "retry_at = ?, finished_at = ? WHERE number = ? AND begun_at = ? AND state IN (?, ?)",
                (*values, IN_FLIGHT, UNKNOWN),
            )

        self._database.submit(end)

    def leave(self, receipt: Receipt) -> None:
        """Record why nothing was begun, where nothing was: the rate limit is spent, or the time is over."""
        if self._begun is not None:
            return
        values = (
            state_after(receipt),
            receipt.reason,
            None if receipt.retry_at is None else receipt.retry_at.isoformat(),
            receipt.finished_at.isoformat(),
            self._batch,
        )

        def note(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE run_batches SET state = ?, http_status = NULL, reason = ?, retry_at = ?, finished_at = ? "
                "WHERE number = ? AND state IN (?, ?, ?)",
                (*values, *OPEN),
            )

        self._database.submit(note)
