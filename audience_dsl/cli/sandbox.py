"""`audience sandbox`: the local Braze on a port of this machine."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ..braze_api import CAMPAIGN_TRIGGER_SEND
from ..report.display import clean
from ..sandbox.core import MODES, SANDBOX_KEY, Mode
from .console import Console

if TYPE_CHECKING:
    from ..sandbox.journal import LogEntry

__all__ = ["command"]

_EPILOG = """\b
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
@click.pass_obj
def command(console: Console, port: int, mode: Mode, profiles: str | None) -> None:
    """Serve a local Braze on this machine's loopback address until Ctrl-C.

    It checks requests as Braze documents it, answers as Braze does, and sends no message. What came in is at
    /_sandbox/requests, what was accepted and failed afterwards at /_sandbox/activity. With --profiles, a file or a
    directory of exported or plain profiles, it says who would have been sent to, and why or why not at
    /_sandbox/why?number=N&user=ID.

    \b
    Example:
      audience sandbox --port 8787 --mode strict
      BRAZE_API_KEY=sandbox-key audience send weather.toml --endpoint http://127.0.0.1:8787
    """
    from ..sandbox.local import local_sandbox
    from ..sandbox.server import serve
    from .known_profiles import caveat, read_known

    sandbox = local_sandbox(mode=mode, profiles=None if profiles is None else read_known(console, profiles))
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
        console.note(clean(f"{at} {entry.method} {entry.path} {entry.status} {entry.message}", at_most=200))
        if entry.reach is not None:
            for line in entry.reach.lines():
                console.note(f"         {clean(line)}")
            if entry.reach.target != "everyone":
                console.note(f"         why: /_sandbox/why?number={entry.number}&user=ID")

    serve(sandbox, port=port, on_ready=on_ready, on_request=on_request)
