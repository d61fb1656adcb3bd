"""`audience plan`: what a request file says, made into a plan."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import settings_digest
from ..diagnostics import Diagnostic, counted
from ..plans import Plan, PlannedPreview, PlannedRun, make_plan
from ..plans.brought import Brought
from .confirming import rows_of, show, show_rows
from .environment import target_of
from .exits import UsageFault
from .files import STDIN, shown_path
from .job import admit
from .request_file import PreparedRequest, read_request
from .run_staging import staged

if TYPE_CHECKING:
    from .console import Console
    from .environment import Target
    from .expectation import Expectation
    from .options import Where
    from .parameters import Given
    from .project import Projects

__all__ = ["planned"]


def planned(
    console: "Console",
    file: str,
    *,
    where: "Where",
    sandbox: bool,
    projects: "Projects",
    given: "Given",
    audience_without_broadcast: bool,
    recipients: Path | None,
    mapping: dict[str, str],
    expectation: "Expectation | None",
    lifetime: timedelta,
    made_by: str,
) -> Plan:
    """The plan, after all of it was shown. Raises whatever is wrong with the request, the place or the count."""
    project = projects.of(Path(file))
    # Where a project says what its places are, a plan is for one of them; else whoever applies it may say where.
    required = bool(project.configuration.environments)
    aim = target_of(console, where, project.configuration, sandbox=sandbox, required=required, by_plan=True)
    now = datetime.now(UTC).replace(microsecond=0)
    prepared = read_request(
        file,
        given=given,
        projects=projects,
        now=now,
        audience_without_broadcast=audience_without_broadcast,
        ids=aim.ids,
        recipients_apart=recipients is not None,
    )
    admit(console, aim, prepared)
    run = preview = None
    if recipients is None:
        show(console, prepared, aim.goes_to(prepared.endpoint))
        if expectation is not None:
            preview = _preview(console, expectation, prepared, now)
    else:
        run = _run(console, recipients, mapping, prepared, now)
        _show_run(console, aim, prepared, run)
    return make_plan(
        [prepared.request] if run is None else [],
        source="stdin" if file == STDIN else shown_path(Path(file)),
        made_by=made_by,
        made_at=now,
        expires_at=now + lifetime,
        run=run,
        endpoint=prepared.endpoint,
        environment=None if aim.environment is None else aim.environment.name,
        base_url=aim.base_url,
        is_for_sandbox=sandbox,
        settings=project.settings,
        settings_digest=settings_digest(project.configuration),
        parameters=prepared.values,
        audience_title=prepared.audience_title,
        preview=preview,
        notes=[_note(each) for each in prepared.warnings],
    )


def _preview(
    console: "Console", expectation: "Expectation", prepared: PreparedRequest, now: datetime
) -> PlannedPreview:
    reached, age = expectation.check(console, prepared.request, now, otherwise="and no plan was made")
    return PlannedPreview(
        selected_least=reached.least,
        selected_most=reached.most,
        total=reached.total,
        counted=reached.what,
        # The last part says which it was, and the rest where somebody keeps it.
        profiles=Path(expectation.profiles).resolve().name,
        profiles_age=int(age),
        unreadable=reached.unreadable,
    )


def _run(
    console: "Console", recipients: Path, mapping: dict[str, str], prepared: PreparedRequest, now: datetime
) -> PlannedRun:
    """The run, its recipients read just as they are when it begins, into a ledger that nobody needs afterwards."""
    from ..ledger.database import Database

    brought = Brought()
    with (
        tempfile.TemporaryDirectory(prefix="audience-plan-") as directory,
        Database(Path(directory, "run.db")) as database,
        staged(console, database, recipients, mapping, prepared, now, strict=False, on_recipient=brought.take) as run,
    ):
        summary = run.summary()
        if not summary.total:
            raise UsageFault(f"`{recipients}` has nobody who can be sent to", "mend the lines that are named above")
        return PlannedRun(
            template=prepared.template,
            recipients=recipients.name,
            sha256=run.input_digest,
            count=summary.total,
            set_aside=summary.rejected_lines,
            fields=brought.counts,
            mapping=mapping,
        )


def _show_run(console: "Console", aim: "Target", prepared: PreparedRequest, run: PlannedRun) -> None:
    reach = f"{counted(run.count, 'recipient')} of {run.recipients}"
    rows = rows_of(prepared, prepared.endpoint, prepared.template, aim.goes_to(prepared.endpoint), reach)
    if run.set_aside:
        rows.append(("set aside", f"{counted(run.set_aside, 'line')} that cannot be sent to"))
    show_rows(console, rows)


def _note(warning: Diagnostic) -> str:
    return f"{warning.code.code}: {warning.message}"
