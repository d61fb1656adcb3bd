"""What became of a request, in words and for machines. Pure: no network, no clock.

accepted      Braze has it, and queued it; that says nothing about delivery, nor that anyone matched
rejected      Braze refused it; nothing was sent
rate_limited  Braze refused it for now; nothing was sent
not_sent      it never left
unknown       it may have arrived; nothing here sends it again
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ..braze_api import STATUS_MEANINGS

__all__ = [
    "ACCEPTED",
    "NOT_SENT",
    "OUTCOMES",
    "RATE_LIMITED",
    "REJECTED",
    "UNKNOWN",
    "Judgement",
    "RateLimit",
    "Receipt",
    "classify_response",
    "not_sent",
    "printable",
    "receipt_for",
    "unknown",
]

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
RATE_LIMITED: Final = "rate_limited"
NOT_SENT: Final = "not_sent"
UNKNOWN: Final = "unknown"
OUTCOMES: Final = (ACCEPTED, REJECTED, RATE_LIMITED, NOT_SENT, UNKNOWN)

# `message` of an accepted request: `queued` comes with a 202 during maintenance (/docs/api/errors).
_ACCEPTED_MESSAGES: Final = ("success", "queued")
# How much of what a server said is kept: characters of a text, levels of nesting.
_TEXT_AT_MOST: Final = 2_000
_LEVELS_AT_MOST: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Braze's `X-RateLimit-…` headers, None where absent or empty; `reset` is in seconds since 1970."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """An outcome, and everything the server said that bears on it.

    `reason` says what happened and what to do. `errors` are JSON values as Braze gave them. `retry_after` is
    in seconds, `request_id` is `X-Request-Id`.
    """

    outcome: str
    reason: str
    http_status: int | None = None
    dispatch_id: str | None = None
    send_id: str | None = None
    schedule_id: str | None = None
    message: str | None = None
    notice: str | None = None
    errors: tuple[Any, ...] = ()
    rate_limit: RateLimit | None = None
    retry_after: float | None = None
    request_id: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an accepted request should not hide: a notice, or errors beside the success."""
        if self.outcome != ACCEPTED:
            return ()
        found = []
        if self.notice is not None:
            found.append(f"Braze gave a notice, and may have sent nothing: {self.notice}")
        if self.errors:
            found.append(f"Braze reported errors ({len(self.errors)}) beside the success; see `errors`")
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Judgement):
    """What became of one request: the judgement, and which request it was.

    `digest` is that of the request, `endpoint` its path, `sent_at` and `finished_at` are the instants before
    and after the last attempt, of which there were `attempts`. `retry_at` is when a rate-limited request may go.
    `key` is the one under which a ledger has it. `replayed` says that a ledger knew the request as accepted, so that
    this is the receipt of then, and nothing was sent now.
    """

    digest: str
    endpoint: str
    sent_at: datetime
    finished_at: datetime
    attempts: int = 1
    retry_at: datetime | None = None
    key: str | None = None
    replayed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON values; instants are ISO 8601."""
        limit = self.rate_limit
        return {
            "outcome": self.outcome,
            "reason": self.reason,
            "warnings": list(self.warnings),
            "http_status": self.http_status,
            "dispatch_id": self.dispatch_id,
            "send_id": self.send_id,
            "schedule_id": self.schedule_id,
            "message": self.message,
            "notice": self.notice,
            "errors": json.loads(json.dumps(self.errors)),
            "rate_limit": limit and {"limit": limit.limit, "remaining": limit.remaining, "reset": limit.reset},
            "retry_after": self.retry_after,
            "request_id": self.request_id,
            "digest": self.digest,
            "endpoint": self.endpoint,
            "sent_at": self.sent_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "attempts": self.attempts,
            "retry_at": None if self.retry_at is None else self.retry_at.isoformat(),
            "key": self.key,
            "replayed": self.replayed,
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Receipt":
        """The receipt that `to_dict` gave."""
        # One that an earlier version kept may lack what has a default.
        kept = {field.name: said[field.name] for field in fields(cls) if field.name in said}
        kept["errors"] = tuple(kept.get("errors", ()))
        kept["rate_limit"] = kept.get("rate_limit") and RateLimit(**kept["rate_limit"])
        for name in ("sent_at", "finished_at", "retry_at"):
            kept[name] = kept.get(name) and datetime.fromisoformat(kept[name])
        return cls(**kept)


def receipt_for(judgement: Judgement, **which: Any) -> Receipt:
    """The receipt of a judgement; `which` are the fields that a receipt adds to it."""
    judged = {name: getattr(judgement, name) for name in _JUDGED}
    return Receipt(**judged, **which)


_JUDGED: Final = tuple(field.name for field in fields(Judgement))


def not_sent(what: str) -> Judgement:
    """The request never left; `what` says why."""
    return Judgement(
        outcome=NOT_SENT, reason=f"{what}; nothing was sent, so it is safe to send again once that is mended"
    )


def unknown(what: str, **seen: Any) -> Judgement:
    """The request may have arrived; `what` says why nobody knows."""
    return Judgement(
        outcome=UNKNOWN,
        reason=f"{what}; Braze may or may not have sent messages, so it is not sent again by itself: look at "
        "the campaign's analytics or the message activity log first",
        **seen,
    )


def classify_response(
    status: int,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    fault: str = "",
    scrub: Callable[[str], str] = str,
) -> Judgement:
    """The outcome of a request that got a status line.

    `body` is None where it could not be read, and `fault` then says why. `scrub` is applied to every text
    that is kept from the server. Raises nothing, whatever the server said.
    """
    by_name = {name.lower(): scrub(value) for name, value in headers.items()}
    said = _parse(body)
    message = said.get("message")
    if message is None:
        # Braze's answer to unreadable JSON has `error` in its place.
        message = said.get("error")
    errors = said.get("errors")
    seen: dict[str, Any] = {
        "http_status": status,
        "dispatch_id": _text(said.get("dispatch_id"), scrub),
        "send_id": _text(said.get("send_id"), scrub),
        "schedule_id": _text(said.get("schedule_id"), scrub),
        "message": _text(message, scrub),
        "notice": _text(said.get("notice"), scrub),
        "errors": tuple(_clean(each, scrub) for each in (errors if isinstance(errors, list) else [errors]))
        if errors
        else (),
        "rate_limit": _rate_limit(by_name),
        "retry_after": _retry_after(by_name),
        "request_id": _text(by_name.get("x-request-id"), scrub),
    }
    is_from_braze = isinstance(said.get("message"), str)
    if 200 <= status < 300 and is_from_braze and said["message"] in _ACCEPTED_MESSAGES:
        return Judgement(outcome=ACCEPTED, reason=_accepted(said["message"]), **seen)
    if status == 429:
        return Judgement(outcome=RATE_LIMITED, reason=_refused(status, seen, fault), **seen)
    if 400 <= status < 500 or (500 <= status < 600 and is_from_braze and status not in (502, 504)):
        return Judgement(outcome=REJECTED, reason=_refused(status, seen, fault), **seen)
    return unknown(_unclear(status, is_from_braze, fault), **seen)


def _accepted(message: str) -> str:
    if message == "queued":
        return "Braze is in maintenance and has queued the request; it goes out later"
    return "Braze accepted and queued the request; that says nothing about delivery, nor that anyone matched"


def _refused(status: int, seen: Mapping[str, Any], fault: str) -> str:
    meaning, way = STATUS_MEANINGS.get(status, ("the request was refused", "see the message"))
    said = f", saying {_shown(seen['message'])}" if seen["message"] else f", and its answer {fault}" if fault else ""
    limit = seen["rate_limit"]
    when = f" (at {limit.reset} seconds since 1970)" if status == 429 and limit and limit.reset is not None else ""
    return f"the server answered {status}{said}: {meaning}; nothing was sent; {way}{when}"


def _unclear(status: int, is_from_braze: bool, fault: str) -> str:
    if fault:
        return f"the server answered {status}, and its answer {fault}"
    if 300 <= status < 400:
        return f"the server answered {status}, a redirect, which is not followed with a key"
    if status in (502, 504):
        return f"a gateway answered {status}, which cannot say what the server behind it did"
    if is_from_braze:
        return f"the server answered {status} with a message that is not known"
    return f"the server answered {status} without Braze's JSON"


def _parse(body: bytes | None) -> dict[str, Any]:
    """The JSON object that a body is, or an empty one."""
    try:
        said = json.loads(body or b"")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(value: object, scrub: Callable[[str], str]) -> str | None:
    if value is None:
        return None
    cleaned = _clean(value, scrub)
    return cleaned if isinstance(cleaned, str) else json.dumps(cleaned, ensure_ascii=False)


def _clean(value: Any, scrub: Callable[[str], str], levels: int = 0) -> Any:
    """A JSON value without the key, and such that any writer of JSON can take it."""
    if isinstance(value, str):
        text = scrub(value)
        return printable(text if len(text) <= _TEXT_AT_MOST else text[:_TEXT_AT_MOST] + "…")
    if isinstance(value, (dict, list)):
        if levels >= _LEVELS_AT_MOST:
            return "…"
        if isinstance(value, list):
            return [_clean(each, scrub, levels + 1) for each in value]
        return {_clean(key, scrub): _clean(each, scrub, levels + 1) for key, each in value.items()}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        shown = repr(value)
        return value if math.isfinite(value) and scrub(shown) == shown else scrub(shown)
    return value


def printable(text: str) -> str:
    """The text without what would steer a terminal, or cannot be encoded; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() or character in "\n\t" else "\ufffd" for character in text)


def _shown(text: str) -> str:
    one_line = " ".join(text.split())
    return f"`{one_line if len(one_line) <= 200 else one_line[:200] + '…'}`"


def _rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    limit, remaining, reset = (_whole(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
    if limit is remaining is reset is None:
        return None
    return RateLimit(limit=limit, remaining=remaining, reset=reset)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from `Retry-After`, or Braze's own header; a date counts from the response's `Date`."""
    value = headers.get("retry-after") or headers.get("x-ratelimit-retry-after")
    seconds = _whole(value)
    if seconds is not None or value is None:
        return seconds
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return None
    return max(0.0, wait.total_seconds())


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
