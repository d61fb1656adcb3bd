"""The options of `audience sandbox` about its workspace: campaigns, keys, limits."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import click

from ..diagnostics import quoted
from ..sandbox.campaigns import PAUSED
from ..sandbox.core import MODES, SANDBOX_KEY
from .exits import UsageFault
from .options import gathered
from .sandbox_state import StatePath

__all__ = ["WorkspaceOptions", "numbers", "workspace_options"]

F = TypeVar("F", bound=Callable[..., Any])
N = TypeVar("N", int, float)

# Of a campaign whose state nobody says.
_ACTIVE: Final = "active"
# Where a state has what a setting says.
_PLACES: Final[dict[str, tuple[StatePath, ...]]] = {
    "mode": (("mode",),),
    "audience_without_broadcast": (("audience_without_broadcast",),),
    "send_ids_must_exist": (("send_ids_must_exist",),),
    "campaigns": (("campaigns", "only_known"), ("campaigns", "states")),
    "canvases": (("canvases", "only_known"), ("canvases", "states")),
    "paused_campaign": (("campaigns", "paused"),),
    "enforce_limits": (("limits", "enforce"),),
    "limits": (("limits", "limits"),),
    "accept_any_key": (("keys", "accept_any"),),
    "keys": (("keys", "keys"),),
    "missing_permission": (("keys", "missing_permission"),),
}


class WorkspaceOptions:
    """What a sandbox is like: the `settings` of `Sandbox` that were given, and no others.

    `decided` are the places in a state for which they stand.
    """

    __slots__ = ("decided", "settings")

    def __init__(
        self,
        mode: str | None,
        audience_without_broadcast: bool,
        send_ids_must_exist: bool,
        campaigns: tuple[str, ...],
        canvases: tuple[str, ...],
        paused_campaign: str | None,
        enforce: bool,
        limits: tuple[str, ...],
        any_key: bool,
        permissions: tuple[str, ...],
        missing_permission: str | None,
        allow_real_keys: bool,
    ) -> None:
        given = {
            "mode": mode,
            "audience_without_broadcast": audience_without_broadcast,
            "send_ids_must_exist": send_ids_must_exist,
            "campaigns": _states(campaigns, "--campaign"),
            "canvases": _states(canvases, "--canvas"),
            "paused_campaign": paused_campaign,
            "enforce_limits": enforce or bool(limits),
            "limits": numbers(limits, int, "--limit broadcasts=5"),
            "accept_any_key": any_key,
            "keys": {SANDBOX_KEY: list(permissions)} if permissions else None,
            "missing_permission": None if missing_permission is None else int(missing_permission),
            "allow_real_keys": allow_real_keys,
        }
        self.settings: dict[str, Any] = {name: value for name, value in given.items() if value}
        self.decided = {place for name in self.settings for place in _PLACES.get(name, ())}


def workspace_options(function: F) -> F:
    """Those, as `workspace`."""
    return gathered(
        function,
        "workspace",
        WorkspaceOptions,
        click.option(
            "--mode",
            type=click.Choice(MODES),
            help="What becomes of an invalid audience: accepted and failed later, as by Braze, or refused at once. "
            f"[default: {MODES[0]}]",
        ),
        click.option(
            "--audience-without-broadcast",
            is_flag=True,
            help="Accept an audience without users and without `broadcast: true`, on which Braze's pages disagree.",
        ),
        click.option(
            "--send-ids-must-exist",
            is_flag=True,
            help="Refuse a `send_id` that was not made before at /sends/id/create.",
        ),
        click.option(
            "--campaign",
            "campaigns",
            multiple=True,
            metavar="ID[=STATE]",
            help="A campaign that there is: active, paused or archived. Given once, all others are unknown.",
        ),
        click.option("--canvas", "canvases", multiple=True, metavar="ID[=STATE]", help="The same of a Canvas."),
        click.option(
            "--paused-campaign",
            type=click.Choice(PAUSED),
            help="What becomes of a send of a paused or archived campaign. [default: notice, as of a Canvas]",
        ),
        click.option("--limits", "enforce", is_flag=True, help="Answer 429 where a rate limit is spent."),
        click.option(
            "--limit", "limits", multiple=True, metavar="NAME=N", help="Another rate limit than Braze's, enforced."
        ),
        click.option("--any-key", is_flag=True, help=f"Take every key, and not {SANDBOX_KEY} alone."),
        click.option(
            "--permission",
            "permissions",
            multiple=True,
            metavar="NAME",
            help=f"Give {SANDBOX_KEY} this permission, such as campaigns.trigger.send, and no others than given.",
        ),
        click.option(
            "--missing-permission",
            type=click.Choice(("401", "403")),
            help="The answer to a key without the permission. [default: 401]",
        ),
        click.option(
            "--allow-real-keys", is_flag=True, help="Take a key that looks like one of Braze's, which is refused else."
        ),
    )


def numbers(texts: Iterable[str], kind: Callable[[str], N], example: str) -> dict[str, N]:
    """`NAME=NUMBER`, each as the option was given. Of one name given twice the last counts."""
    found: dict[str, N] = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            found[name.strip()] = kind(number)
        except ValueError:
            raise UsageFault(f"{quoted(text)} is no name and number", f"write it as in `{example}`") from None
    return found


def _states(texts: Iterable[str], option: str) -> dict[str, str]:
    """`ID` or `ID=STATE`, each as the option was given."""
    found: dict[str, str] = {}
    for text in texts:
        id_, _, state = text.partition("=")
        if not id_.strip():
            raise UsageFault(f"`{option} {text}` has no id", f"write it as in `{option} welcome=paused`")
        found[id_.strip()] = state.strip() or _ACTIVE
    return found
