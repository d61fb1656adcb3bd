"""Every fault of the network has the outcome, and the number of requests, of the table."""

import asyncio
import json
import logging
import signal
import threading
import time

import pytest

from audience_dsl.sender import NO_RETRY, OUTCOMES, AsyncClient, Client, Timeouts, build_request

from .fault_server import FaultServer, answering, closed_port
from .fault_table import TABLE, Row
from .sending import CLIENTS, IMPATIENT, KEY, PATIENT, REQUEST, Send

both = pytest.mark.parametrize("send", CLIENTS.values(), ids=CLIENTS)
# A connection that stalls is waited for several times, so not for long.
HASTY = Timeouts(connect=0.3, write=1, read=1, answer=1)


@both
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.phase}: {row.name}")
def test_fault(send: Send, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), FaultServer(row.behaviour, scheme=row.scheme) as server:
        receipt = send(server.url, timeout=HASTY if row.stalls else PATIENT)
    assert (receipt.outcome, receipt.http_status) == (row.outcome, row.status), receipt.reason
    assert (receipt.attempts, server.connections, len(server.requests)) == (row.attempts, row.attempts, row.requests)
    assert receipt.digest == REQUEST.digest
    assert json.loads(json.dumps(receipt.to_dict(), allow_nan=False))["outcome"] == receipt.outcome
    assert "httpcore" in caplog.text
    assert KEY not in repr(receipt) + json.dumps(receipt.to_dict()) + caplog.text


def test_what_is_unknown_or_accepted_is_never_sent_again() -> None:
    assert all(row.attempts == 1 for row in TABLE if row.outcome in ("accepted", "unknown"))
    assert {row.outcome for row in TABLE} == set(OUTCOMES)


@both
@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many"])
def test_a_4xx_stands_though_its_body_breaks_off(send: Send, status: str) -> None:
    with FaultServer(answering(status, b'{"message', length=99)) as server:
        assert "broke off" in send(server.url).reason


@both
def test_what_goes_over_the_wire(send: Send) -> None:
    with FaultServer(answering("201 Created")) as server:
        receipt = send(server.url)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    assert lines[0] == "POST /campaigns/trigger/send HTTP/1.1"
    assert fields["authorization"] == f"Bearer {KEY}"
    assert fields["content-type"] == "application/json"
    assert fields["connection"] == "close"
    assert fields["user-agent"].startswith("audience-dsl/")
    assert "cookie" not in fields
    assert body == REQUEST.body
    assert receipt.dispatch_id == "0123456789abcdef0123456789abcdef"
    assert receipt.sent_at <= receipt.finished_at


@both
def test_nobody_listens(send: Send) -> None:
    with closed_port() as url:
        receipt = send(url)
    assert (receipt.outcome, receipt.attempts) == ("not_sent", 5)
    assert "that was the last of 5 attempts" in receipt.reason


@both
def test_somebody_listens_later(send: Send) -> None:
    with FaultServer(answering("201 Created"), is_open=False) as server:
        receipt = send(server.url, sleep=lambda seconds: server.open())
    assert (receipt.outcome, receipt.attempts) == ("accepted", 2)
    assert (server.connections, len(server.requests)) == (1, 1)


@both
def test_never_accepted(send: Send) -> None:
    # The kernel takes the bytes before the server does, so nobody knows.
    with FaultServer("stall-after-read", accepts=False) as server:
        assert send(server.url, timeout=IMPATIENT).outcome == "unknown"


@both
def test_the_server_does_not_read(send: Send) -> None:
    long = {"external_user_id": "u", "attributes": {"a": "x" * 3_900_000}}
    with FaultServer("stall-before-read") as server:
        receipt = send(server.url, build_request({"campaign_id": "c", "recipients": [long]}), timeout=IMPATIENT)
    assert receipt.outcome == "unknown"
    assert "written" in receipt.reason


@both
def test_the_proxy_refuses(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(answering("407 Proxy Authentication Required", b"")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        receipt = send("https://rest.example.invalid")
    assert (receipt.outcome, receipt.attempts) == ("not_sent", 5), receipt.reason
    assert proxy.requests[0].startswith(b"CONNECT rest.example.invalid:443")
    assert KEY.encode() not in proxy.requests[0]


@both
@pytest.mark.parametrize("fault", ["close-after-read", "stall-after-read", "not-http"])
def test_the_proxy_fails_before_the_tunnel(send: Send, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(fault) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        assert send("https://rest.example.invalid", timeout=IMPATIENT, retry=NO_RETRY).outcome == "not_sent"


@both
def test_http_to_loopback_goes_past_the_proxy(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer("close-after-read") as proxy, FaultServer(answering("201 Created")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        assert send(server.url).outcome == "accepted"
    assert proxy.connections == 0


def test_each_send_has_its_own_connection() -> None:
    with (
        FaultServer(answering("201 Created")) as server,
        Client(api_key=KEY, endpoint=server.url, timeout=PATIENT) as client,
    ):
        assert [client.send(REQUEST).outcome for _ in range(3)] == ["accepted"] * 3
    assert server.connections == 3


def test_cancellation_passes_through() -> None:
    async def run(url: str) -> None:
        async with AsyncClient(api_key=KEY, endpoint=url) as client, asyncio.timeout(1):
            await client.send(REQUEST)

    with FaultServer("stall-after-read") as server:
        with pytest.raises(TimeoutError) as caught:
            asyncio.run(run(server.url))
        assert len(server.requests) == 1
    error: BaseException | None = caught.value
    while error is not None:
        assert not _frames_with_the_key(error)
        error = error.__context__


def test_an_interrupt_passes_through_without_the_key() -> None:
    def interrupt() -> None:
        while not server.requests:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with FaultServer("stall-after-read") as server, Client(api_key=KEY, endpoint=server.url) as client:
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client.send(REQUEST)
        thread.join()
    assert caught.value.__context__ is None
    assert not _frames_with_the_key(caught.value)


def _frames_with_the_key(error: BaseException) -> list[str]:
    found = []
    traceback = error.__traceback__
    while traceback is not None:
        # The tests' own frames have the key as a global, not as a variable.
        if KEY in repr(traceback.tb_frame.f_locals):
            found.append(traceback.tb_frame.f_code.co_qualname)
        traceback = traceback.tb_next
    return found
