"""The sandbox under clients: our own and httpx's, of both kinds, without a port."""

import asyncio
import logging
from typing import Any

import pytest

from audience_dsl.sandbox import SANDBOX_KEY, local_sandbox, running
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import AsyncClient, Client, Receipt, Request, build_request
from audience_dsl.sender.http import httpx

from .support import AUDIENCE, HOUR_ENDS, PATH, TO_AUDIENCE, TO_ONE, sandbox


def send(request: Request, *, key: str = SANDBOX_KEY, **settings: Any) -> Receipt:
    with Client(api_key=key, endpoint="US-01", transport=transport(sandbox(**settings))) as client:
        return client.send(request)


def test_the_client_takes_the_sandbox_for_braze() -> None:
    receipt = send(build_request(TO_ONE))
    assert (receipt.outcome, receipt.http_status, receipt.message) == ("accepted", 201, "success")
    assert receipt.dispatch_id is not None
    assert receipt.request_id is not None
    assert receipt.rate_limit is not None
    assert (receipt.rate_limit.limit, receipt.rate_limit.remaining) == (250_000, 249_999)
    assert str(receipt.rate_limit.reset) == HOUR_ENDS


def test_a_broadcasts_send_id_is_on_the_receipt() -> None:
    receipt = send(build_request(TO_AUDIENCE))
    assert receipt.send_id is not None


def test_what_the_client_takes_a_refusal_for() -> None:
    assert send(build_request(TO_ONE), campaigns=["other"]).outcome == "rejected"
    request = build_request({"campaign_id": "c-1", "audience": AUDIENCE}, audience_without_broadcast=True)
    assert send(request, audience_without_broadcast=True).outcome == "accepted"
    refused = send(request)
    assert (refused.outcome, refused.message) == ("rejected", "No Recipients")


def test_a_wrong_key_is_rejected_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receipt = send(build_request(TO_ONE), key="looks-like-a-real-key")
    assert (receipt.outcome, receipt.http_status) == ("rejected", 401)
    assert "looks-like-a-real-key" not in str(receipt.to_dict())
    assert "looks-like-a-real-key" not in caplog.text


def test_the_asynchronous_client() -> None:
    braze = sandbox()

    async def run() -> list[Receipt]:
        async with AsyncClient(api_key=SANDBOX_KEY, endpoint="EU-01", transport=transport(braze)) as client:
            return await asyncio.gather(*(client.send(build_request(TO_ONE)) for _ in range(20)))

    receipts = asyncio.run(run())
    assert {receipt.outcome for receipt in receipts} == {"accepted"}
    assert len({receipt.dispatch_id for receipt in receipts}) == 20
    assert len(braze.requests) == 20


def test_plain_httpx_clients() -> None:
    braze = sandbox()
    headers = {"Authorization": f"Bearer {SANDBOX_KEY}"}

    def stream() -> Any:
        yield b'{"campaign_id":"c-1",'
        yield b'"recipients":[{"external_user_id":"u-1"}]}'

    with httpx.Client(transport=transport(braze), base_url="https://rest.iad-01.braze.com") as client:
        assert client.post(PATH, json=TO_ONE, headers=headers).status_code == 201
        assert client.post(PATH + "?x=1", json=TO_ONE, headers=headers).status_code == 201
        assert client.get(PATH, headers=headers).json() == {"message": "Invalid URL"}
        typed = {**headers, "Content-Type": "application/json"}
        assert client.post(PATH, content=stream(), headers=typed).status_code == 201
        assert client.post("/é", json=TO_ONE, headers=headers).status_code == 404
    assert [entry.path for entry in braze.requests][-1] == "/%C3%A9"


def test_over_loopback_the_client_sees_the_same() -> None:
    request = build_request(TO_AUDIENCE)
    in_process = send(request)
    braze = sandbox()
    with running(braze) as url, Client(api_key=SANDBOX_KEY, endpoint=url) as client:
        over_a_socket = client.send(request)
        with Client(api_key="another-key", endpoint=url) as stranger:
            refused = stranger.send(request)
    told = {"outcome", "http_status", "dispatch_id", "send_id", "message", "rate_limit", "request_id", "digest"}
    ours, theirs = over_a_socket.to_dict(), in_process.to_dict()
    assert {key: ours[key] for key in told} == {key: theirs[key] for key in told}
    assert (refused.outcome, refused.http_status) == ("rejected", 401)
    assert [entry.body for entry in braze.requests] == [request.to_dict()] * 2


def test_the_asynchronous_client_over_loopback() -> None:
    async def run(url: str) -> Receipt:
        async with AsyncClient(api_key=SANDBOX_KEY, endpoint=url) as client:
            return await client.send(build_request(TO_ONE))

    with running(local_sandbox()) as url:
        assert asyncio.run(run(url)).outcome == "accepted"
