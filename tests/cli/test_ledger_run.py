"""`audience ledger` of a run: from what nobody knows to a decision, and on."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from audience_dsl.ledger import Ledger
from audience_dsl.ledger.database import Database
from audience_dsl.runs import Run
from tests.ledger.support import attempted, claimed, request

from .support import Done, files, run

PEOPLE = 120
SEND = ("send", "winter.toml", "--sandbox", "--recipients", "people.csv", "--ledger", "winter.db")


@pytest.fixture(autouse=True)
def ledger(here: Path) -> Path:
    """Three batches: one accepted, one in flight as a killed process leaves it, and one unknown."""
    rows = "".join(f"u{number},Wien\n" for number in range(PEOPLE))
    files(
        here,
        {
            "winter.toml": 'campaign_id = "winter"\n',
            "people.csv": f"external_user_id,trigger_properties.city\n{rows}u1,Linz\n,Graz\n",
        },
    )
    assert run(*SEND).code == 1
    with Database("winter.db") as database, database.writing() as connection:
        connection.execute("UPDATE run_batches SET state = 'in_flight' WHERE number = 2")
        connection.execute("UPDATE run_batches SET state = 'unknown', dispatch_id = NULL WHERE number = 3")
    return here / "winter.db"


def states() -> list[str]:
    with Database("winter.db", read_only=True) as database:
        return [batch.state for batch in Run.open(database).batches()]


def rows_of(done: Done) -> list[dict[str, str]]:
    assert done.code == 0, done
    return list(csv.DictReader(io.StringIO(done.out)))


def resolve(*arguments: object, code: int, answer: str | None = None) -> Done:
    done = run("ledger", "resolve", "winter.db", *arguments, stdin=answer or "", terminal=answer is not None)
    assert done.code == code, done
    return done


# --- show ---


def test_what_needs_a_decision_comes_with_the_ways_to_it() -> None:
    done = run("ledger", "show", "winter.db")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].endswith(": 120 recipients in 3 requests")
    assert lines[1:7] == [
        "of campaign `winter` at the sandbox in a process",
        "  accepted     50",
        "  unknown      20",
        "  in flight    50",
        "  besides, 1 line set aside",
        "  besides, 1 duplicate left out",
    ]
    assert [line.split()[:4] for line in lines if line.startswith(("  2 ", "  3 "))] == [
        ["2", "53–102", "50", "in"],
        ["3", "103–122", "20", "unknown"],
    ]
    assert "70 recipients may have been sent to, and nobody knows. Who they are:" in lines
    assert "  audience ledger resolve winter.db --batch NUMBER|all --as not-sent" in lines
    assert lines[-1] == "  audience send … --ledger winter.db --resume --resend-unknown 70"
    assert len(lines) <= 24


def test_what_is_left_comes_with_the_way_on() -> None:
    resolve("--batch", "all", "--as", "not-sent", "--yes", code=0)
    lines = run("ledger", "show", "winter.db").out.splitlines()
    assert "Nothing was sent to 70 recipients so far. To go on with them:" in lines
    assert lines[-1] == "  audience send … --ledger winter.db --resume"


def test_while_a_run_goes_on_there_is_nothing_to_decide() -> None:
    with Database("winter.db") as database, database.hold():
        held = database.holder()
        done = run("ledger", "show", "winter.db")
        assert f"It is going on, by process {held}" in done.out
        assert "resolve" not in done.out
        assert json.loads(run("ledger", "show", "winter.db", "--output-format", "json").out)["run"]["process"] == held
        refused = resolve("--batch", 2, "--as", "accepted", "--yes", code=6)
        assert f"error[AUD823]: another run holds the ledger `winter.db`: process {held}\n" in refused.err
    assert states() == ["accepted", "in_flight", "unknown"]


def test_rows_of_recipients() -> None:
    everybody = rows_of(run("ledger", "show", "winter.db", "--output-format", "csv"))
    assert sorted(row["identifier"] for row in everybody) == sorted(f"external_user_id:u{n}" for n in range(PEOPLE))
    assert Counter(row["outcome"] for row in everybody) == {"accepted": 50, "in_flight": 50, "unknown": 20}
    undecided = rows_of(run("ledger", "show", "winter.db", "--outcome", "undecided", "--output-format", "csv"))
    assert undecided == [row for row in everybody if row["outcome"] != "accepted"]
    unknown = rows_of(run("ledger", "show", "winter.db", "--outcome", "unknown", "--output-format", "csv"))
    assert unknown == [row for row in everybody if row["batch"] == "3"]
    assert rows_of(run("ledger", "show", "winter.db", "--batch", 3, "--output-format", "csv")) == unknown


@pytest.mark.parametrize(("outcome", "numbers"), [("in-flight", [2]), ("undecided", [2, 3]), ("rejected", [])])
def test_json_lists_what_is_selected(outcome: str, numbers: list[int]) -> None:
    told = json.loads(run("ledger", "show", "winter.db", "--output-format", "json", "--outcome", outcome).out)
    assert [batch["number"] for batch in told["run"]["listed"]] == numbers
    told = json.loads(run("ledger", "show", "winter.db", "--output-format", "json").out)
    assert (told["run"]["worst"], told["run"]["process"], told["sends"]) == ("unknown", None, [])
    assert [batch["number"] for batch in told["run"]["undecided"]] == [2, 3]


def test_one_batch() -> None:
    lines = run("ledger", "show", "winter.db", "--batch", 3).out.splitlines()
    assert lines[:4] == [
        "batch        3",
        "outcome      unknown",
        "recipients   20, on lines 103–122 of people.csv",
        "             external_user_id:u101",
    ]
    assert "             … and 10 more, which `--output-format csv` has" in lines
    assert lines[-1] == "  audience ledger resolve winter.db --batch 3 --as not-sent"
    told = json.loads(run("ledger", "show", "winter.db", "--batch", 1, "--output-format", "json").out)
    assert (told["state"], told["recipients"], len(told["lines"])) == ("accepted", 50, 50)
    assert told["lines"][0] == {"line": 2, "identifier": "external_user_id:u0"}


WRONG = [
    (("--batch", 4), "has no batch 4"),
    (("--batch", 0), "`--batch`"),
    (("--batch", 1, "--outcome", "unknown"), "each say what is shown"),
    (("1", "--batch", 1), "each say what is shown"),
    (("1",), "a batch of its run is named by `--batch NUMBER`"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_what_cannot_be_shown(arguments: tuple[object, ...], said: str) -> None:
    done = run("ledger", "show", "winter.db", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


# --- resolve ---


@pytest.mark.parametrize(("as_", "state"), [("accepted", "accepted"), ("not-sent", "not_sent")])
@pytest.mark.parametrize(
    ("named", "count", "changed"),
    [(("2",), 50, {1}), (("3", "2", "3"), 70, {1, 2}), (("all",), 70, {1, 2}), (("all", "3"), 70, {1, 2})],
)
def test_a_person_decides_by_typing_how_many(
    as_: str, state: str, named: tuple[str, ...], count: int, changed: set[int]
) -> None:
    before = states()
    options = [each for number in named for each in ("--batch", number)]
    done = resolve(*options, "--as", as_, code=0, answer=f"{count}\n")
    assert f"Type the number of recipients, {count}, to record it as {as_.replace('-', ' ')}: " in done.err
    assert states() == [state if number in changed else each for number, each in enumerate(before)]


@pytest.mark.parametrize("answer", ["", "\n", "y\n", "2\n", "all\n", "71\n"])
def test_any_other_answer_records_nothing(answer: str) -> None:
    before = states()
    resolve("--batch", "all", "--as", "accepted", code=6, answer=answer)
    assert states() == before


def test_where_nobody_can_be_asked_nothing_is_recorded() -> None:
    before = states()
    assert "no terminal" in resolve("--batch", "all", "--as", "accepted", code=6).err
    assert states() == before


def test_who_said_so_is_recorded() -> None:
    resolve("--batch", 2, "--as", "not-sent", "--yes", code=0)
    told = json.loads(run("ledger", "show", "winter.db", "--batch", 2, "--output-format", "json").out)
    assert told["resolved_by"]
    assert told["resolved_at"]
    assert told["reason"].startswith(f"{told['resolved_by']} said so at ")
    assert told["reason"].endswith(", when it was in flight")
    assert f"decided by   {told['resolved_by']} at " in run("ledger", "show", "winter.db", "--batch", 2).out


REFUSED = [
    (("--batch", 1, "--as", "not-sent"), 6, "batch 1 of the run is accepted, and needs no decision"),
    (("--batch", 2, "--batch", 1, "--as", "accepted"), 6, "batch 1 of the run is accepted"),
    (("--batch", 9, "--as", "accepted"), 2, "has no batch 9"),
    (("--batch", "two", "--as", "accepted"), 2, "`--batch two` is neither the number of a batch nor `all`"),
    (("--batch", "9" * 400, "--as", "accepted"), 2, "is neither the number of a batch nor `all`"),
    (("2", "--as", "accepted"), 2, "a batch of its run is named by `--batch NUMBER`"),
    (("2", "--batch", 2, "--as", "accepted"), 2, "a send and batches are both named"),
    (("--as", "accepted"), 2, "nothing says which send, or which batches of a run"),
    (("--batch", 2), 2, "--as"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), REFUSED)
def test_what_is_refused_changes_nothing(arguments: tuple[object, ...], code: int, said: str) -> None:
    before = states()
    assert said in resolve(*arguments, "--yes", code=code).err
    assert states() == before


def test_where_all_is_known_there_is_nothing_to_decide() -> None:
    resolve("--batch", "all", "--as", "accepted", "--yes", code=0)
    assert "no batch of the run needs a decision" in resolve("--batch", "all", "--as", "accepted", "--yes", code=6).err


def test_a_ledger_without_a_run_has_no_batches(here: Path) -> None:
    with Ledger(here / "sends.db") as ledger:
        attempted(ledger, request(), "unknown")
    for named in ("1", "all"):
        done = run("ledger", "resolve", "sends.db", "--batch", named, "--as", "accepted", "--yes")
        assert (done.code, "has no run, and so no batches" in done.err) == (2, True)


def test_a_resumed_run_does_as_was_decided() -> None:
    resolve("--batch", 2, "--as", "not-sent", "--yes", code=0)
    resolve("--batch", 3, "--as", "accepted", "--yes", code=0)
    done = run(*SEND, "--resume", "--output-format", "json")
    # The line that was set aside is all that is left to mend.
    assert done.code == 1, done
    assert "reaches   50 recipients of people.csv that are left, of 120" in done.err
    assert json.loads(done.out)["recipients_by_outcome"]["accepted"] == PEOPLE
    told = json.loads(run("ledger", "show", "winter.db", "--batch", 2, "--output-format", "json").out)
    assert (told["state"], told["attempts"]) == ("accepted", 2)


def test_a_ledger_of_both_is_shown_as_both() -> None:
    with Ledger("winter.db") as ledger:
        attempted(ledger, request("storm"), "unknown", "storm/1")
        claimed(ledger, request("flood"))
    done = run("ledger", "show", "winter.db")
    assert "70 recipients may have been sent to, and nobody knows" in done.out
    assert "2 sends may have gone out, and nobody knows:" in done.out
    undecided = rows_of(run("ledger", "show", "winter.db", "--outcome", "undecided", "--output-format", "csv"))
    assert Counter(bool(row["send"]) for row in undecided) == {True: 2, False: 70}
    assert run("ledger", "resolve", "winter.db", "1", "--as", "accepted", "--yes").code == 0
    assert states() == ["accepted", "in_flight", "unknown"]
