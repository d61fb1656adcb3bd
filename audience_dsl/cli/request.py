"""`audience request`: a request file to the body that would be sent."""

import json
import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .console import Console
from .exits import UsageFault
from .options import (
    Where,
    audience_without_broadcast_option,
    now_option,
    output_format_option,
    parameter_options,
    project_options,
    target_options,
)
from .parameters import read_given

if TYPE_CHECKING:
    from ..config import KeySource
    from ..sender.requests import Request
    from .environment import Target

__all__ = ["command"]

# Where the endpoint is left open, the shell is to fill it in, as it does the key.
_ENDPOINT_VARIABLE = "BRAZE_REST_ENDPOINT"
# Linux takes no argument over 128 KiB; a body this long goes to curl on stdin.
_ARGUMENT_AT_MOST = 100_000
_EPILOG = """\b
Exit codes:
  0    done (warnings too)
  1    the request, or a file that it names, has errors: all are shown
  2    usage, or no such request file
  6    with --curl: refused by the environment
  130  interrupted"""


@click.command("request", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--curl", is_flag=True, help="Print a curl command that sends it, instead of the body.")
@target_options
@parameter_options
@project_options
@now_option
@audience_without_broadcast_option
@output_format_option()
@click.pass_obj
def command(
    console: Console,
    file: str,
    curl: bool,
    where: Where,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    now: datetime | None,
    audience_without_broadcast: bool,
) -> None:
    """Print the body of the request that FILE describes. Nothing is sent.

    FILE is TOML or JSON by its ending, `-` is JSON on stdin. It has the fields of one of Braze's endpoints, by which
    that endpoint is known, and may name files, relative to itself:

    \b
      campaign_id = "8f2c1b7e-3d4a-4c5b-9e6f-0a1b2c3d4e5f"
      broadcast = true
      audience = { file = "winback.audience", name = "lapsed", params = { days = 60 } }

    \b
    A campaign       campaign_id, with recipients or broadcast, and trigger_properties
    A Canvas         canvas_id, with recipients or broadcast, and context
    A message        messages, with external_user_ids, user_aliases, segment_id or audience
    A live activity  activity_id and what else it needs, with users, segment_id or custom_audience
    For later        schedule = { time = 2026-12-24T09:00:00Z } beside the other fields
    A schedule       its schedule_id: with a schedule it is changed, without one deleted
    A send id        endpoint = "send-id-create", campaign_id and send_id

    \b
    The audience     { file = … }, { text = … }, or Braze's JSON object itself.
    The recipients   a list, or { file = "people.csv" }, or .jsonl with one JSON object on each line.
    By name          campaign = "storm" or canvas = "trial" is an identifier of the environment --env.

    The columns of a CSV file are the fields of a recipient: `external_user_id`, `user_alias.alias_name`, `email`,
    `prioritization` (separated by `;`), `send_to_existing_only`, `trigger_properties.NAME` or `context.NAME`,
    `attributes.NAME`. Columns of other names, and of other types than text, are mapped by `map` beside `file`, as in
    `map = { Age = "attributes.age:number" }`. An empty cell means that the field is absent.

    With --curl, the shell fills in the key from where it is, which is $BRAZE_API_KEY unless --env or --key-file says
    otherwise, and $BRAZE_REST_ENDPOINT unless --env, --instance or --endpoint says it.

    \b
    Examples:
      audience request weather.toml
      audience request weather.toml --env staging
      audience request weather.toml --param city=Hanoi --curl --instance EU-01
    """
    from .environment import target_of
    from .project import Projects
    from .request_file import read_request

    if not curl and (where.instance is not None or where.endpoint is not None or where.key_file is not None):
        raise UsageFault(
            "`--instance`, `--endpoint` and `--key-file` are for `--curl`: a body goes nowhere", "add `--curl`"
        )
    projects = Projects(config=config, catalog=catalog, base_path=base_path)
    target = target_of(console, where, projects.of(Path(file)).configuration, required=False, sends=curl)
    prepared = read_request(
        file,
        given=read_given(pairs, params_file),
        projects=projects,
        now=now,
        audience_without_broadcast=audience_without_broadcast,
        ids=target.ids,
    )
    console.diagnostics(prepared.warnings)
    request = prepared.request
    if curl:
        # It is printed to be run.
        target.gate(request)
    console.data(_curl(request, target) if curl else json.dumps(request.to_dict(), indent=2, ensure_ascii=False) + "\n")


def _curl(request: "Request", target: "Target") -> str:
    """A command for any POSIX shell; what the user wrote stands in quotes inside which nothing is special."""
    path = request.endpoint.path
    body = request.body.decode()
    url = f'"${_ENDPOINT_VARIABLE}{path}"' if target.base_url is None else shlex.quote(target.base_url + path)
    lines = [
        f"curl --request POST {url}",
        "  --header 'Content-Type: application/json'",
        f'  --header "Authorization: Bearer {_key(target.key)}"',
    ]
    if len(request.body) <= _ARGUMENT_AT_MOST:
        return " \\\n".join([*lines, f"  --data-raw {shlex.quote(body)}"]) + "\n"
    # The body is one line that begins with a brace, so it cannot be the one that ends it.
    return " \\\n".join([*lines, "  --data-binary @- <<'BODY'"]) + f"\n{body}\nBODY\n"


def _key(source: "KeySource") -> str:
    """What the shell puts the key in the place of, inside double quotes."""
    if source.kind == "env":
        return f"${source.name}"
    if source.kind == "file":
        return f"$(cat {shlex.quote(str(Path(source.name).expanduser()))})"
    return f"$(keyring get {shlex.quote(source.name)} {shlex.quote(source.user or '')})"
