"""Running cases: each passes or fails, and a user whose verdict is not the wanted one is shown clause by clause."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from ..catalog import Catalog
from ..clauses import Clause, ClauseTree
from ..diagnostics import ConfigurationError, Diagnostic, quoted
from ..evaluate import Verdict
from ..filters import Leaf
from ..profiles import Profile
from ..profiles.files import Unreadable, read_profiles
from ..regexes import RegexTimeoutError
from ..settings import Settings
from .cases import Case, CaseFile
from .coverage import ClauseCoverage, Coverage, place_of
from .reading import read_cases
from .subject import CaseProblem, Prepared, Subject

__all__ = ["CaseResult", "CheckResult", "ClauseVerdict", "FileResult", "coverage_of", "run_cases", "run_file"]

# So many users of a file are kept with their clauses; the others are counted.
_SHOWN_AT_MOST = 20
_TICK_EVERY = 1_000


class ClauseVerdict:
    """What a clause says of a user: whether it holds, the `reason`, and the `value` that the profile has.

    `reason` is `held`, `failed`, `no value` or `other type`, as in a Verdict.
    """

    __slots__ = ("clause", "leaves", "reason", "selected", "value")

    def __init__(self, clause: Clause, selected: bool, leaves: list[Verdict]) -> None:
        self.clause = clause
        self.selected = selected
        self.leaves = leaves
        # All leaves of a clause ask for the same attribute.
        self.value = leaves[0].value
        own = leaves[0].reason
        self.reason = own if own in ("no value", "other type") else "held" if selected else "failed"

    @property
    def leaf(self) -> Leaf:
        """One of the filters that the clause became."""
        return self.leaves[0].node  # type: ignore[return-value]

    @property
    def place(self) -> str:
        return place_of(self.clause)


class CheckResult:
    """A user whose verdict is not the wanted one, with the verdict of each clause in the order of the text.

    `message` says instead what kept the user from being judged.
    """

    __slots__ = ("clauses", "id", "message", "tree", "wanted")

    def __init__(
        self,
        id: str | None,
        wanted: bool,
        *,
        tree: ClauseTree | None = None,
        clauses: Iterable[ClauseVerdict] = (),
        message: str | None = None,
    ) -> None:
        self.id = id
        self.wanted = wanted
        self.tree = tree
        self.clauses = list(clauses)
        self.message = message


class CaseResult:
    """What became of a case. `checked` counts its users, `wrong` those with another verdict than wanted.

    `failures` are the first of these. `problems` say in words what else keeps the case from passing.
    """

    __slots__ = ("case", "checked", "failures", "problems", "wrong")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.checked = 0
        self.wrong = 0
        self.failures: list[CheckResult] = []
        self.problems: list[str] = []

    @property
    def passed(self) -> bool:
        return not self.wrong and not self.problems


class FileResult:
    """What became of a test file: its cases, or the findings that kept them from being run."""

    __slots__ = ("file", "findings", "results")

    def __init__(self, file: CaseFile) -> None:
        self.file = file
        self.findings: list[Diagnostic] = list(file.findings)
        self.results: list[CaseResult] = []

    @property
    def passed(self) -> bool:
        return not self.findings and all(result.passed for result in self.results)

    @property
    def failed(self) -> list[CaseResult]:
        return [result for result in self.results if not result.passed]

    @property
    def summary(self) -> str:
        """One line: the counts, and the names of the cases that failed or what is wrong with the file."""
        if self.findings:
            return f"{self.file.path}: {self.findings[0].message}"
        failed = self.failed
        counts = f"{len(self.results) - len(failed)} passed, {len(failed)} failed"
        return f"{self.file.path}: {counts}" + "".join(f"; {quoted(result.case.name)}" for result in failed)


def run_file(
    path: str | Path,
    *,
    base_path: str | Path | None = None,
    settings: Settings | None = None,
    catalog: Catalog | None = None,
    coverage: Coverage | None = None,
) -> FileResult:
    """Run a test file: `NAME.test.toml` or `NAME.test.csv`, for `NAME.audience` beside it.

    `base_path` is the root that `use` reads from, and without it the file's own folder. `coverage` takes in what the
    clauses were seen to say. Raises nothing over what the files say: see `.findings`.
    """
    path = Path(path)
    file = read_cases(path)
    root = Path(base_path) if base_path is not None else path.parent
    return run_cases(file, base_path=root, settings=settings, catalog=catalog, coverage=coverage)


def run_cases(
    file: CaseFile,
    *,
    base_path: Path | None = None,
    settings: Settings | None = None,
    catalog: Catalog | None = None,
    coverage: Coverage | None = None,
    chosen: Callable[[Case], bool] | None = None,
    tick: Callable[[], None] | None = None,
) -> FileResult:
    """Run the cases of a file that was read, or those that are `chosen`. `tick` is called while it takes time."""
    result = FileResult(file)
    if not file.audience_path.exists():
        if not result.findings:
            name = quoted(file.audience_path.name)
            file.fault(f"there is no {name} beside the test file", None, f"it tests {name}, whose name it bears")
            result.findings = list(file.findings)
        return result
    subject = Subject(file.audience_path, base_path=base_path, settings=settings, catalog=catalog)
    result.findings += subject.findings
    if subject.findings:
        return result
    prepared: list[tuple[Case, Prepared]] = []
    for case in file.cases:
        try:
            prepared.append((case, subject.prepare(case, file)))
        except CaseProblem as problem:
            result.findings += problem.findings
    if result.findings:
        return result
    runner = _Runner(coverage, tick)
    for case, ready in prepared:
        if chosen is None or chosen(case):
            result.results.append(runner.run(case, ready))
    if coverage is not None:
        coverage.tested.update(subject.name_of(each.case) for each in result.results)
        subject.enter(coverage)
    return result


def coverage_of(
    path: str | Path,
    *,
    base_path: str | Path | None = None,
    settings: Settings | None = None,
    catalog: Catalog | None = None,
) -> tuple[Coverage, list[Diagnostic]]:
    """The clauses of an audience file, none of them seen yet, and what is wrong with the file."""
    path = Path(path)
    root = Path(base_path) if base_path is not None else path.parent
    subject = Subject(path, base_path=root, settings=settings, catalog=catalog)
    coverage = Coverage()
    subject.enter(coverage)
    return coverage, subject.findings


class _Runner:
    def __init__(self, coverage: Coverage | None, tick: Callable[[], None] | None) -> None:
        self.coverage = coverage
        self.tick = tick
        self._entries: dict[int, list[ClauseCoverage]] = {}

    def run(self, case: Case, prepared: Prepared) -> CaseResult:
        result = CaseResult(case)
        if case.profile is not None:
            assert case.match is not None
            self._check(result, prepared, case.profile, case.match, case.now)
        else:
            self._check_file(result, prepared, case)
        if self.tick is not None:
            self.tick()
        return result

    def _check_file(self, result: CaseResult, prepared: Prepared, case: Case) -> None:
        assert case.profiles is not None
        found: dict[str, int] = {}
        unreadable: list[Unreadable] = []
        count = bad = 0
        try:
            for each in read_profiles(case.profiles):
                count += 1
                if self.tick is not None and count % _TICK_EVERY == 0:
                    self.tick()
                if isinstance(each, Unreadable):
                    bad += 1
                    if len(unreadable) < _SHOWN_AT_MOST:
                        unreadable.append(each)
                    continue
                wanted = case.rest
                if each.id is not None and each.id in case.wanted:
                    found[each.id] = found.get(each.id, 0) + 1
                    wanted = case.wanted[each.id]
                if wanted is not None:
                    self._check(result, prepared, each, wanted, case.now)
        except ConfigurationError as error:
            result.problems.append(error.message + (f" (help: {error.help})" if error.help else ""))
            return
        name = case.profiles.name
        for one in unreadable:
            way = f" (help: {one.help})" if one.help else ""
            result.problems.append(f"{one.place}: the profile cannot be read, {one.message}{way}")
        if bad > len(unreadable):
            result.problems.append(f"{bad - len(unreadable):,} more profiles of `{name}` cannot be read")
        result.problems += [f"`{name}` has no user {quoted(id)}" for id in case.wanted if id not in found]
        result.problems += [f"`{name}` has {found[id]} users {quoted(id)}" for id in found if found[id] > 1]
        if not count:
            result.problems.append(f"`{name}` has no profile")

    def _check(
        self, result: CaseResult, prepared: Prepared, profile: Profile, wanted: bool, now: datetime | None
    ) -> None:
        result.checked += 1
        evaluator = prepared.evaluator
        try:
            if self.coverage is None and evaluator.selects(profile, now) is wanted:
                return
            verdict = evaluator.why(profile, now)
            parts = prepared.split(verdict)
        except RegexTimeoutError as error:
            result.wrong += 1
            if len(result.failures) < _SHOWN_AT_MOST:
                result.failures.append(CheckResult(profile.id, wanted, message=error.message))
            return
        if self.coverage is not None:
            self._cover(self.coverage, prepared, parts)
        if verdict.selected is not wanted:
            result.wrong += 1
            if len(result.failures) < _SHOWN_AT_MOST:
                clauses = [
                    ClauseVerdict(clause, holds, leaves)
                    for clause, (holds, leaves) in zip(prepared.clauses, parts, strict=True)
                ]
                result.failures.append(CheckResult(profile.id, wanted, tree=prepared.tree, clauses=clauses))

    def _cover(self, coverage: Coverage, prepared: Prepared, parts: list[tuple[bool, list[Verdict]]]) -> None:
        entries = self._entries.get(id(prepared))
        if entries is None:
            entries = self._entries[id(prepared)] = coverage.entries(prepared.clauses)
        for entry, (holds, _) in zip(entries, parts, strict=True):
            if holds:
                entry.seen_true = True
            else:
                entry.seen_false = True
