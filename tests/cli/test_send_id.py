"""`audience send-id create`: an id on stdout, and what is to be done where none can be had."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.sandbox import Sandbox, local_sandbox, running
from tests.end_to_end.shell import started
from tests.sender.fault_server import FAULTS, FaultServer, answering

from .support import Done, files, run

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
STORM = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"


@pytest.fixture
def braze(here: Path) -> Iterator[Sandbox]:
    sandbox = local_sandbox(api_key=KEY, allow_real_keys=True)
    with running(sandbox) as url:
        files(here, {"audience.toml": f'[env.a]\nendpoint = "{url}"\ncampaigns = {{ storm = "{STORM}" }}\n'})
        yield sandbox


def create(*arguments: str) -> Done:
    return run("send-id", "create", *arguments, env={"BRAZE_API_KEY": KEY})


@pytest.mark.parametrize("campaign", ["storm", STORM])
def test_with_a_name_of_ones_own(braze: Sandbox, campaign: str) -> None:
    done = create("storm-1", "--campaign", campaign, "--env", "a")
    assert (done.code, done.out) == (0, "storm-1\n"), done.err
    (entry,) = braze.requests
    assert entry.path == "/sends/id/create"
    assert entry.body == {"campaign_id": STORM, "send_id": "storm-1"}


def test_braze_thinks_of_one(braze: Sandbox) -> None:
    done = create("--campaign", "storm", "--env", "a")
    assert done.code == 0, done.err
    assert len(done.out.strip()) > 10
    (entry,) = braze.requests
    assert entry.body == {"campaign_id": STORM}


def test_as_json() -> None:
    done = create("mine", "--campaign", OTHER, "--sandbox", "--output-format", "json")
    value = json.loads(done.out)
    assert (done.code, value["outcome"], value["send_id"]) == (0, "accepted", "mine")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--env", "a"), "`--campaign` is missing"),
        (("--campaign", "strom", "--env", "a"), "did you mean `storm`?"),
        (("x" * 65, "--campaign", "storm", "--env", "a"), "64"),
        (("é", "--campaign", "storm", "--env", "a"), "ASCII"),
        (("--campaign", "storm"), "AUD830"),
    ],
)
def test_usage(braze: Sandbox, arguments: tuple[str, ...], words: str) -> None:
    done = create(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert not braze.requests


def test_an_environment_that_is_only_read(here: Path) -> None:
    files(here, {"audience.toml": '[env.a]\ninstance = "EU-01"\nread-only = true\n'})
    done = create("--campaign", STORM, "--env", "a")
    assert (done.code, done.out, "AUD832" in done.err) == (6, "", True)


def test_a_campaign_that_is_not_allowed(here: Path) -> None:
    files(here, {"audience.toml": '[env.a]\ninstance = "EU-01"\nallowed-campaigns = ["x"]\n'})
    done = create("--campaign", STORM, "--env", "a")
    assert (done.code, done.out, "AUD834" in done.err) == (6, "", True)


OUTCOMES: dict[str, tuple[Any, int, str]] = {
    "rejected": (answering("400 Bad Request", b'{"message":"no"}'), 3, "no send id was made"),
    "unknown": (FAULTS["reset-after-read"], 4, "make another one"),
    "rate limited": (answering("429 Too Many", b"{}", "X-RateLimit-Reset: 9999999999"), 5, "; again at 2286-11-20T"),
    # Braze has made one, and nobody can say which.
    "accepted": (answering("201 Created"), 4, "does not say which"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcomes(name: str) -> None:
    fault, code, words = OUTCOMES[name]
    with FaultServer(fault) as server:
        done = create("--campaign", STORM, "--endpoint", server.url)
        assert (done.code, done.out) == (code, "")
        assert words in done.err
        done = create("--campaign", STORM, "--endpoint", server.url, "--output-format", "json")
        assert (done.code, json.loads(done.out)["send_id"]) == (code, None)
        assert server.connections == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(number: signal.Signals, code: int) -> None:
    arguments = ("send-id", "create", "--campaign", STORM, "--endpoint")
    with (
        FaultServer("stall-after-read") as server,
        started(*arguments, server.url, env={"BRAZE_API_KEY": KEY}) as process,
    ):
        until = time.monotonic() + 20
        while not server.requests and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, b"")
    assert b"may have been made" in err
