"""What the page's tests share: a sandbox that has seen ten different requests, and one full of hostile text."""

import json
from typing import Any

from audience_dsl.sandbox import SANDBOX_KEY, Sandbox, SandboxRequest
from tests.sandbox.support import AUDIENCE, NOW, filter_on, sandbox

PATH = "/campaigns/trigger/send"
PEOPLE: list[dict[str, Any]] = [
    {"external_id": "user-blue", "eye_color": "blue", "push": "opted_in", "orders": 3},
    {"external_id": "user-brown", "eye_color": "brown", "push": "opted_in"},
    {"external_id": "user-quiet", "eye_color": "blue", "push": "unsubscribed"},
]
# What becomes markup, script or a template where somebody forgot that it is text.
HOSTILE = "<script>document.title='run'</script>\"'><img src=x onerror=alert(1)>{{7*7}}</pre></textarea><b>&amp;"


def send(to: Sandbox, body: object, path: str = PATH, *, key: str = SANDBOX_KEY, **headers: str) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"authorization": f"Bearer {key}", "content-type": "application/json", **headers}
    to.handle(SandboxRequest("POST", path, sent.items(), raw))


def with_ten_requests(**options: Any) -> Sandbox:
    """Accepted, failing later, refused, unauthorized, limited, faulty, scheduled, for a Canvas, for everyone."""
    made = sandbox(profiles=PEOPLE, limits={"broadcasts": 4}, enforce_limits=True, **options)
    to_audience = {"campaign_id": "winter-sale", "broadcast": True, "audience": AUDIENCE}
    send(made, to_audience)
    send(made, {"campaign_id": "order-shipped", "recipients": [{"external_user_id": "user-blue"}]})
    send(made, {"campaign_id": "winter-sale", "broadcast": True, "audience": filter_on("does_not_equal", True)})
    send(made, {"campaign_id": "winter-sale", "recipients": "user-blue", "brodcast": True})
    send(made, to_audience, key="another-key")
    made.switches.next("lost-answer")
    send(made, to_audience)
    later = {"time": "2030-01-31T09:00:00Z"}
    reminder = {"canvas_id": "reminder", "recipients": [{"external_user_id": "user-1"}], "schedule": later}
    send(made, reminder, "/canvas/trigger/schedule/create")
    send(
        made,
        {"canvas_id": "welcome", "broadcast": True, "audience": filter_on("greater_than", 2, "orders")},
        "/canvas/trigger/send",
    )
    send(made, {"campaign_id": "newsletter", "broadcast": True})
    send(made, to_audience)
    return made


def full_of(text: str) -> Sandbox:
    """The text in every place where somebody else's can stand."""
    people = [{"external_id": text, text: text, "eye_color": text}]
    made = sandbox(
        profiles=people, profiles_origin=text, campaigns={text: "active"}, keys={SANDBOX_KEY: None, text: ()}
    )
    audience = {"AND": [filter_on("equals", text, text or "x"), filter_on("equals", "blue", "eye_color")]}
    send(made, {"campaign_id": text, "broadcast": True, "audience": audience, "trigger_properties": {text: text}})
    send(made, {"campaign_id": text, "recipients": [{"external_user_id": text}], text: text})
    send(made, {"campaign_id": text, "broadcast": True, "audience": filter_on(text, text, text)})
    send(made, text.encode("utf-8", "surrogatepass"))
    send(made, {}, f"/{text}", key=text)
    made.handle(SandboxRequest(text, f"/{text}?{text}", [("content-type", text)], b""))
    # Whom it picks has the text for an id.
    send(made, {"campaign_id": "c", "broadcast": True, "audience": filter_on("equals", text, "eye_color")})
    later = {"time": "2030-01-31T09:00:00Z"}
    send(
        made,
        {"campaign_id": text, "recipients": [{"external_user_id": text}], "schedule": later},
        "/campaigns/trigger/schedule/create",
    )
    return made


__all__ = ["HOSTILE", "NOW", "PATH", "PEOPLE", "full_of", "send", "with_ten_requests"]
