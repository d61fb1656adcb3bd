"""What decides how the sandbox answers: clock, faults, campaigns and Canvases, keys, limits, mode.

Each is read by GET as `Sandbox.state` tells it, and set by PUT in the same form, where a member that is left out stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from ..faults import DELAY_AT_MOST
from ..given import LATEST, Given, iso
from .answers import Refusal
from .points import Point

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..campaigns import Campaigns
    from ..core import Sandbox

__all__ = ["points"]

_OWN: Final = ("audience_without_broadcast", "mode", "send_ids_must_exist")


class _Part(Protocol):
    def as_dict(self) -> dict[str, Any]: ...

    def restore(self, value: object) -> None: ...


def points(sandbox: Sandbox) -> list[Point]:
    return [
        *_clock(sandbox),
        *_faults(sandbox),
        *_states("campaigns", "campaign", sandbox.campaigns),
        *_states("canvases", "Canvas", sandbox.canvases),
        *_part("keys", "the keys and what each may do", sandbox.keys),
        *_limits(sandbox),
        *_settings(sandbox),
    ]


def _part(name: str, what: str, part: _Part) -> list[Point]:
    def get(_request: Request, _: Any) -> object:
        return part.as_dict()

    def put(_request: Request, value: Any) -> object:
        part.restore({**part.as_dict(), **_object(value, name)})
        return part.as_dict()

    return [
        Point("GET", f"/{name}", what, get),
        Point("PUT", f"/{name}", f"sets {what}", put, takes=True),
    ]


def _clock(sandbox: Sandbox) -> list[Point]:
    clock = sandbox.clock

    def get(_request: Request, _: Any) -> object:
        return {"now": iso(clock()), "frozen": clock.is_frozen}

    def put(request: Request, value: Any) -> object:
        members = Given(value, whole="the clock").members(("advance", "at", "frozen"))
        # All is looked at before anything is done.
        is_frozen = members["frozen"].flag() if "frozen" in members else clock.is_frozen
        at = members["at"].instant() if "at" in members else None
        seconds = 0.0
        if "advance" in members:
            seconds = members["advance"].number(0, LATEST - (clock() if at is None else at))
        (clock.freeze if is_frozen else clock.run)()
        if at is not None:
            clock.set(at + seconds)
        elif seconds:
            clock.advance(seconds)
        return get(request, None)

    return [
        Point("GET", "/clock", "what time it is in the sandbox", get),
        Point("PUT", "/clock", 'sets the clock: `{"at": …}`, `{"advance": seconds}`, `{"frozen": …}`', put, takes=True),
    ]


def _faults(sandbox: Sandbox) -> list[Point]:
    switches = sandbox.switches

    def queue(_request: Request, value: Any) -> object:
        members = Given(value, whole="the body").members(("delay", "faults"))
        if "faults" not in members:
            raise Refusal(400, "`faults` is missing", 'send it as in `{"faults": ["lost-answer", "503"]}`')
        names = [name.text() for name in members["faults"].items()]
        switches.next(*names, delay=members["delay"].number(0, DELAY_AT_MOST) if "delay" in members else None)
        return switches.as_dict()

    def clear(_request: Request, _: Any) -> object:
        switches.clear()
        return switches.as_dict()

    def forget(_request: Request, _: Any) -> object:
        switches.forget_next()
        return switches.as_dict()

    return [
        *_part("faults", "the faults that requests meet, and their rates", switches),
        Point("DELETE", "/faults", "ends all faults", clear),
        Point("POST", "/faults/next", "what the next requests meet, one each", queue, takes=True),
        Point("DELETE", "/faults/next", "takes away what the next requests were to meet", forget),
    ]


def _states(name: str, what: str, campaigns: Campaigns) -> list[Point]:
    def told(id: str) -> dict[str, Any]:
        return {"id": id, "state": campaigns.state_of(id)}

    def get(request: Request, _: Any) -> object:
        id = request.path_params["id"]
        if campaigns.state_of(id) is None:
            raise Refusal(404, f"the sandbox knows no {what} of this id")
        return told(id)

    def put(request: Request, value: Any) -> object:
        id = request.path_params["id"]
        state = Given(value, whole="the body").members(("state",)).get("state")
        if state is None:
            raise Refusal(400, "`state` is missing", 'send it as in `{"state": "paused"}`')
        campaigns.update({id: state.text()})
        return told(id)

    def forget(request: Request, _: Any) -> object:
        id = request.path_params["id"]
        campaigns.forget(id)
        return told(id)

    return [
        *_part(name, f"the known {name} and their states", campaigns),
        Point("GET", f"/{name}/{{id:path}}", f"the state of one {what}", get),
        Point("PUT", f"/{name}/{{id:path}}", f"sets the state of one {what}", put, takes=True),
        Point("DELETE", f"/{name}/{{id:path}}", f"takes away the state of one {what}", forget),
    ]


def _limits(sandbox: Sandbox) -> list[Point]:
    limits = sandbox.limits

    def get(_request: Request, _: Any) -> object:
        windows = [
            {
                "name": each.window.name,
                "limit": each.window.limit,
                "seconds": each.window.seconds,
                "used": each.used,
                "resets_at": iso(each.resets_at),
            }
            for each in limits.used(sandbox.clock())
        ]
        return {"enforce": limits.enforce, "windows": windows}

    def put(request: Request, value: Any) -> object:
        members = _object(value, "limits")
        limits.restore(members)
        return get(request, None)

    return [
        Point("GET", "/limits", "the rate limits, and how much of each is used", get),
        Point("PUT", "/limits", "sets whether limits are enforced, and which", put, takes=True),
    ]


def _settings(sandbox: Sandbox) -> list[Point]:
    def get(_request: Request, _: Any) -> object:
        return {name: getattr(sandbox, name) for name in _OWN}

    def put(request: Request, value: Any) -> object:
        # By the state's reader, which names what is wrong, after it was seen that nothing else is in it.
        Given(value, whole="the settings").members(_OWN)
        sandbox.restore(value)
        return get(request, None)

    return [
        Point("GET", "/settings", "the mode, and what else is settled", get),
        Point("PUT", "/settings", "sets the mode, and what else is settled", put, takes=True),
    ]


def _object(value: Any, name: str) -> dict[str, Any]:
    return {key: given.value for key, given in Given(value, whole=f"`{name}`").pairs()}
