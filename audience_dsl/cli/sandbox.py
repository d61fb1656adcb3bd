"""`audience sandbox`: the local Braze on a port of this machine."""

from contextlib import nullcontext
from textwrap import fill
from typing import TYPE_CHECKING

import click

from ..braze_api import RATE_WINDOWS
from ..sandbox.faults import DELAY, FAULTS
from .console import Console
from .exits import DONE
from .sandbox_ending import Ending
from .sandbox_log import SandboxLog
from .sandbox_options import WorkspaceOptions, numbers, workspace_options
from .sandbox_people import PeopleOptions, people_options
from .sandbox_state import StateFile
from .sections import Sectioned
from .stopping import ended_by

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox

__all__ = ["command"]

_SECTIONS = {
    "The workspace": (
        *("--mode", "--audience-without-broadcast", "--send-ids-must-exist"),
        *("--campaign", "--canvas", "--paused-campaign", "--limits", "--limit"),
    ),
    "Keys": ("--any-key", "--permission", "--missing-permission", "--allow-real-keys"),
    "Who is in it": (
        *("--profiles", "--edges-of", "--count", "--param", "--params", "--config", "--catalog", "--base-path"),
    ),
    "What goes wrong": ("--fault", "--delay", "--seed"),
}
# Not broken at its hyphens, so that a name can be copied.
_FAULTS = fill(", ".join(FAULTS), 78, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
_EPILOG = f"""\b
Faults:
{_FAULTS}

With those that end in -answer or -late, and with truncated, delay, queued and errors, Braze has taken the request. Any
other status from 400 to 599 is a fault by its number. docs/sandbox.md says what each of them does.

Limits: {", ".join(f"{each.name} ({each.limit:,})" for each in RATE_WINDOWS.values())}.

\b
Exit codes:
  0    ended with Ctrl-C
  1    the audience of --edges-of has errors
  2    usage, a port or a state file that cannot be used, or the extra `sandbox` is not installed
  130  interrupted before it served
  143  ended by SIGTERM, with the state written"""


@click.command("sandbox", cls=Sectioned, sections=_SECTIONS, epilog=_EPILOG)
@click.option("--port", type=click.IntRange(0, 65_535), default=8787, show_default=True, help="0 takes any free port.")
@click.option(
    "--state", "state_file", metavar="FILE", help="Go on from what this file says, and write there what is new."
)
@workspace_options
@people_options
@click.option("--fault", "faults", multiple=True, metavar="NAME=RATE", help="Play this fault, at a rate from 0 to 1.")
@click.option("--delay", type=float, metavar="SECONDS", help=f"How late the fault `delay` is. [default: {DELAY:g}]")
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Decides which requests meet a fault, and whom --edges-of makes.",
)
@click.pass_obj
def command(
    console: Console,
    port: int,
    state_file: str | None,
    workspace: WorkspaceOptions,
    people: PeopleOptions,
    faults: tuple[str, ...],
    delay: float | None,
    seed: int,
) -> int:
    """Serve a local Braze on this machine's loopback address until Ctrl-C. It sends no message.

    It checks requests as Braze documents it, and answers as Braze does. What came in is in the browser at
    /_sandbox/ui/, and as JSON at /_sandbox/requests. With --profiles, a file or a directory of exported or plain
    profiles, or with --edges-of, which makes some, it says who would have been sent to, and why or why not.

    With --fault it goes wrong now and then, as a network does, and in the same way for the same --seed. The log then
    says what was played and whether Braze had taken the request.

    With --state it goes on where it was: the log, schedules, settings and profiles are read at the start, and written
    at the end, also by Ctrl-C and SIGTERM. What other options say wins over the file.

    \b
    Examples:
      audience sandbox
      audience sandbox --port 8787 --mode strict --state sandbox.json
      audience sandbox --campaign welcome --campaign spring-sale=paused
      audience sandbox --edges-of weather.audience --count 200
      audience sandbox --fault 503=0.05 --fault lost-answer=0.02 --seed 7
      audience sandbox --limits --limit broadcasts=5
      BRAZE_API_KEY=sandbox-key audience send weather.toml --endpoint http://127.0.0.1:8787
    """
    from ..sandbox.local import local_sandbox
    from ..sandbox.server import serve

    rates = numbers(faults, float, "--fault 503=0.05")
    with Ending() as ending:
        try:
            sandbox = local_sandbox(**workspace.settings, **people.settings(console, seed))
            with StateFile(console, state_file) if state_file is not None else nullcontext() as state:
                if state is not None:
                    state.restore(sandbox, but={*workspace.decided, *people.decided})
                if rates:
                    _play(console, sandbox, rates, seed, DELAY if delay is None else delay)
                elif delay is not None:
                    # For what the page sets or a request's header asks for; the rates stay those of the state.
                    sandbox.switches.restore({**sandbox.switches.as_dict(), "delay": delay})
                log = SandboxLog(console, sandbox)
                with nullcontext() if state is None else state.saving(sandbox):
                    serve(sandbox, port=port, on_ready=log.ready, on_request=log.request)
        except KeyboardInterrupt as stop:
            console.note("interrupted")
            return ended_by(stop)
    return DONE if ending.exit_code is None else ending.exit_code


def _play(console: Console, sandbox: "Sandbox", rates: dict[str, float], seed: int, delay: float) -> None:
    sandbox.switches.set(rates, seed=seed, delay=delay)
    console.note(f"plays {', '.join(f'{name}={rate:g}' for name, rate in rates.items())}, by the seed {seed}")
