"""Templates to answers: every value escaped, no name unknown, and nothing run that is not the page's own file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ...diagnostics import counted
from . import words
from .forms import exact

__all__ = ["BASE", "back", "page", "unchanged"]

BASE: Final = "/_sandbox/ui"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# With `no-referrer` a browser would send its forms from the origin `null`, which the guard takes for another site.
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"}
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _in_address(text: str) -> str:
    # Not by Jinja's own, which half of a surrogate pair ends.
    return quote(text, safe="", errors="replace")


_ENVIRONMENT.filters.update(
    exact=exact,
    in_address=_in_address,
    in_part=words.in_part,
    shown=words.shown_text,
    short=words.short,
    time=words.time_of_day,
    moment=words.moment,
    counted=counted,
    marked=words.marked,
)
_ENVIRONMENT.globals["base"] = BASE


def page(template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), status, _HEADERS)


def back(path: str, done: str) -> Response:
    """To a page, after a form: it says by `done` what has been done. A reload does not do it again."""
    # By its key and not in words: a link from elsewhere must not put words on the page.
    assert done in words.DONE
    return RedirectResponse(f"{BASE}{path}?done={done}", 303, _HEADERS)


def unchanged() -> Response:
    """For htmx: nothing is new, and the page stays as it is."""
    return Response(status_code=204, headers=_HEADERS)
