"""`audience check`: everything that is wrong, or surprising, in all files at once."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import ERROR, NOTE, WARNING, Diagnostic, counted, distinct
from ..source import Source
from .console import Console, Progress
from .exits import DONE, FINDINGS, FindingsError, UsageFault
from .files import open_argument, shown_path
from .inputs import Input, check_paths, inputs
from .options import output_format_option, project_options, stdin_filename_option
from .outputs import file_diff, write_all
from .watching import watchable

if TYPE_CHECKING:
    from .checking import Checker

__all__ = ["check_all", "command"]

_LEVELS = (ERROR, WARNING, NOTE)
_EPILOG = """\b
Exit codes:
  0    nothing as grave as --fail-level
  1    findings that are, or with --diff fixes to apply
  2    usage or configuration
  130  interrupted"""


@click.command("check", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…|-]")
@click.option("--fix", is_flag=True, help="Apply the safe fixes: they keep who is selected.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff, also those that may change who is selected.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing.")
@click.option("--select", metavar="CODES", multiple=True, help="Only these warnings: codes, slugs or prefixes, by `,`.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Not these warnings.")
@click.option(
    "--fail-level",
    type=click.Choice([*_LEVELS, "never"]),
    help="The least grave finding that fails the run. [default: error]",
)
@click.option("--baseline", metavar="FILE", help="Leave out the findings that FILE knows.")
@click.option("--write-baseline", is_flag=True, help="Write the findings of today to the baseline.")
@project_options
@output_format_option(on_stdout=True)
@stdin_filename_option
@click.pass_obj
@watchable
def command(
    console: Console,
    paths: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_level: str | None,
    baseline: str | None,
    write_baseline: bool,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    stdin_filename: str | None,
) -> int:
    """Check each PATH, a file or a directory of `.audience` files, or `-` for stdin; without one, this directory.

    All errors of all files are shown, and what is right but surprising: see docs/rules.md, or `audience rule CODE` for
    any finding. A comment `# audience: ignore CODE` keeps a warning away from its line.

    \b
    Examples:
      audience check
      audience check audiences/ --fix
      audience check audiences/ --fail-level warning --ignore missing-value
      audience check audiences/ --write-baseline --baseline known.json
    """
    if unsafe_fixes and not (fix or diff):
        raise UsageFault("`--unsafe-fixes` says which fixes to apply, and none are applied", "add `--fix` or `--diff`")
    if fix and diff:
        raise UsageFault("`--fix` and `--diff` are both given", "keep one of them")
    if write_baseline and (fix or diff):
        raise UsageFault("`--write-baseline` is given with fixes", "fix first, and then write the baseline")
    paths = paths or (".",)
    check_paths(paths, stdin_filename, to="check")
    sources = list(inputs(paths, stdin_filename))
    if fix and sources[0].is_stdin:
        raise UsageFault("`--fix` cannot write to stdin", "use `--diff`, or name the file")
    # Here, so that `--help` does not wait for the compiler.
    from .checking import Checker

    checker = Checker(
        config=config,
        catalog=catalog,
        base_path=base_path,
        select=select,
        ignore=ignore,
        fail_level=fail_level,
        baseline=baseline,
    )
    found, contents, fixed = check_all(console, checker, sources, stdin_filename, fix=fix or diff, unsafe=unsafe_fixes)
    changes = {path: text for path, (before, text) in contents.items() if before != text}
    if diff:
        if console.findings.are_a_document and console.findings.file is None:
            raise UsageFault("`--diff` and the findings are both for stdout", "add `--findings-file`")
        console.data(_diff(console, contents))
    elif changes:
        write_all(changes)
        console.note(f"{fixed:,} fixed, in {counted(len(changes), 'file')}")
        # What was found through a file that is used, and is mended now, was found before.
        found, _, _ = check_all(console, checker, sources, stdin_filename)
    if write_baseline:
        count = checker.write_baseline(found)
        console.note(f"{count:,} findings written to the baseline")
        return DONE
    new = checker.without_known(found)
    console.findings.looked_at = [each.argument for each in sources]
    console.findings.fail_level = checker.least_fail_level
    console.diagnostics(new)
    if not new and not diff and not console.findings.are_a_document:
        files = counted(len(sources), "file")
        console.note(f"{files} checked, nothing {'new' if found else 'found'}")
    return FINDINGS if checker.fails(new) or (diff and changes) else DONE


def check_all(
    console: Console,
    checker: "Checker",
    sources: Sequence[Input],
    stdin_filename: str | None = None,
    *,
    fix: bool = False,
    unsafe: bool = False,
) -> tuple[list[Diagnostic], dict[Path, tuple[str, str]], int]:
    """What is found in all files; the text of each before and after its fixes; and how many fixes that were."""
    from ..checking import fix_all

    found: list[Diagnostic] = []
    contents: dict[Path, tuple[str, str]] = {}
    fixed = 0
    progress = Progress(console, "checking", len(sources))
    for count, each in enumerate(sources):
        progress.step(count)
        try:
            source = open_argument(each.argument, stdin_name=stdin_filename)
        except FindingsError as error:
            found += error.diagnostics
            continue

        def find(source: Source, path: Path = each.path) -> list[Diagnostic]:
            return checker.check(source, path)

        if fix:
            mended = fix_all(source, find, unsafe=unsafe)
            contents[each.path] = (source.text, mended.text)
            fixed += mended.count
            found += mended.findings
        else:
            found += find(source)
    progress.done()
    _name_alike(found, sources)
    return distinct(found), contents, fixed


def _name_alike(found: Iterable[Diagnostic], sources: Iterable[Input]) -> None:
    """Let findings call each file by one name: a file that is used is named from the one that uses it."""
    names = {os.path.realpath(each.path): shown_path(each.path) for each in sources if not each.is_stdin}
    real: dict[str, str] = {}
    for each in found:
        if each.source is None:
            continue
        name = each.source.name
        if name not in real:
            real[name] = os.path.realpath(name)
        alike = names.setdefault(real[name], name)
        if alike != name:
            each.source = Source(each.source.text, alike)


def _diff(console: Console, contents: dict[Path, tuple[str, str]]) -> str:
    return "".join(
        file_diff(before, after, f"{path}", "fixed", color=console.data_color)
        for path, (before, after) in contents.items()
    )
