"""Sends of a ledger, for a terminal, for programs and for spreadsheets.

What stands in a file may be anybody's, so a terminal is given nothing that it would obey.
"""

import csv
import io
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import counted
from ..report.display import clean, width

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..ledger.send import Send

__all__ = [
    "LISTED_AT_MOST",
    "counts_of",
    "csv_line",
    "csv_of_sends",
    "details_of",
    "json_of",
    "rows_below",
    "table_of_sends",
    "text_of_sends",
]

# One screen: the counts, and so many sends or batches.
LISTED_AT_MOST = 15
# Of one send's recipients and errors.
_RECIPIENTS_AT_MOST = 10
_CELL_AT_MOST = 48
_LABEL = 13
_OPEN = ("in_flight", "unknown")
_COLUMNS = ("identifier", "outcome", "send", "key", "batch", "line", "dispatch_id")
_HEADINGS = ("number", "key", "outcome", "begun", "attempts", "of", "to")


def text_of_sends(ledger: "Ledger") -> str:
    """How many stand how; those that need a decision, or else the latest; and what to do."""
    counts = ledger.counts()
    total = sum(counts.values())
    lines = [counted(total, "send"), *counts_of(counts)]
    undecided = sum(counts.get(outcome, 0) for outcome in _OPEN)
    if undecided:
        sends = [send for outcome in _OPEN for send in islice(ledger.sends(outcome=outcome), LISTED_AT_MOST)]
        sends.sort(key=lambda send: send.number)
        lines += ["", f"{counted(undecided, 'send')} may have gone out, and nobody knows:"]
        lines += _table(sends[:LISTED_AT_MOST], undecided)
        command = shlex.join(["audience", "ledger", "resolve", str(ledger.database.path)])
        lines += [
            "",
            "Look for each in the dashboard, unless it is being sent right now, and say what became of it:",
            f"  {clean(command)} KEY|NUMBER --as accepted",
            f"  {clean(command)} KEY|NUMBER --as not-sent",
        ]
    elif total:
        lines += ["", "the latest:", *_table(ledger.latest(LISTED_AT_MOST), total)]
    return "\n".join(lines) + "\n"


def table_of_sends(ledger: "Ledger", standing: str) -> str:
    """Those that stand so."""
    total = ledger.counts().get(standing, 0)
    lines = [f"{counted(total, 'send')}: {standing.replace('_', ' ')}"]
    if total:
        lines += _table(list(islice(ledger.sends(outcome=standing), LISTED_AT_MOST)), total)
    return "\n".join(lines) + "\n"


def details_of(send: "Send", path: Path | None = None) -> str:
    """All that is known of one send. With the path of its ledger, what to do where nobody knows what became of it."""
    receipt = send.receipt
    rows: list[tuple[str, object]] = [
        ("send", send.number),
        ("key", send.key),
        ("outcome", send.outcome.replace("_", " ")),
        ("of", send.what),
        ("to", "a broadcast" if send.is_broadcast else counted(len(send.recipients), "recipient")),
        *(("", recipient) for recipient in send.recipients[:_RECIPIENTS_AT_MOST]),
        ("", _more(len(send.recipients) - _RECIPIENTS_AT_MOST, "csv")),
        ("begun", _instant(send.begun_at)),
        ("ended", send.settled_at and _instant(send.settled_at)),
        ("attempts", send.attempts),
        ("decided by", send.resolved_by),
        ("reason", receipt and receipt.reason),
        *(("warning", warning) for warning in (receipt.warnings if receipt else ())),
        ("dispatch id", receipt and receipt.dispatch_id),
        ("request id", receipt and receipt.request_id),
        ("digest", send.digest),
    ]
    lines = [f"{label:<{_LABEL}}{clean(str(value))}" for label, value in rows if value is not None]
    if path is not None and send.outcome in _OPEN:
        command = shlex.join(["audience", "ledger", "resolve", str(path), send.name])
        lines.append(f"{'to decide':<{_LABEL}}{clean(command)} --as accepted, or --as not-sent")
    return "\n".join(lines) + "\n"


def json_of(value: "Send | Mapping[str, Any]") -> str:
    """In ASCII, since a server may have said anything, and a terminal obeys some characters beyond it."""
    return json.dumps(value if isinstance(value, Mapping) else value.to_dict(), indent=2) + "\n"


def csv_of_sends(sends: Iterable["Send"]) -> Iterable[str]:
    """The header, and a row for each recipient; a broadcast has one without an identifier."""
    yield csv_line(_COLUMNS)
    for send in sends:
        for recipient in send.recipients or ("",):
            dispatch = send.receipt and send.receipt.dispatch_id
            yield csv_line((recipient, send.outcome, send.number, send.key, None, None, dispatch))


def csv_line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def counts_of(counts: Mapping[str, int]) -> list[str]:
    wide = max((len(f"{count:,}") for count in counts.values()), default=0)
    return [f"  {outcome.replace('_', ' '):<{_LABEL}}{count:>{wide},}" for outcome, count in counts.items()]


def rows_below(headings: Sequence[str], rows: Iterable[Sequence[object]], total: int) -> list[str]:
    """A table, and how many rows more there are."""
    cells = [list(headings), *([clean(str(cell), at_most=_CELL_AT_MOST) for cell in row] for row in rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  " + "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    more = _more(total - len(cells) + 1, "json")
    return lines if more is None else [*lines, f"  {more}"]


def _table(sends: Sequence["Send"], total: int) -> list[str]:
    rows = (
        (
            send.number,
            send.key or "",
            send.outcome.replace("_", " "),
            _instant(send.begun_at),
            send.attempts,
            send.what,
            "broadcast" if send.is_broadcast else counted(len(send.recipients), "recipient"),
        )
        for send in sends
    )
    return rows_below(_HEADINGS, rows, total)


def _more(count: int, form: str) -> str | None:
    return f"… and {count:,} more, which `--output-format {form}` has" if count > 0 else None


def _instant(instant: object) -> str:
    from ..ledger.send import stamp

    return stamp(instant)  # type: ignore[arg-type]
