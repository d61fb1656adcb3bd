"""What is known of one user: profiles as Braze exports them, plain flat ones, and rows of CSV.

The exported shape is that of Braze's user export (`/docs/api/endpoints/export/user_data/post_users_segment`). A
profile is read as exported when it has one of the fields that only an export has, and as flat otherwise.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from ..braze import STATUSES
from ..diagnostics import CODES, AudienceError, quoted, visible

__all__ = ["EXPORTED_FIELDS", "FLAT_FIELDS", "Profile", "ProfileError", "instant_of", "profile_of", "since_epoch"]

# A profile with one of these is an exported one.
EXPORTED_FIELDS = ("custom_attributes", "push_subscribe", "email_subscribe", "apps", "braze_id")
# What a flat profile says besides its attributes.
FLAT_FIELDS = ("external_id", "id", "push", "email", "last_used_app")
# New profiles start so, and an export leaves out what is empty (subscription_status page, D).
_DEFAULT_STATUS = "subscribed"

# The forms seen in exports. Python's `$` would let a line break follow.
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.:]([0-9]{1,9}))?)?(?: ?(?:Z|UTC|([+-])([0-9]{2}):?([0-9]{2})))?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A time beyond is stored as text (user_attributes_object, D).
_YEAR_AT_MOST = 3000


class ProfileError(AudienceError):
    """A profile that cannot be read. `help` is the way out; `line` is that of a text of several lines, from 1."""

    def __init__(self, message: str, help: str | None = None, *, line: int | None = None) -> None:
        self.kind = CODES["profile-unreadable"]
        self.message = visible(message)
        self.help = None if help is None else visible(help)
        self.line = line
        self.code = self.kind.code
        super().__init__(f"error[{self.code}]: {self.message}" + (f" (help: {self.help})" if help else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), line=self.line), (self.message, self.help)


class Profile:
    """One user. `push` and `email` are states of subscription, `last_used` is in microseconds since 1970, or None.

    `untyped` says that the attributes are texts whose types nobody wrote down, as in CSV.
    """

    __slots__ = ("attributes", "email", "id", "last_used", "push", "untyped")

    def __init__(
        self,
        attributes: Mapping[str, object],
        *,
        id: str | None = None,
        push: str = _DEFAULT_STATUS,
        email: str = _DEFAULT_STATUS,
        last_used: int | None = None,
        untyped: bool = False,
    ) -> None:
        self.id = id
        self.attributes = attributes
        self.push = push
        self.email = email
        self.last_used = last_used
        self.untyped = untyped


def profile_of(raw: object, *, untyped: bool = False) -> Profile:
    """A profile from a decoded JSON object, or from a row of CSV where `untyped`. Raises ProfileError."""
    # Asked one by one, since this is done for every profile of a large file.
    if type(raw) is not dict and not isinstance(raw, Mapping):
        raise ProfileError("a profile is an object, and this is none", "write one JSON object for each user")
    if not untyped and (
        "custom_attributes" in raw
        or "push_subscribe" in raw
        or "email_subscribe" in raw
        or "apps" in raw
        or "braze_id" in raw
    ):
        attributes = raw.get("custom_attributes")
        if attributes is None:
            attributes = {}
        elif type(attributes) is not dict and not isinstance(attributes, Mapping):
            raise ProfileError("`custom_attributes` is no object", "it holds the attributes by name")
        apps = raw.get("apps")
        return Profile(
            attributes,
            id=_id(raw.get("external_id") or raw.get("braze_id")),
            push=_status(raw, "push_subscribe"),
            email=_status(raw, "email_subscribe"),
            last_used=None if apps is None else _latest(apps),
        )
    used = raw.get("last_used_app")
    return Profile(
        {name: value for name, value in raw.items() if name not in FLAT_FIELDS},
        id=_id(raw.get("external_id") or raw.get("id")),
        push=_status(raw, "push"),
        email=_status(raw, "email"),
        last_used=None if used is None or used == "" else _used(used, "last_used_app"),
        untyped=untyped,
    )


def _id(value: object) -> str | None:
    if type(value) is str:
        return value or None
    return None if value is None or value == "" else _text(value)


def _text(value: object) -> str:
    """A value as a text, whatever it is: a number too long for digits and a list too deep have none of their own."""
    try:
        return str(value)
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _status(raw: Mapping[Any, object], field: str) -> str:
    value = raw.get(field)
    if type(value) is str and value in STATUSES:
        return value
    if value is None or value == "":
        return _DEFAULT_STATUS
    if isinstance(value, str) and value in STATUSES:
        return str.__str__(value)
    way = f"the states are {', '.join(STATUSES)}"
    if field == "email" and isinstance(value, str) and "@" in value:
        way = "in a flat profile `email` is the state of the subscription: leave the address out"
    raise ProfileError(f"`{field}` is {quoted(_text(value))}, which is no state of a subscription", way)


def _latest(apps: object) -> int | None:
    if not isinstance(apps, (list, tuple)):
        raise ProfileError(_NO_APPS, _APPS_WAY)
    latest: int | None = None
    for app in apps:
        if type(app) is not dict and not isinstance(app, Mapping):
            raise ProfileError(_NO_APPS, _APPS_WAY)
        value = app.get("last_used")
        if value is not None:
            used = _used(value, "last_used")
            if latest is None or used > latest:
                latest = used
    return latest


_NO_APPS = "`apps` is no list of objects"
_APPS_WAY = "it holds one object for each app, with `last_used`"


def _used(value: object, field: str) -> int:
    instant = instant_of(value) if isinstance(value, str) else since_epoch(value) if isinstance(value, date) else None
    if instant is None:
        raise ProfileError(f"`{field}` is {quoted(_text(value))}, which is no time", "write it in ISO 8601")
    return instant


def since_epoch(value: date) -> int:
    """Microseconds since 1970 of a datetime, in UTC where it has no offset, or of a date at midnight in UTC."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - its zone is the next line's
    if value.utcoffset() is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=65_536)
def instant_of(text: str) -> int | None:
    """Microseconds since 1970 of a time as profiles write it, or None where the text is no time.

    Without an offset it is in UTC, as Braze reads stored values (`/docs/user_guide/data/activation/custom_data/
    data_types`); what is finer than a microsecond is cut off.
    """
    # What exports write most of the time, the quick way. Some versions of Python take 24 for an hour.
    if len(text) == 24 and text[4:20:3] == "--T::." and text[23] == "Z" and text[11:13] != "24":
        with suppress(ValueError):
            quick = datetime.fromisoformat(text)
            return None if quick.year > _YEAR_AT_MOST else (quick - _EPOCH) // _MICROSECOND
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    if int(year) > _YEAR_AT_MOST or int(hours or 0) > 14 or int(minutes or 0) > 59:
        return None
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros, tzinfo=UTC
        )
    except ValueError:
        return None
    offset = (int(hours or 0) * 60 + int(minutes or 0)) * 60_000_000
    return (local - _EPOCH) // _MICROSECOND - (-offset if sign == "-" else offset)
