"""Classification by itself: bodies and headers of every kind, without a network."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.sender.outcome import OUTCOMES, RateLimit, classify_response, not_sent, unknown


def classify(status: int, body: Any = None, **headers: str) -> Any:
    text = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    return classify_response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


def test_the_ids_that_later_calls_need() -> None:
    judged = classify(201, {"message": "success", "dispatch_id": "d", "schedule_id": "s", "send_id": "i"})
    assert (judged.dispatch_id, judged.schedule_id, judged.send_id) == ("d", "s", "i")
    assert classify(201, {"message": "success", "schedule_id": 5}).schedule_id != 5


def test_a_notice_is_a_warning() -> None:
    judged = classify(
        201, {"message": "success", "notice": "the campaign is paused", "dispatch_id": "d", "send_id": "s"}
    )
    assert (judged.outcome, judged.notice, judged.dispatch_id, judged.send_id) == (
        "accepted",
        "the campaign is paused",
        "d",
        "s",
    )
    assert len(judged.warnings) == 1
    assert "may have sent nothing" in judged.warnings[0]


@pytest.mark.parametrize(
    ("errors", "kept"),
    [
        (None, ()),
        ([], ()),
        ("one", ("one",)),
        (["one", {"index": 1}], ("one", {"index": 1})),
        ({"a": 1}, ({"a": 1},)),
        ([None], (None,)),
    ],
)
def test_errors_beside_a_success_are_kept(errors: Any, kept: Any) -> None:
    judged = classify(201, {"message": "success", "errors": errors})
    assert (judged.outcome, judged.errors) == ("accepted", kept)
    assert bool(judged.warnings) == bool(kept)


def test_only_an_accepted_request_has_warnings() -> None:
    assert classify(400, {"message": "x", "errors": ["e"]}).warnings == ()


def test_unreadable_json_has_its_words_under_error() -> None:
    assert classify(400, {"error": "\nProblem:\n  message body"}).message == "\nProblem:\n  message body"


def test_queued_says_so() -> None:
    assert "maintenance" in classify(202, {"message": "queued"}).reason


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({}, None),
        ({"X_RateLimit_Limit": "", "X_RateLimit_Remaining": "", "X_RateLimit_Reset": ""}, None),
        (
            {"x_ratelimit_limit": "250", "X_RATELIMIT_REMAINING": "0", "X_RateLimit_Reset": "1767225600"},
            RateLimit(limit=250, remaining=0, reset=1767225600),
        ),
        ({"X_RateLimit_Limit": "many", "X_RateLimit_Reset": "12"}, RateLimit(reset=12)),
        ({"X_RateLimit_Reset": "-1"}, None),
        ({"X_RateLimit_Reset": "²"}, None),
        ({"X_RateLimit_Reset": "9" * 10_000}, None),
    ],
)
def test_rate_limit_headers(headers: dict[str, str], limit: RateLimit | None) -> None:
    judged = classify(429, {"message": "Rate Limited"}, **headers)
    assert (judged.outcome, judged.rate_limit) == ("rate_limited", limit)
    assert ("1767225600" in judged.reason) == (limit is not None and limit.reset == 1767225600)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"X_RateLimit_Retry_After": "8"}, 8),
        ({"Retry_After": "", "X_RateLimit_Retry_After": "8"}, 8),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:30 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 30),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:00 GMT", "Date": "Thu, 01 Jan 2026 00:00:30 GMT"}, 0),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:30 GMT"}, None),
        ({"Retry_After": "soon", "Date": "now"}, None),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:30 GMT", "Date": "Thu, 01 Jan 2026 00:00:30 -0000"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert classify(429, None, **headers).retry_after == seconds


def test_what_would_steer_a_terminal_is_taken_out() -> None:
    judged = classify(400, {"message": "a\x1b[31mb\n\u202ec", "errors": [{"\x9b": "\x00"}]})
    assert judged.message == "a\ufffd[31mb\n\ufffdc"
    assert judged.errors == ({"\ufffd": "\ufffd"},)
    assert "\x1b" not in judged.reason


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 418, 429, 500, 503])
def test_every_refusal_says_what_to_do(status: int) -> None:
    reason = classify(status, {"message": "no"}).reason
    assert "`no`" in reason
    assert "nothing was sent" in reason


def test_without_an_answer() -> None:
    assert not_sent("it rained").outcome == "not_sent"
    assert "safe to send again" in not_sent("it rained").reason
    assert unknown("it rained").outcome == "unknown"
    assert "not sent again by itself" in unknown("it rained").reason


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"message": "\\ud800", "errors": ["\\udfff", 1e999, -1e999, NaN]}',
        b'{"message": "x", "errors": [' + b"[" * 900 + b"]" * 900 + b"]}",
        b'{"errors": [' + b"9" * 5000 + b"]}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"message": "' + b"x" * 1_000_000 + b'"}',
        b'{"message": ["success"]}',
        b"success",
        b"null",
        b'"success"',
    ],
    ids=range(12),
)
def test_hostile_bodies(body: bytes) -> None:
    for status in (201, 400, 500):
        judged = classify(status, body)
        kept = json.dumps(
            [judged.message, judged.errors, judged.notice, judged.reason], allow_nan=False, ensure_ascii=False
        )
        kept.encode()
        assert len(kept) < 10_000
        assert judged.outcome != "accepted"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    status=st.integers(0, 999),
    body=st.none() | st.binary() | json_values.map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(st.text(), st.text()),
    said=json_values,
)
def test_never_a_traceback(status: int, body: bytes | None, headers: dict[str, str], said: Any) -> None:
    judged = classify_response(status, headers, body, scrub=str.upper)
    assert judged.outcome in OUTCOMES
    fields = dict.fromkeys(("message", "errors", "notice", "send_id", "schedule_id", "dispatch_id"), said)
    judged = classify_response(status, headers, json.dumps(fields).encode())
    json.dumps([judged.message, judged.errors, judged.notice], allow_nan=False, ensure_ascii=False).encode()
