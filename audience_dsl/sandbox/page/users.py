"""The users whom the sandbox knows: from a file, from a text, or made at the edges of an audience."""

import json
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...braze_api import ENDPOINTS_BY_PATH
from ...diagnostics import cut
from ...profiles import Profile
from .answering import look, posting
from .audiences import audience_of, text_of
from .bodies import object_of
from .forms import Form, FormError, json_of

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]

_SHOWN_AT_MOST: Final = 100
_REQUESTS_AT_MOST: Final = 30
_LOOKED_THROUGH: Final = 500
# Of their bodies, so that the page opens at once.
_BYTES_AT_MOST: Final = 8_000_000
_ATTRIBUTES_AT_MOST: Final = 400
COUNT: Final = 50


def routes(sandbox: "Sandbox") -> list[Route]:
    def shown(request: Request, problem: FormError | None = None, form: Form | None = None, /) -> Response:
        profiles = sandbox.profiles
        values: dict[str, Any] = {
            "count": len(profiles),
            "origin": sandbox.profiles_origin,
            "users": [_row(each, sandbox) for each in profiles[:_SHOWN_AT_MOST]],
            "requests": _with_audience(sandbox),
            "chosen": "" if form is None else form.text("number"),
            "seed": "0" if form is None else form.text("seed") or "0",
            "many": str(COUNT) if form is None else form.text("count") or str(COUNT),
            "text": "" if form is None else form.text("profiles"),
        }
        return look(request, "users.html", "/profiles", values, problem)

    def at_edges(_: Request, form: Form) -> tuple[str, str]:
        number = form.whole("number", "the number of a request", 0)
        entry = sandbox.find(number)
        audience = None if entry is None else audience_of(entry, object_of(entry))
        if audience is None:
            raise FormError("choose a request that has an audience")
        seed, count = form.whole("seed", "the seed", 0), form.whole("count", "the number of users", COUNT)
        sandbox.make_profiles(audience, seed=seed, count=count, origin=f"edges of the audience of request {number}")
        return "/profiles", "profiles"

    def written(_: Request, form: Form) -> tuple[str, str]:
        sandbox.set_profiles(_read(form.text("profiles")), origin="text of the page")
        return "/profiles", "profiles"

    def none(_: Request, __: Form) -> tuple[str, str]:
        sandbox.set_profiles(None)
        return "/profiles", "profiles-none"

    return [
        Route("/profiles", shown, methods=["GET"]),
        Route("/profiles/edges", posting(shown, at_edges), methods=["POST"]),
        Route("/profiles/text", posting(shown, written), methods=["POST"]),
        Route("/profiles/none", posting(shown, none), methods=["POST"]),
    ]


def _with_audience(sandbox: "Sandbox") -> list[tuple[int, str]]:
    """The latest requests that have an audience, each with a line that tells it."""
    found: list[tuple[int, str]] = []
    size = 0
    for entry in sandbox.latest(_LOOKED_THROUGH):
        endpoint = ENDPOINTS_BY_PATH.get(entry.path)
        if endpoint is None or endpoint.audience_field is None:
            continue
        size += len(entry.raw)
        if size > _BYTES_AT_MOST or len(found) == _REQUESTS_AT_MOST:
            break
        audience = audience_of(entry, object_of(entry))
        if audience is not None:
            found.append((entry.number, text_of(audience, sandbox.settings) or entry.path))
    return found


def _row(profile: Profile, sandbox: "Sandbox") -> dict[str, Any]:
    return {
        "id": profile.id,
        "name": None if profile.id is None else sandbox.profile_name(profile.id),
        "attributes": cut(json.dumps(dict(profile.attributes), ensure_ascii=False, default=str), _ATTRIBUTES_AT_MOST),
        "push": profile.push,
        "email": profile.email,
    }


def _read(text: str) -> list[Any]:
    """One JSON object on each line, or all of them in an array."""
    if not text:
        raise FormError("there is no profile in it", 'write one JSON object on a line, as in {"external_id": "user-1"}')
    if text.startswith("["):
        return list(json_of(text, "the text"))
    lines = enumerate(text.split("\n"), 1)
    return [json_of(line, f"line {number:,}") for number, line in lines if line.strip()]
