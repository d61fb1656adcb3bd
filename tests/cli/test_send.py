"""`audience send`, with the network in the hands of the test."""

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from audience_dsl.sender import Client, Receipt, Timeouts
from audience_dsl.sender.outcome import not_sent, receipt_for

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


class Sent:
    """Stands in for `Client.send`."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self.answer = answer
        self.bodies: list[dict[str, Any]] = []
        self.clients: list[Client] = []

    def __call__(self, client: Client, request: Any) -> Receipt:
        self.clients.append(client)
        self.bodies.append(request.to_dict())
        receipt: Receipt = self.answer(request)
        return receipt


def receipt(request: Any, **judged: Any) -> Receipt:
    instant = datetime(2026, 1, 31, 9, tzinfo=UTC)
    judgement = not_sent("no connection was made in time")
    made = receipt_for(
        judgement, digest=request.digest, endpoint=request.endpoint.path, sent_at=instant, finished_at=instant
    )
    fields = {name: getattr(made, name) for name in made.__slots__ if hasattr(made, name)}
    kept = {name: getattr(made, name) for name in (*fields, "outcome", "reason")}
    return Receipt(**{**kept, **judged})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent(lambda request: receipt(request, outcome="accepted", reason="taken"))
    monkeypatch.setattr(Client, "send", lambda client, request, **_given: sent(client, request))
    return sent


def live(*arguments: str, **more: Any) -> Done:
    return run("send", *arguments, "--instance", "EU-01", **{"env": ENV, **more})


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


def test_now_is_the_instant_of_the_send(here: Path, sent: Sent) -> None:
    files(
        here,
        {"n.toml": 'campaign_id = "c"\nbroadcast = true\naudience = { text = "last_used_app less than 1 day ago" }\n'},
    )
    before = datetime.now(UTC).replace(microsecond=0)
    assert live("n.toml", "--yes").code == 0
    instant = datetime.fromisoformat(sent.bodies[0]["audience"]["last_used_app"]["value"])
    assert instant.microsecond == 0
    assert 86_400 - 60 <= (before - instant).total_seconds() <= 86_400


# --- What is shown, and what is asked ---


def test_what_is_shown(sent: Sent) -> None:
    done = live("b.toml", "--yes")
    assert done.code == 0
    assert done.err.splitlines()[:6] == [
        "campaign  camp-1",
        "to        https://rest.fra-01.braze.eu/campaigns/trigger/send",
        (
            "reaches   BROADCAST: all users of the campaign's own audience in the dashboard, "
            "who also match the audience below"
        ),
        "audience  b.toml#/audience/text",
        "            eye_color == $c",
        "                and x == 'a'",
    ]
    assert "with      $c = b\\x1b[31m\n" in done.err
    assert f"body      {len(json.dumps(sent.bodies[0], separators=(',', ':')))} bytes, sha256 " in done.err
    assert done.err.endswith(
        "Only users who are also in the campaign's own audience in the dashboard get the message.\n"
    )
    assert "reaches   2 recipients\n" in live("r.toml", "--yes").err
    assert "in the dashboard, without any filter\n" in live("all.toml", "--yes").err
    shown = live("j.toml", "--yes").err
    assert "audience  a JSON object in the request\n" in shown
    assert '"push_subscription_status": {' in shown


def test_a_long_audience_is_cut(here: Path, sent: Sent) -> None:
    text = "\\nand ".join(f"a{n} == '{'x' * 300}'" for n in range(50))
    files(here, {"l.toml": f'{RECIPIENTS}audience = {{ text = "{text}" }}\n'})
    done = live("l.toml", "--yes")
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
def test_confirmation(sent: Sent, name: str, typed: str | bytes, is_sent: bool) -> None:
    done = live(name, stdin=typed, terminal=True, env={**ENV, "NO_COLOR": "1"})
    question = "Send? [y/N] " if name == "r.toml" else "Type the campaign id, camp-1, to broadcast: "
    assert question in done.err
    assert done.code == (0 if is_sent else 6)
    assert len(sent.bodies) == is_sent
    if not is_sent:
        assert done.out == ""
        assert "error[AUD804]: the send was not confirmed, and nothing was sent" in done.err


def test_nobody_to_ask(sent: Sent) -> None:
    done = live("r.toml", stdin="y\n")
    assert (done.code, done.out) == (6, "")
    assert "since there is no terminal, and nothing was sent" in done.err
    assert "`--yes`" in done.err
    done = live("-", stdin='{"campaign_id": "c", "broadcast": true}', terminal=True)
    assert done.code == 6
    assert "since the request came on stdin" in done.err
    assert sent.bodies == []
    assert live("-", "--yes", stdin='{"campaign_id": "c", "broadcast": true}').code == 0


def test_findings_come_first(here: Path, sent: Sent) -> None:
    files(here, {"bad.toml": 'campaign_id = "c"\n'})
    done = live("bad.toml", "--yes")
    assert (done.code, done.out) == (1, "")
    assert "AUD710" in done.err
    assert sent.bodies == []


def test_an_interrupt_at_the_question(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.cli.console.Console.ask", mock.Mock(side_effect=KeyboardInterrupt))
    done = live("r.toml", terminal=True, env={**ENV, "NO_COLOR": "1"})
    assert (done.code, done.out) == (130, "")
    assert "error: interrupted, and nothing was sent" in done.err
    assert sent.bodies == []


# --- What comes of it ---

OUTCOMES = [("accepted", 0), ("rejected", 3), ("unknown", 4), ("rate_limited", 5), ("not_sent", 7)]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(("outcome", "code"), OUTCOMES)
def test_exit_codes(sent: Sent, outcome: str, code: int, form: str) -> None:
    sent.answer = lambda request: receipt(request, outcome=outcome, reason="so it is")
    done = live("r.toml", "--yes", "--output-format", form)
    assert done.code == code
    assert KEY not in done.out + done.err
    if form == "json":
        assert json.loads(done.out)["outcome"] == outcome
    else:
        assert done.out.lower().replace(" ", "_").startswith(outcome.replace("unknown", "outcome_unknown"))
    assert ("do not send it again blindly" in done.out + done.err) is (outcome == "unknown")


def test_the_whole_receipt(sent: Sent) -> None:
    from audience_dsl.sender import RateLimit

    sent.answer = lambda request: receipt(
        request,
        outcome="accepted",
        reason="taken",
        dispatch_id="d" * 32,
        send_id="s",
        notice="the campaign is \x1b[31mpaused",
        errors=("one", {"two": 2}),
        rate_limit=RateLimit(limit=250, remaining=249, reset=1_769_850_000),
        retry_after=1.5,
        request_id="r",
    )
    assert live("r.toml", "--yes").out.splitlines() == [
        "accepted: taken",
        f"dispatch id  {'d' * 32}",
        "send id      s",
        "warning      Braze gave a notice, and may have sent nothing: the campaign is \\x1b[31mpaused",
        "warning      Braze reported errors (2) beside the success; see `errors`",
        "error        one",
        'error        {"two": 2}',
        "rate limit   249 left of 250, resets 2026-01-31T09:00:00+00:00",
        "retry after  1.5 s",
        "request id   r",
        f"digest       {json.loads(live('r.toml', '--yes', '--output-format', 'json').out)['digest']}",
        "sent at      2026-01-31T09:00:00+00:00",
    ]
    odd = [(RateLimit(reset=10**15), f"resets {10**15} seconds after 1970"), (RateLimit(remaining=3), "3 left")]
    for limit, shown in odd:
        sent.answer = lambda request, limit=limit: receipt(request, rate_limit=limit)  # type: ignore[misc]
        assert f"rate limit   {shown}\n" in live("r.toml", "--yes").out
    sent.answer = lambda request: receipt(request, rate_limit=RateLimit(limit=3))
    assert "rate limit" not in live("r.toml", "--yes").out
    sent.answer = lambda request: receipt(request, errors=("e",) * 1_234)
    assert "\n             … and 1,214 errors more, which `--output-format json` has\n" in live("r.toml", "--yes").out


def test_json_of_a_hostile_server_is_ascii(sent: Sent) -> None:
    sent.answer = lambda request: receipt(request, message="\u202e\x9b31m")
    done = live("r.toml", "--yes", "--output-format", "json")
    assert done.out.isascii()
    assert json.loads(done.out)["message"] == "\u202e\x9b31m"


def test_an_interrupt_while_sending(sent: Sent) -> None:
    sent.answer = mock.Mock(side_effect=KeyboardInterrupt)
    done = live("r.toml", "--yes")
    assert (done.code, done.out) == (130, "")
    assert "the request may have reached Braze, so its outcome is unknown" in done.err
    assert "look at the campaign in the dashboard first" in done.err


def test_an_interrupt_after_the_send_loses_no_receipt(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    from audience_dsl.cli.console import Console

    data = Console.data
    calls = []

    def interrupted(console: Console, text: str) -> None:
        calls.append(text)
        if len(calls) == 1:
            raise KeyboardInterrupt
        data(console, text)

    monkeypatch.setattr(Console, "data", interrupted)
    done = live("r.toml", "--yes")
    assert done.code == 0
    assert done.out.startswith("accepted")


def test_a_fault_of_ours_while_sending_is_unknown(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.answer = mock.Mock(side_effect=ZeroDivisionError(f"with {KEY}"))
    done = live("r.toml", "--yes")
    assert (done.code, done.out) == (4, "")
    assert "internal error" in done.err
    assert "the outcome is unknown" in done.err
    assert KEY not in done.err
    monkeypatch.setattr("audience_dsl.cli.receipts._in_words", mock.Mock(side_effect=ZeroDivisionError))
    sent.answer = receipt
    assert live("r.toml", "--yes").code == 7


def test_a_receipt_that_stdout_does_not_take(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    from audience_dsl.cli.console import Console, OutputError

    monkeypatch.setattr(Console, "data", mock.Mock(side_effect=OutputError("stdout cannot be written: full")))
    done = live("r.toml", "--yes")
    assert done.code == 0
    assert "error: stdout cannot be written: full\naccepted: taken\n" in done.err


def test_timeouts(sent: Sent) -> None:
    assert live("r.toml", "--yes").code == 0
    assert live("r.toml", "--yes", "--timeout", "5").code == 0
    default, short = (client._timeouts for client in sent.clients)
    assert default == Timeouts()
    assert short == Timeouts(connect=5, write=5, read=5, answer=10)


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
