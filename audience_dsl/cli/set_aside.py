"""Lines of a file of recipients that cannot be sent to: shown on a terminal, and without what they hold in a log."""

from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, counted
from ..source import Source, Span
from .console import Console

if TYPE_CHECKING:
    from ..recipients import Entry

__all__ = ["SetAside"]

# Lines that are shown; all of them are counted, and written to the file of rejects.
_SHOWN_AT_MOST = 20


class SetAside:
    """Takes lines one after another: the first are shown, all are counted.

    Whoever sits at a terminal sees their own file. A log, or a document of findings, is passed on: it gets the
    lines and the codes, and no recipient's data.
    """

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        self._name = name
        self.count = 0

    def take(self, entry: "Entry") -> None:
        self.count += 1
        if self.count > _SHOWN_AT_MOST:
            return
        if self._console.findings.are_a_document:
            self._console.diagnostics(_without_data(self._name, entry.line, each) for each in entry.findings)
        elif self._console.shows_progress:
            self._console.diagnostics(entry.findings)
        else:
            for each in entry.findings:
                self._console.note(str(_without_data(self._name, entry.line, each)))

    def done(self) -> None:
        more = self.count - _SHOWN_AT_MOST
        if more > 0:
            self._console.note(f"… and {counted(more, 'line')} more that cannot be sent to")


def _without_data(name: str, line: int, finding: Diagnostic) -> Diagnostic:
    where = f" (at {finding.pointer})" if finding.pointer else ""
    return Diagnostic(
        finding.code,
        f"this line cannot be sent to, because of {finding.code.summary}{where}",
        source=Source("", name, first_line=line),
        span=Span(0, 0),
        severity=finding.severity,
    )
