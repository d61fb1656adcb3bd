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
    from .expectation import Expectation

__all__ = [
    "CountOptions",
    "LedgerOptions",
    "RetryOptions",
    "count_options",
    "ledger_options",
    "retry_options",
]

F = TypeVar("F", bound=Callable[..., Any])

# Seconds for which a run goes on trying: the limits of an hour are past by then.
_RUN_TIME_AT_MOST = 4_000.0


class CountOptions:
    """Whose profiles are counted beforehand, and how many are meant; see `expectation`."""

    __slots__ = ("expect", "max_age", "profiles")

    def __init__(self, profiles: str | None, expect: str | None, max_age: str | None) -> None:
        self.profiles = profiles
        self.expect = expect
        self.max_age = max_age

    def expectation(self, *, of_run: bool) -> "Expectation | None":
        """What is expected, or None. Raises UsageFault, over a run too, whose recipients nobody counts beforehand."""
        given = {"--profiles": self.profiles, "--expect": self.expect, "--max-age": self.max_age}
        stray = next((option for option, value in given.items() if value is not None), None)
        if stray is None:
            return None
        if of_run:
            raise UsageFault(
                f"`{stray}` is about one request, and `--recipients` makes many",
                "`audience preview` counts whom an audience selects",
            )
        from .expectation import read_expectation

        return read_expectation(self.profiles, self.expect, self.max_age)


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
    """Where sends are recorded, and under which key; see `at` for where nothing is said. Raises UsageFault."""

    __slots__ = ("hash_identifiers", "key", "path", "repeat")

    def __init__(self, ledger_file: str | None, ledger_key: str | None, repeat: bool, hash_identifiers: bool) -> None:
        if ledger_key == "":
            raise UsageFault("`--ledger-key` is empty", "give the send a name, such as `storm/porto/1122`")
        self.path = None if ledger_file is None else Path(ledger_file)
        self.key = ledger_key
        self.repeat = repeat
        self.hash_identifiers = hash_identifiers

    def at(self, otherwise: Path | None, *, key: str | None = None) -> "LedgerOptions":
        """The same, in the file `otherwise` where none is named, and under this `key`.

        Raises UsageFault where there is something to say of a ledger, and none.
        """
        path = self.path or otherwise
        stray = "--ledger-key" if self.key is not None else "--repeat" if self.repeat else "--hash-identifiers"
        if path is None and (self.key is not None or self.repeat or self.hash_identifiers):
            raise UsageFault(f"`{stray}` says something about a ledger, and none is named", "add `--ledger FILE`")
        file = None if path is None else str(path)
        return LedgerOptions(file, self.key if key is None else key, self.repeat, self.hash_identifiers)

    def refuse_secrets(self, *api_keys: "str | Secret | None") -> None:
        """Raises UsageFault where somebody took the ledger's key for Braze's: it would stand in the ledger."""
        texts = [each if isinstance(each, str) else each.reveal() for each in api_keys if each is not None]
        if self.key in texts:
            raise UsageFault(
                "`--ledger-key` is given the API key, and is a name for the send that anybody may read",
                "leave it out, or give a name such as `storm/porto/1122`; the API key is never an argument",
            )


def count_options(function: F) -> F:
    """`--profiles`, `--expect` and `--max-age`, as `count`."""
    return gathered(
        function,
        "count",
        CountOptions,
        click.option("--profiles", metavar="PATH", help="Count beforehand whom it would reach, by these profiles."),
        click.option(
            "--expect", metavar="LEAST..MOST", help="Refuse where --profiles count fewer or more; zero always."
        ),
        click.option("--max-age", metavar="AGE", help="Refuse where --profiles are older, such as 2d or 12h."),
    )


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


def _deadline(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else instant_of(text, "--deadline")
