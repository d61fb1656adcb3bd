"""`audience plan`: a request file written down as a plan, which one makes, another reads, and `send --plan` applies."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from ..report.display import span_in_words
from .console import Console
from .exits import UsageFault
from .files import STDIN
from .options import (
    Where,
    audience_without_broadcast_option,
    output_format_option,
    parameter_options,
    place_options,
    project_options,
    span_of,
)
from .outputs import check_outputs, write_all
from .parameters import read_given
from .plan_show import command as show
from .run_options import PlannedRunOptions, planned_run_options
from .sections import Sectioned
from .sending_options import CountOptions, count_options

__all__ = ["command"]

_SECTIONS = {
    "Where to": ("--env", "--instance", "--endpoint", "--sandbox"),
    "What": ("--param", "--params", "--audience-without-broadcast", "--config", "--catalog", "--base-path"),
    "A file of recipients": ("--recipients", "--map"),
    "Before": ("--profiles", "--expect", "--max-age"),
    "The plan": ("--output-file", "--expires", "--by"),
}
_EPILOG = """\b
Exit codes:
  0    the plan is made (warnings too)
  1    the request, or a file that it names, has errors: no plan is made
  2    usage or configuration
  6    refused by a safety gate, such as --expect or the environment
  130  interrupted"""
_A_YEAR = 366 * 24 * 3_600


class _Plan(Sectioned):
    """Makes plans; `show` in the place of the file is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["show"]:
            return show.make_context(f"{info_name} show", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("plan", cls=_Plan, sections=_SECTIONS, epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--sandbox", is_flag=True, help="Plan a rehearsal, for the sandbox inside a process.")
@place_options
@parameter_options
@project_options
@audience_without_broadcast_option
@planned_run_options
@count_options
@click.option("-o", "--output-file", metavar="FILE", help="Write the plan there. [default: to stdout]")
@click.option(
    "--expires", default="24h", show_default=True, metavar="AGE", help="For how long it may be applied, as 8h or 2d."
)
@click.option("--by", metavar="NAME", help="Who makes it. [default: the author that git has, else the login's name]")
@output_format_option()
@click.pass_obj
def command(
    console: Console,
    file: str,
    sandbox: bool,
    where: Where,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    audience_without_broadcast: bool,
    run: PlannedRunOptions,
    count: CountOptions,
    output_file: str | None,
    expires: str,
    by: str | None,
) -> None:
    """Write down what the request of FILE sends, where, and to whom, so that somebody else can approve it.

    Nothing is sent. The plan has the exact bodies and a digest over all of it; `now` in the audience is the instant of
    the plan. `audience plan show plan.json` shows it, as text, markdown or html, and `audience send --plan plan.json`
    sends exactly that, once. A request file that is called `show` is written ./show.toml.

    \b
    Examples:
      audience plan winback.toml --env production -o plan.json
      audience plan winback.toml --env production --profiles export/ --expect 1000..50000 -o plan.json
      audience plan winter.toml --env production --recipients people.csv --expires 3d -o plan.json
      audience plan show plan.json --output-format markdown
      audience send --plan plan.json --yes

    With --profiles, the number of those who would be reached stands in the plan. With --recipients, the digest of that
    file does, and not who is in it: give the same file when the plan is applied.

    The key is not needed, and nothing of it enters the plan. What else is in the request does: keep a plan as you keep
    the request.
    """
    lifetime = _lifetime(expires)
    if by is not None and not by.strip():
        raise UsageFault("`--by` is empty", "leave it out, or say who makes the plan")
    expectation = count.expectation(of_run=run.recipients is not None)
    if output_file is not None:
        read = [Path(file), *([] if run.recipients is None else [run.recipients])]
        check_outputs([(Path(output_file), "the plan")], read)
    from .planning import planned
    from .project import Projects
    from .who import author_at

    plan = planned(
        console,
        file,
        where=where,
        sandbox=sandbox,
        projects=Projects(config=config, catalog=catalog, base_path=base_path),
        given=read_given(pairs, params_file),
        audience_without_broadcast=audience_without_broadcast,
        recipients=run.recipients,
        mapping=run.mapping,
        expectation=expectation,
        lifetime=lifetime,
        made_by=by or author_at(Path() if file == STDIN else Path(file).parent),
    )
    text = plan.to_json()
    if output_file is None:
        console.data(text)
    else:
        write_all({Path(output_file): text})
        console.note(f"plan      {output_file}, for {span_in_words(lifetime.total_seconds())}")
        console.note(f"digest    {plan.digest}")


def _lifetime(text: str) -> timedelta:
    seconds = span_of(text, "--expires")
    if not 0 < seconds <= _A_YEAR:
        raise UsageFault(f"`--expires {text}` is not between a minute and a year", "such as `--expires 24h`")
    return timedelta(seconds=seconds)
