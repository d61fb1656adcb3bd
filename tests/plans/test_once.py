"""A plan is applied once: what a ledger knows of it is refused, and only what surely was not sent goes out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audience_dsl.diagnostics import LedgerError
from audience_dsl.ledger import Ledger
from audience_dsl.plans import OnceLedger, Plan, key_of, make_plan
from audience_dsl.sandbox import SANDBOX_KEY, Sandbox, local_sandbox
from audience_dsl.sandbox.transport import transport
from audience_dsl.sender import NO_RETRY, Client, Receipt, build_request

REQUEST = build_request({"campaign_id": "c", "recipients": [{"external_user_id": "u"}]})


def plan(by: str = "Ana") -> Plan:
    now = datetime.now(UTC)
    return make_plan([REQUEST], source="r", made_by=by, made_at=now, expires_at=now + timedelta(hours=1))


def send(sandbox: Sandbox, ledger: Ledger, key: str | None, *, repeat: bool = False) -> Receipt:
    with Client(
        api_key=SANDBOX_KEY, endpoint="https://sandbox.invalid", transport=transport(sandbox), retry=NO_RETRY
    ) as client:
        return client.send(REQUEST, key=key, ledger=OnceLedger(ledger), repeat=repeat)


@pytest.mark.parametrize(
    ("fault", "outcome", "again"),
    [
        (None, "accepted", "the plan was applied at"),
        ("lost-answer", "unknown", "nobody knows whether the plan was applied"),
        ("400", "rejected", None),
        ("429", "rate_limited", None),
        ("no-connection", "not_sent", None),
    ],
)
def test_what_became_of_it_decides(tmp_path: Path, fault: str | None, outcome: str, again: str | None) -> None:
    sandbox = local_sandbox()
    if fault is not None:
        sandbox.switches.next(fault)
    key = key_of(plan())
    with Ledger(tmp_path / "l.db") as ledger:
        assert send(sandbox, ledger, key).outcome == outcome
        before = len(sandbox.requests)
        if again is None:
            assert send(sandbox, ledger, key).outcome == "accepted"
            return
        for repeat in (False, True):
            with pytest.raises(LedgerError, match=again) as caught:
                send(sandbox, ledger, key, repeat=repeat)
            assert caught.value.code == "AUD842"
        assert len(sandbox.requests) == before


@pytest.mark.parametrize("other", [None, "another", key_of(plan("Ben"))], ids=["none", "another", "of-a-plan"])
def test_the_same_body_under_another_key(tmp_path: Path, other: str | None) -> None:
    sandbox = local_sandbox()
    with Ledger(tmp_path / "l.db") as ledger:
        send(sandbox, ledger, other)
        with pytest.raises(LedgerError, match="went out at") as caught:
            send(sandbox, ledger, key_of(plan()))
        assert caught.value.code == "AUD842"
        assert send(sandbox, ledger, key_of(plan()), repeat=True).outcome == "accepted"


def test_a_claim_that_comes_too_late_is_refused(tmp_path: Path) -> None:
    """Between the question and the claim another process may have been quicker."""
    key = key_of(plan())
    with Ledger(tmp_path / "l.db") as ledger:
        once = OnceLedger(ledger)
        assert once.known(REQUEST, key=key, repeat=False) is None
        send(local_sandbox(), ledger, key)
        with pytest.raises(LedgerError, match="was applied at"):
            once.claim(REQUEST, key=key, at=datetime.now(UTC), repeat=False)


def test_other_faults_of_a_ledger_stay_what_they_are(tmp_path: Path) -> None:
    Ledger(tmp_path / "l.db").close()
    with Ledger(tmp_path / "l.db", read_only=True) as ledger, pytest.raises(LedgerError) as caught:
        OnceLedger(ledger).claim(REQUEST, key="k", at=datetime.now(UTC), repeat=False)
    assert caught.value.code == "AUD821"
