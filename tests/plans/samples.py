"""Plans to test with: one of each kind, and any plan at all, with hostile words in every field."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

import audience_dsl
from audience_dsl import Settings
from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.plans import Plan, PlannedPreview, PlannedRun, make_plan
from audience_dsl.sender import build_request, endpoint_for

__all__ = [
    "AUDIENCE",
    "COMMON",
    "DAY",
    "HOSTILE",
    "KINDS",
    "MADE",
    "broadcast",
    "forged",
    "plans",
    "rich",
    "run",
    "whole",
]

MADE = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAY = timedelta(days=1)
AUDIENCE = audience_dsl.compile('tier != "free" and (market in ["PT", "ES"] or spent > 1000)').to_dict()
COMMON: dict[str, Any] = {"source": "winback.toml", "made_by": "Ana", "made_at": MADE, "expires_at": MADE + DAY}


def broadcast(**more: Any) -> Plan:
    """A broadcast to an audience, in an environment."""
    body = {"campaign_id": "winback", "broadcast": True, "audience": AUDIENCE, "trigger_properties": {"city": "Porto"}}
    where = {"environment": "production", "base_url": "https://rest.fra-01.braze.eu"}
    return make_plan([build_request(body)], **{**COMMON, **where, "audience_title": "winback.audience", **more})


def whole(**more: Any) -> Plan:
    """A broadcast that nothing narrows, and of which nobody has said where it goes."""
    return make_plan([build_request({"campaign_id": "winback", "broadcast": True})], **{**COMMON, **more})


def run(**more: Any) -> Plan:
    """To a file of recipients."""
    planned = PlannedRun(
        template={"campaign_id": "winback", "audience": AUDIENCE},
        recipients="people.csv",
        sha256="ab" * 32,
        count=12_841,
        set_aside=3,
        fields={"email": 12_841, "attributes": 40, "attributes.tier": 40, "send_to_existing_only: false": 1},
        mapping={"Mail": "email"},
    )
    more = {**COMMON, "endpoint": ENDPOINTS["campaign-trigger-send"], "is_for_sandbox": True, **more}
    return make_plan(run=planned, **more)


def rich(**more: Any) -> Plan:
    """Everything that a plan can say, in two requests."""
    bodies = [
        {"campaign_id": "winback", "recipients": [{"external_user_id": user}], "audience": AUDIENCE}
        for user in ("user-1", "user-2")
    ]
    given: dict[str, Any] = {
        "settings": Settings(time_zone="Europe/Lisbon", assume={"greater_than.number.other": True}),
        "settings_digest": "cd" * 32,
        "parameters": {"city": "Porto", "days": 60, "markets": ["PT", "ES"], "vip": True, "none": None, "share": 0.5},
        "preview": PlannedPreview(
            selected_least=1, selected_most=2, total=2, counted="recipients", profiles="export.zip", profiles_age=7_200
        ),
        "notes": ["`town` is not in the catalogue"],
    }
    return make_plan([build_request(body) for body in bodies], **{**COMMON, **given, **more})


KINDS = {"broadcast": broadcast, "whole": whole, "run": run, "rich": rich}

HOSTILE = (
    "<script>alert(1)</script>",
    "</code></pre></details></td></table><img src=x onerror=alert(1)>",
    "```\n# head\n| a | b |\n~~~~\n</details>",
    "`",
    "a`b``c```d",
    " | cell | **bold** [a](javascript:alert(1)) ![x](http://example.com/x) @team #1 https://example.com",
    "line\nbreak\r\nand \u2028 more",
    "\x1b[31mred\x1b]0;title\x07 \x00 \x7f",
    "\u202eturned \u2066round\u2069 \u200b \ufeff",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "<!-- --> ]]> <![CDATA[",
    "\\` \\| \\",
)
TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WORDS = TEXTS.filter(lambda text: bool(text.strip()))
VALUES = TEXTS | st.booleans() | st.integers(-(10**6), 10**6) | st.none()


@st.composite
def _bodies(draw: st.DrawFn) -> dict[str, Any]:
    audience = {
        "AND": [
            {"custom_attribute": {"custom_attribute_name": f"n{draw(WORDS)}"[:200], "comparison": "equals", "value": v}}
            for v in draw(st.lists(WORDS, min_size=1, max_size=2))
        ]
    }
    body: dict[str, Any] = {"campaign_id": draw(WORDS), "trigger_properties": draw(st.dictionaries(TEXTS, VALUES))}
    if draw(st.booleans()):
        body["audience"] = audience
    if draw(st.booleans()):
        body["schedule"] = {"time": "2026-12-01T09:00:00", "in_local_time": draw(st.booleans())}
    if draw(st.booleans()):
        return {**body, "broadcast": True}
    attributes = draw(st.dictionaries(WORDS, TEXTS, max_size=2))
    return {**body, "recipients": [{"external_user_id": draw(WORDS), "attributes": attributes}]}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan, whose every text may be anything."""
    body = draw(_bodies())
    sandbox = draw(st.booleans())
    base_url = None if sandbox else draw(st.sampled_from([None, "https://rest.iad-01.braze.com", "http://localhost:1"]))
    preview = PlannedPreview(selected_least=1, selected_most=3, total=9, profiles=draw(TEXTS), profiles_age=90)
    return make_plan(
        [build_request(body, endpoint=endpoint_for(body))],
        source=draw(TEXTS),
        made_by=draw(TEXTS),
        made_at=MADE + timedelta(seconds=draw(st.integers(-(10**9), 10**9))),
        expires_at=datetime(2200, 1, 1, tzinfo=UTC),
        environment=draw(TEXTS) if base_url else None,
        base_url=base_url,
        is_for_sandbox=sandbox,
        parameters=draw(st.dictionaries(TEXTS, VALUES | st.lists(VALUES, max_size=2), max_size=3)),
        audience_title=draw(st.none() | TEXTS),
        preview=draw(st.none() | st.just(preview)),
        notes=draw(st.lists(TEXTS, max_size=2)),
    )


def forged(plan: Plan, **changed: Any) -> Plan:
    """The plan with other fields, and a digest that is right for them: what anybody can write who has this library."""
    import copy

    other = copy.copy(plan)
    for name, value in changed.items():
        object.__setattr__(other, name, value)
    other.__post_init__()
    return other
