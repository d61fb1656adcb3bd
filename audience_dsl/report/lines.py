"""Findings a line each: `concise` for people and editors, `github` for the log of a GitHub workflow."""

from collections.abc import Iterable, Sequence

from ..diagnostics import ERROR, NOTE, WARNING, Diagnostic
from .display import clean
from .places import Region, path_of

__all__ = ["concise", "github"]

_COMMANDS = {ERROR: "error", WARNING: "warning", NOTE: "notice"}


def concise(diagnostics: Iterable[Diagnostic]) -> str:
    return "".join(f"{_concise(each)}\n" for each in diagnostics)


def _concise(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    if diagnostic.pointer is not None and diagnostic.source is not None:
        where = place if diagnostic.span is not None else diagnostic.source.name
        place = f"{where}: {diagnostic.pointer or '(the whole object)'}"
    said = f"{diagnostic.severity}[{diagnostic.code.code}] {clean(diagnostic.message)}"
    return f"{clean(place)}: {said}" if place else said


def github(diagnostics: Sequence[Diagnostic], root: str) -> str:
    """Workflow commands, which GitHub shows at the lines of a pull request."""
    return "".join(f"{_github(each, root)}\n" for each in diagnostics)


def _github(diagnostic: Diagnostic, root: str) -> str:
    facts: list[tuple[str, object]] = []
    if diagnostic.source is not None:
        facts.append(("file", path_of(diagnostic.source.name, root)))
        if diagnostic.span is not None:
            region = Region(diagnostic.source, diagnostic.span)
            facts += [("line", region.line), ("endLine", region.end_line)]
            # GitHub refuses columns of a region over several lines.
            if region.line == region.end_line:
                facts += [("col", region.column), ("endColumn", region.end_column)]
    facts.append(("title", f"{diagnostic.code.code} {diagnostic.code.slug}"))
    where = ",".join(f"{name}={_property(str(value))}" for name, value in facts)
    # A key of somebody's JSON may hold the end of a line, and the message is one line.
    words = diagnostic.message if not diagnostic.pointer else f"{clean(diagnostic.pointer)}: {diagnostic.message}"
    text = words if diagnostic.help is None else f"{words}\nhelp: {diagnostic.help}"
    return f"::{_COMMANDS[diagnostic.severity]} {where}::{_data(text)}"


def _data(text: str) -> str:
    """As the runner unescapes it; what could end the line, or a terminal obey, is no part of it."""
    lines = "\n".join(clean(line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
