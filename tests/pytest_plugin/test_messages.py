"""What is read out of the log: one message for each user, or for a broadcast, and what keeps it from going out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.braze_api import ENDPOINTS, Endpoint
from audience_dsl.pytest_plugin.messages import Message, messages_of

from .support import IN_HUE, INVALID, PEOPLE, SEND, braze, broadcast, post, to

LATER = {"time": "2030-01-31T09:00:00Z"}
ALIAS = {"alias_name": "n", "alias_label": "l"}
ADDRESS = {"email": "a@b.de", "prioritization": ["identified"]}
CANVAS = {"canvas_id": "trial"}


def told(body: object, path: str = SEND, **settings: Any) -> list[Message]:
    sandbox = braze(**settings)
    post(sandbox, body, path)
    return messages_of(sandbox.sandbox)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (SEND, to("ana"), [("welcome", None, {"external_user_id": "ana"}, {})]),
        (SEND, broadcast(), [("storm", None, None, {})]),
        (
            SEND,
            {
                "campaign_id": "c",
                "recipients": [{"user_alias": ALIAS}, {"email": "a@b.de", "prioritization": ["identified"]}],
            },
            [("c", None, {"user_alias": ALIAS}, {}), ("c", None, {"email": "a@b.de"}, {})],
        ),
        (
            "/canvas/trigger/send",
            {**CANVAS, "context": {"a": 1}, "recipients": [{"external_user_id": "ana", "context": {"b": 2}}]},
            [(None, "trial", {"external_user_id": "ana"}, {"a": 1, "b": 2})],
        ),
        (
            "/canvas/trigger/send",
            {**CANVAS, "canvas_entry_properties": {"a": 1}, "recipients": [{"external_user_id": "ana"}]},
            [(None, "trial", {"external_user_id": "ana"}, {"a": 1})],
        ),
        (
            "/messages/send",
            {"external_user_ids": ["ana"], "user_aliases": [ALIAS], "messages": {"sms": {}}},
            [(None, None, {"external_user_id": "ana"}, {}), (None, None, {"user_alias": ALIAS}, {})],
        ),
        ("/sends/id/create", {"campaign_id": "welcome"}, []),
    ],
)
def test_whom_a_request_sends_what(path: str, body: dict[str, Any], expected: list[object]) -> None:
    found = told(body, path)
    assert [(each.campaign, each.canvas, each.to, each.properties) for each in found] == expected
    assert {each.hindrance for each in found} <= {None}
    assert all(each.endpoint == path and each.body == body and each.request == 1 for each in found)
    assert all(each.is_broadcast == (each.to is None) for each in found)


VALUES = st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(0, 9), st.booleans(), st.text(max_size=3)))


@given(everyone=VALUES, own=st.lists(st.tuples(st.sampled_from(["u", "v", "w"]), VALUES), min_size=1, max_size=6))
def test_a_user_gets_one_message_with_the_last_values_over_those_for_all(
    everyone: dict[str, Any], own: list[tuple[str, dict[str, Any]]]
) -> None:
    recipients = [{"external_user_id": user, "trigger_properties": values} for user, values in own]
    found = told({"campaign_id": "c", "trigger_properties": everyone, "recipients": recipients})
    assert {each.user: each.properties for each in found} == {u: {**everyone, **values} for u, values in own}
    assert len(found) == len(dict(own))


def test_nobody_can_change_the_log_through_a_message() -> None:
    sandbox = braze()
    post(sandbox, to("ana", trigger_properties={"a": 1}))
    sandbox.sent()[0].properties["a"] = 2
    sandbox.sent()[0].body.clear()
    assert sandbox.sent()[0].properties == {"a": 1}


@pytest.mark.parametrize(
    ("audience", "text"),
    [
        (IN_HUE, 'city == "Huế"'),
        ({"AND": [IN_HUE, {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}]},
         'city == "Huế" and push is opted_in'),
        ({"none": "of it"}, '{"none": "of it"}'),
        (["\ud800"], '["\ud800"]'),
    ],
)  # fmt: skip
def test_an_audience_is_text_and_where_it_has_none_json(audience: Any, text: str) -> None:
    (message,) = told(broadcast(audience=audience))
    assert message.audience == text
    assert message.audience_json == audience


def test_without_an_audience() -> None:
    (message,) = told(to("ana"))
    assert message.audience is None
    assert message.audience_json is None


def test_attributes_that_are_written_before() -> None:
    recipient = {"external_user_id": "ana", "send_to_existing_only": False, "attributes": {"city": "Huế"}}
    (message,) = told({"campaign_id": "c", "recipients": [recipient]})
    assert message.attributes == {"city": "Huế"}
    assert message.to == {"external_user_id": "ana"}


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS.values() if each.kind == "schedule"], ids=str)
def test_a_schedule_goes_out_when_it_was_last_set_to_unless_it_is_deleted(endpoint: Endpoint) -> None:
    sandbox = braze()
    body: dict[str, Any] = {
        **({"campaign_id": "c"} if endpoint.id_field == "campaign_id" else {"canvas_id": "c"}),
        **({"messages": {"sms": {}}} if "messages" in endpoint.required else {}),
        endpoint.users_fields[0]: ["ana"] if "messages" in endpoint.required else [{"external_user_id": "ana"}],
    }
    if "messages" in endpoint.required:
        del body["campaign_id"]
    made = post(sandbox, {**body, "schedule": LATER}, endpoint.path)
    id = {key: value for key, value in body.items() if key.endswith("_id")} | {"schedule_id": made["schedule_id"]}
    (message,) = sandbox.sent_to("ana")
    assert str(message.scheduled_at) == "2030-01-31 09:00:00+00:00"

    post(sandbox, {**id, "schedule": {"time": "2031-01-31T09:00:00Z"}}, endpoint.path.replace("create", "update"))
    (message,) = sandbox.sent_to("ana")
    assert str(message.scheduled_at) == "2031-01-31 09:00:00+00:00"

    post(sandbox, id, endpoint.path.replace("create", "delete"))
    assert sandbox.sent() == []
    assert messages_of(sandbox.sandbox)[0].hindrance == "its schedule was deleted"


@pytest.mark.parametrize(
    ("body", "hindrance"),
    [
        (to("ana", audience=IN_HUE), None),
        (to("ben", audience=IN_HUE), "not selected by the audience"),
        (to("eve"), "not among the profiles"),
        (to("eve", audience=IN_HUE), "not among the profiles"),
        (broadcast(audience=IN_HUE), None),
        (broadcast(), None),
        (broadcast(audience={"email_subscription_status": {"comparison": "is", "value": "opted_in"}}),
         "none of the profiles is selected"),
        (broadcast(audience=INVALID), "accepted, but Braze fails when it sends"),
        (to("ana", audience=INVALID), "accepted, but Braze fails when it sends"),
        # Who is named by anything else is not looked up, and taken to get it.
        ({"campaign_id": "c", "recipients": [{"user_alias": ALIAS}]}, None),
        ({"campaign_id": "c", "recipients": [
            {"external_user_id": "eve", "send_to_existing_only": False, "attributes": {"a": 1}}]}, None),
    ],
)  # fmt: skip
def test_what_keeps_a_message_from_going_out(body: dict[str, Any], hindrance: str | None) -> None:
    (message,) = told(body, profiles=PEOPLE)
    assert (message.hindrance or "").startswith(hindrance or "")
    assert (message.hindrance is None) == (hindrance is None)


def test_a_campaign_that_is_paused_sends_nothing() -> None:
    for path, body in ((SEND, to("ana")), ("/canvas/trigger/send", {**CANVAS, "broadcast": True})):
        settings = {"campaigns": {"welcome": "paused"}, "canvases": {"trial": "archived"}}
        (message,) = told(body, path, **settings)
        assert message.hindrance
        sandbox = braze(**settings)
        post(sandbox, body, path)
        sandbox.assert_nothing_sent()
        assert f"request 1 did not send {'campaign' if path == SEND else 'Canvas'}" in sandbox.log()
        assert message.hindrance in sandbox.log()


def test_without_profiles_everybody_who_is_named_gets_it() -> None:
    assert told(to("eve", audience=IN_HUE))[0].hindrance is None
    assert told(broadcast(audience=INVALID))[0].hindrance is not None


def test_in_strict_mode_an_invalid_audience_is_refused() -> None:
    assert told(broadcast(audience=INVALID), mode="strict") == []


@pytest.mark.parametrize(("fault", "count"), [("503", 0), ("no-connection", 0), ("lost-answer", 1), ("504-late", 1)])
def test_what_was_taken_counts_whatever_the_caller_was_told(fault: str, count: int) -> None:
    sandbox = braze()
    sandbox.fail_next(fault)
    post(sandbox, to("ana"))
    assert len(sandbox.sent()) == count
    post(sandbox, to("ana"))
    assert len(sandbox.sent()) == count + 1
