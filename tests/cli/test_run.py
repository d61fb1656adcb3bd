"""`audience send --recipients`: whole runs, in processes that are stopped, killed and resumed."""

import json
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.shell import COMMAND, Done, at_terminal, audience, environment, started
from tests.sender.fault_server import FAULTS, SUCCESS, FaultServer, answering, closed_port, response

from .braze import ENV, KEY, Braze, braze
from .support import files, run

MARK = "kept-private"
REQUEST = 'campaign_id = "winter"\n[trigger_properties]\ncarrier = "DHL"\n'
BRAZE_ERROR = b'{"message":"Something went wrong","errors":[{"type":"x"}]}'


def people(count: int, *, first: int = 0) -> str:
    rows = (f"{MARK}-{number},Stadt {number % 7}\r\n" for number in range(first, first + count))
    # As a spreadsheet writes it.
    return "\ufeffexternal_user_id,trigger_properties.city\r\n" + "".join(rows)


@pytest.fixture(autouse=True)
def project(here: Path) -> None:
    one = 'campaign_id = "c"\nrecipients = [{ external_user_id = "u" }]\n'
    files(here, {"w.toml": REQUEST, "one.toml": one, "people.csv": people(120)})


def send(*arguments: object, code: int, env: dict[str, str] = ENV) -> Done:
    """Run it in this process; nothing that it says has a recipient or the key in it."""
    done = run("send", "w.toml", *arguments, env=env)
    assert done.code == code, done
    assert MARK not in done.out + done.err
    assert KEY not in done.out.replace(str(Path.cwd()), "")
    return Done(*done)


def to(url: str, *arguments: object) -> tuple[object, ...]:
    return ("--recipients", "people.csv", "--ledger", "run.db", "--endpoint", url, "--yes", *arguments)


SANDBOX = ("--recipients", "people.csv", "--ledger", "run.db", "--sandbox")


# --- A run from its beginning to its end ---


def test_a_run() -> None:
    done = send(*SANDBOX, code=0)
    assert done.out.splitlines() == ["accepted         120 recipients in 3 batches", "ledger           run.db"]
    assert done.err.splitlines() == [
        "campaign  winter",
        "to        sandbox: nothing leaves this machine",
        "reaches   120 recipients of people.csv",
        "batches   3, 4 at once: about 1 s",
        "ledger    run.db",
        "Only users who are also in the campaign's own audience in the dashboard get the message.",
    ]


def test_the_summary_as_json() -> None:
    value = json.loads(send(*SANDBOX, "--output-format", "json", code=0).out)
    assert (value["total"], value["batches"], value["worst"], value["stopped"]) == (120, 3, "accepted", None)
    assert value["recipients_by_outcome"]["accepted"] == 120
    assert (value["ledger"], value["rejects"]) == ("run.db", None)


def test_columns_as_somebody_named_them(here: Path) -> None:
    files(here, {"people.csv": "Kundennr;Stadt\r\nu1;Wien\r\nu2;Linz\r\n".replace(";", ",")})
    with FaultServer(answering("201 Created")) as server:
        send(*to(server.url, "--map", "Kundennr=external_user_id", "--map", "Stadt=trigger_properties.city"), code=0)
    body = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert body["recipients"] == [
        {"external_user_id": "u1", "trigger_properties": {"city": "Wien"}},
        {"external_user_id": "u2", "trigger_properties": {"city": "Linz"}},
    ]


def test_resume_begins_again_what_was_never_read_to_its_end(here: Path) -> None:
    files(here, {"people.csv": people(1) + f"{MARK},a,b\r\n"})
    send(*SANDBOX, "--strict", code=1)
    files(here, {"people.csv": people(60)})
    assert "60 recipients in 2 batches" in send(*SANDBOX, "--resume", code=0).out


def test_resume_begins_what_was_refused_before_its_beginning() -> None:
    send(*SANDBOX, "--map", "external_user_id=mail", code=1)
    assert "120 recipients in 3 batches" in send(*SANDBOX, "--resume", code=0).out


def test_resume_needs_the_ledger_of_a_run() -> None:
    assert run("send", "one.toml", "--sandbox", "--ledger", "run.db").code == 0
    assert "has no run" in send(*SANDBOX, "--resume", code=2).err


def test_lines_that_are_wrong_are_set_aside(here: Path) -> None:
    files(here, {"people.csv": people(60) + f",{MARK} nobody\r\n" + people(2, first=5).partition("\n")[2]})
    done = send(*SANDBOX, code=1)
    assert "people.csv:62" in done.err
    assert "error[AUD704]" in done.err
    assert "set aside 1 line that cannot be sent to, in run.rejects.csv" in done.err
    assert "left out  2 lines, because a later one has the same recipient" in done.err
    assert done.out.startswith("accepted         60 recipients in 2 batches\n")
    assert (here / "run.rejects.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "external_user_id,trigger_properties.city",
        f",{MARK} nobody",
    ]
    found = json.loads(
        send(
            *("--recipients", "people.csv", "--ledger", "b.db", "--sandbox", "--output-format", "json"),
            *("--findings-file", "found.json"),
            code=1,
        ).out
    )
    assert (found["rejected_lines"], found["duplicates"]) == (1, 2)
    assert MARK not in (here / "found.json").read_text()
    assert "AUD704" in (here / "found.json").read_text()


def test_strict_sends_nothing(here: Path) -> None:
    files(here, {"people.csv": people(3) + ",y\r\n"})
    with FaultServer(answering("201 Created")) as server:
        done = send(*to(server.url, "--strict"), code=1)
    assert server.connections == 0
    assert done.out == ""
    assert not (here / "run.rejects.csv").exists()
    assert done.err.count("error[AUD704]") == 1
    assert "error: 1 line of the recipients cannot be sent to, and with `--strict` nothing was sent" in done.err


@pytest.mark.parametrize(("rows", "code"), [(",nobody\r\n,either\r\n", 1), ("", 0)])
def test_nobody_to_send_to(here: Path, rows: str, code: int) -> None:
    files(here, {"people.csv": people(0) + rows})
    done = send(*SANDBOX, code=code)
    assert done.out.startswith("nobody           there is no recipient to send to\n")
    # And with the file mended, the same ledger will do.
    files(here, {"people.csv": people(3)})
    send(*SANDBOX, code=0)


def test_rejects_are_never_overwritten(here: Path) -> None:
    files(here, {"run.rejects.csv": "kept"})
    done = send(*SANDBOX, code=2)
    assert "`run.rejects.csv` is there already" in done.err
    assert (here / "run.rejects.csv").read_text() == "kept"


def test_hashes_in_the_place_of_identifiers(here: Path) -> None:
    def kept(*more: object) -> bytes:
        with FaultServer(FAULTS["reset-after-read"]) as server:
            send(*to(server.url, *more), code=4)
        found = b"".join(path.read_bytes() for path in here.glob("run.db*"))
        for path in here.glob("run.db*"):
            path.unlink()
        assert KEY.encode() not in found
        return found

    assert MARK.encode() in kept()
    assert MARK.encode() not in kept("--hash-identifiers")


# --- What it refuses ---

REFUSED = {
    "no ledger": (("--recipients", "people.csv", "--sandbox"), 2, "`--recipients` needs a ledger"),
    "a key of one send": ((*SANDBOX, "--ledger-key", "k"), 2, "`--ledger-key` is for one send"),
    "a repetition": ((*SANDBOX, "--repeat"), 2, "`--repeat` is for one send"),
    "counting": ((*SANDBOX, "--profiles", "p"), 2, "`--profiles` is about one request"),
    "an expectation": ((*SANDBOX, "--expect", "1.."), 2, "`--expect` is about one request"),
    "resume without a run": ((*SANDBOX, "--resume"), 2, "the ledger `run.db` does not exist"),
    "an order without resume": (
        (*SANDBOX, "--resend-unknown", 5),
        2,
        "`--resend-unknown` is for a run that is resumed",
    ),
    "no such file": (("--recipients", "x.csv", "--ledger", "r.db", "--sandbox"), 2, "there is no file `x.csv`"),
    "another format": (("--recipients", "w.toml", "--ledger", "r.db", "--sandbox"), 2, "neither a .csv nor a .jsonl"),
    "a mapping of nothing": ((*SANDBOX, "--map", "x"), 2, "`--map x` is no pair of a column and a field"),
    "a column twice": ((*SANDBOX, "--map", "a=email", "--map", "a=braze_id"), 2, "twice for `a`"),
    "an unknown field": ((*SANDBOX, "--map", "external_user_id=mail"), 1, "recipients have no field `mail`"),
    "nobody to ask": (to("http://127.0.0.1:9")[:-1], 6, "there is no terminal, and nothing was sent"),
    "stray --resume": (("--sandbox", "--resume"), 2, "`--resume` is for a run over a file of recipients"),
    "stray --grace": (("--sandbox", "--grace", 1), 2, "`--grace` is for a run over a file of recipients"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(here: Path, name: str) -> None:
    arguments, code, said = REFUSED[name]
    done = send(*arguments, code=code)
    assert said in done.err
    assert done.out == ""
    # What was refused stands in the way of nothing.
    assert send(*SANDBOX, code=0).out.startswith("accepted")


@pytest.mark.parametrize("more", ["broadcast = true\n", 'recipients = [{ external_user_id = "u" }]\n'])
def test_a_request_that_says_itself_whom_it_goes_to(here: Path, more: str) -> None:
    files(here, {"w.toml": more + REQUEST})
    done = send(*SANDBOX, code=1)
    assert "error[AUD7" in done.err
    assert not (here / "run.db").exists()


def test_a_ledger_has_one_run(here: Path) -> None:
    with FaultServer(FAULTS["reset-after-read"]) as server:
        send(*to(server.url, "--at-once", 1), code=4)
        done = send(*to(server.url), code=2)
    assert "has a run already, of `people.csv`" in done.err
    assert "go on with it by `--resume`" in done.err


def test_a_run_begun_twice_is_refused_for_the_run_and_not_for_what_it_set_aside(here: Path) -> None:
    files(here, {"people.csv": people(3) + ",nobody\n"})
    send(*SANDBOX, code=1)
    assert (here / "run.rejects.csv").exists()
    assert "go on with it by `--resume`" in send(*SANDBOX, code=2).err


def test_another_input_or_request_is_refused(here: Path) -> None:
    send(*SANDBOX, code=0)
    files(here, {"people.csv": people(121)})
    assert "AUD822" in send(*SANDBOX, "--resume", code=6).err
    files(here, {"people.csv": people(120), "w.toml": REQUEST.replace("DHL", "UPS")})
    assert "AUD822" in send(*SANDBOX, "--resume", code=6).err
    files(here, {"w.toml": REQUEST})
    assert "the run is finished" in send(*SANDBOX, "--resume", code=0).err


def test_what_the_sandbox_took_is_not_sent() -> None:
    send(*SANDBOX, code=0)
    with FaultServer(answering("201 Created")) as server:
        done = send(*to(server.url, "--resume"), code=6)
    assert server.connections == 0
    assert "is of sends to `the sandbox in a process`" in done.err


# --- Outcomes ---

OUTCOMES: dict[str, tuple[Any, tuple[object, ...], int]] = {
    "accepted": (answering("201 Created"), (), 0),
    "rejected": (answering("400 Bad Request", BRAZE_ERROR), (), 3),
    "unknown": (FAULTS["reset-after-read"], (), 4),
    "rate limited": (
        answering("429 Too Many", b'{"message":"Rate Limited"}', "X-RateLimit-Reset: 9999999999"),
        ("--max-wait", 0),
        5,
    ),
    "the key is wrong": (answering("401 Unauthorized", b'{"message":"Invalid API key"}'), (), 7),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_exit_codes(name: str) -> None:
    fault, more, code = OUTCOMES[name]
    with FaultServer(fault) as server:
        done = send(*to(server.url, *more, "--output-format", "json"), code=code)
    assert sum(json.loads(done.out)["recipients_by_outcome"].values()) == 120


def test_a_limit_that_is_spent_makes_what_waits_for_it_rate_limited() -> None:
    free = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    spent = ("X-RateLimit-Limit: 250000", "X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {int(free.timestamp())}")
    with FaultServer(answering("201 Created", SUCCESS, *spent)) as server:
        more = ("--max-wait", 0, "--at-once", 1, "--output-format", "json")
        value = json.loads(send(*to(server.url, *more), code=5).out)
        assert server.connections == 1
    assert value["recipients_by_outcome"] == {
        **dict.fromkeys(("rejected", "unknown", "in_flight", "not_sent", "pending"), 0),
        "accepted": 50,
        "rate_limited": 70,
    }
    assert free <= datetime.fromisoformat(value["retry_at"]) < free + timedelta(seconds=2)
    shown = run("ledger", "show", "run.db").out
    assert f"70 recipients so far. To go on with them, once the rate limit is reset at {free:%Y-%m-%d %H:00:0}" in shown


def test_a_deadline_stops_it() -> None:
    def late(talk: Any) -> None:
        talk.read()
        time.sleep(1.2)
        talk.write(response("201 Created"))

    deadline = datetime.now(UTC) + timedelta(seconds=1)
    with FaultServer(late) as server:
        done = send(*to(server.url, "--at-once", 1, "--deadline", deadline.isoformat()), code=7)
        assert server.connections == 1
        assert "not begun        70 recipients in 2 batches\nstopped          the deadline has passed\n" in done.out
        send(*to(server.url, "--resume", "--deadline", deadline.isoformat()), code=7)
        assert server.connections == 1


def test_no_connection() -> None:
    with closed_port() as url:
        done = send(*to(url, "--attempts", 1), code=7)
    assert "to send to the 120 that are left, run the same command with `--resume`" in done.out


def test_the_worst_batch_decides() -> None:
    seen: list[bytes] = []

    def one_of_each(talk: Any) -> None:
        talk.read()
        seen.append(b"")
        if len(seen) == 1:
            talk.write(b"HTTP/1.1 201 Created\r\nContent-Length: 21\r\n\r\n" + b'{"message":"success"}')
        elif len(seen) == 2:
            talk.write(b"HTTP/1.1 400 Bad\r\nContent-Length: 17\r\n\r\n" + b'{"message":"bad"}')
        else:
            talk.reset()

    with FaultServer(one_of_each) as server:
        done = send(*to(server.url, "--at-once", 1), code=4)
    assert done.out.splitlines()[:3] == [
        "accepted         50 recipients in 1 batch",
        "rejected         50 recipients in 1 batch",
        "OUTCOME UNKNOWN  20 recipients in 1 batch",
    ]
    assert "`audience ledger show run.db` lists them, and the ways to decide" in done.out


def test_unknown_is_sent_again_by_its_number_alone() -> None:
    with FaultServer(FAULTS["reset-after-read"]) as server:
        send(*to(server.url), code=4)
        url = server.url
        assert server.connections == 3
        assert "AUD820" in send(*to(url, "--resume", "--resend-unknown", 119), code=6).err
        assert "120 recipients" in send(*to(url, "--resume", "--resend-unknown", 1), code=6).err
        done = send(*to(url, "--resume"), code=4)
        assert "nothing is left that may be sent" in done.err
        assert server.connections == 3
        server.fault = answering("201 Created")
        done = send(*to(url, "--resume", "--resend-unknown", 120), code=0)
        assert "120 of whom may get the message a second time" in done.err
        assert server.connections == 6


def test_what_braze_had_an_error_over_is_sent_again_where_that_is_asked() -> None:
    with FaultServer(answering("503 Unavailable", b'{"message": "no capacity"}')) as server:
        send(*to(server.url), code=3)
        server.fault = answering("201 Created")
        assert "nothing is left that may be sent" in send(*to(server.url, "--resume"), code=3).err
        assert server.connections == 3
        done = send(*to(server.url, "--resume", "--retry-5xx"), code=0)
        assert done.out.startswith("accepted         120 recipients in 3 batches")
        assert "reaches   120 recipients of people.csv\nbatches   3, 4 at once" in done.err
        assert server.connections == 6


# --- Stopped and killed ---


@pytest.fixture
def slow(here: Path) -> Iterator[Braze]:
    files(here, {"people.csv": people(2_000)})
    with braze(here, "--fault", "delay=1", "--delay", "0.2") as server:
        yield server


def begun(server: Braze, process: subprocess.Popen[bytes], count: int = 1) -> None:
    until = time.monotonic() + 30
    while len(server.requests()) < count and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def ended(process: subprocess.Popen[bytes]) -> Done:
    out, err = process.communicate(timeout=30)
    done = Done(process.returncode, out.decode(), err.decode())
    for never in ("Traceback", "Exception ignored", MARK, KEY):
        assert never not in done.out + done.err, done
    return done


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_it_end_in_order(slow: Braze, number: signal.Signals, code: int) -> None:
    with started("send", "w.toml", *to(slow.url, "--output-format", "json"), env=ENV) as process:
        begun(slow, process)
        process.send_signal(number)
        done = ended(process)
    assert done.code == code
    value = json.loads(done.out)
    counts = value["recipients_by_outcome"]
    assert value["stopped"] == ("by Ctrl-C" if code == 130 else "by SIGTERM")
    assert "stopping: no new batches" in done.err
    assert counts["unknown"] == counts["in_flight"] == 0
    assert 0 < counts["accepted"] == slow.taken().total() < 2_000
    assert counts["pending"] == 2_000 - counts["accepted"]
    resumed = audience("send", "w.toml", *to(slow.url, "--resume"), env=ENV)
    assert resumed.code == 0
    assert f"reaches   {counts['pending']:,} recipients of people.csv that are left, of 2,000" in resumed.err
    assert set(slow.taken().values()) == {1}
    assert slow.taken().total() == 2_000


def test_a_signal_ends_a_wait(here: Path) -> None:
    limited = answering("429 Too Many", b"{}", f"X-RateLimit-Reset: {int(time.time()) + 1_000}")
    with FaultServer(limited) as server, started("send", "w.toml", *to(server.url), env=ENV) as process:
        assert process.stderr is not None
        assert any(b"waiting" in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        done = ended(process)
    assert done.code == 143
    assert "stopped          by SIGTERM" in done.out
    # The first one that is limited holds back those that have not begun, however many those are.
    limits = re.search(r"^rate limited +(\d+) recipients in \d batch(?:es)?, until 20", done.out, re.M)
    pending = re.search(r"^not begun +(\d+) recipients", done.out, re.M)
    assert limits is not None
    assert int(limits[1]) + (int(pending[1]) if pending else 0) == 120


def test_a_second_signal_stops_at_once(here: Path) -> None:
    files(here, {"people.csv": people(500)})
    with (
        FaultServer("stall-after-read") as server,
        started("send", "w.toml", *to(server.url), env=ENV) as process,
    ):
        until = time.monotonic() + 20
        while len(server.requests) < 4 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        done = ended(process)
        assert done.code == 143
        assert "stopped at once: the ledger has what was under way as in flight" in done.err
        server.fault = answering("201 Created")
        done = audience("send", "w.toml", *to(server.url, "--resume"), env=ENV)
    assert done.code == 4
    assert "accepted         300 recipients in 6 batches" in done.out
    assert "OUTCOME UNKNOWN  200 recipients in 4 batches" in done.out


def test_a_signal_writes_into_no_other_file(here: Path) -> None:
    # Without a stderr, its number may be that of the ledger.
    command = shlex.join([*COMMAND, "send", "w.toml"])
    with FaultServer("stall-after-read") as server:
        arguments = shlex.join(map(str, to(server.url, "--grace", 0)))
        with subprocess.Popen(
            ["bash", "-c", f"exec {command} {arguments} 2>&-"], stdout=subprocess.PIPE, env=environment(ENV)
        ) as process:
            until = time.monotonic() + 20
            while len(server.requests) < 3 and time.monotonic() < until:
                time.sleep(0.01)
            process.terminate()
            out, _ = process.communicate(timeout=20)
    assert (process.returncode, b"OUTCOME UNKNOWN  120 recipients" in out) == (143, True)
    assert audience("ledger", "show", "run.db").code == 0
    for path in here.glob("run.*"):
        assert b"stopping: no new batches" not in path.read_bytes()


def test_grace_is_over_at_some_time(here: Path) -> None:
    with (
        FaultServer("stall-after-read") as server,
        started("send", "w.toml", *to(server.url, "--grace", "0.3"), env=ENV) as process,
    ):
        until = time.monotonic() + 20
        while len(server.requests) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        done = ended(process)
    assert done.code == 130
    assert "OUTCOME UNKNOWN  120 recipients in 3 batches" in done.out
    assert "stopped          by Ctrl-C" in done.out


def test_killed_and_resumed_until_it_is_done(slow: Braze) -> None:
    more: tuple[object, ...] = ()
    code = None
    for wanted in (3, 12, 25):
        with started("send", "w.toml", *to(slow.url, *more), env=ENV) as process:
            begun(slow, process, wanted)
            process.kill()
            process.wait()
        more = ("--resume",)
    for _ in range(3):
        done = audience("send", "w.toml", *to(slow.url, *more, "--output-format", "json"), env=ENV)
        code = done.code
    counts = json.loads(done.out)["recipients_by_outcome"]
    assert counts["accepted"] + counts["unknown"] == 2_000
    assert code == (4 if counts["unknown"] else 0)
    # In flight at each kill: at most as many batches as there are workers.
    assert counts["unknown"] <= 3 * 4 * 50
    taken = slow.taken()
    assert set(taken.values()) == {1}
    assert counts["accepted"] <= taken.total() <= 2_000


def test_a_file_that_changes_under_way(here: Path, slow: Braze) -> None:
    with started("send", "w.toml", *to(slow.url), env=ENV) as process:
        begun(slow, process)
        with (here / "people.csv").open("a") as file:
            file.write("another,Wien\n")
        done = ended(process)
    assert done.code == 7
    assert "was changed while it was in use" in done.err
    assert "to send to the " in done.out
    assert "AUD822" in audience("send", "w.toml", *to(slow.url, "--resume"), env=ENV).err
    files(here, {"people.csv": people(2_000)})
    assert audience("send", "w.toml", *to(slow.url, "--resume"), env=ENV).code == 0
    assert set(slow.taken().values()) == {1}
    assert slow.taken().total() == 2_000


def test_an_interrupt_while_the_file_is_read(here: Path) -> None:
    files(here, {"people.csv": people(400_000)})
    with (
        FaultServer(answering("201 Created")) as server,
        started("send", "w.toml", *to(server.url), env=ENV) as process,
    ):
        until = time.monotonic() + 20
        while not (here / "run.db").exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        done = ended(process)
        assert (done.code, done.out) == (130, "")
        assert "error: interrupted, and nothing was sent" in done.err
        assert server.connections == 0
    files(here, {"people.csv": people(3)})
    assert send(*("--recipients", "people.csv", "--ledger", "other.db", "--sandbox"), code=0)


# --- At a terminal ---


def confirmed(url: str, answer: bytes) -> Done:
    arguments = ("send", "w.toml", *map(str, to(url)[:-1]))
    done = at_terminal(arguments, b"to send:", answer, {**ENV, "COLUMNS": "120"})
    assert MARK not in done.out + done.err
    return done


def test_a_bar_on_a_terminal(slow: Braze) -> None:
    done = confirmed(slow.url, b"2,000\n")
    assert done.code == 0, done
    assert "Type the number of recipients, 2,000, to send: " in done.err
    looks = re.findall(r"\r(█*░* +[^\r]*) *\x1b\[K", done.err)
    assert any(re.search(r"of 2,000 \(\d+%\)  [\d,]+ accepted  0 rejected  0 unknown", look) for look in looks), looks
    assert max(map(len, looks)) < 120
    assert done.out.startswith("accepted         2,000 recipients in 40 batches\n")


def test_whoever_does_not_confirm_can_begin_again(here: Path) -> None:
    files(here, {"people.csv": people(10) + ",nobody\r\n"})
    with FaultServer(answering("201 Created")) as server:
        done = confirmed(server.url, b"y\n")
        assert done.code == 6
        assert "the run was not confirmed, and nothing was sent" in done.err
        assert not (here / "run.rejects.csv").exists()
        files(here, {"people.csv": people(11)})
        assert confirmed(server.url, b"11\n").code == 0
    assert server.connections == 1
