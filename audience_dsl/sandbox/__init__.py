"""A local Braze: the same checks, answers and late failures, without an account and without a message.

`Sandbox` is the pure core, and `local_sandbox` gives it this machine's clock and randomness.
`sandbox.transport.transport` puts it under an httpx client of the same process; `running` and `serve` put it
on a loopback port (extra `[sandbox]`).

Names are imported when they are first used, so that the core needs neither httpx nor Starlette.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core import MODES, SANDBOX_KEY, Mode, Sandbox
    from .exchange import SandboxRequest, SandboxResponse
    from .faults import FAULTS, Fault, FaultPlan, Faults
    from .journal import ActivityEntry, LogEntry
    from .local import local_sandbox
    from .reach import Reach, Recipient, WhyError
    from .server import create_app, running, serve

__all__ = [
    "FAULTS",
    "MODES",
    "SANDBOX_KEY",
    "ActivityEntry",
    "Fault",
    "FaultPlan",
    "Faults",
    "LogEntry",
    "Mode",
    "Reach",
    "Recipient",
    "Sandbox",
    "SandboxRequest",
    "SandboxResponse",
    "WhyError",
    "create_app",
    "local_sandbox",
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
    "Faults": "faults",
    "LogEntry": "journal",
    "Mode": "core",
    "Reach": "reach",
    "Recipient": "reach",
    "Sandbox": "core",
    "SandboxRequest": "exchange",
    "SandboxResponse": "exchange",
    "WhyError": "reach",
    "create_app": "server",
    "local_sandbox": "local",
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
