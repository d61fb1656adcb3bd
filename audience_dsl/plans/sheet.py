"""What a reviewer reads of a plan, in its order: every form shows this, and none adds to it.

All that it says is found in what will be sent, and not in the words that the plan's file has about it.
"""

import json
import shlex
from collections.abc import Sequence
from typing import Final

from .. import __version__
from ..braze_api import INSTANCES
from ..diagnostics import counted
from ..explaining import Explanation
from ..explaining.wording import Words, code, say, sentence
from ..report.display import shown, span_in_words
from ..sender.bodies.text import as_json
from .contents import alarms_of, rows_of
from .describing import explanation_of, text_of
from .plan import Plan, instant_text
from .wording import count_of, title_of, when_of, whole_target, whom_of

__all__ = ["APPLY", "AUDIENCE", "BODY", "NOTES", "UNEXPLAINED", "Body", "Sheet", "cut_alarm", "lines_behind"]

NOTES: Final = "Warnings"
AUDIENCE: Final = "The audience"
BODY: Final = "What is sent, exactly"
APPLY: Final = "To apply it"
UNEXPLAINED: Final = "It has more clauses than can be explained: read the body."
_NOTES_AT_MOST: Final = 20


class Body:
    """A body: what is said above it, and its JSON line by line."""

    __slots__ = ("heading", "lines")

    def __init__(self, heading: Words, lines: list[str]) -> None:
        self.heading = heading
        self.lines = lines


class Sheet:
    """`alarms` are what must not be overlooked, `reminders` what is good to know, and `rows` the facts by their labels.

    `command` is what applies it.

    `written` is the audience as text, or None, and then `reason` says why there is none.
    """

    __slots__ = (
        "alarms",
        "bodies",
        "command",
        "explanation",
        "has_audience",
        "notes",
        "reason",
        "reminders",
        "rows",
        "title",
        "written",
    )

    def __init__(self, plan: Plan, name: str) -> None:
        """`name` is what the plan's file is called."""
        audience = plan.audience_json
        text, self.reason = (None, None) if audience is None else text_of(audience, plan.settings)
        self.has_audience: bool = audience is not None
        self.title: Words = title_of(plan)
        self.alarms: list[Words] = _alarms(plan)
        self.reminders: list[Words] = _reminders(plan)
        self.rows: list[tuple[str, Words]] = _rows(plan)
        self.notes: list[str] = list(plan.notes[:_NOTES_AT_MOST])
        if len(plan.notes) > _NOTES_AT_MOST:
            self.notes.append(f"and {counted(len(plan.notes) - _NOTES_AT_MOST, 'more warning')}")
        self.written: list[str] | None = None
        if text is not None:
            self.written = [shown(line) for line in text.rstrip("\n").split("\n")]
        self.explanation: Explanation | None = None if audience is None else explanation_of(audience, plan.settings)
        self.bodies: list[Body] = _bodies(plan)
        self.command: str = _command(plan, name)


def _alarms(plan: Plan) -> list[Words]:
    alarms = []
    if plan.is_entire_segment:
        alarms.append(
            "BROADCAST WITHOUT ANY AUDIENCE. It reaches "
            + whole_target(plan.endpoint, plan.template)
            + ", and nothing in this plan narrows that. Whoever applies it has to add --entire-segment."
        )
    elif plan.is_broadcast:
        alarms.append(sentence(whom_of(plan) or say("BROADCAST")))
    if plan.base_url is None and not plan.is_for_sandbox:
        alarms.append(say("NOBODY HAS SAID WHERE IT GOES. Whoever applies the plan says so, unseen by its reviewers."))
    return alarms + alarms_of(plan)


def lines_behind(bodies: Sequence[Body], number: int) -> int:
    """How many lines there are in the bodies behind the first ones."""
    return sum(len(body.lines) for body in bodies[number:])


def cut_alarm(lines: int) -> Words:
    """For a form that has not all of the sheet: nobody should approve what they have not seen."""
    return say(f"NOT ALL OF IT IS SHOWN HERE: it is longer by {counted(lines, 'line')}, which the plan's file has.")


def _reminders(plan: Plan) -> list[Words]:
    reminders = []
    if plan.is_for_sandbox:
        reminders.append(say("A rehearsal: this plan is for the sandbox, and nothing of it leaves the machine."))
    if plan.made_with != __version__:
        other = code(plan.made_with)
        reminders.append(say(f"The plan was made with version {{}}, and is told here by version {__version__}.", other))
    return reminders


def _rows(plan: Plan) -> list[tuple[str, Words]]:
    rows = [("Where to", _where(plan)), ("Call", say("POST {}", code(plan.endpoint.path)))]
    reached = whom_of(plan)
    if reached is not None:
        rows.append(("Whom", reached))
    if plan.preview is not None:
        rows.append(("How many", count_of(plan.preview)))
    if plan.run is not None and plan.run.set_aside:
        rows.append(("Set aside", say(f"{counted(plan.run.set_aside, 'line')} that cannot be sent to")))
    if plan.run is not None:
        rows.append(("Recipients", say("{}, sha256 {}", code(plan.run.recipients), code(plan.run.sha256))))
    rows.append(("When", when_of(plan)))
    if plan.audience is not None and plan.audience.title is not None:
        rows.append(("Audience", code(plan.audience.title)))
    rows += rows_of(plan)
    life = span_in_words((plan.expires_at - plan.made_at).total_seconds())
    rows += [
        ("Request", say("{}, {}", code(plan.source), _size(plan))),
        ("Made", say(f"{_instant(instant_text(plan.made_at))} by {{}}", code(plan.made_by))),
        ("Expires", say(f"{_instant(instant_text(plan.expires_at))}, {life} after it was made")),
        ("Settings", code(plan.settings_digest)),
        ("Digest", code(plan.digest)),
    ]
    return rows


def _where(plan: Plan) -> Words:
    if plan.is_for_sandbox:
        where = say("the sandbox: nothing leaves the machine")
        return where if plan.environment is None else where + ", as the environment " + code(plan.environment)
    if plan.base_url is None:
        return say("nobody has said so yet")
    if plan.environment is None:
        return code(plan.base_url)
    return say("the environment {}, at {}", code(plan.environment), code(plan.base_url))


def _size(plan: Plan) -> Words:
    if plan.run is not None:
        return say("a request to each batch of recipients")
    size = sum(len(each.request.body) for each in plan.requests)
    return say(f"{counted(len(plan.requests), 'request')} of {counted(size, 'byte')}")


def _instant(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC"


def _bodies(plan: Plan) -> list[Body]:
    if plan.run is not None:
        size = len(as_json(plan.run.template))
        heading = say(f"The body without its recipients, {counted(size, 'byte')}, sha256 {{}}", code(plan.run.digest))
        return [Body(heading, _json_lines(plan.run.template))]
    found = []
    for number, each in enumerate(plan.requests, 1):
        which = "The body" if len(plan.requests) == 1 else f"Body {number:,} of {len(plan.requests):,}"
        heading = say(f"{which}, {counted(len(each.request.body), 'byte')}, sha256 {{}}", code(each.digest))
        found.append(Body(heading, _json_lines(each.body)))
    return found


def _json_lines(value: object) -> list[str]:
    return [shown(line) for line in json.dumps(value, ensure_ascii=False, indent=2).split("\n")]


def _command(plan: Plan, name: str) -> str:
    parts = ["audience", "send", "--plan", name]
    if plan.run is not None:
        parts += ["--recipients", plan.run.recipients]
    if plan.is_for_sandbox:
        parts.append("--sandbox")
    parts += ["--digest", plan.digest, "--yes"]
    if plan.is_entire_segment:
        parts.append("--entire-segment")
    if plan.environment is None and not plan.is_for_sandbox:
        # A plan does not decide by itself where a key goes.
        if plan.base_url is None:
            parts += ["--instance", "NAME"]
        elif plan.base_url not in INSTANCES.values():
            parts += ["--endpoint", plan.base_url]
    return shown(" ".join(map(shlex.quote, parts)))
