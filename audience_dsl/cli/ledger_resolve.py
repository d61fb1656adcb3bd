"""`audience ledger resolve`: what a person says of sends and batches that nobody knew the end of."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import click

from ..diagnostics import LedgerError
from ..report.display import clean
from .console import Console
from .exits import DONE, RefusedError, UsageFault
from .ledger_found import UNDECIDED, no_batch, no_send, run_of, sends_of
from .ledger_text import details_of
from .sending import refused_by_ledger
from .who import login_name

if TYPE_CHECKING:
    from ..ledger.database import Database
    from ..runs import Run

__all__ = ["resolve"]

_Decision = Literal["accepted", "not_sent"]

_ALL = "all"
_EXITS = """\b
Exit codes:
  0    done
  2    usage, or a ledger that cannot be used
  6    not confirmed, or nothing to decide, or the run is going on: nothing was recorded
  130  interrupted: nothing was recorded"""


@click.command("resolve", epilog=_EXITS, short_help="Say what became of what is in flight or unknown.")
@click.argument("file", metavar="FILE")
@click.argument("key", metavar="[KEY|NUMBER]", required=False)
@click.option(
    "--batch",
    "batches",
    metavar="NUMBER|all",
    multiple=True,
    help="A batch of the ledger's run, or all that are undecided. Given again for more.",
)
@click.option(
    "--as",
    "as_",
    type=click.Choice(["accepted", "not-sent"]),
    required=True,
    help="What became of it, as the dashboard shows.",
)
@click.option("--yes", is_flag=True, help="Answer the question in advance.")
@click.pass_obj
def resolve(console: Console, file: str, key: str | None, batches: tuple[str, ...], as_: str, yes: bool) -> int:
    """Say what became of a send, or of batches of a run, that are in flight or unknown.

    \b
    Examples:
      audience ledger resolve sends.db storm/porto/1122 --as accepted
      audience ledger resolve sends.db 17 --as not-sent --yes
      audience ledger resolve winter.db --batch 3 --batch 9 --as accepted
      audience ledger resolve winter.db --batch all --as not-sent

    As accepted it is never sent again. As not sent it may be: a send when its command is run again, a batch by
    --resume. Look in the campaign's analytics or the message activity log first: whoever says `not-sent` of what did
    arrive has it sent twice.

    Shows what it is about, and asks: for the number of the send, or the number of recipients. Who said so, and when, is
    recorded. A key that looks like a number comes before a number.
    """
    from ..ledger.database import Database

    if (key is None) == (not batches):
        raise UsageFault(
            "nothing says which send, or which batches of a run"
            if key is None
            else "a send and batches are both named",
            f"name a send by its key or number, or batches by `--batch`: `audience ledger show {file}` lists them",
        )
    decision: _Decision = "accepted" if as_ == "accepted" else "not_sent"
    try:
        with Database(file, create=False) as database:
            if key is not None:
                _resolve_send(console, database, file, key, decision, yes)
            else:
                _resolve_batches(console, database, file, batches, decision, yes)
    except LedgerError as error:
        return refused_by_ledger(console, error)
    return DONE


def _resolve_send(console: Console, database: "Database", file: str, key: str, decision: _Decision, yes: bool) -> None:
    ledger = sends_of(database)
    send = None if ledger is None else ledger.find(key)
    if ledger is None or send is None:
        raise no_send(file, key, run_of(database))
    if not yes and send.outcome in UNDECIDED:
        _confirm(console, details_of(send), "the number of the send", send.number, decision)
    resolved = ledger.resolve(send.number, as_=decision, by=login_name(), at=_now())
    way = ", and its command sends it again" if decision == "not_sent" else ""
    console.note(f"send {resolved.number} is recorded as {_words(resolved.outcome)}{way}")


def _resolve_batches(
    console: Console, database: "Database", file: str, named: tuple[str, ...], decision: _Decision, yes: bool
) -> None:
    from .ledger_run import table_of_batches

    run = run_of(database)
    numbers = _numbers(file, run, named)
    assert run is not None
    if not numbers:
        raise RefusedError("no batch of the run needs a decision, and nothing was recorded")
    # Said before the question: what is in flight while a run goes on may be known in a moment.
    with database.hold():
        pass
    batches = [batch for batch in run.batches(*UNDECIDED) if batch.number in numbers]
    if not yes and len(batches) == len(numbers):
        count = sum(batch.recipients for batch in batches)
        shown = "\n".join(table_of_batches(batches, len(batches))) + "\n"
        _confirm(console, shown, "the number of recipients", count, decision)
    run.resolve(*numbers, as_=decision, by=login_name(), at=_now())
    way = ", and `--resume` sends to them" if decision == "not_sent" else ""
    what = "batch is" if len(numbers) == 1 else "batches are"
    console.note(f"{len(numbers):,} {what} recorded as {_words(decision)}{way}")


def _numbers(file: str, run: "Run | None", named: tuple[str, ...]) -> list[int]:
    """The batches that are meant, each once. Raises UsageFault where there is one that is none."""
    numbers: dict[int, None] = {}
    for text in named:
        if text == _ALL:
            if run is None:
                raise no_batch(file, 1, run)
            numbers.update(dict.fromkeys(batch.number for batch in run.unknowns()))
        else:
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
            if not number:
                raise UsageFault(
                    f"`--batch {clean(text, at_most=60)}` is neither the number of a batch nor `all`",
                    f"`audience ledger show {file}` has the numbers",
                )
            if run is None or run.batch(number) is None:
                raise no_batch(file, number, run)
            numbers[number] = None
    return list(numbers)


def _confirm(console: Console, what: str, asked: str, number: int, decision: _Decision) -> None:
    """Show what it is about, and raise RefusedError unless somebody types the number."""
    if not console.can_ask:
        raise RefusedError(
            "nobody can be asked to confirm, since there is no terminal, and nothing was recorded",
            "answer in advance with `--yes`",
        )
    console.note(what, end="")
    if decision == "accepted":
        console.note("As accepted it is never sent again, whether or not it arrived.")
    else:
        console.note("As not sent it may be sent again: if it did arrive, it then arrives twice.")
    answer = console.ask(f"Type {asked}, {number:,}, to record it as {_words(decision)}: ")
    if answer is None:
        console.note("")
    if answer is None or answer.replace(",", "") != str(number):
        raise RefusedError("it was not confirmed, and nothing was recorded")


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
