"""Fields of a request that a table of TOML above them has taken in.

    campaign_id = "c"
    broadcast = true
    [trigger_properties]
    city = "Huế"
    audience = { file = "storm.audience" }     no audience, but a value for the message

Sent as it stands, this would reach everyone. Whoever means it so writes `trigger_properties = { … }`.
"""

from collections.abc import Iterator
from typing import Any

from ..source import Source
from ..toml_text import KeyPath, TomlPlaces

__all__ = ["taken_in"]

# What decides who gets the message and when, with the kinds of value that it has.
_DECIDING: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("audience", "custom_audience", "schedule"), (dict,)),
    **dict.fromkeys(("external_user_ids", "user_aliases"), (list,)),
    "recipients": (list, dict),
    "broadcast": (bool,),
    **dict.fromkeys(("segment_id", "recipient_subscription_state", "campaign_id", "canvas_id"), (str,)),
}
# A request that says what is sent may have another's identifier among its values.
_SUBJECTS = ("campaign_id", "canvas_id", "campaign", "canvas")
# Tables with keys of the user's own; in others such a field is an unknown one.
_OPEN = (
    *("trigger_properties", "context", "canvas_entry_properties", "messages"),
    *("activity_attributes", "content_state", "notification"),
)
_OPEN_OF_RECIPIENT = ("attributes", "trigger_properties", "context", "canvas_entry_properties")


def taken_in(source: Source, document: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """The path of each such field, and the name of the table, as in `messages.email`."""
    given = {*document, *(_SUBJECTS if any(name in document for name in _SUBJECTS) else ())}
    found = [path for path in _candidates(document) if path[-1] not in given]
    places = TomlPlaces(source) if found else None
    for path in found:
        table = None if places is None else places.of(*path[:-1])
        # A table in braces, or a name with dots, is no accident.
        if table is not None and source.text[table.start] == "[":
            yield path, ".".join(each for each in path[:-1] if isinstance(each, str))


def _candidates(document: dict[str, Any]) -> Iterator[KeyPath]:
    pending: list[tuple[KeyPath, Any]] = [((name,), document.get(name)) for name in _OPEN]
    recipients = document.get("recipients")
    for index, recipient in enumerate(recipients if isinstance(recipients, list) else ()):
        if isinstance(recipient, dict):
            pending += [(("recipients", index, name), recipient.get(name)) for name in _OPEN_OF_RECIPIENT]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            for key, member in value.items():
                if isinstance(member, _DECIDING.get(key, ())):
                    yield (*path, key)
                pending.append(((*path, key), member))
        elif isinstance(value, list):
            pending += [((*path, index), member) for index, member in enumerate(value)]
