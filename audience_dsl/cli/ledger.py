"""`audience ledger`: what a ledger knows of sends and runs, and what a person says of those that it does not know."""

import getpass
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ..diagnostics import LedgerError
from ..report.display import clean
from .console import Console
from .exits import DONE, RefusedError, UsageFault
from .ledger_text import csv_of_sends, details_of, json_of, table_of_sends, text_of_sends
from .sending import refused_by_ledger

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..ledger.database import Database
    from ..ledger.send import Send
    from ..runs import Run

__all__ = ["command"]

_EXITS = """\b
Exit codes:
  0    done
  2    usage, or a ledger that cannot be used"""
_RESOLVE_EXITS = f"""{_EXITS}
  6    not confirmed, or a send that needs no decision: nothing was recorded
  130  interrupted: nothing was recorded"""
_STANDINGS = ("in-flight", "unknown", "accepted", "rejected", "rate-limited", "not-sent", "pending")
# Pieces of text that are written at once.
_AT_A_TIME = 500


@click.group("ledger")
def command() -> None:
    """The ledger of `audience send --ledger`: what was sent, and what nobody knows.

    A send is recorded before its first byte, and again with what became of it. One that is in flight or unknown is
    never sent again until a person has looked in the dashboard, and says what became of it. See docs/ledger.md.
    """


@command.command("show", epilog=_EXITS)
@click.argument("file", metavar="FILE")
@click.argument("key", metavar="[KEY|NUMBER]", required=False)
@click.option("--outcome", type=click.Choice(_STANDINGS), help="Only those that stand so.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="The form of the answer on stdout; csv is one row for each recipient.",
)
@click.pass_obj
def show(console: Console, file: str, key: str | None, outcome: str | None, output_format: str) -> int:
    """Show what a ledger knows: how many sends and batches stand how, and which of them need a decision.

    With a key, or a send's number, all that is known of that send. Nothing is written, so a run may go on meanwhile.

    \b
    Examples:
      audience ledger show sends.db
      audience ledger show sends.db storm/porto/1122
      audience ledger show winter.db --outcome rejected --output-format csv > rejected.csv
    """
    from ..ledger.database import Database

    standing = None if outcome is None else outcome.replace("-", "_")
    try:
        with Database(file, create=False, read_only=True) as database:
            ledger, run = _sends_of(database), _run_of(database)
            if key is not None:
                found = None if ledger is None else ledger.find(key)
                if found is None:
                    raise _no_send(file, key)
                if standing is not None:
                    raise UsageFault("`--outcome` stands beside one send", "leave one of them out")
                _write(console, _one(file, found, output_format))
            else:
                _write(console, _all(file, ledger, run, standing, output_format))
    except LedgerError as error:
        return refused_by_ledger(console, error)
    return DONE


@command.command("resolve", epilog=_RESOLVE_EXITS)
@click.argument("file", metavar="FILE")
@click.argument("key", metavar="KEY|NUMBER")
@click.option(
    "--as",
    "as_",
    type=click.Choice(["accepted", "not-sent"]),
    required=True,
    help="What became of it, as the dashboard shows.",
)
@click.option("--yes", is_flag=True, help="Answer the question in advance.")
@click.pass_obj
def resolve(console: Console, file: str, key: str, as_: str, yes: bool) -> int:
    """Say what became of a send that is in flight or unknown.

    As accepted it is never sent again; as not sent it may be. Look in the campaign's analytics or the message activity
    log first: whoever says `not-sent` of a send that did arrive has it sent twice. What is said is recorded with who
    said it and when. Shows the send and asks, by its number; a key that looks like a number comes before a number.

    \b
    Examples:
      audience ledger resolve sends.db storm/porto/1122 --as accepted
      audience ledger resolve sends.db 17 --as not-sent --yes
    """
    from ..ledger import Ledger

    try:
        with Ledger(file, create=False) as ledger:
            send = ledger.find(key)
            if send is None:
                raise _no_send(file, key)
            wanted: Literal["accepted", "not_sent"] = "accepted" if as_ == "accepted" else "not_sent"
            if not yes and send.outcome in ("in_flight", "unknown"):
                _confirm(console, send, wanted)
            resolved = ledger.resolve(send.number, as_=wanted, by=_who(), at=datetime.now(UTC).replace(microsecond=0))
    except LedgerError as error:
        return refused_by_ledger(console, error)
    console.note(f"send {resolved.number} is recorded as {resolved.outcome.replace('_', ' ')}")
    return DONE


def _sends_of(database: "Database") -> "Ledger | None":
    from ..ledger import Ledger

    return Ledger(database) if "sends" in database.parts() else None


def _run_of(database: "Database") -> "Run | None":
    if "runs" not in database.parts():
        return None
    from ..runs import Run

    return Run.find(database)


def _one(file: str, send: "Send", output_format: str) -> Iterable[str]:
    if output_format == "json":
        return [json_of(send)]
    if output_format == "csv":
        return csv_of_sends([send])
    return [details_of(send, Path(file))]


def _all(
    file: str, ledger: "Ledger | None", run: "Run | None", standing: str | None, output_format: str
) -> Iterable[str]:
    if output_format == "text":
        if run is not None:
            from .ledger_run import text_of_run

            yield text_of_run(run, standing, Path(file))
        if ledger is not None and (run is None or ledger.counts()):
            yield text_of_sends(ledger) if standing is None else table_of_sends(ledger, standing)
        elif run is None:
            yield "nothing was sent\n"
        return
    sends = () if ledger is None else ledger.sends(outcome=standing)
    if output_format == "csv":
        yield from csv_of_sends(sends)
        if run is not None:
            from .ledger_run import csv_of_run

            yield from csv_of_run(run, standing)
        return
    yield '{\n"run": '
    if run is None:
        yield "null"
    else:
        from .ledger_run import json_of_run

        yield json_of_run(run, standing)
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


def _confirm(console: Console, send: "Send", wanted: str) -> None:
    if not console.can_ask:
        raise RefusedError(
            "nobody can be asked to confirm, since there is no terminal, and nothing was recorded",
            "answer in advance with `--yes`",
        )
    console.note(details_of(send), end="")
    if wanted == "accepted":
        console.note("As accepted it is never sent again, whether or not it arrived.")
    else:
        console.note("As not sent it may be sent again: if it did arrive, it then arrives twice.")
    answer = console.ask(f"Type the number of the send, {send.number}, to record it as {wanted.replace('_', ' ')}: ")
    if answer != str(send.number):
        raise RefusedError("it was not confirmed, and nothing was recorded")


def _no_send(file: str, key: str) -> UsageFault:
    return UsageFault(
        f"the ledger `{file}` has no send `{clean(key, at_most=60)}`", f"`audience ledger show {file}` lists them"
    )


def _who() -> str:
    """Who says so, by the name that the machine has for them."""
    try:
        return clean(getpass.getuser(), at_most=60)
    except (OSError, KeyError, ImportError):
        return "somebody"
