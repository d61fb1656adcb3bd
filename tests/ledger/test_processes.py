"""The ledger among processes: one send of many at once, and the truth after a SIGKILL at any instant."""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger import Ledger
from audience_dsl.ledger.database import Database

from ..sender.fault_server import FaultServer, answering
from . import processes
from .support import attempted, is_sound, request

SPAWN = multiprocessing.get_context("spawn")
SENDERS = 2
ROUNDS = 25


@contextmanager
def running(work: Callable[..., None], *arguments: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process, and the end of a pipe on which it tells. What still runs afterwards is killed."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=work, args=(*arguments, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join(60)
        ours.close()


def killed(process: BaseProcess) -> None:
    process.kill()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def told_before_the_end(end: Connection) -> list[Any]:
    found = []
    try:
        while end.poll(0):
            found.append(end.recv())
    except EOFError:
        pass
    return found


@pytest.mark.parametrize("keyed", [True, False], ids=["one key", "one body"])
def test_of_the_same_broadcast_at_the_same_instant_one_goes_out(tmp_path: Path, keyed: bool) -> None:
    barrier = SPAWN.Barrier(SENDERS)
    with FaultServer(answering("201 Created")) as server:
        arguments = (tmp_path, server.url, ROUNDS, keyed, barrier)
        with (
            running(processes.send_at_once, *arguments) as (_, one),
            running(processes.send_at_once, *arguments) as (
                _,
                other,
            ),
        ):
            for number in range(ROUNDS):
                told: Counter[str] = Counter()
                for end in (one, other):
                    assert end.poll(60)
                    told[end.recv()] += 1
                assert told["accepted"] == 1, (number, told)
                assert told["replayed"] + told["ledger-unresolved"] == SENDERS - 1, (number, told)
        assert len(server.requests) == ROUNDS
    for number in range(ROUNDS):
        with Ledger(tmp_path / f"{number}.db", create=False) as ledger:
            assert ledger.counts() == {"accepted": 1}


def test_a_kill_between_claim_and_outcome_leaves_the_send_in_flight(tmp_path: Path) -> None:
    path = tmp_path / "sends.db"
    with running(processes.claim_and_wait, path) as (process, end):
        assert end.recv() == "claimed"
        killed(process)
    with Ledger(path) as ledger:
        assert ledger.counts() == {"in_flight": 1}
        with pytest.raises(LedgerError) as refused:
            ledger.known(request(), key="storm/porto/1122", repeat=False)
    assert refused.value.code == "AUD820"


def test_a_hold_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with Database(path) as database:
        with running(processes.hold_and_wait, path) as (process, end):
            assert end.recv() == "held"
            assert database.holder() == process.pid
            with pytest.raises(LedgerError, match=f"`: process {process.pid}") as refused, database.hold():
                pass
            assert refused.value.code == "AUD823"
            # Nobody else is kept from writing.
            with Ledger(database) as ledger:
                attempted(ledger, request())
            killed(process)
        # Though its name still stands in the file.
        assert database.holder() is None
        with database.hold():
            assert database.holder() == os.getpid()
        assert database.holder() is None


def test_what_was_durable_survives_a_kill_at_any_instant(tmp_path: Path) -> None:
    path = tmp_path / "sends.db"
    instants = random.Random(5)
    claims: set[int] = set()
    settled: set[int] = set()
    for first in range(0, 8_000_000, 1_000_000):
        with running(processes.record_for_ever, path, first) as (process, end):
            assert end.poll(60)
            time.sleep(instants.uniform(0, 0.1))
            killed(process)
            for what, number in told_before_the_end(end):
                (claims if what == "claimed" else settled).add(number)
        assert is_sound(path)
        with Ledger(path, create=False) as ledger:
            found = {int(send.key or ""): send.outcome for send in ledger.sends()}
        assert claims <= found.keys()
        assert all(found[number] == "accepted" for number in settled)
        # The one that was on its way may stand either way, and no other.
        assert Counter(found.values())["in_flight"] <= first // 1_000_000 + 1
    assert settled


def test_a_kill_while_a_ledger_is_made_leaves_none_that_cannot_be_used(tmp_path: Path) -> None:
    instants = random.Random(7)
    for turn in range(5):
        directory = tmp_path / str(turn)
        directory.mkdir()
        with running(processes.make_ledgers, directory) as (process, end):
            assert end.poll(60)
            time.sleep(instants.uniform(0, 0.1))
            killed(process)
            done = set(told_before_the_end(end))
        for path in directory.glob("*.db"):
            with Ledger(path) as ledger:
                if int(path.stem) in done:
                    assert ledger.counts() == {"accepted": 1}
                else:
                    assert ledger.counts() in ({}, {"in_flight": 1}, {"accepted": 1})
