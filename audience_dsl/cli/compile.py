"""`audience compile`: source texts to connected audience JSON."""

from collections.abc import Container
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import ERROR, Diagnostic, by_severity, distinct
from .console import Console, Progress
from .exits import FindingsError, UsageFault
from .files import STDIN, open_argument, walk
from .inputs import Input, check_paths, inputs
from .options import (
    now_option,
    output_format_option,
    parameter_options,
    project_options,
    simplify_option,
    stdin_filename_option,
)
from .outputs import check_outputs, write_all
from .parameters import Given, read_given
from .watching import watchable

if TYPE_CHECKING:
    from .compiling import Compiled
    from .project import Projects

__all__ = ["command", "output_of", "stale_below"]

_EPILOG = """\b
Exit codes:
  0    done (warnings too)
  1    the files have errors, and nothing is written; with --check, the outputs are not up to date
  2    usage, a missing file, or an output that cannot be written
  130  interrupted"""


@click.command("compile", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…|-]")
@click.option("-o", "--output-file", metavar="FILE", help="Write the JSON there instead of to stdout.")
@click.option("--out-dir", metavar="DIR", help="Write every audience below DIR, in the same tree.")
@click.option("--name", metavar="NAME", help="The audience to compile, of a file that defines several.")
@parameter_options
@click.option("--compact", is_flag=True, help="The JSON on one line.")
@simplify_option
@click.option(
    "--check", "check", is_flag=True, help="Write nothing; show how the outputs differ from what they should be."
)
@click.option("--prune", is_flag=True, help="Delete audiences below --out-dir that no source makes any more.")
@project_options
@stdin_filename_option
@now_option
@output_format_option()
@click.pass_obj
@watchable
def command(
    console: Console,
    paths: tuple[str, ...],
    output_file: str | None,
    out_dir: str | None,
    name: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    compact: bool,
    simplify: bool,
    check: bool,
    prune: bool,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    stdin_filename: str | None,
    now: datetime | None,
) -> None:
    """Compile each PATH, a file or a directory of `.audience` files, or `-` for stdin.

    One audience goes to stdout, or to the file that -o names. With --out-dir, FILE.audience becomes FILE.json, and
    each audience of a module FILE.NAME.json, at the same place below DIR as below the PATH given; a file is only
    rewritten when its content changes.

    A --param is read as the type that the parameter is declared or inferred to have: `--param days=30`,
    `--param since=2026-01-31`, `--param city=Hue --param city=Hanoi` for a list.

    \b
    Examples:
      echo 'eye_color == "blue" and push is opted_in' | audience compile -
      audience compile winback.audience --param days=60 -o winback.json
      audience compile audiences/ --out-dir build/
      audience compile audiences/ --out-dir build/ --prune --check
    """
    from .project import Projects

    _check_usage(paths, output_file, out_dir, name, stdin_filename, check=check, prune=prune)
    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    given = read_given(pairs, params_file)
    sources = list(inputs(paths, stdin_filename))
    console.findings.looked_at = [each.argument for each in sources]
    if name is not None and len(sources) > 1:
        raise UsageFault(
            f"`--name {name}` chooses from one file, and there are {len(sources):,}", "give the file that defines it"
        )
    every = out_dir is not None or len(sources) > 1
    compiled = _compile_all(sources, console, given, projects, name, stdin_filename, now, every=every)
    findings = [finding for _, each in compiled for finding in each.diagnostics]
    if every and not by_severity(findings, ERROR):
        from .compiling import unknown_parameters

        findings += unknown_parameters(given, {known for _, each in compiled for known in each.takes})
    if by_severity(findings, ERROR):
        raise FindingsError(findings)
    if simplify:
        findings += _simplified(compiled)

    outputs = {
        (each, name): audience.to_json(indent=None if compact else 2) + "\n"
        for each, result in compiled
        for name, audience in result.audiences.items()
    }
    if out_dir is None and len(outputs) > 1:
        listed = ", ".join(f"`{each.argument}{':' * bool(name)}{name}`" for each, name in list(outputs)[:5])
        raise UsageFault(
            f"there are {len(outputs):,} audiences ({listed}{', …' * (len(outputs) > 5)}) for one output",
            "write them below a directory with `--out-dir`",
        )
    if out_dir is None and output_file in (None, STDIN):
        console.diagnostics(findings)
        for text in outputs.values():
            console.data(text)
        return
    files = {key: Path(output_file) if output_file else output_of(Path(out_dir or ""), *key) for key in outputs}
    origins = [(path, f"`{each.argument}`") for (each, _), path in files.items()]
    check_outputs(origins, [each.path for each in sources if not each.is_stdin])
    contents = {files[key]: text for key, text in outputs.items()}
    stale = stale_below(Path(out_dir), contents) if out_dir is not None and prune else []
    if check:
        from .up_to_date import compare

        wanted = {path: (contents[path], origin) for path, origin in origins}
        diff, faults = compare(wanted, stale, console, "run the same command without `--check`")
        console.data(diff)
        if faults:
            raise FindingsError([*findings, *faults])
    console.diagnostics(findings)
    if not check:
        write_all(contents)
        for path in stale:
            path.unlink()
            console.note(f"deleted {path}, which no source makes any more")


def _simplified(compiled: list[tuple[Input, "Compiled"]]) -> list[Diagnostic]:
    """Simplify every audience in its place, and say what went. Two audiences may share what a `let` says."""
    notes: list[Diagnostic] = []
    for _, each in compiled:
        for name, audience in each.audiences.items():
            each.audiences[name] = audience.simplified()
            notes += each.audiences[name].warnings[len(audience.warnings) :]
    return distinct(notes)


def _check_usage(
    paths: tuple[str, ...],
    output_file: str | None,
    out_dir: str | None,
    name: str | None,
    stdin_filename: str | None,
    *,
    check: bool,
    prune: bool,
) -> None:
    check_paths(paths, stdin_filename, to="compile")
    if output_file is not None and out_dir is not None:
        raise UsageFault("`-o` and `--out-dir` are both given", "keep one of them")
    if out_dir is not None and STDIN in paths and stdin_filename is None:
        raise UsageFault("stdin has no name to write to below `--out-dir`", "give it one with `--stdin-filename`")
    if check and out_dir is None and output_file in (None, STDIN):
        raise UsageFault("`--check` has no file to compare with", "name it with `-o`, or a directory with `--out-dir`")
    if prune and out_dir is None:
        raise UsageFault("`--prune` deletes below `--out-dir`, and none is given")
    if prune and not all(Path(each).is_dir() for each in paths):
        # The outputs of the files that are not given would be taken for stale.
        raise UsageFault("`--prune` knows what has no source only of whole directories", "give directories as PATH")
    if name == "":
        raise UsageFault("`--name` is empty", "leave it out for a bare expression")


def output_of(out_dir: Path, source: Input, audience: str) -> Path:
    """Where an audience of a file goes below the output directory."""
    return Path(out_dir, source.stem.parent, f"{source.stem.name}{'.' * bool(audience)}{audience}.json")


def stale_below(out_dir: Path, contents: Container[Path]) -> list[Path]:
    """The audiences below the directory that are no output. What is no connected audience is somebody else's."""
    if not out_dir.is_dir():
        return []
    from .up_to_date import is_audience

    return [each for each in walk(out_dir, ".json") if each not in contents and is_audience(each)]


def _compile_all(
    sources: list[Input],
    console: Console,
    given: Given,
    projects: "Projects",
    name: str | None,
    stdin_filename: str | None,
    now: datetime | None,
    *,
    every: bool,
) -> list[tuple[Input, "Compiled"]]:
    # Here, so that `--help` does not wait for the compiler.
    from .compiling import compile_source

    compiled: list[tuple[Input, Compiled]] = []
    unreadable: list[Diagnostic] = []
    progress = Progress(console, "compiling", len(sources))
    for count, each in enumerate(sources):
        progress.step(count)
        try:
            source = open_argument(each.argument, stdin_name=stdin_filename)
        except FindingsError as error:
            unreadable += error.diagnostics
            continue
        compiled.append(
            (
                each,
                compile_source(source, path=each.path, projects=projects, given=given, name=name, every=every, now=now),
            )
        )
    progress.done()
    if unreadable:
        raise FindingsError([*unreadable, *(finding for _, result in compiled for finding in result.diagnostics)])
    return compiled
