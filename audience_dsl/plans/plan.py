"""A plan, as one immutable value, and the text of its file: the same bytes for the same plan."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..braze_api import Endpoint
from ..diagnostics import CODES, PlanError, counted
from ..sender.bodies.text import as_json
from ..sender.requests import Request
from ..settings import Settings, check_instant

__all__ = [
    "FORMAT",
    "Plan",
    "PlannedAudience",
    "PlannedPreview",
    "PlannedRequest",
    "PlannedRun",
    "instant_text",
]

# Counted up when a key of the file changes what it means, or goes.
FORMAT: Final = 1
# Clocks of two machines differ by so much, and a plan is of this time all the same.
_CLOCKS_DIFFER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """A request as it will be sent: `request` is what goes over the wire."""

    request: Request

    @property
    def body(self) -> dict[str, Any]:
        """A new object each time."""
        return self.request.to_dict()

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes that are sent, in hexadecimal."""
        return self.request.digest

    def to_dict(self) -> dict[str, Any]:
        return {"digest": self.digest, "body": self.body}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAudience:
    """What a reader is shown of the audience in the bodies.

    `text` is the audience in its canonical form; where the language has none for it, it is None and `reason` says why.
    `explanation` is whom it selects, in plain English, or None where it has too many clauses. `title` is what it is
    called.
    """

    title: str | None
    text: str | None
    reason: str | None
    explanation: str | None

    def to_dict(self) -> dict[str, Any]:
        return {"title": self.title, "text": self.text, "reason": self.reason, "explanation": self.explanation}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPreview:
    """How many would be reached, counted when the plan was made: from `selected_least` to `selected_most` of `total`.

    `counted` is what there are `total` of, `profiles` or `recipients`. The profiles came from what is called
    `profiles`, were `profiles_age` seconds old, and `unreadable` of them could not be read.
    """

    selected_least: int
    selected_most: int
    total: int
    profiles: str
    profiles_age: int
    counted: str = "profiles"
    unreadable: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "selected_least": self.selected_least,
            "selected_most": self.selected_most,
            "total": self.total,
            "counted": self.counted,
            "profiles": self.profiles,
            "profiles_age": self.profiles_age,
            "unreadable": self.unreadable,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A request to all recipients of a file: the body without them, and which file it is.

    `recipients` is the file's name and `sha256` the digest of its bytes, `count` how many recipients it has, and
    `set_aside` how many lines of it cannot be sent to. `fields` says in how many lines recipients have which field, as
    `brought` counts them, and `mapping` which column is which field, as it was given.
    """

    template: dict[str, Any]
    recipients: str
    sha256: str
    count: int
    set_aside: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the template, in hexadecimal."""
        return hashlib.sha256(as_json(self.template)).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        return {
            "recipients": self.recipients,
            "sha256": self.sha256,
            "count": self.count,
            "set_aside": self.set_aside,
            "fields": dict(self.fields),
            "mapping": dict(self.mapping),
            "digest": self.digest,
            "template": self.template,
        }


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Plan:
    """What is to be sent, where, whom it reaches, who says so and until when. Made by `make_plan` and `read_plan`.

    All of `requests` go to one `endpoint`, and differ in the users that they name alone; where a file of recipients is
    sent to, there are none, and `run` has the body without them. `base_url` is None for the sandbox
    (`is_for_sandbox`), and where nobody has said where. `settings` are those that the audience is read under, and
    `settings_digest` stands for all that is settled where the plan was made. `source` is the name of the request's
    file, `parameters` are the values that it was given, `notes` the warnings that came with it.

    `digest` is the SHA-256 of everything else, in hexadecimal. It tells plans apart, and says nothing about who
    made them.
    """

    made_with: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    environment: str | None
    base_url: str | None
    is_for_sandbox: bool
    settings: Settings
    settings_digest: str
    source: str
    parameters: Mapping[str, Any]
    endpoint: Endpoint
    audience: PlannedAudience | None
    preview: PlannedPreview | None
    run: PlannedRun | None
    notes: tuple[str, ...]
    requests: tuple[PlannedRequest, ...]
    format: int = field(default=FORMAT, init=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(as_json(self._contents())).hexdigest())

    def __eq__(self, other: object) -> bool:
        # The digest stands for everything.
        return self.digest == other.digest if isinstance(other, Plan) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        what = counted(len(self.requests), "request") if self.run is None else f"a run of {self.run.count:,}"
        return f"<Plan POST {self.endpoint.path}, {what}, sha256 {self.digest[:12]}>"

    @property
    def is_broadcast(self) -> bool:
        """Whether something in it names no users, so that a segment or the campaign's target is reached."""
        return any(each.request.is_broadcast for each in self.requests)

    @property
    def is_entire_segment(self) -> bool:
        """Whether a broadcast in it has no audience, so that nothing narrows whom it reaches."""
        return any(each.request.is_entire_segment for each in self.requests)

    @property
    def audience_json(self) -> dict[str, Any] | None:
        """The audience as it is sent, the same in all bodies. A new object each time."""
        return self.template.get(self.endpoint.audience_field or "")

    @property
    def is_of_one_kind(self) -> bool:
        """Whether the requests differ in the users that they name alone, so that what is shown holds for all of them.

        Every plan is. Of two that name nobody, the second would reach the same users again.
        """
        if len(self.requests) == 1:
            return True
        users = {*self.endpoint.users_fields}
        bodies = [each.body for each in self.requests]
        same = {as_json({name: value for name, value in body.items() if name not in users}) for body in bodies}
        return len(same) <= 1 and all(users & body.keys() for body in bodies)

    @property
    def template(self) -> dict[str, Any]:
        """The body of the first request, or the one that all batches of a run share. A new object each time."""
        template: dict[str, Any] = json.loads(as_json(self.run.template)) if self.run else self.requests[0].body
        return template

    @property
    def audience_without_broadcast(self) -> bool:
        """Whether a body has an audience and neither users nor `broadcast: true`, on which Braze's pages disagree."""
        return self.is_broadcast and self.audience_json is not None and self.template.get("broadcast") is not True

    def check_time(self, now: datetime) -> None:
        """Raises PlanError where the plan is too old at this instant, or was made after it."""
        check_instant(now)
        if now >= self.expires_at:
            message = f"the plan expired at {instant_text(self.expires_at)}, and it is {instant_text(now)}"
            raise PlanError(CODES["plan-expired"], message, help="make a new plan, and have that approved")
        if self.made_at > now + _CLOCKS_DIFFER:
            message = f"the plan was made at {instant_text(self.made_at)}, and it is {instant_text(now)}"
            raise PlanError(CODES["plan-expired"], message, help="look at the clocks of both machines")

    def to_json(self) -> str:
        """The text of the plan's file, with a newline at its end: the same for the same plan, everywhere."""
        contents = self._contents()
        whole = {"format": contents.pop("format"), "digest": self.digest, **contents}
        text = json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2)
        return "\n".join(map(_seen, text.split("\n"))) + "\n"

    def _contents(self) -> dict[str, Any]:
        """Everything but the digest, in the order in which it is read."""
        return {
            "format": self.format,
            "made_with": self.made_with,
            "made_at": instant_text(self.made_at),
            "made_by": self.made_by,
            "expires_at": instant_text(self.expires_at),
            "environment": self.environment,
            "base_url": self.base_url,
            "is_for_sandbox": self.is_for_sandbox,
            "endpoint": self.endpoint.name,
            "source": self.source,
            "parameters": dict(self.parameters),
            "notes": list(self.notes),
            "audience": None if self.audience is None else self.audience.to_dict(),
            "preview": None if self.preview is None else self.preview.to_dict(),
            "settings": {
                "digest": self.settings_digest,
                "time_zone": self.settings.time_zone,
                "assume": dict(self.settings.assume),
            },
            "run": None if self.run is None else self.run.to_dict(),
            "requests": [each.to_dict() for each in self.requests],
        }


def instant_text(instant: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seen(line: str) -> str:
    """A line of JSON with all that no reader sees, or that turns letters around, as an escape of JSON."""
    if line.isprintable():
        return line
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)
