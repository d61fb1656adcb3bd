"""`audience send-id`: makes the ids under which Braze counts what several sends have in common."""

from typing import TYPE_CHECKING

import click

from ..braze_api import ENDPOINTS, RATE_WINDOWS
from ..config import looks_like_key
from ..diagnostics import RequestError
from ..report.display import clean
from .console import Console
from .exits import UNKNOWN, UsageFault
from .options import Where, config_option, output_format_option, target_options
from .receipts import EXIT_OF, answer, as_json
from .stopping import ended_by, terminable
from .waits import Waits

if TYPE_CHECKING:
    from ..sender.outcome import Receipt
    from ..sender.requests import Request
    from .environment import Target

__all__ = ["command"]

_A_DAY = RATE_WINDOWS["send-ids"].limit
_EPILOG = """\b
Exit codes:
  0    made
  2    usage or configuration: nothing was made
  3    rejected: nothing was made
  4    unknown: it may have been made
  5    rate limited: nothing was made
  6    refused by the environment: nothing was made
  7    not sent: no connection was made
  130  interrupted, and 143 by SIGTERM; says whether it may have been made"""
_UNKNOWN_WAY = (
    "make another one: an id that was made and is never used does no harm, and is one of the "
    f"{_A_DAY} that a workspace may make in a day"
)


@click.group("send-id")
def command() -> None:
    """The ids by which Braze counts sends together, as `send_id` in a request. They are made before they are used."""


@command.command("create", epilog=_EPILOG, short_help="Make an id for the sends of one campaign.")
@click.argument("send_id", required=False, metavar="[SEND_ID]")
@click.option("--campaign", required=True, metavar="NAME|ID", help="The campaign: its name in the environment, or id.")
@target_options
@click.option("--sandbox", is_flag=True, help="Make it in the sandbox inside this process: no key, no network.")
@config_option
@click.option("--timeout", type=float, metavar="SECONDS", help="How long to wait for the answer. [default: 60]")
@output_format_option(answers=True)
@click.pass_obj
def create(
    console: Console,
    send_id: str | None,
    campaign: str,
    where: Where,
    sandbox: bool,
    config: str | None,
    timeout: float | None,
    output_format: str,
) -> int:
    """Make a send id for a campaign, and print it. Braze thinks of one unless SEND_ID says it.

    No message is sent, and nothing is asked. A workspace may make 100 of them in a day.

    \b
    Examples:
      audience send-id create storm-2026-11 --campaign storm --env production
      id=$(audience send-id create --campaign 8f2c1b7e-3d4a-4c5b-9e6f-0a1b2c3d4e5f --instance EU-01)
    """
    from ..sender.client import Client
    from .access import access
    from .environment import target_of
    from .project import configuration_here

    target = target_of(console, where, configuration_here(config), sandbox=sandbox)
    request = _request(target, campaign, send_id)
    target.gate(request)
    local = None
    if sandbox:
        from ..sandbox.local import local_sandbox

        local = local_sandbox()
    pacer = target.pacer()
    # Said now, where the share of the environment is too small for one.
    pacer.turn(request)
    waits = Waits(console)
    client = Client(**access(target, timeout, local), pacer=pacer, on_wait=waits.tell, sleep=waits.sleep)
    with terminable(), client:
        try:
            waits.idle = False
            receipt = client.send(request)
        except KeyboardInterrupt as stop:
            if waits.idle:
                console.error("interrupted while waiting, and nothing was made")
            else:
                console.error("interrupted: the send id may have been made", _UNKNOWN_WAY)
            return ended_by(stop)
    return _told(console, receipt, receipt.send_id or send_id, output_format)


def _request(target: "Target", campaign: str, send_id: str | None) -> "Request":
    from ..sender.requests import build_request

    body = {"campaign_id": _id(target, campaign), **({} if send_id is None else {"send_id": send_id})}
    try:
        return build_request(body, endpoint=ENDPOINTS["send-id-create"])
    except RequestError as error:
        raise UsageFault(error.diagnostics[0].message, error.diagnostics[0].help) from None


def _id(target: "Target", campaign: str) -> str:
    """The id that a name stands for, or the id itself. A misspelt name is not taken for an id."""
    known = {} if target.environment is None else target.environment.campaigns
    if target.ids is None or campaign in known.values() or (campaign not in known and looks_like_key(campaign)):
        return campaign
    return target.ids("campaign", campaign)


def _told(console: Console, receipt: "Receipt", send_id: str | None, output_format: str) -> int:
    """Say what became of it; the id alone on stdout, where it is text."""
    made = receipt.outcome == "accepted"
    if output_format == "json":
        answer(console, as_json({**receipt.to_dict(), "send_id": send_id if made else None}))
    elif made and send_id is not None:
        answer(console, f"{clean(send_id)}\n")
    for warning in receipt.warnings:
        console.note(f"warning: {clean(warning)}")
    if made and send_id is None:
        console.error("a send id was made, and the answer does not say which", _UNKNOWN_WAY)
        return UNKNOWN
    if receipt.outcome == "unknown":
        console.error(f"nobody knows whether it was made: {receipt.reason}", _UNKNOWN_WAY)
    elif not made:
        at = "" if receipt.retry_at is None else f"; again at {receipt.retry_at.isoformat(timespec='seconds')}"
        console.error(f"no send id was made: {receipt.reason}{at}")
    return EXIT_OF[receipt.outcome]
