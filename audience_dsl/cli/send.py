"""`audience send`: a request file or a plan, shown, confirmed, and sent: once, or to a file of recipients."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import LedgerError
from ..report.display import clean
from .confirming import confirm, show
from .console import KEY_VARIABLE, Console
from .exits import UsageFault
from .options import (
    Where,
    audience_without_broadcast_option,
    output_format_option,
    parameter_options,
    project_options,
    target_options,
)
from .parameters import read_given
from .run import RunCommand
from .run_options import RunOptions, run_options
from .sections import Sectioned
from .sending import refused_by_ledger, send_once
from .sending_options import (
    CountOptions,
    LedgerOptions,
    RetryOptions,
    count_options,
    ledger_options,
    retry_options,
)
from .stopping import ended_by, terminable
from .waits import Waits

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox
    from ..sender.client import Client
    from ..sender.pacing import Pacer
    from ..sender.recording import Ledger
    from .environment import Target
    from .expectation import Expectation
    from .job import Job

__all__ = ["command"]

_SECTIONS = {
    "Where to": ("--env", "--instance", "--endpoint", "--key-file", "--sandbox", "--fault"),
    "What": ("--param", "--params", "--audience-without-broadcast", "--config", "--catalog", "--base-path"),
    "A plan": ("--plan", "--digest"),
    "Before": ("--yes", "--entire-segment", "--profiles", "--expect", "--max-age"),
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
  6    refused by a safety gate, a plan or the ledger, or not confirmed: nothing was sent
  7    not sent: no connection was made
  130  interrupted, and 143 by SIGTERM; says whether anything may have been sent
Of several batches the worst counts: 4 before 3 before 5 before 7 before 1."""


@click.command("send", cls=Sectioned, sections=_SECTIONS, epilog=_EPILOG)
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--sandbox", is_flag=True, help="Send to the sandbox inside this process: no key, no network.")
@click.option(
    "--fault", metavar="NAME", help="With --sandbox: the first attempt meets this fault of `audience sandbox --help`."
)
@target_options
@click.option("--plan", metavar="FILE", help="Send what this plan says, in the place of a request file. See `plan`.")
@click.option("--digest", metavar="SHA256", help="Only if that is the plan's digest, as its reviewer has named it.")
@click.option("--yes", is_flag=True, help="Answer the question in advance.")
@click.option(
    "--entire-segment",
    is_flag=True,
    help="A broadcast without any audience is meant. With --plan or --yes it is refused otherwise.",
)
@output_format_option(answers=True)
@parameter_options
@project_options
@audience_without_broadcast_option
@count_options
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for the answer. [default: 60]")
@ledger_options
@retry_options
@run_options
@click.pass_obj
def command(
    console: Console,
    file: str | None,
    sandbox: bool,
    fault: str | None,
    where: Where,
    plan: str | None,
    digest: str | None,
    yes: bool,
    entire_segment: bool,
    output_format: str,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    audience_without_broadcast: bool,
    count: CountOptions,
    timeout: float | None,
    ledger: LedgerOptions,
    retries: RetryOptions,
    run: RunOptions,
) -> int:
    """Send the request that FILE describes (see `audience request --help`), or what a plan says.

    \b
    Examples:
      audience send weather.toml --sandbox
      audience send weather.toml --env production
      audience send weather.toml --instance EU-01 --ledger sends.db --ledger-key storm/porto/1122
      audience send weather.toml --instance EU-01 --profiles export/ --expect 1000..50000
      audience send winter.toml --instance EU-01 --recipients people.csv --ledger winter.db
      audience send winter.toml --instance EU-01 --recipients people.csv --ledger winter.db --resume
      audience send --plan plan.json --yes

    Shows what will go where, and asks: a broadcast is confirmed by typing the campaign id, a run by the number of its
    recipients. --yes answers in advance; where nobody can be asked, and without it, nothing is sent. The sandbox asks
    nothing. The key is never an argument.

    What surely was not sent is tried again, after a rate limit too; what may have been sent never is. With --ledger a
    send goes out once, however often the command is run.

    With --recipients, FILE names no recipients: everybody in that file gets the message, in batches, and --resume goes
    on after whatever stopped the run. `audience ledger show` says what became of each, and what to do on exit 4.

    With --plan, exactly the bodies of that file go out, once, to the place that it was made for. One that was touched,
    is too old, was applied, or may have been applied is refused.

    Only users who are also in the campaign's own audience in the dashboard get the message. `now` in the audience is
    the instant of the send, or of the run's beginning.
    """
    expectation = count.expectation(of_run=run.recipients is not None)
    if fault is not None and not sandbox:
        raise UsageFault("`--fault` is played by the sandbox, and this goes elsewhere", "add `--sandbox`")
    if plan is not None:
        _refuse_beside_plan(
            {
                "FILE|-": file is not None,
                "--param": bool(pairs),
                "--params": params_file is not None,
                "--catalog": catalog is not None,
                "--base-path": base_path is not None,
                "--audience-without-broadcast": audience_without_broadcast,
            }
        )
        from .applying import job_of_plan

        job = job_of_plan(
            console,
            plan,
            digest=digest,
            where=where,
            sandbox=sandbox,
            config=config,
            ledger=ledger,
            run=run,
            entire_segment=entire_segment,
        )
    else:
        if file is None:
            raise UsageFault("`FILE|-` is missing", "name a request file, or a plan with `--plan`")
        if digest is not None:
            raise UsageFault("`--digest` is that of a plan, and none is named", "add `--plan FILE`")
        from .job import job_of_file
        from .project import Projects

        job = job_of_file(
            console,
            file,
            where=where,
            sandbox=sandbox,
            ledger=ledger,
            projects=Projects(config=config, catalog=catalog, base_path=base_path),
            given=read_given(pairs, params_file),
            audience_without_broadcast=audience_without_broadcast,
            is_run=run.recipients is not None,
            needs_word=yes and not entire_segment,
        )
    aim = job.aim
    ask = not aim.sandbox and not yes
    with terminable():
        local = _sandbox(console, count.profiles, fault, job.audience_without_broadcast) if aim.sandbox else None
        access = _access(aim, timeout, local)
        job.ledger.refuse_secrets(access["api_key"], os.environ.get(KEY_VARIABLE))
        pacer = aim.pacer(retries.share)
        if run.recipients is not None:
            return RunCommand(
                console,
                job,
                access=access,
                pacer=pacer,
                retries=retries,
                options=run,
                ask=ask,
                output_format=output_format,
            ).run()
        code = _send(console, job, access, pacer, retries, expectation, ask=ask, output_format=output_format)
    if local is not None:
        _show_reach(console, local)
    return code


def _send(
    console: Console,
    job: "Job",
    access: dict[str, Any],
    pacer: "Pacer",
    retries: RetryOptions,
    expectation: "Expectation | None",
    *,
    ask: bool,
    output_format: str,
) -> int:
    """The one send of a job, shown, counted, confirmed, and told."""
    waits = Waits(console)
    with ExitStack() as until_done:
        try:
            client = until_done.enter_context(_client(access, retries, pacer, waits))
            now = datetime.now(UTC).replace(microsecond=0)
            prepared = job.prepare(console, now)
            request = prepared.request
            # Said now, where the share of a limit is less than one send.
            pacer.turn(request)
            show(console, prepared, job.aim.goes_to(request.endpoint))
            book = _book(job, until_done)
            # What went out before needs no question, and what nobody knows of no answer.
            if book is None or book.known(request, key=job.ledger.key, repeat=job.ledger.repeat) is None:
                if expectation is not None:
                    expectation.check(console, request, now, named=job.aim.sandbox)
                if ask:
                    confirm(console, prepared, job.name)
        except KeyboardInterrupt as stop:
            console.error("interrupted, and nothing was sent")
            return ended_by(stop)
        except LedgerError as error:
            return refused_by_ledger(console, error)
        return send_once(
            console,
            client,
            request,
            waits,
            ledger=book,
            recorded=job.ledger,
            deadline=job.deadline(retries.deadline),
            output_format=output_format,
        )


def _refuse_beside_plan(given: dict[str, bool]) -> None:
    stray = next((name for name, is_given in given.items() if is_given), None)
    if stray is not None:
        raise UsageFault(
            f"`{stray}` stands beside `--plan`, and a plan is sent exactly as it is", f"leave `{stray}` out"
        )


def _sandbox(console: Console, profiles: str | None, fault: str | None, audience_without_broadcast: bool) -> "Sandbox":
    from ..sandbox.local import local_sandbox
    from .known_profiles import read_known

    known = None if profiles is None else read_known(console, profiles)
    sandbox = local_sandbox(audience_without_broadcast=audience_without_broadcast, profiles=known)
    if fault is not None:
        sandbox.switches.next(fault)
    return sandbox


def _access(aim: "Target", timeout: float | None, sandbox: "Sandbox | None") -> dict[str, Any]:
    from .access import access

    return access(aim, timeout, sandbox)


def _client(access: dict[str, Any], retries: RetryOptions, pacer: "Pacer", waits: Waits) -> "Client":
    from ..sender.client import Client

    return Client(**access, retry=retries.policy(), pacer=pacer, on_wait=waits.tell, sleep=waits.sleep)


def _book(job: "Job", until_done: ExitStack) -> "Ledger | None":
    """The ledger of a job, open until all is done; None where the send is not recorded."""
    options = job.ledger
    if options.path is None:
        return None
    from ..ledger.sends import Ledger
    from ..ledger.target import bind_target

    book = until_done.enter_context(Ledger(options.path, hash_identifiers=options.hash_identifiers))
    bind_target(book.database, job.aim.workspace)
    return job.recorded(book)


def _show_reach(console: Console, sandbox: "Sandbox") -> None:
    from .known_profiles import caveat

    for entry in sandbox.requests:
        if entry.reach is not None:
            for line in entry.reach.lines():
                console.note(clean(line))
            console.note(caveat())
