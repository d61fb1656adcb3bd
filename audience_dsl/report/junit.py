"""JUnit's XML, as build servers read it: of findings, and of whatever else has cases that pass or fail.

Written by hand, so that no parser of XML is loaded: there is little of it, and nothing is read.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from ..diagnostics import Diagnostic
from .display import clean
from .order import SEVERITIES

__all__ = ["Case", "Suite", "junit", "junit_text"]


class Case:
    """One case. `outcome` is "failure" or "error", or None where it passed; `message` and `body` say more.

    A case that passed and has something to say all the same says it as its output.
    """

    __slots__ = ("body", "message", "name", "outcome")

    def __init__(self, name: str, *, outcome: str | None = None, message: str = "", body: str = "") -> None:
        self.name = name
        self.outcome = outcome
        self.message = message
        self.body = body


class Suite:
    """The cases of one file."""

    __slots__ = ("cases", "name")

    def __init__(self, name: str, cases: Iterable[Case]) -> None:
        self.name = name
        self.cases = list(cases)

    def count(self, outcome: str) -> int:
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def attributes(self) -> str:
        return f'tests="{len(self.cases)}" failures="{self.count("failure")}" errors="{self.count("error")}"'


def junit_text(suites: Sequence[Suite]) -> str:
    whole = Suite("", [case for suite in suites for case in suite.cases])
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {whole.attributes}>"]
    for suite in suites:
        name = quoteattr(clean(suite.name))
        lines.append(f"  <testsuite name={name} {suite.attributes}>")
        lines += [f"    {_case(case, name)}" for case in suite.cases]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _case(case: Case, classname: str) -> str:
    head = f"<testcase classname={classname} name={quoteattr(clean(case.name))}"
    body = escape("\n".join(clean(line) for line in case.body.split("\n")))
    if case.outcome is not None:
        said = f"<{case.outcome} message={quoteattr(clean(case.message))}>{body}</{case.outcome}>"
    elif body:
        said = f"<system-out>{body}</system-out>"
    else:
        return f"{head}/>"
    return f"{head}>{said}</testcase>"


def junit(diagnostics: Sequence[Diagnostic], files: Iterable[str], fail_level: str) -> str:
    """Findings as cases: a suite for each file, with one case that passes where nothing was found.

    What fails the run, by `fail_level`, is a failure; the others pass, with their words as output.
    """
    by_file: dict[str, list[Case]] = {name: [] for name in files}
    failing = SEVERITIES[: SEVERITIES.index(fail_level) + 1] if fail_level in SEVERITIES else ()
    for each in diagnostics:
        name = "audience" if each.source is None else each.source.name
        by_file.setdefault(name, []).append(_finding(each, fails=each.severity in failing))
    return junit_text([Suite(name, cases or [Case("no findings")]) for name, cases in sorted(by_file.items())])


def _finding(diagnostic: Diagnostic, *, fails: bool) -> Case:
    where = diagnostic.pointer
    if diagnostic.source is not None and diagnostic.span is not None:
        position = diagnostic.source.position(diagnostic.span.start)
        where = f"{position.line}:{position.column}"
    place = f" at {where}" if where else ""
    lines = [f"{diagnostic.severity}[{diagnostic.code.code}]: {diagnostic.message}", diagnostic.place]
    lines += [] if diagnostic.help is None else [f"help: {diagnostic.help}"]
    return Case(
        f"{diagnostic.code.code} {diagnostic.code.slug}{place}",
        outcome="failure" if fails else None,
        message=diagnostic.message,
        body="\n".join(line for line in lines if line),
    )
