"""The receipt of a send: in words for people, as JSON for programs, and as the exit code for the shell."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..report.display import clean
from .console import Console, OutputError
from .exits import DONE, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN

if TYPE_CHECKING:
    from ..sender.outcome import Receipt

__all__ = ["EXIT_OF", "answer", "as_json", "hand_over", "unknown_way"]

EXIT_OF = {
    "accepted": DONE,
    "rejected": REJECTED,
    "unknown": UNKNOWN,
    "rate_limited": RATE_LIMITED,
    "not_sent": NOT_SENT,
}
_UNKNOWN_WAY = "do not send it again blindly: look at the campaign in the dashboard first"
# Errors beside a success that the receipt in text lists.
_ERRORS_AT_MOST = 20
_HEADINGS = {
    "accepted": "accepted",
    "rejected": "rejected",
    "rate_limited": "rate limited",
    "not_sent": "not sent",
    "unknown": "OUTCOME UNKNOWN",
}


def unknown_way(ledger: Path | None) -> str:
    """What to do about a send that may have gone out."""
    if ledger is None:
        return _UNKNOWN_WAY
    command = clean(shlex.join(["audience", "ledger", "show", str(ledger)]))
    return f"{_UNKNOWN_WAY}, and then say what became of it: `{command}` has the ways"


def hand_over(console: Console, receipt: "Receipt", output_format: str, ledger: Path | None) -> None:
    """The receipt on stdout, of a send that was recorded in this ledger."""
    answer(console, as_json(receipt.to_dict()) if output_format == "json" else _in_words(receipt, ledger))
    if output_format == "json" and receipt.outcome == "unknown":
        console.error("the outcome is unknown", unknown_way(ledger))
    if output_format == "json" and receipt.replayed:
        console.note(_heading(receipt))


def answer(console: Console, text: str) -> None:
    """Data that must not be lost: on stderr, where stdout does not take it."""
    try:
        console.data(text)
    except OutputError as error:
        console.error(str(error))
        console.note(text, end="")


def as_json(value: object) -> str:
    """In ASCII, since a server may say anything, and a terminal obeys some characters beyond it."""
    return json.dumps(value, indent=2) + "\n"


def _in_words(receipt: "Receipt", ledger: Path | None) -> str:
    lines = [_heading(receipt)]
    if receipt.outcome == "unknown":
        lines.append(f"{'':<13}{unknown_way(ledger)}")
    rows: list[tuple[str, object]] = [
        ("dispatch id", receipt.dispatch_id),
        ("send id", receipt.send_id),
        ("schedule id", receipt.schedule_id),
        *(("warning", warning) for warning in receipt.warnings),
        *(
            ("error", error if isinstance(error, str) else json.dumps(error))
            for error in receipt.errors[:_ERRORS_AT_MOST]
        ),
        ("", _more(len(receipt.errors) - _ERRORS_AT_MOST)),
        ("rate limit", _limit(receipt)),
        ("retry after", None if receipt.retry_after is None else f"{receipt.retry_after:g} s"),
        ("retry at", None if receipt.retry_at is None else receipt.retry_at.isoformat(timespec="seconds")),
        ("request id", receipt.request_id),
        ("digest", receipt.digest),
        ("ledger key", receipt.key),
        ("attempts", receipt.attempts if receipt.attempts > 1 else None),
        ("sent at", receipt.sent_at.isoformat(timespec="seconds")),
        # Which says as well where the body of now is another.
        ("reason", receipt.reason if receipt.replayed else None),
    ]
    lines += [f"{label:<13}{clean(str(value))}" for label, value in rows if value is not None]
    return "\n".join(lines) + "\n"


def _heading(receipt: "Receipt") -> str:
    if receipt.replayed:
        at = receipt.sent_at.isoformat(sep=" ", timespec="seconds")
        return f"already sent at {at}: nothing was sent now; this is the receipt of then"
    return f"{_HEADINGS[receipt.outcome]}: {clean(receipt.reason)}"


def _more(count: int) -> str | None:
    return f"… and {count:,} errors more, which `--output-format json` has" if count > 0 else None


def _limit(receipt: "Receipt") -> str | None:
    limit = receipt.rate_limit
    if limit is None:
        return None
    parts = []
    if limit.remaining is not None:
        parts.append(f"{limit.remaining:,} left" + ("" if limit.limit is None else f" of {limit.limit:,}"))
    if limit.reset is not None:
        try:
            parts.append(f"resets {datetime.fromtimestamp(limit.reset, UTC).isoformat()}")
        except (OverflowError, OSError, ValueError):
            parts.append(f"resets {limit.reset} seconds after 1970")
    return ", ".join(parts) or None
