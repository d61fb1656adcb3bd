"""`audience send` of one request: what is shown and asked, and what comes of it, beside a server on loopback."""

import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from audience_dsl.cli.access import access
from audience_dsl.cli.console import Console
from audience_dsl.cli.environment import Target
from audience_dsl.config import KeySource
from audience_dsl.sender import Timeouts
from tests.sender.fault_server import FAULTS, SUCCESS, FaultServer, answering

from .support import Done, files, run

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
ENV = {"BRAZE_API_KEY": KEY}
RECIPIENTS = 'campaign_id = "camp-1"\nrecipients = [{ external_user_id = "u" }, { external_user_id = "v" }]\n'
BROADCAST = (
    'campaign_id = "camp-1"\nbroadcast = true\n'
    'audience = { text = """\neye_color == $c\n\tand x == \'a\'""", params = { c = "b\\u001b[31m" } }\n'
)
JSON = (
    'campaign_id = "c"\nbroadcast = true\n[audience.push_subscription_status]\ncomparison = "is"\nvalue = "opted_in"\n'
)


@pytest.fixture(autouse=True)
def requests(here: Path) -> None:
    files(
        here,
        {
            "r.toml": RECIPIENTS,
            "b.toml": BROADCAST,
            "j.toml": JSON,
            "all.toml": 'campaign_id = "c"\nbroadcast = true\n',
        },
    )


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A server that accepts; `fault` may be set to another behaviour."""
    with FaultServer(answering("201 Created")) as server:
        yield server


def live(server: FaultServer, *arguments: str, **more: Any) -> Done:
    done = run("send", *arguments, "--endpoint", server.url, **{"env": ENV, **more})
    assert KEY not in done.out + done.err
    return done


def bodies(server: FaultServer) -> list[dict[str, Any]]:
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]


# --- The help ---


def test_each_option_stands_in_its_section() -> None:
    from audience_dsl.cli.send import _SECTIONS, command

    there = {max(parameter.opts, key=len) for parameter in command.params}
    placed = [option for options in _SECTIONS.values() for option in options]
    assert len(placed) == len(set(placed))
    assert there - set(placed) == {"file", "--output-format", "--findings-file"}
    assert set(placed) <= there
    shown = run("send", "--help").out
    assert [line for line in shown.splitlines() if line.rstrip(":") in _SECTIONS] == [f"{name}:" for name in _SECTIONS]
    assert shown.index("Examples:") < shown.index("Where to:")


# --- The sandbox ---


@pytest.mark.parametrize("name", ["r.toml", "b.toml", "j.toml", "all.toml"])
def test_sandbox(name: str) -> None:
    done = run("send", name, "--sandbox")
    assert done.code == 0, done.err
    assert done.out.startswith("accepted: ")
    assert "dispatch id  " in done.out
    assert "sandbox: nothing leaves this machine" in done.err
    assert "[y/N]" not in done.err


def test_sandbox_needs_no_key_and_shows_none() -> None:
    done = run("send", "r.toml", "--sandbox", "--output-format", "json", env=ENV)
    value = json.loads(done.out)
    assert value["outcome"] == "accepted"
    assert len(value["dispatch_id"]) == 32
    assert KEY not in done.out + done.err


def test_now_is_the_instant_of_the_send(here: Path, server: FaultServer) -> None:
    files(
        here,
        {"n.toml": 'campaign_id = "c"\nbroadcast = true\naudience = { text = "last_used_app less than 1 day ago" }\n'},
    )
    before = datetime.now(UTC).replace(microsecond=0)
    assert live(server, "n.toml", "--yes").code == 0
    instant = datetime.fromisoformat(bodies(server)[0]["audience"]["last_used_app"]["value"])
    assert instant.microsecond == 0
    assert 86_400 - 60 <= (before - instant).total_seconds() <= 86_400


# --- What is shown, and what is asked ---


def test_what_is_shown(server: FaultServer) -> None:
    done = live(server, "b.toml", "--yes")
    assert done.code == 0
    assert done.err.splitlines()[:6] == [
        "campaign  camp-1",
        f"to        {server.url}/campaigns/trigger/send",
        (
            "reaches   BROADCAST: all users of the campaign's own audience in the dashboard, "
            "who also match the audience below"
        ),
        "audience  b.toml#/audience/text",
        "            eye_color == $c",
        "                and x == 'a'",
    ]
    assert "with      $c = b\\x1b[31m\n" in done.err
    assert f"body      {len(json.dumps(bodies(server)[0], separators=(',', ':')))} bytes, sha256 " in done.err
    assert done.err.endswith(
        "Only users who are also in the campaign's own audience in the dashboard get the message.\n"
    )
    done = run("send", "b.toml", "--instance", "EU-01", env=ENV)
    assert (done.code, "to        https://rest.fra-01.braze.eu/campaigns/trigger/send\n" in done.err) == (6, True)
    assert "reaches   2 recipients\n" in live(server, "r.toml", "--yes").err
    assert "in the dashboard, without any filter\n" in live(server, "all.toml", "--yes", "--entire-segment").err
    shown = live(server, "j.toml", "--yes").err
    assert "audience  a JSON object in the request\n" in shown
    assert '"push_subscription_status": {' in shown


def test_a_long_audience_is_cut(here: Path, server: FaultServer) -> None:
    text = "\\nand ".join(f"a{n} == '{'x' * 300}'" for n in range(50))
    files(here, {"l.toml": f'{RECIPIENTS}audience = {{ text = "{text}" }}\n'})
    done = live(server, "l.toml", "--yes")
    assert "… and 20 lines more" in done.err
    assert "reaches   2 recipients, as far as they match the audience below\n" in done.err
    assert max(map(len, done.err.splitlines())) < 200


ANSWERS = [
    # the request, what is typed, whether it is sent
    ("r.toml", "y\n", True),
    ("r.toml", "Yes\n", True),
    ("r.toml", "\n", False),
    ("r.toml", "n\n", False),
    ("r.toml", "yess\n", False),
    ("r.toml", "camp-1\n", False),
    ("r.toml", "", False),
    ("r.toml", b"\xff\n", False),
    ("b.toml", "camp-1\n", True),
    ("b.toml", "y\n", False),
    ("b.toml", "camp-2\n", False),
    ("b.toml", "\n", False),
    ("b.toml", "", False),
]


@pytest.mark.parametrize(("name", "typed", "is_sent"), ANSWERS)
def test_confirmation(server: FaultServer, name: str, typed: str | bytes, is_sent: bool) -> None:
    done = live(server, name, stdin=typed, terminal=True, env={**ENV, "NO_COLOR": "1"})
    question = "Send? [y/N] " if name == "r.toml" else "Type the campaign id, camp-1, to broadcast: "
    assert question in done.err
    assert done.code == (0 if is_sent else 6)
    assert len(server.requests) == is_sent
    if not is_sent:
        assert done.out == ""
        assert "error[AUD804]: the send was not confirmed, and nothing was sent" in done.err


def test_nobody_to_ask(server: FaultServer) -> None:
    done = live(server, "r.toml", stdin="y\n")
    assert (done.code, done.out) == (6, "")
    assert "since there is no terminal, and nothing was sent" in done.err
    assert "`--yes`" in done.err
    done = live(server, "-", stdin='{"campaign_id": "c", "broadcast": true}', terminal=True)
    assert done.code == 6
    assert "since the request came on stdin" in done.err
    assert server.requests == []
    assert live(server, "-", "--yes", "--entire-segment", stdin='{"campaign_id": "c", "broadcast": true}').code == 0


def test_findings_come_first(here: Path, server: FaultServer) -> None:
    files(here, {"bad.toml": 'campaign_id = "c"\n'})
    done = live(server, "bad.toml", "--yes")
    assert (done.code, done.out) == (1, "")
    assert "AUD710" in done.err
    assert server.requests == []


def test_an_interrupt_at_the_question(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.cli.console.Console.ask", mock.Mock(side_effect=KeyboardInterrupt))
    done = live(server, "r.toml", terminal=True, env={**ENV, "NO_COLOR": "1"})
    assert (done.code, done.out) == (130, "")
    assert "error: interrupted, and nothing was sent" in done.err
    assert server.requests == []


# --- What comes of it ---

OUTCOMES: dict[str, tuple[Any, int]] = {
    "accepted": (answering("201 Created"), 0),
    "rejected": (answering("400 Bad Request", b'{"message":"no","errors":["x"]}'), 3),
    "unknown": (FAULTS["reset-after-read"], 4),
    "rate_limited": (answering("429 Too Many", b'{"message":"Rate Limited"}'), 5),
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_exit_codes(server: FaultServer, outcome: str, form: str) -> None:
    server.fault, code = OUTCOMES[outcome]
    done = live(server, "r.toml", "--yes", "--attempts", "1", "--output-format", form)
    assert done.code == code
    if form == "json":
        assert json.loads(done.out)["outcome"] == outcome
    else:
        assert done.out.lower().replace(" ", "_").startswith(outcome.replace("unknown", "outcome_unknown"))
    assert ("do not send it again blindly" in done.out + done.err) is (outcome == "unknown")


def test_the_whole_receipt(server: FaultServer) -> None:
    said = {
        "message": "success",
        "dispatch_id": "d" * 32,
        "send_id": "s",
        "notice": "the campaign is \x1b[31mpaused",
        "errors": ["one", {"two": 2}],
    }
    reset = int(datetime.now(UTC).timestamp()) + 3_600
    server.fault = answering(
        "201 Created",
        json.dumps(said).encode(),
        *("X-RateLimit-Limit: 250", "X-RateLimit-Remaining: 249", f"X-RateLimit-Reset: {reset}"),
        *("Retry-After: 2", "X-Request-Id: r"),
    )
    receipt = json.loads(live(server, "r.toml", "--yes", "--output-format", "json").out)
    first, *lines, sent_at = live(server, "r.toml", "--yes").out.splitlines()
    assert first.startswith("accepted: ")
    assert lines == [
        f"dispatch id  {'d' * 32}",
        "send id      s",
        "warning      Braze gave a notice, and may have sent nothing: the campaign is \ufffd[31mpaused",
        "warning      Braze reported errors (2) beside the success; see `errors`",
        "error        one",
        'error        {"two": 2}',
        f"rate limit   249 left of 250, resets {datetime.fromtimestamp(reset, UTC).isoformat()}",
        "retry after  2 s",
        "request id   r",
        f"digest       {receipt['digest']}",
    ]
    assert sent_at.startswith("sent at      20")


ODD_LIMITS = [
    ((f"X-RateLimit-Reset: {10**14}",), f"rate limit   resets {10**14} seconds after 1970\n"),
    (("X-RateLimit-Remaining: 3",), "rate limit   3 left\n"),
    (("X-RateLimit-Limit: 3",), ""),
]


@pytest.mark.parametrize(("headers", "shown"), ODD_LIMITS)
def test_odd_limits(server: FaultServer, headers: tuple[str, ...], shown: str) -> None:
    server.fault = answering("201 Created", SUCCESS, *headers)
    out = live(server, "r.toml", "--yes").out
    assert shown in out if shown else "rate limit" not in out


def test_many_errors_are_cut(server: FaultServer) -> None:
    server.fault = answering("201 Created", json.dumps({"message": "success", "errors": ["e"] * 1_234}).encode())
    said = live(server, "r.toml", "--yes").out
    assert "\n             … and 1,214 errors more, which `--output-format json` has\n" in said


def test_json_of_a_hostile_server_is_ascii(server: FaultServer) -> None:
    server.fault = answering("400 Bad Request", json.dumps({"message": "\u202e\x9b31m"}).encode())
    done = live(server, "r.toml", "--yes", "--output-format", "json")
    assert done.out.isascii()
    assert json.loads(done.out)["message"] == "\ufffd\ufffd31m"


def test_an_interrupt_after_the_send_loses_no_receipt(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Console.data
    calls = []

    def interrupted(console: Console, text: str) -> None:
        calls.append(text)
        if len(calls) == 1:
            raise KeyboardInterrupt
        data(console, text)

    monkeypatch.setattr(Console, "data", interrupted)
    done = live(server, "r.toml", "--yes")
    assert done.code == 0
    assert done.out.startswith("accepted")


def test_a_fault_of_ours_while_sending_is_unknown(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.sender.delivery.receipt_for", mock.Mock(side_effect=ZeroDivisionError(KEY)))
    done = live(server, "r.toml", "--yes")
    assert (done.code, done.out, len(server.requests)) == (4, "", 1)
    assert "internal error" in done.err
    assert "the outcome is unknown" in done.err


def test_a_fault_of_ours_afterwards_takes_nothing_back(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.cli.receipts._in_words", mock.Mock(side_effect=ZeroDivisionError))
    done = live(server, "r.toml", "--yes")
    assert (done.code, done.out) == (0, "")
    assert "internal error" in done.err


def test_a_receipt_that_stdout_does_not_take(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from audience_dsl.cli.console import OutputError

    monkeypatch.setattr(Console, "data", mock.Mock(side_effect=OutputError("stdout cannot be written: full")))
    done = live(server, "r.toml", "--yes")
    assert done.code == 0
    assert "error: stdout cannot be written: full\naccepted: Braze accepted" in done.err


@pytest.mark.parametrize(("seconds", "timeouts"), [(None, None), (5, Timeouts(connect=5, write=5, read=5, answer=10))])
def test_timeouts(seconds: float | None, timeouts: Timeouts | None) -> None:
    target = Target(Console(), "https://rest.example.com", KeySource("env", "KEY_OF_A_TEST"))
    with mock.patch.dict(os.environ, {"KEY_OF_A_TEST": KEY}):
        assert access(target, seconds, None)["timeout"] == timeouts


@pytest.mark.parametrize("key", ["with space", "ключ", "line\nbreak"])
def test_keys_that_cannot_be(key: str) -> None:
    done = run("send", "r.toml", "--instance", "EU-01", env={"BRAZE_API_KEY": key})
    assert (done.code, done.out) == (2, "")
    assert "the API key has" in done.err
    assert key not in done.err


def test_a_key_in_the_wrong_place() -> None:
    done = run("send", "r.toml", "--endpoint", KEY, env=ENV)
    assert done.code == 2
    assert KEY not in done.err


# --- The sandbox on a port ---


def test_sandbox_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.split(".")[0] in ("uvicorn", "starlette"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = run("sandbox")
    assert (done.code, done.out) == (2, "")
    assert "needs uvicorn, which is not installed" in done.err
    assert "pip install 'audience-dsl[sandbox]'" in done.err


def test_sandbox_on_a_port_that_is_taken() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("sandbox", "--port", taken.getsockname()[1])
    assert (done.code, done.out) == (2, "")
    assert "is already in use" in done.err


def test_stdin_is_closed() -> None:
    with mock.patch.object(sys, "stdin", None), mock.patch.object(sys, "stderr", io.TextIOWrapper(io.BytesIO())):
        from audience_dsl.cli import main

        assert main(["send", "-", "--sandbox"]) == 2


@pytest.mark.parametrize(("fault", "code"), [("lost-answer", 4), ("500", 3), ("no-connection", 7)])
def test_a_fault_of_the_sandbox_is_met_once(fault: str, code: int) -> None:
    assert run("send", "r.toml", "--sandbox", "--fault", fault, "--attempts", "1").code == code
    assert run("send", "r.toml", "--sandbox", "--fault", "429", "--max-wait", "0").code == 5


def test_a_fault_that_there_is_not() -> None:
    done = run("send", "r.toml", "--sandbox", "--fault", "lost-anser")
    assert (done.code, "did you mean `lost-answer`?" in done.err) == (2, True)
