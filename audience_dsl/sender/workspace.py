"""Reads what a workspace says of its custom attributes: `GET /custom_attributes`, page after page.

All of it or nothing: half a list would look as if attributes had gone. Nothing is asked again by itself, no redirect
is followed, and the key goes to the configured host alone, wherever an answer says that the next page is.
"""

import json
import re
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from ..braze_api import ATTRIBUTES_PATH, ATTRIBUTES_PERMISSION, RATE_WINDOWS, STATUS_MEANINGS
from ..diagnostics import CODES, ConfigurationError, quoted
from .address import resolve_endpoint, split_url
from .exchange import Exchange, Timeouts
from .http import httpx
from .outcome import Judgement, classify_response
from .secret import Secret, check_key
from .transport import USER_AGENT, Transport, carry, made_transport

__all__ = ["PAGES_AT_MOST", "Workspace"]

# More cannot be asked for within an hour.
PAGES_AT_MOST: Final = RATE_WINDOWS["exports"].limit
_QUERY_AT_MOST: Final = 8_000
_LINK: Final = re.compile(r"<([^<>]*)>((?:\s*;[^,<>]*)*)")
_NEXT: Final = re.compile(r";\s*rel\s*=\s*\"?[^\";]*\bnext\b", re.IGNORECASE)
_NOTHING: Final = "nothing was read"


class Workspace:
    """Reads from one instance of Braze with one key. Arguments and their errors are as those of `Client`."""

    def __init__(
        self,
        *,
        api_key: str | Secret,
        endpoint: str,
        transport: Transport | None = None,
        timeout: Timeouts | None = None,
        environment_proxies: bool = True,
    ) -> None:
        self._secret = check_key(api_key)
        self._base_url = resolve_endpoint(endpoint, self._secret)
        self._timeouts = timeout or Timeouts()
        self._transport: Transport = transport or made_transport(
            httpx.HTTPTransport, self._base_url, environment_proxies
        )

    def __repr__(self) -> str:
        return f"<Workspace {self._base_url}>"

    def custom_attributes(self, *, progress: Callable[[int], None] | None = None) -> list[dict[str, Any]]:
        """The items of every page as Braze gives them. `progress` is told how many there are so far.

        Raises ConfigurationError where one page cannot be read.
        """
        items: list[dict[str, Any]] = []
        seen = {""}
        query: str | None = ""
        while query is not None:
            page, query = self._page(query)
            items += page
            if progress is not None:
                progress(len(items))
            if query is not None and query in seen:
                raise _error("the next page is said to be one that was read already", "tell Braze's support")
            if query is not None and len(seen) >= PAGES_AT_MOST:
                raise _error(
                    f"there are more than {PAGES_AT_MOST:,} pages", "tell us what the workspace has so many of"
                )
            seen.add(query or "")
        return items

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # --- One page ---

    def _page(self, query: str) -> tuple[list[dict[str, Any]], str | None]:
        """The items of a page, and the query of the next one."""
        url = self._base_url + ATTRIBUTES_PATH + (f"?{query}" if query else "")
        exchange = Exchange("GET", url, secret=self._secret, timeouts=self._timeouts, user_agent=USER_AGENT)
        error = carry(exchange, self._transport)
        if error is not None:
            raise _error(exchange.in_words(error), "check the network and the instance, then try again")
        body = exchange.decoded()
        judgement = classify_response(
            exchange.status, exchange.headers, body, fault=exchange.fault, scrub=self._secret.scrub
        )
        if not 200 <= exchange.status < 300:
            raise _refused(judgement)
        if body is None:
            raise _error(f"the server answered {exchange.status}, and its answer {exchange.fault}", "try again")
        items = self._items(body)
        if items is None:
            message = f"the server answered {exchange.status} without Braze's list of attributes"
            raise _error(message, "check the endpoint, and what stands between you and Braze")
        return items, self._next(url, exchange.headers.get("link", ""))

    def _items(self, body: bytes) -> list[dict[str, Any]] | None:
        try:
            # A server may repeat the key anywhere, and what is read here goes into a file.
            said = json.loads(self._secret.scrub(body.decode("utf-8")))
        except (ValueError, RecursionError):
            return None
        items = said.get("attributes") if isinstance(said, dict) else None
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            return None
        return items

    def _next(self, url: str, link: str) -> str | None:
        """The query of the next page, if the header names one."""
        target = next((match[1] for match in _LINK.finditer(link) if _NEXT.search(match[2])), None)
        if target is None:
            return None
        parts = split_url(urljoin(url, target.strip()))
        if parts is None or not parts.query or len(parts.query) > _QUERY_AT_MOST or not _is_plain(parts.query):
            raise _error("the address of the next page cannot be read", "tell Braze's support")
        if not self._is_ours(parts):
            shown = quoted(self._secret.scrub(parts.hostname or ""))
            message = f"the next page is said to be at {shown}, and the key goes to the configured host alone"
            raise _error(message, "check the endpoint, and what stands between you and Braze")
        return parts.query

    def _is_ours(self, parts: SplitResult) -> bool:
        own = urlsplit(self._base_url)
        port = own.port or (443 if own.scheme.lower() == "https" else 80)
        same_host = (parts.hostname or "").rstrip(".") == (own.hostname or "").rstrip(".")
        return same_host and parts.port in (None, port) and parts.path.rstrip("/") == ATTRIBUTES_PATH


def _is_plain(text: str) -> bool:
    return all("!" <= character <= "~" for character in text)


def _refused(answer: Judgement) -> ConfigurationError:
    status = answer.http_status or 0
    said = f", saying {quoted(' '.join(answer.message.split()))}" if answer.message else ""
    meaning, way = STATUS_MEANINGS.get(status, ("the request was refused", "see what it says"))
    if status in (401, 403):
        way = f"check the key, the instance, and that the key has the permission `{ATTRIBUTES_PERMISSION}`"
    elif status == 429:
        meaning = f"the rate limit is spent, which is {PAGES_AT_MOST:,} requests an hour"
        way = "try again after the reset" + _when(answer)
    elif 300 <= status < 400:
        meaning, way = "a redirect, which is not followed with a key", "check the endpoint"
    elif status >= 500:
        meaning = STATUS_MEANINGS.get(status, ("the server, or one before it, had an error of its own", ""))[0]
        way = "try again later"
    return _error(f"the server answered {status}{said}: {meaning}", way)


def _when(answer: Judgement) -> str:
    if answer.retry_after is not None:
        return f", in {answer.retry_after:g} seconds"
    limit = answer.rate_limit
    return f", at {limit.reset} seconds since 1970" if limit is not None and limit.reset is not None else ""


def _error(message: str, help: str) -> ConfigurationError:
    return ConfigurationError(CODES["workspace"], f"{message}; {_NOTHING}", help=help)
