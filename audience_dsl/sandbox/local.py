"""A sandbox on this machine's clock and randomness: what the pure core is not allowed to reach for."""

import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .core import SANDBOX_KEY, Mode, Sandbox
from .faults import FaultPlan
from .journal import ENTRIES_AT_MOST, LogEntry

if TYPE_CHECKING:
    from ..profiles import Profile
    from ..settings import Settings

__all__ = ["local_sandbox"]


def local_sandbox(
    *,
    api_key: str = SANDBOX_KEY,
    mode: Mode = "braze",
    audience_without_broadcast: bool = False,
    campaigns: Collection[str] | None = None,
    canvases: Collection[str] | None = None,
    send_ids_must_exist: bool = False,
    enforce_limits: bool = False,
    limits: Mapping[str, int] | None = None,
    faults: FaultPlan | None = None,
    keep: int = ENTRIES_AT_MOST,
    on_entry: Callable[[LogEntry], None] | None = None,
    profiles: "Iterable[Profile | Mapping[str, object]] | None" = None,
    settings: "Settings | None" = None,
    attributes: "Iterable[Mapping[str, Any]] | None" = None,
) -> Sandbox:
    """A `Sandbox` on the system's clock, with ids that differ by run. Arguments and errors as there."""
    return Sandbox(
        clock=time.time,
        seed=secrets.randbits(128),
        api_key=api_key,
        mode=mode,
        audience_without_broadcast=audience_without_broadcast,
        campaigns=campaigns,
        canvases=canvases,
        send_ids_must_exist=send_ids_must_exist,
        enforce_limits=enforce_limits,
        limits=limits,
        faults=faults,
        keep=keep,
        on_entry=on_entry,
        profiles=profiles,
        settings=settings,
        attributes=attributes,
    )
