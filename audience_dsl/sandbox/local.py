"""A sandbox on this machine's clock and randomness: what the pure core is not allowed to reach for."""

import secrets
import time
from typing import Unpack

from .core import Sandbox
from .options import SandboxOptions

__all__ = ["local_sandbox"]


def local_sandbox(**options: Unpack[SandboxOptions]) -> Sandbox:
    """A `Sandbox` on the system's clock, with ids that differ by run. Arguments and errors as there."""
    return Sandbox(clock=time.time, seed=secrets.randbits(128), **options)
