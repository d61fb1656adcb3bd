"""What the ledger's tests share: requests, receipts, and the file looked at by sqlite itself."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audience_dsl.ledger import Ledger
from audience_dsl.ledger.sends import RecordedAttempt
from audience_dsl.sender import Receipt, Request, build_request
from audience_dsl.sender.outcome import ACCEPTED, Judgement, receipt_for

__all__ = ["AT", "attempted", "claimed", "is_sound", "receipt", "request"]

AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def request(campaign: str = "c", **fields: Any) -> Request:
    return build_request({"campaign_id": campaign, **(fields or {"broadcast": True})})


def receipt(request: Request, outcome: str = ACCEPTED, **more: Any) -> Receipt:
    judgement = Judgement(outcome=outcome, reason=f"it is {outcome}", **more)
    return receipt_for(judgement, digest=request.digest, endpoint=request.endpoint.path, sent_at=AT, finished_at=AT)


def claimed(ledger: Ledger, request: Request, key: str | None = None, *, repeat: bool = False) -> RecordedAttempt:
    claim = ledger.claim(request, key=key, at=AT, repeat=repeat)
    assert isinstance(claim, RecordedAttempt)
    return claim


def attempted(
    ledger: Ledger, request: Request, outcome: str = ACCEPTED, key: str | None = None, *, repeat: bool = False
) -> Receipt:
    """An attempt of which this became."""
    made = receipt(request, outcome)
    claimed(ledger, request, key, repeat=repeat).settle(made)
    return made


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        found: list[tuple[str]] = connection.execute("PRAGMA integrity_check").fetchall()
    return found == [("ok",)]
