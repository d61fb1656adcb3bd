"""Endpoints, settings, and what the clients make of transports that are handed in."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audience_dsl.braze_api import INSTANCES
from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sender import AsyncClient, Client, RetryPolicy, Timeouts
from audience_dsl.sender.address import resolve_endpoint
from audience_dsl.sender.http import httpx

from .sending import KEY, REQUEST


@pytest.mark.parametrize(("name", "url"), INSTANCES.items())
def test_instances(name: str, url: str) -> None:
    assert resolve_endpoint(name) == resolve_endpoint(name.lower()) == resolve_endpoint(url) == url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://rest.iad-01.braze.com/", "https://rest.iad-01.braze.com"),
        ("https://rest.new-77.braze.com:8443", "https://rest.new-77.braze.com:8443"),
        ("HTTPS://Rest.Example.com", "https://rest.example.com"),
        ("https://rest.iad-01.braze.com.:443/", "https://rest.iad-01.braze.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_urls(given: str, url: str) -> None:
    assert resolve_endpoint(given) == url
    httpx.Request("POST", url + "/campaigns/trigger/send")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "no endpoint"),
        (None, "no endpoint"),
        ("US-09", "no instance `US-09`"),
        ("US1", "no instance `US1`"),
        ("rest.iad-01.braze.com", "neither an instance"),
        ("http://rest.iad-01.braze.com", "show the key"),
        ("http://127.0.0.1.example.com", "show the key"),
        ("http://0.0.0.0", "show the key"),
        ("http://localhost@example.com", "show the key"),
        ("http://user@localhost", "user or password"),
        ("https://:secret@example.com", "user or password"),
        ("https://example.com/campaigns", "a path"),
        ("https://example.com//", "a path"),
        ("https://example.com?a", "a path"),
        ("https://example.com?", "a path"),
        ("https://example.com#f", "a path"),
        ("https://example.com#", "a path"),
        ("https://", "cannot be read"),
        ("https://:443", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("https://a:99999", "cannot be read"),
        ("https://a:b", "cannot be read"),
        ("https://ex%41mple.com", "host name"),
        ("https://a..b", "host name"),
        ("https://exa mple.com", "a character"),
        ("https://example.com\n", "a character"),
        ("https://example.com\\@evil.com", "a character"),
        ("https://brаze.com", "a character"),
        ("ftp://example.com", "no https URL"),
        ("://example.com", "cannot be read"),
    ],
)
def test_endpoints_that_cannot_be_used(given: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        resolve_endpoint(given)
    assert caught.value.code == "AUD801"


def test_the_nearest_instance() -> None:
    with pytest.raises(ConfigurationError, match="did you mean `EU-0"):
        resolve_endpoint("EU01")


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan"), True, "3", None])
def test_timeouts(value: Any) -> None:
    for name in ("connect", "write", "read", "answer"):
        with pytest.raises(ConfigurationError, match=f"timeout `{name}`"):
            Timeouts(**{name: value})


def test_a_transport_of_the_other_kind() -> None:
    wrong: Any = httpx.AsyncHTTPTransport()
    with pytest.raises(ConfigurationError, match="`handle_request`"):
        Client(api_key=KEY, endpoint="US-01", transport=wrong)
    wrong = httpx.HTTPTransport()
    with pytest.raises(ConfigurationError, match="`handle_async_request`"):
        AsyncClient(api_key=KEY, endpoint="US-01", transport=wrong)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timeout": 5}, "`timeout` is a Timeouts, not of the type int"),
        ({"quota": 5}, "`quota` is a RetryQuota"),
        ({"pacer": "1/8"}, "`pacer` is a Pacer"),
        ({"retry": 3}, "`retry` has no `decide`"),
        ({"retry": None}, "`retry` has no `decide`"),
        ({"retry": RetryPolicy}, "`retry` has no `decide`"),
    ],
)
def test_a_setting_of_another_kind(wrong: dict[str, Any], words: str) -> None:
    """Some would be used first when the request has left, and then it is late for an error."""
    for kind in (Client, AsyncClient):
        with pytest.raises(ConfigurationError, match=words):
            kind(api_key=KEY, endpoint="US-01", **wrong)


def test_clock_and_timeouts_are_those_handed_in() -> None:
    instants = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(2)]
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"message": "success"})

    clock = iter(instants)
    with Client(
        api_key=KEY,
        endpoint="US-01",
        transport=httpx.MockTransport(handle),
        clock=lambda: next(clock),
        timeout=Timeouts(connect=1, write=2, read=3),
    ) as client:
        receipt = client.send(REQUEST)
    assert receipt.outcome == "accepted"
    assert [receipt.sent_at, receipt.finished_at] == instants
    assert receipt.to_dict()["sent_at"] == "2026-01-01T00:00:00+00:00"
    assert seen[0].extensions["timeout"] == {"connect": 1, "pool": 1, "write": 2, "read": 3}
    assert str(seen[0].url) == "https://rest.iad-01.braze.com/campaigns/trigger/send"


NOT_SENT: list[type[Exception]] = [
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
]
UNKNOWN: list[type[Exception]] = [
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.CloseError,
]
UNKNOWN += [httpx.RemoteProtocolError, httpx.LocalProtocolError, httpx.DecodingError, RuntimeError, ExceptionGroup]


@pytest.mark.parametrize("kind", NOT_SENT + UNKNOWN)
def test_exceptions_of_transports_without_a_trace(kind: type[Exception]) -> None:
    error = kind("x", [ValueError()]) if kind is ExceptionGroup else kind("x")

    def handle(_request: httpx.Request) -> httpx.Response:
        raise error

    expected = "not_sent" if kind in NOT_SENT else "unknown"
    with Client(api_key=KEY, endpoint="US-01", transport=httpx.MockTransport(handle)) as client:
        assert client.send(REQUEST).outcome == expected

    async def run() -> str:
        async with AsyncClient(api_key=KEY, endpoint="US-01", transport=httpx.MockTransport(handle)) as client:
            return (await client.send(REQUEST)).outcome

    assert asyncio.run(run()) == expected


def test_a_connect_error_after_writing_began_is_unknown() -> None:
    class Retrying(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.extensions["trace"]("http11.send_request_headers.started", {"request": request})
            raise httpx.ConnectError("the second connection failed")

    with Client(api_key=KEY, endpoint="US-01", transport=Retrying()) as client:
        assert client.send(REQUEST).outcome == "unknown"


class Breaking(httpx.SyncByteStream):
    def __iter__(self) -> Any:
        yield b'{"message":"success"}'

    def close(self) -> None:
        raise httpx.CloseError("while closing")


def test_an_error_while_closing_changes_nothing() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(201, stream=Breaking()))
    with Client(api_key=KEY, endpoint="US-01", transport=transport) as client:
        assert client.send(REQUEST).outcome == "accepted"


def test_an_informational_response_is_none() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(103, json={"message": "success"}))
    with Client(api_key=KEY, endpoint="US-01", transport=transport) as client:
        receipt = client.send(REQUEST)
    assert (receipt.outcome, receipt.http_status) == ("unknown", 103)


def test_the_base_url() -> None:
    with Client(api_key=KEY, endpoint="eu-02") as client:
        assert client.base_url == INSTANCES["EU-02"]


def test_misuse_is_raised() -> None:
    not_checked: Any = {"campaign_id": "c"}
    client = Client(api_key=KEY, endpoint="US-01")
    with pytest.raises(TypeError, match="build_request"):
        client.send(not_checked)
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.send(REQUEST)


@pytest.mark.parametrize("proxy", ["socks9://proxy:1", "http://user:password@proxy:port", "socks5://proxy:1080"])
def test_a_proxy_that_cannot_be_used(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(ConfigurationError, match="proxy") as caught:
        Client(api_key=KEY, endpoint="US-01")
    assert proxy not in str(caught.value)
    Client(api_key=KEY, endpoint="US-01", environment_proxies=False).close()


def test_no_proxy_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks9://proxy:1")
    monkeypatch.setenv("NO_PROXY", ".braze.com")
    monkeypatch.setenv("no_proxy", ".braze.com")
    Client(api_key=KEY, endpoint="US-01").close()
