"""A local Braze: the same checks, answers and late failures, without an account and without a message.

`Sandbox` is the pure core, and `local_sandbox` gives it this machine's clock and randomness.
`sandbox.transport.transport` puts it under an httpx client of the same process; `running` and `serve` put it
on a loopback port (extra `[sandbox]`).

Names are imported when they are first used, so that the core needs neither httpx nor Starlette.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import create_app
    from .clock import SandboxClock
    from .core import MODES, SANDBOX_KEY, Mode, Sandbox
    from .edges import profiles_at_edges
    from .exchange import SandboxRequest, SandboxResponse
    from .faults import FAULTS, Fault, FaultPlan, Faults
    from .journal import ActivityEntry, LogEntry
    from .local import local_sandbox
    from .options import SandboxOptions
    from .reach import Reach, Recipient, WhyError
    from .server import running, serve
    from .switches import FaultSwitches
    from .workspace import Schedule

__all__ = [
    "FAULTS",
    "MODES",
    "SANDBOX_KEY",
    "ActivityEntry",
    "Fault",
    "FaultPlan",
    "FaultSwitches",
    "Faults",
    "LogEntry",
    "Mode",
    "Reach",
    "Recipient",
    "Sandbox",
    "SandboxClock",
    "SandboxOptions",
    "SandboxRequest",
    "SandboxResponse",
    "Schedule",
    "WhyError",
    "create_app",
    "local_sandbox",
    "profiles_at_edges",
    "running",
    "serve",
]

_HOMES = {
    "FAULTS": "faults",
    "MODES": "core",
    "SANDBOX_KEY": "core",
    "ActivityEntry": "journal",
    "Fault": "faults",
    "FaultPlan": "faults",
    "FaultSwitches": "switches",
    "Faults": "faults",
    "LogEntry": "journal",
    "Mode": "core",
    "Reach": "reach",
    "Recipient": "reach",
    "Sandbox": "core",
    "SandboxClock": "clock",
    "SandboxOptions": "options",
    "SandboxRequest": "exchange",
    "SandboxResponse": "exchange",
    "Schedule": "workspace",
    "WhyError": "reach",
    "create_app": "app",
    "local_sandbox": "local",
    "profiles_at_edges": "edges",
    "running": "server",
    "serve": "server",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
