"""The options of a run over a file of recipients, of `audience send` and of `audience plan`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from .exits import UsageFault
from .options import gathered

__all__ = ["PlannedRunOptions", "RunOptions", "planned_run_options", "run_options"]

F = TypeVar("F", bound=Callable[..., Any])

_AT_ONCE_AT_MOST = 64


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


class PlannedRunOptions:
    """Whose recipients a plan is for; `recipients` is None where they are in the request."""

    __slots__ = ("mapping", "recipients")

    def __init__(self, recipients: str | None, columns: tuple[str, ...]) -> None:
        if recipients is None and columns:
            raise _no_run("--map")
        self.recipients = None if recipients is None else Path(recipients)
        self.mapping = _mapping(columns)


_recipients_option = click.option(
    "--recipients", metavar="FILE", help="Send to everybody in this .csv or .jsonl file, in batches of 50."
)
_map_option = click.option(
    "--map",
    "columns",
    metavar="COL=FIELD",
    multiple=True,
    help="What a column is, such as id=external_user_id or Age=attributes.age:number. Given again for more.",
)


def planned_run_options(function: F) -> F:
    """`--recipients` and `--map`, as `run`."""
    return gathered(function, "run", PlannedRunOptions, _recipients_option, _map_option)


def run_options(function: F) -> F:
    """`--recipients` and what goes with it, as `run`. Raises UsageFault where that stands without `--recipients`."""
    return gathered(
        function,
        "run",
        _run,
        _recipients_option,
        _map_option,
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
            raise _no_run(f"--{stray.replace('_', '-')}")
    if given["resend_unknown"] is not None and not given["resume"]:
        raise UsageFault("`--resend-unknown` is for a run that is resumed", "add `--resume`")
    return RunOptions(recipients, _mapping(columns), **given)


def _no_run(option: str) -> UsageFault:
    return UsageFault(
        f"`{option}` is for a run over a file of recipients, and none is named", "add `--recipients FILE`"
    )


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
