"""The API key appears nowhere: no representation, log, receipt, exception or echo of a server.

That no fault of the network shows it is held in `test_faults`.
"""

import base64
import copy
import html
import json
import logging
import pickle
import traceback
from typing import Any
from urllib.parse import quote

import pytest

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sender import Client, Secret
from audience_dsl.sender.http import httpx

from .fault_server import FaultServer, answering, saying
from .sending import KEY, PATIENT, REQUEST, send

AWKWARD = """q/3'a"<b>&+\\=%:z9"""


@pytest.mark.parametrize("key", [KEY, AWKWARD], ids=["usual", "awkward"])
def test_a_server_that_echoes_it_in_every_form(key: str, caplog: pytest.LogCaptureFixture) -> None:
    encoded = [base64.b64encode(("x" * n + key + "yz").encode()).decode() for n in range(3)]
    forms = [
        key,
        key.upper(),
        quote(key),
        quote(key, safe=""),
        quote(key, safe="").lower(),
        json.dumps(key),
        html.escape(key),
        repr(key),
        base64.b64encode(key.encode()).decode(),
        *encoded,
    ]
    body = json.dumps(
        {"message": " ".join(forms), "notice": {key: [key]}, "errors": [{"a": {key: forms}}], "send_id": key}
    )
    header = f"X-Request-Id: {key}"
    with (
        caplog.at_level(logging.DEBUG),
        FaultServer(answering("400 Bad", body.encode(), header, f"X-RateLimit-Reset: {key}")) as server,
        Client(api_key=key, endpoint=server.url, timeout=PATIENT) as client,
    ):
        receipt = client.send(REQUEST)
    assert receipt.message is not None
    assert receipt.http_status == 400
    kept = json.dumps(receipt.to_dict()) + repr(receipt) + caplog.text
    # The edges of a base64 text mix with the neighbours, so its inner part is what must be gone.
    inner = [text[4:-8] for text in encoded]
    assert not [form for form in (*forms[:-3], *inner) if form in kept]
    assert not [form for form in (*forms[:-3], *inner) if form in receipt.message]


def test_a_key_of_digits_as_a_number() -> None:
    key = "73501928461"
    with (
        FaultServer(answering("400 Bad", f'{{"message": {key}, "errors": [{key}, {key}.5]}}'.encode())) as server,
        Client(api_key=key, endpoint=server.url) as client,
    ):
        receipt = client.send(REQUEST)
    assert key not in repr(receipt)
    assert receipt.errors == ("[key]", "[key].5")


def test_short_keys_do_not_change_what_is_understood() -> None:
    with (
        FaultServer(answering("201 Created")) as server,
        Client(api_key="success", endpoint=server.url) as client,
    ):
        assert client.send(REQUEST).outcome == "accepted"


def test_the_server_repeats_it_where_a_status_line_should_be(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), FaultServer(saying(f"nope {KEY}\r\n\r\n".encode())) as server:
        receipt = send(server.url)
    assert "[key]" in receipt.reason
    assert KEY not in receipt.reason + caplog.text


def test_representations() -> None:
    secret = Secret(KEY)
    with Client(api_key=secret, endpoint="us-01") as client:
        shown = [f"{thing} {thing!r}" for thing in (secret, client, vars(client))]
        for value in vars(client).values():
            shown.append(repr(value))
            shown.append(repr(getattr(value, "__dict__", "")))
    assert not [text for text in shown if KEY in text]
    assert repr(client) == "<Client https://rest.iad-01.braze.com>"
    assert secret.reveal() == KEY
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            copied(secret)


@pytest.mark.parametrize("key", ["", " ", f"{KEY}\n", f"{KEY}\r\nX: y", f" {KEY}", f"{KEY}é", f"{KEY}\x00", "a b"])
def test_keys_that_no_header_can_carry(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Client(api_key=key, endpoint="US-01")
    assert caught.value.code == "AUD802"
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("key", "words"), [(None, "there is no API key, but None"), ("", "the API key is empty")])
def test_a_key_that_is_not_there(key: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        Client(api_key=key, endpoint="US-01")
    assert caught.value.help == "check that the variable or file that it is read from is set"


def test_a_key_that_is_no_text() -> None:
    no_text: Any = b"key"
    with pytest.raises(ConfigurationError, match="not bytes"):
        Client(api_key=no_text, endpoint="US-01")


@pytest.mark.parametrize("error", [httpx.ReadError, httpx.ConnectError, RuntimeError, RecursionError])
def test_a_transport_that_says_it_in_an_exception(error: type[Exception]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error(f"oh no: {request.headers['authorization']}")

    with Client(api_key=KEY, endpoint="US-01", transport=httpx.MockTransport(handle)) as client:
        receipt = client.send(REQUEST)
    assert receipt.outcome == ("not_sent" if error is httpx.ConnectError else "unknown")
    assert KEY not in repr(receipt)


@pytest.mark.parametrize(
    ("key", "endpoint"), [(KEY, KEY), (KEY, f"https://u:{KEY}@rest.iad-01.braze.com"), ("US-01", KEY)]
)
def test_a_key_in_the_wrong_place(key: str, endpoint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Client(api_key=key, endpoint=endpoint)
    assert KEY not in str(caught.value)
