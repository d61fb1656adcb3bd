"""`audience plan show`: a plan for whoever has to approve it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

from .console import Console
from .outputs import check_outputs, write_all

__all__ = ["command"]

_EPILOG = """\b
Exit codes:
  0    shown, a plan that has expired too
  2    usage, or no such file
  6    it is no plan, or is not as it was written
  130  interrupted"""
_FILE_COLUMNS = 100


@click.command("show", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option(
    "--output-format",
    "form",
    type=click.Choice(["text", "markdown", "html", "json"]),
    default="text",
    show_default=True,
    help="The form: json is the plan's file itself.",
)
@click.option("-o", "--output-file", metavar="FILE", help="Write it there instead of to stdout.")
@click.pass_obj
def command(console: Console, file: str, form: str, output_file: str | None) -> None:
    """Show what a plan sends, where, to whom and when, who made it, and until when it may be applied.

    It says what the bodies in the plan say, and nothing else: a file that was changed by a byte is refused. Markdown
    reads well in a pull request, html prints on A4.

    \b
    Examples:
      audience plan show plan.json
      audience plan show plan.json --output-format markdown > plan.md
      audience plan show plan.json --output-format html -o plan.html
    """
    from ..diagnostics import PlanError
    from ..plans import as_html, as_markdown, as_text
    from .applying import open_plan

    if output_file is not None:
        check_outputs([(Path(output_file), "what is shown")], [Path(file)])
    plan = open_plan(file)
    name = Path(file).name if file != "-" else "plan.json"
    if form == "markdown":
        text = as_markdown(plan, name=name)
    elif form == "html":
        text = as_html(plan, name=name)
    elif form == "json":
        text = plan.to_json()
    else:
        on_screen = output_file is None
        columns = shutil.get_terminal_size().columns if on_screen else _FILE_COLUMNS
        text = as_text(plan, columns=columns, color=on_screen and console.data_color, name=name)
    if output_file is None:
        console.data(text)
    else:
        write_all({Path(output_file): text})
    try:
        plan.check_time(datetime.now(UTC))
    except PlanError as error:
        console.note(error.message)
