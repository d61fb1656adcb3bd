"""One send as a ledger tells it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..braze_api import ENDPOINTS
from ..diagnostics import LedgerError, quoted
from ..sender.outcome import OUTCOMES, UNKNOWN, Receipt
from .faults import fault

__all__ = ["IN_FLIGHT", "OPEN", "STANDINGS", "Send", "damaged", "read_send", "stamp", "stamped", "triggered"]

# How a send stands besides the outcomes of the sender: begun, and its outcome not recorded yet.
IN_FLIGHT: Final = "in_flight"
# What nobody knows the end of: it is not sent again until somebody does.
OPEN: Final = (IN_FLIGHT, UNKNOWN)
# Those that ask for a decision stand first.
STANDINGS: Final = (*OPEN, *(outcome for outcome in OUTCOMES if outcome != UNKNOWN))

_KINDS: Final = {
    endpoint.path: (endpoint.id_field or "").removesuffix("_id").replace("activity", "live activity")
    for endpoint in ENDPOINTS.values()
}


class Send:
    """A send, by its number from 1, and by its key if it has one, with the attempt that decides how it stands.

    `outcome` is one of the sender's, or `in_flight`. `subject` is the identifier of the campaign or of what else is
    triggered. `recipients` are identifiers, or what stands for them. `receipt` is None while it is in flight.
    `resolved_at` and `resolved_by` are set where a person said what became of it.
    """

    __slots__ = (
        *("attempts", "begun_at", "digest", "endpoint", "is_broadcast", "key", "number", "outcome", "receipt"),
        *("recipients", "resolved_at", "resolved_by", "settled_at", "subject"),
    )

    def __init__(
        self,
        *,
        number: int,
        key: str | None,
        outcome: str,
        attempts: int,
        endpoint: str,
        subject: str | None,
        digest: str,
        is_broadcast: bool,
        recipients: tuple[str, ...],
        begun_at: datetime,
        settled_at: datetime | None,
        receipt: Receipt | None,
        resolved_at: datetime | None,
        resolved_by: str | None,
    ) -> None:
        self.number = number
        self.key = key
        self.outcome = outcome
        self.attempts = attempts
        self.endpoint = endpoint
        self.subject = subject
        self.digest = digest
        self.is_broadcast = is_broadcast
        self.recipients = recipients
        self.begun_at = begun_at
        self.settled_at = settled_at
        self.receipt = receipt
        self.resolved_at = resolved_at
        self.resolved_by = resolved_by

    @property
    def name(self) -> str:
        """By which `Ledger.find` has it: the key, or the number where there is none."""
        return self.key or str(self.number)

    @property
    def what(self) -> str:
        """What was triggered, in words."""
        return triggered(self.endpoint, self.subject)

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON values; instants are ISO 8601."""
        return {
            "number": self.number,
            "key": self.key,
            "outcome": self.outcome,
            "attempts": self.attempts,
            "endpoint": self.endpoint,
            "subject": self.subject,
            "digest": self.digest,
            "is_broadcast": self.is_broadcast,
            "recipients": list(self.recipients),
            "begun_at": self.begun_at.isoformat(),
            "settled_at": None if self.settled_at is None else self.settled_at.isoformat(),
            "resolved_at": None if self.resolved_at is None else self.resolved_at.isoformat(),
            "resolved_by": self.resolved_by,
            "receipt": None if self.receipt is None else self.receipt.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<Send {self.number} {self.outcome}>"


def triggered(endpoint: str, subject: str | None) -> str:
    """What a request to this path triggers, in words."""
    kind = _KINDS.get(endpoint)
    return f"{kind} {quoted(subject)}" if kind and subject else f"POST {endpoint}"


def stamped(instant: datetime) -> str:
    """An instant as the file has it."""
    return instant.astimezone(UTC).isoformat()


def stamp(instant: datetime) -> str:
    """An instant as a person reads it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def read_send(row: tuple[Any, ...], path: Path) -> Send:
    """A row of the view `standing`. Raises LedgerError where it is not what was written."""
    number, key, outcome, attempts, endpoint, subject, digest, is_broadcast, recipients, *rest = row
    begun_at, settled_at, receipt, resolved_at, resolved_by = rest
    try:
        return Send(
            number=number,
            key=key,
            outcome=_outcome(outcome),
            attempts=attempts,
            endpoint=endpoint,
            subject=subject,
            digest=digest,
            is_broadcast=bool(is_broadcast),
            recipients=tuple(map(str, json.loads(recipients))),
            begun_at=datetime.fromisoformat(begun_at),
            settled_at=settled_at and datetime.fromisoformat(settled_at),
            receipt=receipt and Receipt.from_dict(json.loads(receipt)),
            resolved_at=resolved_at and datetime.fromisoformat(resolved_at),
            resolved_by=resolved_by,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise damaged(path, number) from None


def damaged(path: Path, number: int) -> LedgerError:
    """The error of a file that says what no ledger says."""
    return fault(path, f"is damaged: what it has of send {number} cannot be read", "restore a copy of the file")


def _outcome(text: str) -> str:
    if text not in STANDINGS:
        raise ValueError(text)
    return text
