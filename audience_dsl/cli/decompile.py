"""`audience decompile`: connected audience JSON to texts of the language."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import ERROR, Diagnostic, RequestError, by_severity
from ..source import Source
from .console import Console, Progress
from .exits import FindingsError, UsageFault
from .files import STDIN, ReadError, open_argument, without_bom
from .inputs import Input, check_paths, inputs
from .options import catalog_option, config_option, output_format_option, stdin_filename_option
from .outputs import check_outputs, write_all
from .pointing import placed

if TYPE_CHECKING:
    from ..decompiler import Decompiled
    from .project import Projects

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    done (notes too)
  1    the files have errors: all are shown, and nothing is written
  2    usage, a missing file, or an output that cannot be written
  130  interrupted"""


@click.command("decompile", epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH…|-]")
@click.option("-o", "--output-file", metavar="FILE", help="Write the text there instead of to stdout.")
@click.option("--out-dir", metavar="DIR", help="Write every text below DIR, in the same tree.")
@click.option("--name", metavar="NAME", help="Write `audience NAME = …` instead of a bare expression.")
@catalog_option
@config_option
@output_format_option()
@stdin_filename_option
@click.pass_obj
def command(
    console: Console,
    paths: tuple[str, ...],
    output_file: str | None,
    out_dir: str | None,
    name: str | None,
    catalog: str | None,
    config: str | None,
    stdin_filename: str | None,
) -> None:
    """Turn each PATH, a file or a directory of `.json` files, or `-` for stdin, into the text that says it.

    A file has a connected audience object, or a whole request body with one, for any endpoint. One text goes to
    stdout, or to the file that -o names. With --out-dir, FILE.json becomes FILE.audience, at the same place below DIR
    as below the PATH given; a file is only rewritten when its content changes.

    The text compiles to the same JSON. What that says in another form (a group in a group, a word of Braze's older
    pages, a datetime without an offset) is told in notes on stderr. What Braze does not document is an error.

    \b
    Examples:
      audience decompile weather.json
      audience decompile - --name weather -o weather.audience < body.json
      audience decompile exported/ --out-dir audiences/ --catalog attributes.toml
    """
    from .project import Projects

    _check_usage(paths, output_file, out_dir, name, stdin_filename)
    projects = Projects(config=config, catalog=catalog)
    sources = list(inputs(paths, stdin_filename, suffix=".json"))
    if name is not None and len(sources) > 1:
        raise UsageFault(f"`--name {name}` names one audience, and there are {len(sources):,} files", "give one PATH")
    if out_dir is None and len(sources) > 1:
        raise UsageFault(
            f"there are {len(sources):,} files for one output", "write them below a directory with `--out-dir`"
        )
    console.findings.looked_at = [each.argument for each in sources]
    texts, findings = _decompile_all(sources, console, projects, name, stdin_filename)
    if by_severity(findings, ERROR):
        raise FindingsError(findings)
    if out_dir is None and output_file in (None, STDIN):
        console.diagnostics(findings)
        for text in texts.values():
            console.data(text)
        return
    files = {
        each: Path(output_file) if output_file else Path(out_dir or "", each.stem.parent, f"{each.stem.name}.audience")
        for each in texts
    }
    check_outputs(
        [(path, f"`{each.argument}`") for each, path in files.items()],
        [each.path for each in sources if not each.is_stdin],
    )
    console.diagnostics(findings)
    write_all({files[each]: text for each, text in texts.items()})


def _check_usage(
    paths: tuple[str, ...], output_file: str | None, out_dir: str | None, name: str | None, stdin_filename: str | None
) -> None:
    check_paths(paths, stdin_filename, to="decompile")
    if output_file is not None and out_dir is not None:
        raise UsageFault("`-o` and `--out-dir` are both given", "keep one of them")
    if out_dir is not None and STDIN in paths and stdin_filename is None:
        raise UsageFault("stdin has no name to write to below `--out-dir`", "give it one with `--stdin-filename`")
    if name is not None:
        from ..decompiler import can_be_defined

        if not can_be_defined(name):
            raise UsageFault(
                f"`--name {name}` is no name of an audience", "a name has letters, digits, `_` and `-`, as `winback_2`"
            )


def _decompile_all(
    sources: list[Input], console: Console, projects: "Projects", name: str | None, stdin_filename: str | None
) -> tuple[dict[Input, str], list[Diagnostic]]:
    """The texts of the files, and everything that was found in them; a file with errors has no text."""
    texts: dict[Input, str] = {}
    findings: list[Diagnostic] = []
    progress = Progress(console, "decompiling", len(sources))
    for count, each in enumerate(sources):
        progress.step(count)
        try:
            source = without_bom(open_argument(each.argument, stdin_name=stdin_filename))
            decompiled = _decompile(source, each, projects, name)
        except FindingsError as error:
            findings += error.diagnostics
        except ReadError as error:
            findings.append(error.finding)
        except RequestError as error:
            findings += placed(error.diagnostics, source)
        else:
            texts[each] = decompiled.text
            findings += placed(decompiled.notes, source)
    progress.done()
    return texts, findings


def _decompile(source: Source, each: Input, projects: "Projects", name: str | None) -> "Decompiled":
    # Here, so that `--help` does not wait for pydantic.
    from ..decompiler import decompile
    from .documents import read_json

    project = projects.of(each.path)
    value = read_json(source, slug="audience-file")
    return decompile(value, name=name, catalog=project.catalog, settings=project.settings)
