"""`audience preview`: how many profiles of a file an audience selects, and how many each clause lets through."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostics import WARNING, by_severity
from ..report.display import clean
from .console import Console
from .exits import DONE, UsageFault
from .files import STDIN
from .options import now_option, output_format_option, parameter_options, profiles_option, project_options
from .outputs import check_outputs, write_all
from .parameters import read_given

if TYPE_CHECKING:
    from ..preview import Engine, Preview
    from ..report.funnel import Funnel

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    counted, whatever the number, and also where some profiles cannot be read
  1    the audience has errors, or a regex in it cannot be run here
  2    usage, a file that cannot be read, or an output that cannot be written
  130  interrupted"""
_FORMATS = ("text", "json", "svg", "markdown")
_ENDINGS = {".json": "json", ".svg": "svg", ".md": "markdown"}
_SAMPLE_AT_MOST = 1_000_000
# From so many seconds on, it is worth saying that DuckDB is faster.
_SLOW = 3.0
_FILE_COLUMNS = 100


@click.command("preview", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@profiles_option
@click.option("--name", metavar="NAME", help="The audience to count, of a file that defines several.")
@parameter_options
@project_options
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="The form of the report. [default: by the ending of -o, else as --output-format says json or text]",
)
@click.option("-o", "--output-file", metavar="FILE", help="Write the report there instead of to stdout.")
@click.option(
    "--sample",
    type=click.IntRange(0, _SAMPLE_AT_MOST),
    default=0,
    metavar="N",
    help="Name the first N who match, by their ids.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "duckdb", "python"]),
    default="auto",
    show_default=True,
    help="What counts; both come to the same numbers, and `auto` takes the faster one that can.",
)
@now_option
@output_format_option(answers=True)
@click.pass_obj
def command(
    console: Console,
    file: str,
    profiles: str,
    name: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    form: str | None,
    output_file: str | None,
    sample: int,
    engine: "Engine",
    now: datetime | None,
    output_format: str,
) -> int:
    """Count how many profiles the audience of FILE selects, and how many each clause lets through.

    The number is an estimate, and the report says what it leaves out. Profiles are JSON Lines, CSV or Parquet, or what
    Braze exports: a `.zip`, or a directory of such files. Days are counted from --now, which is this instant unless it
    is given.

    \b
    Examples:
      audience preview winback.audience --profiles users.jsonl
      audience preview winback.audience --profiles export.zip --sample 10
      audience preview winback.audience --profiles users.parquet -o winback.svg
    """
    output = None if output_file in (None, STDIN) else Path(str(output_file))
    if form is None:
        usual = "json" if output_format == "json" else "text"
        form = usual if output is None else _ENDINGS.get(output.suffix.lower(), usual)
    if sample and form == "svg":
        raise UsageFault("`--sample` names users, and a picture has no place for them", "take another `--format`")
    instant = now or datetime.now(UTC).replace(microsecond=0)
    # Here, so that `--help` does not wait for the compiler.
    from .compiling import compile_one
    from .project import Projects

    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    called, audience, found = compile_one(file, name, read_given(pairs, params_file), projects, instant)
    from ..report.funnel import warnings
    from .counting import count, files_of

    files = files_of(profiles)
    if output is not None:
        sources = [] if file == STDIN else [Path(file)]
        check_outputs([(output, f"`{file}`")], [*sources, *files])
    funnel, seconds = count(
        console, audience, title=called, profiles=profiles, files=files, now=instant, sample=sample, engine=engine
    )
    console.diagnostics(by_severity(found, WARNING))
    text = _rendered(funnel, form, console, to_file=output is not None)
    if output is None:
        console.data(text)
    else:
        write_all({output: text})
    if form != "text" or output is not None:
        for sentence in warnings(funnel):
            console.note(f"warning: {sentence.said()}")
    _say_how(console, funnel.preview, seconds, engine)
    return DONE


def _rendered(funnel: "Funnel", form: str, console: Console, *, to_file: bool) -> str:
    from ..report.funnel import as_data, as_markdown, as_svg, as_text

    if form == "text":
        if to_file:
            return as_text(funnel, columns=_FILE_COLUMNS)
        columns = shutil.get_terminal_size().columns
        return as_text(funnel, columns=columns, color=console.data_color, unicode=console.data_unicode)
    if form == "json":
        return (
            json.dumps(as_data(funnel), ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode()
            + "\n"
        )
    forms: dict[str, Callable[[Funnel], str]] = {"svg": as_svg, "markdown": as_markdown}
    return forms[form](funnel)


def _say_how(console: Console, counted: "Preview", seconds: float, engine: "Engine") -> None:
    """Why DuckDB has not counted, where it would have been better."""
    if counted.reason is not None:
        console.note(clean(f"note: counted with Python, since {counted.reason}"))
    elif engine == "auto" and "python" in counted.engines and seconds >= _SLOW and find_spec("duckdb") is None:
        console.note("note: counted with Python; with `pip install 'audience-dsl[preview]'` large files take less time")
