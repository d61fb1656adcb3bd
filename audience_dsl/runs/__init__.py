"""A file of recipients, sent in batches of which each is known: accepted, rejected, not sent, or unknown.

    with Database("run.db") as database:
        with prepare(database, recipients=people, template=template, endpoint=endpoint, now=now) as run:
            stop = StopSignal()
            with Client(api_key=key, endpoint="EU-01", sleep=stop.sleep) as client:
                summary = deliver(run, client, at_once=8, stop=stop)

The process may be killed at any instant; `resume` in place of `prepare` goes on. What was accepted is never sent again,
what was not sent is, and what nobody knows of is listed (`run.unknowns()`) and stays unless `run.resend_unknown(count)`
orders otherwise. Nothing here prints, and all that grows with the file is in the ledger.
"""

from .counts import Progress, Summary
from .engine import deliver
from .run import Batch, Delivered, Reject, Run
from .staging import Staged, prepare, resume
from .stopping import StoppedError, StopSignal
from .tables import IN_FLIGHT, OPEN, PENDING, STATES, UNDECIDED

__all__ = [
    "IN_FLIGHT",
    "OPEN",
    "PENDING",
    "STATES",
    "UNDECIDED",
    "Batch",
    "Delivered",
    "Progress",
    "Reject",
    "Run",
    "Staged",
    "StopSignal",
    "StoppedError",
    "Summary",
    "deliver",
    "prepare",
    "resume",
]
