"""What `audience sandbox` says while it serves: how to send to it, and a line for each request."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..braze_api import CAMPAIGN_TRIGGER_SEND
from ..diagnostics import ERROR, by_severity
from ..report.display import clean
from .console import KEY_VARIABLE, Console

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox
    from ..sandbox.journal import LogEntry

__all__ = ["SandboxLog"]

_COLUMNS = 200


class SandboxLog:
    """Lines on stderr, the same at a terminal and in the log of a container: no colours, and nothing is overwritten."""

    def __init__(self, console: Console, sandbox: "Sandbox") -> None:
        self._console = console
        self._sandbox = sandbox

    def ready(self, url: str) -> None:
        key = self._sandbox.keys.first
        self._console.note(
            f"sandbox ({self._sandbox.mode}) at {url}, with the key {key}; Ctrl-C ends it\n"
            f"No message is sent. What comes in is shown at {url}/_sandbox/ui/\n"
            "To send to it:\n"
            f"  {KEY_VARIABLE}={key} audience send FILE --endpoint {url}\n"
            f"  curl --request POST {url}{CAMPAIGN_TRIGGER_SEND.path} \\\n"
            "    --header 'Content-Type: application/json' \\\n"
            f"    --header 'Authorization: Bearer {key}' \\\n"
            '    --data-raw \'{"campaign_id":"c","recipients":[{"external_user_id":"u"}]}\''
        )

    def request(self, entry: "LogEntry") -> None:
        at = datetime.fromtimestamp(entry.at, UTC).strftime("%H:%M:%S")
        said = "no answer" if entry.status is None else f"{entry.status} {entry.message}"
        if entry.notice is not None:
            said += f" ({entry.notice})"
        if entry.fault is not None:
            said += f" (fault {entry.fault}; {'accepted' if entry.accepted else 'not accepted'})"
        lines = [clean(f"{at} {entry.method} {entry.path} {said}", at_most=_COLUMNS)]
        if entry.findings:
            # What is refused, or fails later, first for that; the rest is on the page.
            first = next(iter(by_severity(entry.findings, ERROR)), entry.findings[0])
            more = f" (+{len(entry.findings) - 1} more)" if len(entry.findings) > 1 else ""
            lines.append(f"         {clean(str(first), at_most=_COLUMNS)}{more}")
        if entry.reach is not None:
            lines += [f"         {clean(line)}" for line in entry.reach.lines()]
            if entry.reach.target != "everyone":
                lines.append(f"         why: /_sandbox/why?number={entry.number}&user=ID")
        self._console.note("\n".join(lines))
