"""What the sandbox's tests share: a still clock, requests, and the endpoint page's own example."""

import json
from pathlib import Path
from typing import Any

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.sandbox import SANDBOX_KEY, Sandbox, SandboxRequest, SandboxResponse

PATH = "/campaigns/trigger/send"
# 2026-11-22T10:20:30.5Z: 20.5 minutes into the hour, 30.5 seconds into the minute.
NOW = 1_795_342_830.5
HOUR_ENDS = "1795345200"
MINUTE_ENDS = "1795342860"

AUDIENCE: dict[str, Any] = {
    "AND": [
        {
            "custom_attribute": {
                "custom_attribute_name": "eye_color",
                "comparison": "equals",
                "value": "blue",
            }
        },
        {"push_subscription_status": {"comparison": "is", "value": "opted_in"}},
    ]
}
TO_ONE: dict[str, Any] = {"campaign_id": "c-1", "recipients": [{"external_user_id": "u-1"}]}
TO_AUDIENCE: dict[str, Any] = {"campaign_id": "c-1", "broadcast": True, "audience": AUDIENCE}

LATER = {"time": "2026-12-24T18:00:00Z"}
TO_USER: dict[str, Any] = {"recipients": [{"external_user_id": "u-1"}]}
EMAIL: dict[str, Any] = {
    "messages": {"email": {"app_id": "app-1", "subject": "s", "from": "Hanoi <mail@example.com>", "body": "b"}}
}
# By the family of endpoints, what can be scheduled.
SCHEDULES = {
    "campaign-trigger": {"campaign_id": "c-1", **TO_USER},
    "canvas-trigger": {"canvas_id": "v-1", **TO_USER},
    "messages": {"external_user_ids": ["u-1"], **EMAIL},
}

# The body that the endpoint's page prints (braze-docs, post_send_triggered_campaigns.md).
PRINTED: dict[str, Any] = json.loads((Path(__file__).parents[1] / "cases" / "endpoint_page.json").read_text())


def sandbox(**settings: Any) -> Sandbox:
    return Sandbox(**{"clock": lambda: NOW, "seed": 7, **settings})


def request(
    body: object = None,
    *,
    raw: bytes | None = None,
    method: str = "POST",
    path: str = PATH,
    key: str | None = SANDBOX_KEY,
    content_type: str | None = "application/json",
) -> SandboxRequest:
    headers = []
    if key is not None:
        headers.append(("authorization", f"Bearer {key}"))
    if content_type is not None:
        headers.append(("content-type", content_type))
    return SandboxRequest(method, path, headers, json.dumps(body).encode() if raw is None else raw)


def post(to: Sandbox, body: object, **settings: Any) -> SandboxResponse:
    return to.handle(request(body, **settings))


def call(to: Sandbox, name: str, body: object) -> SandboxResponse:
    return post(to, body, path=ENDPOINTS[name].path)


def subject_of(family: str) -> dict[str, Any]:
    return {key: value for key, value in SCHEDULES[family].items() if key in ("campaign_id", "canvas_id")}


def scheduled(braze: Sandbox, family: str, **more: Any) -> str:
    answer = call(braze, f"{family}-schedule-create", {**SCHEDULES[family], "schedule": LATER, **more})
    assert answer.status == 201, answer.json()
    found: str = answer.json()["schedule_id"]
    return found


def filter_on(comparison: str, value: object, name: str = "is_member") -> dict[str, Any]:
    clause = {"custom_attribute_name": name, "comparison": comparison, "value": value}
    return {"custom_attribute": clause}


def limits(answer: SandboxResponse) -> tuple[str | None, ...]:
    return tuple(answer.header(f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Reset"))
