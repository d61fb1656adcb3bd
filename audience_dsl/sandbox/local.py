"""A sandbox on this machine's clock and randomness: what the pure core is not allowed to reach for."""

import secrets
import time
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .core import SANDBOX_KEY, Mode, Sandbox

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
        profiles=profiles,
        settings=settings,
        attributes=attributes,
    )
