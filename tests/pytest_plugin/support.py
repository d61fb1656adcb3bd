"""What the plugin's tests share: a sandbox as a test has it in its hand, and requests to it."""

import json
from typing import Any

from audience_dsl.pytest_plugin.braze import BrazeSandbox
from audience_dsl.sandbox import SANDBOX_KEY, Sandbox, SandboxRequest

SEND = "/campaigns/trigger/send"
# 2026-11-22T10:20:30.5Z
NOW = 1_795_342_830.5

PEOPLE: list[dict[str, Any]] = [
    {"external_id": "ana", "custom_attributes": {"city": "Huế", "visits": 1}, "push_subscribe": "opted_in"},
    {"external_id": "ben", "custom_attributes": {"city": "Vinh", "visits": 9}, "push_subscribe": "unsubscribed"},
]
IN_HUE: dict[str, Any] = {"custom_attribute": {"custom_attribute_name": "city", "comparison": "equals", "value": "Huế"}}
# Braze accepts it, and fails on it when it sends.
INVALID: dict[str, Any] = {
    "custom_attribute": {"custom_attribute_name": "city", "comparison": "does_not_equal", "value": True}
}


def braze(**settings: Any) -> BrazeSandbox:
    return BrazeSandbox(Sandbox(**{"clock": lambda: NOW, "seed": 7, **settings}), SANDBOX_KEY)


def to(*users: str, **fields: Any) -> dict[str, Any]:
    return {"campaign_id": "welcome", "recipients": [{"external_user_id": user} for user in users], **fields}


def broadcast(**fields: Any) -> dict[str, Any]:
    return {"campaign_id": "storm", "broadcast": True, **fields}


def post(to: BrazeSandbox, body: object, path: str = SEND, *, key: str = SANDBOX_KEY) -> dict[str, Any]:
    """Through the core, so that a fault loses no answer on the way."""
    headers = [("Authorization", f"Bearer {key}"), ("Content-Type", "application/json")]
    response = to.sandbox.handle(SandboxRequest("POST", path, headers, json.dumps(body).encode()))
    return response.json() if response.body.startswith(b"{") else {}
