"""What the workspace is like and how it answers: mode, campaigns, keys, limits, clock; and its state as a file."""

import json
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...braze_api import RATE_WINDOWS
from ..bodies import STATE_NESTING_AT_MOST
from ..campaigns import PAUSED, STATES, Campaigns
from ..judging import MODES
from ..keys import PERMISSIONS
from .answering import Change, look, posting
from .forms import Form, FormError, json_of

if TYPE_CHECKING:
    from ..core import Sandbox

__all__ = ["routes"]

# Ids of campaigns that the page lists; a workspace may have thousands.
_LISTED_AT_MOST: Final = 200
_LIMIT_WORDS: Final = {
    "requests": "all that is not below",
    "broadcasts": "sends and schedules that name no users",
    "audience": "the same, for each audience by itself",
    "send-ids": "send ids that are made",
    "exports": "reading the list of attributes",
}
_SPANS: Final = {60: "a minute", 3_600: "an hour", 86_400: "a day"}
_FORGET: Final = "forget"
# How far the clock goes on by a button.
_STEPS: Final = {"60": 60, "3600": 3_600, "86400": 86_400}


def routes(sandbox: "Sandbox") -> list[Route]:
    def shown(request: Request, problem: FormError | None = None, form: Form | None = None, /) -> Response:
        values: dict[str, Any] = {
            "mode": sandbox.mode,
            "groups": [
                _group("campaigns", "Campaigns", sandbox.campaigns),
                _group("canvases", "Canvases", sandbox.canvases),
            ],
            "states": STATES,
            "keys": sandbox.keys.permissions,
            "accept_any": sandbox.keys.accept_any,
            "missing_permission": sandbox.keys.missing_permission,
            "permissions": PERMISSIONS,
            "enforce": sandbox.limits.enforce,
            "limits": [
                {
                    "name": each.window.name,
                    "words": _LIMIT_WORDS.get(each.window.name, ""),
                    "limit": each.window.limit,
                    "used": each.used,
                    "span": _SPANS.get(each.window.seconds, f"{each.window.seconds:,} s"),
                    "resets_at": each.resets_at,
                }
                for each in sandbox.limits.used(sandbox.clock())
            ],
            "now": sandbox.clock(),
            "is_frozen": sandbox.clock.is_frozen,
            "text": "" if form is None else form.text("state"),
        }
        return look(request, "settings.html", "/settings", values, problem)

    def export(_: Request) -> Response:
        text = json.dumps(sandbox.state(), indent=1)
        headers = {"Content-Disposition": 'attachment; filename="sandbox.json"'}
        return Response(text, media_type="application/json", headers=headers)

    changes: dict[str, Change] = {
        "mode": lambda _, form: _mode(sandbox, form),
        "campaigns": lambda _, form: _campaigns(sandbox.campaigns, form),
        "canvases": lambda _, form: _campaigns(sandbox.canvases, form),
        "keys": lambda _, form: _keys(sandbox, form),
        "limits": lambda _, form: _limits(sandbox, form),
        "clock": lambda _, form: _clock(sandbox, form),
        "state": lambda _, form: _state(sandbox, form),
        "reset": lambda _, __: _reset(sandbox),
    }
    return [
        Route("/settings", shown, methods=["GET"]),
        Route("/settings/sandbox.json", export, methods=["GET"]),
        *(Route(f"/settings/{name}", posting(shown, change), methods=["POST"]) for name, change in changes.items()),
    ]


def _group(name: str, title: str, campaigns: Campaigns) -> dict[str, Any]:
    states = campaigns.states
    return {
        "name": name,
        "title": title,
        "states": list(states.items())[:_LISTED_AT_MOST],
        "more": max(0, len(states) - _LISTED_AT_MOST),
        "only_known": campaigns.only_known,
        "paused": campaigns.paused,
        "ways": {way: _WAYS[way] for way in PAUSED},
    }


_WAYS: Final = {
    "notice": "accepted with a notice, and not sent",
    "refuse": "refused",
    "accept": "sent all the same",
}


def _mode(sandbox: "Sandbox", form: Form) -> tuple[str, str]:
    mode = next((each for each in MODES if each == form.text("mode")), None)
    if mode is None:
        raise FormError("there is no such mode")
    sandbox.mode = mode
    return "/settings", "settings"


def _campaigns(campaigns: Campaigns, form: Form) -> tuple[str, str]:
    states: dict[Any, Any] = {
        _text(key.removeprefix("state:"), "the id"): value for key, value in form.pairs if key.startswith("state:")
    }
    new = form.text("new")
    if new:
        states[new] = form.text("new_state")
    gone = [id for id, state in states.items() if state == _FORGET]
    campaigns.update({id: state for id, state in states.items() if state != _FORGET})
    for id in gone:
        campaigns.forget(id)
    way = next((each for each in PAUSED if each == form.text("paused")), None)
    if way is not None:
        campaigns.paused = way
    campaigns.only_known = form.has("only_known")
    return "/settings", "settings"


def _text(field: str, label: str) -> str:
    found = json_of(field, label)
    if not isinstance(found, str):
        raise FormError(f"{label} is no text")
    return found


def _keys(sandbox: "Sandbox", form: Form) -> tuple[str, str]:
    if form.has("forget"):
        sandbox.keys.forget(_text(form.text("forget"), "the key"))
        return "/settings", "settings"
    new = form.text("new")
    if new:
        sandbox.keys.set(new, form.all("permission") or None)
    sandbox.keys.accept_any = form.has("accept_any")
    sandbox.keys.missing_permission = 403 if form.text("missing_permission") == "403" else 401
    return "/settings", "settings"


def _limits(sandbox: "Sandbox", form: Form) -> tuple[str, str]:
    given = {name: form.whole(f"limit:{name}", f"the limit {name}", 0) for name in RATE_WINDOWS}
    for name, limit in given.items():
        sandbox.limits.set(name, limit or None)
    sandbox.limits.enforce = form.has("enforce")
    return "/settings", "settings"


def _clock(sandbox: "Sandbox", form: Form) -> tuple[str, str]:
    clock = sandbox.clock
    what = form.text("do")
    if what in _STEPS:
        clock.advance(_STEPS[what])
    elif what == "freeze":
        clock.freeze()
    elif what == "run":
        clock.run()
    else:
        clock.set(form.text("at"))
    return "/settings", "clock"


def _state(sandbox: "Sandbox", form: Form) -> tuple[str, str]:
    sandbox.restore(json_of(form.text("state"), "the state", nesting=STATE_NESTING_AT_MOST))
    return "/settings", "state"


def _reset(sandbox: "Sandbox") -> tuple[str, str]:
    sandbox.reset()
    return "/", "reset"
