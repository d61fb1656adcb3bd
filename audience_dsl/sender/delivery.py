"""The delivery of one request, from the first look into the ledger to the receipt. Both clients drive it.

It does no input or output, and does not sleep: it yields what is to be done next, and is sent the answer, or thrown
what came of it. In order: does the ledger know the send; is there a place within the rate limits; claim it, which
is on disk before the first byte; make the attempt; record what became of it; ask the policy whether there is another.
"""

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from .attempt import Attempt
from .outcome import ACCEPTED, RATE_LIMITED, UNKNOWN, Judgement, Receipt, not_sent, receipt_for
from .pacing import Hold, Pacer, Turn
from .recording import Claim, Ledger
from .requests import Request
from .retrying import Retries, RetryQuota, Stop, Wait, free_at

__all__ = ["Blocking", "Delivery", "Step"]

Blocking = Callable[[], Any]
"""Something of a ledger or a store, that may take a while: call it, away from an event loop, and answer its value."""

Step = Attempt | Wait | Blocking
"""What is to be done next. The answer to an attempt is its judgement."""


class Delivery:
    """One call of `send`. `steps` is what to drive."""

    def __init__(
        self,
        request: Request,
        *,
        attempt: Callable[[Request], Attempt],
        retry: Retries,
        quota: RetryQuota,
        pacer: Pacer,
        clock: Callable[[], datetime],
        random: Callable[[], float],
        key: str | None,
        ledger: Ledger | None,
        repeat: bool,
        deadline: datetime | None,
    ) -> None:
        self._request = request
        self._attempt = attempt
        self._retry = retry
        self._quota = quota
        self._turn: Turn = pacer.turn(request)
        self._blocks = pacer.blocks
        self._clock = clock
        self._random = random
        self._key = key
        self._ledger = ledger
        self._repeat = repeat
        self._deadline = deadline
        self._made = 0

    def steps(self) -> Generator[Step, Any, Receipt]:
        """Yields what is to be done, and returns the receipt."""
        if self._ledger is not None:
            ledger, request, key, repeat = self._ledger, self._request, self._key, self._repeat
            known: Receipt | None = yield lambda: ledger.known(request, key=key, repeat=repeat)
            if known is not None:
                return known
        now = started = self._clock()
        waited = 0.0
        last: Receipt | None = None
        while True:
            if self._is_late(now):
                return last or self._receipt(_LATE, now, now)
            hold = yield from self._held_back(now)
            if hold is None:
                last = yield from self._attempted(now)
                if last.outcome in (ACCEPTED, UNKNOWN):
                    return last
                now = last.finished_at
            else:
                last = self._receipt(_held(hold, now), now, now, hold.until)
            # The clock may be set, or stand still; what was waited did pass.
            elapsed = max((now - started).total_seconds(), waited)
            decided = self._decided(last, elapsed, now)
            if isinstance(decided, Stop):
                return _given_up(last, decided)
            yield decided
            waited += decided.seconds
            now = self._clock()

    def _held_back(self, now: datetime) -> Generator[Step, Any, Hold | None]:
        if not self._blocks:
            return self._turn.take(now)
        hold: Hold | None = yield from _called(partial(self._turn.take, now), self._turn.abandon)
        return hold

    def _attempted(self, now: datetime) -> Generator[Step, Any, Receipt]:
        """One attempt, recorded before and after; or what the ledger knows meanwhile."""
        judgement: Judgement | None = _NOT_BEGUN
        ended = now
        try:
            claim: Claim | None = None
            if self._ledger is not None:
                claimed = yield from self._claimed(self._ledger, now)
                if isinstance(claimed, Receipt):
                    return claimed
                claim = claimed
            if claim is not None and self._is_late(self._clock()):
                receipt = self._receipt(_LATE, now, now)
            else:
                attempt = self._attempt(self._request)
                self._made += 1
                judgement = None
                try:
                    judgement = yield attempt
                except BaseException:
                    judgement, ended = attempt.interrupted(), self._clock()
                    if claim is not None:
                        # The interruption goes on; and what could not be recorded is in flight, which is true.
                        with suppress(Exception):
                            yield partial(claim.settle, self._receipt(judgement, now, ended))
                    raise
                ended = self._clock()
                receipt = self._receipt(judgement, now, ended, free_at(judgement, ended))
                if judgement.outcome == ACCEPTED:
                    self._quota.succeeded()
            if claim is not None:
                yield from self._settled(claim, receipt)
            return receipt
        finally:
            yield from self._done(judgement, ended)

    def _claimed(self, ledger: Ledger, now: datetime) -> Generator[Step, Any, Claim | Receipt]:
        request, key, repeat = self._request, self._key, self._repeat
        never = self._receipt(_NOT_BEGUN, now, now)
        claiming = _Claiming(lambda: ledger.claim(request, key=key, at=now, repeat=repeat), never)
        claimed: Claim | Receipt = yield from _called(claiming.claim, claiming.abandon)
        return claimed

    def _settled(self, claim: Claim, receipt: Receipt) -> Generator[Step, Any, None]:
        settle = partial(claim.settle, receipt)
        try:
            # Twice does no more than once, and an interruption may have come before it.
            yield from _called(settle, settle)
        except Exception as error:
            error.add_note(f"what could not be recorded: the request was {receipt.outcome}; {receipt.reason}")
            raise

    def _done(self, judgement: Judgement | None, ended: datetime) -> Generator[Step, Any, None]:
        if not self._blocks:
            self._turn.done(judgement, ended)
            return
        # Whatever a store of the user's raises: the receipt matters more.
        with suppress(Exception):
            done = partial(self._turn.done, judgement, ended)
            yield from _called(done, done)

    def _decided(self, judgement: Judgement, elapsed: float, now: datetime) -> Wait | Stop:
        decided = self._retry.decide(judgement, attempt=self._made, elapsed=elapsed, now=now, random=self._random)
        if isinstance(decided, Stop):
            return decided
        if self._is_late(decided.until):
            return Stop("the next attempt would come after the deadline", decided.until)
        if decided.spends and not self._quota.spend():
            return Stop("the client's quota of retries is spent, because too much fails", decided.until)
        return decided

    def _is_late(self, now: datetime) -> bool:
        return self._deadline is not None and now >= self._deadline

    def _receipt(
        self, judgement: Judgement, began: datetime, ended: datetime, retry_at: datetime | None = None
    ) -> Receipt:
        return receipt_for(
            judgement,
            digest=self._request.digest,
            endpoint=self._request.endpoint.path,
            sent_at=began,
            finished_at=ended,
            attempts=self._made,
            retry_at=retry_at,
            key=self._key,
        )


def _called(call: Blocking, stopped: Blocking) -> Generator[Step, Any, Any]:
    """Has it called, and returns its value. After an interruption, `stopped` is called.

    Nobody knows then how far the call came: a thread may be about to begin it, be at it, or be done.
    """
    try:
        answer = yield call
    except Exception:
        raise
    except BaseException:
        with suppress(Exception):
            yield stopped
        raise
    return answer


class _Claiming:
    """A claim being made, that is settled as never sent if nobody waits for it any more.

    Where a task is cancelled, a thread may still be about to claim for it.
    """

    def __init__(self, make: Callable[[], Claim | Receipt], never: Receipt) -> None:
        self._make = make
        self._never = never
        # Of the two that may meet here, one takes the claim out; without a lock, in which an interruption could come.
        self._made: list[Claim] = []
        self._is_abandoned = False

    def claim(self) -> Claim | Receipt:
        made = self._make()
        if not isinstance(made, Receipt):
            self._made.append(made)
            if self._is_abandoned:
                self._settle()
        return made

    def abandon(self) -> None:
        self._is_abandoned = True
        self._settle()

    def _settle(self) -> None:
        # Nothing to take out, or a ledger that cannot write: then it is not claimed, or in flight, which is true.
        with suppress(Exception):
            self._made.pop().settle(self._never)


_NOT_BEGUN: Final = not_sent("the sender was stopped before the attempt")
_LATE: Final = not_sent("the deadline had passed")


def _held(hold: Hold, now: datetime) -> Judgement:
    return Judgement(
        outcome=RATE_LIMITED,
        reason=f"held back here until {hold.until.isoformat(timespec='seconds')}: {hold.why}; nothing was sent",
        retry_after=(hold.until - now).total_seconds(),
    )


def _given_up(receipt: Receipt, stop: Stop) -> Receipt:
    """The receipt, with why it was left at that."""
    if receipt.outcome == RATE_LIMITED and receipt.retry_at is None and stop.retry_at is not None:
        receipt = replace(receipt, retry_at=stop.retry_at)
    return replace(receipt, reason=f"{receipt.reason}; not tried again by itself: {stop.why}") if stop.why else receipt
