"""What a plan says in words: what is done, whom it reaches, and when it goes out.

Names and values that come from elsewhere are kept apart from plain words, so that each form shows them as such.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from ..braze_api import SUBJECTS, Endpoint
from ..diagnostics import counted
from ..explaining.wording import Words, code, say
from ..report.display import span_in_words
from .plan import Plan, PlannedPreview

__all__ = [
    "count_of",
    "subject_of",
    "title_of",
    "when",
    "when_of",
    "whole_target",
    "whom",
    "whom_of",
]

_ZONE: Final = re.compile(r"([Zz]|[+-][0-9]{2}:?[0-9]{2})$")
_NARROWED: Final = ", as far as they match the audience below"


def title_of(plan: Plan) -> Words:
    """What is done, as an order."""
    endpoint, body = plan.endpoint, plan.template
    subject = subject_of(endpoint, body)
    schedule = code(str(body.get("schedule_id", "")))
    if endpoint.kind == "schedule-update":
        return say("Change the schedule {} of {}", schedule, subject)
    if endpoint.kind == "schedule-delete":
        return say("Delete the schedule {} of {}", schedule, subject)
    if endpoint.kind == "live-activity":
        return say("Start {}", subject)
    if endpoint.kind == "send-id":
        return say("Make a send id for {}", subject)
    is_schedule = endpoint.kind == "schedule"
    if plan.is_broadcast:
        return say("Schedule a broadcast of {}" if is_schedule else "Broadcast {}", subject)
    return say("Schedule {}" if is_schedule else "Send {}", subject) + f" to {counted(_recipients(plan), 'recipient')}"


def subject_of(endpoint: Endpoint, body: Mapping[str, Any]) -> Words:
    """What is sent: a campaign, a Canvas, an activity; or messages that stand in the request itself."""
    field = endpoint.id_field or ""
    if field in SUBJECTS and body.get(field):
        return say(f"the {SUBJECTS[field]} {{}}", code(str(body[field])))
    return say("the messages of the request")


def whom_of(plan: Plan) -> Words | None:
    """Whom it reaches; None where it reaches nobody by itself."""
    if plan.run is None:
        return whom(plan.endpoint, plan.template, is_broadcast=plan.is_broadcast, count=_recipients(plan))
    words = say(f"{counted(plan.run.count, 'recipient')} of the file {{}}", code(plan.run.recipients))
    return words + _NARROWED if plan.audience_json is not None else words


def whom(endpoint: Endpoint, body: Mapping[str, Any], *, is_broadcast: bool, count: int) -> Words | None:
    """Whom a request reaches, of which `count` are named; None where it reaches nobody by itself."""
    filtered = (endpoint.audience_field or "") in body
    if endpoint.kind.startswith("schedule-") or endpoint.kind == "send-id":
        return None
    if not is_broadcast:
        named = say(counted(count, "recipient"))
        if "segment_id" in body:
            named += ", as far as they are in the segment " + code(str(body["segment_id"]))
        return named + _NARROWED if filtered else named
    if filtered and endpoint.properties_field is None and "segment_id" not in body:
        return say("BROADCAST: all users who match the audience below")
    end = ", who also match the audience below" if filtered else ", without any filter"
    return "BROADCAST: " + whole_target(endpoint, body) + end


def whole_target(endpoint: Endpoint, body: Mapping[str, Any]) -> Words:
    """Those whom a broadcast reaches where no audience narrows it."""
    if endpoint.properties_field is not None:
        return say(f"all users of the {SUBJECTS[endpoint.id_field or 'campaign_id']}'s own audience in the dashboard")
    if "segment_id" in body:
        return say("all users of the segment {}", code(str(body["segment_id"])))
    return say("all users")


def when_of(plan: Plan) -> Words:
    """When it goes out."""
    body = plan.template
    if plan.endpoint.kind == "send-id":
        return say("nothing goes out")
    if "schedule" not in body and plan.endpoint.kind == "schedule-update":
        return say("when it was scheduled for")
    return when(plan.endpoint, body) or say("as soon as the plan is applied")


def when(endpoint: Endpoint, body: Mapping[str, Any]) -> Words | None:
    """The instant of a schedule as it was written, and by whose clock that is; None where there is none."""
    if endpoint.kind == "schedule-delete":
        return say("no more: the schedule is deleted")
    schedule = body.get("schedule")
    if not isinstance(schedule, dict):
        return None
    instant = str(schedule.get("time", ""))
    if schedule.get("at_optimal_time") is True:
        return say("at {}, at each user's optimal time", code(instant[:10] or "its day"))
    if schedule.get("in_local_time") is True:
        return say("at {}, in each user's own time zone", code(instant))
    return say("at {}" + ("" if _ZONE.search(instant) else ", in UTC"), code(instant))


def _recipients(plan: Plan) -> int:
    return plan.run.count if plan.run else sum(each.request.recipient_count for each in plan.requests)


def count_of(preview: PlannedPreview) -> Words:
    """How many it was thought to reach, and what that rests on."""
    least, most = preview.selected_least, preview.selected_most
    count = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    age = span_in_words(preview.profiles_age)
    words = say(f"about {count} of {preview.total:,} {preview.counted}, by {{}}, {age} old", code(preview.profiles))
    if preview.unreadable:
        words += f"; {counted(preview.unreadable, 'profile')} could not be read"
    return words
