"""The log of a sandbox, read as messages: what each request sends to whom, and what keeps it from a user."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..braze_api import ENDPOINTS_BY_PATH, IDENTIFIERS, PROPERTIES_FIELDS, Endpoint
from ..decompiler import decompile
from ..diagnostics import RequestError, cut, quoted
from ..recipients.identity import identity_of
from ..report.display import clean
from ..sandbox import LogEntry, Sandbox, WhyError
from ..sandbox.targets import recipients_of
from ..sandbox.workspace import Schedule
from ..settings import Settings

__all__ = ["LINE_AT_MOST", "Message", "as_json", "audience_text", "is_known", "messages_of", "named", "reaches", "told"]

# An audience without a text is shown as JSON, up to so many characters.
_JSON_AT_MOST = 500
# In a line: characters, and users that several messages differ by.
LINE_AT_MOST = 300
USERS_AT_MOST = 5

# What `Reach` says of a recipient that gets nothing. Who is not looked up, or cannot be judged, is taken to get it.
_HINDRANCES = {
    "not selected": "not selected by the audience",
    "unknown": "not among the profiles, and a user who is not there gets nothing",
}


class Message:
    """What one request sends to one user, or to all whom a broadcast reaches.

    `to` is the user as the request names them, None for a broadcast; `user` is their `external_user_id`, where it names
    them so. `campaign` and `canvas` are ids, `endpoint` is the path, and `request` its number in the log. `properties`
    are the values for the message, those for all and over them those for the user: `trigger_properties`, or `context`
    of a Canvas. `attributes` are those that the request writes to the user before. `audience` is the audience as text
    of the language, and `audience_json` as it was sent; None where there is none. `scheduled_at` is when it goes out,
    None for at once. `body` is the whole request.

    `hindrance` says in words why the message does not go out, though its request was accepted; None where it does.
    """

    __slots__ = (
        *("attributes", "audience_json", "body", "campaign", "canvas", "dispatch_id", "endpoint", "hindrance"),
        *("properties", "request", "scheduled_at", "to"),
    )

    def __init__(
        self,
        entry: LogEntry,
        endpoint: Endpoint,
        body: dict[str, Any],
        recipient: Mapping[str, Any] | None,
        *,
        scheduled_at: datetime | None,
        hindrance: str | None,
    ) -> None:
        own: Mapping[str, Any] = recipient or {}
        self.request = entry.number
        self.endpoint = entry.path
        self.body = body
        self.dispatch_id = entry.dispatch_id
        self.campaign: str | None = body.get("campaign_id")
        self.canvas: str | None = body.get("canvas_id")
        self.to = None if recipient is None else {key: own[key] for key in IDENTIFIERS if key in own}
        self.properties: dict[str, Any] = {**_properties(body), **_properties(own)}
        self.attributes: dict[str, Any] = dict(own.get("attributes") or {})
        self.audience_json: Any = body.get(endpoint.audience_field or "")
        self.scheduled_at = scheduled_at
        self.hindrance = hindrance

    @property
    def user(self) -> str | None:
        return None if self.to is None else self.to.get("external_user_id")

    @property
    def is_broadcast(self) -> bool:
        return self.to is None

    @property
    def audience(self) -> str | None:
        return None if self.audience_json is None else audience_text(self.audience_json)

    def __repr__(self) -> str:
        return f"<Message: {told(self)}>"


def told(*messages: Message) -> str:
    """A message in a line, without its audience; or several that differ by their users alone."""
    message = messages[0]
    users = [named(each.to) for each in messages[:USERS_AT_MOST] if each.to is not None]
    if len(messages) > USERS_AT_MOST:
        users[-1] += f" and {len(messages) - USERS_AT_MOST:,} more"
    words = f"{_thing(message)} {'to ' + ', '.join(users) if users else 'as a broadcast'}"
    if message.properties:
        words += f", properties {as_json(message.properties)}"
    if message.scheduled_at is not None:
        words += f", scheduled for {message.scheduled_at.isoformat().replace('+00:00', 'Z')}"
    return clean(words, at_most=LINE_AT_MOST)


def named(to: Mapping[str, Any]) -> str:
    """A user in words: by external id in backticks, by anything else with what that is."""
    if "external_user_id" in to:
        return quoted(str(to["external_user_id"]))
    return ", ".join(
        f"{key} {quoted(value) if isinstance(value, str) else as_json(value)}" for key, value in to.items()
    )


def messages_of(sandbox: Sandbox) -> list[Message]:
    """The messages of all requests that were accepted, in their order; those that do not go out have a hindrance."""
    failures = {each.number: each.findings[0].message for each in sandbox.activity if each.findings}
    schedules = {each.id: each for each in sandbox.schedules}
    return [
        message
        for entry in sandbox.requests
        if (entry.accepted or entry.notice is not None) and entry.path in ENDPOINTS_BY_PATH
        for message in _messages(entry, schedules, failures.get(entry.number))
    ]


def reaches(sandbox: Sandbox, message: Message, user: str) -> bool:
    """Whether a broadcast goes to this user, as far as profiles tell; without any, it goes to nobody by name."""
    entry = sandbox.find(message.request)
    if entry is None or entry.reach is None or message.hindrance is not None:
        return False
    if entry.reach.target == "everyone":
        return is_known(sandbox, user)
    try:
        return sandbox.why(message.request, user)[0].selected
    except WhyError:
        return False


def is_known(sandbox: Sandbox, user: str) -> bool:
    """Whether the user is among the profiles."""
    return any(profile.id == user for profile in sandbox.profiles)


def audience_text(value: object) -> str:
    """A connected audience in the language; as JSON where it has no text."""
    try:
        return decompile(value, name=None, catalog=None, settings=Settings()).text.strip()
    except RequestError:
        return cut(as_json(value), _JSON_AT_MOST)


def _thing(message: Message) -> str:
    if message.campaign is not None:
        return f"campaign {quoted(message.campaign)}"
    if message.canvas is not None:
        return f"Canvas {quoted(message.canvas)}"
    return f"a message of {message.endpoint}"


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)


def _messages(entry: LogEntry, schedules: Mapping[str, Schedule], failure: str | None) -> Iterator[Message]:
    endpoint = ENDPOINTS_BY_PATH[entry.path]
    if not endpoint.audience_field:
        return
    body = entry.body
    recipients = {identity_of(each): each for each in recipients_of(endpoint, body)}
    reach = entry.reach
    standings = {} if reach is None else {identity_of(each.who): each.standing for each in reach.recipients}
    schedule = schedules.get(entry.schedule_id or "")
    common = entry.notice
    if common is None and entry.schedule_id is not None and schedule is None:
        common = "its schedule was deleted"
    if common is None and failure is not None:
        common = f"accepted, but Braze fails when it sends: {failure}"
    if common is None and not recipients and reach is not None and reach.selected == 0 and not reach.undecided:
        common = "none of the profiles is selected" if reach.of else "there are no profiles"
    at = None if schedule is None or schedule.at is None else datetime.fromtimestamp(schedule.at, UTC)
    for identity, recipient in recipients.items() or [("", None)]:
        hindrance = common or _HINDRANCES.get(standings.get(identity, ""))
        yield Message(entry, endpoint, body, recipient, scheduled_at=at, hindrance=hindrance)


def _properties(values: Mapping[str, Any]) -> dict[str, Any]:
    return next((dict(values[field]) for field in PROPERTIES_FIELDS if values.get(field)), {})
