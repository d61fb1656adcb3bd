"""What Braze was seen to take, and what it says to refuse, of ids that are no texts and of times that have passed."""

from typing import Any

import pytest

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.sender.requests import check_request

from .support import EMAIL, LATER, SCHEDULES, TO_USER, call, filter_on, sandbox, scheduled, subject_of

NUMBERS: list[tuple[str, dict[str, Any], str]] = [
    ("campaign-trigger-send", {"recipients": [{"external_user_id": 12_345}]}, "/recipients/0/external_user_id"),
    (
        "canvas-trigger-send",
        {"recipients": [{"external_user_id": "u"}, {"external_user_id": -1}]},
        "/recipients/1/external_user_id",
    ),
    ("messages-send", {"external_user_ids": ["u", 7, 8], **EMAIL}, "/external_user_ids/1"),
    ("campaign-trigger-schedule-create", {"recipients": [{"external_user_id": 0}]}, "/recipients/0/external_user_id"),
]


@pytest.mark.parametrize(("name", "body", "pointer"), NUMBERS)
def test_users_by_a_number_are_accepted_with_a_warning(name: str, body: dict[str, Any], pointer: str) -> None:
    endpoint = ENDPOINTS[name]
    body = {**body, **({endpoint.id_field: "x-1"} if endpoint.id_field in endpoint.required else {})}
    body |= {"schedule": LATER} if endpoint.kind == "schedule" else {}
    braze = sandbox(profiles=[{"external_id": "12345"}])
    assert call(braze, name, body).status == 201
    (entry,) = braze.requests
    (finding,) = entry.findings
    assert (finding.code.code, finding.severity, finding.pointer) == ("AUD701", "warning", pointer)
    assert entry.body == body
    again = sandbox()
    again.restore(braze.state())
    assert again.requests[0].as_dict() == entry.as_dict()

    strict = call(sandbox(mode="strict"), name, body)
    assert strict.status == 400
    assert strict.json()["errors"][0].startswith(f"{pointer}: error[AUD701]")
    # What we send ourselves is as it is documented.
    assert any(each.severity == "error" for each in check_request(body, endpoint=endpoint))


def test_whom_a_number_reaches_is_the_user_of_that_text() -> None:
    braze = sandbox(profiles=[{"external_id": "12345", "vip": True}])
    of_it = {"recipients": [{"external_user_id": 12_345}], "audience": filter_on("equals", True, "vip")}
    call(braze, "campaign-trigger-send", {"campaign_id": "c-1", **of_it})
    (entry,) = braze.requests
    assert entry.reach is not None
    assert entry.reach.ids == ("12345",)
    assert braze.why(1, "12345")[0].selected


@pytest.mark.parametrize("wrong", [True, 1.5, None, [1], ""])
def test_what_else_is_no_text_is_no_user(wrong: object) -> None:
    body = {"campaign_id": "c-1", "recipients": [{"external_user_id": 1}, {"external_user_id": wrong}]}
    assert call(sandbox(), "campaign-trigger-send", body).status == 400


def test_numbers_hide_nothing_of_the_request() -> None:
    body = {"campaign_id": "c-1", "recipients": [{"external_user_id": number} for number in range(200)]}
    answer = call(sandbox(), "campaign-trigger-send", body)
    assert (answer.status, len(answer.json()["errors"])) == (400, 1)


@pytest.mark.parametrize("campaign", [None, ""])
def test_a_campaign_that_is_null_demands_nothing_of_the_messages(campaign: str | None) -> None:
    answer = call(sandbox(), "messages-send", {"campaign_id": campaign, "external_user_ids": ["u"], **EMAIL})
    assert answer.status == 400
    assert ("AUD722" in str(answer.json()["errors"])) == (campaign is not None)


# By the sandbox's clock, 2026-11-22T10:20:30.5Z, which is 22:20 of the day before in the last zone.
@pytest.mark.parametrize(
    ("schedule", "status"),
    [
        ({"time": "2026-11-21T22:20:30", "in_local_time": True}, 400),
        ({"time": "2026-11-21T22:20:31", "in_local_time": True}, 201),
        ({"time": "0001-01-01T00:00:00", "in_local_time": True}, 400),
        ({"time": "9999-12-31T23:59:59", "in_local_time": True}, 201),
        ({"time": "2026-11-21T22:20:30", "in_local_time": False}, 201),
        ({"time": "2020-01-01T00:00:00", "at_optimal_time": True}, 201),
        ({"time": "2020-01-01T00:00:00Z"}, 201),
    ],
)
@pytest.mark.parametrize("family", SCHEDULES)
def test_a_local_time_that_has_passed_in_every_zone_is_refused(
    family: str, schedule: dict[str, Any], status: int
) -> None:
    braze = sandbox()
    answers = [call(braze, f"{family}-schedule-create", {**SCHEDULES[family], "schedule": schedule})]
    change = {**subject_of(family), "schedule_id": scheduled(braze, family), "schedule": schedule}
    answers.append(call(braze, f"{family}-schedule-update", change))
    assert [answer.status for answer in answers] == [status, status]
    if status == 400:
        assert answers[0].json() == {
            "message": "Bad Request",
            "errors": ["/schedule/time: the `time` has passed in every time zone"],
        }
        assert [entry.findings[0].code.code for entry in (braze.requests[0], braze.requests[2])] == ["AUD721"] * 2
        assert len(braze.schedules) == 1


def test_the_clock_decides_what_has_passed() -> None:
    braze = sandbox()
    soon = {**SCHEDULES["messages"], "schedule": {"time": "2026-11-23T00:00:00", "in_local_time": True}}
    assert call(braze, "messages-schedule-create", soon).status == 201
    braze.clock.advance(2 * 86_400)
    assert call(braze, "messages-schedule-create", soon).status == 400


def test_what_the_workspace_lacks_is_said_in_the_log_too() -> None:
    braze = sandbox(campaigns={"c-1": "active", "c-2": "paused"}, paused_campaign="refuse", send_ids_must_exist=True)
    call(braze, "campaign-trigger-send", {"campaign_id": "c-3", **TO_USER})
    call(braze, "campaign-trigger-send", {"campaign_id": "c-2", **TO_USER})
    call(braze, "campaign-trigger-send", {"campaign_id": "c-1", "send_id": "none", **TO_USER})
    call(braze, "campaign-trigger-schedule-delete", {"campaign_id": "c-1", "schedule_id": "none"})
    found = [(entry.findings[0].code.code, entry.findings[0].pointer) for entry in braze.requests]
    pointers = ["/campaign_id", "/campaign_id", "/send_id", "/schedule_id"]
    assert found == [("AUD852", pointer) for pointer in pointers]
