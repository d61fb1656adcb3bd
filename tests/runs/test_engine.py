"""Delivery: several at once, early ends, stops, and what each leaves behind."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger.database import Database
from audience_dsl.runs import IN_FLIGHT, PENDING, Progress, Run, deliver
from audience_dsl.sender.outcome import ACCEPTED, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN
from audience_dsl.sender.retrying import RetryPolicy, Wait

from .support import Braze, begin, go_on, names, people, sitting, write_people

PEOPLE = names(500)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_people(tmp_path / "people.jsonl", PEOPLE)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


@pytest.fixture
def braze() -> Braze:
    return Braze()


def states(ledger: Path) -> list[str]:
    with Database(ledger) as database:
        return [batch.state for batch in Run.open(database).batches()]


@pytest.mark.parametrize("at_once", [1, 3, 8])
def test_everybody_is_sent_to_once(path: Path, ledger: Path, braze: Braze, at_once: int) -> None:
    told: list[Progress] = []
    summary = sitting(ledger, path, braze, at_once=at_once, on_batch=told.append)
    assert braze.accepted() == dict.fromkeys(PEOPLE, 1)
    assert (summary.counts[ACCEPTED], summary.left, summary.worst, summary.stopped) == (500, 0, ACCEPTED, None)
    assert sorted(progress.batch for progress in told) == list(range(1, 11))
    assert [progress.accepted + progress.left for progress in told] == [500] * 10
    assert (told[-1].left, told[-1].total, told[-1].seconds_left in (None, 0.0)) == (0, 500, True)


def test_as_many_at_once_as_asked(path: Path, ledger: Path, braze: Braze) -> None:
    together = threading.Barrier(4)
    inner = braze.handle_request

    def handle(request: object) -> object:
        together.wait(10)
        return inner(request)  # type: ignore[arg-type]

    braze.handle_request = handle  # type: ignore[assignment,method-assign]
    path = write_people(path, names(400))
    assert sitting(ledger, path, braze, at_once=4).worst == ACCEPTED


def test_what_was_not_sent_is_tried_again_while_others_get_through(path: Path, ledger: Path, braze: Braze) -> None:
    summary = sitting(ledger, path, braze, ["refuse", "", "busy", "", "", "refuse"])
    assert (summary.worst, summary.left) == (ACCEPTED, 0)
    assert braze.accepted() == dict.fromkeys(PEOPLE, 1)
    assert braze.requests == 13


@pytest.mark.parametrize(
    ("fault", "state", "sent"),
    [("refuse", NOT_SENT, True), ("busy", RATE_LIMITED, True), ("drop", UNKNOWN, False), ("reject", REJECTED, False)],
)
def test_an_outage_ends_the_run_early(
    path: Path, ledger: Path, braze: Braze, fault: str, state: str, sent: bool
) -> None:
    summary = sitting(ledger, path, braze, ["", *[fault] * 500])
    assert summary.stopped is not None
    assert "5 times in a row" in summary.stopped
    assert states(ledger) == [ACCEPTED, *[state] * 5, *[PENDING] * 4]
    assert summary.worst == state
    after = sitting(ledger, path, braze)
    assert after.counts[ACCEPTED] == (500 if sent else 250)


@pytest.mark.parametrize("status", ["401", "403", "404"])
def test_a_wrong_key_ends_the_run_and_loses_nobody(path: Path, ledger: Path, braze: Braze, status: str) -> None:
    summary = sitting(ledger, path, braze, ["", status])
    assert summary.stopped is not None
    assert status in summary.stopped
    assert states(ledger) == [ACCEPTED, NOT_SENT, *[PENDING] * 8]
    sitting(ledger, path, braze)
    assert braze.accepted() == dict.fromkeys(PEOPLE, 1)


def test_what_was_rejected_stays_so(path: Path, ledger: Path, braze: Braze) -> None:
    assert sitting(ledger, path, braze, ["reject", "broken"]).worst == REJECTED
    assert sitting(ledger, path, braze).counts[REJECTED] == 100
    assert states(ledger) == [REJECTED, REJECTED, *[ACCEPTED] * 8]
    with Database(ledger) as database:
        first = next(Run.open(database).batches())
    assert (first.http_status, first.attempts) == (400, 1)
    assert "Invalid Campaign ID" in (first.reason or "")


def test_the_policy_of_the_client_may_try_again_what_braze_refused(path: Path, ledger: Path, braze: Braze) -> None:
    again = RetryPolicy(attempts=3, retry_refused_5xx=True)
    assert sitting(ledger, path, braze, ["broken", "broken"], retry=again).worst == ACCEPTED
    with Database(ledger) as database:
        assert [batch.attempts for batch in Run.open(database).batches()] == [3, *[1] * 9]


@pytest.mark.parametrize("again", [False, True])
def test_what_braze_refused_for_an_error_of_its_own_is_sent_again_by_order(
    path: Path, ledger: Path, braze: Braze, again: bool
) -> None:
    sitting(ledger, path, braze, ["reject", "broken", "", "lose", "broken"])
    refused: list[int] = []

    def order(run: Run) -> None:
        refused.append(run.refused_5xx())
        if again:
            run.resend_refused_5xx()

    summary = sitting(ledger, path, braze, before=order)
    assert refused == [100]
    assert summary.counts[REJECTED] == (50 if again else 150)
    assert braze.accepted() == dict.fromkeys(PEOPLE[50:] if again else [*PEOPLE[100:200], *PEOPLE[250:]], 1)


@pytest.mark.parametrize(("fault", "why"), [("reject", "answered 400"), ("401", "answered 401"), ("refuse", "refused")])
def test_why_a_run_stopped_is_told_without_the_words_of_the_server(
    path: Path, ledger: Path, braze: Braze, fault: str, why: str
) -> None:
    stopped = sitting(ledger, path, braze, [fault] * 500).stopped
    assert stopped is not None
    assert why in stopped
    assert "Invalid Campaign ID" not in stopped
    assert "`no`" not in stopped


def test_a_stop_takes_no_new_batch_and_lets_those_in_flight_end(path: Path, ledger: Path, braze: Braze) -> None:
    def ask(_progress: Progress) -> None:
        braze.stop.request()

    summary = sitting(ledger, path, braze, on_batch=ask)
    assert summary.stopped == "it was asked to"
    assert IN_FLIGHT not in states(ledger)
    assert states(ledger)[-1] == PENDING
    assert set(braze.accepted().values()) == {1}
    assert len(braze.accepted()) == summary.counts[ACCEPTED]


@pytest.mark.parametrize("fault", ["hang before", "hang after"])
def test_what_does_not_end_is_unknown_to_whoever_goes_on(path: Path, ledger: Path, braze: Braze, fault: str) -> None:
    summary = sitting(ledger, path, braze, ["", fault])
    assert (summary.batch_counts[IN_FLIGHT], summary.worst) == (1, UNKNOWN)
    braze.released.set()
    summary = sitting(ledger, path, braze)
    assert (summary.counts[UNKNOWN], summary.counts[ACCEPTED], summary.counts[IN_FLIGHT]) == (50, 450, 0)
    with Database(ledger) as database:
        assert [batch.number for batch in Run.open(database).unknowns()] == [2]
    assert Counter(braze.accepted().values()) == {1: 450 if fault == "hang before" else 500}


def test_a_wait_of_the_client_ends_with_the_stop(path: Path, ledger: Path, braze: Braze) -> None:
    patient = RetryPolicy(attempts=2, base=3_600.0, wait_at_most=3_600.0, time_at_most=7_200.0)
    waiting = threading.Event()
    inner = braze.client

    def waits(_wait: Wait) -> None:
        waiting.set()
        braze.stop.request()

    def client(retry: RetryPolicy) -> object:
        made = inner(retry)
        made._on_wait = waits
        made._random = lambda: 1.0
        return made

    braze.client = client  # type: ignore[assignment,method-assign]
    summary = sitting(ledger, path, braze, ["refuse"], retry=patient)
    assert waiting.is_set()
    assert summary.stopped is not None
    assert states(ledger) == [NOT_SENT, *[PENDING] * 9]


def test_resending_wants_the_count(path: Path, ledger: Path, braze: Braze) -> None:
    sitting(ledger, path, braze, ["lose", "", "drop"])
    with Database(ledger) as database, go_on(database, path) as run:
        for count in (0, 2, 99, 101, 500):
            with pytest.raises(LedgerError, match="AUD820"):
                run.resend_unknown(count)
        assert run.summary().counts[UNKNOWN] == 100
        run.resend_unknown(100)
    sitting(ledger, path, braze)
    assert braze.accepted() == {**dict.fromkeys(PEOPLE, 1), **dict.fromkeys(PEOPLE[:50], 2)}
    with Database(ledger) as database:
        assert [batch.resent for batch in Run.open(database).batches()][:4] == [1, 0, 1, 0]


def test_a_run_that_was_opened_to_read_is_not_delivered(path: Path, ledger: Path, braze: Braze) -> None:
    with Database(ledger) as database:
        begin(database, path).close()
        with braze.client() as client, pytest.raises(RuntimeError, match="opened to read"):
            deliver(Run.open(database), client)
    assert braze.requests == 0


def test_a_file_that_changes_underneath_ends_the_run(path: Path, ledger: Path, braze: Braze) -> None:
    def change(_progress: Progress) -> None:
        write_people(path, names(499))

    with Database(ledger) as database, begin(database, path) as run, braze.client() as client:
        braze.faults = [""] * 2
        with pytest.raises(LedgerError, match="AUD822"):
            deliver(run, client, at_once=1, on_batch=change)
        assert PENDING in {batch.state for batch in run.batches()}
        assert IN_FLIGHT not in {batch.state for batch in run.batches()}


def test_another_recipient_than_was_read_is_never_sent_to(path: Path, ledger: Path, braze: Braze) -> None:
    with Database(ledger) as database, begin(database, path) as run, braze.client() as client:
        with database.writing() as connection:
            connection.execute("UPDATE run_recipients SET offset = 0, length = 26 WHERE line = 70")
        with pytest.raises(LedgerError, match="AUD822"):
            deliver(run, client, at_once=1)
        assert [batch.state for batch in run.batches()] == [ACCEPTED, *[PENDING] * 9]
    assert set(braze.accepted()) == set(PEOPLE[:50])


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
def test_an_interruption_ends_what_is_in_flight_and_goes_on(
    path: Path, ledger: Path, braze: Braze, error: type[BaseException]
) -> None:
    def interrupt(_progress: Progress) -> None:
        raise error

    with pytest.raises(error):
        sitting(ledger, path, braze, at_once=2, on_batch=interrupt)
    assert IN_FLIGHT not in states(ledger)
    assert sitting(ledger, path, braze).worst == ACCEPTED
    assert braze.accepted() == dict.fromkeys(PEOPLE, 1)


def test_a_ledger_that_cannot_be_written_ends_the_run(path: Path, ledger: Path, braze: Braze) -> None:
    with Database(ledger) as database:
        with begin(database, path) as run, braze.client() as client:
            with database.writing() as connection:
                connection.execute(
                    "CREATE TRIGGER full BEFORE UPDATE ON run_batches WHEN new.number = 3 AND new.state = 'in_flight' "
                    "BEGIN SELECT raise(FAIL, 'no room'); END"
                )
            with pytest.raises(LedgerError, match="AUD821"):
                deliver(run, client, at_once=1)
        assert [batch.state for batch in Run.open(database).batches()] == [ACCEPTED] * 2 + [PENDING] * 8
    assert len(braze.accepted()) == 100


def test_people_of_a_csv_file(tmp_path: Path, ledger: Path, braze: Braze) -> None:
    path = tmp_path / "people.csv"
    path.write_text("external_user_id,trigger_properties.name\n" + "".join(f'{n},"A, ""{n}"""\n' for n in PEOPLE))
    assert sitting(ledger, path, braze, at_once=3).worst == ACCEPTED
    assert braze.accepted() == dict.fromkeys(PEOPLE, 1)
    assert people(path).size == path.stat().st_size


def test_what_nothing_gets_through_with_is_left_for_another_time(tmp_path: Path, ledger: Path, braze: Braze) -> None:
    path = write_people(tmp_path / "few.jsonl", names(80))
    summary = sitting(ledger, path, braze, ["refuse"] * 10)
    assert (braze.requests, summary.left, summary.stopped, summary.worst) == (2, 80, None, NOT_SENT)
