"""What is wrong with a regex, or with running it."""

from ..diagnostics import CODES, AudienceError, quoted, visible

__all__ = ["InvalidRegexError", "RegexError", "RegexTimeoutError"]


class RegexError(AudienceError):
    """A regex that cannot be run exactly as Braze would run it. `offset` counts characters from 0."""

    def __init__(self, message: str, offset: int, help: str | None = None) -> None:
        self.message = visible(message)
        self.offset = offset
        self.help = None if help is None else visible(help)
        self.kind = CODES["regex-unsupported"]
        self.code = self.kind.code
        super().__init__(f"error[{self.code}]: {self.message}" + (f" (help: {self.help})" if help else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.offset, self.help)


class InvalidRegexError(RegexError):
    """A regex that PCRE does not take."""


class RegexTimeoutError(AudienceError):
    """A regex took longer on a value than it may. The value stays unsaid: it is somebody's personal data."""

    def __init__(self, pattern: str, timeout: float) -> None:
        self.pattern = pattern
        self.timeout = timeout
        self.message = visible(f"the regex {quoted(pattern)} took longer than {timeout:g} s on one value")
        self.help = "a repeat inside a repeat tries every way to share out the text: write it with a single one"
        self.kind = CODES["regex-timeout"]
        self.code = self.kind.code
        super().__init__(f"error[{self.code}]: {self.message} (help: {self.help})")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.pattern, self.timeout)
