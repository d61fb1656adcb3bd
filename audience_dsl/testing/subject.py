"""The audience file under test: compiled once for each audience, set of parameters and instant that cases need."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..api import Analysis, analyse
from ..catalog import Catalog
from ..clauses import Clause, ClauseTree, clause_tree, clauses_of
from ..diagnostics import (
    CODES,
    ERROR,
    BindError,
    CompileError,
    Diagnostic,
    by_severity,
    did_you_mean,
    listed,
    quoted,
)
from ..evaluate import Evaluator, Verdict
from ..filters import And, Filter, Or, leaves_of
from ..regexes import RegexError
from ..settings import Settings
from ..source import Source
from .cases import Case, CaseFile
from .coverage import Coverage

__all__ = ["CaseProblem", "Prepared", "Subject"]

_NOW_WAY = "state the instant: `now = 2026-11-01T09:00:00Z`"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Of each type of parameter a value, so that the clauses of an audience without cases can be named.
_ANY_VALUE: dict[str, Any] = {
    "string": "x",
    "number": 1,
    "days": 1,
    "boolean": True,
    "time": "2026-01-01T00:00:00+00:00",
    "list of string": ["x"],
    "list of number": [1],
}
_ANY_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


class CaseProblem(Exception):  # noqa: N818 - it is no error of the program's
    """A case cannot be run, for these reasons."""

    def __init__(self, findings: list[Diagnostic]) -> None:
        self.findings = findings
        super().__init__(f"{len(findings)} findings")


class Prepared:
    """An audience made ready for the profiles of a case, and its clauses in the order of the text."""

    __slots__ = ("_sizes", "clauses", "evaluator", "tree")

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.tree: ClauseTree = clause_tree(evaluator.filter)
        self.clauses: list[Clause] = list(clauses_of(self.tree))
        self._sizes = [len(leaves_of(clause.filter)) for clause in self.clauses]

    def split(self, verdict: Verdict) -> list[tuple[bool, list[Verdict]]]:
        """For each clause whether it holds, and the verdicts of the leaves that it became."""
        leaves = verdict.leaves()
        found = []
        start = 0
        for clause, size in zip(self.clauses, self._sizes, strict=True):
            own = leaves[start : start + size]
            start += size
            found.append((own[0].selected if size == 1 else _holds(clause.filter, own), own))
        return found


class Subject:
    """An audience file. Raises nothing over its text: see `findings`."""

    def __init__(
        self, path: Path, *, base_path: Path | None, settings: Settings | None, catalog: Catalog | None
    ) -> None:
        self.path = path
        self.findings: list[Diagnostic] = []
        self._base_path = base_path
        self._settings = settings
        self._catalog = catalog
        self._analyses: dict[tuple[str, ...], Analysis] = {}
        self._prepared: dict[object, Prepared] = {}
        try:
            self._source = Source(path.read_bytes().decode("utf-8"), str(path))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            finding = Diagnostic(
                CODES["test-file"], f"the audience file cannot be read: {reason}", source=Source("", str(path))
            )
            self.findings = [finding]
            self._source = Source("", str(path))
            return
        self._plain = self._analyse({})
        self.findings = by_severity(self._plain.diagnostics, ERROR)

    @property
    def names(self) -> list[str]:
        """The audiences of the file; the one of a bare expression is ""."""
        return [] if self.findings else self._plain.names

    def prepare(self, case: Case, file: CaseFile) -> Prepared:
        """The audience that a case is about. Raises CaseProblem."""
        name = self._name(case, file)
        values, analysis = self._values(case)
        try:
            key: object = (name, repr(sorted(values.items())), case.now)
        except RecursionError:
            # Nothing that a parameter takes is so deep; its own message says so.
            key = case
        if key not in self._prepared:
            self._prepared[key] = self._compile(analysis, name, values, case, file)
        prepared = self._prepared[key]
        if prepared.evaluator.needs_now and case.now is None:
            message = "the audience counts days, and the case does not say from which instant"
            raise _problem(file, case, message, _NOW_WAY)
        return prepared

    def enter(self, coverage: Coverage) -> None:
        """Enter the audiences of the file, and the clauses of those without a case as never seen."""
        coverage.names = self.names
        for name in coverage.untested:
            checked = self._plain.checked
            assert checked is not None
            values = {each: _ANY_VALUE[kind] for each, kind in checked.kinds.items()}
            values |= {each: _ANY_VALUE[min(kinds)] for each, kinds in checked.open.items() if kinds}
            try:
                audience = self._analyse(values).audience(name or None, params=values, now=_ANY_INSTANT)
            except (CompileError, BindError):
                # A value of ours does not suit it; that it has no case is said all the same.
                continue
            coverage.entries(clauses_of(clause_tree(audience.filter)))

    def name_of(self, case: Case) -> str:
        return case.audience or self.names[0]

    def _name(self, case: Case, file: CaseFile) -> str:
        names = self.names
        if case.audience is None:
            if len(names) == 1:
                return names[0]
            if not names:
                raise _problem(file, case, f"{quoted(str(self.path))} defines no audience")
            message = f"{quoted(str(self.path))} defines {len(names)} audiences, and the case is about none of them"
            raise _problem(file, case, message, f'write `audience = "{names[0]}"`; it has {listed(names)}')
        if case.audience in names:
            return case.audience
        if names == [""]:
            message, way = "the audience has no name, as it is a bare expression", "leave `audience` out"
        else:
            message = f"{quoted(str(self.path))} has no audience named {quoted(case.audience)}"
            way = did_you_mean(case.audience, names, f"it has {listed(names)}" if names else "it has none")
        raise _problem(file, case, message, way)

    def _values(self, case: Case) -> tuple[dict[str, Any], Analysis]:
        checked = self._plain.checked
        assert checked is not None
        values = dict(case.params)
        for name, text in case.texts.items():
            values[name] = _read(text, checked.kinds.get(name))
        analysis = self._analyse(values) if values.keys() & checked.open.keys() else self._plain
        if analysis.errors:
            raise CaseProblem(analysis.errors)
        return values, analysis

    def _analyse(self, values: Mapping[str, Any]) -> Analysis:
        # The types of values may decide those of parameters, the values themselves nothing.
        key = tuple(sorted(f"{name}:{_shape(value)}" for name, value in values.items()))
        if key not in self._analyses:
            self._analyses[key] = analyse(
                self._source,
                path=self.path,
                base_path=self._base_path,
                settings=self._settings,
                catalog=self._catalog,
                params=values,
            )
        return self._analyses[key]

    def _compile(
        self, analysis: Analysis, name: str, values: Mapping[str, Any], case: Case, file: CaseFile
    ) -> Prepared:
        try:
            audience = analysis.audience(name or None, params=values, now=case.now)
            return Prepared(audience.evaluator())
        except BindError as error:
            way = f"the audience takes {error.expected}"
            if error.kind is CODES["parameter-missing"]:
                name = error.parameter
                way = f"give it below `[params]`: `{name} = …`; in CSV, in a column `param:{name}`"
            raise CaseProblem(
                [Diagnostic(error.kind, error.message, source=file.source, span=case.span, help=way)]
            ) from None
        except CompileError as error:
            found = by_severity(error.diagnostics, ERROR)
            for each in found:
                if each.code is CODES["needs-now"]:
                    each.help = f"in the test file, {_NOW_WAY}"
            raise CaseProblem(found) from None
        except RegexError as error:
            finding = Diagnostic(
                CODES["regex-unsupported"], error.message, source=Source("", str(self.path)), help=error.help
            )
            raise CaseProblem([finding]) from None


def _problem(file: CaseFile, case: Case, message: str, help: str | None = None) -> CaseProblem:
    return CaseProblem([Diagnostic(CODES["test-file"], message, source=file.source, span=case.span, help=help)])


def _holds(filter: Filter, leaves: list[Verdict]) -> bool:
    """Whether a clause holds, by the verdicts of its leaves in order."""
    following = iter(leaves)
    results: list[bool] = []
    pending: list[tuple[Filter, bool]] = [(filter, False)]
    while pending:
        node, ready = pending.pop()
        if not isinstance(node, (And, Or)):
            results.append(next(following).selected)
        elif ready:
            size = len(node.operands)
            own = results[-size:]
            del results[-size:]
            results.append((all if isinstance(node, And) else any)(own))
        else:
            pending.append((node, True))
            pending.extend((operand, False) for operand in reversed(node.operands))
    return results[0]


def _shape(value: object) -> str:
    return f"{type(value).__name__}{type(value[0]).__name__ if isinstance(value, list) and value else ''}"


def _read(text: str, kind: str | None) -> object:
    """A cell as a value of its parameter's type; what is none stays text, for the library to refuse."""
    if text.lstrip().startswith("[") and (kind is None or kind.startswith("list of ")):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return found
    if kind is not None and kind.startswith("list of "):
        return [_read(text, kind.removeprefix("list of "))]
    if kind in ("number", "days") and _NUMBER.fullmatch(text):
        return Decimal(text)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    return text
