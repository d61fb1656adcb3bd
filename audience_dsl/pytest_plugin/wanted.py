"""What a test asks for: which messages it means, and in what another message differs."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from ..api import Audience, compile
from ..audience.read import read
from ..diagnostics import RequestError, cut, quoted
from ..filters import Filter
from ..sandbox import Sandbox
from .messages import Message, as_json, audience_text, named, reaches

__all__ = ["AudienceLike", "User", "Wanted"]

# A user by `external_user_id`, or as a request names them: `{"email": "…"}`.
User: TypeAlias = str | Mapping[str, Any]
# A text of the language, an audience that was compiled, or connected audience JSON.
AudienceLike: TypeAlias = str | Audience | Mapping[str, Any]

# Characters of the audience that a sentence repeats.
_AUDIENCE_AT_MOST = 120


class Wanted:
    """The messages that have all of what is given; None is anything.

    `properties` may leave out some that the message has. Raises CompileError for an audience with errors.
    """

    __slots__ = ("_audience", "_filter", "broadcast", "campaign", "canvas", "endpoint", "properties", "to", "user")

    def __init__(
        self,
        to: User | None,
        campaign: str | None,
        canvas: str | None,
        endpoint: str | None,
        properties: Mapping[str, Any] | None,
        audience: AudienceLike | None,
        broadcast: bool | None,
    ) -> None:
        if not isinstance(to, str | Mapping | None):
            raise TypeError(f"a user is an `external_user_id`, which is a text, or a mapping, and not {to!r}")
        self.to = {"external_user_id": to} if isinstance(to, str) else to
        self.user = None if self.to is None else self.to.get("external_user_id")
        self.campaign = campaign
        self.canvas = canvas
        self.endpoint = endpoint
        self.properties = properties
        self.broadcast = broadcast
        compiled = compile(audience) if isinstance(audience, str) else audience
        self._audience = compiled.to_dict() if isinstance(compiled, Audience) else compiled
        self._filter = None if self._audience is None else _filter(self._audience)

    def is_for(self, sandbox: Sandbox, message: Message) -> bool:
        """Whether the message goes to the user, by name or in a broadcast."""
        if self.to is None:
            return True
        if message.to is not None:
            return all(message.to.get(key) == value for key, value in self.to.items())
        return self.user is not None and reaches(sandbox, message, self.user)

    def is_of(self, message: Message) -> bool:
        """Whether the message is of the campaign, or the Canvas."""
        return self.campaign in (None, message.campaign) and self.canvas in (None, message.canvas)

    def differences(self, message: Message) -> list[str]:
        """In what else the message is another one, whoever gets it."""
        found: list[str] = []
        if self.endpoint not in (None, message.endpoint):
            found.append(f"the endpoint is {quoted(message.endpoint)}, not {quoted(str(self.endpoint))}")
        if self.broadcast is not None and message.is_broadcast != self.broadcast:
            found.append("it is a broadcast" if message.is_broadcast else "it names its users, and is no broadcast")
        for key, wanted in (self.properties or {}).items():
            if key not in message.properties:
                found.append(f"there is no property {quoted(key)}")
            elif not _same(message.properties[key], wanted):
                found.append(f"property {quoted(key)} is {as_json(message.properties[key])}, not {as_json(wanted)}")
        if self._audience is not None and not self._has_audience(message):
            found.append("there is no audience" if message.audience_json is None else "the audience is another")
        return found

    def words(self) -> str:
        """As in ``to `user-1` by campaign `welcome`, with properties {"a": 1}``; empty for any message at all."""
        parts = [] if self.to is None else [f"to {named(self.to)}"]
        parts += [
            f"by {what} {quoted(wanted)}"
            for what, wanted in (("campaign", self.campaign), ("Canvas", self.canvas), ("endpoint", self.endpoint))
            if wanted is not None
        ]
        if self.broadcast is not None:
            parts.append("as a broadcast" if self.broadcast else "to named users")
        if self.properties is not None:
            parts.append(f"with properties {as_json(self.properties)}")
        if self._audience is not None:
            parts.append(f"with the audience {cut(' '.join(audience_text(self._audience).split()), _AUDIENCE_AT_MOST)}")
        return " ".join(parts)

    def _has_audience(self, message: Message) -> bool:
        if message.audience_json is None:
            return False
        if self._filter is None:
            return _same(message.audience_json, self._audience)
        return _filter(message.audience_json) == self._filter


def _filter(audience: Any) -> Filter | None:
    """None for an audience that is invalid, which a test may have meant to send."""
    try:
        return read(audience)
    except RequestError:
        return None


def _same(one: object, other: object) -> bool:
    # As JSON, to which `True` is not `1`, as it is to Python.
    return json.dumps(one, sort_keys=True, default=repr) == json.dumps(other, sort_keys=True, default=repr)
