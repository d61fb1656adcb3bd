"""The log of requests, which htmx asks for anew each second, and what failed later."""

from hashlib import blake2b
from shlex import quote
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...diagnostics import counted
from .answering import look
from .outcomes import OUTCOMES
from .rendering import page, unchanged
from .rows import ROWS_AT_MOST, Row, Rows

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["curl", "routes"]

_TEXT_AT_MOST = 200
_ENTRIES_AT_MOST = 200
# An audience of one clause, so that the first request shows what the sandbox is for.
_FIRST_BODY = """{
    "campaign_id": "welcome",
    "broadcast": true,
    "audience": {
      "custom_attribute": {"custom_attribute_name": "eye_color", "comparison": "equals", "value": "blue"}
    }
  }"""
_FIRST_FILE = """campaign_id = "welcome"
broadcast = true
audience = { text = 'eye_color == "blue"' }
"""


def routes(sandbox: "Sandbox") -> list[Route]:
    rows = Rows()

    def values(request: Request) -> dict[str, Any]:
        text = request.query_params.get("q", "").strip()[:_TEXT_AT_MOST]
        asked = request.query_params.get("outcome", "")
        outcome = asked if asked in OUTCOMES else ""
        changes = sandbox.changes
        entries = sandbox.requests
        found = rows.of(reversed(entries), sandbox.settings, text=text, outcome=outcome)
        shown, more = found[:ROWS_AT_MOST], len(found) > ROWS_AT_MOST
        address = str(request.base_url).rstrip("/")
        key = sandbox.keys.first
        total = len(entries) + sandbox.dropped
        return {
            "rows": shown,
            "total": total,
            "summary": _summary(len(shown), total, more=more, is_found=bool(text or outcome)),
            "seen": f"{changes}-{_digest(shown, total, more)}",
            "text": text,
            "outcome": outcome,
            "outcomes": OUTCOMES,
            "address": address,
            "key": key,
            "curl": curl(address, key),
            "send": _send(address, key),
        }

    def log(request: Request) -> Response:
        return look(request, "log.html", "/", values(request))

    def fresh(request: Request) -> Response:
        # Nothing has changed at all, or nothing that this page shows.
        changes, _, digest = request.query_params.get("seen", "").partition("-")
        if changes == str(sandbox.changes):
            return unchanged()
        found = values(request)
        return unchanged() if digest == found["seen"].partition("-")[2] else page("rows.html", found)

    def activity(request: Request) -> Response:
        entries = sandbox.activity[: -_ENTRIES_AT_MOST - 1 : -1]
        strict = "Here such a request is refused at once, since the mode is strict."
        empty = strict if sandbox.mode == "strict" else "Every audience so far was one that Braze knows."
        return look(request, "activity.html", "/activity", {"entries": entries, "empty": empty})

    return [
        Route("/", log, methods=["GET"]),
        Route("/rows", fresh, methods=["GET"]),
        Route("/activity", activity, methods=["GET"]),
    ]


def _summary(shown: int, total: int, *, more: bool, is_found: bool) -> str:
    if more:
        return f"the newest {shown} of {'those found' if is_found else counted(total, 'request')}"
    return f"{counted(shown, 'request')} found of {total:,}" if is_found else counted(shown, "request")


def _digest(rows: list[Row], total: int, more: bool) -> str:
    """What a page has seen when it has these rows. A row changes once, when it is known whom it reaches."""
    parts = [str(total), str(more), *(f"{row.number} {row.at} {row.reach}" for row in rows)]
    return blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()


def _send(address: str, key: str) -> str:
    return (
        f"cat > welcome.toml <<'END'\n{_FIRST_FILE}END\n"
        f"BRAZE_API_KEY={quote(key)} audience send welcome.toml --yes --endpoint {address}"
    )


def curl(address: str, key: str, *, header: str | None = None) -> str:
    """A whole request, to be pasted into a terminal."""
    more = "" if header is None else f"  --header {quote(header)} \\\n"
    return (
        f"curl {address}/campaigns/trigger/send \\\n"
        f"  --header {quote(f'Authorization: Bearer {key}')} \\\n"
        "  --header 'Content-Type: application/json' \\\n"
        f"{more}"
        f"  --data '{_FIRST_BODY}'"
    )
