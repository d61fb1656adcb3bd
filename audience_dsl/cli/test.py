"""`audience test`: runs the cases that stand beside audiences."""

import os
import sys
from collections.abc import Container, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .console import Console, Progress
from .exits import DONE, FINDINGS, FindingsError, UsageFault
from .files import ReadError, read_source, shown_path, walk
from .options import instant_of, output_format_option, parameter_options, project_options
from .outputs import write_all
from .parameters import read_given

if TYPE_CHECKING:
    from ..diagnostics import Diagnostic
    from ..testing import Coverage, FileResult
    from .project import Projects

__all__ = ["TestFiles", "command", "read_paths", "run_tests"]

_SUFFIXES = (".test.toml", ".test.csv")
_AUDIENCE = ".audience"
_EPILOG = """\b
Exit codes:
  0    every case passed
  1    a case failed, a file has findings, or --coverage-required misses a clause
  2    usage, or there is nothing to run
  130  interrupted"""


class TestFiles:
    """The test files and the audience files that the paths name, each once."""

    def __init__(self) -> None:
        self.tests: dict[Path, None] = {}
        self.audiences: dict[Path, None] = {}

    def keep(self, changed: Container[Path], audiences: Container[Path]) -> None:
        """Leave out tests of other audiences than these that have not changed, nor what they read."""
        from ..testing import read_cases
        from ..testing.cases import audience_of

        def read_by(test: Path) -> Iterator[Path]:
            file = read_cases(test)
            yield from (test, file.audience_path)
            yield from (case.profiles for case in file.cases if case.profiles is not None)

        self.tests = {
            each: None
            for each in self.tests
            if Path(os.path.realpath(audience_of(each))) in audiences or any(path in changed for path in read_by(each))
        }


@click.command("test", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option("-v", "--verbose", is_flag=True, help="Name the cases that passed as well.")
@click.option("-k", "--select", metavar="TEXT", help="Run only the cases whose name contains TEXT, in any letter case.")
@click.option("--coverage", is_flag=True, help="Say which clauses were never seen true, or never seen false.")
@click.option("--coverage-required", is_flag=True, help="The same, and exit 1 where there is such a clause.")
@output_format_option(answers=True, on_stdout=True)
@click.option("--init", "init", is_flag=True, help="Write a first test file for each audience file, and run nothing.")
@parameter_options
@click.option("--now", metavar="INSTANT", help="With --init, the instant to write down. [default: now]")
@project_options
@click.pass_obj
def command(
    console: Console,
    paths: tuple[str, ...],
    verbose: bool,
    select: str | None,
    coverage: bool,
    coverage_required: bool,
    output_format: str,
    init: bool,
    pairs: tuple[str, ...],
    params_file: str | None,
    now: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
) -> int:
    """Run the cases of test files: each says of a user, or of many, whether the audience must match.

    NAME.test.toml or NAME.test.csv stands beside NAME.audience. A PATH is a test file, an audience file, or a folder,
    in which all test files are run; without one it is the current folder.

    \b
    A test file, winback.test.toml:
      now = 2026-11-01T09:00:00Z       # the instant from which days are counted
    \b
      [[case]]
      name = "away for three months"
      match = true
      profile = { last_purchase_time = "2026-08-01", email = "opted_in" }
    \b
      [[case]]
      name = "an export of our test users"
      profiles = "users.jsonl"         # a file of users beside this one
      match = ["u1", "u7"]             # the ids that must match
      no_match = "the rest"

    A first one is written by --init, with users at the edges of the filter. It takes values for parameters from
    --param and --params, and never overwrites a file.

    \b
    Examples:
      audience test --init winback.audience
      audience test
      audience test audiences/ --coverage-required --output-format junit > tests.xml
      audience test --output-format github
    """
    from .project import Projects

    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    if init:
        if coverage or coverage_required or select is not None or output_format != "text":
            raise UsageFault("`--init` runs nothing, so it has no report", "run `audience test` afterwards")
        return _init(console, paths, pairs, params_file, now, projects)
    if pairs or params_file is not None or now is not None:
        raise UsageFault(
            "`--param`, `--params` and `--now` are for `--init`", "in a test file they stand as `[params]` and `now`"
        )
    coverage = coverage or coverage_required
    inputs = read_paths(paths, coverage)
    files, coverages = run_tests(console, inputs, projects, select, coverage)
    untested = [path for path in inputs.audiences if path not in coverages] if coverage else []
    for path in list(untested):
        if not _defines_audiences(path, projects):
            untested.remove(path)
    found = [finding for file in files for finding in file.findings]
    if select is not None and not found and not any(file.results for file in files):
        raise UsageFault(f"no case has {select!r} in its name".replace("'", "`"), "`-v` without `-k` lists the cases")
    _show_findings(console, files, found)
    if not console.findings.are_on_stdout:
        console.data(_report(console, files, coverages if coverage else None, untested, output_format, verbose))
    complete = not untested and all(each.complete for each in coverages.values())
    if not all(file.passed for file in files) or (coverage_required and not complete):
        return FINDINGS
    return DONE


def _show_findings(console: Console, files: "list[FileResult]", found: "list[Diagnostic]") -> None:
    """The report in text, JSON or JUnit tells of failed cases itself; all other forms have them as findings."""
    findings = console.findings
    if findings.form in ("json", "junit") and findings.file is None:
        findings.form = "text"
    if findings.are_a_document:
        from .case_report import as_findings

        found = [*found, *as_findings(files)]
        findings.looked_at = [str(file.file.path) for file in files]
    console.diagnostics(found)


def _report(
    console: Console,
    files: "list[FileResult]",
    coverages: "dict[Path, Coverage] | None",
    untested: list[Path],
    output_format: str,
    verbose: bool,
) -> str:
    from .case_report import as_json, as_junit, as_text, coverage_text

    if output_format == "json":
        return as_json(files, coverages, untested)
    if output_format == "junit":
        return as_junit(files)
    color = _colors_stdout(console)
    on_coverage = "" if coverages is None else coverage_text(coverages, untested, color=color)
    return as_text(files, verbose=verbose, color=color, coverage=on_coverage)


def run_tests(
    console: Console, inputs: TestFiles, projects: "Projects", select: str | None, with_coverage: bool
) -> "tuple[list[FileResult], dict[Path, Coverage]]":
    # Here, so that `--help` does not wait for the compiler.
    from ..testing import Case, Coverage, read_cases, run_cases

    files: list[FileResult] = []
    coverages: dict[Path, Coverage] = {}
    progress = Progress(console, "testing", len(inputs.tests))

    def is_chosen(case: Case) -> bool:
        return select is None or select.casefold() in case.name.casefold()

    for count, path in enumerate(inputs.tests, 1):
        progress.step(count)
        file = read_cases(path)
        coverage = coverages.setdefault(file.audience_path, Coverage()) if with_coverage else None
        files.append(
            run_cases(
                file,
                base_path=projects.root(path),
                settings=projects.of(path).settings,
                catalog=projects.of(path).catalog,
                coverage=coverage,
                chosen=is_chosen,
                tick=lambda count=count: progress.step(count),  # type: ignore[misc]
            )
        )
    progress.done()
    return files, coverages


def _defines_audiences(path: Path, projects: "Projects") -> bool:
    """Whether there is something to test: a file that only others use has no audience of its own."""
    from ..testing import coverage_of

    project = projects.of(path)
    coverage, findings = coverage_of(
        path, base_path=projects.root(path), settings=project.settings, catalog=project.catalog
    )
    return bool(coverage.names or findings)


# --- Which files ---


def read_paths(paths: tuple[str, ...], coverage: bool, *, required: bool = True) -> TestFiles:
    """The files that the arguments name. Raises UsageFault for what is not there, and for no tests if `required`."""
    inputs = TestFiles()
    for argument in paths or (".",):
        path = Path(argument)
        if path.is_dir():
            # A folder of the command line is named as the diagnostics name files.
            inputs.tests.update((Path(shown_path(each)), None) for each in _tests_below(path))
            if coverage:
                inputs.audiences.update((Path(shown_path(each)), None) for each in walk(path))
            continue
        shown = Path(shown_path(path))
        if argument.endswith(_SUFFIXES):
            inputs.tests[_existing(shown)] = None
        elif argument.endswith(_AUDIENCE):
            _existing(shown)
            inputs.audiences[shown] = None
            beside = [each for each in _beside(shown) if each.exists()]
            if not beside and not coverage and required:
                raise UsageFault(f"`{shown}` has no test file", f"write one with `audience test --init {shown}`")
            inputs.tests.update(dict.fromkeys(beside))
        else:
            _existing(shown)
            raise UsageFault(
                f"`{argument}` is neither a test file nor an audience file",
                f"their names end with {', '.join((*_SUFFIXES, _AUDIENCE))}",
            )
    if not inputs.tests and not inputs.audiences and required:
        where = " and ".join(f"`{each}`" for each in paths) or "the current folder"
        raise UsageFault(f"there is no test file below {where}", "write one with `audience test --init FILE.audience`")
    return inputs


def _existing(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except (FileNotFoundError, IsADirectoryError, ValueError, NotADirectoryError):
        # It has the words for a missing file, with the names that are near.
        try:
            read_source(path)
        except ReadError as error:
            raise UsageFault(error.finding.message, error.finding.help) from None
        return path
    except OSError:
        # The reader says why.
        return path


def _beside(path: Path) -> list[Path]:
    stem = path.name.removesuffix(_AUDIENCE)
    return [path.with_name(stem + suffix) for suffix in _SUFFIXES]


def _tests_below(directory: Path) -> Iterator[Path]:
    """Every test file below a folder, sorted by path. Hidden folders and links to others are left out."""

    def failed(error: OSError) -> None:
        raise UsageFault(f"the folder `{error.filename}` cannot be read: {error.strerror}")

    found: list[Path] = []
    for parent, directories, names in os.walk(directory, onerror=failed):
        directories[:] = [name for name in directories if not name.startswith(".")]
        found += [Path(parent, name) for name in names if name.endswith(_SUFFIXES)]
    yield from sorted(found)


# --- The first test file ---


def _init(
    console: Console,
    paths: tuple[str, ...],
    pairs: tuple[str, ...],
    params_file: str | None,
    stated: str | None,
    projects: "Projects",
) -> int:
    if not paths:
        raise UsageFault("`--init` needs an audience file", "name it: `audience test --init FILE.audience`")
    for argument in paths:
        if not argument.endswith(_AUDIENCE):
            raise UsageFault(f"`{argument}` is no audience file", "`--init` takes files whose names end with .audience")
    from .first_tests import first_tests, test_file_of

    given = read_given(pairs, params_file)
    now = datetime.now(UTC).replace(microsecond=0) if stated is None else instant_of(stated)
    written: dict[Path, str] = {}
    notes: list[str] = []
    findings = []
    for argument in dict.fromkeys(paths):
        path = Path(shown_path(Path(argument)))
        target = test_file_of(path)
        if target.exists() or target.is_symlink():
            raise UsageFault(
                f"`{target}` is already there, and is not overwritten",
                f"run it with `audience test {path}`, or rename it first",
            )
        try:
            text, count = first_tests(path, given, projects, now)
        except FindingsError as error:
            findings += error.diagnostics
            continue
        written[target] = text
        notes.append(f"wrote {target}: {count:,} case{'' if count == 1 else 's'}; check each `match` in it")
    if findings:
        raise FindingsError(findings)
    write_all(written)
    for note in notes:
        console.note(note)
    return DONE


def _colors_stdout(console: Console) -> bool:
    """The report goes to stdout, which may be a pipe while stderr is a terminal."""
    forced = os.environ.get("FORCE_COLOR", "") not in ("", "0")
    return console.color and (forced or (sys.stdout is not None and sys.stdout.isatty()))
