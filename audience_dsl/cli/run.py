"""`audience send --recipients`: a file of recipients, read, shown, confirmed, and sent in batches."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import (
    CODES,
    ConfigurationError,
    Diagnostic,
    LedgerError,
    PlanError,
    counted,
    quoted,
)
from ..plans.brought import Brought
from .confirming import refuse_unless_somebody_can_be_asked
from .console import Console
from .exits import FINDINGS, RefusedError, UsageFault
from .receipts import answer, as_json
from .run_options import RunOptions
from .run_progress import RunProgress
from .run_shown import confirm_run, exit_of, show_run, summary_in_words, unknown_of
from .run_staging import StrictError, staged
from .sending import refused_by_ledger
from .sending_options import LedgerOptions, RetryOptions
from .stopping import Stops, ended_by

if TYPE_CHECKING:
    from ..ledger.database import Database
    from ..recipients import RecipientsFile
    from ..runs import Run, StopSignal, Summary
    from ..sender.client import Client
    from ..sender.outcome import Receipt
    from ..sender.pacing import Pacer
    from ..sender.recording import Ledger
    from ..sender.requests import Request
    from .job import Job
    from .request_file import PreparedRequest

__all__ = ["RunCommand"]


class RunCommand:
    """One run, begun or gone on with, as the command line asked for it.

    The job's request is that of an instant, which is the run's beginning when it is resumed. With `ask`, somebody has
    to confirm it.
    """

    def __init__(
        self,
        console: Console,
        job: "Job",
        *,
        access: dict[str, Any],
        pacer: "Pacer",
        retries: RetryOptions,
        options: RunOptions,
        ask: bool,
        output_format: str,
    ) -> None:
        self._console = console
        self._job = job
        self._planned = None if job.plan is None else job.plan.run
        # Counted while the recipients of a plan are read, and None where that was done before.
        self._brought: Brought | None = None
        self._access = access
        self._pacer = pacer
        self._retries = retries
        self._options = options
        self._ask = ask
        self._output_format = output_format
        self._ledger = _ledger_of(job.ledger)
        self._hashed = job.ledger.hash_identifiers
        self._recipients = _recipients_of(options)
        self._mapping: Mapping[str, str] = options.mapping if self._planned is None else self._planned.mapping
        self._rejects = options.rejects or self._ledger.with_name(
            f"{self._ledger.stem}.rejects{self._recipients.suffix.lower()}"
        )

    def run(self) -> int:
        """Do it, and return the exit code."""
        from ..runs import StopSignal
        from ..sender.client import Client

        if self._ask:
            # Before a file of any length is read.
            refuse_unless_somebody_can_be_asked(self._console, self._job.name)
        stop = StopSignal()
        progress = RunProgress(self._console)
        with ExitStack() as until_done:
            try:
                client = until_done.enter_context(
                    Client(
                        **self._access,
                        retry=self._retries.policy(of_run=True),
                        pacer=self._pacer,
                        on_wait=progress.wait,
                        sleep=stop.sleep,
                    )
                )
                run = self._ready(until_done)
            except KeyboardInterrupt as stopped:
                more = " more" if self._options.resume else ""
                self._console.error(f"interrupted, and nothing{more} was sent")
                return ended_by(stopped)
            except LedgerError as error:
                return refused_by_ledger(self._console, error)
            except StrictError as error:
                what = counted(error.count, "line")
                self._console.error(f"{what} of the recipients cannot be sent to, and with `--strict` nothing was sent")
                return FINDINGS
            return self._delivered(run, client, stop, progress)

    # --- Before ---

    def _ready(self, until_done: ExitStack) -> "Run":
        """The run, shown and confirmed, in a ledger that is held until all is done."""
        from ..ledger.database import Database
        from ..ledger.target import bind_target
        from ..runs import Run

        options = self._options
        now = datetime.now(UTC).replace(microsecond=0)
        # Where a run is begun, the request is found right before there is a ledger.
        prepared = None if options.resume else self._job.prepare(self._console, now)
        database = until_done.enter_context(Database(self._ledger, create=not options.resume))
        bind_target(database, self._job.aim.workspace)
        found = Run.find(database) if options.resume else None
        if options.resume and found is None and "sends" in database.parts():
            # Of single sends, and not of a run that was refused, or ended, right at its beginning: this raises.
            Run.open(database)
        if found is not None:
            now = found.now
        prepared = prepared or self._job.prepare(self._console, now)
        # One that was ended while its recipients were read has sent nothing, and is begun again.
        is_ready = found is not None and found.is_ready
        ready = self._resumed(database, prepared) if is_ready else self._begun(database, prepared, now)
        run = until_done.enter_context(ready)
        self._check_planned(run)
        summary = run.summary()
        count = summary.left
        if options.resend_unknown is not None:
            if options.resend_unknown != unknown_of(summary):
                # Which raises the error that says how many there are.
                run.resend_unknown(options.resend_unknown)
            count += options.resend_unknown
        refused = run.refused_5xx() if self._retries.retry_5xx else 0
        count += refused
        if count:
            show_run(
                self._console,
                prepared,
                run,
                summary,
                count=count,
                twice=options.resend_unknown or 0,
                to=self._job.aim.goes_to(prepared.endpoint),
                ledger=self._ledger,
                rejects=self._rejects_of(summary),
                at_once=options.at_once,
            )
            self._confirm(run, count)
        elif summary.total:
            self._console.note("the run is finished: nothing is left that may be sent")
        else:
            self._put_off(run)
        if options.resend_unknown is not None:
            run.resend_unknown(options.resend_unknown)
        if refused:
            run.resend_refused_5xx()
        return run

    def _begun(self, database: "Database", prepared: "PreparedRequest", now: datetime) -> "Run":
        from ..ledger.send import stamp
        from ..runs import Run

        found = Run.find(database)
        if found and found.is_ready and self._planned is not None and found.input_digest == self._planned.sha256:
            raise LedgerError(
                CODES["plan-applied"],
                f"the plan was applied at {stamp(found.started)}, and is applied once",
                help="go on with what is left of its run by `--resume`, if there is any",
            )
        # What is there beside a run is most likely that run's own, and it is the run that stands in the way.
        if self._rejects.exists() and not (found and found.is_ready):
            raise UsageFault(
                f"`{self._rejects}` is there already, and lines that are set aside would be written over it",
                "move it away, or name another file by `--rejects`",
            )
        self._brought = None if self._planned is None else Brought()
        return staged(
            self._console,
            database,
            self._recipients,
            self._mapping,
            prepared,
            now,
            strict=self._options.strict,
            hashed=self._hashed,
            rejects=self._rejects,
            on_recipient=None if self._brought is None else self._brought.take,
        )

    def _resumed(self, database: "Database", prepared: "PreparedRequest") -> "Run":
        from ..runs import resume

        return resume(
            database,
            recipients=self._people(prepared),
            template=prepared.template,
            endpoint=prepared.endpoint,
        )

    def _check_planned(self, run: "Run") -> None:
        """Raises PlanError where the recipients that were read are not those of the plan, or not as it says."""
        planned, brought = self._planned, self._brought
        if planned is None:
            return
        summary = run.summary()
        file = quoted(str(self._recipients))
        if run.input_digest != planned.sha256:
            message = f"{file} is not the file of recipients that the plan was made with"
        elif brought is not None and (summary.total, summary.rejected_lines, brought.counts) != (
            planned.count,
            planned.set_aside,
            planned.fields,
        ):
            message = f"the plan says other things of the recipients of {file} than are in it"
        else:
            return
        if not self._options.resume:
            self._put_off(run)
        raise PlanError(
            CODES["plan-elsewhere"],
            f"{message}, and nothing was sent",
            help="take the file as it was, or make a new plan and have that approved",
        )

    def _people(self, prepared: "PreparedRequest") -> "RecipientsFile":
        from ..recipients import RecipientsFile

        return RecipientsFile(self._recipients, mapping=self._mapping or None, endpoint=prepared.endpoint)

    def _confirm(self, run: "Run", count: int) -> None:
        if not self._ask:
            return
        try:
            confirm_run(self._console, count, resumed=self._options.resume)
        except (RefusedError, KeyboardInterrupt):
            if not self._options.resume:
                self._put_off(run)
            raise

    def _put_off(self, run: "Run") -> None:
        """Whoever mends the file after what was shown can begin again, with the same ledger."""
        run.put_off()
        self._rejects.unlink(missing_ok=True)

    # --- And then ---

    def _delivered(self, run: "Run", client: "Client", stop: "StopSignal", progress: RunProgress) -> int:
        from ..runs import deliver

        options = self._options
        progress.begin(run.summary().total)
        with Stops(self._console, stop.request, options.grace) as stops:
            stopped = None
            try:
                summary = deliver(
                    run,
                    _UntilDeadline(client, self._retries.deadline, stop),
                    at_once=options.at_once,
                    stop=stop,
                    grace=options.grace,
                    on_batch=progress.batch,
                )
                stopped = summary.stopped
            except Exception as error:
                # Whatever it is, messages went out, and the ledger knows which.
                progress.done()
                stopped = self._failed(error)
                summary = run.summary()
            progress.done()
            self._tell(summary, stops.in_words or stopped)
            return stops.exit_code or exit_of(summary)

    def _failed(self, error: Exception) -> str:
        """Say what stopped the run in its midst, and return that in a few words."""
        if not isinstance(error, (LedgerError, ConfigurationError)):
            self._console.confess(error)
            return "by a fault of ours"
        self._console.diagnostics([Diagnostic(error.kind, error.message, help=error.help)])
        for note in getattr(error, "__notes__", ()):
            self._console.error(note)
        return error.message

    def _rejects_of(self, summary: "Summary") -> Path | None:
        """The file of lines that were set aside; whoever goes on may have begun with another, or moved it away."""
        return self._rejects if summary.rejected_lines and self._rejects.exists() else None

    def _tell(self, summary: "Summary", stopped: str | None) -> None:
        rejects = self._rejects_of(summary)
        if self._output_format == "json":
            value = {
                **summary.to_dict(),
                "stopped": stopped,
                "ledger": str(self._ledger),
                "rejects": None if rejects is None else str(rejects),
            }
            answer(self._console, as_json(value))
        else:
            answer(self._console, summary_in_words(summary, ledger=self._ledger, rejects=rejects, stopped=stopped))


class _UntilDeadline:
    """A client whose every send has the same deadline, at which the run stops."""

    def __init__(self, client: "Client", deadline: datetime | None, stop: "StopSignal") -> None:
        self._client = client
        self._deadline = deadline
        self._stop = stop

    def send(self, request: "Request", /, *, key: str | None, ledger: "Ledger | None") -> "Receipt":
        from ..runs import StoppedError

        if self._deadline is not None and datetime.now(UTC) >= self._deadline:
            self._stop.halt("the deadline has passed")
            raise StoppedError
        return self._client.send(request, key=key, ledger=ledger, deadline=self._deadline)


def _ledger_of(ledger: LedgerOptions) -> Path:
    if ledger.path is None:
        raise UsageFault(
            "`--recipients` needs a ledger, which knows of each batch what became of it", "add `--ledger run.db`"
        )
    if ledger.key is not None or ledger.repeat:
        option = "--ledger-key" if ledger.key is not None else "--repeat"
        raise UsageFault(f"`{option}` is for one send, and `--recipients` begins a run", "a ledger has one run")
    return ledger.path


def _recipients_of(options: RunOptions) -> Path:
    assert options.recipients is not None
    return options.recipients
