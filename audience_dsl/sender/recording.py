"""What the sender asks of a ledger: whether a send is known already, and a record before each attempt.

`audience_dsl.ledger` has the one that is kept in a file. Whoever keeps sends elsewhere writes the methods below.
"""

from datetime import datetime
from typing import Protocol

from .outcome import Receipt
from .requests import Request

__all__ = ["Claim", "Ledger"]


class Claim(Protocol):
    """One attempt that is recorded as in flight. What is never settled stays so, which is true: nobody knows."""

    def settle(self, receipt: Receipt, /) -> None:
        """Record what became of the attempt. It is durable when this returns.

        After an interruption it may be called again with the same receipt, which changes nothing.
        """


class Ledger(Protocol):
    """Knows which sends were begun. Its methods may block, are called from several threads, and raise LedgerError."""

    def known(self, request: Request, /, *, key: str | None, repeat: bool) -> Receipt | None:
        """The receipt of a send that was accepted under this key, or with this digest; marked as `replayed`.

        None where the request may be sent. With `repeat`, the same digest under another key counts as another send.
        Raises LedgerError where the send is in flight or its outcome unknown, until somebody resolves it.
        """

    def claim(self, request: Request, /, *, key: str | None, at: datetime, repeat: bool) -> Claim | Receipt:
        """Record the send as in flight, durable when this returns; or the receipt, or the error, that `known` has.

        Of several callers at the same instant, in whatever process, one gets the claim.
        """
