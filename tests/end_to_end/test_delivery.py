"""Sending from the shell: every outcome, every way to confirm, and never the key."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.support import run
from tests.sender.fault_server import FAULTS, FaultServer, answering, closed_port

from .shell import Done, at_terminal, audience, environment, started

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
ENV = {"BRAZE_API_KEY": KEY}
BODY = {"campaign_id": "camp-1", "recipients": [{"external_user_id": "u"}]}
BROADCAST = {"campaign_id": "camp-1", "broadcast": True, "audience": {"text": 'eye_color == "blue"'}}
BRAZE_ERROR = b'{"message":"Something went wrong","errors":[{"type":"x"}]}'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.json").write_text(json.dumps(BODY))
    (tmp_path / "b.json").write_text(json.dumps(BROADCAST))
    return tmp_path


# The rows of the outcome table: the server's answer or fault, and the exit code.
ROWS = {
    "201 success": (answering("201 Created"), 0),
    "202 queued": (answering("202 Accepted", b'{"message":"queued"}'), 0),
    "201 with a notice": (answering("201 Created", b'{"message":"success","notice":"paused"}'), 0),
    "400 in JSON": (answering("400 Bad Request", BRAZE_ERROR), 3),
    "401 that echoes the key": (FAULTS["echo-key"], 3),
    "404 without JSON": (answering("404 Not Found", b"<html>"), 3),
    "429": (answering("429 Too Many", b'{"message":"Rate Limited"}', "X-RateLimit-Reset: 1769850000"), 5),
    "500 in JSON": (answering("500 Internal Server Error", BRAZE_ERROR), 3),
    "500 without JSON": (answering("500 Internal Server Error", b"<html>"), 4),
    "502 in JSON": (answering("502 Bad Gateway", BRAZE_ERROR), 4),
    "504 in JSON": (answering("504 Gateway Timeout", BRAZE_ERROR), 4),
    "302": (answering("302 Found", b"", "Location: /elsewhere"), 4),
    "204": (answering("204 No Content", b""), 4),
    "reset": (FAULTS["reset-after-read"], 4),
    "no answer": (FAULTS["stall-after-read"], 4),
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", ROWS)
def test_the_outcome_table(name: str, form: str) -> None:
    fault, code = ROWS[name]
    timeout = "2" if name == "no answer" else "20"
    with FaultServer(fault) as server:
        done = run(
            *("send", "r.json", "--endpoint", server.url, "--yes", "--attempts", 1),
            *("--timeout", timeout, "--output-format", form),
            env=ENV,
        )
    assert done.code == code, done
    assert KEY not in done.out + done.err
    assert server.connections == 1
    if form == "json":
        assert json.loads(done.out)["outcome"]


def test_not_sent() -> None:
    with closed_port() as url:
        done = audience("send", "r.json", "--endpoint", url, "--yes", env=ENV)
    assert done.code == 7
    assert done.out.startswith("not sent: no connection could be made")
    assert KEY not in done.out + done.err


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_shows_the_key(fault: str) -> None:
    with FaultServer(fault) as server:
        done = run(
            "send", "r.json", "--endpoint", server.url, "--yes", "--timeout", "1", env={**ENV, "AUDIENCE_DEBUG": "1"}
        )
    assert done.code in (0, 3, 4, 7)
    assert KEY not in done.out + done.err
    assert server.connections == 1


@pytest.mark.parametrize("name", ["401 that echoes the key", "reset"])
def test_as_a_process(name: str) -> None:
    fault, code = ROWS[name]
    with FaultServer(fault) as server:
        done = audience("send", "b.json", "--endpoint", server.url, "--yes", env=ENV)
    assert done.code == code
    assert KEY not in done.out + done.err
    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["audience"]
    if code == 4:
        assert "do not send it again blindly" in done.out


def test_an_interrupt_while_sending() -> None:
    with (
        FaultServer("stall-after-read") as server,
        started("send", "r.json", "--endpoint", server.url, "--yes", env=ENV) as process,
    ):
        wait = time.monotonic() + 20
        while not server.requests and time.monotonic() < wait:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert b"the request may have reached Braze, so its outcome is unknown" in err
    assert b"Traceback" not in err
    assert KEY.encode() not in err


# --- Confirmation on a terminal ---


def typed(answer: bytes | None, *arguments: str) -> Done:
    """Run with a terminal as stdin and stderr; type the answer once a question stands there (None is Ctrl-C)."""
    return at_terminal(arguments, rb"(\[y/N\]|to broadcast:)", answer, ENV)


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("r.json", b"y\n", 0),
        ("r.json", b"\x04", 6),
        ("r.json", None, 130),
        ("b.json", b"camp-1\n", 0),
    ],
)
def test_confirmation(name: str, answer: bytes | None, code: int) -> None:
    with FaultServer(answering("201 Created")) as server:
        done = typed(answer, "send", name, "--endpoint", server.url)
    assert done.code == code, done
    assert len(server.requests) == (code == 0)
    assert server.connections == (code == 0)
    assert ("nothing was sent" in done.err) is (code != 0)
    assert done.out.startswith("accepted") is (code == 0)
    assert KEY not in done.out + done.err
    if name == "b.json":
        assert 'eye_color == "blue"' in done.err


def test_a_terminal_has_color() -> None:
    Path("bad.json").write_text("{")
    done = typed(None, "send", "bad.json", "--sandbox")
    assert done.code == 1
    assert "\x1b[1;31merror[AUD719]" in done.err


def test_nobody_to_ask() -> None:
    with FaultServer(answering("201 Created")) as server:
        done = audience("send", "r.json", "--endpoint", server.url, env=ENV, stdin="y\n")
    assert (done.code, done.out) == (6, "")
    assert server.connections == 0


# --- curl ---

FAKE_CURL = """#!/bin/sh
for each in "$@"; do printf '%s\\0' "$each"; done > "$RECORD"
case "$*" in *@-*) cat > "$RECORD.stdin" ;; esac
"""
BODIES = {
    "quotes": {
        "campaign_id": "it's",
        "recipients": [{"external_user_id": "\"`id` $HOME $(id) \\ !! 'x' \n\t%s @file"}],
    },
    "text": {"campaign_id": "Đà Nẵng 🌧", "recipients": [{"external_user_id": "u"}]},
    "long": {"campaign_id": "it's", "recipients": [{"external_user_id": "u", "attributes": {"a": "$x '" * 40_000}}]},
}


@pytest.mark.parametrize("name", BODIES)
def test_curl_through_a_shell(here: Path, name: str) -> None:
    (here / "bin").mkdir()
    (here / "bin/curl").write_text(FAKE_CURL)
    (here / "bin/curl").chmod(0o755)
    (here / "q.json").write_text(json.dumps(BODIES[name]))
    command = audience("request", "q.json", "--curl")
    assert (command.code, command.err) == (0, "")
    env = {
        "PATH": f"{here / 'bin'}:{os.environ['PATH']}",
        "RECORD": str(here / "record"),
        "BRAZE_REST_ENDPOINT": "https://x",
    }
    subprocess.run(["sh"], input=command.out.encode(), env=environment({**ENV, **env}), check=True)
    words = (here / "record").read_bytes().decode().split("\0")[:-1]
    body = words.pop()
    if name == "long":
        assert (words[-1], body) == ("--data-binary", "@-")
        body = (here / "record.stdin").read_text(encoding="utf-8")
    assert json.loads(body) == BODIES[name]
    assert words[:-1] == [
        "--request",
        "POST",
        "https://x/campaigns/trigger/send",
        "--header",
        "Content-Type: application/json",
        "--header",
        f"Authorization: Bearer {KEY}",
    ]


# --- The sandbox on a port ---


def test_the_sandbox_on_a_port() -> None:
    with started("sandbox", "--port", "0", "--mode", "strict") as process:
        assert process.stderr is not None
        lines = [process.stderr.readline().decode() for _ in range(8)]
        found = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
        assert found, lines
        assert "sandbox-key" in lines[0]
        assert "(strict)" in lines[0]
        example = "".join(lines[4:])
        assert example.lstrip().startswith(f"curl --request POST {found[0]}/campaigns/trigger/send")
        sent = audience("send", "b.json", "--endpoint", found[0], "--yes", env={"BRAZE_API_KEY": "sandbox-key"})
        refused = audience("send", "b.json", "--endpoint", found[0], "--yes", env=ENV)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert sent.code == 0
    assert refused.code == 3
    assert KEY not in refused.out + refused.err
    assert (process.returncode, out) == (0, b"")
    logged = err.decode().splitlines()
    assert [line.split(" ", 1)[1] for line in logged[:2]] == [
        "POST /campaigns/trigger/send 201 success",
        # The key of the tests is made as Braze makes them.
        "POST /campaigns/trigger/send 401 Invalid API key: this one looks real, and a sandbox takes none of those",
    ]
    assert [line.strip().partition(":")[0] for line in logged[2:]] == ["error[AUD851]"]
    assert KEY not in err.decode()
