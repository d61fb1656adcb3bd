"""`audience preview`: how many profiles of a file an audience selects, and how many each clause lets through."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import CODES, WARNING, Diagnostic, by_severity
from ..report.display import clean
from .console import Console, ShareProgress
from .exits import DONE, FindingsError, UsageFault
from .files import STDIN
from .options import now_option, parameter_options
from .outputs import check_outputs, write_all
from .parameters import read_given

if TYPE_CHECKING:
    from ..api import Audience
    from ..filters import Leaf
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
@click.option("--profiles", required=True, metavar="PATH", help="A file of profiles, or a directory of such files.")
@click.option("--name", metavar="NAME", help="The audience to count, of a file that defines several.")
@parameter_options
@click.option("--base-path", metavar="DIR", help="The root that `use` may read from. [default: the file's project]")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="The form of the report. [default: by the ending of -o, else text]",
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
@click.pass_obj
def command(
    console: Console,
    file: str,
    profiles: str,
    name: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    base_path: str | None,
    form: str | None,
    output_file: str | None,
    sample: int,
    engine: "Engine",
    now: datetime | None,
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
    form = form or ("text" if output is None else _ENDINGS.get(output.suffix.lower(), "text"))
    if sample and form == "svg":
        raise UsageFault("`--sample` names users, and a picture has no place for them", "take another `--format`")
    instant = now or datetime.now(UTC).replace(microsecond=0)
    # Here, so that `--help` does not wait for the compiler.
    from .compiling import compile_one

    called, audience, found = compile_one(file, name, read_given(pairs, params_file), base_path, instant)
    from ..profiles.files import ProfileFiles
    from ..report.funnel import Funnel, warnings

    files = [path for path, _ in ProfileFiles(Path(profiles)).files]
    if output is not None:
        sources = [] if file == STDIN else [Path(file)]
        check_outputs([(output, f"`{file}`")], [*sources, *files])
    counted, seconds = _counted(console, audience, Path(profiles), instant, sample, engine)
    modified = _modified(files)
    funnel = Funnel(
        counted,
        title=called,
        filter=audience.filter,
        now=instant,
        path=profiles,
        files=[str(path) for path in files],
        modified=modified,
        age=None if modified is None else datetime.now(UTC) - modified,
        assumptions=audience.settings.digest,
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
    _say_how(console, counted, seconds, engine)
    return DONE


def _counted(
    console: Console, audience: "Audience", path: Path, now: datetime, sample: int, engine: "Engine"
) -> "tuple[Preview, float]":
    """The preview, and the seconds that it took. Raises FindingsError for what cannot be counted."""
    from ..regexes import RegexError, RegexTimeoutError

    progress = ShareProgress(console, "counting")
    start = time.monotonic()
    try:
        counted = audience.preview(path, now=now, sample=sample, engine=engine, progress=progress.step)
    except (RegexError, RegexTimeoutError) as error:
        place = _place(_leaf_of(audience, error))
        raise FindingsError([Diagnostic(error.kind, error.message, help=error.help, **place)]) from None
    except Exception as error:
        finding = _inexact(error)
        if finding is None:
            raise
        raise FindingsError([finding]) from None
    finally:
        progress.done()
    return counted, time.monotonic() - start


def _inexact(error: Exception) -> Diagnostic | None:
    """The finding of what `--engine duckdb` cannot say; None for another error."""
    if find_spec("sqlglot") is None:
        return None
    from ..sql import SqlError

    if not isinstance(error, SqlError):
        return None
    way = "; ".join(each for each in (error.help, "leave the engine to `auto`") if each)
    return Diagnostic(CODES["sql-inexact"], error.message, help=way, **_place(error.leaf))


def _leaf_of(audience: "Audience", error: Any) -> "Leaf | None":
    """The clause whose regex it is, if it can be told."""
    from ..clauses import clause_tree, clauses_of
    from ..evaluate import Evaluator
    from ..filters import And, CustomAttribute, Or
    from ..regexes import RegexError

    for clause in clauses_of(clause_tree(audience.filter)):
        pending = [clause.filter]
        while pending:
            node = pending.pop()
            if isinstance(node, (And, Or)):
                pending.extend(node.operands)
            elif isinstance(node, CustomAttribute) and node.comparison.endswith("_regex"):
                if node.value == getattr(error, "pattern", None):
                    return node
                try:
                    Evaluator(node, audience.settings)
                except RegexError:
                    return node
    return None


def _place(leaf: "Leaf | None") -> dict[str, Any]:
    origin: Any = None if leaf is None else leaf.origin
    return {} if origin is None else {"source": origin.source, "span": origin.span}


def _modified(files: Sequence[Path]) -> datetime | None:
    """When the newest of the files was written."""
    try:
        return datetime.fromtimestamp(max(int(path.stat().st_mtime) for path in files), UTC)
    except (OSError, ValueError, OverflowError):
        # It is gone by now, or its time is none that a calendar has.
        return None


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
