"""Every fault of the network has the outcome of the table, after exactly one attempt."""

import asyncio
import json
import logging
import signal
import threading
import time

import pytest

from audience_dsl.sender import AsyncClient, Client, build_request

from .fault_server import FaultServer, answering, closed_port
from .sending import CLIENTS, IMPATIENT, KEY, PATIENT, REQUEST, Send

BRAZE_ERROR = b'{"message":"Something went wrong","errors":[{"type":"x"}]}'
HTML = b"<html>no</html>"

FAULTS = {
    # fault: (outcome, HTTP status)
    "close-before-read": ("unknown", None),
    "reset-before-read": ("unknown", None),
    "stall-before-read": ("unknown", None),
    "close-within-head": ("unknown", None),
    "reset-within-body": ("unknown", None),
    "close-after-read": ("unknown", None),
    "reset-after-read": ("unknown", None),
    "stall-after-read": ("unknown", None),
    "close-within-status": ("unknown", None),
    "close-within-headers": ("unknown", None),
    "stall-after-headers": ("unknown", 201),
    "close-within-answer": ("unknown", 201),
    "reset-within-answer": ("unknown", 201),
    "short-length": ("unknown", 201),
    "not-http": ("unknown", None),
    "status-of-letters": ("unknown", None),
    "no-answer-but-1xx": ("unknown", None),
    "switching-protocols": ("unknown", None),
    "chunked-rubbish": ("unknown", 201),
    "not-gzip": ("unknown", 201),
    "foreign-encoding": ("unknown", 201),
    "gzip-bomb": ("unknown", 201),
    "gzip": ("accepted", 201),
    "not-json": ("unknown", 201),
    "json-bomb": ("unknown", 201),
    "empty-answer": ("unknown", 201),
    "body-without-end": ("unknown", 201),
    "slow-body": ("unknown", 201),
    "echo-key": ("rejected", 401),
}
# Those that end by a timeout of ours.
STALLS = ("stall-before-read", "stall-after-read", "stall-after-headers", "no-answer-but-1xx", "slow-body")
ANSWERS = [
    ("200 OK", b'{"message":"success"}', "accepted"),
    ("201 Created", b'{"message":"success","errors":["one"]}', "accepted"),
    ("202 Accepted", b'{"message":"queued"}', "accepted"),
    ("201 Created", b'{"message":"other"}', "unknown"),
    ("201 Created", b'["success"]', "unknown"),
    ("204 No Content", b"", "unknown"),
    ("301 Moved", b"", "unknown"),
    ("307 Temporary Redirect", b'{"message":"success"}', "unknown"),
    ("400 Bad Request", BRAZE_ERROR, "rejected"),
    ("400 Bad Request", HTML, "rejected"),
    ("403 Forbidden", b"", "rejected"),
    ("404 Not Found", b'{"message":"Invalid URL"}', "rejected"),
    ("413 Too Large", HTML, "rejected"),
    ("429 Too Many", b'{"message":"Rate Limited"}', "rate_limited"),
    ("429 Too Many", HTML, "rate_limited"),
    ("500 Internal Server Error", BRAZE_ERROR, "rejected"),
    ("500 Internal Server Error", HTML, "unknown"),
    ("502 Bad Gateway", BRAZE_ERROR, "unknown"),
    ("503 Service Unavailable", BRAZE_ERROR, "rejected"),
    ("503 Service Unavailable", HTML, "unknown"),
    ("504 Gateway Timeout", BRAZE_ERROR, "unknown"),
    ("599 Odd", BRAZE_ERROR, "rejected"),
    ("700 Odder", BRAZE_ERROR, "unknown"),
]

both = pytest.mark.parametrize("send", CLIENTS.values(), ids=CLIENTS)


@both
@pytest.mark.parametrize("fault", FAULTS)
def test_fault(send: Send, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), FaultServer(fault) as server:
        receipt = send(server.url, timeout=IMPATIENT if fault in STALLS else PATIENT)
    assert (receipt.outcome, receipt.http_status) == FAULTS[fault], receipt.reason
    assert server.connections == 1
    assert receipt.digest == REQUEST.digest
    assert json.loads(json.dumps(receipt.to_dict(), allow_nan=False))["outcome"] == receipt.outcome
    assert "httpcore" in caplog.text
    assert KEY not in repr(receipt) + json.dumps(receipt.to_dict()) + caplog.text


@both
@pytest.mark.parametrize(("status", "body", "outcome"), ANSWERS, ids=lambda value: str(value)[:30])
def test_answer(send: Send, status: str, body: bytes, outcome: str) -> None:
    with FaultServer(answering(status, body, "Location: /elsewhere")) as server:
        receipt = send(server.url)
    assert (receipt.outcome, receipt.http_status) == (outcome, int(status[:3])), receipt.reason
    assert (server.connections, len(server.requests)) == (1, 1)


@both
@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many"])
def test_a_4xx_stands_though_its_body_breaks_off(send: Send, status: str) -> None:
    with FaultServer(answering(status, BRAZE_ERROR[:9], length=99)) as server:
        receipt = send(server.url)
    assert receipt.outcome == ("rate_limited" if status.startswith("429") else "rejected")
    assert "broke off" in receipt.reason


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
        assert send(url).outcome == "not_sent"


@both
def test_never_accepted(send: Send) -> None:
    # The kernel takes the bytes before the server does, so nobody knows.
    with FaultServer("stall-after-read", accepts=False) as server:
        assert send(server.url, timeout=IMPATIENT).outcome == "unknown"


@both
@pytest.mark.parametrize("fault", ["plain-http", "tls-without-certificate", "stall-before-read", "close-before-read"])
def test_no_tls(send: Send, fault: str) -> None:
    with FaultServer(fault, scheme="https") as server:
        receipt = send(server.url, timeout=IMPATIENT)
    assert receipt.outcome == "not_sent", receipt.reason
    assert (server.connections, server.requests) == (1, [])


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
    assert receipt.outcome == "not_sent", receipt.reason
    assert proxy.requests[0].startswith(b"CONNECT rest.example.invalid:443")
    assert KEY.encode() not in proxy.requests[0]


@both
@pytest.mark.parametrize("fault", ["close-after-read", "stall-after-read", "not-http"])
def test_the_proxy_fails_before_the_tunnel(send: Send, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(fault) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        assert send("https://rest.example.invalid", timeout=IMPATIENT).outcome == "not_sent"


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
