"""What became of test files: as text for people, as JSON and JUnit's XML for pipelines, and as findings."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..clauses import Clause
from ..diagnostics import CODES, Diagnostic, quoted
from ..filters import CustomAttribute, LastUsedApp
from ..report.display import clean
from ..report.junit import Case, Suite, junit_text
from ..samples.values import subject_of
from ..testing import CaseResult, CheckResult, ClauseVerdict, Coverage, FileResult

__all__ = ["as_findings", "as_json", "as_junit", "as_text", "counts", "coverage_text"]

_GREEN, _RED, _DIM, _BOLD, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[1m", "\x1b[0m"
# So many clauses, users and problems of a failure are shown; the JSON has what the result holds.
_CLAUSES_AT_MOST = 60
_USERS_AT_MOST = 5
_VALUE_AT_MOST = 60
_COLUMN_AT_MOST = 56


def counts(files: Sequence[FileResult]) -> tuple[int, int, int]:
    """How many cases passed, how many failed, and how many files could not be run."""
    results = [result for file in files for result in file.results]
    passed = sum(result.passed for result in results)
    return passed, len(results) - passed, sum(bool(file.findings) for file in files)


# --- Text ---


def as_text(files: Sequence[FileResult], *, verbose: bool, color: bool, coverage: str = "") -> str:
    """A line for each file, the failures in detail, the text on coverage, and last a line with the counts."""
    paint = _Paint(color)
    lines: list[str] = []
    for file in files:
        if file.findings:
            ending = "" if len(file.findings) == 1 else "s"
            lines.append(f"{clean(str(file.file.path))}  {paint.bad(f'{len(file.findings)} finding{ending}, not run')}")
            continue
        failed = len(file.failed)
        words = f"{len(file.results) - failed:,} passed" + f", {failed:,} failed" * bool(failed)
        lines.append(f"{clean(str(file.file.path))}  {paint.bad(words) if failed else paint.good(words)}")
        for result in file.results:
            if not result.passed:
                lines += _failure(result, paint)
            elif verbose:
                lines.append(f"  {paint.good('✓')} {clean(result.case.name)}")
    passed, failed, broken = counts(files)
    words = f"{passed:,} passed, {failed:,} failed, in {len(files):,} file{'' if len(files) == 1 else 's'}"
    if broken:
        words += f"; {broken:,} could not be run"
    report = "".join(f"{line}\n" for line in lines)
    return f"{report}{coverage}{paint.bad(words) if failed or broken else paint.good(words)}\n"


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def _in(self, code: str, text: str) -> str:
        return f"{code}{text}{_PLAIN}" if self._color else text

    def good(self, text: str) -> str:
        return self._in(_GREEN, text)

    def bad(self, text: str) -> str:
        return self._in(_RED, text)

    def dim(self, text: str) -> str:
        return self._in(_DIM, text)

    def bold(self, text: str) -> str:
        return self._in(_BOLD, text)


def _failure(result: CaseResult, paint: _Paint) -> list[str]:
    lines = [f"  {paint.bad('✗')} {paint.bold(clean(result.case.name))}"]
    lines += [f"      {clean(problem)}" for problem in result.problems[:_CLAUSES_AT_MOST]]
    if len(result.problems) > _CLAUSES_AT_MOST:
        lines.append(f"      … and {len(result.problems) - _CLAUSES_AT_MOST:,} more")
    for check in result.failures[:_USERS_AT_MOST]:
        who = "" if check.id is None or result.case.profile is not None else f"{clean(check.id)} "
        if check.message is not None:
            lines.append(f"      {who}could not be judged: {clean(check.message)}")
            continue
        lines.append(f"      {who}{'must match, and does not' if check.wanted else 'must not match, and does'}")
        lines += _clauses(check, paint)
    more = result.wrong - min(len(result.failures), _USERS_AT_MOST)
    if more > 0:
        lines.append(f"      … and {more:,} more of {result.checked:,} users")
    return lines


def _clauses(check: CheckResult, paint: _Paint) -> list[str]:
    """The clauses with their marks, those of a group inside the filter further in."""
    assert check.tree is not None
    rows: list[tuple[int, str, ClauseVerdict | None]] = []
    verdicts = iter(check.clauses)
    pending: list[tuple[int, Any]] = [(0, check.tree)]
    if not isinstance(check.tree, Clause) and check.tree.joined == "and":
        pending = [(0, member) for member in reversed(check.tree.members)]
    while pending and len(rows) < _CLAUSES_AT_MOST:
        depth, node = pending.pop()
        if isinstance(node, Clause):
            rows.append((depth, clean(node.text, at_most=200), next(verdicts)))
        else:
            rows.append((depth, "all of" if node.joined == "and" else "at least one of", None))
            pending += [(depth + 1, member) for member in reversed(node.members)]
    widest = min(max(2 * depth + len(text) for depth, text, _ in rows), _COLUMN_AT_MOST)
    lines = []
    for depth, text, verdict in rows:
        indent = " " * (8 + 2 * depth)
        if verdict is None:
            lines.append(f"{indent}{text}:")
            continue
        mark = paint.good("✓") if verdict.selected else paint.bad("✗")
        lines.append(f"{indent}{mark} {text:<{widest - 2 * depth}}  {paint.dim(_because(verdict))}")
    if pending:
        lines.append("        … and more clauses")
    return lines


def _because(verdict: ClauseVerdict) -> str:
    subject = subject_of(verdict.leaf)[2]
    if verdict.reason == "no value":
        return clean(f"{subject} has no value")
    words = f"{subject} is {_shown(verdict)}"
    return clean(f"{words}, a value of another type" if verdict.reason == "other type" else words)


def _shown(verdict: ClauseVerdict) -> str:
    if not isinstance(verdict.leaf, CustomAttribute):
        return str(_value(verdict))
    try:
        text = json.dumps(verdict.value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError, TypeError):
        text = "a value that is nested too deep to be shown"
    return text if len(text) <= _VALUE_AT_MOST else text[: _VALUE_AT_MOST - 1] + "…"


def _value(verdict: ClauseVerdict) -> object:
    """The value of a profile as it is written."""
    value = verdict.value
    if isinstance(verdict.leaf, LastUsedApp) and isinstance(value, int):
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
    return value


# --- Coverage ---


def coverage_text(coverages: Mapping[Path, Coverage], untested: Iterable[Path], *, color: bool) -> str:
    """For each audience file how many clauses were seen both ways, and which were not."""
    paint = _Paint(color)
    lines = ["", paint.bold("coverage")]
    for path, coverage in coverages.items():
        clauses = coverage.clauses
        done = sum(each.complete for each in clauses)
        words = f"{done:,} of {len(clauses):,} clause{'' if len(clauses) == 1 else 's'} seen both ways"
        lines.append(f"{clean(str(path))}  {paint.good(words) if coverage.complete else paint.bad(words)}")
        rows = [(_never(each.seen_true, each.seen_false), each) for each in clauses if not each.complete]
        lines += [f"  {never:<11}  {clean(each.place)}  {clean(each.text, at_most=200)}" for never, each in rows]
        lines += [f"  no case      for the audience `{clean(name)}`" for name in coverage.untested if name]
    for path in untested:
        shown = clean(str(path))
        lines.append(f"{shown}  {paint.bad('no test file')}; write one with `audience test --init {shown}`")
    return "".join(f"{line}\n" for line in [*lines, ""])


def _never(seen_true: bool, seen_false: bool) -> str:
    return "never true" if seen_false else "never false" if seen_true else "never seen"


# --- JSON and JUnit ---


def as_json(files: Sequence[FileResult], coverages: Mapping[Path, Coverage] | None, untested: Iterable[Path]) -> str:
    passed, failed, broken = counts(files)
    report: dict[str, Any] = {
        "passed": passed,
        "failed": failed,
        "not_run": broken,
        "files": [_file(file) for file in files],
    }
    if coverages is not None:
        report["coverage"] = [_coverage(path, coverage) for path, coverage in coverages.items()]
        report["untested"] = [str(path) for path in untested]
    return json.dumps(report, ensure_ascii=False, indent=2, default=str) + "\n"


def _file(file: FileResult) -> dict[str, Any]:
    return {
        "file": str(file.file.path),
        "audience": str(file.file.audience_path),
        "findings": [
            {"code": each.code.code, "place": each.place, "message": each.message, "help": each.help}
            for each in file.findings
        ],
        "cases": [
            {
                "name": result.case.name,
                "audience": result.case.audience,
                "passed": result.passed,
                "checked": result.checked,
                "wrong": result.wrong,
                "problems": result.problems,
                "failures": [_check(check) for check in result.failures],
            }
            for result in file.results
        ],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "wanted": check.wanted,
        "message": check.message,
        "clauses": [
            {
                "text": each.clause.text,
                "place": each.place,
                "selected": each.selected,
                "reason": each.reason,
                "attribute": subject_of(each.leaf)[1],
                "value": _plain(_value(each)),
            }
            for each in check.clauses
        ],
    }


def _plain(value: object) -> object:
    """The value as JSON carries it; a text in the place of what it cannot."""
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=str))
    except (RecursionError, ValueError, TypeError):
        return "…" if isinstance(value, (list, dict)) else str(value)


def _coverage(path: Path, coverage: Coverage) -> dict[str, Any]:
    return {
        "file": str(path),
        "untested": coverage.untested,
        "clauses": [
            {"text": each.text, "place": each.place, "seen_true": each.seen_true, "seen_false": each.seen_false}
            for each in coverage.clauses
        ],
    }


def as_junit(files: Sequence[FileResult]) -> str:
    return junit_text([Suite(str(file.file.path), _junit_cases(file)) for file in files])


def _junit_cases(file: FileResult) -> Iterable[Case]:
    if file.findings:
        said = "; ".join(str(finding) for finding in file.findings)
        yield Case(str(file.file.path), outcome="error", message=said)
    for result in file.results:
        name = result.case.name
        if result.passed:
            yield Case(name)
            continue
        why = [line.strip() for line in _failure(result, _Paint(False))[1:]]
        yield Case(name, outcome="failure", message=why[0] if why else "", body="\n".join(why))


# --- Findings ---


def as_findings(files: Sequence[FileResult]) -> list[Diagnostic]:
    """Each case that failed as a finding at its place in the test file."""
    found = []
    for file in files:
        for result in file.failed:
            why = [line.strip() for line in _failure(result, _Paint(False))[1:]]
            message = f"the case {quoted(result.case.name)} fails" + f": {why[0]}" * bool(why)
            way = "; ".join(why[1:]) or None
            source, span = file.file.source, result.case.span
            found.append(Diagnostic(CODES["case-failed"], message, source=source, span=span, help=way))
    return found
