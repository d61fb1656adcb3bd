"""`audience send --plan`: a plan read, held against the place that it is applied in, and made into a job."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import find
from ..diagnostics import CODES, ERROR, Diagnostic, PlanError, by_severity, quoted
from ..plans import Plan, read_plan
from ..plans.describing import text_of
from ..plans.once import key_of
from ..report.display import clean
from .exits import FindingsError, UsageFault
from .files import STDIN, open_argument, shown_path
from .job import Job, refuse_entire_segment
from .plan_place import target_of_plan
from .project import configuration_here
from .request_file import PreparedRequest

if TYPE_CHECKING:
    from ..config import Configuration
    from .console import Console
    from .environment import Target
    from .options import Where
    from .run_options import RunOptions
    from .sending_options import LedgerOptions

__all__ = ["job_of_plan", "open_plan"]


def open_plan(argument: str) -> Plan:
    """The plan of a file, `-` for stdin. Raises UsageFault where there is none, and PlanError over what is no plan."""
    try:
        source = open_argument(argument, stdin_name="the plan on stdin")
    except FindingsError as error:
        found = error.diagnostics[0]
        message = f"{quoted(argument)} is no plan: {found.message}"
        raise PlanError(CODES["plan-file"], message, help=found.help) from None
    return read_plan(source.text, source.name)


def job_of_plan(
    console: "Console",
    argument: str,
    *,
    digest: str | None,
    where: "Where",
    sandbox: bool,
    config: str | None,
    ledger: "LedgerOptions",
    run: "RunOptions",
    entire_segment: bool,
) -> Job:
    """The job of a plan's file, refused where it must not be applied here and now.

    Raises PlanError, RefusedError, UsageFault, and what the configuration raises.
    """
    plan = open_plan(argument)
    if digest is not None and digest.strip().lower() != plan.digest:
        raise PlanError(
            CODES["plan-file"],
            f"the plan has the digest {plan.digest}, and `--digest` names another: nothing was sent",
            help="apply the plan that was approved, or have this one approved",
        )
    if len(plan.requests) > 1:
        raise UsageFault(
            f"the plan has {len(plan.requests):,} requests, and a send is one",
            "make a plan of each, or apply it by the library: docs/plans.md has how",
        )
    _check_run(plan, run)
    if not run.resume:
        plan.check_time(datetime.now(UTC))
    if plan.is_entire_segment and not entire_segment:
        refuse_entire_segment("and nobody who applies it says that it is meant")
    aim = target_of_plan(console, where, plan, _configuration(argument, config), sandbox=sandbox)
    return Job(
        argument,
        aim,
        _ledger(console, argument, plan, aim, ledger, is_run=run.recipients is not None),
        lambda now: _prepared(plan, now),
        audience_without_broadcast=plan.audience_without_broadcast,
        plan=plan,
    )


def _check_run(plan: Plan, run: "RunOptions") -> None:
    if plan.run is None and run.recipients is not None:
        raise UsageFault("the plan is for one request, and `--recipients` makes many", "leave `--recipients` out")
    if plan.run is not None and run.recipients is None:
        name = clean(plan.run.recipients)
        raise UsageFault(
            f"the plan is for the recipients of `{name}`, and no file of them is named", f"add `--recipients {name}`"
        )
    if run.mapping:
        raise UsageFault("`--map` stands beside `--plan`, which says what each column is", "leave `--map` out")


def _configuration(argument: str, config: str | None) -> "Configuration":
    """The one around the plan's file, else the one of the working directory."""
    if config is None and argument != STDIN:
        file = find(Path(argument).parent)
        config = None if file is None else str(file)
    return configuration_here(config)


def _ledger(
    console: "Console", argument: str, plan: Plan, aim: "Target", ledger: "LedgerOptions", *, is_run: bool
) -> "LedgerOptions":
    """Where it is recorded: as the options say, as the environment does, or beside the plan."""
    if ledger.key is not None:
        raise UsageFault("`--ledger-key` stands beside `--plan`, whose digest is the key", "leave `--ledger-key` out")
    key = None if is_run else key_of(plan)
    is_elsewhere = plan.environment is not None or plan.base_url is not None
    if ledger.path is None and aim.sandbox and is_elsewhere:
        console.note("a rehearsal: it is recorded nowhere, and the plan is as it was")
        return ledger.at(None)
    shared = aim.ledger
    if ledger.path is not None or (shared is not None and not is_run):
        return ledger.at(shared, key=key)
    if shared is not None:
        # A ledger has one run, so that of a plan stands beside the shared one, where everybody finds it.
        return ledger.at(shared.with_name(f"{shared.stem}.plan-{plan.digest[:16]}{shared.suffix or '.db'}"))
    if argument == STDIN:
        raise UsageFault("the plan came on stdin, so there is no place beside it for its ledger", "add `--ledger FILE`")
    # Beside the file itself, whichever link led there. Of a plan that names no place, the sandbox and Braze keep two.
    file = shown_path(Path(argument).resolve()) if Path(argument).is_symlink() else argument
    beside = Path(f"{file}.sandbox.ledger" if aim.sandbox else f"{file}.ledger")
    console.note(
        clean(f"recorded in {beside}: keep it, or give all who apply plans one ledger by `--ledger` or the environment")
    )
    return ledger.at(beside, key=key)


def _prepared(plan: Plan, now: datetime) -> PreparedRequest:
    """What the plan sends, with the warnings that there are of it by now."""
    from ..sender.requests import examine_request

    plan.check_time(now)
    request, template = None, {}
    found: list[Diagnostic] = []
    if plan.run is not None:
        template = plan.template
    else:
        request = plan.requests[0].request
        found, _ = examine_request(
            request.to_dict(),
            endpoint=plan.endpoint,
            audience_without_broadcast=plan.audience_without_broadcast,
            now=now,
        )
        if by_severity(found, ERROR):
            raise FindingsError(found)
    audience, body_audience = plan.audience, plan.audience_json
    return PreparedRequest(
        plan.endpoint,
        request,
        template,
        found,
        title=None if audience is None else audience.title or "of the plan",
        # Found anew, since the words of a plan of another version are not held against its body.
        text=None if body_audience is None else text_of(body_audience, plan.settings)[0],
        values=plan.parameters,
    )
