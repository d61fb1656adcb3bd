"""`audience ci`: everything that a pipeline asks of a project, in one run and one report."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import CODES, Diagnostic
from ..source import Source, Span
from .check import check_all
from .console import Console
from .exits import DONE, FINDINGS, FindingsError
from .files import open_argument, shown_path
from .inputs import inputs
from .options import output_format_option

if TYPE_CHECKING:
    from ..config import Configuration
    from .checking import Checker

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    every step passed
  1    one did not: all findings are shown
  2    usage or configuration
  130  interrupted"""


@click.command("ci", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option("--changed-since", metavar="REV", help="Only what differs from this commit, and what uses that.")
@click.option(
    "--config", metavar="FILE", help="The configuration. [default: the nearest audience.toml or pyproject.toml]"
)
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
    configuration = checker.projects.of(Path("audience.toml")).configuration
    named = paths or tuple(shown_path(each) for each in configuration.ci_paths)
    run = _Run(console, checker, configuration, named, changed_since)
    console.findings.looked_at = [each.argument for each in run.sources]
    console.findings.fail_level = configuration.fail_level
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
        self.paths = paths
        self.partial = revision is not None
        self.sources = list(inputs(paths, None))
        self.changed: set[Path] = set()
        if revision is not None:
            from .changes import affected, changed_since

            self.changed = changed_since(revision)
            self.sources = affected(self.sources, self.changed, checker.projects)

    def check(self) -> tuple[str, list[Diagnostic]]:
        found, _, _ = check_all(self.console, self.checker, self.sources)
        found = self.checker.without_known(found)
        return _files(len(self.sources)), found

    def fmt(self) -> tuple[str, list[Diagnostic]]:
        from ..syntax.formatter import FormatRefused, format_source

        found: list[Diagnostic] = []
        for source in self._texts():
            try:
                text = format_source(source)
            except FormatRefused as refused:
                # What is no text of the language, the step check has reported.
                found += [each for each in refused.diagnostics if each.code is CODES["format-refused"]]
                continue
            if text != source.text:
                message = f"`{source.name}` is not in its canonical form"
                found.append(
                    Diagnostic(
                        CODES["not-formatted"],
                        message,
                        source=source,
                        span=Span(0, 0),
                        help=f"run `audience fmt {source.name}`",
                    )
                )
        return _files(len(self.sources)), found

    def compile(self) -> tuple[str, list[Diagnostic]]:
        from .compile import output_of, stale_below
        from .compiling import compile_source
        from .parameters import Given
        from .up_to_date import compare

        out_dir = self.configuration.ci_out_dir
        assert out_dir is not None
        out_dir = Path(shown_path(out_dir))
        outputs: dict[Path, tuple[str, str]] = {}
        for each in self.sources:
            try:
                source = open_argument(each.argument)
            except FindingsError:
                continue
            compiled = compile_source(
                source,
                path=each.path,
                projects=self.checker.projects,
                given=Given({}, {}),
                name=None,
                every=True,
                now=None,
            )
            for name, audience in compiled.audiences.items():
                outputs[output_of(out_dir, each, name)] = (audience.to_json(indent=2) + "\n", f"`{each.argument}`")
        stale = [] if self.partial else stale_below(out_dir, outputs)
        diff, faults = compare(outputs, stale, self.console)
        if not self.console.findings.are_a_document:
            self.console.data(diff)
        return f"{len(outputs):,} output{'s' * (len(outputs) != 1)}", faults

    def test(self) -> tuple[str, list[Diagnostic]]:
        from .case_report import as_findings, counts
        from .test import read_paths, run_tests

        tests = read_paths(self.paths, False, required=False)
        if self.partial:
            tests.keep({*self.changed, *(Path(os.path.realpath(each.path)) for each in self.sources)})
        files, _ = run_tests(self.console, tests, self.checker.projects, None, False)
        found = [finding for file in files for finding in file.findings] + as_findings(files)
        passed, failed, _ = counts(files)
        return f"{passed:,} passed, {failed:,} failed, in {_files(len(files))}", found

    def _texts(self) -> Sequence[Source]:
        texts = []
        for each in self.sources:
            try:
                texts.append(open_argument(each.argument))
            except FindingsError:
                # Reported by the step check.
                continue
        return texts


def _files(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)}"
