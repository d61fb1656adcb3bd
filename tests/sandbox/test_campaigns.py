"""The states of campaigns and Canvases, and what becomes of a send to one that is not running."""

from typing import Any

import pytest

from audience_dsl.diagnostics import ConfigurationError
from audience_dsl.sandbox.campaigns import PAUSED, STATES

from .support import AUDIENCE, TO_AUDIENCE, TO_ONE, filter_on, post, sandbox

SEND, CANVAS, MESSAGES = "/campaigns/trigger/send", "/canvas/trigger/send", "/messages/send"
LATER = {"schedule": {"time": "2030-01-31T09:00:00Z"}}
USERS = {"recipients": [{"external_user_id": "u-1"}]}
EMAIL = {"email": {"app_id": "a", "from": "a@example.com", "body": "x"}}


def test_without_a_word_every_id_is_of_a_running_one() -> None:
    braze = sandbox()
    assert (braze.campaigns.states, braze.campaigns.only_known) == ({}, False)
    assert braze.campaigns.state_of("c-1") == "active"
    assert post(braze, TO_ONE).status == 201


def test_ids_alone_are_of_running_ones_and_others_are_unknown() -> None:
    braze = sandbox(campaigns=["c-1"])
    assert (braze.campaigns.states, braze.campaigns.only_known) == ({"c-1": "active"}, True)
    assert post(braze, TO_ONE).status == 201
    assert post(braze, {**TO_ONE, "campaign_id": "c-2"}).json()["message"] == "Invalid Campaign ID"
    braze.campaigns.set("c-2", "active")
    assert post(braze, {**TO_ONE, "campaign_id": "c-2"}).status == 201
    braze.campaigns.forget("c-2")
    assert post(braze, {**TO_ONE, "campaign_id": "c-2"}).status == 400
    braze.campaigns.only_known = False
    assert post(braze, {**TO_ONE, "campaign_id": "c-2"}).status == 201


@pytest.mark.parametrize("state", [state for state in STATES if state != "active"])
@pytest.mark.parametrize(("field", "path"), [("campaign_id", SEND), ("canvas_id", CANVAS)])
def test_what_is_not_running_is_answered_with_a_notice_and_not_sent(field: str, path: str, state: str) -> None:
    braze = sandbox(
        campaigns={"x": state}, canvases={"x": state}, profiles=[{"external_id": "u-1"}], enforce_limits=False
    )
    answer = post(braze, {field: "x", **USERS}, path=path)
    assert answer.status == 201
    assert list(answer.json()) == ["dispatch_id", "message", "notice"]
    assert answer.json()["message"] == "success"
    assert state in answer.json()["notice"]
    (entry,) = braze.requests
    assert (entry.status, entry.accepted, entry.notice) == (201, False, answer.json()["notice"])
    assert entry.as_dict()["notice"] == entry.notice
    assert entry.reach is None
    # It counts as any other.
    assert answer.header("X-RateLimit-Remaining") == "249999"


def test_its_audience_fails_nowhere() -> None:
    braze = sandbox(campaigns={"c-1": "paused"})
    assert post(braze, {**TO_AUDIENCE, "audience": filter_on("does_not_equal", True)}).status == 201
    assert braze.activity == ()


def test_of_what_is_scheduled_there_is_a_notice_too_and_it_can_be_changed() -> None:
    braze = sandbox(canvases={"x": "paused"})
    made = post(braze, {"canvas_id": "x", **USERS, **LATER}, path="/canvas/trigger/schedule/create")
    assert list(made.json()) == ["dispatch_id", "schedule_id", "message", "notice"]
    change = {"canvas_id": "x", "schedule_id": made.json()["schedule_id"]}
    changed = post(
        braze, {**change, "schedule": {"time": "2031-01-31T09:00:00Z"}}, path="/canvas/trigger/schedule/update"
    )
    assert changed.json() == {"message": "success"}
    assert [schedule.time for schedule in braze.schedules] == ["2031-01-31T09:00:00Z"]
    assert post(braze, change, path="/canvas/trigger/schedule/delete").status == 201
    assert braze.schedules == ()


def test_where_the_campaign_is_for_the_statistics_its_state_does_not_matter() -> None:
    braze = sandbox(campaigns={"c-1": "archived"})
    body = {
        "campaign_id": "c-1",
        "external_user_ids": ["u-1"],
        "messages": {"email": {**EMAIL["email"], "message_variation_id": "v"}},
    }
    answer = post(braze, body, path=MESSAGES)
    assert (answer.status, "notice" in answer.json()) == (201, False)
    assert post(braze, {"campaign_id": "c-1"}, path="/sends/id/create").json()["message"] == "success"


@pytest.mark.parametrize(
    ("paused", "status", "has_notice", "accepted"),
    [
        ("notice", 201, True, False),
        ("refuse", 400, False, False),
        ("accept", 201, False, True),
    ],
)
def test_what_a_paused_campaign_does_is_a_setting(paused: Any, status: int, has_notice: bool, accepted: bool) -> None:
    for braze in (sandbox(campaigns={"c-1": "paused"}, paused_campaign=paused), sandbox(campaigns={"c-1": "paused"})):
        braze.campaigns.paused = paused
        answer = post(braze, TO_ONE)
        assert (answer.status, "notice" in answer.json()) == (status, has_notice)
        assert braze.requests[0].accepted is accepted
    refused = sandbox(campaigns={"c-1": "paused"}, paused_campaign="refuse")
    assert post(refused, TO_ONE).json()["errors"] == ["/campaign_id: `c-1` is paused"]


def test_the_setting_for_campaigns_is_not_that_for_canvases() -> None:
    braze = sandbox(canvases={"x": "paused"}, paused_campaign="refuse")
    assert post(braze, {"canvas_id": "x", **USERS}, path=CANVAS).status == 201
    braze.canvases.paused = "refuse"
    assert post(braze, {"canvas_id": "x", **USERS}, path=CANVAS).status == 400


def test_a_broken_rule_is_told_before_the_state() -> None:
    braze = sandbox(campaigns={"c-1": "paused"})
    assert post(braze, {"campaign_id": "c-1", "audience": AUDIENCE}).json()["message"] == "No Recipients"


def test_a_fault_over_what_is_not_sent() -> None:
    braze = sandbox(campaigns={"c-1": "paused"})
    braze.switches.next("lost-answer", "errors")
    assert post(braze, TO_ONE).status == 0
    assert post(braze, TO_ONE).json()["errors"]
    assert [(entry.accepted, bool(entry.notice)) for entry in braze.requests] == [(False, True)] * 2


NO_CAMPAIGNS: list[object] = ["c-1", [""], [1], {"c-1": "resting"}, {"c-1": None}, {"": "active"}]
NO_WAYS: list[object] = ["Notice", "", None, 1, []]
WRONG: list[dict[str, Any]] = [
    *[{"campaigns": each} for each in NO_CAMPAIGNS],
    *[{"canvases": each} for each in NO_CAMPAIGNS],
    *[{"paused_campaign": each} for each in NO_WAYS],
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        sandbox(**wrong)


def test_a_state_that_is_nearly_one_is_named() -> None:
    braze = sandbox()
    with pytest.raises(ConfigurationError) as caught:
        braze.campaigns.set("c-1", "archive")
    assert caught.value.help == "did you mean `archived`?"
    with pytest.raises(ConfigurationError):
        braze.campaigns.update({"c-1": "active", "c-2": "resting"})
    assert braze.campaigns.states == {}


def test_the_tables_of_words() -> None:
    assert STATES == ("active", "paused", "archived")
    assert PAUSED == ("notice", "refuse", "accept")
