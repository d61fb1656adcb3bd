"""`audience sandbox`: the local Braze on a port of this machine."""

from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import fill
from typing import TYPE_CHECKING, TypeVar

import click

from ..braze_api import CAMPAIGN_TRIGGER_SEND, RATE_WINDOWS
from ..diagnostics import quoted
from ..report.display import clean
from ..sandbox.core import MODES, SANDBOX_KEY, Mode
from ..sandbox.faults import DELAY, FAULTS, Faults
from .console import Console
from .exits import UsageFault

if TYPE_CHECKING:
    from ..sandbox.journal import LogEntry

__all__ = ["command"]

N = TypeVar("N", int, float)

# Not broken at its hyphens, so that a name can be copied.
_FAULTS = fill(", ".join(FAULTS), 78, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
_EPILOG = f"""\b
Faults:
{_FAULTS}

With those that end in -answer or -late, and with truncated, delay, queued and errors, Braze has taken the request.
docs/sandbox.md says what each of them does.

Limits: {", ".join(f"{each.name} ({each.limit:,})" for each in RATE_WINDOWS.values())}.

\b
Exit codes:
  0  ended with Ctrl-C
  2  usage, a port that cannot be used, or the extra `sandbox` is not installed"""


@click.command("sandbox", epilog=_EPILOG)
@click.option("--port", type=click.IntRange(0, 65_535), default=8787, show_default=True, help="0 takes any free port.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default=MODES[0],
    show_default=True,
    help="What becomes of an invalid audience: accepted and failed later, as by Braze, or refused at once.",
)
@click.option("--profiles", metavar="PATH", help="Say whom each request would have reached, by these profiles.")
@click.option("--limits", "enforce", is_flag=True, help="Answer 429 where a rate limit is spent.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=N", help="Another rate limit than Braze's, enforced.")
@click.option("--fault", "faults", multiple=True, metavar="NAME=RATE", help="Play this fault, at a rate from 0 to 1.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides which requests meet a fault.")
@click.option(
    "--delay", type=float, default=DELAY, show_default=True, metavar="SECONDS", help="How late the fault `delay` is."
)
@click.pass_obj
def command(
    console: Console,
    port: int,
    mode: Mode,
    profiles: str | None,
    enforce: bool,
    limits: tuple[str, ...],
    faults: tuple[str, ...],
    seed: int,
    delay: float,
) -> None:
    """Serve a local Braze on this machine's loopback address until Ctrl-C.

    It checks requests as Braze documents it, answers as Braze does, and sends no message. What came in is at
    /_sandbox/requests, what was accepted and failed afterwards at /_sandbox/activity. With --profiles, a file or a
    directory of exported or plain profiles, it says who would have been sent to, and why or why not at
    /_sandbox/why?number=N&user=ID.

    With --fault it goes wrong now and then, as a network does, and in the same way for the same --seed. Each line of
    the log, and /_sandbox/requests, then says what was played and whether Braze had taken the request.

    \b
    Example:
      audience sandbox --port 8787 --mode strict
      audience sandbox --fault 503=0.05 --fault lost-answer=0.02 --seed 7
      audience sandbox --limits --limit broadcasts=5
      BRAZE_API_KEY=sandbox-key audience send weather.toml --endpoint http://127.0.0.1:8787
    """
    from ..sandbox.local import local_sandbox
    from ..sandbox.server import serve
    from .known_profiles import caveat, read_known

    plan = Faults(seed, _numbers(faults, float, "--fault 503=0.05"), delay=delay) if faults else None
    sandbox = local_sandbox(
        mode=mode,
        enforce_limits=enforce or bool(limits),
        limits=_numbers(limits, int, "--limit broadcasts=5"),
        faults=plan,
        profiles=None if profiles is None else read_known(console, profiles),
    )
    if plan is not None:
        console.note(f"plays {plan.words()}, by the seed {seed}")
    if profiles is not None:
        console.note(caveat())

    def on_ready(url: str) -> None:
        console.note(f"sandbox ({mode}) at {url}, with the key {SANDBOX_KEY}; Ctrl-C ends it")
        console.note("For example:")
        console.note(
            f"  curl --request POST {url}{CAMPAIGN_TRIGGER_SEND.path} \\\n"
            "    --header 'Content-Type: application/json' \\\n"
            f"    --header 'Authorization: Bearer {SANDBOX_KEY}' \\\n"
            '    --data-raw \'{"campaign_id":"c","recipients":[{"external_user_id":"u"}]}\''
        )

    def on_request(entry: "LogEntry") -> None:
        at = datetime.fromtimestamp(entry.at, UTC).strftime("%H:%M:%S")
        said = "no answer" if entry.status is None else f"{entry.status} {entry.message}"
        if entry.fault is not None:
            said += f" (fault {entry.fault}; {'accepted' if entry.accepted else 'not accepted'})"
        console.note(clean(f"{at} {entry.method} {entry.path} {said}", at_most=200))
        if entry.reach is not None:
            for line in entry.reach.lines():
                console.note(f"         {clean(line)}")
            if entry.reach.target != "everyone":
                console.note(f"         why: /_sandbox/why?number={entry.number}&user=ID")

    serve(sandbox, port=port, on_ready=on_ready, on_request=on_request)


def _numbers(texts: tuple[str, ...], kind: Callable[[str], N], example: str) -> dict[str, N]:
    """`NAME=NUMBER`, each as the option was given. Of one name given twice the last counts."""
    found: dict[str, N] = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            found[name.strip()] = kind(number)
        except ValueError:
            raise UsageFault(f"{quoted(text)} is no name and number", f"write it as in `{example}`") from None
    return found
