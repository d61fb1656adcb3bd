"""`audience sandbox`: from the options to the log, its state file, and how it ends."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.cli import outputs, sandbox_state
from audience_dsl.cli.console import Console
from audience_dsl.cli.exits import UsageFault
from audience_dsl.cli.sandbox_state import StateFile
from audience_dsl.sandbox import FAULTS, local_sandbox
from audience_dsl.sender.http import httpx
from tests.end_to_end.shell import COMMAND, environment, started

from .support import files, run

KEY = {"Authorization": "Bearer sandbox-key"}
BODY = {"campaign_id": "c", "recipients": [{"external_user_id": "u"}]}
SEND = "/campaigns/trigger/send"


class Serving:
    """A sandbox of the command line that serves, and what it said so far."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.said = ""
        assert process.stderr is not None
        # The last line of what it says at the start is the end of the command to copy.
        while "--data-raw" not in self.said:
            line = process.stderr.readline().decode()
            assert line, self.said
            self.said += line
        self.url = re.findall(r"http://127\.0\.0\.1:\d+", self.said)[0]
        self.client = httpx.Client(base_url=self.url, headers=KEY, trust_env=False)

    def send(self, **more: Any) -> httpx.Response:
        return self.client.post(SEND, json={**BODY, **more})

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/_sandbox/requests").json()["requests"]
        return found

    def end(self, number: int = signal.SIGINT) -> str:
        """End it by this signal, and return what it said since the start."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        assert out == b""
        assert b"Traceback" not in err
        return err.decode()


@contextmanager
def serving(*options: object, **more: Any) -> Iterator[Serving]:
    with started("sandbox", "--port", "0", *options, **more) as process:
        sandbox = Serving(process)
        with sandbox.client:
            yield sandbox


def names(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())


def test_what_it_says_at_the_start_can_be_copied(here: Path) -> None:
    files(here, {"r.toml": 'campaign_id = "c"\nrecipients = [{ external_user_id = "u" }]\n'})
    with serving("--permission", "campaigns.trigger.send") as sandbox:
        page = re.search(r"http://\S+/ui/", sandbox.said)
        assert page is not None
        assert httpx.get(page[0], trust_env=False).headers["Content-Type"].startswith("text/html")
        send = next(line.strip() for line in sandbox.said.splitlines() if "audience send FILE" in line)
        variable, *words = send.split()
        name, _, key = variable.partition("=")
        assert run(*words[1:2], "r.toml", *words[3:], "--yes", env={name: key}).code == 0
        curl = sandbox.said[sandbox.said.index("curl ") :]
        told = subprocess.run(["sh", "-c", f"{curl.strip()} --silent"], capture_output=True, check=True).stdout
        sandbox.end()
    assert json.loads(told)["message"] == "success"


def test_faults_and_limits_on_a_port() -> None:
    with serving("--fault", "lost-answer=1", "--seed", "7", "--limit", "requests=1") as sandbox:
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                sandbox.send()
        told = sandbox.requests()
        err = sandbox.end()
    assert sandbox.said.startswith("plays lost-answer=1, by the seed 7\n")
    assert [(entry["fault"], entry["accepted"], entry["status"]) for entry in told] == [
        ("lost-answer", True, None),
        ("lost-answer", False, None),
    ]
    assert [line.partition("send ")[2] for line in err.splitlines()] == [
        "no answer (fault lost-answer; accepted)",
        "no answer (fault lost-answer; not accepted)",
    ]


def test_a_delay_counts_also_for_what_a_request_asks_for() -> None:
    with serving("--delay", "0.125") as sandbox:
        assert sandbox.client.get("/_sandbox/faults").json()["delay"] == 0.125
        sandbox.end()


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        (["--fault", "50=0.1"], "there is no fault `50`", ""),
        (["--fault", "503"], "`503` is no name and number", "write it as in `--fault 503=0.05`"),
        (["--fault", "503=often"], "`503=often` is no name and number", "write it as in `--fault 503=0.05`"),
        (["--fault", "503=1.5"], "the rate of `503` is a number from 0 to 1, not 1.5", "one in twenty"),
        (["--fault", "503=0.1", "--delay", "-1"], "a delay is a number of seconds from 0 to 86,400, not -1.0", ""),
        (["--limit", "broadcast=5"], "there is no limit `broadcast`", "did you mean `broadcasts`?"),
        (["--limit", "broadcasts=0"], "the limit `broadcasts` is a whole number from 1, not 0", ""),
        (["--limit", "broadcasts=2.5"], "`broadcasts=2.5` is no name and number", "write it as in"),
        (["--fault", "\x1b[31m=1"], "there is no fault `\\x1b[31m`", ""),
        (["--campaign", "=paused"], "`--campaign =paused` has no id", "--campaign welcome=paused"),
        (["--campaign", "welcome=pausd"], "", "paused"),
        (["--canvas", "welcome=gone"], "", "archived"),
        (["--permission", "campaigns.trigger.sent"], "", "campaigns.trigger.send"),
        (["--profiles", "p.jsonl", "--edges-of", "a.audience"], "`--profiles` and `--edges-of` are both given", "one"),
        (["--count", "5"], "`--count` is about the users of `--edges-of`, which is not given", "add `--edges-of"),
        (["--param", "a=1"], "`--param` is about the users of `--edges-of`", "add `--edges-of"),
        (["--edges-of", "weathr.audience"], "there is no file `weathr.audience`", "did you mean `weather.audience`?"),
    ],
)
def test_options_that_cannot_be(here: Path, options: list[str], message: str, help: str) -> None:
    files(here, {"weather.audience": "a == 1\n"})
    done = run("sandbox", "--port", "0", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}")
    assert help in done.err


def test_the_help_names_every_fault_and_limit() -> None:
    text = " ".join(run("sandbox", "--help").out.split())
    for name in (*FAULTS, "broadcasts (250)", "requests (250,000)", "send-ids (100)"):
        assert name in text


def test_the_campaigns_that_there_are_and_what_becomes_of_one_that_is_paused() -> None:
    with serving("--campaign", "a", "--campaign", "b=paused", "--paused-campaign", "refuse") as sandbox:
        answers = [sandbox.send(campaign_id=id_) for id_ in ("a", "b", "c")]
        sandbox.end()
    assert [answer.status_code for answer in answers] == [201, 400, 400]
    assert answers[2].json()["message"] == "Invalid Campaign ID"


@pytest.mark.parametrize(
    ("options", "key", "status"),
    [
        ([], "another", 401),
        (["--any-key"], "another", 201),
        (["--permission", "campaigns.trigger.send"], "sandbox-key", 201),
        (["--permission", "canvas.trigger.send"], "sandbox-key", 401),
        (["--permission", "canvas.trigger.send", "--missing-permission", "403"], "sandbox-key", 403),
        (["--any-key"], "01234567-89ab-cdef-0123-456789abcdef", 401),
        (["--any-key", "--allow-real-keys"], "01234567-89ab-cdef-0123-456789abcdef", 201),
    ],
)
def test_keys(options: list[str], key: str, status: int) -> None:
    with serving(*options) as sandbox:
        sandbox.client.headers["Authorization"] = f"Bearer {key}"
        assert sandbox.send().status_code == status
        err = sandbox.end()
    assert "01234567" not in err


# --- Who is in it ---


AUDIENCE = {
    "AND": [
        {"custom_attribute": {"custom_attribute_name": "age", "comparison": "greater_than", "value": 21}},
        {"custom_attribute": {"custom_attribute_name": "city", "comparison": "equals", "value": "Huế"}},
    ]
}

OLDER = {"custom_attribute": {"custom_attribute_name": "age", "comparison": "greater_than", "value": 21}}


@pytest.mark.parametrize("name", ["a.audience", "audience.json", "body.json"])
def test_users_are_made_for_an_audience(here: Path, name: str) -> None:
    files(
        here,
        {
            "a.audience": 'age > $least and city == "Huế"\n',
            "audience.json": json.dumps(AUDIENCE),
            "body.json": json.dumps({"campaign_id": "c", "broadcast": True, "audience": AUDIENCE}),
        },
    )
    given = ["--param", "least=21"] if name == "a.audience" else []
    with serving("--edges-of", name, "--count", "8", *given) as sandbox:
        sandbox.client.post(SEND, json={"campaign_id": "c", "broadcast": True, "audience": AUDIENCE})
        reach = sandbox.requests()[0]["reach"]
        sandbox.end()
    assert f"8 users at the edges of {name}, {reach['selected']} of them selected by it\n" in sandbox.said
    assert reach["of"] == 8
    assert 0 < reach["selected"] < 8


def test_users_are_made_and_told_by_what_the_project_assumes(here: Path) -> None:
    selected = []
    for assumed in ("true", "false"):
        files(
            here, {"audience.toml": f'[assume]\n"greater_than.number.other" = {assumed}\n', "a.audience": "age > 21\n"}
        )
        with serving("--edges-of", "a.audience") as sandbox:
            sandbox.client.post(SEND, json={"campaign_id": "c", "broadcast": True, "audience": OLDER})
            selected.append(sandbox.requests()[0]["reach"]["selected"])
            sandbox.end()
        assert f", {selected[-1]} of them selected by it\n" in sandbox.said
    assert selected[0] > selected[1]


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("a.audience", "age >> 21\n", 1, "error[AUD001]: "),
        ("a.audience", "age > $least\n", 1, "error["),
        ("b.json", '{"custom_attribute": {}}', 1, "error[AUD6"),
        ("b.json", "{", 1, "error["),
        ("c.audience", "name matches /(?C1)a/\n", 1, "error[AUD"),
    ],
)
def test_no_users_of_an_audience_that_is_wrong(here: Path, name: str, content: str, code: int, said: str) -> None:
    files(here, {name: content})
    done = run("sandbox", "--port", "0", "--edges-of", name)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(said), done.err
    assert "internal error" not in done.err


# --- Its state ---


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_state_is_written_however_it_ends(here: Path, number: int, code: int) -> None:
    with serving("--state", "s.json") as sandbox:
        assert sandbox.send().status_code == 201
        err = sandbox.end(number)
    assert sandbox.process.returncode == code
    assert sandbox.said.startswith("state: s.json is new\n")
    assert err.splitlines()[-1] == "state: 1 request written to s.json"
    assert names(here) == ["s.json"]
    with serving("--state", "s.json", "--mode", "strict") as sandbox:
        (entry,) = sandbox.requests()
        assert sandbox.send().status_code == 201
        err = sandbox.end()
    assert entry["body"] == BODY
    assert sandbox.said.startswith("state: 1 request from s.json\nsandbox (strict) at ")
    assert err.splitlines()[-1] == "state: 2 requests written to s.json"


def test_what_the_options_say_wins_over_the_state(here: Path) -> None:
    with serving("--state", "s.json", "--campaign", "a", "--limit", "requests=3") as sandbox:
        sandbox.end()
    with serving("--state", "s.json", "--campaign", "b") as sandbox:
        answers = [sandbox.send(campaign_id=id_) for id_ in ("a", "b", "b")]
        sandbox.end()
    assert [answer.status_code for answer in answers] == [400, 201, 201]
    assert answers[-1].headers["X-RateLimit-Limit"] == "3"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "this is no JSON"),
        (b'{"requests": []', "this is no JSON"),
        (b"[]", "the document is no JSON object"),
        (b"\xff{}", "it is not UTF-8"),
        (b'{"format": 999}', "format"),
        (b'{"format": 1, "campains": {}}', "campains"),
        (b'{"format": 1, "mode": "lax"}', "/mode"),
        (b'{"format": 1, "requests": [1]}', "/requests/0"),
    ],
)
def test_a_state_that_is_none_is_refused_and_left_alone(here: Path, content: bytes, why: str) -> None:
    files(here, {"s.json": content})
    done = run("sandbox", "--port", "0", "--state", "s.json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: the state `s.json` is not used: ")
    assert why in done.err
    assert "\n  help: " in done.err
    assert (here / "s.json").read_bytes() == content
    assert names(here) == ["s.json"]


def test_an_empty_state_is_a_new_one(here: Path) -> None:
    files(here, {"s.json": b""})
    with serving("--state", "s.json") as sandbox:
        sandbox.end()
    assert sandbox.said.startswith("state: s.json is new\n")
    assert json.loads((here / "s.json").read_bytes())["requests"] == []


@pytest.mark.parametrize("name", ["directory", "file/s.json"])
def test_a_place_where_no_state_can_be(here: Path, name: str) -> None:
    files(here, {"directory/x": "", "file": ""})
    done = run("sandbox", "--port", "0", "--state", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: the state `{name}` ")


def test_an_operating_system_that_holds_no_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    done = run("sandbox", "--port", "0", "--state", "s.json")
    assert (done.code, done.out, names(here)) == (2, "", [])
    assert "error: a state file cannot be held on this operating system" in done.err


def test_a_state_is_one_sandbox_at_a_time(here: Path) -> None:
    (here / "link.json").symlink_to("s.json")
    with serving("--state", "s.json") as first:
        for name in ("s.json", "link.json", here / "s.json"):
            second = run("sandbox", "--port", "0", "--state", name)
            assert (second.code, second.out) == (2, "")
            assert "error: another sandbox keeps its state in `" in second.err
        first.send()
        first.process.kill()
        first.process.wait()
    # Whoever is killed lets go of it, whatever stays behind.
    with serving("--state", "link.json") as third:
        third.end()
    assert names(here) == ["link.json", "s.json"]
    assert (here / "link.json").is_symlink()


def test_a_port_that_is_in_use_writes_no_state(here: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("sandbox", "--port", taken.getsockname()[1], "--state", "s.json")
    assert (done.code, done.out) == (2, "")
    assert "is already in use" in done.err
    assert names(here) == []


def test_a_state_is_saved_while_it_serves(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_state, "_EVERY", 0.01)
    sandbox = local_sandbox()
    with StateFile(Console(), "s.json") as state, state.saving(sandbox):
        for change in ("first", "second"):
            sandbox.campaigns.set(change, "paused")
            until = time.monotonic() + 30
            while not _has(here / "s.json", change) and time.monotonic() < until:
                time.sleep(0.01)
            assert _has(here / "s.json", change)
    assert names(here) == ["s.json"]


def _has(path: Path, campaign: str) -> bool:
    return path.exists() and campaign in json.loads(path.read_bytes())["campaigns"]["states"]


def test_nothing_is_written_where_nothing_is_new(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = local_sandbox()
    with StateFile(Console(), "s.json") as state:
        state.save(sandbox)
        before = (here / "s.json").stat().st_mtime_ns
        (here / "s.json").unlink()
        state.save(sandbox)
        assert not (here / "s.json").exists()
        sandbox.reset()
        state.save(sandbox)
        assert (here / "s.json").stat().st_mtime_ns > before


def test_a_state_that_cannot_be_written_is_said_once_and_at_the_end(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox_state, "_EVERY", 0.01)
    said = ""

    def wait() -> None:
        nonlocal said
        until = time.monotonic() + 30
        while "cannot be written" not in said and time.monotonic() < until:
            said += capfd.readouterr().err
            time.sleep(0.05)
        # Time for some more saves.
        time.sleep(0.3)

    with StateFile(Console(), "s.json") as state:
        files(here, {"s.json/x": ""})
        saving = state.saving(local_sandbox())
        saving.__enter__()
        wait()
        with pytest.raises(UsageFault, match="cannot be written"):
            saving.__exit__(None, None, None)
    assert (said + capfd.readouterr().err).count("cannot be written") == 1


def test_a_large_state_takes_a_moment_and_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox_state, "_LARGE", 10)
    with StateFile(Console(), "s.json") as state:
        state.save(local_sandbox())
        state.restore(local_sandbox())
    assert capfd.readouterr().err == "state: reading s.json (0 MB)\nstate: 0 requests from s.json\n"


def test_what_a_killed_process_left_is_not_in_the_way(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In a container each process has the same id.
    monkeypatch.setattr(os, "replace", lambda *_: None)
    for _ in range(2):
        with pytest.MonkeyPatch.context() as killed:
            killed.setattr(Path, "replace", _die)
            killed.setattr(Path, "unlink", lambda *_args, **_more: None)
            with pytest.raises(KeyboardInterrupt):
                outputs.write_all({here / "s.json": "{}"})
    assert outputs.write_all({here / "s.json": "{}"}) == 1


def _die(*_: object) -> None:
    raise KeyboardInterrupt


# --- Without a terminal ---


def test_a_log_has_plain_lines(here: Path) -> None:
    with serving(stdin=subprocess.DEVNULL) as sandbox:
        sandbox.client.post("/%1b%5B31mred", json={})
        sandbox.client.request("GET", "/a\u202eb")
        sandbox.send()
        err = sandbox.end(signal.SIGTERM)
    assert sandbox.process.returncode == 143
    assert "\x1b" not in sandbox.said + err
    lines = err.splitlines()
    found = [line for line in lines if line.startswith(" " * 9)]
    assert all(re.match(r"\d\d:\d\d:\d\d (GET|POST) /\S* \d{3} ", line) for line in lines if line not in found)
    assert (len(lines), len(found)) == (5, 2)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (
            "/campaigns/trigger/send",
            {"campaign_id": "c", "broadcast": 1, "colour": 1},
            "400 Bad Request\n         /broadcast: error[AUD701]: ",
        ),
        (
            "/campaigns/trigger/send",
            {"campaign_id": "c", "recipients": [{"external_user_id": 1}]},
            "201 success\n         /recipients/0/external_user_id: warning[AUD701]: the id of a user is a number here",
        ),
        (
            "/campaigns/trigger/send",
            {"campaign_id": "c", "broadcast": True, "audience": {"custom_attribute": {}}},
            "201 success\n         /audience/custom_attribute: error[AUD603]: ",
        ),
        ("/users/track", {}, "404 Invalid URL\n         error[AUD850]: the sandbox does not play `/users/track`, and"),
        (
            "//sends/id/create",
            {},
            "404 Invalid URL\n         error[AUD851]: the path `//sends/id/create` has two slash",
        ),
    ],
)
def test_a_log_says_why(path: str, body: dict[str, Any], said: str) -> None:
    with serving() as sandbox:
        # As a whole address: two slashes would be a host.
        sandbox.client.post(f"{str(sandbox.client.base_url).rstrip('/')}{path}", json=body)
        (entry,) = sandbox.requests()
        err = sandbox.end()
    assert said in err
    more = len(entry["findings"]) - 1
    assert err.rstrip().endswith(f" (+{more} more)") == (more > 0)
    assert len(err.splitlines()) == 2


def test_no_key_in_a_body_is_printed(here: Path) -> None:
    with serving("--state", "s.json") as sandbox:
        for raw in (b'{"api_key": "marker-1f0b"}', b"api_key=marker-1f0b"):
            for path in ("/users/track?api_key=marker-1f0b", "/campaigns/trigger/send"):
                sandbox.client.post(path, content=raw)
        err = sandbox.end()
    assert err.count("error[AUD85") == 4
    assert "marker-1f0b" not in sandbox.said + err + (here / "s.json").read_text()


@pytest.mark.parametrize(
    ("option", "body"),
    [
        ("--audience-without-broadcast", {"audience": {"push_subscription_status": {"comparison": "is"}}}),
        ("--send-ids-must-exist", {"recipients": [{"external_user_id": "u"}], "send_id": "s-1"}),
    ],
)
def test_what_brazes_pages_leave_open_is_set(here: Path, option: str, body: dict[str, Any]) -> None:
    found: list[int] = []
    for options in ([], [option], []):
        with serving("--state", "s.json", *options) as sandbox:
            found.append(sandbox.client.post("/campaigns/trigger/send", json={"campaign_id": "c", **body}).status_code)
            sandbox.end()
    without = 201 if option == "--send-ids-must-exist" else 400
    # It is in the state, and holds for the next time.
    assert found == [without, 601 - without, 601 - without]


def test_a_script_may_put_it_into_the_background(here: Path) -> None:
    script = f"{shlex.join(COMMAND)} sandbox --port 0 --state s.json & echo $!; wait $!; echo $?"
    with subprocess.Popen(
        ["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as it:
        assert it.stdout is not None
        child = int(it.stdout.readline())
        assert it.stderr is not None
        assert any(b"--data-raw" in line for line in it.stderr)
        os.kill(child, signal.SIGTERM)
        out, err = it.communicate(timeout=30)
    assert out == b"143\n"
    assert err.decode().splitlines()[-1] == "state: 0 requests written to s.json"
