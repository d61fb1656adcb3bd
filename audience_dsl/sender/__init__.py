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
    from .limits import NO_LIMITS, Booking, LimitStore, RateLimits
    from .outcome import OUTCOMES, Judgement, RateLimit, Receipt, classify_response
    from .pacing import Pacer
    from .recording import Claim, Ledger
    from .requests import Request, build_request, check_recipient, check_request, endpoint_for, request_schema
    from .retrying import NO_RETRY, Retries, RetryPolicy, RetryQuota, Stop, Wait
    from .secret import Secret
    from .workspace import Workspace

__all__ = [
    "NO_LIMITS",
    "NO_RETRY",
    "OUTCOMES",
    "AsyncClient",
    "Booking",
    "Claim",
    "Client",
    "Judgement",
    "Ledger",
    "LimitStore",
    "Pacer",
    "RateLimit",
    "RateLimits",
    "Receipt",
    "Request",
    "Retries",
    "RetryPolicy",
    "RetryQuota",
    "Secret",
    "Stop",
    "Timeouts",
    "Wait",
    "Workspace",
    "build_request",
    "check_recipient",
    "check_request",
    "classify_response",
    "endpoint_for",
    "request_schema",
]

_HOME = {
    "client": ("AsyncClient", "Client"),
    "exchange": ("Timeouts",),
    "limits": ("NO_LIMITS", "Booking", "LimitStore", "RateLimits"),
    "outcome": ("OUTCOMES", "Judgement", "RateLimit", "Receipt", "classify_response"),
    "pacing": ("Pacer",),
    "recording": ("Claim", "Ledger"),
    "requests": ("Request", "build_request", "check_recipient", "check_request", "endpoint_for", "request_schema"),
    "retrying": ("NO_RETRY", "Retries", "RetryPolicy", "RetryQuota", "Stop", "Wait"),
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
