"""How a command gets at Braze: endpoint, key and timeouts, or the sandbox in Braze's place."""

from typing import TYPE_CHECKING, Any

from .environment import Target

if TYPE_CHECKING:
    from ..sandbox.core import Sandbox

__all__ = ["access"]


def access(target: Target, timeout: float | None, sandbox: "Sandbox | None") -> dict[str, Any]:
    """The arguments of a client of `sender`, for a target, or for a sandbox in this process.

    `timeout` is how long to wait for an answer, in seconds. Raises ConfigurationError where there is no key.
    """
    from ..sender.exchange import Timeouts

    timeouts = None
    if timeout is not None:
        defaults = Timeouts(read=timeout)
        timeouts = Timeouts(
            connect=min(timeout, defaults.connect), write=min(timeout, defaults.write), read=timeout, answer=2 * timeout
        )
    if target.base_url is None:
        from ..sandbox.core import SANDBOX_KEY
        from ..sandbox.transport import transport

        assert sandbox is not None
        # No such host exists, and the transport would not reach it if it did.
        return {"api_key": SANDBOX_KEY, "endpoint": "https://sandbox.invalid", "transport": transport(sandbox)}
    return {"api_key": target.secret(), "endpoint": target.base_url, "timeout": timeouts}
