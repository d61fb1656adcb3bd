"""A run in words: what will go, asked; and how it stands at its end."""

import math
import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..braze_api import BATCH_OF_RECIPIENTS, RATE_WINDOWS
from ..diagnostics import counted
from ..report.display import clean
from .confirming import rows_of, show_rows, target_note
from .console import Console, duration
from .exits import DONE, FINDINGS, RefusedError
from .receipts import EXIT_OF

if TYPE_CHECKING:
    from ..runs import Run, Summary
    from .request_file import PreparedRequest

__all__ = ["confirm_run", "exit_of", "show_run", "summary_in_words", "unknown_of"]

# What a request takes, and how many are under way by themselves, for an estimate that nobody should rely on.
_SECONDS_A_REQUEST = 0.25
_HEADINGS = {
    "accepted": "accepted",
    "rejected": "rejected",
    "unknown": "OUTCOME UNKNOWN",
    "in_flight": "OUTCOME UNKNOWN",
    "rate_limited": "rate limited",
    "not_sent": "not sent",
    "pending": "not begun",
}
_LABEL = 17


def show_run(
    console: Console,
    prepared: "PreparedRequest",
    run: "Run",
    summary: "Summary",
    *,
    count: int,
    twice: int,
    to: str,
    ledger: Path,
    rejects: Path | None,
    at_once: int,
) -> None:
    """The request, whom it goes to, what was left out, how long it may take, and where it is recorded.

    Of the `count` recipients `twice` are unknown, and are sent to all the same.
    """
    name = clean(run.name)
    reach = f"{counted(count, 'recipient')} of {name}"
    if twice:
        reach += f", {twice:,} of whom may get the message a second time"
    elif count != summary.total:
        reach += f" that are left, of {summary.total:,}"
    if prepared.audience_title is not None:
        reach += ", as far as they match the audience below"
    rows = rows_of(prepared, run.endpoint, run.source.template, to, reach)
    if summary.rejected_lines:
        kept = "" if rejects is None else f", in {clean(str(rejects))}"
        rows.append(("set aside", f"{counted(summary.rejected_lines, 'line')} that cannot be sent to{kept}"))
    if summary.duplicates:
        rows.append(("left out", f"{counted(summary.duplicates, 'line')}, because a later one has the same recipient"))
    states = ("pending", "not_sent", "rate_limited", *(("unknown", "in_flight") if twice else ()))
    # Those that Braze refused for an error of its own are full but for the last of the run.
    refused = math.ceil((count - summary.left - twice) / BATCH_OF_RECIPIENTS)
    batches = sum(summary.batch_counts[state] for state in states) + refused
    rows.append(("batches", f"{batches:,}, {at_once} at once: about {duration(_estimate(batches, at_once))}"))
    rows.append(("ledger", clean(str(ledger))))
    show_rows(console, rows)
    note = target_note(run.endpoint)
    if note:
        console.note(note)


def _estimate(batches: int, at_once: int) -> float:
    """Seconds, at an ordinary speed and within the limit of an hour."""
    limit = RATE_WINDOWS["requests"]
    return max(batches * _SECONDS_A_REQUEST / at_once, batches // limit.limit * limit.seconds, 1.0)


def confirm_run(console: Console, count: int, *, resumed: bool) -> None:
    """Ask for the number of recipients, and raise RefusedError for anything else."""
    answer = console.ask(f"Type the number of recipients, {count:,}, to send: ")
    if answer is None:
        console.note("")
    if answer is None or answer.replace(",", "") != str(count):
        raise RefusedError(f"the run was not confirmed, and nothing{' more' if resumed else ''} was sent")


def exit_of(summary: "Summary") -> int:
    """The worst outcome decides; lines that were set aside count where there is nothing worse."""
    code = EXIT_OF[summary.worst]
    return FINDINGS if code == DONE and summary.rejected_lines else code


def summary_in_words(summary: "Summary", *, ledger: Path, rejects: Path | None, stopped: str | None) -> str:
    rows: list[tuple[str, str]] = []
    for state, count in summary.counts.items():
        if count:
            batches = counted(summary.batch_counts[state], "batch").replace("batchs", "batches")
            when = f", until {_instant(summary.retry_at)}" if state == "rate_limited" and summary.retry_at else ""
            rows.append((_HEADINGS[state], f"{counted(count, 'recipient')} in {batches}{when}"))
    if not rows:
        rows.append(("nobody", "there is no recipient to send to"))
    if summary.rejected_lines:
        kept = "" if rejects is None else f" in {clean(str(rejects))}, to be mended and sent by another run"
        rows.append(("set aside", f"{counted(summary.rejected_lines, 'line')}{kept}"))
    if summary.duplicates:
        rows.append(("duplicates", f"{counted(summary.duplicates, 'line')} left out: the last one of each counts"))
    if stopped is not None:
        rows.append(("stopped", clean(stopped)))
    rows.append(("ledger", clean(str(ledger))))
    rows += [("", way) for way in _ways(summary, ledger)]
    return "".join(f"{label:<{_LABEL}}{text}\n" for label, text in rows)


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).isoformat(sep=" ", timespec="seconds")


def unknown_of(summary: "Summary") -> int:
    """The recipients of whom nobody knows whether they got the message."""
    return summary.counts["unknown"] + summary.counts["in_flight"]


def _ways(summary: "Summary", ledger: Path) -> list[str]:
    show = f"audience ledger show {clean(shlex.quote(str(ledger)))}"
    unknown = unknown_of(summary)
    ways = []
    if summary.left:
        ways.append(f"to send to the {summary.left:,} that are left, run the same command with `--resume`")
    if summary.counts["rejected"]:
        ways.append(f"`{show} --outcome rejected` says why Braze refused them")
    if unknown:
        ways.append(
            f"whether {unknown:,} got it is not known, and nothing is sent to them again by itself: `{show}` lists "
            "them, and the ways to decide"
        )
    return ways
