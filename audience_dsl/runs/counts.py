"""A run in numbers: how it stands, and how fast it goes."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from ..sender.outcome import ACCEPTED, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN, Receipt
from .tables import IN_FLIGHT, OPEN, STATES

__all__ = ["Progress", "Speed", "Summary"]

# Which outcome speaks for a whole run, the worst first.
_WORST_FIRST: Final = (UNKNOWN, IN_FLIGHT, REJECTED, RATE_LIMITED, NOT_SENT)
# Seconds over which the speed is taken.
_WINDOW: Final = 30.0


class Summary:
    """How a run stands: recipients and batches by where they are.

    `counts` and `batch_counts` have every state of `STATES`; `total` is the number of recipients to be sent to, without
    the `duplicates` and the `rejected_lines` of the file. `retry_at` is when all that is rate limited may go, where
    that is known. `stopped` says why delivery ended before everything was
    tried, None where it did not.
    """

    __slots__ = ("batch_counts", "batches", "counts", "duplicates", "rejected_lines", "retry_at", "stopped", "total")

    def __init__(
        self,
        *,
        total: int,
        duplicates: int,
        rejected_lines: int,
        counts: Mapping[str, int],
        batch_counts: Mapping[str, int],
        retry_at: str | None = None,
    ) -> None:
        self.total = total
        self.duplicates = duplicates
        self.rejected_lines = rejected_lines
        self.counts = {state: counts.get(state, 0) for state in STATES}
        self.batch_counts = {state: batch_counts.get(state, 0) for state in STATES}
        self.batches = sum(self.batch_counts.values())
        self.retry_at = retry_at
        self.stopped: str | None = None

    @property
    def left(self) -> int:
        """Recipients of whom it is known that nothing was sent, and who may be sent to."""
        return sum(self.counts[state] for state in OPEN)

    @property
    def worst(self) -> str:
        """The outcome that speaks for the whole: unknown before rejected before rate_limited before not_sent.

        What was never begun counts as not sent, and what is in flight as unknown; `accepted` where all of it was.
        """
        for outcome in _WORST_FIRST:
            if self.batch_counts[outcome]:
                return UNKNOWN if outcome == IN_FLIGHT else outcome
        return NOT_SENT if self.left else ACCEPTED

    def to_dict(self) -> dict[str, object]:
        return {
            "total": self.total,
            "duplicates": self.duplicates,
            "rejected_lines": self.rejected_lines,
            "batches": self.batches,
            "recipients_by_outcome": dict(self.counts),
            "batches_by_outcome": dict(self.batch_counts),
            "worst": self.worst,
            "retry_at": self.retry_at,
            "stopped": self.stopped,
        }

    def __repr__(self) -> str:
        shown = ", ".join(f"{count:,} {state}" for state, count in self.counts.items() if count)
        return f"<Summary of {self.total:,}: {shown or 'nobody'}>"


class Progress:
    """After a batch: which it was, what became of it, and how the whole stands, in recipients.

    `rate` is in recipients a second, over the last half minute; `seconds_left` is None until there is one.
    """

    __slots__ = ("accepted", "batch", "left", "rate", "receipt", "rejected", "seconds_left", "total", "unknown")

    def __init__(self, batch: int, receipt: Receipt, total: int, counts: Mapping[str, int], rate: float) -> None:
        self.batch = batch
        self.receipt = receipt
        self.total = total
        self.accepted = counts[ACCEPTED]
        self.rejected = counts[REJECTED]
        self.unknown = counts[UNKNOWN] + counts[IN_FLIGHT]
        self.left = sum(counts[state] for state in OPEN)
        self.rate = rate
        self.seconds_left = self.left / rate if rate > 0 else None


class Speed:
    """How many a second, over the latest half minute."""

    def __init__(self, started: float) -> None:
        self._marks: deque[tuple[float, int]] = deque([(started, 0)])
        self._sum = 0

    def add(self, at: float, count: int) -> float:
        self._marks.append((at, count))
        self._sum += count
        while len(self._marks) > 2 and self._marks[1][0] <= at - _WINDOW:
            self._marks.popleft()
            self._sum -= self._marks[0][1]
        seconds = at - self._marks[0][0]
        return self._sum / seconds if seconds > 0 else 0.0
