"""Reading a workspace's attributes: every page or an error of ours, and the key to the configured host alone."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from audience_dsl import ConfigurationError
from audience_dsl.sandbox import SANDBOX_KEY, local_sandbox, running
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import Workspace

from .fault_server import FAULTS, Conversation, FaultServer, answering, closed_port, response
from .fault_table import STALLS
from .sending import IMPATIENT, KEY, PATIENT

PAGE = json.dumps({"message": "success", "attributes": [{"name": "plan", "data_type": "String"}]}).encode()


def read(url: str, **settings: Any) -> list[dict[str, Any]]:
    with Workspace(**{"api_key": KEY, "endpoint": url, "timeout": PATIENT, **settings}) as workspace:
        return workspace.custom_attributes()


def linking(*links: Callable[[str], str] | str) -> Callable[[Conversation], None]:
    """Answers one page after another, each with the next of these `Link` headers; then pages without one."""
    left = list(links)

    def fault(talk: Conversation) -> None:
        talk.read()
        link = left.pop(0) if left else None
        named = link(talk.server.url) if callable(link) else link
        talk.write(response("200 OK", PAGE, *([] if named is None else [f"Link: {named}"])))

    return fault


def next_page(cursor: str) -> Callable[[str], str]:
    return lambda url: f'<{url}/custom_attributes?cursor={cursor}>; rel="next"'


# --- Pages ---


@pytest.mark.parametrize("count", [0, 1, 50, 51, 120])
def test_all_pages_are_read(count: int) -> None:
    items = [{"name": f"a{number:03}", "data_type": "String"} for number in range(count)]
    sandbox = local_sandbox(attributes=items)
    told: list[int] = []
    with Workspace(api_key=SANDBOX_KEY, endpoint="EU-01", transport=transport(sandbox)) as workspace:
        assert workspace.custom_attributes(progress=told.append) == items
    assert told[-1] == count
    assert len(sandbox.requests) == max(1, -(-count // 50))


def test_all_pages_are_read_over_a_port() -> None:
    items = [{"name": f"a{number:03}", "data_type": "String"} for number in range(60)]
    with running(local_sandbox(attributes=items)) as url:
        assert read(url, api_key=SANDBOX_KEY) == items


@pytest.mark.parametrize(
    "link",
    [
        '</custom_attributes?cursor=b>; rel="next"',
        "<?cursor=b>;rel=next",
        '</custom_attributes?cursor=a>; rel="prev", </custom_attributes?cursor=b>; title="x"; rel="last next"',
    ],
)
def test_the_next_page_is_found_as_the_header_may_write_it(link: str) -> None:
    with FaultServer(linking(link)) as server:
        assert len(read(server.url)) == 2
    first, second = (request.split(b"\r\n")[0] for request in server.requests)
    assert (first, second) == (b"GET /custom_attributes HTTP/1.1", b"GET /custom_attributes?cursor=b HTTP/1.1")


@pytest.mark.parametrize(
    "link", ['</custom_attributes?cursor=b>; rel="prev"', "nonsense", "", "<>", '<x>; rel="nextone"']
)
def test_without_a_next_page_it_ends(link: str) -> None:
    with FaultServer(linking(link)) as server:
        assert len(read(server.url)) == 1


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/custom_attributes?cursor=b",
        "//evil.example/custom_attributes?cursor=b",
        "http://127.0.0.1.evil.example/custom_attributes?cursor=b",
        "http://127.0.0.1:1/custom_attributes?cursor=b",
        "http://127.0.0.1@evil.example/custom_attributes?cursor=b",
        "/users/delete?cursor=b",
    ],
)
def test_the_key_goes_nowhere_else(target: str) -> None:
    with FaultServer(linking(f'<{target}>; rel="next"')) as server, pytest.raises(ConfigurationError) as raised:
        read(server.url)
    assert raised.value.code == "AUD809"
    assert server.connections == 1


@pytest.mark.parametrize("target", ["/custom_attributes", "/custom_attributes?", "/custom_attributes?c=" + "x" * 9_000])
def test_a_next_page_that_cannot_be_asked_for_is_no_end(target: str) -> None:
    with FaultServer(linking(f'<{target}>; rel="next"')) as server, pytest.raises(ConfigurationError, match="AUD809"):
        read(server.url)


def test_pages_that_go_round_in_a_circle_end() -> None:
    circle = linking(next_page("a"), next_page("b"), next_page("a"), next_page("b"))
    with FaultServer(circle) as server, pytest.raises(ConfigurationError, match="read already"):
        read(server.url)
    assert server.connections == 3


def test_pages_without_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.sender.workspace.PAGES_AT_MOST", 5)
    endless = linking(*(next_page(str(number)) for number in range(100)))
    with FaultServer(endless) as server, pytest.raises(ConfigurationError, match="more than 5 pages"):
        read(server.url)
    assert server.connections == 5


# --- Faults ---


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in ("plain-http", "tls-without-certificate")])
def test_fault(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        FaultServer(fault) as server,
        pytest.raises(ConfigurationError) as raised,
    ):
        read(server.url, timeout=IMPATIENT if fault in STALLS else PATIENT)
    assert raised.value.code == "AUD809"
    assert raised.value.help
    assert server.connections == 1
    assert KEY not in str(raised.value) + caplog.text


def test_half_a_list_is_none() -> None:
    pages = [response("200 OK", PAGE, 'Link: </custom_attributes?cursor=b>; rel="next"'), response("500 Oh", b"")]

    def fault(talk: Conversation) -> None:
        talk.read()
        talk.write(pages.pop(0))

    with FaultServer(fault) as server, pytest.raises(ConfigurationError, match="answered 500"):
        read(server.url)


def test_nobody_listens() -> None:
    with closed_port() as url, pytest.raises(ConfigurationError, match="no connection could be made"):
        read(url)


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        ("401 Unauthorized", (), "the permission `custom_attributes.get`"),
        ("403 Forbidden", (), "the permission `custom_attributes.get`"),
        ("404 Not Found", (), "check the endpoint"),
        ("302 Found", ("Location: /elsewhere",), "check the endpoint"),
        ("429 Too Many", ("Retry-After: 30",), "in 30 seconds"),
        ("429 Too Many", ("X-RateLimit-Reset: 1795345200",), "at 1795345200 seconds since 1970"),
        ("500 Internal Server Error", (), "try again later"),
        ("502 Bad Gateway", (), "try again later"),
        ("418 Teapot", (), "see what it says"),
    ],
)
def test_a_refusal_names_the_way_out(status: str, headers: tuple[str, ...], words: str) -> None:
    body = b'{"message":"Something"}'
    with FaultServer(answering(status, body, *headers)) as server, pytest.raises(ConfigurationError) as raised:
        read(server.url)
    assert words in (raised.value.help or "")
    assert "saying `Something`" in raised.value.message
    assert server.connections == 1


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"null", b'{"attributes":{}}', b'{"attributes":[1]}', b"\xff", b'{"attributes":' + b"[" * 99_999],
)
def test_another_answer_is_no_list(body: bytes) -> None:
    with (
        FaultServer(answering("200 OK", body)) as server,
        pytest.raises(ConfigurationError, match="list of attributes"),
    ):
        read(server.url)


def test_the_key_does_not_come_back_in_a_name() -> None:
    body = json.dumps({"attributes": [{"name": f"x {KEY}", "data_type": KEY}]}).encode()
    with FaultServer(answering("200 OK", body)) as server:
        assert read(server.url) == [{"name": "x [key]", "data_type": "[key]"}]


def test_an_interruption_passes_without_the_key() -> None:
    class Interrupting:
        def handle_request(self, request: Any) -> Any:
            raise KeyboardInterrupt

        def close(self) -> None:
            pass

    with pytest.raises(KeyboardInterrupt) as raised:
        read("EU-01", transport=Interrupting())
    assert raised.value.__context__ is None
    frames = []
    traceback = raised.value.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    assert "handle_request" not in frames
