"""What the sandbox's tests share: a still clock, requests, and the endpoint page's own example."""

import json
from pathlib import Path
from typing import Any

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


def filter_on(comparison: str, value: object, name: str = "is_member") -> dict[str, Any]:
    clause = {"custom_attribute_name": name, "comparison": comparison, "value": value}
    return {"custom_attribute": clause}


def limits(answer: SandboxResponse) -> tuple[str | None, ...]:
    return tuple(answer.header(f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Reset"))
