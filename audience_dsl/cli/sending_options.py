"""The options of `audience send`, by what they are for: each group reaches the command as one value."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .exits import UsageFault
from .options import gathered, instant_of

if TYPE_CHECKING:
    from ..sender.retrying import RetryPolicy
    from ..sender.secret import Secret

__all__ = ["LedgerOptions", "RetryOptions", "RunOptions", "ledger_options", "retry_options", "run_options"]

F = TypeVar("F", bound=Callable[..., Any])

# Seconds for which a run goes on trying: the limits of an hour are past by then.
_RUN_TIME_AT_MOST = 4_000.0
_AT_ONCE_AT_MOST = 64


class RetryOptions:
    """How long and how often to try; None is the sender's own default."""

    __slots__ = ("attempts", "deadline", "max_wait", "retry_5xx", "share", "time_at_most")

    def __init__(
        self,
        attempts: int | None,
        max_wait: float | None,
        time_at_most: float | None,
        deadline: datetime | None,
        retry_5xx: bool,
        share: str | None,
    ) -> None:
        self.attempts = attempts
        self.max_wait = max_wait
        self.time_at_most = time_at_most
        self.deadline = deadline
        self.retry_5xx = retry_5xx
        self.share = share

    def policy(self, *, of_run: bool = False) -> "RetryPolicy":
        from ..sender.retrying import RetryPolicy

        given: dict[str, Any] = {"max_wait": self.max_wait, "retry_refused_5xx": self.retry_5xx}
        if self.attempts is not None:
            given["attempts"] = self.attempts
        if self.time_at_most is not None or of_run:
            given["time_at_most"] = _RUN_TIME_AT_MOST if self.time_at_most is None else self.time_at_most
        return RetryPolicy(**given)


class LedgerOptions:
    """Where sends are recorded, and under which key. Raises UsageFault where there is a key and no ledger."""

    __slots__ = ("hash_identifiers", "key", "path", "repeat")

    def __init__(self, ledger_file: str | None, ledger_key: str | None, repeat: bool, hash_identifiers: bool) -> None:
        stray = [
            option
            for option, given in (
                ("--ledger-key", ledger_key is not None),
                ("--repeat", repeat),
                ("--hash-identifiers", hash_identifiers),
            )
            if given
        ]
        if ledger_file is None and stray:
            option = stray[0]
            raise UsageFault(f"`{option}` says something about a ledger, and none is named", "add `--ledger FILE`")
        if ledger_key == "":
            raise UsageFault("`--ledger-key` is empty", "give the send a name, such as `storm/porto/1122`")
        self.path = None if ledger_file is None else Path(ledger_file)
        self.key = ledger_key
        self.repeat = repeat
        self.hash_identifiers = hash_identifiers

    def refuse_secrets(self, *api_keys: "str | Secret | None") -> None:
        """Raises UsageFault where somebody took the ledger's key for Braze's: it would stand in the ledger."""
        texts = [each if isinstance(each, str) else each.reveal() for each in api_keys if each is not None]
        if self.key in texts:
            raise UsageFault(
                "`--ledger-key` is given the API key, and is a name for the send that anybody may read",
                "leave it out, or give a name such as `storm/porto/1122`; the API key is never an argument",
            )


class RunOptions:
    """What a run of many batches is to do; `recipients` is None where there is one send."""

    __slots__ = (
        *("at_once", "grace", "mapping", "recipients", "rejects", "resend_unknown", "resume"),
        "strict",
    )

    def __init__(
        self,
        recipients: str | None,
        mapping: dict[str, str],
        resume: bool,
        resend_unknown: int | None,
        strict: bool,
        rejects: str | None,
        at_once: int | None,
        grace: float | None,
    ) -> None:
        self.recipients = None if recipients is None else Path(recipients)
        self.mapping = mapping
        self.resume = resume
        self.resend_unknown = resend_unknown
        self.strict = strict
        self.rejects = None if rejects is None else Path(rejects)
        self.at_once = 4 if at_once is None else at_once
        self.grace = 30.0 if grace is None else grace


def retry_options(function: F) -> F:
    """`--attempts`, `--max-wait`, `--time-at-most`, `--deadline`, `--retry-5xx` and `--share`, as `retries`."""
    return gathered(
        function,
        "retries",
        RetryOptions,
        click.option(
            "--attempts",
            type=click.IntRange(1),
            metavar="N",
            help="Try so often at most; 1 never retries. [default: 5]",
        ),
        click.option(
            "--max-wait",
            type=click.FloatRange(0),
            metavar="SECONDS",
            help="Begin no wait longer than this. With 0 it never waits: exit 5, and the receipt says when to retry.",
        ),
        click.option(
            "--time-at-most",
            type=click.FloatRange(0),
            metavar="SECONDS",
            help="Begin no wait that ends later than this. [default: 300; in a run 4000 for each batch]",
        ),
        click.option(
            "--deadline", metavar="INSTANT", callback=_deadline, help="Begin no attempt later than this instant."
        ),
        click.option(
            "--retry-5xx", is_flag=True, help="Retry too where Braze says that it has an error and sent nothing."
        ),
        click.option(
            "--share",
            metavar="1/N",
            help="Use this part of the rate limits, where N processes send to the workspace. [default: all]",
        ),
    )


def ledger_options(function: F) -> F:
    """`--ledger`, `--ledger-key`, `--repeat` and `--hash-identifiers`, as `ledger`."""
    return gathered(
        function,
        "ledger",
        LedgerOptions,
        click.option(
            "--ledger",
            "ledger_file",
            metavar="FILE",
            help="Record the send in this file, so that it goes out once however often this is run.",
        ),
        click.option(
            "--ledger-key",
            metavar="NAME",
            help="What to call the send in the ledger, such as storm/porto/1122. No API key. [default: its digest]",
        ),
        click.option(
            "--repeat",
            is_flag=True,
            help="Send under this key what went out under another, or without one.",
        ),
        click.option("--hash-identifiers", is_flag=True, help="Keep hashes in the ledger in the place of identifiers."),
    )


def run_options(function: F) -> F:
    """`--recipients` and what goes with it, as `run`. Raises UsageFault where that stands without `--recipients`."""
    return gathered(
        function,
        "run",
        _run,
        click.option(
            "--recipients", metavar="FILE", help="Send to everybody in this .csv or .jsonl file, in batches of 50."
        ),
        click.option(
            "--map",
            "columns",
            metavar="COL=FIELD",
            multiple=True,
            help="What a column is, such as id=external_user_id or Age=attributes.age:number. Given again for more.",
        ),
        click.option("--resume", is_flag=True, help="Go on with the run that the ledger holds."),
        click.option(
            "--resend-unknown",
            type=click.IntRange(0),
            metavar="COUNT",
            help="With --resume: send again to the COUNT recipients of whom nobody knows whether they got it.",
        ),
        click.option("--strict", is_flag=True, help="Send nothing if any line of the file is wrong."),
        click.option("--rejects", metavar="FILE", help="Where lines that are wrong go. [default: next to the ledger]"),
        click.option(
            "--at-once",
            type=click.IntRange(1, _AT_ONCE_AT_MOST),
            metavar="N",
            help="How many batches are under way at the same time. [default: 4]",
        ),
        click.option(
            "--grace",
            type=click.FloatRange(0),
            metavar="SECONDS",
            help="After Ctrl-C or SIGTERM, how long batches under way may take to end. [default: 30]",
        ),
    )


def _run(recipients: str | None, columns: tuple[str, ...], **given: Any) -> RunOptions:
    if recipients is None:
        stray = "map" if columns else next((name for name, value in given.items() if value not in (None, False)), None)
        if stray is not None:
            option = f"--{stray.replace('_', '-')}"
            raise UsageFault(
                f"`{option}` is for a run over a file of recipients, and none is named", "add `--recipients FILE`"
            )
    if given["resend_unknown"] is not None and not given["resume"]:
        raise UsageFault("`--resend-unknown` is for a run that is resumed", "add `--resume`")
    return RunOptions(recipients, _mapping(columns), **given)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    if pairs:
        from ..recipients.mapping import pair_of

        for pair in pairs:
            found = pair_of(pair)
            if found is None:
                raise UsageFault(
                    f"`--map {pair}` is no pair of a column and a field", "write `--map 'Customer Id=external_user_id'`"
                )
            column, field = found
            if column in mapping:
                raise UsageFault(f"`--map` is given twice for `{column}`", "a column is one field")
            mapping[column] = field
    return mapping


def _deadline(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else instant_of(text, "--deadline")
