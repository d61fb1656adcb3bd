"""A ledger is of sends to one address."""

from pathlib import Path

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger.database import Database
from audience_dsl.ledger.target import bind_target


def test_the_first_address_stays(tmp_path: Path) -> None:
    with Database(tmp_path / "l.db") as database:
        bind_target(database, "https://one.example")
        bind_target(database, "https://one.example")
    with Database(tmp_path / "l.db") as database:
        with pytest.raises(LedgerError) as caught:
            bind_target(database, "https://two.example")
        assert (caught.value.code, "`https://one.example`" in caught.value.message) == ("AUD822", True)
        bind_target(database, "https://one.example")
