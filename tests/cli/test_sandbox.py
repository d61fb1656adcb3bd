"""`audience sandbox`: its faults and limits, from the options to the log."""

import signal

import pytest

from audience_dsl.sandbox import FAULTS
from audience_dsl.sender.http import httpx
from tests.end_to_end.shell import started

from .support import run

KEY = {"Authorization": "Bearer sandbox-key"}
BODY = {"campaign_id": "c", "recipients": [{"external_user_id": "u"}]}


def test_faults_and_limits_on_a_port() -> None:
    options = ["--fault", "lost-answer=1", "--seed", "7", "--limit", "requests=1"]
    with started("sandbox", "--port", "0", *options) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline().decode() for _ in range(7)]
        url = lines[1].partition(" at ")[2].partition(",")[0]
        with httpx.Client(base_url=url, headers=KEY, trust_env=False) as client:
            for _ in range(2):
                with pytest.raises(httpx.RemoteProtocolError):
                    client.post("/campaigns/trigger/send", json=BODY)
            told = client.get("/_sandbox/requests").json()["requests"]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert lines[0] == "plays lost-answer=1, by the seed 7\n"
    assert [(entry["fault"], entry["accepted"], entry["status"]) for entry in told] == [
        ("lost-answer", True, None),
        ("lost-answer", False, None),
    ]
    assert [line.partition("send ")[2] for line in err.decode().splitlines()] == [
        "no answer (fault lost-answer; accepted)",
        "no answer (fault lost-answer; not accepted)",
    ]


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        (["--fault", "50=0.1"], "there is no fault `50`", "did you mean"),
        (["--fault", "503"], "`503` is no name and number", "write it as in `--fault 503=0.05`"),
        (["--fault", "503=often"], "`503=often` is no name and number", "write it as in `--fault 503=0.05`"),
        (["--fault", "503=1.5"], "the rate of `503` is a number from 0 to 1, not 1.5", "one in twenty"),
        (["--fault", "503=0.1", "--delay", "-1"], "a delay is a number of seconds from 0, not -1.0", ""),
        (["--limit", "broadcast=5"], "there is no limit `broadcast`", "did you mean `broadcasts`?"),
        (["--limit", "broadcasts=0"], "the limit `broadcasts` is a whole number from 1, not 0", ""),
        (["--limit", "broadcasts=2.5"], "`broadcasts=2.5` is no name and number", "write it as in"),
        (["--fault", "\x1b[31m=1"], "there is no fault `\\x1b[31m`", ""),
    ],
)
def test_options_that_cannot_be(options: list[str], message: str, help: str) -> None:
    done = run("sandbox", "--port", "0", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}")
    assert help in done.err


def test_the_help_names_every_fault_and_limit() -> None:
    text = " ".join(run("sandbox", "--help").out.split())
    for name in (*FAULTS, "broadcasts (250)", "requests (250,000)", "send-ids (100)"):
        assert name in text
