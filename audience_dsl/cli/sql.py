"""`audience sql`: an audience as a query for the warehouse where the profiles are."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import CODES, WARNING, Diagnostic, by_severity
from .console import Console
from .exits import FindingsError, UsageFault
from .files import STDIN, open_argument, without_bom
from .options import now_option, output_format_option, parameter_options, project_options
from .parameters import read_given

if TYPE_CHECKING:
    from ..sql import Query, SqlError, Table

__all__ = ["command"]

_DIALECTS = ("bigquery", "databricks", "duckdb", "postgres", "snowflake", "spark")
_EPILOG = """\b
Exit codes:
  0    done (warnings too)
  1    the files have errors, or the dialect or the table cannot say the audience exactly
  2    usage, a missing file, or the extra `sql` is not installed
  130  interrupted"""


@click.command("sql", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--dialect", type=click.Choice(_DIALECTS), required=True, help="The language of the warehouse.")
@click.option(
    "--table",
    metavar="NAME",
    help="The table, in the exported shape or as --mapping says. [default: profiles; Braze's data share on Snowflake]",
)
@click.option("--mapping", metavar="FILE", help="A TOML file that says which columns have what the filters ask for.")
@click.option("--name", metavar="NAME", help="The audience, of a file that defines several.")
@parameter_options
@project_options
@now_option
@output_format_option(answers=True)
@click.pass_obj
def command(
    console: Console,
    file: str,
    dialect: str,
    table: str | None,
    mapping: str | None,
    name: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    now: datetime | None,
    output_format: str,
) -> None:
    """Write the query that selects the users of an audience, with bound parameters.

    Nothing of the audience's text is written into the query but names of attributes. What the dialect or the table
    cannot say exactly is an error. docs/sql.md says how to run the query.

    \b
    Examples:
      audience sql winback.audience --dialect snowflake
      audience sql winback.audience --dialect bigquery --mapping users.toml --output-format json
    """
    if STDIN == file == mapping:
        raise UsageFault("`-` stands for the audience and for the mapping", "give one of them as a file")
    # Here, so that `--help` does not wait for the compiler.
    from ..sql import SqlError
    from .compiling import compile_one
    from .project import Projects

    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    given = read_given(pairs, params_file)
    rows, findings = _table(table, mapping)
    try:
        _, audience, warnings = compile_one(file, name, given, projects, now)
    except FindingsError as error:
        raise FindingsError([*findings, *error.diagnostics]) from None
    if findings:
        raise FindingsError([*findings, *warnings])
    instant = now or datetime.now(UTC)
    try:
        query = audience.to_sql(dialect=dialect, table=rows, now=instant)
    except SqlError as error:
        raise FindingsError([*warnings, _finding(error)]) from None
    console.diagnostics(by_severity(warnings, WARNING))
    if output_format == "json":
        found = {"dialect": query.dialect, "sql": query.text, "parameters": query.parameters}
        console.data(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        source = "--now" if now is not None else "the clock of this machine"
        console.data(_as_text(query, f"{instant.isoformat()}, from {source}"))


def _table(table: str | None, mapping: str | None) -> tuple["Table | None", list[Diagnostic]]:
    """The table that the options describe, None for the dialect's default; and what is wrong with the mapping."""
    from ..sql import MappingError, exported, read_mapping

    # A name that is none is a fault of the command line, and not of the mapping.
    named = None if table is None else exported(table)
    if mapping is None:
        return named, []
    try:
        return read_mapping(without_bom(open_argument(mapping)), table=table), []
    except MappingError as error:
        return None, list(error.diagnostics)


def _finding(error: "SqlError") -> Diagnostic:
    """The error at the clause that cannot be said."""
    origin: Any = None if error.leaf is None else error.leaf.origin
    place = {} if origin is None else {"source": origin.source, "span": origin.span}
    return Diagnostic(CODES["sql-inexact"], error.message, help=error.help, **place)


def _as_text(query: "Query", instant: str) -> str:
    """The query, and behind it its parameters as comments, so that all of it is still SQL."""
    from ..sql import DIALECTS

    percent = DIALECTS[query.dialect].doubles_percent(parameters=True)
    lines = [f"-- {name} = {_literal(value, percent)}" for name, value in query.parameters.items() if name != "now"]
    if "now" in query.parameters:
        # First, for it is the one that changes from run to run.
        lines.insert(0, f"-- now = {query.parameters['now']} (microseconds since 1970: {instant})")
    return "\n".join([query.text, *lines, ""])


def _literal(value: object, percent: bool) -> str:
    """A value as JSON on one line. `percent` says that a driver would look for parameters behind a `%` in it."""
    text = json.dumps(value, ensure_ascii=False)
    text = text.replace("%", "\\u0025") if percent else text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)
