"""The run of a ledger, and its batches: for a terminal, for programs and for spreadsheets."""

import json
import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnostics import counted
from ..report.display import clean
from .ledger_found import UNDECIDED
from .ledger_text import (
    LISTED_AT_MOST,
    counts_of,
    csv_line,
    csv_of_sends,
    labelled,
    people,
    resolving,
    rows_below,
)

if TYPE_CHECKING:
    from ..runs import Batch, Run, Summary

__all__ = [
    "csv_of_batch",
    "csv_of_run",
    "details_of_batch",
    "json_of_batch",
    "json_of_run",
    "table_of_batches",
    "text_of_run",
]

_HEADINGS = ("batch", "lines", "recipients", "outcome", "begun", "attempts", "reason")


def text_of_run(run: "Run", states: Sequence[str] | None, path: Path) -> str:
    """How many recipients stand how, the batches that need a decision or that stand so, and what to do."""
    from ..ledger.send import triggered
    from ..ledger.target import target_of

    summary = run.summary()
    size = f"{counted(summary.total, 'recipient')} in {counted(summary.batches, 'request')}"
    target = target_of(run.database)
    lines = [
        f"run of {clean(run.name)}, begun {run.started:%Y-%m-%d %H:%M:%S}Z: {size}",
        clean(f"of {triggered(run.endpoint.path, run.subject)}" + ("" if target is None else f" at {target}")),
        *counts_of({state: count for state, count in summary.counts.items() if count}),
    ]
    if summary.rejected_lines:
        lines.append(f"  besides, {counted(summary.rejected_lines, 'line')} set aside")
    if summary.duplicates:
        lines.append(f"  besides, {counted(summary.duplicates, 'duplicate')} left out")
    holder = run.database.holder()
    if holder is not None:
        lines.append(f"It is going on, by process {holder}: what is in flight is being sent right now.")
    wanted = UNDECIDED if states is None else states
    total = sum(summary.batch_counts[state] for state in wanted)
    if total:
        lines += ["", *table_of_batches(islice(run.batches(*wanted), LISTED_AT_MOST), total)]
    if holder is None and states in (None, UNDECIDED):
        lines += _ways(summary, path)
    return "\n".join(lines) + "\n"


def _ways(summary: "Summary", path: Path) -> list[str]:
    """From what is not known to a decision, step by step; and on to what is left."""
    file = clean(shlex.quote(str(path)))
    lines = []
    undecided = sum(summary.counts[state] for state in UNDECIDED)
    if undecided:
        lines += [
            "",
            f"{counted(undecided, 'recipient')} may have been sent to, and nobody knows. Who they are:",
            f"  audience ledger show {file} --outcome undecided --output-format csv",
            "Look at the campaign's analytics since `begun`, and in the message activity log for some of them.",
            "Then say what became of the batches, by their numbers or all at once:",
            *resolving(path, "--batch NUMBER|all"),
            "or send to all of them again, though some may get it a second time:",
            f"  audience send … --ledger {file} --resume --resend-unknown {undecided}",
        ]
    if summary.left:
        reset = f", once the rate limit is reset at {_instant(summary.retry_at)}" if summary.retry_at else ""
        lines += [
            "",
            f"Nothing was sent to {counted(summary.left, 'recipient')} so far. To go on with them{reset}:",
            f"  audience send … --ledger {file} --resume",
        ]
    return lines


def table_of_batches(batches: Iterable["Batch"], total: int) -> list[str]:
    return rows_below(_HEADINGS, map(_row, batches), total)


def details_of_batch(run: "Run", batch: "Batch", path: Path) -> str:
    """All that is known of one batch; what to do where nobody knows what became of it."""
    rows: list[tuple[str, object]] = [
        ("batch", f"{batch.number:,}"),
        ("outcome", batch.state.replace("_", " ")),
        ("recipients", f"{batch.recipients}, on lines {_lines(batch)} of {run.name}"),
        *people([place.identity for place in run.places(batch)]),
        ("begun", _instant(batch.begun_at)),
        ("ended", _instant(batch.finished_at)),
        ("attempts", batch.attempts),
        ("sent again", f"{counted(batch.resent, 'time')} by order, though it was unknown" if batch.resent else None),
        ("decided by", batch.resolved_by and f"{batch.resolved_by} at {_instant(batch.resolved_at)}"),
        ("reason", batch.reason),
        ("retry at", _instant(batch.retry_at)),
        ("dispatch id", batch.dispatch_id),
        ("request id", batch.request_id),
        ("digest", batch.digest),
    ]
    lines = labelled(rows)
    if batch.state in UNDECIDED and run.database.holder() is None:
        lines += ["", "Look for it in the dashboard, and say what became of it:"]
        lines += resolving(path, f"--batch {batch.number}")
    return "\n".join(lines) + "\n"


def json_of_run(run: "Run", states: Sequence[str] | None) -> Iterable[str]:
    """The summary, and the batches that need a decision or that stand so: one after another, since they may be many."""
    from ..ledger.target import target_of

    value = {
        "name": run.name,
        "started": run.started.isoformat(),
        "now": run.now.isoformat(),
        "endpoint": run.endpoint.path,
        "subject": run.subject,
        "target": target_of(run.database),
        "request_digest": run.request_digest,
        "input_digest": run.input_digest,
        "process": run.database.holder(),
        **run.summary().to_dict(),
    }
    listed = "undecided" if states is None else "listed"
    yield json.dumps(value, indent=2).removesuffix("\n}") + f',\n  "{listed}": ['
    for number, batch in enumerate(run.batches(*(states or UNDECIDED))):
        yield (",\n" if number else "\n") + json.dumps(batch.to_dict(), indent=2)
    yield "]\n}"


def json_of_batch(run: "Run", batch: "Batch") -> str:
    lines = [{"line": place.line, "identifier": place.identity} for place in run.places(batch)]
    return json.dumps({**batch.to_dict(), "lines": lines}, indent=2) + "\n"


def csv_of_run(run: "Run", states: Sequence[str] | None) -> Iterable[str]:
    """A row for each recipient, below the header of the sends."""
    for batch in run.batches(*(states or ())):
        yield from _csv_rows(run, batch)


def csv_of_batch(run: "Run", batch: "Batch") -> Iterable[str]:
    """The same of one batch, with the header."""
    yield from csv_of_sends(())
    yield from _csv_rows(run, batch)


def _csv_rows(run: "Run", batch: "Batch") -> Iterable[str]:
    for place in run.places(batch):
        yield csv_line((place.identity, batch.state, None, None, batch.number, place.line, batch.dispatch_id))


def _row(batch: "Batch") -> tuple[object, ...]:
    return (
        batch.number,
        _lines(batch),
        batch.recipients,
        batch.state.replace("_", " "),
        _instant(batch.begun_at) or "",
        batch.attempts,
        batch.reason or "",
    )


def _lines(batch: "Batch") -> str:
    return str(batch.first) if batch.first == batch.last else f"{batch.first}–{batch.last}"


def _instant(text: str | None) -> str | None:
    from ..ledger.send import stamp

    return None if text is None else stamp(datetime.fromisoformat(text))
