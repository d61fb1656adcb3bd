"""`audience send`: a request file, shown, confirmed, and sent: once, or to a file of recipients in batches."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import LedgerError
from ..report.display import clean
from .confirming import confirm, show, show_rows
from .console import KEY_VARIABLE, Console
from .exits import UsageFault
from .options import Where, output_format_option, parameter_options, project_options, target_options
from .parameters import read_given
from .run import RunCommand
from .sections import Sectioned
from .sending import refused_by_ledger, send_once
from .sending_options import (
    LedgerOptions,
    RetryOptions,
    RunOptions,
    ledger_options,
    retry_options,
    run_options,
)
from .stopping import ended_by, terminable
from .waits import Waits

if TYPE_CHECKING:
    from ..ledger.sends import Ledger
    from ..sandbox.core import Sandbox
    from ..sender.client import Client
    from ..sender.pacing import Pacer
    from .environment import Target
    from .expectation import Expectation
    from .request_file import PreparedRequest

__all__ = ["command"]

_SECTIONS = {
    "Where to": ("--env", "--instance", "--endpoint", "--key-file", "--sandbox"),
    "What": ("--param", "--params", "--audience-without-broadcast", "--config", "--catalog", "--base-path"),
    "Before": ("--yes", "--profiles", "--expect", "--max-age"),
    "Once and no more": ("--ledger", "--ledger-key", "--repeat", "--hash-identifiers"),
    "Waits and retries": (
        *("--attempts", "--max-wait", "--time-at-most", "--deadline", "--retry-5xx", "--share", "--timeout"),
    ),
    "A file of recipients": (
        *("--recipients", "--map", "--resume", "--resend-unknown", "--strict", "--rejects", "--at-once"),
        *("--grace",),
    ),
}
_EPILOG = """\b
Exit codes:
  0    Braze accepted it (warnings too), or had accepted it before, by the ledger
  1    the request, or a file that it names, has errors: nothing was sent.
       With --recipients: lines were set aside, and all others are accepted
  2    usage or configuration, or a ledger that cannot be used: nothing was sent
  3    rejected: nothing was sent
  4    the outcome is unknown: messages may have been sent
  5    rate limited: nothing was sent
  6    refused by a safety gate or the ledger, or not confirmed: nothing was sent
  7    not sent: no connection was made
  130  interrupted, and 143 by SIGTERM; says whether anything may have been sent
Of several batches the worst counts: 4 before 3 before 5 before 7 before 1."""


@click.command("send", cls=Sectioned, sections=_SECTIONS, epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--sandbox", is_flag=True, help="Send to the sandbox inside this process: no key, no network.")
@target_options
@click.option("--yes", is_flag=True, help="Answer the question in advance.")
@output_format_option(answers=True)
@parameter_options
@project_options
@click.option(
    "--audience-without-broadcast",
    is_flag=True,
    help="Let an audience without recipients pass without `broadcast: true`.",
)
@click.option("--profiles", metavar="PATH", help="Count beforehand whom it would reach, by these profiles.")
@click.option("--expect", metavar="LEAST..MOST", help="Refuse where --profiles count fewer or more; zero always.")
@click.option("--max-age", metavar="AGE", help="Refuse where --profiles are older, such as 2d or 12h.")
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for the answer. [default: 60]")
@ledger_options
@retry_options
@run_options
@click.pass_obj
def command(
    console: Console,
    file: str,
    sandbox: bool,
    where: Where,
    yes: bool,
    output_format: str,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    audience_without_broadcast: bool,
    profiles: str | None,
    expect: str | None,
    max_age: str | None,
    timeout: float | None,
    ledger: LedgerOptions,
    retries: RetryOptions,
    run: RunOptions,
) -> int:
    """Send the request that FILE describes (see `audience request --help`).

    \b
    Examples:
      audience send weather.toml --sandbox
      audience send weather.toml --env production
      audience send weather.toml --instance EU-01 --ledger sends.db --ledger-key storm/porto/1122
      audience send weather.toml --instance EU-01 --profiles export/ --expect 1000..50000
      audience send winter.toml --instance EU-01 --recipients people.csv --ledger winter.db
      audience send winter.toml --instance EU-01 --recipients people.csv --ledger winter.db --resume

    Shows what will go where, and asks: a broadcast is confirmed by typing the campaign id, a run by the number of its
    recipients. --yes answers in advance; where nobody can be asked, and without it, nothing is sent. The sandbox asks
    nothing. The key is never an argument.

    What surely was not sent is tried again, after a rate limit too; what may have been sent never is. With --ledger a
    send goes out once, however often the command is run.

    With --recipients, FILE names no recipients: everybody in that file gets the message, in batches, and --resume goes
    on after whatever stopped the run. `audience ledger show` says what became of each, and what to do on exit 4.

    Only users who are also in the campaign's own audience in the dashboard get the message. `now` in the audience is
    the instant of the send, or of the run's beginning.
    """
    if run.recipients is not None:
        _refuse_counting(profiles, expect, max_age)
    expectation = _expectation(profiles, expect, max_age)
    from .environment import target_of
    from .project import Projects
    from .request_file import read_request

    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    aim = target_of(console, where, projects.of(Path(file)).configuration, sandbox=sandbox)
    base_url = aim.base_url
    given = read_given(pairs, params_file)
    target = aim.workspace

    def read(now: datetime) -> "PreparedRequest":
        prepared = read_request(
            file,
            given=given,
            projects=projects,
            now=now,
            audience_without_broadcast=audience_without_broadcast,
            ids=aim.ids,
            recipients_apart=run.recipients is not None,
        )
        console.diagnostics(prepared.warnings)
        if aim.environment is not None:
            show_rows(console, [("in", aim.environment.name)])
        aim.gate_body(prepared.endpoint, prepared.template or prepared.request.to_dict())
        return prepared

    with terminable(), ExitStack() as until_done:
        local = _sandbox(console, profiles, audience_without_broadcast) if sandbox else None
        access = _access(aim, timeout, local)
        ledger.refuse_secrets(access["api_key"], os.environ.get(KEY_VARIABLE))
        if run.recipients is not None:
            return RunCommand(
                console,
                read,
                file=file,
                base_url=base_url,
                target=target,
                access=access,
                pacer=aim.pacer(retries.share),
                ledger=ledger,
                retries=retries,
                options=run,
                ask=not sandbox and not yes,
                output_format=output_format,
            ).run()
        waits = Waits(console)
        try:
            pacer = aim.pacer(retries.share)
            client = until_done.enter_context(_client(access, retries, pacer, waits))
            now = datetime.now(UTC).replace(microsecond=0)
            prepared = read(now)
            request = prepared.request
            # Said now, where the share of a limit is less than one send.
            pacer.turn(request)
            show(console, prepared, base_url)
            book = None if ledger.path is None else until_done.enter_context(_book(ledger, target))
            # What went out before needs no question, and what nobody knows of no answer.
            if book is None or book.known(request, key=ledger.key, repeat=ledger.repeat) is None:
                if expectation is not None:
                    expectation.check(console, request, now, named=sandbox)
                if not sandbox and not yes:
                    confirm(console, prepared, file)
        except KeyboardInterrupt as stop:
            console.error("interrupted, and nothing was sent")
            return ended_by(stop)
        except LedgerError as error:
            return refused_by_ledger(console, error)
        code = send_once(
            console,
            client,
            request,
            waits,
            ledger=book,
            recorded=ledger,
            retries=retries,
            output_format=output_format,
        )
    if local is not None:
        _show_reach(console, local)
    return code


def _refuse_counting(profiles: str | None, expect: str | None, max_age: str | None) -> None:
    given = {"--profiles": profiles, "--expect": expect, "--max-age": max_age}
    stray = next((option for option, value in given.items() if value is not None), None)
    if stray is not None:
        raise UsageFault(
            f"`{stray}` is about one request, and `--recipients` makes many",
            "`audience preview` counts whom an audience selects",
        )


def _expectation(profiles: str | None, expect: str | None, max_age: str | None) -> "Expectation | None":
    if profiles is None and expect is None and max_age is None:
        return None
    from .expectation import read_expectation

    return read_expectation(profiles, expect, max_age)


def _sandbox(console: Console, profiles: str | None, audience_without_broadcast: bool) -> "Sandbox":
    from ..sandbox.local import local_sandbox
    from .known_profiles import read_known

    known = None if profiles is None else read_known(console, profiles)
    return local_sandbox(audience_without_broadcast=audience_without_broadcast, profiles=known)


def _access(aim: "Target", timeout: float | None, sandbox: "Sandbox | None") -> dict[str, Any]:
    from .access import access

    return access(aim, timeout, sandbox)


def _client(access: dict[str, Any], retries: RetryOptions, pacer: "Pacer", waits: Waits) -> "Client":
    from ..sender.client import Client

    return Client(**access, retry=retries.policy(), pacer=pacer, on_wait=waits.tell, sleep=waits.sleep)


def _book(ledger: LedgerOptions, target: str) -> "Ledger":
    from ..ledger.sends import Ledger
    from ..ledger.target import bind_target

    assert ledger.path is not None
    book = Ledger(ledger.path, hash_identifiers=ledger.hash_identifiers)
    try:
        bind_target(book.database, target)
    except BaseException:
        book.close()
        raise
    return book


def _show_reach(console: Console, sandbox: "Sandbox") -> None:
    from .known_profiles import caveat

    for entry in sandbox.requests:
        if entry.reach is not None:
            for line in entry.reach.lines():
                console.note(clean(line))
            console.note(caveat())
