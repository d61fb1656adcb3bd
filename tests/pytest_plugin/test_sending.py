"""The ways in: clients on the transport, which wait in no time, and the settings of the next requests."""

from datetime import UTC, datetime

import anyio
import httpx
import pytest

from audience_dsl import ConfigurationError
from audience_dsl.sender import NO_RETRY, build_request

from .support import NOW, SEND, braze, to

REQUEST = build_request(to("ana"))


def test_a_client_waits_by_the_clock_of_the_sandbox() -> None:
    made = braze()
    made.fail_next("429", "no-connection", "delay")
    with made.client() as client:
        receipt = client.send(REQUEST)
    assert receipt.outcome == "accepted"
    assert receipt.attempts == 3
    assert made.clock() > NOW + 1
    made.assert_sent("ana")


def test_an_asynchronous_client() -> None:
    made = braze()
    made.fail_next("429", "delay")

    async def send() -> str:
        async with made.async_client() as client:
            return (await client.send(REQUEST)).outcome

    assert anyio.run(send) == "accepted"
    made.assert_sent("ana")


def test_settings_of_a_client_can_be_others() -> None:
    made = braze()
    with made.client(api_key="another-key") as client:
        assert client.send(REQUEST).outcome == "rejected"
    made.assert_nothing_sent()


def test_httpx_on_the_transport() -> None:
    made = braze()
    key = {"Authorization": f"Bearer {made.api_key}"}
    with httpx.Client(transport=made.transport, base_url=made.base_url, headers=key) as client:
        assert client.post(SEND, json=to("ana")).status_code == 201
    made.assert_sent("ana")


def test_the_base_url_leads_nowhere() -> None:
    assert httpx.URL(braze().base_url).host.endswith(".invalid")


def test_the_clock_can_be_turned() -> None:
    made = braze(enforce_limits=True, limits={"requests": 1})
    with made.client(retry=NO_RETRY) as client:
        client.send(REQUEST)
        assert client.send(REQUEST).outcome == "rate_limited"
        made.clock.advance(3600)
        client.send(REQUEST)
    made.assert_sent("ana", times=2)
    assert datetime.fromtimestamp(made.requests[-1].at, UTC).hour == 11


def test_an_unknown_fault() -> None:
    with pytest.raises(ConfigurationError, match="lost-answer"):
        braze().fail_next("lost-anser")


def test_what_is_accepted_and_fails_later_is_in_the_activity() -> None:
    from .support import INVALID, broadcast, post

    made = braze()
    post(made, broadcast(audience=INVALID))
    assert [entry.number for entry in made.activity] == [1]
    assert made.sandbox.activity == made.activity
