"""A plan as a value: what it is about, how long it holds, and what cannot be made one."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from audience_dsl import ConfigurationError, Settings
from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.diagnostics import PlanError
from audience_dsl.plans import Plan, make_plan
from audience_dsl.sender import Request, build_request, endpoint_for

from .samples import AUDIENCE, COMMON, DAY, KINDS, MADE, broadcast, forged, rich, run, whole


def request(**body: Any) -> Request:
    return build_request(body, endpoint=endpoint_for(body), audience_without_broadcast=True)


def plan_of(**body: Any) -> Plan:
    return make_plan([request(**body)], **COMMON)


# --- What it is about ---

MESSAGES = {"messages": {"email": {"app_id": "a", "from": "A <a@example.com>", "body": "x", "subject": "y"}}}
ONE = [{"external_user_id": "user-1"}]


@pytest.mark.parametrize(
    ("body", "is_broadcast", "is_entire", "without_broadcast"),
    [
        ({"campaign_id": "a", "broadcast": True}, True, True, False),
        ({"campaign_id": "a", "broadcast": True, "audience": AUDIENCE}, True, False, False),
        ({"campaign_id": "a", "audience": AUDIENCE}, True, False, True),
        ({"campaign_id": "a", "recipients": ONE}, False, False, False),
        ({"campaign_id": "a", "recipients": ONE, "audience": AUDIENCE}, False, False, False),
        ({"canvas_id": "a", "broadcast": True}, True, True, False),
        ({"campaign_id": "a", "broadcast": True, "schedule": {"time": "2026-12-01T09:00:00Z"}}, True, True, False),
        ({"broadcast": True, "segment_id": "s", **MESSAGES}, True, True, False),
        ({"external_user_ids": ["user-1"], **MESSAGES}, False, False, False),
        ({"campaign_id": "a", "schedule_id": "s", "schedule": {"time": "2026-12-01T09:00:00Z"}}, False, False, False),
    ],
)
def test_whom_it_is_about(body: dict[str, Any], is_broadcast: bool, is_entire: bool, without_broadcast: bool) -> None:
    plan = plan_of(**body)
    assert (plan.is_broadcast, plan.is_entire_segment) == (is_broadcast, is_entire)
    assert plan.audience_without_broadcast is without_broadcast
    assert plan.audience_json == body.get("audience")
    assert (plan.audience is None) == ("audience" not in body)


def test_a_run_is_no_broadcast() -> None:
    assert not run().is_broadcast
    assert not run().is_entire_segment
    assert run().audience_json == AUDIENCE
    assert run().requests == ()


def test_what_is_handed_out_changes_nothing() -> None:
    for kind in KINDS.values():
        plan = kind()
        before = plan.to_json()
        for each in (plan.template, plan.audience_json or {}, *(each.body for each in plan.requests)):
            each.clear()
        assert plan.to_json() == before


def test_the_digest_is_of_everything_else() -> None:
    plan = rich()
    others = [
        rich(source="other.toml"),
        rich(made_by="Bob"),
        rich(made_at=MADE - timedelta(seconds=1)),
        rich(expires_at=MADE + 2 * DAY),
        rich(environment="production", base_url="https://rest.iad-01.braze.com"),
        rich(base_url="https://rest.iad-01.braze.com"),
        rich(is_for_sandbox=True),
        rich(settings=Settings()),
        rich(settings_digest="ef" * 32),
        rich(parameters={}),
        rich(audience_title="x"),
        rich(preview=None),
        rich(notes=[]),
        forged(plan, made_with="99"),
        forged(plan, requests=plan.requests[:1]),
    ]
    assert len({plan.digest, *(each.digest for each in others)}) == len(others) + 1
    assert rich() == plan
    assert hash(rich()) == hash(plan)
    assert others[0] != plan
    assert plan != plan.digest


def test_the_text_is_the_same_everywhere() -> None:
    for kind in KINDS.values():
        text = kind().to_json()
        assert text == kind().to_json()
        assert text.endswith("}\n")
        assert list(json.loads(text))[:2] == ["format", "digest"]
        assert json.loads(text)["digest"] == kind().digest


def test_what_no_reader_sees_is_an_escape() -> None:
    text = whole(made_by="\u202eAna\u200b \x7f \U000e0041", source="é 日 😀").to_json()
    assert all(each.isprintable() or each == "\n" for each in text)
    assert "é 日 😀" in text
    assert json.loads(text)["made_by"] == "\u202eAna\u200b \x7f \U000e0041"


def test_it_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(rich())) == rich()


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        broadcast().source = "other"  # type: ignore[misc]


def test_its_representation_is_short() -> None:
    assert repr(broadcast()) == f"<Plan POST /campaigns/trigger/send, 1 request, sha256 {broadcast().digest[:12]}>"
    assert "a run of 12,841" in repr(run())


# --- Time ---


@pytest.mark.parametrize("after", [timedelta(), timedelta(hours=1), DAY - timedelta(seconds=1), -timedelta(minutes=5)])
def test_it_holds(after: timedelta) -> None:
    broadcast().check_time(MADE + after)


@pytest.mark.parametrize(
    ("after", "said"), [(DAY, "expired at 2026-11-25T18:00:00Z"), (-timedelta(minutes=6), "was made at 2026-11-24T18")]
)
def test_it_does_not_hold(after: timedelta, said: str) -> None:
    with pytest.raises(PlanError, match=said) as caught:
        broadcast().check_time((MADE + after).astimezone(timezone(timedelta(hours=7))))
    assert caught.value.code == "AUD841"


def test_an_instant_has_an_offset() -> None:
    with pytest.raises(ConfigurationError):
        broadcast().check_time(MADE.replace(tzinfo=None))


# --- Made ---


def test_times_count_to_the_second_in_utc() -> None:
    zone = timezone(timedelta(hours=7))
    plan = whole(made_at=datetime(2026, 11, 25, 1, 0, 0, 999_999, tzinfo=zone))
    assert plan.made_at == MADE
    assert plan.made_at.tzinfo is UTC


class _City(Enum):
    PORTO = "porto"


def test_parameters_are_written_as_json_has_them() -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    given = {"a": Decimal("1.50"), "b": instant, "c": instant.date(), "d": (1, _City.PORTO), "e": float("inf")}
    assert json.loads(whole(parameters=given).to_json())["parameters"] == {
        "a": "1.50",
        "b": "2026-01-01T00:00:00+00:00",
        "c": "2026-01-01",
        "d": [1, "porto"],
        "e": "inf",
    }


def test_names_of_files_may_be_what_utf_8_cannot_carry() -> None:
    assert whole(source="x\udcff.toml").source == "x\\udcff.toml"


def test_where_no_text_is_there_the_reason_is() -> None:
    audience = {"custom_attribute": {"custom_attribute_name": "a", "comparison": "equals", "value": "your_value"}}
    many = {
        "custom_attribute": {
            "custom_attribute_name": "a",
            "comparison": "is_any_of",
            "value": [str(number) for number in range(100_001)],
        }
    }
    for each in (audience, many):
        plan = plan_of(campaign_id="a", broadcast=True, audience=each)
        assert plan.audience is not None
        assert (plan.audience.text is None) != (plan.audience.reason is None)
    assert plan.audience is not None
    assert plan.audience.reason == "the list has 100,001 items, and the limit is 100,000"
    assert plan.audience.explanation is not None


@pytest.mark.parametrize(
    "given",
    [
        {"requests": []},
        {"requests": [request(campaign_id="a", broadcast=True), request(canvas_id="a", broadcast=True)]},
        {
            "requests": [
                request(campaign_id="a", broadcast=True),
                request(campaign_id="a", broadcast=True, audience=AUDIENCE),
            ]
        },
        {"endpoint": ENDPOINTS["messages-send"]},
        {"expires_at": MADE},
        {"made_at": MADE.replace(tzinfo=None)},
        {"expires_at": (MADE + DAY).replace(tzinfo=None)},
        {"base_url": "EU-99"},
        {"base_url": "https://rest.iad-01.braze.com", "is_for_sandbox": True},
        {"environment": "production"},
        {"run": run().run},
        {"run": run().run, "requests": []},
    ],
)
def test_what_makes_no_plan(given: dict[str, Any]) -> None:
    given = {"requests": [request(campaign_id="a", broadcast=True)], **COMMON, **given}
    with pytest.raises(ConfigurationError) as caught:
        make_plan(given.pop("requests"), **given)
    assert caught.value.help


def test_an_instance_by_name_is_its_base_url() -> None:
    assert whole(base_url="EU-01").base_url == "https://rest.fra-01.braze.eu"
