"""What a ledger has, by the names that a command gives it."""

import heapq
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..report.display import clean
from .exits import UsageFault

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..ledger.database import Database
    from ..ledger.send import Send
    from ..runs import Run

__all__ = ["UNDECIDED", "no_batch", "no_send", "run_of", "sends_of", "standing_so"]

# What needs a decision: said here too, so that a command starts without the modules that send.
UNDECIDED = ("in_flight", "unknown")


def sends_of(database: "Database") -> "Ledger | None":
    """The single sends of a ledger; None where it has only a run."""
    from ..ledger import Ledger

    return Ledger(database) if "sends" in database.parts() else None


def run_of(database: "Database") -> "Run | None":
    from ..runs import Run

    return Run.find(database)


def no_send(file: str, key: str, run: "Run | None") -> UsageFault:
    """The fault of a name that no send of the ledger has."""
    way = f"`audience ledger show {file}` lists them"
    if run is not None:
        way = "a batch of its run is named by `--batch NUMBER`"
    return UsageFault(f"the ledger `{file}` has no send `{clean(key, at_most=60)}`", way)


def no_batch(file: str, number: int, run: "Run | None") -> UsageFault:
    """The fault of a number that no batch of the ledger has."""
    if run is None:
        return UsageFault(f"the ledger `{file}` has no run, and so no batches", "a send is named by its key or number")
    return UsageFault(f"the run of `{file}` has no batch {number:,}", f"it has {run.summary().batches:,}")


def standing_so(ledger: "Ledger", states: Sequence[str] | None) -> Iterable["Send"]:
    """The sends in one of these states, or all, by their numbers."""
    if states is None:
        return ledger.sends()
    return heapq.merge(*(ledger.sends(outcome=state) for state in states), key=lambda send: send.number)
