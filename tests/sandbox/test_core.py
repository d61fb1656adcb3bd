"""Request in, response out: the table of answers, the two modes, the logs, and hostile bodies."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.braze_api import BODY_AT_MOST
from audience_dsl.diagnostics import CODES, AudienceError, ConfigurationError, Diagnostic
from audience_dsl.sandbox import LogEntry, Mode, Sandbox, SandboxRequest
from audience_dsl.sandbox.bodies import NESTING_AT_MOST
from audience_dsl.sandbox.wording import UNPARSABLE, activity_text

from .support import (
    AUDIENCE,
    HOUR_ENDS,
    MINUTE_ENDS,
    NOW,
    PATH,
    PRINTED,
    TO_AUDIENCE,
    TO_ONE,
    filter_on,
    limits,
    post,
    request,
    sandbox,
)

INVALID_AUDIENCE: dict[str, Any] = {"AND": [filter_on("does_not_equal", True, "boolean_test"), AUDIENCE]}


def people(count: int) -> list[dict[str, str]]:
    return [{"external_user_id": f"u-{number}"} for number in range(count)]


BEFORE_THE_BODY = [
    ("GET", request(TO_ONE, method="GET"), 404, {"message": "Invalid URL"}),
    ("PUT", request(TO_ONE, method="PUT"), 404, {"message": "Invalid URL"}),
    ("lower-case method", request(TO_ONE, method="post"), 404, {"message": "Invalid URL"}),
    ("other path", request(TO_ONE, path="/canvas/trigger/sent"), 404, {"message": "Invalid URL"}),
    ("root", request(TO_ONE, path="/"), 404, {"message": "Invalid URL"}),
    ("empty path", request(TO_ONE, path=""), 404, {"message": "Invalid URL"}),
    ("upper-case path", request(TO_ONE, path=PATH.upper()), 404, {"message": "Invalid URL"}),
    ("escaped path", request(TO_ONE, path="/campaigns/trigger%2Fsend"), 404, {"message": "Invalid URL"}),
    ("trailing slash", request(TO_ONE, path=PATH + "/"), 403, {"message": "Access Denied"}),
    ("trailing slash elsewhere", request(TO_ONE, path="/nowhere/"), 403, {"message": "Access Denied"}),
    ("wrong key", request(TO_ONE, key="other"), 401, {"message": "Invalid API key: other"}),
    ("no key", request(TO_ONE, key=None), 401, {"message": "Invalid API key: "}),
    ("empty key", request(TO_ONE, key=""), 401, {"message": "Invalid API key: "}),
    ("strange key", request(TO_ONE, key='é"\\'), 401, {"message": 'Invalid API key: é"\\'}),
    ("wrong key and body", request(raw=b"{", key="other"), 401, {"message": "Invalid API key: other"}),
    ("no type", request(TO_ONE, content_type=None), 415, {"message": "Unsupported Media Type"}),
    ("a form", request(TO_ONE, content_type="text/plain"), 415, {"message": "Unsupported Media Type"}),
    (
        "json-like",
        request(TO_ONE, content_type="application/jsonx"),
        415,
        {"message": "Unsupported Media Type"},
    ),
    ("too large", request(raw=b" " * (BODY_AT_MOST + 1)), 413, {"message": "Request Entity Too Large"}),
]

UNREADABLE = [
    b"",
    b" ",
    b"{",
    b"{'campaign_id': 1}",
    b'{"campaign_id": "c-1",}',
    b"\xff\xfe{}",
    '\ufeff{"campaign_id": "c-1"}'.encode(),
    b'{"campaign_id": NaN}',
    b'{"campaign_id": -Infinity}',
    b'{"campaign_id": 1e999}',
    b'{"campaign_id": ' + b"9" * 5_000 + b"}",
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"[" * (NESTING_AT_MOST + 1) + b"]" * (NESTING_AT_MOST + 1),
    json.dumps(TO_ONE).encode() + b"\x00",
    json.dumps(TO_ONE).encode("utf-16"),
]

# What the 400 says first, and a JSON pointer that its `errors` name.
REFUSED: list[tuple[str, object, str, str]] = [
    ("an array", [], "Bad Request", ""),
    ("text", "x", "Bad Request", ""),
    ("null", None, "Bad Request", ""),
    ("nothing", {}, "Invalid Campaign ID", ""),
    ("no campaign", {"recipients": people(1)}, "Invalid Campaign ID", ""),
    ("a number for a campaign", {**TO_ONE, "campaign_id": 1}, "Invalid Campaign ID", "/campaign_id"),
    ("no target", {"campaign_id": "c-1"}, "No Recipients", ""),
    ("no recipients", {"campaign_id": "c-1", "recipients": []}, "No Recipients", ""),
    ("an audience alone", {"campaign_id": "c-1", "audience": AUDIENCE}, "No Recipients", ""),
    (
        "51 recipients",
        {"campaign_id": "c-1", "recipients": people(51)},
        "The max number of external_ids and aliases per request was exceeded",
        "/recipients",
    ),
    ("both targets", {**TO_ONE, "broadcast": True}, "Bad Request", ""),
    ("properties as text", {**TO_ONE, "trigger_properties": ""}, "Bad Request", "/trigger_properties"),
    ("broadcast as text", {**TO_ONE, "broadcast": "true"}, "Bad Request", "/broadcast"),
    ("a segment", {**TO_ONE, "segment_id": "s-1"}, "Bad Request", "/segment_id"),
    ("an unknown field", {**TO_ONE, "recipient": []}, "Bad Request", "/recipient"),
    (
        "two identifiers",
        {"campaign_id": "c-1", "recipients": [{"external_user_id": "u-1", "email": "a@example.com"}]},
        "Bad Request",
        "/recipients/0",
    ),
    (
        "a mail address alone",
        {"campaign_id": "c-1", "recipients": [{"email": "a@example.com"}]},
        "Bad Request",
        "/recipients/0",
    ),
    (
        "attachments for everybody",
        {**TO_AUDIENCE, "attachments": PRINTED["attachments"]},
        "Bad Request",
        "",
    ),
]

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("one recipient", TO_ONE),
    ("50 recipients", {"campaign_id": "c-1", "recipients": people(50)}),
    ("the same recipient twice", {"campaign_id": "c-1", "recipients": [*people(1), *people(1)]}),
    ("recipients and an audience", {**TO_ONE, "audience": AUDIENCE}),
    ("broadcast: false said", {**TO_ONE, "broadcast": False}),
]


@pytest.mark.parametrize(
    ("asked", "status", "body"), [row[1:] for row in BEFORE_THE_BODY], ids=[row[0] for row in BEFORE_THE_BODY]
)
@pytest.mark.parametrize("mode", ["braze", "strict"])
def test_what_is_refused_before_the_body_counts(mode: Mode, asked: SandboxRequest, status: int, body: object) -> None:
    answer = sandbox(mode=mode).handle(asked)
    assert (answer.status, answer.json()) == (status, body)


@pytest.mark.parametrize("raw", UNREADABLE, ids=[f"{raw[:12]!r}…{len(raw)}" for raw in UNREADABLE])
def test_a_body_that_is_not_json_gets_the_answer_that_brazes_pages_print(raw: bytes) -> None:
    answer = sandbox().handle(request(raw=raw))
    assert (answer.status, answer.json()) == (400, {"error": UNPARSABLE})


@pytest.mark.parametrize(("body", "message", "pointer"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_every_broken_rule_is_a_400_that_names_the_place(body: object, message: str, pointer: str) -> None:
    answer = post(sandbox(), body)
    assert answer.status == 400
    assert list(answer.json()) == ["message", "errors"]
    assert answer.json()["message"] == message
    assert any(error.startswith(pointer) for error in answer.json()["errors"])


@pytest.mark.parametrize("body", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_accepted_for_recipients(body: object) -> None:
    answer = post(sandbox(), body)
    assert answer.status == 201
    assert list(answer.json()) == ["dispatch_id", "message"]
    assert answer.json()["message"] == "success"
    assert len(bytes.fromhex(answer.json()["dispatch_id"])) == 16


def test_a_broadcast_gets_a_send_id() -> None:
    answer = post(sandbox(), TO_AUDIENCE).json()
    assert list(answer) == ["dispatch_id", "message", "send_id"]
    assert answer["send_id"] != answer["dispatch_id"]
    assert len(answer["send_id"]) <= 64


def test_a_broadcast_keeps_the_send_id_that_it_brings() -> None:
    assert post(sandbox(), {**TO_AUDIENCE, "send_id": "s-1"}).json()["send_id"] == "s-1"
    assert "send_id" not in post(sandbox(), {**TO_ONE, "send_id": "s-1"}).json()


def test_the_endpoint_pages_own_request_is_refused_and_passes_once_mended() -> None:
    braze = sandbox()
    refused = post(braze, PRINTED)
    assert refused.status == 400
    places = " ".join(refused.json()["errors"])
    assert "/trigger_properties" in places
    assert "/recipients/0" in places

    mended = copy.deepcopy(PRINTED)
    del mended["trigger_properties"]
    del mended["recipients"][0]["trigger_properties"]
    del mended["recipients"][0]["user_alias"]
    assert post(braze, mended).status == 201
    assert braze.activity == ()


def test_an_audience_alone_is_accepted_where_the_setting_says_so() -> None:
    body = {"campaign_id": "c-1", "audience": AUDIENCE}
    assert post(sandbox(), body).status == 400
    answer = post(sandbox(audience_without_broadcast=True), body)
    assert answer.status == 201
    assert "send_id" in answer.json()


def test_known_campaigns() -> None:
    braze = sandbox(campaigns=["c-1"])
    assert post(braze, TO_ONE).status == 201
    answer = post(braze, {**TO_ONE, "campaign_id": "c-2"})
    assert answer.status == 400
    assert answer.json()["message"] == "Invalid Campaign ID"
    assert "c-2" in answer.json()["errors"][0]
    assert braze.requests[-1].message == "Invalid Campaign ID"


# --- The two modes -------------------------------------------------------------------------------------


def test_as_braze_an_invalid_audience_is_accepted_and_fails_in_the_activity_log() -> None:
    braze = sandbox()
    answer = post(braze, {**TO_AUDIENCE, "audience": INVALID_AUDIENCE})
    assert answer.status == 201
    (entry,) = braze.activity
    assert entry.number == 1
    assert entry.dispatch_id == answer.json()["dispatch_id"]
    assert entry.category == "REST API connected audience errors"
    assert entry.text.startswith(
        "Error sending to invalid audience. does_not_equal is not a valid comparison for the attribute "
        'boolean_test.. {"AND":[{"custom_attribute":'
    )
    assert entry.findings
    assert braze.requests[0].status == 201
    assert braze.requests[0].findings == entry.findings


def test_strict_refuses_an_invalid_audience_at_once() -> None:
    braze = sandbox(mode="strict")
    answer = post(braze, {**TO_AUDIENCE, "audience": INVALID_AUDIENCE})
    assert answer.status == 400
    assert answer.json()["message"] == "Bad Request"
    assert "/audience/AND/0" in answer.json()["errors"][0]
    assert braze.activity == ()


@pytest.mark.parametrize(
    "audience",
    [
        {},
        {"AND": []},
        {"NOT": []},
        {"AND": [AUDIENCE], "OR": [AUDIENCE]},
        {"push_subscription_status": {"comparison": "equals", "value": "opted_in"}},
        {"push_subscription_status": {"comparison": "is", "value": "opted-in"}},
        {"last_used_app": {"comparison": "after", "value": "yesterday"}},
        filter_on("less_than_x_days_ago", -1),
        {"custom_attribute": None},
        {"custom_attribute": {"comparison": "equals"}},
    ],
    ids=str,
)
def test_the_modes_differ_only_in_when_an_audience_fails(audience: object) -> None:
    body = {**TO_AUDIENCE, "audience": audience}
    lenient, strict = sandbox(), sandbox(mode="strict")
    assert post(lenient, body).status == 201
    assert post(strict, body).status == 400
    assert lenient.activity[0].text.startswith("Error sending to invalid audience. ")
    assert strict.requests[0].findings


def test_a_status_is_named_by_its_kind_of_filter() -> None:
    braze = sandbox()
    audience = {"push_subscription_status": {"comparison": "equals", "value": "opted_in"}}
    post(braze, {**TO_AUDIENCE, "audience": audience})
    sentence = "equals is not a valid comparison for the attribute push_subscription_status.. {"
    assert sentence in braze.activity[0].text


def test_an_audience_full_of_findings_hides_none_of_the_request() -> None:
    audience = {"AND": [filter_on("nonsense", 1, f"attribute_{number}") for number in range(500)]}
    answer = post(sandbox(), {"broadcast": True, "audience": audience})
    assert (answer.status, answer.json()["message"]) == (400, "Invalid Campaign ID")
    assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize("pointer", [None, "", "/audience", "/audience/AND/7/custom_attribute", "/audience/AND/x"])
def test_a_finding_without_a_comparison_to_name_keeps_our_own_words(pointer: str | None) -> None:
    finding = Diagnostic(CODES["audience-comparison"], "our own words", pointer=pointer)
    text = activity_text(finding, TO_AUDIENCE)
    assert text.startswith('Error sending to invalid audience. our own words.. {"AND":[')


def test_a_request_that_is_refused_anyway_leaves_no_activity() -> None:
    braze = sandbox()
    answer = post(braze, {**TO_AUDIENCE, "audience": INVALID_AUDIENCE, "recipients": people(1)})
    assert answer.status == 400
    assert not any("/audience/" in error for error in answer.json()["errors"])
    assert braze.activity == ()


def test_a_long_audience_is_cut_in_the_activity_log() -> None:
    braze = sandbox()
    audience = {"AND": [filter_on("nonsense", "v" * 200, f"attribute_{number}") for number in range(100)]}
    post(braze, {**TO_AUDIENCE, "audience": audience})
    assert len(braze.activity[0].text) < 1_200
    assert braze.activity[0].text.endswith("…")


# --- Headers -------------------------------------------------------------------------------------------


def test_rate_limit_headers_by_the_clocks_hour_and_minute() -> None:
    braze = sandbox()
    assert limits(post(braze, TO_ONE)) == ("250000", "249999", HOUR_ENDS)
    assert limits(post(braze, {**TO_ONE, "audience": AUDIENCE})) == ("250000", "249998", HOUR_ENDS)
    assert limits(post(braze, TO_AUDIENCE)) == ("250", "249", MINUTE_ENDS)
    assert limits(braze.handle(request(raw=b"{"))) == ("250000", "249997", HOUR_ENDS)
    assert limits(braze.handle(request(TO_ONE, key="no"))) == ("", "", "")
    assert limits(braze.handle(request(TO_ONE, path="/no"))) == ("", "", "")


def test_windows_start_anew_and_never_fall_under_nothing() -> None:
    now = NOW
    braze = sandbox(clock=lambda: now)
    answers = [limits(post(braze, TO_AUDIENCE)) for _ in range(252)]
    assert [answer[1] for answer in answers[-3:]] == ["0", "0", "0"]
    now += 60
    assert limits(post(braze, TO_AUDIENCE)) == ("250", "249", str(int(MINUTE_ENDS) + 60))


def test_every_response_is_marked_as_the_sandboxs_and_numbered() -> None:
    braze = sandbox()
    answers = [braze.handle(row[1]) for row in BEFORE_THE_BODY] + [post(braze, TO_ONE)]
    assert {answer.header("x-braze-sandbox") for answer in answers} == {"1"}
    assert {answer.header("content-type") for answer in answers} == {"application/json"}
    ids = [answer.header("x-request-id") or "" for answer in answers]
    assert len(set(ids)) == len(ids)
    assert {tuple(map(len, name.split("-"))) for name in ids} == {(8, 4, 4, 4, 12)}


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON ;x"])
def test_content_types_that_pass(content_type: str) -> None:
    assert post(sandbox(), TO_ONE, content_type=content_type).status == 201


def test_a_query_is_not_looked_at() -> None:
    braze = sandbox()
    assert post(braze, TO_ONE, path=PATH + "?api_key=secret").status == 201
    assert braze.requests[0].path == PATH


def test_other_schemes_than_bearer_are_not_repeated() -> None:
    headers = [("Authorization", "Basic c2VjcmV0"), ("Content-Type", "application/json")]
    answer = sandbox().handle(SandboxRequest("POST", PATH, headers, b"{}"))
    assert answer.status == 401
    assert b"c2Vj" not in answer.body


# --- The log -------------------------------------------------------------------------------------------


def test_the_log() -> None:
    braze = sandbox()
    answer = post(braze, TO_ONE)
    post(braze, {"campaign_id": "c-1"})
    braze.handle(request(raw=b"\xffnot json"))
    braze.handle(request(raw=b""))
    sent, refused, unreadable, empty = braze.requests
    assert sent.as_dict() == {
        "number": 1,
        "at": "2026-11-22T10:20:30.500Z",
        "method": "POST",
        "path": PATH,
        "status": 201,
        "message": "success",
        "accepted": True,
        "dispatch_id": answer.json()["dispatch_id"],
        "findings": [],
        "body": TO_ONE,
    }
    assert (refused.number, refused.status, refused.message) == (2, 400, "No Recipients")
    assert refused.as_dict()["findings"][0]["code"] == "AUD710"
    assert refused.dispatch_id is None
    assert unreadable.body == "\\xffnot json"
    assert empty.body is None


def test_the_log_cannot_be_changed_through_an_entry() -> None:
    braze = sandbox()
    post(braze, TO_ONE)
    braze.requests[0].body["campaign_id"] = "other"
    assert braze.requests[0].body == TO_ONE


def test_a_body_over_the_limit_is_not_kept() -> None:
    braze = sandbox()
    braze.handle(request(raw=b"[" * 10_000_000))
    assert braze.requests[0].status == 413
    assert braze.requests[0].body is None


def test_the_key_is_nowhere_in_what_is_kept() -> None:
    braze = sandbox(api_key="the-right-secret")
    post(braze, TO_ONE, key="the-right-secret")
    answer = post(braze, TO_ONE, key="the-wrong-secret")
    assert "the-wrong-secret" in answer.json()["message"]
    kept = [entry.as_dict() for entry in braze.requests] + [repr(entry) for entry in braze.requests]
    assert "secret" not in json.dumps(kept)
    assert "secret" not in repr(request(TO_ONE, key="the-right-secret"))
    assert "secret" not in repr(answer)


def test_the_oldest_go_first_and_are_counted() -> None:
    braze = sandbox(keep=3)
    for _ in range(5):
        post(braze, {**TO_AUDIENCE, "audience": INVALID_AUDIENCE})
    assert [entry.number for entry in braze.requests] == [3, 4, 5]
    assert [entry.number for entry in braze.activity] == [3, 4, 5]
    assert braze.dropped == 2


def test_bodies_in_the_log_are_bounded_together() -> None:
    braze = sandbox()
    large = b'{"campaign_id":"' + b"x" * 3_900_000 + b'"}'
    for _ in range(20):
        braze.handle(request(raw=large, key="wrong"))
    assert sum(len(entry.raw) for entry in braze.requests) <= 64 * 1024 * 1024
    assert braze.dropped > 0
    assert [entry.number for entry in braze.requests][-1] == 20


def test_reset_empties_the_logs_and_repeats_no_id() -> None:
    braze = sandbox()
    before = post(braze, {**TO_AUDIENCE, "audience": INVALID_AUDIENCE})
    braze.reset()
    assert (braze.requests, braze.activity, braze.dropped) == ((), (), 0)
    after = post(braze, TO_AUDIENCE)
    assert after.json()["dispatch_id"] != before.json()["dispatch_id"]
    assert limits(after) == limits(before)
    assert braze.requests[0].number == 2


# --- Laws ----------------------------------------------------------------------------------------------


def test_the_same_seed_clock_and_requests_give_the_same_bytes() -> None:
    def run(seed: int) -> list[tuple[int, tuple[tuple[str, str], ...], bytes]]:
        braze = sandbox(seed=seed)
        asked = [request(TO_ONE), request(TO_AUDIENCE), request(raw=b"{"), request(TO_ONE, key="x")]
        return [(a.status, a.headers, a.body) for a in map(braze.handle, asked)]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_threads_share_a_sandbox() -> None:
    braze = sandbox()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(braze, TO_ONE), range(400)))
    assert len({answer.json()["dispatch_id"] for answer in answers}) == 400
    assert [entry.number for entry in braze.requests] == list(range(1, 401))
    assert limits(post(braze, TO_ONE))[1] == str(250_000 - 401)


def test_whoever_watches_gets_every_entry_kept_or_not() -> None:
    accepted: list[tuple[int, bool]] = []
    braze = sandbox(keep=2, on_entry=lambda entry: accepted.append((entry.number, entry.accepted)))
    for body in (TO_ONE, {"campaign_id": "c-1"}, TO_AUDIENCE, TO_ONE):
        post(braze, body)
    assert accepted == [(1, True), (2, False), (3, True), (4, True)]
    assert [entry.number for entry in braze.requests] == [3, 4]


def test_whoever_watches_may_ask_the_sandbox_and_send_to_it() -> None:
    seen: list[int] = []

    def watch(entry: LogEntry) -> None:
        seen.append(len(braze.requests))
        if entry.number < 3:
            post(braze, TO_ONE)

    braze = sandbox(on_entry=watch)
    post(braze, TO_ONE)
    assert seen == [1, 2, 3]


def test_ids_belong_to_the_number_of_a_request_whichever_thread_it_comes_by() -> None:
    def run(threads: int) -> dict[int, str | None]:
        braze = sandbox()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: post(braze, TO_ONE), range(50)))
        return {entry.number: entry.dispatch_id for entry in braze.requests}

    assert run(1) == run(8)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "campaign_id",
    "broadcast",
    "audience",
    "recipients",
    "trigger_properties",
    "send_id",
    "attachments",
)
NAMES = (
    *FIELDS,
    "external_user_id",
    "user_alias",
    "email",
    "AND",
    "OR",
    "custom_attribute",
    "comparison",
    "value",
)
# Bodies whose fields have the right names and anything in them.
near_bodies = st.dictionaries(
    st.sampled_from(FIELDS),
    st.recursive(
        json_values | st.sampled_from(["c-1", True, False]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
        max_leaves=10,
    ),
)


def holds_together(braze: Sandbox, raw: bytes) -> None:
    answer = braze.handle(request(raw=raw))
    assert answer.status in (201, 400, 413)
    body = answer.json()
    assert isinstance(body, dict)
    assert "message" in body or "error" in body
    assert (answer.status == 201) == ("dispatch_id" in body)
    entry = braze.requests[-1]
    assert entry.status == answer.status
    # What is kept can be told, as the control API tells it.
    json.loads(json.dumps(entry.as_dict()))
    json.loads(json.dumps([late.as_dict() for late in braze.activity]))


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_in_json(raw: bytes) -> None:
    holds_together(sandbox(), raw)


@settings(max_examples=400, deadline=None)
@given(json_values | near_bodies, st.sampled_from(["braze", "strict"]))
def test_any_json_is_answered_in_json(body: object, mode: Mode) -> None:
    # Not all of these encode as UTF-8; those that do not are hostile bytes.
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", errors="surrogatepass")
    holds_together(sandbox(mode=mode), raw)
    holds_together(sandbox(mode=mode), json.dumps(body).encode())


@settings(max_examples=100, deadline=None)
@given(near_bodies)
def test_strict_accepts_exactly_what_braze_accepts_without_activity(body: object) -> None:
    lenient, strict = sandbox(), sandbox(mode="strict")
    accepted = post(lenient, body).status == 201 and not lenient.activity
    assert (post(strict, body).status == 201) == accepted


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_method_path_and_headers_are_answered(method: str, path: str, key: str, kind: str) -> None:
    asked = request(TO_ONE, method=method, path=path, key=key, content_type=kind)
    assert isinstance(sandbox().handle(asked).json(), dict)


def nested(depth: int) -> dict[str, Any]:
    inside: dict[str, Any] = AUDIENCE
    for _ in range(depth):
        inside = {"AND": [inside, AUDIENCE]}
    return inside


@pytest.mark.parametrize("depth", [0, 10, 60, 90, 97])
def test_deep_audiences_are_checked_and_answered(depth: int) -> None:
    braze = sandbox()
    assert post(braze, {**TO_AUDIENCE, "audience": nested(depth)}).status == 201
    assert bool(braze.activity) == (depth > 64)


@pytest.mark.parametrize("field", ["audience", "trigger_properties", "recipients", "campaign_id", "surplus"])
@pytest.mark.parametrize("depth", [150, 198, 400, 5_000])
def test_deep_values_anywhere_are_answered(field: str, depth: int) -> None:
    raw = b'{"campaign_id":"c-1","' + field.encode() + b'":' + b'{"AND":[' * depth + b"1" + b"]}" * depth + b"}"
    holds_together(sandbox(), raw)


def test_the_deepest_body_that_is_read() -> None:
    answer = sandbox().handle(request(raw=b"[" * NESTING_AT_MOST + b"]" * NESTING_AT_MOST))
    assert answer.json()["message"] == "Bad Request"


def test_of_duplicate_keys_the_last_counts() -> None:
    raw = b'{"campaign_id":"c-1","campaign_id":"c-2","recipients":[{"external_user_id":"u-1"}]}'
    braze = sandbox(campaigns=["c-2"])
    assert braze.handle(request(raw=raw)).status == 201


def test_lone_surrogates_come_through() -> None:
    braze = sandbox()
    raw = b'{"campaign_id":"\\ud800","recipients":[{"external_user_id":"u-1"}],"\\udfff":1}'
    holds_together(braze, raw)


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'modes'"):
        sandbox(modes="strict")


def test_settings_that_are_changed_while_it_runs() -> None:
    braze = sandbox()
    assert (braze.mode, braze.audience_without_broadcast, braze.send_ids_must_exist) == ("braze", False, False)
    braze.mode, braze.audience_without_broadcast, braze.send_ids_must_exist = "strict", True, True
    assert post(braze, {"campaign_id": "c-1", "audience": AUDIENCE}).status == 201
    assert post(braze, {**TO_AUDIENCE, "audience": INVALID_AUDIENCE}).status == 400
    assert post(braze, {**TO_ONE, "send_id": "s-1"}).status == 400
    with pytest.raises(ConfigurationError, match="no mode `lenient`"):
        braze.mode = "lenient"  # type: ignore[assignment]
    assert braze.mode == "strict"


@pytest.mark.parametrize("wrong", [{"api_key": ""}, {"mode": "lenient"}, {"keep": 0}])
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        sandbox(**wrong)
    assert isinstance(caught.value, AudienceError)
