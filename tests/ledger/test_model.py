"""The ledger against a model of a few lines: any order of sends, outcomes, decisions and reopenings."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger import Ledger
from audience_dsl.ledger.sends import RecordedAttempt
from audience_dsl.sender import OUTCOMES
from audience_dsl.sender.outcome import ACCEPTED, UNKNOWN, Receipt

from .support import AT, receipt, request

BODIES = [request(name) for name in "abc"]
KEYS = [None, "k", "l"]


class Attempt:
    """What the model knows of one: which send it is of, and what became of it."""

    def __init__(self, send: int, key: str | None, body: int) -> None:
        self.send = send
        self.key = key
        self.body = body
        self.outcome = "in_flight"
        self.said = False


class Model(RuleBasedStateMachine):
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "sends.db"
        self.ledger = Ledger(self.path)
        self.attempts: list[Attempt] = []
        self.sends = 0

    def teardown(self) -> None:
        self.ledger.close()
        self.directory.cleanup()

    def allowed(self, key: str | None, body: int, repeat: bool) -> str:
        """By the words of the documentation: `sent`, `replayed` or `refused`."""
        of_key = [each for each in self.attempts if key is not None and each.key == key]
        of_body = [each for each in self.attempts if not repeat and each.body == body]
        for group in (of_key, of_body):
            # A send counts as a whole: one accepted attempt of it is enough.
            standings = {self.standing(each.send) for each in group if each.outcome in (ACCEPTED, UNKNOWN, "in_flight")}
            if ACCEPTED in standings and (group is of_key or any(each.outcome == ACCEPTED for each in group)):
                return "replayed"
            if standings & {UNKNOWN, "in_flight"}:
                return "refused"
            if standings:
                return "replayed"
        return "sent"

    def standing(self, send: int) -> str:
        outcomes = [each.outcome for each in self.attempts if each.send == send]
        return next((each for each in (ACCEPTED, "in_flight", UNKNOWN) if each in outcomes), outcomes[-1])

    @rule(target=claims, key=st.sampled_from(KEYS), body=st.integers(0, 2), repeat=st.booleans())
    def send(self, key: str | None, body: int, repeat: bool) -> object:
        expected = self.allowed(key, body, repeat)
        found: RecordedAttempt | Receipt | None
        known: Receipt | LedgerError | None
        try:
            known = self.ledger.known(BODIES[body], key=key, repeat=repeat)
            found = self.ledger.claim(BODIES[body], key=key, at=AT, repeat=repeat)
        except LedgerError as error:
            found, known = None, error
        if found is None:
            assert isinstance(known, LedgerError)
            assert known.code == "AUD820"
            assert expected == "refused"
            return multiple()
        if isinstance(found, Receipt):
            assert known == found
            assert expected == "replayed"
            return multiple()
        assert known is None
        assert expected == "sent"
        if found.send > self.sends:
            self.sends = found.send
        attempt = Attempt(found.send, key, body)
        self.attempts.append(attempt)
        return found, attempt

    @rule(claim=consumes(claims), outcome=st.sampled_from(OUTCOMES))
    def settle(self, claim: tuple[RecordedAttempt, Attempt], outcome: str) -> None:
        recorded, attempt = claim
        recorded.settle(receipt(BODIES[attempt.body], outcome))
        if not (attempt.said and outcome == UNKNOWN):
            attempt.outcome = outcome

    @rule(data=st.data(), as_=st.sampled_from(["accepted", "not_sent"]))
    def resolve(self, data: st.DataObject, as_: str) -> None:
        if not self.sends:
            return
        send = data.draw(st.integers(1, self.sends))
        is_open = self.standing(send) in (UNKNOWN, "in_flight")
        try:
            self.ledger.resolve(send, as_=as_, by="ana", at=AT + timedelta(hours=1))  # type: ignore[arg-type]
        except LedgerError:
            assert not is_open
            return
        assert is_open
        for attempt in self.attempts:
            if attempt.send == send and attempt.outcome in (UNKNOWN, "in_flight"):
                attempt.outcome = as_
                attempt.said = True

    @rule()
    def copy(self) -> None:
        """Another process that has it open sees the same."""
        with Ledger(self.path, create=False) as other:
            assert other.counts() == self.ledger.counts()

    @invariant()
    def every_send_is_told(self) -> None:
        told = {send.number: (send.outcome, send.attempts, send.key) for send in self.ledger.sends()}
        assert told == {
            number: (
                self.standing(number),
                sum(each.send == number for each in self.attempts),
                next(each.key for each in self.attempts if each.send == number),
            )
            for number in range(1, self.sends + 1)
        }


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=40)
