"""What the sandbox knows and holds: its profiles, and all of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..given import Given
from .answers import Refusal
from .points import Point

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..core import Sandbox

__all__ = ["points"]

# Profiles that an answer names.
_SHOWN: Final = 100


def points(sandbox: Sandbox) -> list[Point]:
    def state(_request: Request, _: Any) -> object:
        return sandbox.state()

    def restore(_request: Request, value: Any) -> object:
        sandbox.restore(value)
        return {"message": "restored", "number": sandbox.state(only=("number",))["number"]}

    def profiles(_request: Request, _: Any) -> object:
        return sandbox.state(only=("profiles",))

    def replace(_request: Request, value: Any) -> object:
        # What is no profile among them is refused with its reason.
        profiles: list[Any] = [each.value for each in Given(value, whole="the body").items()]
        sandbox.set_profiles(profiles, origin="the control API")
        return _summary(sandbox)

    def forget(_request: Request, _: Any) -> object:
        sandbox.set_profiles(None)
        return _summary(sandbox)

    def make(_request: Request, value: Any) -> object:
        members = Given(value, whole="the body").members(("count", "edges_of", "seed"))
        if "edges_of" not in members:
            raise Refusal(400, "`edges_of` is missing", "it is the text of an audience, or its JSON")
        seed = members["seed"].whole_number(-(2**63), 2**63) if "seed" in members else 0
        count = members["count"].whole_number(1) if "count" in members else None
        audience = members["edges_of"].value
        if isinstance(audience, str):
            # At the first use: the language.
            from ...api import compile

            audience = compile(audience, settings=sandbox.settings).filter
        sandbox.make_profiles(audience, seed=seed, count=count, origin=f"edges, by the seed {seed}")
        return _summary(sandbox)

    return [
        Point("GET", "/profiles", "the profiles that the sandbox knows", profiles),
        Point("PUT", "/profiles", "other profiles: an array of exported or plain ones", replace, takes=True),
        Point("POST", "/profiles", "makes users at the edges of an audience, by a seed", make, takes=True),
        Point("DELETE", "/profiles", "takes the profiles away", forget),
        Point("GET", "/state", "all that the sandbox holds, to be put back", state),
        Point("PUT", "/state", "puts a state back; a member that it leaves out stays", restore, takes=True),
    ]


def _summary(sandbox: Sandbox) -> dict[str, Any]:
    """How many there are, and the first of them with what is special about them."""
    named = []
    for profile in sandbox.profiles[:_SHOWN]:
        name = None if profile.id is None else sandbox.profile_name(profile.id)
        named.append({"external_id": profile.id} if name is None else {"external_id": profile.id, "name": name})
    return {"origin": sandbox.profiles_origin, "count": len(sandbox.profiles), "first": named}
