"""`audience ci`: everything that a pipeline asks of a project, in one run and one report."""

import os
from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from ..diagnostics import CODES, Diagnostic, counted
from .check import check_all
from .console import Console
from .exits import DONE, FINDINGS
from .files import shown_path
from .inputs import inputs
from .options import config_option, output_format_option

if TYPE_CHECKING:
    from ..config import Configuration
    from .changes import Changes
    from .checking import Checker

__all__ = ["command"]

# The configuration of the run is that of the working directory.
_HERE = Path("audience.toml")
_EPILOG = """\b
Exit codes:
  0    every step passed
  1    one did not: all findings are shown
  2    usage or configuration
  130  interrupted"""


@click.command("ci", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option("--changed-since", metavar="REV", help="Only what differs from this commit, and what uses that.")
@config_option
@output_format_option(on_stdout=True)
@click.pass_obj
def command(console: Console, paths: tuple[str, ...], changed_since: str | None, config: str | None) -> int:
    """Run check, fmt, compile and test on each PATH, and write nothing but one report.

    \b
    check    what `audience check` finds
    fmt      files that are not in their canonical form
    compile  JSON below `out-dir` that is not up to date, or has no source any more
    test     cases that fail

    The configuration says which steps there are, on which paths, and where the JSON is; without an `out-dir`, the step
    compile has nothing to compare and is left out, and so are audiences that need values for parameters.

    \b
    In audience.toml:
      [ci]
      paths = ["audiences"]
      out-dir = "build"

    \b
    Examples:
      audience ci
      audience ci --changed-since origin/main --output-format github
    """
    # Here, so that `--help` does not wait for the compiler.
    from .checking import Checker

    checker = Checker(config=config)
    configuration = checker.projects.of(_HERE).configuration
    run = _Run(console, checker, configuration, paths, changed_since)
    console.findings.looked_at = [each.argument for each in run.sources]
    steps: dict[str, Callable[[], tuple[str, list[Diagnostic]]]] = {
        "check": run.check,
        "fmt": run.fmt,
        "compile": run.compile,
        "test": run.test,
    }
    passed = True
    found: list[Diagnostic] = []
    lines: list[str] = []
    for name in configuration.ci_steps:
        if name == "compile" and configuration.ci_out_dir is None:
            continue
        words, findings = steps[name]()
        failed = checker.fails(findings)
        passed = passed and not failed
        found += findings
        lines.append(f"{'failed' if failed else 'passed'}  {name:8} {words}")
    console.findings.fail_level = checker.least_fail_level
    console.diagnostics(found)
    for line in lines:
        console.note(line)
    return DONE if passed else FINDINGS


class _Run:
    def __init__(
        self,
        console: Console,
        checker: "Checker",
        configuration: "Configuration",
        paths: tuple[str, ...],
        revision: str | None,
    ) -> None:
        self.console = console
        self.checker = checker
        self.configuration = configuration
        self.paths = paths or tuple(shown_path(each) for each in configuration.ci_paths)
        # A part of the project cannot tell whether a requirement holds for no file.
        self.is_whole = not paths and revision is None
        self.all = list(inputs(self.paths, None))
        self.sources = self.all
        self.changes = None if revision is None else _changes(revision, configuration)
        if self.changes is not None:
            self.sources = self.changes.affected(self.all, checker.projects)

    def check(self) -> tuple[str, list[Diagnostic]]:
        found, _, _ = check_all(self.console, self.checker, self.sources)
        found = self.checker.without_known(found)
        if self.is_whole:
            found += self.checker.idle_requirements(_HERE, (each.path for each in self.all))
        return counted(len(self.sources), "file"), found

    def fmt(self) -> tuple[str, list[Diagnostic]]:
        from .formatting import format_all, not_formatted

        done = format_all(self.console, self.sources, None, False)
        # What is no text of the language, the step check has reported.
        found = [each for each in done.findings if each.code is CODES["format-refused"]]
        found += [not_formatted(source, text) for source, text in done.changed.values()]
        return counted(len(self.sources), "file"), found

    def compile(self) -> tuple[str, list[Diagnostic]]:
        from .committed import Committed

        out_dir = Path(shown_path(self.configuration.ci_out_dir or Path()))
        roots = [Path(each) for each in self.paths if Path(each).is_dir()]
        prune = " --prune" * (len(roots) == len(self.paths))
        way = f"run `audience compile {' '.join(map(quote, self.paths))} --out-dir {quote(str(out_dir))}{prune}`"
        committed = Committed(self.console, self.checker.projects, self.all, out_dir)
        count, diff, faults = committed.compare(self.sources, self.changes, roots, way)
        if not self.console.findings.are_a_document:
            self.console.data(diff)
        return counted(count, "output"), faults

    def test(self) -> tuple[str, list[Diagnostic]]:
        from .case_report import as_findings, counts
        from .test import read_paths, run_tests

        tests = read_paths(self.paths, False, required=False)
        if self.changes is not None:
            tests.keep(self.changes, {Path(os.path.realpath(each.path)) for each in self.sources})
        files, _ = run_tests(self.console, tests, self.checker.projects, None, False)
        found = [finding for file in files for finding in file.findings] + as_findings(files)
        passed, failed, _ = counts(files)
        return f"{passed:,} passed, {failed:,} failed, in {counted(len(files), 'file')}", found


def _changes(revision: str, configuration: "Configuration") -> "Changes":
    from .changes import Changes

    return Changes.since(revision, configuration.root)
