"""What `audience send` is to carry out: the request of a file, or, by `applying`, what a plan says."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .confirming import show_rows
from .console import Console
from .exits import RefusedError
from .options import Where
from .parameters import Given

if TYPE_CHECKING:
    from ..plans import Plan
    from ..sender.recording import Ledger
    from .environment import Target
    from .project import Projects
    from .request_file import PreparedRequest
    from .sending_options import LedgerOptions

__all__ = ["Job", "admit", "job_of_file", "refuse_entire_segment"]


class Job:
    """`name` is what is sent, as the command line called it, `aim` where it goes, and `ledger` where that is recorded.

    `read` gives the request as it is at an instant. With `needs_word`, nobody says of a broadcast without an audience
    that it is meant. `plan` is None where the request was not planned.
    """

    __slots__ = ("_needs_word", "_read", "aim", "audience_without_broadcast", "ledger", "name", "plan")

    def __init__(
        self,
        name: str,
        aim: "Target",
        ledger: "LedgerOptions",
        read: "Callable[[datetime], PreparedRequest]",
        *,
        audience_without_broadcast: bool,
        needs_word: bool = False,
        plan: "Plan | None" = None,
    ) -> None:
        self.name = name
        self.aim = aim
        self.ledger = ledger
        self._read = read
        self.audience_without_broadcast = audience_without_broadcast
        self._needs_word = needs_word
        self.plan = plan

    def deadline(self, given: datetime | None) -> datetime | None:
        """The instant after which no attempt is begun: that of the options, and never after the plan has expired."""
        if self.plan is None:
            return given
        return self.plan.expires_at if given is None else min(given, self.plan.expires_at)

    def recorded(self, ledger: "Ledger") -> "Ledger":
        """The ledger as its sends are recorded in it; what a plan has sent is refused."""
        if self.plan is None:
            return ledger
        from ..plans.once import OnceLedger

        return OnceLedger(ledger)

    def prepare(self, console: Console, now: datetime) -> "PreparedRequest":
        """What is sent, checked as of this instant, and let through by what holds where it goes."""
        prepared = self._read(now)
        admit(console, self.aim, prepared)
        if self._needs_word and prepared.request.is_entire_segment:
            refuse_entire_segment("and `--yes` alone does not say that it is meant")
        return prepared


def admit(console: Console, aim: "Target", prepared: "PreparedRequest") -> None:
    """Say what is found about a request and where it goes, and raise RefusedError where it may not go there."""
    console.diagnostics(prepared.warnings)
    if aim.environment is not None:
        show_rows(console, [("in", aim.environment.name)])
    aim.gate_body(prepared.endpoint, prepared.template or prepared.request.to_dict())


def job_of_file(
    console: Console,
    file: str,
    *,
    where: Where,
    sandbox: bool,
    ledger: "LedgerOptions",
    projects: "Projects",
    given: Given,
    audience_without_broadcast: bool,
    is_run: bool,
    needs_word: bool,
) -> Job:
    """The job of a request file."""
    from .environment import target_of
    from .request_file import read_request

    aim = target_of(console, where, projects.of(Path(file)).configuration, sandbox=sandbox)

    def read(now: datetime) -> "PreparedRequest":
        return read_request(
            file,
            given=given,
            projects=projects,
            now=now,
            audience_without_broadcast=audience_without_broadcast,
            ids=aim.ids,
            recipients_apart=is_run,
        )

    return Job(
        file,
        aim,
        ledger.at(None if is_run else aim.ledger),
        read,
        audience_without_broadcast=audience_without_broadcast,
        needs_word=needs_word and not is_run and not sandbox,
    )


def refuse_entire_segment(reason: str) -> None:
    raise RefusedError(
        f"this is a broadcast without any audience, {reason}: nothing was sent",
        "add `--entire-segment` if everyone is meant, or give the request an audience",
        slug="entire-segment",
    )
