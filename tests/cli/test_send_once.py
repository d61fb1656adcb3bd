"""`audience send` of one request: tried again where that is safe, waited for, recorded, and sent once."""

import json
import math
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.shell import Done, audience, started
from tests.sender.fault_server import FAULTS, SUCCESS, Conversation, FaultServer, answering, closed_port, response

from .support import files, run

SECRET = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
ENV = {"BRAZE_API_KEY": SECRET}
BRAZE_ERROR = b'{"message":"Something went wrong","errors":[{"type":"x"}]}'
LIMITED = b'{"message":"Rate Limited"}'


@pytest.fixture(autouse=True)
def project(here: Path) -> None:
    files(
        here,
        {
            "r.toml": 'campaign_id = "camp-1"\nrecipients = [{ external_user_id = "u" }]\n',
            "s.toml": 'campaign_id = "camp-2"\nrecipients = [{ external_user_id = "u" }]\n',
        },
    )


def send(server: FaultServer | str, *more: object, name: str = "r.toml", code: int) -> Done:
    url = server if isinstance(server, str) else server.url
    done = run("send", name, "--endpoint", url, "--yes", *more, env=ENV)
    assert done.code == code, done
    assert SECRET not in done.out + done.err
    return Done(*done)


def in_turn(*answers: bytes) -> Callable[[Conversation], None]:
    """Each request gets the next of these answers, and the last one from then on."""
    left = list(answers)

    def fault(talk: Conversation) -> None:
        talk.read()
        talk.write(left.pop(0) if len(left) > 1 else left[0])

    return fault


def limited(seconds: float) -> bytes:
    return response("429 Too Many", LIMITED, f"X-RateLimit-Reset: {math.ceil(time.time() + seconds)}")


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


# --- Tried again ---


def test_a_limit_is_waited_for() -> None:
    with FaultServer(in_turn(limited(0.3), response("201 Created"))) as server:
        done = send(server, code=0)
    assert server.connections == 2
    assert "Braze refused the request until its rate limit is reset: waiting " in done.err
    assert "; Ctrl-C ends it, and nothing is sent\n" in done.err
    assert "attempts     2\n" in done.out


def test_a_limit_is_not_waited_for() -> None:
    with FaultServer(answering("429 Too Many", LIMITED, "X-RateLimit-Reset: 9999999999")) as server:
        done = send(server, "--max-wait", 0, code=5)
        value = json.loads(send(server, "--max-wait", 0, "--output-format", "json", code=5).out)
    assert server.connections == 2
    assert "waiting" not in done.err
    assert "retry at     2286-11-20T17:46:39+00:00\n" in done.out
    assert value["retry_at"] == "2286-11-20T17:46:39+00:00"


RETRIES: dict[str, tuple[Any, tuple[object, ...], int, int]] = {
    # the answer, the options, the exit code, the requests
    "5xx in Braze's JSON": (answering("500 Error", BRAZE_ERROR), (), 3, 1),
    "the same where asked": (answering("500 Error", BRAZE_ERROR), ("--retry-5xx", "--attempts", 2), 3, 2),
    "a page": (answering("500 Error", b"<html>"), ("--retry-5xx",), 4, 1),
    "lost": (FAULTS["reset-after-read"], ("--retry-5xx",), 4, 1),
    "a limit without a time": (answering("429 Too Many", LIMITED), ("--attempts", 2), 5, 2),
    "no time left": (answering("429 Too Many", LIMITED, "X-RateLimit-Reset: 9999999999"), ("--time-at-most", 9), 5, 1),
    "past the deadline": (answering("201 Created"), ("--deadline", "2020-01-01T00:00:00Z"), 7, 0),
    "before the deadline": (answering("201 Created"), ("--deadline", "2120-01-01T00:00:00Z"), 0, 1),
    "a share": (answering("201 Created"), ("--share", "1/8"), 0, 1),
}


@pytest.mark.parametrize("name", RETRIES)
def test_retries(name: str) -> None:
    fault, more, code, requests = RETRIES[name]
    with FaultServer(fault) as server:
        send(server, *more, code=code)
    assert server.connections == requests


def test_no_connection_is_tried_again() -> None:
    with closed_port() as url:
        done = send(url, "--attempts", 3, code=7)
    assert done.err.count("the request could not be sent: waiting ") == 2
    assert "attempts     3\n" in done.out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--attempts", 0), "`--attempts`"),
        (("--max-wait", -1), "`--max-wait`"),
        (("--deadline", "tomorrow"), "`--deadline tomorrow` is no instant"),
        (("--share", "8"), "share"),
        (("--ledger-key", "k"), "`--ledger-key` says something about a ledger, and none is named"),
        (("--repeat",), "`--repeat` says something about a ledger"),
        (("--hash-identifiers",), "`--hash-identifiers` says something about a ledger"),
        (("--ledger", "l.db", "--ledger-key", ""), "`--ledger-key` is empty"),
        (("--ledger", "r.toml"), "the ledger `r.toml`"),
        (("--ledger", "no/such/directory.db"), "the ledger `no/such/directory.db`"),
    ],
)
def test_options_that_cannot_be(more: tuple[object, ...], said: str) -> None:
    with FaultServer(answering("201 Created")) as server:
        done = send(server, *more, code=2)
    assert said in done.err
    assert server.connections == 0


# --- Recorded ---


def test_once_is_once() -> None:
    with FaultServer(answering("201 Created")) as server:
        first = send(server, "--ledger", "l.db", code=0)
        again = send(server, "--ledger", "l.db", code=0)
        value = send(server, "--ledger", "l.db", "--output-format", "json", code=0)
        assert server.connections == 1
        send(server, "--ledger", "l.db", name="s.toml", code=0)
    assert server.connections == 2
    assert first.out.startswith("accepted: ")
    assert again.out.startswith("already sent at ")
    assert ": nothing was sent now; this is the receipt of then\n" in again.out
    assert json.loads(value.out)["replayed"] is True
    assert "already sent at " in value.err


def test_a_key_is_one_send() -> None:
    with FaultServer(answering("201 Created")) as server:
        key = ("--ledger", "l.db", "--ledger-key", "storm/porto/1122")
        assert "ledger key   storm/porto/1122\n" in send(server, *key, code=0).out
        # The same message in another form: it is the key that says what is one send.
        files(Path(), {"r.toml": 'recipients = [{ external_user_id = "u" }]\ncampaign_id = "camp-1"\n'})
        assert "already sent at" in send(server, *key, code=0).out
        other = ("--ledger", "l.db", "--ledger-key", "storm/porto/1123")
        send(server, *other, "--repeat", code=0)
    assert server.connections == 2


def test_what_was_sent_before_needs_no_confirmation() -> None:
    with FaultServer(answering("201 Created")) as server:
        send(server, "--ledger", "l.db", code=0)
        done = run("send", "r.toml", "--endpoint", server.url, "--ledger", "l.db", env=ENV)
    assert done.code == 0
    assert done.out.startswith("already sent at ")


def test_unknown_is_refused_until_somebody_decides() -> None:
    with FaultServer(FAULTS["reset-after-read"]) as server:
        said = send(server, "--ledger", "l.db", code=4).out
        assert "and then say what became of it: `audience ledger show l.db` has the ways\n" in said
        done = send(server, "--ledger", "l.db", code=6)
        assert "error[AUD820]" in done.err
        assert done.out == ""
    assert server.connections == 1


def test_what_surely_was_not_sent_may_go() -> None:
    with FaultServer(in_turn(response("400 Bad", BRAZE_ERROR), response("201 Created"))) as server:
        send(server, "--ledger", "l.db", code=3)
        send(server, "--ledger", "l.db", code=0)
    assert server.connections == 2


def test_the_key_is_no_name() -> None:
    with FaultServer(answering("201 Created")) as server:
        done = send(server, "--ledger", "l.db", "--ledger-key", SECRET, code=2)
    assert "`--ledger-key` is given the API key" in done.err
    assert server.connections == 0
    assert not Path("l.db").exists()
    assert run("send", "r.toml", "--sandbox", "--ledger", "l.db", "--ledger-key", SECRET, env=ENV).code == 2


def test_a_rehearsal_is_no_send() -> None:
    assert run("send", "r.toml", "--sandbox", "--ledger", "l.db").code == 0
    with FaultServer(answering("201 Created")) as server:
        done = send(server, "--ledger", "l.db", code=6)
    assert "error[AUD822]" in done.err
    assert server.connections == 0


def test_two_at_the_same_instant_are_one_request() -> None:
    def slowly(talk: Conversation) -> None:
        talk.read()
        time.sleep(0.3)
        talk.write(response("201 Created", SUCCESS))

    with FaultServer(slowly) as server:
        arguments = ("send", "r.toml", "--endpoint", server.url, "--yes", "--ledger", "l.db", "--ledger-key", "k")
        with started(*arguments, env=ENV) as one, started(*arguments, env=ENV) as other:
            codes = [process.wait(30) for process in (one, other)]
        # Whoever comes while it is under way is refused, and whoever comes after gets the receipt.
        assert sorted(codes) in ([0, 0], [0, 6])
        assert audience(*arguments, env=ENV).out.startswith("already sent at ")
    assert len(server.requests) == 1


# --- Interrupted ---


def ended(process: subprocess.Popen[bytes]) -> Done:
    out, err = process.communicate(timeout=20)
    assert b"Traceback" not in err
    return Done(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_waiting(number: signal.Signals, code: int) -> None:
    with (
        FaultServer(in_turn(limited(1_000))) as server,
        started(
            *("send", "r.toml", "--endpoint", server.url, "--yes", "--time-at-most", 2_000, "--ledger", "l.db"), env=ENV
        ) as process,
    ):
        assert process.stderr is not None
        assert any(b"waiting" in line for line in process.stderr)
        process.send_signal(number)
        done = ended(process)
        assert (done.code, done.out) == (code, "")
        assert "error: interrupted while waiting, and nothing was sent" in done.err
        server.fault = answering("201 Created")
        send(server, "--ledger", "l.db", code=0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_sending(number: signal.Signals, code: int) -> None:
    with FaultServer("stall-after-read") as server:
        with started("send", "r.toml", "--endpoint", server.url, "--yes", "--ledger", "l.db", env=ENV) as process:
            until(lambda: server.requests)
            process.send_signal(number)
            done = ended(process)
        assert (done.code, done.out) == (code, "")
        assert "its outcome is unknown" in done.err
        server.fault = answering("201 Created")
        assert "AUD820" in send(server, "--ledger", "l.db", code=6).err


# --- What is shown and asked, by what is sent ---

AUDIENCE = "audience = { text = \"plan == 'gold'\" }\n"
USER = 'recipients = [{ external_user_id = "u" }]\n'
MOVED = """
endpoint = "campaign-trigger-schedule-update"
campaign_id = "c"
schedule_id = "s"
schedule = { time = "2099-01-31T09:00:00" }
"""
SEGMENT = """
segment_id = "seg-1"
broadcast = true
[messages.email]
app_id = "a"
subject = "s"
from = "A <a@b.c>"
body = "b"
"""
KINDS: dict[str, tuple[str, str, list[str], str]] = {
    # the request, the path, what is shown of it, the question
    "a campaign": (
        'campaign_id = "c"\n' + USER,
        "/campaigns/trigger/send",
        ["campaign  c", "reaches   1 recipient"],
        "Send? [y/N] ",
    ),
    "a Canvas to all": (
        'canvas_id = "v"\nbroadcast = true\n' + AUDIENCE,
        "/canvas/trigger/send",
        [
            "Canvas    v",
            (
                "reaches   BROADCAST: all users of the Canvas's own audience in the dashboard, "
                "who also match the audience below"
            ),
        ],
        "Type the Canvas id, v, to broadcast: ",
    ),
    "a schedule": (
        'campaign_id = "c"\nschedule = { time = "2099-01-31T09:00:00Z" }\n' + USER,
        "/campaigns/trigger/schedule/create",
        ["goes out  at 2099-01-31T09:00:00Z"],
        "Schedule it? [y/N] ",
    ),
    "a schedule by each user's clock": (
        'campaign_id = "c"\nbroadcast = true\nschedule = { time = "2099-01-31T09:00:00", in_local_time = true }\n',
        "/campaigns/trigger/schedule/create",
        ["goes out  at 2099-01-31T09:00:00, in each user's own time zone"],
        "Type the campaign id, c, to schedule a broadcast: ",
    ),
    "a schedule at the best time": (
        'canvas_id = "v"\nschedule = { time = "2099-01-31T00:00:00", at_optimal_time = true }\n' + USER,
        "/canvas/trigger/schedule/create",
        ["goes out  at 2099-01-31, at each user's optimal time"],
        "Schedule it? [y/N] ",
    ),
    "a schedule that is moved": (
        MOVED,
        "/campaigns/trigger/schedule/update",
        ["schedule  s", "goes out  at 2099-01-31T09:00:00, in UTC"],
        "Change the schedule? [y/N] ",
    ),
    "a schedule that is deleted": (
        'endpoint = "campaign-trigger-schedule-delete"\ncampaign_id = "c"\nschedule_id = "s"\n',
        "/campaigns/trigger/schedule/delete",
        ["schedule  s", "goes out  no more: the schedule is deleted"],
        "Delete the schedule? [y/N] ",
    ),
    "a segment": (
        SEGMENT,
        "/messages/send",
        ["reaches   BROADCAST: all users of the segment seg-1, without any filter"],
        "Type the segment id, seg-1, to broadcast: ",
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_words_by_what_is_sent(here: Path, name: str) -> None:
    text, path, shown, question = KINDS[name]
    files(here, {"k.toml": text})
    env = {**ENV, "NO_COLOR": "1"}
    with FaultServer(answering("201 Created")) as server:
        arguments = ("send", "k.toml", "--endpoint", server.url)
        done = run(*arguments, terminal=True, stdin="no\n", env=env)
        assert (done.code, server.connections) == (6, 0), done
        assert question in done.err
        for line in (*shown, f"to        {server.url}{path}"):
            assert f"{line}\n" in done.err, done.err
        answer = "y" if question.endswith("[y/N] ") else question.split(", ")[1]
        done = run(*arguments, terminal=True, stdin=f"{answer}\n", env=env)
        assert (done.code, server.connections) == (0, 1), done


def test_a_schedule_is_known_by_its_id(here: Path) -> None:
    files(here, {"k.toml": KINDS["a schedule"][0]})
    assert "schedule id  " in run("send", "k.toml", "--sandbox").out
