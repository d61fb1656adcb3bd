"""Where requests go: an instance of Braze by name, or a URL."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from ..braze_api import INSTANCES
from ..diagnostics import CODES, ConfigurationError, did_you_mean
from .secret import Secret

__all__ = ["is_loopback", "resolve_endpoint", "split_url"]

# A name in ASCII, or an IPv6 address.
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")
# Only what is as short as an instance's name is quoted back: anything longer may be a key in the wrong place.
_QUOTED_AT_MOST = 12
_PORTS = {"https": 443, "http": 80}
_WAY = "name an instance, such as `US-01`, or give its REST endpoint, such as `https://rest.iad-01.braze.com`"


def resolve_endpoint(endpoint: str, secret: Secret | None = None) -> str:
    """The base URL, without a slash at its end, for an instance's name (in any case) or a URL.

    However a URL is written, one server has one base URL: by it a ledger knows its place, and an environment its own.
    Raises ConfigurationError for an unknown instance; a scheme other than https, except http to a loopback
    host; and for a URL with user, path, query or fragment. `secret` is never shown in the message.
    """
    if not isinstance(endpoint, str) or not endpoint:
        raise _refused("no endpoint is given", _WAY)
    url = INSTANCES.get(endpoint.upper())
    if url is not None:
        return url
    if "://" not in endpoint:
        raise _refused(*_no_instance(endpoint, secret))
    parts = split_url(endpoint)
    fault = _fault(endpoint, parts)
    if fault is not None:
        raise _refused(*fault)
    assert parts is not None
    return _canonical(parts)


def _no_instance(name: str, secret: Secret | None) -> tuple[str, str]:
    shown = secret.scrub(name) if secret else name
    if shown != name or len(name) > _QUOTED_AT_MOST or not name.isprintable():
        return "the endpoint is neither an instance of Braze nor a URL", _WAY
    return f"there is no instance `{name}`", did_you_mean(name, INSTANCES, _WAY)


def _fault(url: str, parts: SplitResult | None) -> tuple[str, str] | None:
    """What is wrong with a URL and the way out; the URL itself may hold a password and is not repeated."""
    if not url.isascii() or any(character <= " " or character in "\\\x7f" for character in url):
        return "the endpoint has a character that no URL has", "write an international host name as `xn--…`"
    if parts is None or not parts.hostname:
        return "the endpoint is a URL that cannot be read", _WAY
    if not _HOST.fullmatch(parts.hostname):
        return "the endpoint has a host name that cannot be", _WAY
    if parts.scheme.lower() not in ("https", "http"):
        return "the endpoint is no https URL", _WAY
    if parts.scheme.lower() == "http" and not is_loopback(parts.hostname):
        return "http would show the key to the network", "use https; http is for a loopback host only"
    if parts.username is not None or parts.password is not None:
        return "the endpoint has a user or password in it", "give the key as `api_key`, and the bare URL here"
    if parts.path.strip("/") or parts.query or parts.fragment or url.endswith(("?", "#", "//")):
        return (
            "the endpoint has a path, a query or a fragment",
            "give the bare URL, without what follows the host",
        )
    return None


def _canonical(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL, of which port and host can be read; None where it has none that can."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """Whether the name or address is that of a machine for itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(message: str, help: str) -> ConfigurationError:
    return ConfigurationError(CODES["endpoint"], message, help=help)
