"""What a ledger says of a send that comes again, and what people may say of it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.diagnostics import ConfigurationError, LedgerError
from audience_dsl.ledger import Ledger
from audience_dsl.ledger.keys import KEY_AT_MOST
from audience_dsl.ledger.send import STANDINGS
from audience_dsl.sender import OUTCOMES, Request, build_request
from audience_dsl.sender.outcome import ACCEPTED, NOT_SENT, RATE_LIMITED, REJECTED, UNKNOWN

from .support import AT, attempted, claimed, receipt, request

REQUEST = request()
OTHER = request("other")
SENDABLE = (REJECTED, RATE_LIMITED, NOT_SENT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sends.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as ledger:
        yield ledger


def judged(ledger: Ledger, request: Request, key: str | None, *, repeat: bool = False) -> str:
    """What becomes of a send that comes now; `known` and `claim` say the same."""
    try:
        known = ledger.known(request, key=key, repeat=repeat)
    except LedgerError as error:
        with pytest.raises(LedgerError):
            ledger.claim(request, key=key, at=AT, repeat=repeat)
        return error.kind.slug
    if known is None:
        claimed(ledger, request, key, repeat=repeat)
        return "sent"
    assert known.replayed
    assert ledger.claim(request, key=key, at=AT, repeat=repeat) == known
    return "replayed"


# A first send, what became of it, and what becomes of one that comes then: key, body, repeat.
AGAIN: list[tuple[str, str | None, str, str | None, Request, bool, str]] = [
    ("the same", "k", ACCEPTED, "k", REQUEST, False, "replayed"),
    ("the same, with repeat", "k", ACCEPTED, "k", REQUEST, True, "replayed"),
    ("the same without key", None, ACCEPTED, None, REQUEST, False, "replayed"),
    ("the same without key, with repeat", None, ACCEPTED, None, REQUEST, True, "sent"),
    ("the key with another body", "k", ACCEPTED, "k", OTHER, False, "replayed"),
    ("the key with another body, with repeat", "k", ACCEPTED, "k", OTHER, True, "replayed"),
    ("the body under another key", "k", ACCEPTED, "l", REQUEST, False, "replayed"),
    ("the body under another key, with repeat", "k", ACCEPTED, "l", REQUEST, True, "sent"),
    ("the body without the key", "k", ACCEPTED, None, REQUEST, False, "replayed"),
    ("the body with a key at last", None, ACCEPTED, "k", REQUEST, False, "replayed"),
    ("another", "k", ACCEPTED, "l", OTHER, False, "sent"),
    ("another without key", None, ACCEPTED, None, OTHER, False, "sent"),
    *(
        (f"{outcome}, and {what}", key, outcome, then, body, False, "sent")
        for outcome in SENDABLE
        for what, key, then, body in (
            ("the same", "k", "k", REQUEST),
            ("the same without key", None, None, REQUEST),
            ("the key with another body", "k", "k", OTHER),
            ("the body under another key", "k", "l", REQUEST),
        )
    ),
    *(
        (f"{outcome}, and {what}", "k", outcome, then, body, repeat, became)
        for outcome in (UNKNOWN, "in_flight")
        for what, then, body, repeat, became in (
            ("the same", "k", REQUEST, False, "ledger-unresolved"),
            ("the same, with repeat", "k", REQUEST, True, "ledger-unresolved"),
            ("the key with another body", "k", OTHER, False, "ledger-unresolved"),
            ("the body under another key", "l", REQUEST, False, "ledger-unresolved"),
            ("the body without key", None, REQUEST, False, "ledger-unresolved"),
            ("the body under another key, with repeat", "l", REQUEST, True, "sent"),
            ("another", "l", OTHER, False, "sent"),
        )
    ),
]


@pytest.mark.parametrize(("what", "key", "outcome", "then", "body", "repeat", "became"), AGAIN)
def test_a_send_that_comes_again(
    ledger: Ledger, what: str, key: str | None, outcome: str, then: str | None, body: Request, repeat: bool, became: str
) -> None:
    claim = claimed(ledger, REQUEST, key)
    if outcome != "in_flight":
        claim.settle(receipt(REQUEST, outcome))
    assert judged(ledger, body, then, repeat=repeat) == became


def test_the_receipt_of_then_comes_back_whole(ledger: Ledger) -> None:
    made = receipt(REQUEST, dispatch_id="d", http_status=201, errors=({"a": [1]},), notice="n", retry_after=1.5)
    claimed(ledger, REQUEST, "k").settle(made)
    assert ledger.known(REQUEST, key="k", repeat=False) == replace(made, key="k", replayed=True)


def test_a_receipt_of_an_earlier_version_is_read(path: Path, ledger: Ledger) -> None:
    """What a later version adds to receipts has a default, and is not in the files that are there already."""
    made = receipt(REQUEST, dispatch_id="d")
    claimed(ledger, REQUEST, "k").settle(made)
    kept = {name: value for name, value in made.to_dict().items() if name not in ("schedule_id", "retry_at", "notice")}
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE attempts SET receipt = ?", (json.dumps(kept),))
        connection.commit()
    assert ledger.known(REQUEST, key="k", repeat=False) == replace(made, key="k", replayed=True)


def test_a_receipt_for_another_body_says_so(ledger: Ledger) -> None:
    attempted(ledger, REQUEST, key="k")
    known = ledger.known(OTHER, key="k", repeat=False)
    assert known is not None
    assert known.digest == REQUEST.digest
    assert OTHER.digest[:12] in known.reason


@pytest.mark.parametrize(("key", "said"), [("k", "under the key `k`"), (None, "without a key")])
def test_a_receipt_for_another_key_says_so(ledger: Ledger, key: str | None, said: str) -> None:
    attempted(ledger, REQUEST, key=key)
    known = ledger.known(REQUEST, key="another", repeat=False)
    assert known is not None
    assert said in known.reason
    assert ledger.known(REQUEST, key="another", repeat=True) is None


def test_the_same_body_to_another_endpoint_is_another_send(ledger: Ledger) -> None:
    attempted(ledger, REQUEST)
    canvas = replace(REQUEST, endpoint=ENDPOINTS["canvas-trigger-send"])
    assert canvas.digest == REQUEST.digest
    assert judged(ledger, canvas, None) == "sent"


def test_attempts_are_counted_as_one_send(ledger: Ledger) -> None:
    for key in ("k", None):
        for outcome in (*SENDABLE, ACCEPTED):
            attempted(ledger, request(f"of {key}"), outcome, key)
    assert [(send.number, send.key, send.attempts, send.outcome) for send in ledger.sends()] == [
        (1, "k", 4, ACCEPTED),
        (2, None, 4, ACCEPTED),
    ]


@pytest.mark.parametrize(
    ("key", "said"), [("storm/porto/1122", "`storm/porto/1122` of campaign `c`"), (None, "send 1")]
)
@pytest.mark.parametrize(("outcome", "since"), [("in_flight", "in flight since"), (UNKNOWN, "unknown outcome since")])
def test_a_refusal_says_what_since_when_and_what_to_do(
    ledger: Ledger, key: str | None, said: str, outcome: str, since: str
) -> None:
    claim = claimed(ledger, REQUEST, key)
    if outcome == UNKNOWN:
        claim.settle(receipt(REQUEST, UNKNOWN))
    with pytest.raises(LedgerError) as refused:
        ledger.known(REQUEST, key=key, repeat=False)
    assert refused.value.code == "AUD820"
    assert f"{since} 2026-01-31 09:00:00Z" in refused.value.message
    assert said in refused.value.message
    assert f"audience ledger resolve {ledger.database.path} {key or 1} --as accepted" in (refused.value.help or "")


@pytest.mark.parametrize(
    "key", ["a", "storm/porto/1122", "ação 🌩", "a" * KEY_AT_MOST, "--help", "'; DROP TABLE sends", "17", "$(reboot)"]
)
def test_any_text_is_a_key(ledger: Ledger, key: str) -> None:
    attempted(ledger, REQUEST, UNKNOWN, key)
    found = ledger.find(key)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("key", ["", "  ", "a" * (KEY_AT_MOST + 1), "a\nb", "a\x00", "\x1b[2J", "\ud800", "a\u202eb"])
def test_what_is_no_key(ledger: Ledger, key: str) -> None:
    for ask in (ledger.known, lambda *given, **named: ledger.claim(*given, at=AT, **named)):
        with pytest.raises(ConfigurationError) as refused:
            ask(REQUEST, key=key, repeat=False)
        assert refused.value.code == "AUD803"
    assert ledger.find(key) is None


# --- What people say ---


@pytest.mark.parametrize("outcome", ["in_flight", UNKNOWN])
@pytest.mark.parametrize(("as_", "then"), [("accepted", "replayed"), ("not_sent", "sent")])
@pytest.mark.parametrize("key", ["k", None])
def test_what_a_person_says_counts(ledger: Ledger, outcome: str, as_: Any, then: str, key: str | None) -> None:
    claim = claimed(ledger, REQUEST, key)
    if outcome == UNKNOWN:
        claim.settle(receipt(REQUEST, UNKNOWN))
    at = AT + timedelta(hours=3)
    send = ledger.resolve(key or 1, as_=as_, by="ana", at=at)
    assert (send.outcome, send.resolved_by, send.resolved_at) == (as_, "ana", at)
    assert send.receipt is not None
    assert "ana" in send.receipt.reason
    assert (send.receipt.digest, send.receipt.key) == (REQUEST.digest, key)
    assert judged(ledger, REQUEST, key) == then


@pytest.mark.parametrize("outcome", [each for each in OUTCOMES if each != UNKNOWN])
def test_what_is_known_is_nobodys_to_decide(ledger: Ledger, outcome: str) -> None:
    attempted(ledger, REQUEST, outcome, "k")
    before = ledger.find("k")
    with pytest.raises(LedgerError, match="needs no decision"):
        ledger.resolve("k", as_="not_sent", by="ana", at=AT)
    after = ledger.find("k")
    assert before is not None
    assert after is not None
    assert after.to_dict() == before.to_dict()


def test_nothing_else_can_be_said(ledger: Ledger) -> None:
    claimed(ledger, REQUEST, "k")
    with pytest.raises(ValueError, match="rejected"):
        ledger.resolve("k", as_="rejected", by="ana", at=AT)  # type: ignore[arg-type]
    for name in ("l", 7, "7", "9" * 5_000, 10**30, "\ud800"):
        with pytest.raises(LedgerError, match="has no send"):
            ledger.resolve(name, as_="accepted", by="ana", at=AT)


@pytest.mark.parametrize("really", OUTCOMES)
@pytest.mark.parametrize("said", ["accepted", "not_sent"])
def test_what_really_became_of_it_counts_more_than_what_was_said(ledger: Ledger, really: str, said: Any) -> None:
    """The process that was thought dead ends after all."""
    claim = claimed(ledger, REQUEST, "k")
    ledger.resolve("k", as_=said, by="ana", at=AT)
    claim.settle(receipt(REQUEST, really))
    send = ledger.find("k")
    assert send is not None
    assert send.outcome == (said if really == UNKNOWN else really)
    assert send.resolved_by == "ana"


def test_what_was_accepted_counts_whatever_became_of_a_later_attempt(ledger: Ledger) -> None:
    early = claimed(ledger, REQUEST, "k")
    ledger.resolve("k", as_="not_sent", by="ana", at=AT)
    late = claimed(ledger, REQUEST, "k")
    early.settle(receipt(REQUEST))
    late.settle(receipt(REQUEST, REJECTED))
    assert judged(ledger, REQUEST, "k") == "replayed"


def test_the_first_outcome_counts(ledger: Ledger) -> None:
    claim = claimed(ledger, REQUEST, "k")
    claim.settle(receipt(REQUEST))
    claim.settle(receipt(REQUEST, NOT_SENT))
    assert judged(ledger, REQUEST, "k") == "replayed"


# --- What is kept ---

ALL_KINDS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "campaign-trigger-send",
        {
            "recipients": [
                {"external_user_id": "u1", "trigger_properties": {"secret": "s3cret"}},
                {"user_alias": {"alias_name": "n:1", "alias_label": "l"}, "attributes": {"secret": "s3cret"}},
                {"email": "a@b.pt", "prioritization": ["most_recently_updated"]},
            ]
        },
        ["external_user_id:u1", 'user_alias:["l", "n:1"]', "email:a@b.pt"],
    ),
    (
        "messages-send",
        {
            "external_user_ids": ["u1", "u2"],
            "user_aliases": [{"alias_name": "n", "alias_label": "l"}],
            "messages": {"email": {"app_id": "a", "subject": "s3cret", "body": "s3cret", "message_variation_id": "m"}},
        },
        ["external_user_id:u1", "external_user_id:u2", 'user_alias:["l", "n"]'],
    ),
]


@pytest.mark.parametrize(("endpoint", "fields", "named"), ALL_KINDS)
@pytest.mark.parametrize("hashes", [False, True])
def test_of_recipients_identifiers_are_kept_and_nothing_else(
    path: Path, endpoint: str, fields: dict[str, Any], named: list[str], hashes: bool
) -> None:
    each = build_request({"campaign_id": "c", **fields}, endpoint=ENDPOINTS[endpoint])
    with Ledger(path, hash_identifiers=hashes) as ledger:
        claimed(ledger, each).settle(receipt(each, errors=("no user u1",), message="u1", notice="u1"))
        (send,) = ledger.sends()
    content = path.read_bytes()
    assert b"s3cret" not in content
    assert (b"u1" in content) != hashes
    if hashes:
        assert len(set(send.recipients)) == len(named)
        assert all(kept.startswith("hashed:") for kept in send.recipients)
    else:
        assert list(send.recipients) == named


def test_hashes_stay_once_they_are_asked_for_and_differ_among_ledgers(tmp_path: Path) -> None:
    kept = []
    for name in ("a.db", "b.db"):
        for campaign, hashes in (("c", True), ("d", False)):
            with Ledger(tmp_path / name, hash_identifiers=hashes) as ledger:
                attempted(ledger, request(campaign, recipients=[{"external_user_id": "u1"}]))
                kept.append([send.recipients for send in ledger.sends()][-1])
    assert kept[0] == kept[1]
    assert kept[2] == kept[3]
    assert kept[0] != kept[2]


def test_sends_are_told_in_their_order_however_many(ledger: Ledger) -> None:
    many = 1_203
    for number in range(many):
        attempted(ledger, request(f"c{number}"), OUTCOMES[number % len(OUTCOMES)], f"k{number}")
    assert [send.number for send in ledger.sends()] == list(range(1, many + 1))
    counts = ledger.counts()
    assert sum(counts.values()) == many
    assert list(counts) == [standing for standing in STANDINGS if standing in counts]
    for outcome in OUTCOMES:
        assert len(list(ledger.sends(outcome=outcome))) == counts[outcome]
    json.dumps([send.to_dict() for send in ledger.sends()])


def test_instants_of_any_zone_are_kept(ledger: Ledger) -> None:
    ledger.claim(REQUEST, key=None, at=AT.astimezone(timezone(timedelta(hours=-3))), repeat=False)
    (send,) = ledger.sends()
    assert send.begun_at == AT


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE attempts SET receipt = 'no JSON'",
        "UPDATE attempts SET receipt = '{}'",
        "UPDATE attempts SET receipt = '[]'",
        "UPDATE attempts SET receipt = '" + "[" * 100_000 + "'",
        "UPDATE attempts SET receipt = NULL",
        "UPDATE attempts SET begun_at = 'yesterday'",
        "UPDATE attempts SET settled_at = 'never'",
        "UPDATE attempts SET recipients = '17'",
        "UPDATE sends SET outcome = 'sent'",
        "UPDATE sends SET outcome = '\x1b[2J'",
        "DROP VIEW standing",
        "DROP TABLE attempts",
    ],
)
def test_a_file_that_says_what_no_ledger_says_is_refused(path: Path, ledger: Ledger, spoil: str) -> None:
    attempted(ledger, REQUEST, key="k")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(spoil)
        connection.commit()
    with pytest.raises(LedgerError) as refused:
        ledger.known(REQUEST, key="k", repeat=False)
    assert refused.value.code == "AUD821"
