"""What other processes do in the tests: each function runs in one that is started anew."""

import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger import Ledger
from audience_dsl.ledger.database import Database
from audience_dsl.sender import Client, Request, build_request
from audience_dsl.sender.retrying import NO_RETRY

from .support import attempted, claimed, receipt, request

__all__ = ["claim_and_wait", "hold_and_wait", "make_ledgers", "record_for_ever", "send_at_once"]

BROADCAST = {"campaign_id": "storm", "broadcast": True}


def send_at_once(directory: Path, url: str, rounds: int, keyed: bool, barrier: Barrier, told: Connection) -> None:
    """The same broadcast as all others, at the same instant as they, on a ledger that nobody has made yet."""
    broadcast = build_request(BROADCAST)
    for number in range(rounds):
        # A client of its own for each, since one would be held back after ten broadcasts.
        with Client(api_key="a-key-of-the-tests", endpoint=url, retry=NO_RETRY) as client:
            barrier.wait(60)
            with Ledger(directory / f"{number}.db") as ledger:
                told.send(sent(client, broadcast, "storm/porto/1122" if keyed else None, ledger))


def sent(client: Client, broadcast: Request, key: str | None, ledger: Ledger) -> str:
    try:
        receipt = client.send(broadcast, key=key, ledger=ledger)
    except LedgerError as error:
        return error.kind.slug
    return "replayed" if receipt.replayed else receipt.outcome


def claim_and_wait(path: Path, told: Connection) -> None:
    with Ledger(path) as ledger:
        claimed(ledger, request(), "storm/porto/1122")
        told.send("claimed")
        time.sleep(60)


def hold_and_wait(path: Path, told: Connection) -> None:
    with Database(path) as database, database.hold():
        told.send("held")
        time.sleep(60)


def record_for_ever(path: Path, first: int, told: Connection) -> None:
    """Tells of each step once it is durable."""
    with Ledger(path) as ledger:
        number = first
        while True:
            each = request(f"c{number}")
            claim = claimed(ledger, each, str(number))
            told.send(("claimed", number))
            claim.settle(receipt(each))
            told.send(("settled", number))
            number += 1


def make_ledgers(directory: Path, told: Connection) -> None:
    """New ledgers, one after another, with a send in each."""
    number = 0
    while True:
        with Ledger(directory / f"{number}.db") as ledger:
            attempted(ledger, request())
        told.send(number)
        number += 1
