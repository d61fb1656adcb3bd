"""Everything that a sandbox can be told when it is made: the one list of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from .campaigns import CampaignsGiven, Paused
from .faults import FaultPlan
from .journal import LogEntry
from .judging import Mode
from .keys import MissingPermission
from .known import ProfilesGiven

if TYPE_CHECKING:
    from ..settings import Settings

__all__ = ["SandboxOptions"]


class SandboxOptions(TypedDict, total=False):
    """The keyword arguments of `Sandbox` and `local_sandbox`; what each means is said at `Sandbox`."""

    api_key: str
    keys: "Mapping[str, Collection[str] | None]"
    accept_any_key: bool
    allow_real_keys: bool
    missing_permission: MissingPermission
    mode: Mode
    audience_without_broadcast: bool
    campaigns: "CampaignsGiven"
    canvases: "CampaignsGiven"
    paused_campaign: Paused
    send_ids_must_exist: bool
    enforce_limits: bool
    limits: Mapping[str, int] | None
    faults: FaultPlan | None
    keep: int
    on_entry: Callable[[LogEntry], None] | None
    profiles: "ProfilesGiven | None"
    profiles_origin: str | None
    settings: "Settings | None"
    attributes: Iterable[Mapping[str, Any]] | None
