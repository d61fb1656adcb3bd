"""Every endpoint that takes an audience, and those around them: what is answered, and what the workspace remembers."""

from typing import Any

import pytest

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.sandbox import Reach, WhyError, workspace

from .support import (
    AUDIENCE,
    EMAIL,
    HOUR_ENDS,
    LATER,
    MINUTE_ENDS,
    NOW,
    SCHEDULES,
    TO_USER,
    call,
    filter_on,
    limits,
    sandbox,
    scheduled,
    subject_of,
)

TO_ALL: dict[str, Any] = {"broadcast": True, "audience": AUDIENCE}
ACTIVITY: dict[str, Any] = {
    "app_id": "app-1",
    "activity_id": "match-1",
    "activity_attributes_type": "Match",
    "activity_attributes": {"home": "Hanoi"},
    "content_state": {"goals": 0},
    "notification": {"alert": {"title": "It begins", "body": "Watch now"}},
}

# A sound body, and the fields of the answer, in order.
SOUND: list[tuple[str, dict[str, Any], list[str]]] = [
    ("campaign-trigger-send", {"campaign_id": "c-1", **TO_USER}, ["dispatch_id", "message"]),
    ("campaign-trigger-send", {"campaign_id": "c-1", **TO_ALL}, ["dispatch_id", "message", "send_id"]),
    (
        "campaign-trigger-schedule-create",
        {"campaign_id": "c-1", **TO_USER, "schedule": LATER},
        ["dispatch_id", "schedule_id", "message"],
    ),
    (
        "campaign-trigger-schedule-create",
        {"campaign_id": "c-1", **TO_ALL, "schedule": LATER},
        ["dispatch_id", "schedule_id", "message", "send_id"],
    ),
    ("canvas-trigger-send", {"canvas_id": "v-1", **TO_USER, "context": {"a": 1}}, ["dispatch_id", "message"]),
    ("canvas-trigger-send", {"canvas_id": "v-1", **TO_ALL}, ["dispatch_id", "message"]),
    (
        "canvas-trigger-schedule-create",
        {"canvas_id": "v-1", **TO_ALL, "schedule": LATER},
        ["dispatch_id", "schedule_id", "message"],
    ),
    ("messages-send", {"external_user_ids": ["u-1"], **EMAIL}, ["dispatch_id", "message"]),
    ("messages-send", {**TO_ALL, **EMAIL}, ["dispatch_id", "message"]),
    (
        "messages-schedule-create",
        {**TO_ALL, **EMAIL, "schedule": LATER},
        ["dispatch_id", "schedule_id", "message"],
    ),
    ("messages-live-activity-start", {**ACTIVITY, "custom_audience": AUDIENCE}, ["message"]),
    ("messages-live-activity-start", {**ACTIVITY, "external_user_ids": ["u-1"]}, ["message"]),
    ("send-id-create", {"campaign_id": "c-1"}, ["message", "send_id"]),
    ("send-id-create", {"campaign_id": "c-1", "send_id": "tet-2027"}, ["message", "send_id"]),
]


def test_the_table_has_every_endpoint() -> None:
    changes = {name for name in ENDPOINTS if name.endswith(("-update", "-delete"))}
    assert {row[0] for row in SOUND} | changes == set(ENDPOINTS)


@pytest.mark.parametrize(("name", "body", "fields"), SOUND)
def test_what_a_success_answers(name: str, body: dict[str, Any], fields: list[str]) -> None:
    braze = sandbox()
    answer = call(braze, name, body)
    assert (answer.status, answer.json().get("errors")) == (201, None)
    assert list(answer.json()) == fields
    assert answer.json()["message"] == "success"
    (entry,) = braze.requests
    told = entry.as_dict()
    assert entry.accepted
    for field in ("dispatch_id", "schedule_id", "send_id"):
        assert told.get(field) == answer.json().get(field)


@pytest.mark.parametrize("name", list(ENDPOINTS))
@pytest.mark.parametrize("body", [{}, [], None, {"audience": 1, "recipients": 2, "schedule": 3}, {"campaign_id": 1}])
def test_nothing_sound_is_a_400_that_changes_nothing(name: str, body: object) -> None:
    braze = sandbox()
    answer = call(braze, name, body)
    assert answer.status == 400
    assert answer.json()["errors"]
    (entry,) = braze.requests
    assert (entry.accepted, entry.dispatch_id, entry.schedule_id, entry.send_id) == (False, None, None, None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("campaign-trigger-send", "Invalid Campaign ID"),
        ("campaign-trigger-schedule-delete", "Invalid Campaign ID"),
        ("canvas-trigger-send", "Invalid Canvas ID"),
        ("send-id-create", "Invalid Campaign ID"),
        ("messages-schedule-delete", "Bad Request"),
        ("messages-send", "No Recipients"),
        ("messages-live-activity-start", "No Recipients"),
    ],
)
def test_what_is_said_where_everything_is_missing(name: str, message: str) -> None:
    assert call(sandbox(), name, {}).json()["message"] == message


def test_known_canvases() -> None:
    braze = sandbox(canvases=["v-1"])
    assert call(braze, "canvas-trigger-send", {"canvas_id": "v-1", **TO_USER}).status == 201
    answer = call(braze, "canvas-trigger-send", {"canvas_id": "v-2", **TO_USER})
    assert (answer.status, answer.json()["message"]) == (400, "Invalid Canvas ID")
    assert call(braze, "campaign-trigger-send", {"campaign_id": "any", **TO_USER}).status == 201


# --- Limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("canvas-trigger-send", {"canvas_id": "v-1", **TO_ALL}, ("250", "249", MINUTE_ENDS)),
        ("canvas-trigger-send", {"canvas_id": "v-1", **TO_USER}, ("250000", "249999", HOUR_ENDS)),
        ("messages-send", {**TO_ALL, **EMAIL}, ("250", "249", MINUTE_ENDS)),
        ("messages-send", {**EMAIL, "segment_id": "s-1", "broadcast": True}, ("250", "249", MINUTE_ENDS)),
        ("messages-send", {**EMAIL, "external_user_ids": ["u-1"]}, ("250000", "249999", HOUR_ENDS)),
        ("messages-live-activity-start", {**ACTIVITY, "custom_audience": AUDIENCE}, ("250000", "249999", HOUR_ENDS)),
        ("send-id-create", {"campaign_id": "c-1"}, ("100", "99", "1795392000")),
    ],
)
def test_the_limit_that_a_call_counts_in(name: str, body: dict[str, Any], told: tuple[str, ...]) -> None:
    assert limits(call(sandbox(), name, body)) == told


def test_a_hundred_send_ids_a_day() -> None:
    braze = sandbox(enforce_limits=True)
    answers = [call(braze, "send-id-create", {"campaign_id": "c-1"}).status for _ in range(101)]
    assert answers == [201] * 100 + [429]


# --- Schedules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", list(SCHEDULES))
def test_a_schedule_is_updated_and_deleted_once(family: str) -> None:
    braze = sandbox()
    change = {**subject_of(family), "schedule_id": scheduled(braze, family)}
    for _ in range(2):
        answer = call(braze, f"{family}-schedule-update", {**change, "schedule": {"time": "2026-12-25T18:00:00Z"}})
        assert (answer.status, answer.json()) == (201, {"message": "success"})
    assert call(braze, f"{family}-schedule-delete", change).json() == {"message": "success"}
    gone = call(braze, f"{family}-schedule-delete", change)
    assert (gone.status, gone.json()["message"]) == (400, "Bad Request")
    assert gone.json()["errors"][0].startswith("/schedule_id: there is no schedule ")
    assert [entry.accepted for entry in braze.requests] == [True, True, True, True, False]
    assert call(braze, f"{family}-schedule-update", {**change, "schedule": LATER}).status == 400


@pytest.mark.parametrize("family", list(SCHEDULES))
def test_schedules_that_are_not_there(family: str) -> None:
    braze = sandbox()
    other = scheduled(braze, next(each for each in SCHEDULES if each != family))
    for schedule_id in ("none", other):
        change = {**subject_of(family), "schedule_id": schedule_id}
        assert call(braze, f"{family}-schedule-delete", change).status == 400


def test_a_schedule_of_another_campaign_is_not_deleted() -> None:
    braze = sandbox()
    found = scheduled(braze, "campaign-trigger")
    answer = call(braze, "campaign-trigger-schedule-delete", {"campaign_id": "c-2", "schedule_id": found})
    assert answer.status == 400
    assert answer.json()["errors"][0].startswith("/campaign_id: ")
    assert call(braze, "campaign-trigger-schedule-delete", {"campaign_id": "c-1", "schedule_id": found}).status == 201


def test_reset_forgets_schedules() -> None:
    braze = sandbox()
    found = scheduled(braze, "messages")
    braze.reset()
    assert call(braze, "messages-schedule-delete", {"schedule_id": found}).status == 400


def test_the_oldest_schedules_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_REMEMBERED_AT_MOST", 2)
    braze = sandbox()
    made = [scheduled(braze, "messages") for _ in range(3)]
    answers = [call(braze, "messages-schedule-delete", {"schedule_id": each}).status for each in made]
    assert answers == [400, 201, 201]


# --- Send ids ------------------------------------------------------------------------------------------


def test_send_ids_are_made_or_kept() -> None:
    braze = sandbox()
    made = call(braze, "send-id-create", {"campaign_id": "c-1"}).json()["send_id"]
    assert 0 < len(made) <= 64
    assert call(braze, "send-id-create", {"campaign_id": "c-1", "send_id": "tet"}).json()["send_id"] == "tet"


@pytest.mark.parametrize("must_exist", [False, True])
def test_a_send_id_that_was_never_made(must_exist: bool) -> None:
    braze = sandbox(send_ids_must_exist=must_exist)
    body = {"campaign_id": "c-1", "send_id": "tet", **TO_USER}
    answer = call(braze, "campaign-trigger-send", body)
    assert answer.status == (400 if must_exist else 201)
    if must_exist:
        assert answer.json()["errors"][0].startswith("/send_id: `tet` was not made")
        call(braze, "send-id-create", {"campaign_id": "c-1", "send_id": "tet"})
        assert call(braze, "campaign-trigger-send", body).status == 201
        # It belongs to the campaign that it was made for.
        assert call(braze, "campaign-trigger-send", {**body, "campaign_id": "c-2"}).status == 400


def test_the_send_id_that_a_broadcast_was_given_may_be_used_again() -> None:
    braze = sandbox(send_ids_must_exist=True)
    given = call(braze, "campaign-trigger-send", {"campaign_id": "c-1", **TO_ALL}).json()["send_id"]
    assert call(braze, "campaign-trigger-send", {"campaign_id": "c-1", "send_id": given, **TO_USER}).status == 201


# --- Audiences and whom they reach ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("canvas-trigger-send", {"canvas_id": "v-1", "broadcast": True}, "audience"),
        ("messages-schedule-create", {**EMAIL, "broadcast": True, "schedule": LATER}, "audience"),
        ("messages-live-activity-start", ACTIVITY, "custom_audience"),
    ],
)
def test_an_invalid_audience_fails_late_everywhere(name: str, body: dict[str, Any], field: str) -> None:
    body = {**body, field: filter_on("does_not_equal", True)}
    lenient, strict = sandbox(), sandbox(mode="strict")
    assert call(lenient, name, body).status == 201
    (told,) = lenient.activity
    assert told.dispatch_id == lenient.requests[0].dispatch_id
    assert "does_not_equal is not a valid comparison for the attribute is_member.. {" in told.text
    refused = call(strict, name, body)
    assert refused.status == 400
    assert refused.json()["errors"][0].startswith(f"/{field}/custom_attribute/comparison: ")


PEOPLE = [
    {"external_id": "lan", "eye_color": "blue", "push": "opted_in", "seen": "2026-12-20T00:00:00Z"},
    {"external_id": "minh", "eye_color": "green", "push": "opted_in", "seen": "2026-11-22T00:00:00Z"},
]


def reach(name: str, body: dict[str, Any]) -> Reach:
    braze = sandbox(profiles=PEOPLE)
    answer = call(braze, name, body)
    assert answer.status == 201, answer.json()
    found = braze.requests[0].reach
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "body", "ids"),
    [
        ("canvas-trigger-send", {"canvas_id": "v-1", **TO_ALL}, ("lan",)),
        ("messages-send", {**EMAIL, **TO_ALL}, ("lan",)),
        ("messages-send", {**EMAIL, "external_user_ids": ["minh", "lan", "no"], "audience": AUDIENCE}, ("lan",)),
        ("messages-live-activity-start", {**ACTIVITY, "custom_audience": AUDIENCE}, ("lan",)),
        ("messages-live-activity-start", {**ACTIVITY, "external_user_ids": ["minh"]}, ("minh",)),
    ],
)
def test_whom_it_would_have_reached(name: str, body: dict[str, Any], ids: tuple[str, ...]) -> None:
    assert reach(name, body).ids == ids


def test_users_by_alias_are_not_looked_up() -> None:
    alias = {"alias_name": "a", "alias_label": "l"}
    found = reach("messages-send", {**EMAIL, "external_user_ids": ["lan"], "user_aliases": [alias]})
    assert [each.standing for each in found.recipients] == ["selected", "not looked up"]


def test_a_segment_is_told_as_unknown() -> None:
    found = reach("messages-send", {**EMAIL, "broadcast": True, "segment_id": "s-1"})
    assert (found.target, found.segment) == ("everyone", "s-1")
    assert "the segment `s-1` narrows this further, and is not known here" in found.lines()
    assert found.as_dict()["segment"] == "s-1"


@pytest.mark.parametrize(
    ("time", "ids"),
    [("2026-12-21T00:00:00Z", ("lan",)), ("2026-12-21T00:00:00", ("lan",)), ("2026-11-23T00:00:00+01:00", ("minh",))],
)
def test_a_schedule_is_looked_at_for_the_instant_when_it_goes_out(time: str, ids: tuple[str, ...]) -> None:
    recently = {"broadcast": True, "audience": filter_on("less_than_x_days_ago", 2, "seen")}
    braze = sandbox(profiles=PEOPLE)
    body = {
        "campaign_id": "c-1",
        **recently,
        "schedule": {"time": time, **({} if "Z" in time or "+" in time else {"in_local_time": True})},
    }
    assert call(braze, "campaign-trigger-schedule-create", body).status == 201
    found = braze.requests[0].reach
    assert found is not None
    assert found.ids == ids
    assert found.is_scheduled
    assert found.at > NOW
    assert "when it is to go out" in found.lines()[-1]
    assert found.as_dict()["scheduled_at"].startswith("2026-")
    # And `why` is asked for the same instant.
    assert braze.why(1, ids[0])[0].selected is True


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_out_of_the_calendar_is_taken_for_now(time: str) -> None:
    braze = sandbox(profiles=PEOPLE)
    body = {"campaign_id": "c-1", **TO_ALL, "schedule": {"time": time}}
    assert call(braze, "campaign-trigger-schedule-create", body).status == 201
    found = braze.requests[0].reach
    assert found is not None
    assert (found.is_scheduled, found.at, found.ids) == (False, NOW, ("lan",))


def test_what_sends_nothing_reaches_nobody() -> None:
    braze = sandbox(profiles=PEOPLE)
    call(braze, "send-id-create", {"campaign_id": "c-1"})
    assert braze.requests[0].reach is None
    with pytest.raises(WhyError, match="request 1 sends no message"):
        braze.why(1, "lan")
