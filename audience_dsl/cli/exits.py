"""Exit codes, and the exceptions by which a command ends with one."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic

__all__ = [
    "DONE",
    "FINDINGS",
    "INTERRUPTED",
    "NOT_SENT",
    "RATE_LIMITED",
    "REFUSED",
    "REJECTED",
    "TERMINATED",
    "UNKNOWN",
    "USAGE",
    "BadConfigurationError",
    "FindingsError",
    "RefusedError",
    "UsageFault",
]

DONE = 0
# The user's files have findings.
FINDINGS = 1
# The command line, the configuration or the machine; what only a user can mend outside the files.
USAGE = 2
# Of `send` only.
REJECTED = 3
UNKNOWN = 4
RATE_LIMITED = 5
REFUSED = 6
NOT_SENT = 7
INTERRUPTED = 130
# By SIGTERM; of `send` only.
TERMINATED = 143


class FindingsError(Exception):
    """The user's files have findings: they are shown, and nothing is written or sent."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(f"{len(self.diagnostics)} findings")


class BadConfigurationError(Exception):
    """The configuration, or a file that it names, has findings: nothing can be judged by it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(f"{len(self.diagnostics)} findings")


class UsageFault(Exception):  # noqa: N818 - `UsageError` is click's
    """The command cannot be carried out as it was given. `help` is the way out."""

    def __init__(self, message: str, help: str | None = None) -> None:
        self.message = message
        self.help = help
        super().__init__(message)


class RefusedError(Exception):
    """A send that a safety gate stops, or that nobody confirmed. `slug` is that of the code."""

    def __init__(self, message: str, help: str | None = None, *, slug: str = "not-confirmed") -> None:
        self.message = message
        self.help = help
        self.slug = slug
        super().__init__(message)
