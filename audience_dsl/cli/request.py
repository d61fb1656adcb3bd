"""`audience request`: a request file to the body that would be sent."""

import json
import shlex
from datetime import datetime
from typing import TYPE_CHECKING

import click

from .console import KEY_VARIABLE, Console
from .exits import UsageFault
from .options import endpoint_of, endpoint_options, now_option, output_format_option, parameter_options, project_options
from .parameters import read_given

if TYPE_CHECKING:
    from ..sender.requests import Request

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
  130  interrupted"""


@click.command("request", epilog=_EPILOG)
@click.argument("file", metavar="FILE|-")
@click.option("--curl", is_flag=True, help="Print a curl command that sends it, instead of the body.")
@endpoint_options
@parameter_options
@project_options
@now_option
@click.option(
    "--audience-without-broadcast",
    is_flag=True,
    help="Let an audience without recipients pass without `broadcast: true`.",
)
@output_format_option()
@click.pass_obj
def command(
    console: Console,
    file: str,
    curl: bool,
    instance: str | None,
    endpoint: str | None,
    pairs: tuple[str, ...],
    params_file: str | None,
    config: str | None,
    catalog: str | None,
    base_path: str | None,
    now: datetime | None,
    audience_without_broadcast: bool,
) -> None:
    """Print the body of the trigger request that FILE describes. Nothing is sent.

    FILE is TOML or JSON by its ending, `-` is JSON on stdin. It has the fields of POST /campaigns/trigger/send, and
    may name files, relative to itself:

    \b
      campaign_id = "8f2c1b7e-3d4a-4c5b-9e6f-0a1b2c3d4e5f"
      broadcast = true
      audience = { file = "winback.audience", name = "lapsed", params = { days = 60 } }

    \b
    The audience     { file = … }, { text = … }, or Braze's JSON object itself.
    The recipients   a list, or { file = "people.csv" }, or .jsonl with one JSON object on each line.

    The columns of a CSV file are the fields of a recipient: `external_user_id`, `user_alias.alias_name`, `email`,
    `prioritization` (separated by `;`), `send_to_existing_only`, `trigger_properties.NAME`, `attributes.NAME`. An
    empty cell means that the field is absent, and the values of properties and attributes stay text; where they have
    to be numbers, use JSONL.

    With --curl, the shell fills in $BRAZE_API_KEY, and $BRAZE_REST_ENDPOINT unless --instance or --endpoint says it.

    \b
    Examples:
      audience request weather.toml
      audience request weather.toml --param city=Hanoi --curl --instance EU-01
    """
    from .project import Projects
    from .request_file import read_request

    if not curl and (instance is not None or endpoint is not None):
        raise UsageFault("`--instance` and `--endpoint` are for `--curl`: a body goes nowhere", "add `--curl`")
    base_url = endpoint_of(instance, endpoint)
    prepared = read_request(
        file,
        given=read_given(pairs, params_file),
        projects=Projects(config=config, catalog=catalog, base_path=base_path),
        now=now,
        audience_without_broadcast=audience_without_broadcast,
    )
    console.diagnostics(prepared.warnings)
    request = prepared.request
    console.data(
        _curl(request, base_url) if curl else json.dumps(request.to_dict(), indent=2, ensure_ascii=False) + "\n"
    )


def _curl(request: "Request", base_url: str | None) -> str:
    """A command for any POSIX shell; what the user wrote stands in quotes inside which nothing is special."""
    path = request.endpoint.path
    body = request.body.decode()
    url = f'"${_ENDPOINT_VARIABLE}{path}"' if base_url is None else shlex.quote(base_url + path)
    lines = [
        f"curl --request POST {url}",
        "  --header 'Content-Type: application/json'",
        f'  --header "Authorization: Bearer ${KEY_VARIABLE}"',
    ]
    if len(request.body) <= _ARGUMENT_AT_MOST:
        return " \\\n".join([*lines, f"  --data-raw {shlex.quote(body)}"]) + "\n"
    # The body is one line that begins with a brace, so it cannot be the one that ends it.
    return " \\\n".join([*lines, "  --data-binary @- <<'BODY'"]) + f"\n{body}\nBODY\n"
