"""How a command gets at Braze: the key from the environment, the timeouts, and the sandbox in Braze's place."""

import os
from typing import TYPE_CHECKING, Any

from ..diagnostics import CODES, ConfigurationError
from .console import KEY_VARIABLE

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox

__all__ = ["access"]


def access(base_url: str | None, timeout: float | None, sandbox: "Sandbox | None") -> dict[str, Any]:
    """The arguments of a client of `sender`, for an endpoint or a sandbox in this process.

    `timeout` is how long to wait for an answer, in seconds. Raises ConfigurationError where there is no key.
    """
    from ..sender.exchange import Timeouts

    timeouts = None
    if timeout is not None:
        defaults = Timeouts(read=timeout)
        timeouts = Timeouts(
            connect=min(timeout, defaults.connect), write=min(timeout, defaults.write), read=timeout, answer=2 * timeout
        )
    if base_url is None:
        from ..sandbox.core import SANDBOX_KEY
        from ..sandbox.transport import transport

        assert sandbox is not None
        # No such host exists, and the transport would not reach it if it did.
        return {"api_key": SANDBOX_KEY, "endpoint": "https://sandbox.invalid", "transport": transport(sandbox)}
    key = os.environ.get(KEY_VARIABLE)
    if not key:
        raise ConfigurationError(
            CODES["api-key"],
            f"there is no API key in `{KEY_VARIABLE}`",
            help=f"set {KEY_VARIABLE} in the environment; `--sandbox` needs none",
        )
    return {"api_key": key, "endpoint": base_url, "timeout": timeouts}
