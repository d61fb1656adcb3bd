"""What carries requests: httpx's transports, without what `httpx.Client` adds to them."""

import contextlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..diagnostics import CODES, ConfigurationError
from .exchange import Exchange
from .http import httpx

__all__ = ["USER_AGENT", "AsyncTransport", "Transport", "carry", "made_transport", "strip"]


class Transport(Protocol):
    """What carries a request: an `httpx.BaseTransport`, or anything of its shape."""

    def handle_request(self, request: Any, /) -> Any: ...

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """What carries a request: an `httpx.AsyncBaseTransport`, or anything of its shape."""

    async def handle_async_request(self, request: Any, /) -> Any: ...

    async def aclose(self) -> None: ...


def strip(stop: BaseException) -> None:
    """Take an interruption's traceback into the HTTP library away: variables there hold the key."""
    stop.__traceback__ = stop.__cause__ = stop.__context__ = None


def carry(exchange: Exchange, transport: Transport, trace: Callable[..., Any] | None = None) -> Exception | None:
    """Send the request of an exchange, and hand it what comes back; the error where no status line came.

    KeyboardInterrupt and its like pass through, stripped.
    """
    try:
        return _carried(exchange, transport, trace)
    except BaseException as stop:
        strip(stop)
        raise stop from None


def _carried(exchange: Exchange, transport: Transport, trace: Callable[..., Any] | None) -> Exception | None:
    outgoing = exchange.outgoing(trace)
    try:
        response = transport.handle_request(outgoing)
    except Exception as error:
        return error
    try:
        if exchange.answered(response.status_code, response.headers):
            for chunk in response.stream:
                if not exchange.take(chunk):
                    break
    except Exception as error:
        exchange.broke_off(error)
    finally:
        with contextlib.suppress(Exception):
            response.close()
    return None


def made_transport(kind: Any, base_url: str, environment_proxies: bool) -> Any:
    """A transport that keeps no connection, through the environment's proxy if there is one for it."""
    proxy = _proxy_url(base_url) if environment_proxies else None
    with contextlib.suppress(ValueError, ImportError, httpx.InvalidURL):
        return kind(
            limits=httpx.Limits(max_keepalive_connections=0),
            proxy=httpx.Proxy(proxy) if proxy else None,
        )
    # Not raised from the error, which repeats the proxy's URL, and with it perhaps a password.
    raise ConfigurationError(
        CODES["settings"],
        "the proxy that the environment names cannot be used",
        help="check HTTPS_PROXY and ALL_PROXY, or pass `environment_proxies=False`",
    )


def _proxy_url(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    proxies = getproxies() if parts.scheme.lower() == "https" else {}
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _version() -> str:
    try:
        return version("audience-dsl")
    except PackageNotFoundError:
        return "unknown"


USER_AGENT: Final = f"audience-dsl/{_version()}"
