"""`audience ledger`: what a ledger knows of sends and of a run. What a person says of what it does not know stands in
`ledger_resolve`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import LedgerError
from .console import Console
from .exits import DONE, UsageFault
from .ledger_found import UNDECIDED, no_batch, no_send, run_of, sends_of, standing_so
from .ledger_resolve import resolve
from .ledger_text import csv_of_sends, details_of, json_of, table_of_sends, text_of_sends
from .sending import refused_by_ledger

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..ledger.send import Send
    from ..runs import Run

__all__ = ["command"]

_EXITS = """\b
Exit codes:
  0    done
  2    usage, or a ledger that cannot be used"""
_STANDINGS = ("undecided", "in-flight", "unknown", "accepted", "rejected", "rate-limited", "not-sent", "pending")
# Pieces of text that are written at once.
_AT_A_TIME = 500


@click.group("ledger")
def command() -> None:
    """The ledger of `audience send --ledger`: what was sent, and what nobody knows.

    \b
    Examples:
      audience ledger show sends.db
      audience ledger resolve sends.db storm/porto/1122 --as accepted

    A send is recorded before its first byte, and again with what became of it. One that is in flight or unknown is
    never sent again until a person has looked in the dashboard, and says what became of it. See docs/ledger.md.
    """


command.add_command(resolve)


@command.command("show", epilog=_EXITS, short_help="What a ledger knows, and what needs a decision.")
@click.argument("file", metavar="FILE")
@click.argument("key", metavar="[KEY|NUMBER]", required=False)
@click.option("--batch", type=click.IntRange(1), metavar="NUMBER", help="All that is known of this batch of a run.")
@click.option(
    "--outcome",
    type=click.Choice(_STANDINGS),
    metavar="OUTCOME",
    help=f"Only those that stand so: {', '.join(_STANDINGS)}. Undecided is in flight or unknown.",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="The form of the answer on stdout; csv is one row for each recipient.",
)
@click.pass_obj
def show(
    console: Console, file: str, key: str | None, batch: int | None, outcome: str | None, output_format: str
) -> int:
    """Show what a ledger knows: how many sends and batches stand how, and which of them need a decision.

    \b
    Examples:
      audience ledger show sends.db
      audience ledger show sends.db storm/porto/1122
      audience ledger show winter.db --batch 17
      audience ledger show winter.db --outcome undecided --output-format csv > undecided.csv

    With a key, or a send's number, all that is known of that send. Nothing is written, so a run may go on meanwhile.
    """
    from ..ledger.database import Database

    if sum(each is not None for each in (key, batch, outcome)) > 1:
        raise UsageFault("a send, `--batch` and `--outcome` each say what is shown", "keep one of them")
    try:
        with Database(file, create=False, read_only=True) as database:
            ledger, run = sends_of(database), run_of(database)
            if key is not None:
                send = None if ledger is None else ledger.find(key)
                if send is None:
                    raise no_send(file, key, run)
                _write(console, _one_send(file, send, output_format))
            elif batch is not None:
                _write(console, _one_batch(file, run, batch, output_format))
            else:
                _write(console, _all(file, ledger, run, _states(outcome), output_format))
    except LedgerError as error:
        return refused_by_ledger(console, error)
    return DONE


def _states(outcome: str | None) -> tuple[str, ...] | None:
    if outcome == "undecided":
        return UNDECIDED
    return None if outcome is None else (outcome.replace("-", "_"),)


def _one_send(file: str, send: "Send", output_format: str) -> Iterable[str]:
    if output_format == "json":
        return [json_of(send)]
    if output_format == "csv":
        return csv_of_sends([send])
    return [details_of(send, Path(file))]


def _one_batch(file: str, run: "Run | None", number: int, output_format: str) -> Iterable[str]:
    from .ledger_run import csv_of_batch, details_of_batch, json_of_batch

    batch = None if run is None else run.batch(number)
    if run is None or batch is None:
        raise no_batch(file, number, run)
    if output_format == "json":
        return [json_of_batch(run, batch)]
    if output_format == "csv":
        return csv_of_batch(run, batch)
    return [details_of_batch(run, batch, Path(file))]


def _all(
    file: str, ledger: "Ledger | None", run: "Run | None", states: tuple[str, ...] | None, output_format: str
) -> Iterable[str]:
    from .ledger_run import csv_of_run, json_of_run, text_of_run

    if output_format == "text":
        if run is not None:
            yield text_of_run(run, states, Path(file))
        if ledger is not None and (run is None or ledger.counts()):
            yield text_of_sends(ledger, Path(file)) if states is None else table_of_sends(ledger, states)
        elif run is None:
            yield "nothing was sent\n"
        return
    sends = () if ledger is None else standing_so(ledger, states)
    if output_format == "csv":
        yield from csv_of_sends(sends)
        if run is not None:
            yield from csv_of_run(run, states)
        return
    yield '{\n"run": '
    yield from ["null"] if run is None else json_of_run(run, states)
    yield ',\n"counts": ' + json_of({} if ledger is None else ledger.counts()).strip() + ',\n"sends": ['
    for number, send in enumerate(sends):
        yield (",\n" if number else "\n") + json_of(send).strip()
    yield "\n]\n}\n"


def _write(console: Console, pieces: Iterable[str]) -> None:
    """A piece at a time, since a run may have a million recipients."""
    gathered: list[str] = []
    for piece in pieces:
        gathered.append(piece)
        if len(gathered) == _AT_A_TIME:
            console.data("".join(gathered))
            gathered.clear()
    console.data("".join(gathered))
