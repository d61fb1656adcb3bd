"""Files in their canonical form, and what is found where they are not."""

from collections.abc import Iterable
from pathlib import Path

from ..diagnostics import CODES, Diagnostic
from ..source import Source, Span
from ..syntax.formatter import FormatRefused, format_source, simplify_source
from .console import Console, Progress
from .exits import FindingsError
from .files import open_argument
from .inputs import Input

__all__ = ["Formatted", "format_all", "not_formatted"]


class Formatted:
    """Files before and after, by path; those that have errors are only counted, and their errors are `findings`."""

    __slots__ = ("failed", "findings", "texts")

    def __init__(self) -> None:
        self.texts: dict[Path, tuple[Source, str]] = {}
        self.findings: list[Diagnostic] = []
        self.failed = 0

    @property
    def changed(self) -> dict[Path, tuple[Source, str]]:
        return {path: (source, text) for path, (source, text) in self.texts.items() if source.text != text}


def format_all(console: Console, sources: Iterable[Input], stdin_filename: str | None, simplify: bool) -> Formatted:
    """The canonical text of all files, whatever is wrong with some of them."""
    done = Formatted()
    files = list(sources)
    progress = Progress(console, "formatting", len(files))
    for count, each in enumerate(files):
        progress.step(count)
        try:
            source = open_argument(each.argument, stdin_name=stdin_filename)
            text, notes = simplify_source(source) if simplify else (format_source(source), [])
        except (FindingsError, FormatRefused) as error:
            done.findings += error.diagnostics
            done.failed += 1
        else:
            done.texts[each.path] = source, text
            done.findings += notes
    progress.done()
    return done


def not_formatted(source: Source, text: str) -> Diagnostic:
    """The finding that a file is not its canonical text, at the first place where they differ."""
    pairs = zip(source.text, text, strict=False)
    shorter = min(len(source.text), len(text))
    start = next((index for index, (one, other) in enumerate(pairs) if one != other), shorter)
    return Diagnostic(
        CODES["not-formatted"],
        f"`{source.name}` is not in its canonical form",
        source=source,
        span=Span(start, start),
        help="run `audience fmt`, which writes it",
    )
