"""One send: made, and told whatever happens on the way."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, LedgerError
from .console import Console
from .exits import REFUSED, UNKNOWN, USAGE
from .receipts import EXIT_OF, hand_over, unknown_way
from .stopping import ended_by
from .waits import Waits

if TYPE_CHECKING:
    from ..sender.client import Client
    from ..sender.recording import Ledger
    from ..sender.requests import Request
    from .sending_options import LedgerOptions

__all__ = ["refused_by_ledger", "send_once"]


def send_once(
    console: Console,
    client: "Client",
    request: "Request",
    waits: Waits,
    *,
    ledger: "Ledger | None",
    recorded: "LedgerOptions",
    deadline: datetime | None,
    output_format: str,
) -> int:
    """Send, and say what became of it whatever happens from here on."""
    receipt = None
    try:
        waits.idle = False
        receipt = client.send(request, key=recorded.key, ledger=ledger, repeat=recorded.repeat, deadline=deadline)
        hand_over(console, receipt, output_format, recorded.path)
    except KeyboardInterrupt as stop:
        if receipt is not None:
            hand_over(console, receipt, output_format, recorded.path)
        elif waits.idle:
            console.error("interrupted while waiting, and nothing was sent")
            return ended_by(stop)
        else:
            console.error(
                "interrupted while sending: the request may have reached Braze, so its outcome is unknown",
                unknown_way(recorded.path),
            )
            return ended_by(stop)
    except LedgerError as error:
        return refused_by_ledger(console, error)
    except Exception as error:
        console.confess(error)
        if receipt is None:
            console.error("the outcome is unknown: the request may have reached Braze", unknown_way(recorded.path))
            return UNKNOWN
    return EXIT_OF[receipt.outcome]


def refused_by_ledger(console: Console, error: LedgerError) -> int:
    """Say why a ledger lets nothing go, and return the exit code of that.

    One that breaks once the request has left is another matter, and the error has a note of it: see `delivery`.
    """
    console.diagnostics([Diagnostic(error.kind, error.message, help=error.help)])
    notes = getattr(error, "__notes__", ())
    for note in notes:
        console.error(note, "the ledger has the send as in flight, until `audience ledger resolve` says otherwise")
    if notes:
        return UNKNOWN
    return USAGE if error.kind.slug == "ledger-file" else REFUSED
