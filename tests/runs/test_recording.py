"""The ledger of one batch: what may be claimed, and what a late outcome may still say."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger.database import Database
from audience_dsl.runs import IN_FLIGHT, OPEN, STATES, Run, StoppedError, StopSignal
from audience_dsl.runs.recording import BatchLedger
from audience_dsl.sender.outcome import ACCEPTED, REJECTED, UNKNOWN, Receipt
from audience_dsl.sender.requests import Request

from .support import NOW, begin, write_people


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    path = write_people(tmp_path / "people.jsonl", ["a"])
    with Database(tmp_path / "run.db") as database, begin(database, path) as run:
        yield run


def request_of(run: Run) -> Request:
    (batch,) = run.batches()
    return run.source.request(run.places(batch), None)


def ledger_of(run: Run, stop: StopSignal | None = None) -> BatchLedger:
    return BatchLedger(run.database, 1, hashed=run.hashed, stop=stop or StopSignal())


def put(run: Run, state: str) -> None:
    with run.database.writing() as connection:
        connection.execute("UPDATE run_batches SET state = ?", (state,))


def state_of(run: Run) -> str:
    (batch,) = run.batches()
    return batch.state


def receipt(run: Run, outcome: str, status: int | None = 500) -> Receipt:
    return Receipt(
        outcome=outcome,
        reason="so it was",
        http_status=status,
        digest=request_of(run).digest,
        endpoint=run.endpoint.path,
        sent_at=NOW,
        finished_at=NOW,
    )


@pytest.mark.parametrize("state", STATES)
def test_what_may_be_claimed(run: Run, state: str) -> None:
    put(run, state)
    request = request_of(run)
    if state in OPEN:
        ledger_of(run).claim(request, key=None, at=NOW, repeat=False)
        assert state_of(run) == IN_FLIGHT
    else:
        with pytest.raises(LedgerError, match="AUD820"):
            ledger_of(run).claim(request, key=None, at=NOW, repeat=False)
        assert state_of(run) == state


@pytest.mark.parametrize("outcome", [ACCEPTED, REJECTED, UNKNOWN])
def test_the_same_send_may_try_again_what_was_refused(run: Run, outcome: str) -> None:
    ledger, request = ledger_of(run), request_of(run)
    ledger.claim(request, key=None, at=NOW, repeat=False).settle(receipt(run, outcome))
    assert state_of(run) == outcome
    if outcome == REJECTED:
        ledger.claim(request, key=None, at=NOW, repeat=False)
        assert state_of(run) == IN_FLIGHT
    else:
        with pytest.raises(LedgerError, match="AUD820"):
            ledger.claim(request, key=None, at=NOW, repeat=False)


def test_nothing_is_claimed_once_the_run_stops(run: Run) -> None:
    stop = StopSignal()
    stop.request()
    with pytest.raises(StoppedError):
        ledger_of(run, stop).claim(request_of(run), key=None, at=NOW, repeat=False)
    assert state_of(run) in OPEN


def test_a_late_outcome_is_that_of_its_own_attempt(run: Run) -> None:
    late, request = ledger_of(run), request_of(run)
    late.claim(request, key=None, at=NOW, repeat=False)
    run.give_up_what_was_left()
    assert state_of(run) == UNKNOWN
    run.resend_unknown(1)
    second = ledger_of(run)
    second.claim(request, key=None, at=NOW + timedelta(seconds=1), repeat=False)
    late.settle(receipt(run, ACCEPTED))
    assert state_of(run) == IN_FLIGHT
    second.settle(receipt(run, UNKNOWN))
    assert state_of(run) == UNKNOWN
    # What was given up, and not ordered again, may still be told.
    second.settle(receipt(run, ACCEPTED))
    assert state_of(run) == ACCEPTED


def test_a_run_that_nobody_confirmed_is_begun_anew(run: Run, tmp_path: Path) -> None:
    run.put_off()
    run.close()
    with begin(run.database, write_people(tmp_path / "people.jsonl", ["a", "b"])) as again:
        assert again.summary().total == 2


def test_a_run_that_was_begun_is_not_put_off(run: Run, tmp_path: Path) -> None:
    ledger_of(run).claim(request_of(run), key=None, at=NOW, repeat=False)
    run.put_off()
    run.close()
    with pytest.raises(LedgerError, match="has a run already"):
        begin(run.database, tmp_path / "people.jsonl")


@pytest.mark.parametrize("hashed", [False, True])
def test_where_identifiers_are_hashed_the_words_of_the_server_are_not_kept(tmp_path: Path, hashed: bool) -> None:
    with (
        Database(tmp_path / "run.db") as database,
        begin(database, write_people(tmp_path / "people.jsonl", ["a"]), hashed=hashed) as run,
    ):
        (batch,) = run.batches()
        request = run.source.request(run.places(batch), run.salt)
        ledger_of(run).claim(request, key=None, at=NOW, repeat=False).settle(
            Receipt(
                outcome=REJECTED,
                reason="the server says `no user a`",
                http_status=400,
                digest=request.digest,
                endpoint=run.endpoint.path,
                sent_at=NOW,
                finished_at=NOW,
            )
        )
        (batch,) = run.batches()
        assert ("no user a" in (batch.reason or "")) is not hashed
        assert batch.reason
