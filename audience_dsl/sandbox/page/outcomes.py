"""What became of a request, in a few words and a colour; the log, its filter and the page of one request share them."""

from typing import Final

from ...diagnostics import CODES, ERROR, by_severity
from ..journal import LogEntry
from ..wording import concerns_audience

__all__ = ["OUTCOMES", "Outcome", "outcome_of"]


class Outcome:
    """`name` is that of the filter, `label` what stands on the page, `tone` its colour, `seen` what the caller got."""

    __slots__ = ("label", "name", "seen", "tone")

    def __init__(self, name: str, label: str, tone: str, seen: str) -> None:
        self.name = name
        self.label = label
        self.tone = tone
        self.seen = seen


# For the filter of the log, in this order.
OUTCOMES: Final = {
    "accepted": "accepted",
    "late": "accepted, and reaches nobody",
    "refused": "refused",
    "unplayed": "not played here",
    "limited": "rate limited",
    "fault": "met a fault",
}


def outcome_of(entry: LogEntry) -> Outcome:
    seen = "no answer" if entry.status is None else f"{entry.status} {entry.message}".strip()
    if entry.fault is not None:
        taken = "yet accepted" if entry.accepted else "not accepted"
        return Outcome("fault", f"Fault, {taken}", "fault", f"{entry.fault}: {seen}" if seen != entry.fault else seen)
    if entry.notice is not None:
        return Outcome("late", "Accepted, not sent", "late", seen)
    if entry.accepted and _fails_later(entry):
        return Outcome("late", "Accepted, fails later", "late", seen)
    if entry.accepted:
        return Outcome("accepted", "Accepted", "good", seen)
    if entry.status == 429:
        return Outcome("limited", "Rate limited", "late", seen)
    if entry.status is not None and entry.status < 300:
        return Outcome("accepted", "Answered", "good", seen)
    if any(finding.code is CODES["sandbox-unplayed"] for finding in entry.findings):
        return Outcome("unplayed", "Not played here", "late", seen)
    return Outcome("refused", "Refused", "bad", seen)


def _fails_later(entry: LogEntry) -> bool:
    """Whether Braze accepts it, and finds only when it sends that the audience is none."""
    return any(concerns_audience(error) for error in by_severity(entry.findings, ERROR))
