"""The run of a ledger, for a terminal, for programs and for spreadsheets."""

import json
import shlex
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnostics import counted
from ..report.display import clean
from .ledger_text import LISTED_AT_MOST, counts_of, csv_line, rows_below

if TYPE_CHECKING:
    from ..runs import Batch, Run

__all__ = ["csv_of_run", "json_of_run", "text_of_run"]

_OPEN = ("in_flight", "unknown")
_HEADINGS = ("batch", "lines", "recipients", "outcome", "begun", "attempts", "reason")


def text_of_run(run: "Run", standing: str | None, path: Path) -> str:
    """How many recipients stand how, and the batches that need a decision or that stand so."""
    summary = run.summary()
    wanted = _OPEN if standing is None else (standing,)
    size = f"{counted(summary.total, 'recipient')} in {counted(summary.batches, 'request')}"
    lines = [
        f"run of {clean(run.name)}, begun {run.started:%Y-%m-%d %H:%M:%S}Z: {size}",
        *counts_of({state: count for state, count in summary.counts.items() if count}),
    ]
    if summary.rejected_lines:
        lines.append(f"  besides, {counted(summary.rejected_lines, 'line')} set aside")
    if summary.duplicates:
        lines.append(f"  besides, {counted(summary.duplicates, 'duplicate')} left out")
    total = sum(summary.batch_counts[state] for state in wanted)
    if total:
        lines += ["", *rows_below(_HEADINGS, map(_row, islice(run.batches(*wanted), LISTED_AT_MOST)), total)]
    undecided = sum(summary.counts[state] for state in _OPEN)
    if undecided and standing is None:
        lines += [
            "",
            f"{counted(undecided, 'recipient')} may have been sent to, and nobody knows.",
            "Look for them in the dashboard, unless the run is going on. If they got nothing, send to them again:",
            f"  audience send … --ledger {clean(shlex.quote(str(path)))} --resume --resend-unknown {undecided}",
        ]
    return "\n".join(lines) + "\n"


def json_of_run(run: "Run", standing: str | None) -> str:
    """The summary, and the batches that need a decision or that stand so."""
    batches = run.batches(*(_OPEN if standing is None else (standing,)))
    value = {
        "name": run.name,
        "started": run.started.isoformat(),
        "now": run.now.isoformat(),
        "endpoint": run.endpoint.path,
        "request_digest": run.request_digest,
        "input_digest": run.input_digest,
        **run.summary().to_dict(),
        "undecided" if standing is None else "listed": [batch.to_dict() for batch in batches],
    }
    return json.dumps(value, indent=2)


def csv_of_run(run: "Run", standing: str | None) -> Iterable[str]:
    """A row for each recipient, below the header of the sends."""
    for each in run.recipients(*(() if standing is None else (standing,))):
        yield csv_line((each.identity, each.outcome, None, None, each.batch, each.line, each.dispatch_id))


def _row(batch: "Batch") -> tuple[object, ...]:
    return (
        batch.number,
        f"{batch.first}–{batch.last}",
        batch.recipients,
        batch.state.replace("_", " "),
        (batch.begun_at or "")[:19].replace("T", " "),
        batch.attempts,
        batch.reason or "",
    )
