"""`audience send-id create`: an id on stdout, and what is to be done where none can be had."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.sandbox import Sandbox, local_sandbox, running
from audience_dsl.sender import Client
from audience_dsl.sender.outcome import Judgement, receipt_for

from .support import Done, files, run

KEY = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
STORM = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"


@pytest.fixture
def braze(here: Path) -> Iterator[Sandbox]:
    sandbox = local_sandbox(api_key=KEY)
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


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        ("rejected", 3, "no send id was made"),
        ("unknown", 4, "make another one"),
        ("rate_limited", 5, "no send id was made"),
        ("not_sent", 7, "no send id was made"),
        # Braze has made one, and nobody can say which.
        ("accepted", 4, "does not say which"),
    ],
)
def test_outcomes(outcome: str, code: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: Client, request: Any, **__: Any) -> Any:
        now = datetime(2026, 1, 31, tzinfo=UTC)
        judged = Judgement(outcome=outcome, reason="so it is")
        path = request.endpoint.path
        return receipt_for(judged, digest=request.digest, endpoint=path, sent_at=now, finished_at=now)

    monkeypatch.setattr(Client, "send", answer)
    done = create("--campaign", STORM, "--instance", "EU-01")
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    done = create("--campaign", STORM, "--instance", "EU-01", "--output-format", "json")
    assert (done.code, json.loads(done.out)["send_id"]) == (code, None)


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "send", stops)
    done = create("--campaign", STORM, "--instance", "EU-01")
    assert (done.code, "may have been made" in done.err) == (130, True)
