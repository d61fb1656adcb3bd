"""The sandbox on a port: a real server on loopback, driven over real sockets."""

import asyncio
import errno
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from audience_dsl.braze_api import ENDPOINTS_BY_PATH
from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox import LogEntry, Sandbox, create_app, local_sandbox, running, serve
from audience_dsl.sender.http import httpx

from .support import AUDIENCE, PATH, TO_AUDIENCE, TO_ONE, filter_on, sandbox

KEY = {"Authorization": "Bearer sandbox-key"}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Sandbox, list[LogEntry]]]:
    braze = sandbox()
    printed: list[LogEntry] = []
    with running(braze, on_request=printed.append) as url:
        yield url, braze, printed


@pytest.fixture
def web(served: tuple[str, Sandbox, list[LogEntry]]) -> Iterator[httpx.Client]:
    url, braze, printed = served
    braze.reset()
    printed.clear()
    with httpx.Client(base_url=url, headers=KEY, trust_env=False) as client:
        yield client


def test_over_a_socket_it_answers_as_in_process(web: httpx.Client) -> None:
    for number in range(3):
        answer = web.post(PATH, json=TO_ONE)
        assert answer.status_code == 201
        assert answer.json()["message"] == "success"
        assert answer.headers["X-Braze-Sandbox"] == "1"
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-RateLimit-Remaining"] == str(249_999 - number)
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 404),
        ("OPTIONS", PATH, 404),
        ("PROPFIND", PATH, 404),
        ("POST", "/", 404),
        ("POST", "/nowhere", 404),
        ("POST", "/campaigns%2Ftrigger/send", 404),
        ("POST", "/_sandboxes", 404),
        ("POST", PATH + "/", 403),
        ("GET", "/_sandbox/nothing", 404),
        ("POST", "/_sandbox/requests", 405),
        ("GET", "/_sandbox/reset", 405),
    ],
)
def test_paths_and_methods(web: httpx.Client, method: str, path: str, status: int) -> None:
    answer = web.request(method, path, json=TO_ONE)
    assert answer.status_code == status
    assert answer.headers["X-Braze-Sandbox"] == "1"
    assert isinstance(answer.json()["message"], str)


def test_head_has_no_body(web: httpx.Client) -> None:
    assert (web.head(PATH).status_code, web.head(PATH).content) == (404, b"")


def test_a_wrong_key_is_repeated_to_the_caller_and_kept_nowhere(
    web: httpx.Client, served: tuple[str, Sandbox, list[LogEntry]]
) -> None:
    answer = web.post(PATH, json=TO_ONE, headers={"Authorization": "Bearer real-secret"})
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid API key: real-secret"})
    assert answer.headers["X-RateLimit-Limit"] == ""
    assert "real-secret" not in web.get("/_sandbox/requests").text
    assert "real-secret" not in repr([entry.as_dict() for entry in served[2]])


def test_ten_megabytes_are_refused_and_not_kept(web: httpx.Client) -> None:
    answer = web.post(PATH, content=b"[" * 10_000_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert web.post(PATH, json=TO_ONE).status_code == 201
    assert web.get("/_sandbox/requests").json()["requests"][0]["body"] is None


def test_a_body_in_chunks(web: httpx.Client) -> None:
    raw = json.dumps(TO_ONE).encode()
    chunks = (raw[at : at + 7] for at in range(0, len(raw), 7))
    answer = web.post(PATH, content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


def test_the_control_api(web: httpx.Client) -> None:
    audience = {"AND": [filter_on("does_not_equal", True), AUDIENCE]}
    web.post(PATH, json=TO_ONE)
    late = web.post(PATH, json={**TO_AUDIENCE, "audience": audience}).json()
    asked = web.get("/_sandbox/requests").json()
    assert [entry["status"] for entry in asked["requests"]] == [201, 201]
    assert asked["requests"][0]["body"] == TO_ONE
    assert asked["dropped"] == 0
    (entry,) = web.get("/_sandbox/activity").json()["activity"]
    assert entry["dispatch_id"] == late["dispatch_id"]
    assert "does_not_equal" in entry["text"]
    assert web.post("/_sandbox/reset").json() == {"message": "reset"}
    assert web.get("/_sandbox/requests").json() == {"requests": [], "dropped": 0}
    assert web.get("/_sandbox/activity").json() == {"activity": []}


def test_the_control_api_survives_a_body_that_utf_8_cannot_carry(web: httpx.Client) -> None:
    web.post(PATH, content=b'{"campaign_id":"\\ud800"}', headers={"Content-Type": "application/json"})
    assert web.get("/_sandbox/requests").json()["requests"][0]["body"] == {"campaign_id": "\ud800"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "", "[::1"])
def test_the_log_is_not_for_pages_of_other_hosts(web: httpx.Client, host: str) -> None:
    for method, path in (("GET", "requests"), ("GET", "activity"), ("POST", "reset")):
        answer = web.request(method, f"/_sandbox/{path}", headers={"Host": host})
        assert answer.status_code in (400, 403)
    assert web.get("/_sandbox/requests", headers={"Host": "localhost:1"}).status_code == 200


def test_entries_are_handed_to_whoever_prints(web: httpx.Client, served: tuple[str, Sandbox, list[LogEntry]]) -> None:
    web.post(PATH, json={"campaign_id": "c-1"})
    web.get("/nowhere")
    web.get("/_sandbox/requests")
    printed = served[2]
    assert [(entry.status, entry.message) for entry in printed] == [
        (400, "No Recipients"),
        (404, "Invalid URL"),
    ]


def test_a_printer_that_fails_does_not_cost_the_caller_the_answer() -> None:
    def fail(_: LogEntry) -> None:
        raise BrokenPipeError

    with running(local_sandbox(), on_request=fail) as url:
        for _ in range(2):
            # A connection each: the server closes the one on which its application failed.
            assert httpx.post(url + PATH, json=TO_ONE, headers=KEY, trust_env=False).status_code == 201


def test_a_caller_that_hangs_up_in_the_middle_harms_nothing(
    web: httpx.Client, served: tuple[str, Sandbox, list[LogEntry]]
) -> None:
    host, port = served[0].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n{{".encode())
    assert web.post(PATH, json=TO_ONE).status_code == 201
    assert len(web.get("/_sandbox/requests").json()["requests"]) == 1


RAW = json.dumps(TO_ONE).encode()
HEAD = (
    f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sandbox-key\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(RAW)}\r\n"
).encode()
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQ\r\n\r\n"
END = b"Connection: close\r\n\r\n"


def said(url: str, *parts: bytes) -> bytes:
    """All that the server says to these bytes until it closes the connection."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            raw.sendall(part)
        return b"".join(iter(lambda: raw.recv(65_536), b""))


@pytest.mark.parametrize(
    ("parts", "accepted"),
    [
        # Java's client asks for HTTP/2 so, and is content with HTTP/1.1.
        ((HEAD + H2C + RAW, HEAD + END + RAW), 2),
        ((HEAD + H2C, RAW, HEAD + END + RAW), 2),
        ((HEAD + H2C[:30], H2C[30:] + RAW[:5], RAW[5:] + HEAD + END + RAW), 2),
        ((HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + RAW + HEAD + END + RAW,), 2),
        # Without its `close`, this one would stay open.
        ((HEAD + b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n" + RAW,), 1),
        ((HEAD + b"Connection: Upgrade\r\nConnection: close\r\nUpgrade: h2c\r\n\r\n" + RAW,), 1),
        (((HEAD + H2C + RAW) * 500 + HEAD + END + RAW,), 501),
        (((HEAD + b"\r\n" + RAW) * 3 + HEAD + END + RAW,), 4),
        ((HEAD + b"Expect: 100-continue\r\n" + END, RAW), 1),
        ((HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n" + RAW,), 1),
        ((HEAD.replace(b"POST /", b"POST http://127.0.0.1/") + END + RAW,), 1),
        (tuple(bytes([each]) for each in HEAD + END + RAW), 1),
    ],
)
def test_the_ways_in_which_a_request_may_come(
    parts: tuple[bytes, ...], accepted: int, served: tuple[str, Sandbox, list[LogEntry]]
) -> None:
    url, braze, _ = served
    braze.reset()
    answered = said(url, *parts)
    assert answered.count(b"HTTP/1.1 201 Created") == accepted
    assert [entry.body for entry in braze.requests] == [TO_ONE] * accepted


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT braze.com:443 HTTP/1.1\r\nHost: braze.com\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_in_no_log(raw: bytes, served: tuple[str, Sandbox, list[LogEntry]]) -> None:
    url, braze, _ = served
    braze.reset()
    head, _, body = said(url, raw).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"X-Braze-Sandbox: 1" in head
    assert json.loads(body) == {"message": "Invalid HTTP request received"}
    assert braze.requests == ()


@pytest.mark.parametrize("line", [b"X: ", b"GET /"])
def test_a_head_without_an_end_is_not_kept(line: bytes, served: tuple[str, Sandbox, list[LogEntry]]) -> None:
    host, port = served[0].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as raw:
        raw.sendall(line if line.startswith(b"GET") else b"GET / HTTP/1.1\r\nHost: x\r\n" + line)
        with pytest.raises(ConnectionError):
            raw.sendall(b"a" * 100_000_000)


def test_the_app_in_process() -> None:
    async def run() -> int:
        app = httpx.ASGITransport(create_app(local_sandbox()))
        async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1", headers=KEY) as client:
            return (await client.post(PATH, json=TO_ONE)).status_code

    assert asyncio.run(run()) == 201


def test_ipv6_where_there_is_some() -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with running(local_sandbox(), host="::1") as url, httpx.Client(base_url=url, trust_env=False) as client:
        assert url.startswith("http://[::1]:")
        assert client.get("/_sandbox/requests").status_code == 200


def test_connections_stay_open_for_longer_than_clients_keep_them(monkeypatch: pytest.MonkeyPatch) -> None:
    # Java's keeps them for 30 seconds, and Go's for 90 unless the server is quicker; a proxy's mostly for 60.
    seen: list[int] = []

    class Config(uvicorn.Config):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            seen.append(self.timeout_keep_alive)

    monkeypatch.setattr(uvicorn, "Config", Config)
    with running(local_sandbox()):
        pass
    assert seen[0] > 60


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", "", "127.0.0.1.example.com"])
def test_only_loopback(host: str) -> None:
    with pytest.raises(ConfigurationError, match="listens on this machine only"):
        serve(local_sandbox(), host=host, port=0)


def test_localhost_is_loopback_by_number() -> None:
    with running(local_sandbox(), host="localhost") as url:
        assert url.startswith("http://127.0.0.1:")


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port} of 127.0.0.1 is already in use") as caught:
            serve(local_sandbox(), port=port)
    assert caught.value.help == "choose another port, or 0 for any that is free"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_cannot_be(port: int) -> None:
    with pytest.raises(ConfigurationError, match=f"there is no port {port}"):
        serve(local_sandbox(), port=port)


def test_an_address_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ConfigurationError, match=r"port 80 of 127\.0\.0\.1 cannot be used: Permission denied"):
        serve(local_sandbox(), port=80)


@pytest.mark.parametrize("missing", ["httptools", "jinja2", "starlette", "uvicorn"])
def test_without_the_extra(missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox import local_sandbox, serve
try:
    serve(local_sandbox(), port=0)
except ConfigurationError as error:
    print(error.code, error.message, error.help, sep="|")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = f"the sandbox on a port needs {missing}, which is not installed"
    # The part of a package that is asked for first.
    assert done.stdout.replace(".applications", "") == f"AUD806|{told}|pip install 'audience-dsl[sandbox]'\n"


SERVES = """
from audience_dsl.sandbox import local_sandbox, serve
serve(
    local_sandbox(),
    port=0,
    on_ready=lambda url: print(url, flush=True),
    on_request=lambda entry: print(entry.number, entry.status, flush=True),
)
print("ended", flush=True)
"""


def start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SERVES],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_a_process_that_serves_ends_cleanly_on_ctrl_c() -> None:
    with start() as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            url = process.stdout.readline().strip()
            with httpx.Client(base_url=url, headers=KEY, trust_env=False) as client:
                assert client.post(PATH, json=TO_ONE).status_code == 201
                # The client's connection is still open: it must not hold up the end.
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert out == "1 201\nended\n"
    assert err == ""
    assert process.returncode == 0


ASKS_FOR_BRAZE = """
import json, socket, sys
from audience_dsl.braze_api import ENDPOINTS_BY_PATH
from audience_dsl.sandbox import local_sandbox, running
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender.http import httpx

EVENTS = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen"}
asked = []
sys.addaudithook(lambda event, given: asked.append([event, str(given[-1])]) if event in EVENTS else None)
key = {"Authorization": "Bearer sandbox-key"}
body = {"campaign_id": "c", "recipients": [{"external_user_id": "u"}], "webhook": "http://192.0.2.1/"}
sandbox = local_sandbox(profiles=[{"external_id": "u"}])
with httpx.Client(transport=transport(sandbox), base_url="https://rest.iad-01.braze.com", headers=key) as client:
    for path in ENDPOINTS_BY_PATH:
        client.post(path, json=body)
inside = list(asked)
with running(sandbox) as url, socket.socket() as raw:
    raw.connect(("127.0.0.1", int(url.rpartition(":")[2])))
    raw.sendall(
        b"POST https://rest.iad-01.braze.com/campaigns/trigger/send HTTP/1.1\\r\\nHost: rest.iad-01.braze.com\\r\\n"
        b"Connection: close\\r\\nContent-Length: 0\\r\\n\\r\\n"
    )
    answer = b"".join(iter(lambda: raw.recv(65_536), b""))
print(json.dumps([inside, asked, len(sandbox.requests), answer[:12].decode()]))
"""


def test_nothing_is_ever_forwarded() -> None:
    """Python itself tells what is connected to, or looked up by its name."""
    done = subprocess.run([sys.executable, "-c", ASKS_FOR_BRAZE], capture_output=True, text=True, check=True)
    inside, asked, requests, answer = json.loads(done.stdout)
    assert inside == []
    # The test's own connection to the port.
    assert len([each for each in asked if each[0] == "socket.connect"]) == 1
    assert all("127.0.0.1" in given for event, given in asked), asked
    assert requests == len(ENDPOINTS_BY_PATH) + 1
    assert answer == "HTTP/1.1 401"


def test_importing_the_core_brings_neither_httpx_nor_starlette() -> None:
    code = """
import sys
from audience_dsl.sandbox import Sandbox, SandboxRequest
Sandbox(clock=lambda: 0.0, seed=1).handle(SandboxRequest("POST", "/"))
print(sorted({"httpx", "starlette", "uvicorn", "anyio"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_is_there() -> None:
    import audience_dsl.sandbox as package

    found: dict[str, Any] = {name: getattr(package, name) for name in package.__all__}
    assert all(value is not None for value in found.values())
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError):
        _ = package.nothing
