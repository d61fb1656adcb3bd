"""What a person says of batches that nobody knows the end of: recorded, and obeyed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger.database import Database
from audience_dsl.runs import STATES, UNDECIDED, Batch, Run
from audience_dsl.sender.outcome import ACCEPTED, NOT_SENT

from .support import NOW, Braze, begin, names, sitting, write_people

PEOPLE = names(200)
AT = NOW + timedelta(hours=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_people(tmp_path / "people.jsonl", PEOPLE)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "run.db") as database:
        yield database


def batches(database: Database) -> list[Batch]:
    return list(Run.open(database).batches())


@pytest.mark.parametrize(("as_", "times"), [("accepted", 1), ("not_sent", 2)])
def test_a_decision_is_recorded_and_obeyed(
    tmp_path: Path, path: Path, as_: Literal["accepted", "not_sent"], times: int
) -> None:
    braze, ledger = Braze(), tmp_path / "run.db"
    sitting(ledger, path, braze, ["lose", "", "lose"])
    with Database(ledger) as database:
        Run.open(database).resolve(1, 3, as_=as_, by="ana", at=AT)
        decided = [batch for batch in batches(database) if batch.resolved_by is not None]
    assert [(batch.number, batch.state, batch.resolved_by) for batch in decided] == [(1, as_, "ana"), (3, as_, "ana")]
    assert {batch.resolved_at for batch in decided} == {"2026-11-22T13:20:00+00:00"}
    assert all("it was unknown" in (batch.reason or "") for batch in decided)
    assert sitting(ledger, path, braze).worst == ACCEPTED
    assert braze.accepted() == {
        name: 1 if number in range(50, 100) or number >= 150 else times for number, name in enumerate(PEOPLE)
    }


@pytest.mark.parametrize("state", STATES)
def test_only_what_nobody_knows_is_decided_and_all_of_it_or_none(database: Database, path: Path, state: str) -> None:
    begin(database, path).close()
    with database.writing() as connection:
        connection.execute("UPDATE run_batches SET state = 'unknown'")
        connection.execute("UPDATE run_batches SET state = ? WHERE number = 2", (state,))
    run = Run.open(database)
    if state in UNDECIDED:
        run.resolve(1, 2, as_="not_sent", by="ana", at=AT)
        assert [batch.state for batch in batches(database)[:2]] == [NOT_SENT, NOT_SENT]
    else:
        with pytest.raises(LedgerError, match="AUD820"):
            run.resolve(1, 2, as_="not_sent", by="ana", at=AT)
        assert batches(database)[0].state == "unknown"
    with pytest.raises(LedgerError, match="AUD820"):
        run.resolve(3, 99, as_="accepted", by="ana", at=AT)
    assert batches(database)[2].state == "unknown"


def test_nothing_is_decided_while_another_delivers(database: Database, path: Path) -> None:
    with begin(database, path), pytest.raises(LedgerError, match="AUD823"):
        Run.open(database).resolve(1, as_="accepted", by="ana", at=AT)
