"""A connected audience, sent: requests with every documented rule checked, and the truth about each send.

    with Client(api_key=key, endpoint="EU-01") as client:
        receipt = client.send(build_request(body))

Knows nothing of the language. Names are imported when they are first used, so that checking a request does not
import the HTTP library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import AsyncClient, Client
    from .exchange import Timeouts
    from .outcome import OUTCOMES, RateLimit, Receipt, classify_response
    from .requests import Request, build_request, check_request, request_schema
    from .secret import Secret
    from .workspace import Workspace

__all__ = [
    "OUTCOMES",
    "AsyncClient",
    "Client",
    "RateLimit",
    "Receipt",
    "Request",
    "Secret",
    "Timeouts",
    "Workspace",
    "build_request",
    "check_request",
    "classify_response",
    "request_schema",
]

_HOME = {
    "client": ("AsyncClient", "Client"),
    "exchange": ("Timeouts",),
    "outcome": ("OUTCOMES", "RateLimit", "Receipt", "classify_response"),
    "requests": ("Request", "build_request", "check_request", "request_schema"),
    "secret": ("Secret",),
    "workspace": ("Workspace",),
}


def __getattr__(name: str) -> object:
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
