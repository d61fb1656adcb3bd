"""`audience ledger`: what it shows of a ledger, and how a person settles what nobody knows."""

import csv
import io
import json
from pathlib import Path

import pytest

from audience_dsl.ledger import Ledger
from audience_dsl.sender import OUTCOMES
from tests.ledger.support import attempted, claimed, request

from .support import run

MANY = 200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Many sends, of which two are not known."""
    path = tmp_path / "sends.db"
    known = [outcome for outcome in OUTCOMES if outcome != "unknown"]
    with Ledger(path) as ledger:
        for number in range(MANY):
            people = {"recipients": [{"external_user_id": f"u{number}"}, {"external_user_id": f"v{number}"}]}
            attempted(ledger, request(f"c{number}", **people), known[number % len(known)], f"batch/{number}")
        attempted(ledger, request("storm"), "unknown", "storm/porto/1122")
        claimed(ledger, request("flood"))
    return path


def outcome_of(path: Path, key: str | int) -> str:
    with Ledger(path, create=False) as ledger:
        send = ledger.find(key)
    assert send is not None
    return send.outcome


# --- show ---


def test_counts_come_first_and_then_what_needs_a_decision(path: Path) -> None:
    shown = run("ledger", "show", path)
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert len(lines) <= 24
    assert lines[:4] == ["202 sends", "  in flight     1", "  unknown       1", "  accepted     50"]
    table = lines[lines.index("2 sends may have gone out, and nobody knows:") + 1 :]
    assert "storm/porto/1122" in table[1]
    assert "campaign `flood`" in table[2]
    assert any(line.strip() == f"audience ledger resolve {path} KEY|NUMBER --as accepted" for line in table)


def test_where_nothing_needs_a_decision_the_latest_are_shown(tmp_path: Path) -> None:
    with Ledger(tmp_path / "sends.db") as ledger:
        for number in range(40):
            attempted(ledger, request(f"c{number}"))
    shown = run("ledger", "show", tmp_path / "sends.db").out
    assert "campaign `c39`" in shown
    assert "campaign `c0`" not in shown
    assert "… and 25 more" in shown


def test_an_outcome_selects(path: Path) -> None:
    shown = run("ledger", "show", path, "--outcome", "rate-limited")
    assert shown.out.splitlines()[0] == "50 sends: rate limited"
    told = json.loads(run("ledger", "show", path, "--outcome", "rate-limited", "--output-format", "json").out)
    assert {send["outcome"] for send in told["sends"]} == {"rate_limited"}
    assert len(told["sends"]) == 50


def test_one_send_is_shown_by_its_key_and_by_its_number(path: Path) -> None:
    by_key = run("ledger", "show", path, "storm/porto/1122")
    assert by_key.code == 0
    assert f"audience ledger resolve {path} storm/porto/1122 --as accepted" in by_key.out
    assert run("ledger", "show", path, "201") == by_key
    assert json.loads(run("ledger", "show", path, "201", "--output-format", "json").out)["key"] == "storm/porto/1122"


def test_json_has_all_of_it(path: Path) -> None:
    told = json.loads(run("ledger", "show", path, "--output-format", "json").out)
    assert told["run"] is None
    assert sum(told["counts"].values()) == len(told["sends"]) == MANY + 2


def test_csv_has_a_row_for_each_recipient(path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ledger", "show", path, "--output-format", "csv").out)))
    assert len(rows) == 2 * MANY + 2
    assert rows[1] == {
        **dict.fromkeys(("batch", "line", "dispatch_id"), ""),
        "identifier": "external_user_id:v0",
        "outcome": "accepted",
        "send": "1",
        "key": "batch/0",
    }
    assert [row["identifier"] for row in rows if row["outcome"] in ("unknown", "in_flight")] == ["", ""]


def test_what_stands_in_a_file_does_not_steer_a_terminal(tmp_path: Path) -> None:
    with Ledger(tmp_path / "sends.db") as ledger:
        people = {"recipients": [{"external_user_id": "u\x1b[2J\u202e\nsends"}]}
        claimed(ledger, request("c\x1b[2J\u202e", **people))
    for more in ([], ["1"], ["--outcome", "in-flight"], ["--output-format", "json"]):
        shown = run("ledger", "show", tmp_path / "sends.db", *more)
        assert shown.code == 0
        assert "\x1b" not in shown.out
        assert "\u202e" not in shown.out


@pytest.mark.parametrize("content", [None, b"", b"no ledger", b"SQLite format 3\x00" + bytes(100)])
@pytest.mark.parametrize("command", [["show"], ["resolve"]])
def test_what_is_no_ledger_is_exit_2_and_stays_as_it_is(
    tmp_path: Path, content: bytes | None, command: list[str]
) -> None:
    path = tmp_path / "sends.db"
    if content is not None:
        path.write_bytes(content)
    more = ["1", "--as", "accepted", "--yes"] if command == ["resolve"] else []
    done = run("ledger", *command, path, *more)
    assert done.code == 2
    assert "AUD821" in done.err
    assert (path.read_bytes() if path.exists() else None) == content


def test_a_send_that_is_not_there_is_exit_2(path: Path) -> None:
    for arguments in (["show", path, "nobody"], ["resolve", path, "nobody", "--as", "accepted", "--yes"]):
        done = run("ledger", *arguments)
        assert done.code == 2
        assert "has no send `nobody`" in done.err
    assert run("ledger", "show", path, "1", "--outcome", "unknown").code == 2


# --- resolve ---


@pytest.mark.parametrize(("as_", "outcome"), [("accepted", "accepted"), ("not-sent", "not_sent")])
@pytest.mark.parametrize(("key", "number"), [("storm/porto/1122", 201), ("202", 202)])
def test_a_person_settles_it_by_typing_its_number(path: Path, as_: str, outcome: str, key: str, number: int) -> None:
    done = run("ledger", "resolve", path, key, "--as", as_, stdin=f"{number}\n", terminal=True)
    assert done.code == 0
    assert f"Type the number of the send, {number}" in done.err
    assert outcome_of(path, key) == outcome


@pytest.mark.parametrize("answer", ["", "\n", "y\n", "yes\n", "storm/porto/1122\n", "202\n"])
def test_any_other_answer_records_nothing(path: Path, answer: str) -> None:
    done = run("ledger", "resolve", path, "storm/porto/1122", "--as", "not-sent", stdin=answer, terminal=True)
    assert done.code == 6
    assert "AUD804" in done.err
    assert outcome_of(path, "storm/porto/1122") == "unknown"


def test_where_nobody_can_be_asked_it_takes_a_yes_in_advance(path: Path) -> None:
    command = ["ledger", "resolve", path, "storm/porto/1122", "--as", "accepted"]
    assert run(*command).code == 6
    assert outcome_of(path, "storm/porto/1122") == "unknown"
    assert run(*command, "--yes").code == 0
    assert outcome_of(path, "storm/porto/1122") == "accepted"


def test_what_is_known_is_exit_6(path: Path) -> None:
    for terminal in (True, False):
        done = run("ledger", "resolve", path, "batch/1", "--as", "not-sent", "--yes", terminal=terminal)
        assert done.code == 6
        assert "needs no decision" in done.err
    assert outcome_of(path, "batch/1") == "rejected"


def test_without_what_became_of_it_nothing_is_asked(path: Path) -> None:
    done = run("ledger", "resolve", path, "storm/porto/1122")
    assert done.code == 2
    assert "--as" in done.err


# --- The whole of it ---


def test_a_command_that_is_run_again_sends_once(tmp_path: Path) -> None:
    request_file = tmp_path / "storm.toml"
    request_file.write_text('campaign_id = "storm"\nbroadcast = true\n')
    ledger = tmp_path / "sends.db"
    command = ["send", request_file, "--sandbox", "--ledger", ledger, "--ledger-key", "storm/1"]
    codes = [run(*command, "--yes").code for _ in range(3)]
    assert codes == [0, 0, 0]
    told = json.loads(run("ledger", "show", ledger, "--output-format", "json").out)
    assert [(send["key"], send["outcome"], send["attempts"]) for send in told["sends"]] == [("storm/1", "accepted", 1)]
