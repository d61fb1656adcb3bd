"""The rules of every endpoint beside the first: by code and JSON pointer, and what its requests say of themselves."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from audience_dsl.braze_api import BODY_FIELDS, ENDPOINTS, PROPERTIES_FIELDS, Endpoint
from audience_dsl.diagnostics import ERROR, WARNING, RequestError, by_severity
from audience_dsl.sender import build_request, check_recipient, check_request, endpoint_for, request_schema
from audience_dsl.sender.bodies.fields import endpoint_named, fields_of_body
from audience_dsl.sender.requests import examine_request

Body = dict[str, Any]

AUDIENCE = {"custom_attribute": {"custom_attribute_name": "a", "comparison": "exists"}}
USER = {"external_user_id": "u"}
ALIAS = {"alias_name": "n", "alias_label": "l"}
AT = {"time": "2026-12-24T09:00:00Z"}
MAIL = {"email": {"app_id": "a", "subject": "s"}}
# The least that each endpoint takes.
LEAST: dict[str, Body] = {
    "campaign-trigger-send": {"campaign_id": "c", "recipients": [USER]},
    "campaign-trigger-schedule-create": {"campaign_id": "c", "recipients": [USER], "schedule": AT},
    "campaign-trigger-schedule-update": {"campaign_id": "c", "schedule_id": "s", "schedule": AT},
    "campaign-trigger-schedule-delete": {"campaign_id": "c", "schedule_id": "s"},
    "canvas-trigger-send": {"canvas_id": "c", "recipients": [USER]},
    "canvas-trigger-schedule-create": {"canvas_id": "c", "recipients": [USER], "schedule": AT},
    "canvas-trigger-schedule-update": {"canvas_id": "c", "schedule_id": "s", "schedule": AT},
    "canvas-trigger-schedule-delete": {"canvas_id": "c", "schedule_id": "s"},
    "messages-send": {"external_user_ids": ["u"], "messages": MAIL},
    "messages-schedule-create": {"external_user_ids": ["u"], "messages": MAIL, "schedule": AT},
    "messages-schedule-update": {"schedule_id": "s", "schedule": AT},
    "messages-schedule-delete": {"schedule_id": "s"},
    "messages-live-activity-start": {
        "app_id": "a",
        "activity_id": "i",
        "activity_attributes_type": "T",
        "activity_attributes": {},
        "content_state": {},
        "notification": {"alert": {"title": "t", "body": "b"}},
        "external_user_ids": ["u"],
    },
    "send-id-create": {"campaign_id": "c", "send_id": "s"},
}
CASES = tomllib.loads(Path(__file__).with_name("documented_bodies.toml").read_text("utf-8"))["case"]


def least(name: str, *without: str, **more: Any) -> Body:
    return {key: value for key, value in {**LEAST[name], **more}.items() if key not in without}


def found(body: object, name: str, **settings: Any) -> list[tuple[str | None, str]]:
    return sorted((each.pointer, each.code.code) for each in check_request(body, endpoint=ENDPOINTS[name], **settings))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["page"])
def test_bodies_that_the_pages_print(case: dict[str, Any]) -> None:
    of = found(json.loads(case["body"]), case["endpoint"])
    assert [f"{pointer} {code}" for pointer, code in of] == sorted(case["findings"])


def test_every_endpoint_has_a_case() -> None:
    assert {*ENDPOINTS} == {*LEAST} == {case["endpoint"] for case in CASES} | {"canvas-trigger-schedule-delete"}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_least_body(name: str) -> None:
    body, endpoint = LEAST[name], ENDPOINTS[name]
    assert found(body, name) == []
    request = build_request(body, endpoint=endpoint)
    assert request.to_dict() == body
    assert request.endpoint is endpoint
    assert request.subject == body.get(endpoint.id_field or "", body.get("schedule_id"))
    assert request.recipient_count == sum(len(body.get(field, ())) for field in endpoint.users_fields)
    assert not request.is_broadcast


@pytest.mark.parametrize("name", ENDPOINTS)
def test_required_fields(name: str) -> None:
    for field in ENDPOINTS[name].required:
        assert ("", "AUD702") in found(least(name, field), name), field


@pytest.mark.parametrize("name", ENDPOINTS)
def test_fields_of_other_endpoints_are_refused_with_a_way_out(name: str) -> None:
    endpoint = ENDPOINTS[name]
    for field in sorted(BODY_FIELDS | {"schedule_id", "custom_audience", "audience"}):
        if field in fields_of_body(endpoint):
            continue
        (finding,) = [
            each for each in check_request(least(name, **{field: 1}), endpoint=endpoint) if each.pointer == f"/{field}"
        ]
        assert finding.code.code in ("AUD703", "AUD717")
        assert finding.help


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_schema(name: str) -> None:
    endpoint = ENDPOINTS[name]
    schema = request_schema(endpoint)
    json.dumps(schema, allow_nan=False)
    assert schema["title"].endswith(endpoint.path)
    assert set(schema["properties"]) == {*fields_of_body(endpoint)}
    assert schema.get("required", []) == list(endpoint.required)
    assert all("default" not in field for field in schema["properties"].values())
    Draft202012Validator.check_schema(schema)
    # Whoever checks by the schema alone refuses nothing that is right.
    for at, body, findings in RULES:
        if at == name and not findings:
            Draft202012Validator(schema).validate(body)
    Draft202012Validator(schema).validate(LEAST[name])


@pytest.mark.parametrize("name", [name for name, each in ENDPOINTS.items() if each.kind != "send-id"])
def test_a_sound_body_implies_its_endpoint(name: str) -> None:
    assert endpoint_for(LEAST[name]) is ENDPOINTS[name]


@given(
    st.dictionaries(st.sampled_from(sorted({field for body in LEAST.values() for field in body})), st.integers(0, 13))
)
def test_no_body_is_sound_for_two_endpoints(picked: dict[str, int]) -> None:
    bodies = list(LEAST.values())
    body = {field: next(b[field] for b in bodies[index:] + bodies if field in b) for field, index in picked.items()}
    sound = [each for each in ENDPOINTS.values() if not check_request(body, endpoint=each)]
    assert len(sound) <= 1
    if sound and sound[0].kind != "send-id":
        assert endpoint_for(body) is sound[0]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ([], "campaign-trigger-send"),
        (["campaign_id"], "campaign-trigger-send"),
        (["campaign_id", "send_id"], "campaign-trigger-send"),
        (["campaign_id", "segment_id", "broadcast", "trigger_properties"], "campaign-trigger-send"),
        (["canvas_id"], "canvas-trigger-send"),
        (["canvas_id", "trigger_properties", "recipients"], "canvas-trigger-send"),
        (["campaign_id", "messages", "segment_id"], "messages-send"),
        (["campaign_id", "segment_id", "broadcast"], "campaign-trigger-send"),
        (["audience", "broadcast"], "campaign-trigger-send"),
        (["schedule_id", "messages"], "messages-schedule-update"),
        (["activity_id", "content_state", "custom_audience"], "messages-live-activity-start"),
    ],
)
def test_what_fields_imply(fields: list[str], name: str) -> None:
    assert endpoint_for(fields).name == name


def test_endpoints_by_name_and_by_path() -> None:
    for name, endpoint in ENDPOINTS.items():
        assert endpoint_named(name) is endpoint_named(endpoint.path) is endpoint_named(endpoint.path[1:]) is endpoint
    assert endpoint_named("/campaigns/trigger/send/") is endpoint_named("") is None


SEND, SCHEDULE, ACTIVITY = "messages-send", "messages-schedule-create", "messages-live-activity-start"
CANVAS, LATER = "canvas-trigger-send", "campaign-trigger-schedule-create"
NOBODY = ("external_user_ids",)


def groups(**more: Any) -> Body:
    entry = {"subscription_group_id": "g", "subscription_state": "subscribed"}
    return {**USER, "attributes": {"subscription_groups": [entry]}, **more}


RULES: list[tuple[str, Body, list[tuple[str, str]]]] = [
    # Canvas: the two names for values
    (CANVAS, least(CANVAS, context={"a": 1}), []),
    (CANVAS, least(CANVAS, canvas_entry_properties={"a": 1}), []),
    (CANVAS, least(CANVAS, recipients=[{**USER, "context": {"a": 1}}]), []),
    (CANVAS, least(CANVAS, context={}, canvas_entry_properties={}), [("/canvas_entry_properties", "AUD724")]),
    (
        CANVAS,
        least(CANVAS, recipients=[{**USER, "context": {}, "canvas_entry_properties": {}}]),
        [("/recipients/0/canvas_entry_properties", "AUD724")],
    ),
    (CANVAS, least(CANVAS, context={"p": "x" * 50_000}), [("/context", "AUD712")]),
    (
        CANVAS,
        least(CANVAS, canvas_entry_properties={"p": "x" * 50_000}),
        [("/canvas_entry_properties", "AUD712")],
    ),
    (CANVAS, least(CANVAS, send_id="s"), [("/send_id", "AUD703")]),
    (CANVAS, least(CANVAS, attachments=[]), [("/attachments", "AUD703")]),
    (CANVAS, least(CANVAS, broadcast=True), [("/recipients", "AUD708")]),
    (CANVAS, least(CANVAS, "recipients"), [("", "AUD710")]),
    (CANVAS, least(CANVAS, "recipients", audience=AUDIENCE), [("/audience", "AUD711")]),
    (CANVAS, least(CANVAS, segment_id="s"), [("/segment_id", "AUD717")]),
    (CANVAS, least(CANVAS, recipients=[groups()]), [("/recipients/0/attributes/subscription_groups", "AUD725")]),
    # one warning for all
    (
        CANVAS,
        least(CANVAS, recipients=[USER, groups(), groups()]),
        [("/recipients/1/attributes/subscription_groups", "AUD725")],
    ),
    (LATER, least(LATER, recipients=[groups()]), []),
    (LATER, least(LATER, attachments=[]), [("/attachments", "AUD703")]),
    # schedules
    *[
        (LATER, least(LATER, schedule=schedule), [])
        for schedule in (
            {"time": "2026-12-24T09:00:00"},
            {"time": "2026-12-24T09:00"},
            {"time": "2026-12-24T09:00:00.123456789+0700"},
            {"time": "2026-12-24T09:00:00-05:00", "in_local_time": False, "at_optimal_time": False},
            {"time": "2026-12-24T09:00:00", "in_local_time": True},
            {"time": "2026-12-24T09:00:00", "at_optimal_time": True},
        )
    ],
    *[
        (LATER, least(LATER, schedule=schedule), [("/schedule/time", "AUD721")])
        for schedule in (
            {"time": ""},
            {"time": "2026-12-24"},
            {"time": "2026-12-24 09:00:00"},
            {"time": "2026-02-30T09:00:00Z"},
            {"time": "2026-12-24T09:00:00Z[UTC]"},
            {"time": "tomorrow"},
            {"time": "2026-12-24T09:00:00Z\n"},
            {"time": "2026-12-24T09:00:00Z", "in_local_time": True},
            {"time": "2026-12-24T09:00:00+07:00", "at_optimal_time": True},
            {"time": "2026-12-24T09:00:00+0000", "in_local_time": True, "at_optimal_time": False},
        )
    ],
    (LATER, least(LATER, schedule={"time": 5}), [("/schedule/time", "AUD701")]),
    (LATER, least(LATER, schedule={}), [("/schedule", "AUD702")]),
    (LATER, least(LATER, schedule="now"), [("/schedule", "AUD701")]),
    (LATER, least(LATER, schedule={**AT, "in_local_time": "true"}), [("/schedule/in_local_time", "AUD701")]),
    (LATER, least(LATER, schedule={**AT, "local_time": True}), [("/schedule/local_time", "AUD703")]),
    # messages: whom they reach
    (SEND, least(SEND, *NOBODY), [("", "AUD710")]),
    (SEND, least(SEND, *NOBODY, broadcast=True), [("", "AUD710")]),
    (SEND, least(SEND, *NOBODY, broadcast=True, segment_id="s"), []),
    (SEND, least(SEND, *NOBODY, broadcast=True, audience=AUDIENCE), []),
    (SEND, least(SEND, *NOBODY, broadcast=True, segment_id="s", audience=AUDIENCE), []),
    (SEND, least(SEND, *NOBODY, segment_id="s"), [("/segment_id", "AUD711")]),
    (SEND, least(SEND, *NOBODY, audience=AUDIENCE), [("/audience", "AUD711")]),
    (SEND, least(SEND, *NOBODY, user_aliases=[ALIAS]), []),
    (SEND, least(SEND, segment_id="s", audience=AUDIENCE), []),
    (SEND, least(SEND, broadcast=True), [("/external_user_ids", "AUD708")]),
    (SEND, least(SEND, *NOBODY, user_aliases=[ALIAS], broadcast=True), [("/user_aliases", "AUD708")]),
    (SEND, least(SEND, external_user_ids=[]), [("/external_user_ids", "AUD710")]),
    (SEND, least(SEND, external_user_ids=[], segment_id="s"), [("/external_user_ids", "AUD710")]),
    (SEND, least(SEND, external_user_ids=[], user_aliases=[]), [("/external_user_ids", "AUD710")]),
    (SEND, least(SEND, external_user_ids=[], user_aliases=[ALIAS]), []),
    (SEND, least(SEND, external_user_ids=["u"] * 25, user_aliases=[ALIAS] * 25), []),
    (SEND, least(SEND, external_user_ids=["u"] * 26, user_aliases=[ALIAS] * 25), [("/user_aliases", "AUD707")]),
    (SEND, least(SEND, external_user_ids=["u"] * 51), [("/external_user_ids", "AUD707")]),
    (
        SEND,
        least(SEND, external_user_ids=["u", 5, ""]),
        [("/external_user_ids/1", "AUD701"), ("/external_user_ids/2", "AUD701")],
    ),
    (SEND, least(SEND, user_aliases=["n"]), [("/user_aliases/0", "AUD701")]),
    (SEND, least(SEND, user_aliases=[{"alias_name": "n"}]), [("/user_aliases/0", "AUD702")]),
    (SEND, least(SEND, user_aliases=[{**ALIAS, "label": "l"}]), [("/user_aliases/0/label", "AUD703")]),
    (SEND, least(SEND, recipients=[USER]), [("/recipients", "AUD703")]),
    (SEND, least(SEND, trigger_properties={}), [("/trigger_properties", "AUD703")]),
    # messages: what they send
    (SEND, least(SEND, "messages"), [("", "AUD702")]),
    (SEND, least(SEND, messages={}), [("/messages", "AUD722")]),
    (SEND, least(SEND, messages=[]), [("/messages", "AUD701")]),
    (SEND, least(SEND, messages={"email": "hello"}), [("/messages/email", "AUD701")]),
    (SEND, least(SEND, messages={"emial": {}}), [("/messages/emial", "AUD703")]),
    (SEND, least(SEND, messages={"carrier_pigeon": {"any": ["thing"]}}), []),
    (SEND, least(SEND, campaign_id="c"), [("/messages/email", "AUD722")]),
    (SEND, least(SEND, campaign_id="c", messages={"sms": {"message_variation_id": "v"}}), []),
    (
        SEND,
        least(SEND, campaign_id="c", messages={"sms": {"message_variation_id": 1}, "email": {}}),
        [("/messages/email", "AUD722"), ("/messages/sms/message_variation_id", "AUD722")],
    ),
    (SEND, least(SEND, send_id="é"), [("/send_id", "AUD714")]),
    *[(SEND, least(SEND, recipient_subscription_state=state), []) for state in ("opted_in", "subscribed", "all")],
    (SEND, least(SEND, recipient_subscription_state="unsubscribed"), [("/recipient_subscription_state", "AUD701")]),
    (SEND, least(SEND, override_frequency_capping=True), []),
    (SEND, least(SEND, override_messaging_limits=True), [("/override_messaging_limits", "AUD703")]),
    (SCHEDULE, least(SCHEDULE, override_messaging_limits=True), []),
    (SCHEDULE, least(SCHEDULE, override_frequency_capping=True), [("/override_frequency_capping", "AUD703")]),
    # live activities
    (ACTIVITY, least(ACTIVITY, *NOBODY), [("", "AUD710")]),
    (ACTIVITY, least(ACTIVITY, *NOBODY, segment_id="s"), []),
    (ACTIVITY, least(ACTIVITY, *NOBODY, custom_audience=AUDIENCE), []),
    (ACTIVITY, least(ACTIVITY, user_aliases=[ALIAS]), []),
    (ACTIVITY, least(ACTIVITY, segment_id="s"), [("/segment_id", "AUD723")]),
    (ACTIVITY, least(ACTIVITY, custom_audience=AUDIENCE), [("/custom_audience", "AUD723")]),
    (ACTIVITY, least(ACTIVITY, *NOBODY, segment_id="s", custom_audience=AUDIENCE), [("/custom_audience", "AUD723")]),
    (ACTIVITY, least(ACTIVITY, external_user_ids=[]), [("/external_user_ids", "AUD710")]),
    (ACTIVITY, least(ACTIVITY, external_user_ids=["u"] * 51), [("/external_user_ids", "AUD707")]),
    (ACTIVITY, least(ACTIVITY, broadcast=True), [("/broadcast", "AUD703")]),
    (ACTIVITY, least(ACTIVITY, audience=AUDIENCE), [("/audience", "AUD703")]),
    (ACTIVITY, least(ACTIVITY, *NOBODY, custom_audience={"AND": []}), [("/custom_audience/AND", "AUD605")]),
    (ACTIVITY, least(ACTIVITY, stale_date="soon"), [("/stale_date", "AUD721")]),
    (ACTIVITY, least(ACTIVITY, notification="hi"), [("/notification", "AUD701")]),
    # what schedules become
    ("messages-schedule-update", {"schedule_id": "s"}, [("", "AUD702")]),
    ("messages-schedule-update", {"schedule_id": "s", "messages": MAIL}, []),
    ("messages-schedule-update", {"schedule_id": "s", "messages": {}}, [("/messages", "AUD722")]),
    (
        "canvas-trigger-schedule-update",
        least("canvas-trigger-schedule-update", audience=AUDIENCE),
        [("/audience", "AUD703")],
    ),
    (
        "campaign-trigger-schedule-delete",
        {"campaign_id": "", "schedule_id": 1},
        [("/campaign_id", "AUD701"), ("/schedule_id", "AUD701")],
    ),
    ("send-id-create", {"campaign_id": "c"}, []),
    ("send-id-create", {"campaign_id": "c", "send_id": "s" * 65}, [("/send_id", "AUD714")]),
]


@pytest.mark.parametrize(("name", "body", "findings"), RULES, ids=lambda value: repr(value)[:60])
def test_rules(name: str, body: Body, findings: list[tuple[str, str]]) -> None:
    endpoint = ENDPOINTS[name]
    assert found(body, name) == sorted(findings)
    for finding in check_request(body, endpoint=endpoint):
        assert finding.message[0].islower() or finding.message[0] == "`"
        assert not finding.message.endswith(".")
    errors = by_severity(check_request(body, endpoint=endpoint), ERROR)
    if errors:
        with pytest.raises(RequestError):
            build_request(body, endpoint=endpoint)
        return
    request = build_request(body, endpoint=endpoint)
    assert request.to_dict() == body
    users = [field for field in ("recipients", "external_user_ids", "user_aliases") if field in body]
    assert request.is_broadcast == (not users and endpoint.kind in ("send", "schedule", "live-activity"))
    assert request.recipient_count == sum(len(body[field]) for field in users)


def test_subscription_groups_on_a_canvas_are_a_warning() -> None:
    endpoint = ENDPOINTS[CANVAS]
    body = least(CANVAS, recipients=[groups()])
    assert [each.severity for each in check_request(body, endpoint=endpoint)] == [WARNING]
    assert build_request(body, endpoint=endpoint).recipient_count == 1


def test_an_audience_alone_by_choice() -> None:
    for name in (CANVAS, SEND, SCHEDULE):
        body = least(name, "recipients", *NOBODY, audience=AUDIENCE)
        assert found(body, name, audience_without_broadcast=True) == []
        # The choice is about audiences: a segment has to be broadcast to.
    assert found(least(SEND, *NOBODY, segment_id="s"), SEND, audience_without_broadcast=True) != []


@pytest.mark.parametrize(
    ("name", "more", "way"),
    [
        (CANVAS, {"trigger_properties": {}}, "here it is called `context`"),
        ("campaign-trigger-send", {"context": {}}, "here it is called `trigger_properties`"),
        ("campaign-trigger-send", {"canvas_entry_properties": {}}, "here it is called `trigger_properties`"),
        (SEND, {"override_messaging_limits": True}, "here it is called `override_frequency_capping`"),
        (SCHEDULE, {"override_frequency_capping": True}, "here it is called `override_messaging_limits`"),
        (ACTIVITY, {"audience": AUDIENCE}, "here it is called `custom_audience`"),
        (SEND, {"recipients": []}, "here users are named by `external_user_ids` and `user_aliases`"),
        ("campaign-trigger-send", {"canvas_id": "c"}, "is for a campaign, by `campaign_id`"),
        (CANVAS, {"campaign": "c", "campaign_id": "c"}, "is for a Canvas, by `canvas_id`"),
        ("campaign-trigger-send", {"send_at": "2026-12-24T09:00:00Z"}, "by a `schedule` with a `time` in it"),
        ("campaign-trigger-send", {"time": "2026-12-24T09:00:00Z"}, "it belongs in `schedule`"),
        ("campaign-trigger-send", {"email": "a@example.com"}, "it belongs in `recipients`"),
        (SEND, {"app_id": "a"}, "it belongs in each of the `messages`"),
        (SEND, {"api_key": "a"}, "the key goes in a header"),
        (CANVAS, {"recipients": [{**USER, "broadcast": True}]}, "it belongs outside of `recipients`"),
        (CANVAS, {"recipients": [{"user_id": "u"}]}, "did you mean `external_user_id`?"),
        (CANVAS, {"recipients": [{"alias_name": "n"}]}, "it belongs in `user_alias`"),
        (CANVAS, {"recipients": [{**USER, "subscription_groups": []}]}, "it belongs in `attributes`"),
        (CANVAS, {"recipients": ["u"]}, "each with an identifier"),
        (CANVAS, {"broadcast": "True"}, "without quotes, in small letters"),
        (CANVAS, {"broadcast": 1}, "write `true` or `false`"),
        (LATER, {"schedule": {**AT, "timezone": "Europe/Berlin"}}, "give `time` an offset"),
        (LATER, {"schedule": {"time": 1798102800}}, "2026-12-24T09:00:00Z"),
        (SEND, {"messages": {"push": {}}}, "use one of `apple_push`, `android_push`"),
        (SEND, {"alias_name": "a"}, "it belongs in `user_aliases`"),
        (CANVAS, {"attachments": []}, "leave it out; it belongs to POST /campaigns/trigger/send"),
        (CANVAS, {"shedule": AT}, "did you mean `schedule`? it belongs to POST /canvas/trigger/schedule/create"),
        ("campaign-trigger-schedule-delete", {"shedule": AT}, "did you mean `schedule`?"),
        (CANVAS, {"zzz": AT}, "the fields here are `canvas_id`"),
        ("campaign-trigger-send", {"schedule": AT}, "/campaigns/trigger/schedule/create"),
        (SEND, {"external_user_id": []}, "did you mean `external_user_ids`?"),
        (SEND, {"recipient_subscription_state": "opted-in"}, "did you mean `opted_in`?"),
        (SEND, {"messages": {"apple-push": {}}}, "did you mean `apple_push`?"),
        (CANVAS, {"segment_id": "s"}, "the Canvas's target audience"),
        (SEND, {"external_user_ids": [5]}, "put it in quotes"),
        (SEND, {"messages": 5}, "{email: {…}}"),
        (LATER, {"schedule": {"time": "5 pm"}}, "2026-12-24T09:00:00Z"),
    ],
)
def test_ways_out(name: str, more: Body, way: str) -> None:
    assert any(way in (each.help or "") for each in check_request(least(name, **more), endpoint=ENDPOINTS[name]))


NOW = datetime(2026, 12, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "passed"),
    [
        ({"time": "2026-12-24T09:00:00Z"}, False),
        ({"time": "2026-12-24T08:59:59"}, True),
        ({"time": "2026-12-24T15:59:59+07:00"}, True),
        ({"time": "2026-12-24T16:00:00+0700"}, False),
        ({"time": "2026-12-23T21:00:00", "in_local_time": True}, False),
        ({"time": "2026-12-23T20:59:59", "in_local_time": True}, True),
        ({"time": "2026-12-23T20:59:59", "in_local_time": False}, True),
        ({"time": "2026-12-23T00:00:00", "at_optimal_time": True}, False),
        ({"time": "2026-12-22T23:59:59", "at_optimal_time": True}, True),
        ({"time": "9999-12-31T23:59:59", "at_optimal_time": True}, False),
        ({"time": "0001-01-01T00:00:00+14:00"}, True),
    ],
)
def test_a_time_that_has_passed_is_a_warning(schedule: Body, passed: bool) -> None:
    for name in (LATER, SCHEDULE, "canvas-trigger-schedule-update"):
        body = least(name, schedule=schedule)
        found, request = examine_request(body, endpoint=ENDPOINTS[name], now=NOW)
        told = [(each.code.code, each.pointer, each.severity) for each in found]
        assert told == [("AUD721", "/schedule/time", WARNING)] * passed
        assert request is not None
        assert check_request(body, endpoint=ENDPOINTS[name]) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
likely: st.SearchStrategy[Any] = st.sampled_from(
    [USER, [USER], ALIAS, [ALIAS], ["u"], AT, MAIL, {}, [], "s", 1, True, AUDIENCE, {"time": "x"}, {"email": {}}, None]
)
names = st.sampled_from(sorted(BODY_FIELDS | {"schedule_id", "audience", "custom_audience", "segment_id"}))


@given(st.sampled_from(list(ENDPOINTS.values())), st.data())
def test_never_raises_and_never_changes_a_body(endpoint: Endpoint, data: st.DataObject) -> None:
    more = data.draw(st.dictionaries(names | st.text(), likely | values, max_size=4))
    without = data.draw(st.sets(st.sampled_from([*LEAST[endpoint.name]]), max_size=2))
    body = least(endpoint.name, *without, **more)
    findings = check_request(body, endpoint=endpoint)
    if by_severity(findings, ERROR):
        with pytest.raises(RequestError):
            build_request(body, endpoint=endpoint)
    else:
        assert build_request(body, endpoint=endpoint).to_dict() == body


recipients: st.SearchStrategy[object] = st.dictionaries(
    st.sampled_from(["external_user_id", "user_alias", "email", "prioritization", "attributes", *PROPERTIES_FIELDS])
    | st.sampled_from(["send_to_existing_only", "braze_id", "other"]),
    likely | values | st.just(["identified", "identified"]) | st.just({"subscription_groups": [{}]}),
    max_size=4,
)


@given(recipients | values, st.sampled_from(["campaign-trigger-send", CANVAS, LATER, "canvas-trigger-schedule-create"]))
def test_a_recipient_alone_is_judged_as_in_a_body(recipient: object, name: str) -> None:
    endpoint = ENDPOINTS[name]
    alone = check_recipient(recipient, endpoint)
    within = check_request(least(name, recipients=[recipient]), endpoint=endpoint)
    assert [(f"/recipients/0{each.pointer}", each.code, each.message, each.help, each.severity) for each in alone] == [
        (each.pointer, each.code, each.message, each.help, each.severity) for each in within
    ]
