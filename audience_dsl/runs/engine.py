"""The second half of a run: its batches sent, by several threads over one client.

A batch is recorded as in flight right before its first byte, and its outcome right after, each durable; threads share
the syncs. So the process may be killed at any instant: what was accepted is known as accepted, what was not begun as
not begun, and at most as many batches as there are threads are unknown.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from ..braze_api import STATUS_MEANINGS
from ..diagnostics import counted
from ..sender.outcome import ACCEPTED, Receipt
from ..sender.recording import Ledger
from ..sender.requests import Request
from .counts import Progress, Speed, Summary
from .recording import BatchLedger, says_nothing_of_the_batch, state_after
from .run import Batch, Run
from .stopping import StoppedError, StopSignal
from .tables import OPEN

__all__ = ["Sends", "deliver"]

# How often the caller's thread looks for a stop, in seconds.
_LOOK: Final = 0.05


class Sends(Protocol):
    """What sends: a `Client`."""

    def send(self, request: Request, /, *, key: str | None, ledger: Ledger | None) -> Receipt: ...


def deliver(
    run: Run,
    client: Sends,
    *,
    at_once: int = 4,
    stop: StopSignal | None = None,
    grace: float = 30.0,
    failures_at_most: int = 5,
    on_batch: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Summary:
    """Send what is open of a run that `prepare` or `resume` gave, `at_once` batches at a time.

    What was rejected stays so; what was not sent, or rate limited for longer than the client waits, is tried again as
    long as others get through, and is left for another `resume` then. An outage ends the run early: `failures_at_most`
    batches one after another of which none was accepted, or an answer that speaks of the key or the address and not of
    the batch (401, 403, 404), which is taken as not sent. `stopped` of the summary says so.

    With `stop`, which is to be the client's `sleep` as well, the run ends when that is asked: batches in flight have
    `grace` seconds to end. One that does not stays in flight, and is unknown to whoever resumes. KeyboardInterrupt, and
    what `on_batch` raises, do the same, and then go on.

    `on_batch` is called in this thread. Raises LedgerError where the ledger cannot be written or the file of recipients
    was changed, once what was in flight has ended.
    """
    return _Engine(run, client, stop or StopSignal(), grace, failures_at_most, on_batch, clock).run(max(1, at_once))


class _Engine:
    def __init__(
        self,
        run: Run,
        client: Sends,
        stop: StopSignal,
        grace: float,
        failures_at_most: int,
        on_batch: Callable[[Progress], None] | None,
        clock: Callable[[], float],
    ) -> None:
        # Before a thread is begun: one that was opened to read raises here.
        self._source = run.source
        self._run = run
        self._client = client
        self._stop = stop
        self._grace = grace
        self._failures_at_most = failures_at_most
        self._on_batch = on_batch
        self._clock = clock
        # Batches that ended, and None for each thread that did.
        self._ended: queue.SimpleQueue[tuple[Batch, Receipt] | None] = queue.SimpleQueue()
        self._working = 0
        self._feeding = threading.Lock()
        self._feed: Iterator[Batch] = iter(())
        self._judging = threading.Lock()
        self._failures = 0
        self._error: BaseException | None = None
        self._summary = run.summary()
        self._speed = Speed(clock())

    def run(self, at_once: int) -> Summary:
        while self._summary.left and not self._stop.stopping:
            accepted = self._summary.batch_counts[ACCEPTED]
            self._pass(at_once)
            self._summary = self._run.summary()
            if self._summary.batch_counts[ACCEPTED] == accepted:
                break
        if self._error is not None:
            raise self._error
        if self._stop.stopping:
            self._summary.stopped = self._stop.reason or "it was asked to"
        return self._summary

    def _pass(self, at_once: int) -> None:
        """Everything that is open once, in its order."""
        self._feed = self._run.batches(*OPEN)
        try:
            for number in range(at_once):
                self._working += 1
                threading.Thread(target=self._work, name=f"batches-{number}", daemon=True).start()
            self._watch()
        except BaseException:
            # An interruption, or whatever `on_batch` raised: nothing goes on behind the caller's back.
            self._on_batch = None
            self._stop.request()
            self._watch()
            raise

    def _watch(self) -> None:
        """Tell what ends, until all threads have, or are not waited for any longer. Those begin nothing any more."""
        until: float | None = None
        while self._working:
            with contextlib.suppress(queue.Empty):
                ended = self._ended.get(timeout=_LOOK)
                if ended is None:
                    self._working -= 1
                else:
                    self._tell(*ended)
            if self._stop.stopping:
                until = self._clock() + self._grace if until is None else until
                if self._stop.at_once or self._clock() > until:
                    return

    def _tell(self, batch: Batch, receipt: Receipt) -> None:
        counts = self._summary.counts
        counts[batch.state] -= batch.recipients
        counts[state_after(receipt)] += batch.recipients
        rate = self._speed.add(self._clock(), batch.recipients)
        if self._on_batch is not None:
            self._on_batch(Progress(batch.number, receipt, self._summary.total, counts, rate))

    # --- In a thread of its own ---

    def _work(self) -> None:
        try:
            while (batch := self._next()) is not None:
                ledger = BatchLedger(self._run.database, batch.number, hashed=self._run.hashed, stop=self._stop)
                receipt = self._client.send(self._request(batch), key=f"batch {batch.number}", ledger=ledger)
                ledger.leave(receipt)
                self._ended.put((batch, receipt))
                self._judge(receipt)
        except StoppedError:
            pass
        except BaseException as error:  # Whatever it is, it is raised in the caller's thread.
            with self._judging:
                self._error = self._error or error
            self._stop.halt("the run cannot go on")
        finally:
            self._ended.put(None)

    def _request(self, batch: Batch) -> Request:
        return self._source.request(self._run.places(batch), self._run.salt)

    def _next(self) -> Batch | None:
        with self._feeding:
            return None if self._stop.stopping else next(self._feed, None)

    def _judge(self, receipt: Receipt) -> None:
        """Stop the run where it is the outside that is broken, and not the batch."""
        with self._judging:
            self._failures = 0 if receipt.outcome == ACCEPTED else self._failures + 1
            if says_nothing_of_the_batch(receipt):
                _, way = _meaning_of(receipt)
                self._stop.halt(f"{_why(receipt)}; {way}, and go on: the batch counts as not sent")
            elif self._failures >= self._failures_at_most:
                self._stop.halt(
                    f"no batch was accepted {counted(self._failures, 'time')} in a row, the last time because "
                    f"{_why(receipt)}"
                )


def _why(receipt: Receipt) -> str:
    """Why a batch was not accepted, without the words of the server, which may name a recipient."""
    if receipt.http_status is None:
        return receipt.reason
    meaning, _ = _meaning_of(receipt)
    return f"the server answered {receipt.http_status}" + (f": {meaning}" if meaning else "")


def _meaning_of(receipt: Receipt) -> tuple[str, str]:
    return STATUS_MEANINGS.get(receipt.http_status or 0, ("", ""))
