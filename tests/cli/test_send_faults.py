"""The fault table at the shell: each fault at each phase has its exit code, its number of requests, and its place in
the ledger.
"""

import json
from pathlib import Path

import pytest

from tests.end_to_end.shell import audience
from tests.sender.fault_server import FaultServer
from tests.sender.fault_table import TABLE, Row

from .support import files, run

SECRET = "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"
ENV = {"BRAZE_API_KEY": SECRET}
# What is tried again is tried once more here, since waits take their time at a shell.
ATTEMPTS = 2
# Each kind of outcome at each phase.
KINDS = list({(row.phase, row.outcome): row for row in TABLE if not row.stalls}.values())


@pytest.fixture(autouse=True)
def project(here: Path) -> None:
    files(here, {"r.toml": 'campaign_id = "c"\nrecipients = [{ external_user_id = "u" }]\n'})


def arguments(server: FaultServer, row: Row, *more: object) -> tuple[object, ...]:
    seconds = 1 if row.stalls else 20
    to = ("--endpoint", server.url, "--yes", "--ledger", "l.db", "--output-format", "json")
    return ("send", "r.toml", *to, "--timeout", seconds, *more)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.phase}: {row.name}")
def test_fault(row: Row) -> None:
    attempts, requests = min(row.attempts, ATTEMPTS), min(row.requests, ATTEMPTS)
    with FaultServer(row.behaviour, scheme=row.scheme) as server:
        done = run(*arguments(server, row, "--attempts", ATTEMPTS), env=ENV)
        assert (done.code, server.connections, len(server.requests)) == (row.exit_code, attempts, requests), done
        # The command is run again, as a pipeline does: what was, or may have been, accepted makes no request.
        again = run(*arguments(server, row, "--attempts", 1), env=ENV)
        once_more = row.outcome not in ("accepted", "unknown")
        assert again.code == (6 if row.outcome == "unknown" else row.exit_code), again
        assert (server.connections, len(server.requests)) == (
            attempts + once_more,
            requests + (once_more and requests > 0),
        )
    assert json.loads(done.out)["outcome"] == row.outcome
    assert SECRET not in done.out + done.err + again.out + again.err
    shown = json.loads(run("ledger", "show", "l.db", "--output-format", "json").out)
    assert shown["counts"] == {row.outcome: 1}


@pytest.mark.parametrize("row", KINDS, ids=lambda row: f"{row.phase}: {row.outcome}")
def test_in_a_process_of_its_own(row: Row) -> None:
    with FaultServer(row.behaviour, scheme=row.scheme) as server:
        done = audience(*arguments(server, row, "--attempts", 1), env=ENV)
        assert (done.code, server.connections, len(server.requests)) == (row.exit_code, 1, min(row.requests, 1)), done
    assert SECRET not in done.out + done.err
