"""A plan is applied once: a ledger that refuses what it knows, where one of single sends gives the receipt of then."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from ..diagnostics import CODES, LedgerError
from ..ledger.send import stamp
from ..sender.outcome import Receipt
from ..sender.recording import Claim, Ledger
from ..sender.requests import Request
from .plan import Plan

__all__ = ["OnceLedger", "key_of"]

T = TypeVar("T", Claim, None)


def key_of(plan: Plan) -> str:
    """Under which key the sends of a plan stand in a ledger."""
    return f"plan/{plan.digest}"


class OnceLedger:
    """For the clients' `ledger=`, before the ledger of a file: what was accepted is refused, and not answered again.

    Raises LedgerError (plan-applied) where the plan was applied, where its body was sent under another key, and where
    nobody knows whether it was. What surely was not sent goes out.
    """

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def known(self, request: Request, /, *, key: str | None, repeat: bool) -> Receipt | None:
        return _new(lambda: self._ledger.known(request, key=key, repeat=repeat), key)

    def claim(self, request: Request, /, *, key: str | None, at: datetime, repeat: bool) -> Claim:
        return _new(lambda: self._ledger.claim(request, key=key, at=at, repeat=repeat), key)


def _new(ask: "Callable[[], T | Receipt]", key: str | None) -> T:
    try:
        found = ask()
    except LedgerError as error:
        if error.kind.slug != "ledger-unresolved":
            raise
        message = f"nobody knows whether the plan was applied: {error.message}"
        raise LedgerError(CODES["plan-applied"], message, help=error.help) from None
    if not isinstance(found, Receipt):
        return found
    at = stamp(found.sent_at)
    if found.key == key:
        message, way = f"the plan was applied at {at}, and is applied once", "make a new plan to send it again"
    else:
        message = f"what the plan sends went out at {at} already, by another plan or without one"
        way = "look at the receipt by `audience ledger show`; `--repeat` sends it all the same"
    raise LedgerError(CODES["plan-applied"], message, help=way)
