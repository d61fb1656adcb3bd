"""What is sent besides whom it reaches and when: every field of the bodies, and what the recipients bring with them.

It is made of what the bodies have, and not of what is known of them: no field goes out that no row is about. A value
that is cut says how long it is.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from ..braze_api import IDENTIFIERS
from ..diagnostics import counted
from ..explaining.wording import Words, code, joined, say, shown_value
from ..sender.bodies.fields import properties_fields
from .brought import ATTRIBUTES, CREATES, brought_by
from .plan import Plan

__all__ = ["alarms_of", "rows_of"]

_SHOWN_AT_MOST: Final = 20
# What the pieces of sentences cut names and values to, so that a longer one is known to be cut.
_TEXT_AT_MOST: Final = 250
# Fields that other rows tell of, beside those of the endpoint.
_TOLD: Final = ("broadcast", "schedule", "schedule_id")
# Fields that make it reach more than a reader would think, with the value that does, and what is said then.
_WIDENING: Final[tuple[tuple[str, object, str], ...]] = (
    ("recipient_subscription_state", "all", "IT REACHES USERS WHO HAVE UNSUBSCRIBED, by {}."),
    ("override_frequency_capping", True, "IT PASSES OVER FREQUENCY CAPPING, by {}."),
    ("override_messaging_limits", True, "IT PASSES OVER THE LIMITS OF MESSAGES, by {}."),
)


def alarms_of(plan: Plan) -> list[Words]:
    """What happens to more users, or to more of them, than getting a message, and must not be overlooked."""
    body = plan.template
    found = [say(text, code(name)) for name, value, text in _WIDENING if body.get(name) == value]
    brought, noun = _brought(plan)
    if ATTRIBUTES in brought:
        start = f"{ATTRIBUTES}."
        names = [name.removeprefix(start) for name in brought if name.startswith(start)]
        if names:
            those = joined([code(name) for name in names[:_SHOWN_AT_MOST]], ", ")
            rest = len(names) - _SHOWN_AT_MOST
            more = f" and {rest:,} more" if rest > 0 else ""
            of = _those(brought[ATTRIBUTES], noun)
            found.append(say(f"IT WRITES INTO THE PROFILES of {of}: {{}}{more}.", those))
    if CREATES in brought:
        found.append(say(f"IT CREATES USERS, for those of {_those(brought[CREATES], noun)} whom Braze does not know."))
    return found


def rows_of(plan: Plan) -> list[tuple[str, Words]]:
    """Whom it names, what they bring, and all fields that no other row tells of, each by its label."""
    rows = [("Users", words) for words in _users(plan)]
    brought, noun = _brought(plan)
    rows += [("They have", words) for words in _first(brought, lambda name, n: _field(name, n, noun))]
    if plan.run is not None:
        columns = plan.run.mapping
        rows += [("Column", words) for words in _first(columns, lambda name, to: say("{} is {}", code(name), code(to)))]
    body = plan.template
    properties = [name for name in properties_fields(plan.endpoint) if isinstance(body.get(name), dict)]
    for name in properties:
        rows += [("Property", words) for words in _members(body[name])]
    messages = body.get("messages")
    if isinstance(messages, dict):
        rows += [("Message", words) for words in _members(messages)]
    told = {*_TOLD, *plan.endpoint.users_fields, plan.endpoint.id_field, plan.endpoint.audience_field, *properties}
    others = {name: value for name, value in body.items() if name not in told and name != "messages"}
    rows += [("Field", words) for words in _members(others)]
    rows += [("Parameter", words) for words in _members({f"${name}": each for name, each in plan.parameters.items()})]
    return rows


def _brought(plan: Plan) -> tuple[Mapping[str, int], str]:
    """How many have which field, and what they are counted in."""
    if plan.run is not None:
        return plan.run.fields, "line"
    return brought_by(each for field, each in _named(plan) if field == "recipients"), "recipient"


def _those(count: int, noun: str) -> str:
    return counted(count, noun) if noun == "recipient" else f"the recipients of {counted(count, noun)}"


def _field(name: str, count: int, noun: str) -> Words:
    return say(f"{{}}: {counted(count, noun)}", code(name))


def _named(plan: Plan) -> Iterator[tuple[str, Any]]:
    """All that are named in all bodies, with the field that they are named in."""
    for request in plan.requests:
        body = request.body
        for field in plan.endpoint.users_fields:
            for each in body.get(field, ()):
                yield field, each


def _users(plan: Plan) -> list[Words]:
    """The first of those whom the bodies name, and how many more there are."""
    shown = [_identified(each) for _, each in islice(_named(plan), _SHOWN_AT_MOST)]
    if not shown:
        return []
    rest = sum(1 for _ in _named(plan)) - _SHOWN_AT_MOST
    return [joined(shown, ", ") + (f" and {rest:,} more" if rest > 0 else "")]


def _identified(user: Any) -> Words:
    if isinstance(user, str):
        return code(user)
    found = next((user[name] for name in IDENTIFIERS if name in user), user)
    if isinstance(found, dict):
        return code(f"{found.get('alias_label', '')}: {found.get('alias_name', '')}")
    return code(str(found))


def _members(members: Mapping[str, Any]) -> list[Words]:
    return _first(members, lambda name, value: say("{} = {}", code(name), _value(value)))


def _first(members: Mapping[str, Any], said: Callable[[str, Any], Words]) -> list[Words]:
    """As many as a page has room for, and how many more there are."""
    shown = [said(name, value) for name, value in islice(members.items(), _SHOWN_AT_MOST)]
    rest = len(members) - _SHOWN_AT_MOST
    return [*shown, say(f"and {rest:,} more")] if rest > 0 else shown


def _value(value: Any) -> Words:
    if isinstance(value, list) and all(not isinstance(each, (dict, list)) for each in value):
        shown = joined([_value(each) for each in value[:_SHOWN_AT_MOST]], ", ") if value else code("[]")
        rest = len(value) - _SHOWN_AT_MOST
        return shown + f" and {rest:,} more" if rest > 0 else shown
    if isinstance(value, (dict, list)):
        text = json.dumps(value, ensure_ascii=False)
        return code(text) + _length(text)
    if isinstance(value, str):
        return shown_value(value) + _length(value)
    return say("null") if value is None else shown_value(value)


def _length(text: str) -> str:
    """Of a text that is cut, how long it is."""
    return f", of {len(text):,} characters" if len(text) > _TEXT_AT_MOST else ""
