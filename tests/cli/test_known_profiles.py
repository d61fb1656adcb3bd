"""`--profiles` of `audience send --sandbox` and of `audience sandbox`."""

import json
import signal
from pathlib import Path

import pytest

from audience_dsl.sandbox import reach
from audience_dsl.sender.http import httpx
from tests.end_to_end.shell import started

from .support import files, run

PEOPLE = """{"external_id": "lan", "city": "Huế", "push": "opted_in"}
{"external_id": "minh", "city": "Huế"}
{"external_id": "odd\\u001b[31m", "city": "Huế", "push": "opted_in"}
{"external_id": "thu", "push": "maybe"}
"""
REQUEST = """campaign_id = "c"
broadcast = true
audience = { text = 'city == "Huế" and push is opted_in' }
"""
TO_TWO = """campaign_id = "c"
recipients = [{ external_user_id = "lan" }, { external_user_id = "nobody" }]
"""


@pytest.fixture(autouse=True)
def given(here: Path) -> None:
    files(here, {"people.jsonl": PEOPLE, "r.toml": REQUEST, "two.toml": TO_TWO})


def test_send_says_after_the_receipt_whom_it_would_have_reached() -> None:
    done = run("send", "r.toml", "--sandbox", "--profiles", "people.jsonl")
    assert done.code == 0, done.err
    assert done.out.startswith("accepted: ")
    assert "would reach" not in done.out
    lines = done.err.splitlines()
    assert lines[0].startswith("people.jsonl:4: `push` is `maybe`, which is no state of a subscription (")
    assert lines[1] == "3 profiles from people.jsonl; 1 cannot be read and is left out"
    assert lines[-2] == "would reach 2 of 3 profiles: lan, odd\\x1b[31m"
    assert lines[-1].startswith("This is an estimate: it leaves out the campaign's own target, ")


def test_send_to_recipients() -> None:
    done = run("send", "two.toml", "--sandbox", "--profiles", "people.jsonl", "--output-format", "json")
    assert json.loads(done.out)["outcome"] == "accepted"
    assert done.err.splitlines()[-3:-1] == ["would reach 1 of 2 recipients: lan", "not among the profiles: nobody"]


def test_without_the_option_nothing_is_said() -> None:
    assert "would reach" not in run("send", "r.toml", "--sandbox").err


@pytest.mark.parametrize("command", [["send", "r.toml", "--sandbox"], ["sandbox", "--port", "0"]])
def test_no_such_file(command: list[str]) -> None:
    done = run(*command, "--profiles", "peple.jsonl")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: there is no file `peple.jsonl`\n  help: did you mean `people.jsonl`?\n"


def test_many_that_cannot_be_read_are_counted_and_the_first_named(here: Path) -> None:
    files(here, {"bad.jsonl": "[]\n" * 30})
    done = run("send", "r.toml", "--sandbox", "--profiles", "bad.jsonl")
    lines = done.err.splitlines()
    assert [line.partition(" ")[0] for line in lines[:20]] == [f"bad.jsonl:{line}:" for line in range(1, 21)]
    assert lines[20] == (
        "0 profiles from bad.jsonl; 30 cannot be read and are left out, of which the first 20 are named above"
    )
    assert "error[AUD907]: nobody would be reached, and nothing was sent" in lines
    assert done.code == 6


def test_more_than_a_sandbox_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "PROFILES_AT_MOST", 2)
    done = run("send", "r.toml", "--sandbox", "--profiles", "people.jsonl")
    lines = done.err.splitlines()
    assert lines[0] == "the first 2 profiles from people.jsonl, and the sandbox holds no more"
    assert lines[-2] == "would reach 1 of the first 2 profiles: lan"


def test_the_sandbox_on_a_port(here: Path) -> None:
    people = here / "people.jsonl"
    with started("sandbox", "--port", "0", "--profiles", str(people)) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline().decode() for _ in range(11)]
        url = lines[3].partition(" at ")[2].partition(",")[0]
        key = {"Authorization": "Bearer sandbox-key"}
        body = {
            "campaign_id": "c",
            "recipients": [{"external_user_id": "lan"}, {"external_user_id": "minh"}],
            "audience": {"push_subscription_status": {"comparison": "is", "value": "opted_in"}},
        }
        with httpx.Client(base_url=url, headers=key, trust_env=False) as client:
            assert client.post("/campaigns/trigger/send", json=body).status_code == 201
            why = client.get("/_sandbox/why?number=1&user=minh").json()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert lines[1].endswith("people.jsonl; 1 cannot be read and is left out\n")
    assert lines[2].startswith("This is an estimate: ")
    assert [line.strip() for line in err.decode().splitlines()][1:] == [
        "would reach 1 of 2 recipients: lan",
        "not selected by the audience: minh",
        "why: /_sandbox/why?number=1&user=ID",
    ]
    assert why["lines"][0]["words"] == "push is subscribed"
