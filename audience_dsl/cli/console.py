"""The streams of one run: data to stdout, everything else to stderr, and nothing raw or secret to either.

Data is written as UTF-8 whatever the locale says, since JSON is. A reader that goes away (`| head -1`) ends
nothing and is told nothing: the exit code says what was done, not who listened.
"""

import os
import sys
import time
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from ..config.environments import KEY_VARIABLE
from ..diagnostics import AudienceError, Diagnostic, distinct
from ..report import render
from ..report.display import clean
from .findings import Findings
from .outputs import write_all

if TYPE_CHECKING:
    from ..sender.secret import Secret

__all__ = ["KEY_VARIABLE", "Console", "OutputError", "Progress", "ShareProgress", "duration"]

# A shorter text in its place is no key, and taking it out would only spoil words.
_KEY_AT_LEAST = 6


class OutputError(AudienceError):
    """Stdout cannot be written, for another reason than that its reader is gone."""


class Console:
    def __init__(self) -> None:
        self.color = _wants_color(sys.stderr)
        self.findings = Findings()
        self._key = os.environ.get(KEY_VARIABLE, "")
        self._secrets: list[Secret] = []
        # By the streams as they are found: what is written is UTF-8, and is shown as they say.
        self.data_unicode = _takes_unicode(sys.stdout)
        self.unicode = _takes_unicode(sys.stderr)

    @property
    def data_color(self) -> bool:
        """Whether what goes to stdout may have colours, which `color` says of stderr."""
        return _wants_color(sys.stdout)

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody who sees a question and can answer it."""
        return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)

    @property
    def is_screen(self) -> bool:
        """Whether somebody looks at all that is written, so that what is old may be cleared away."""
        return _is_terminal(sys.stdout) and _is_terminal(sys.stderr)

    @property
    def shows_progress(self) -> bool:
        return _is_terminal(sys.stderr)

    def hide(self, secret: "Secret") -> None:
        """Keep a key out of everything that is written from here on, in each form that it may have."""
        if len(secret.reveal()) >= _KEY_AT_LEAST:
            self._secrets.append(secret)

    def data(self, text: str) -> None:
        """Write to stdout. Raises OutputError where it cannot be written, except where nobody reads any more."""
        try:
            _write(sys.stdout, self._without_secrets(text))
        except BrokenPipeError:
            _silence(sys.stdout)
        except OSError as error:
            _silence(sys.stdout)
            raise OutputError(f"stdout cannot be written: {error.strerror or error}") from None

    def note(self, text: str, *, end: str = "\n") -> None:
        """Write to stderr, where nothing that fails is worth stopping for; never the API key."""
        try:
            _write(sys.stderr, self._without_key(text) + end)
        except OSError:
            _silence(sys.stderr)

    def _without_key(self, text: str) -> str:
        without = text.replace(self._key, "[key]") if len(self._key) >= _KEY_AT_LEAST else text
        return self._without_secrets(without)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = secret.scrub(text)
        return text

    def diagnostics(self, found: Iterable[Diagnostic]) -> None:
        """Show findings, or keep them until `finish` where they become a document."""
        if self.findings.are_a_document:
            self.findings.add(found)
            return
        text = render(distinct(found), color=self.color)
        if text:
            self.note(text, end="")

    def finish(self) -> None:
        """Write the document of the findings, where the run has one."""
        if not self.findings.are_a_document or not self.findings.are_wanted:
            return
        text = self._without_key(self.findings.document())
        if self.findings.file is not None:
            write_all({self.findings.file: text})
        elif self.findings.are_on_stdout:
            self.data(text)
        else:
            self.note(text, end="")

    def error(self, message: str, help: str | None = None) -> None:
        """A fault of the command line or the machine, which has no place in a file."""
        label = "\x1b[1;31merror\x1b[0m" if self.color else "error"
        self.note(f"{label}: {clean(message)}" + (f"\n  help: {clean(help)}" if help else ""))

    def confess(self, error: Exception) -> None:
        """An error that nobody foresaw, in one line; `AUDIENCE_DEBUG` shows the rest."""
        if os.environ.get("AUDIENCE_DEBUG"):
            import traceback

            self.note("".join(traceback.format_exception(error)), end="")
        what = str(error) if isinstance(error, AudienceError) else f"{type(error).__name__}: {error}"
        self.error(
            f"internal error ({what}); this is our fault, please report it with what you ran",
            "AUDIENCE_DEBUG=1 shows where it happened",
        )

    def ask(self, question: str) -> str | None:
        """The answer, or None at the end of the input."""
        self.note(question, end="")
        answer = sys.stdin.readline()
        return answer.strip() if answer else None

    def close(self) -> None:
        """Flush both streams, so that the interpreter has nothing left to complain about when it ends."""
        for stream in (sys.stdout, sys.stderr):
            try:
                _write(stream, "")
            except OSError:
                _silence(stream)


class Progress:
    """A counter on a terminal's stderr, once there is something to wait for."""

    def __init__(self, console: Console, what: str, total: int) -> None:
        self._console = console
        self._what = what
        self._total = total
        self._next = time.monotonic() + 1.0 if console.shows_progress else float("inf")
        self._shown = False

    def step(self, count: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._console.note(f"\r{self._what} {count:,} of {self._total:,}", end="")
            self._shown = True
            self._next = now + 0.1

    def done(self) -> None:
        if self._shown:
            self._console.note("\r\x1b[K", end="")


class ShareProgress:
    """The same for work of which the share that is done is known, of 1: a bar, and the time that is left."""

    _CELLS = 24

    def __init__(self, console: Console, what: str) -> None:
        self._console = console
        self._what = what
        self._start = time.monotonic()
        self._next = self._start + 1.0 if console.shows_progress else float("inf")
        self._shown = False

    def step(self, share: float) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        full, blank = "█░" if self._console.unicode else "#."
        cells = int(self._CELLS * share)
        bar = full * cells + blank * (self._CELLS - cells)
        left = f"  {duration((now - self._start) * (1 - share) / share)} left" if share > 0.01 else ""
        self._console.note(f"\r{self._what}  {bar}  {share:4.0%}{left}\x1b[K", end="")
        self._shown = True
        self._next = now + 0.1

    def done(self) -> None:
        if self._shown:
            self._console.note("\r\x1b[K", end="")
            self._shown = False


def duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _takes_unicode(stream: IO[str] | None) -> bool:
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "") in ("utf8", "utf8sig")


def _wants_color(stream: IO[str] | None) -> bool:
    # https://no-color.org; it wins, since it is the one that a person sets for good.
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return _is_terminal(stream) and os.environ.get("TERM") != "dumb"


def _is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _write(stream: Any, text: str) -> None:
    # A stream that was closed before the start (`>&-`) is None.
    if stream is None:
        if text and stream is sys.stdout:
            raise OSError("it is closed")
        return
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text)
        stream.flush()
        return
    stream.flush()
    # A lone surrogate, which only a file's name can bring this far, is shown as an escape.
    binary.write(text.encode("utf-8", "backslashreplace"))
    binary.flush()


def _silence(stream: Any) -> None:
    """Let what is still buffered go nowhere, also what the interpreter flushes at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass
