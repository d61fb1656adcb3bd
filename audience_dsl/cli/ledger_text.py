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
from .ledger_found import UNDECIDED, standing_so

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
    "labelled",
    "people",
    "resolving",
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
_COLUMNS = ("identifier", "outcome", "send", "key", "batch", "line", "dispatch_id")
_HEADINGS = ("number", "key", "outcome", "begun", "attempts", "of", "to")


def text_of_sends(ledger: "Ledger", path: Path) -> str:
    """How many stand how; those that need a decision, or else the latest; and what to do."""
    counts = ledger.counts()
    total = sum(counts.values())
    lines = [counted(total, "send"), *counts_of(counts)]
    undecided = sum(counts.get(outcome, 0) for outcome in UNDECIDED)
    if undecided:
        lines += ["", f"{counted(undecided, 'send')} may have gone out, and nobody knows:"]
        lines += _table(islice(standing_so(ledger, UNDECIDED), LISTED_AT_MOST), undecided)
        lines += [
            "",
            "Look for each in the dashboard, unless it is being sent right now, and say what became of it:",
            *resolving(path, "KEY|NUMBER"),
        ]
    elif total:
        lines += ["", "the latest:", *_table(ledger.latest(LISTED_AT_MOST), total)]
    return "\n".join(lines) + "\n"


def table_of_sends(ledger: "Ledger", states: Sequence[str]) -> str:
    """Those that stand so."""
    counts = ledger.counts()
    total = sum(counts.get(state, 0) for state in states)
    lines = [f"{counted(total, 'send')}: {' or '.join(states).replace('_', ' ')}"]
    if total:
        lines += _table(islice(standing_so(ledger, states), LISTED_AT_MOST), total)
    return "\n".join(lines) + "\n"


def resolving(path: Path, which: str) -> list[str]:
    """The two commands that decide, each on a line."""
    command = clean(shlex.join(["audience", "ledger", "resolve", str(path)]))
    return [f"  {command} {which} --as accepted", f"  {command} {which} --as not-sent"]


def details_of(send: "Send", path: Path | None = None) -> str:
    """All that is known of one send. With the path of its ledger, what to do where nobody knows what became of it."""
    receipt = send.receipt
    rows: list[tuple[str, object]] = [
        ("send", send.number),
        ("key", send.key),
        ("outcome", send.outcome.replace("_", " ")),
        ("of", send.what),
        ("to", "a broadcast" if send.is_broadcast else counted(len(send.recipients), "recipient")),
        *people(send.recipients),
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
    lines = labelled(rows)
    if path is not None and send.outcome in UNDECIDED:
        lines += ["", "Look for it in the dashboard, unless it is being sent right now, and say what became of it:"]
        lines += resolving(path, clean(shlex.quote(send.name)))
    return "\n".join(lines) + "\n"


def people(identities: Sequence[str]) -> list[tuple[str, object]]:
    """The first of the recipients, as rows below the one that counts them, and how many more there are."""
    rows: list[tuple[str, object]] = [("", identity) for identity in identities[:_RECIPIENTS_AT_MOST]]
    return [*rows, ("", _more(len(identities) - _RECIPIENTS_AT_MOST, "csv"))]


def labelled(rows: Iterable[tuple[str, object]]) -> list[str]:
    """A line for each row that has a value."""
    return [f"{label:<{_LABEL}}{clean(str(value))}" for label, value in rows if value is not None]


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


def _table(sends: Iterable["Send"], total: int) -> list[str]:
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
