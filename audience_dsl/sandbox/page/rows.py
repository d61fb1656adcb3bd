"""Requests as rows of the log: newest first, found by text and outcome, and at most so many."""

import json
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final, TypeAlias

from ...braze_api import ENDPOINTS_BY_PATH, Endpoint
from ...diagnostics import counted
from ...settings import Settings
from ..journal import LogEntry
from . import audiences
from .bodies import object_of
from .outcomes import Outcome, outcome_of
from .words import short

__all__ = ["ROWS_AT_MOST", "Row", "Rows", "about", "named"]

ROWS_AT_MOST: Final = 100
# What bodies say is kept for so many, so that a page that asks each second does not have each of them read anew.
_KEPT: Final = 2_000
# What a request is about, whom it is for, and its audience as text.
Said: TypeAlias = tuple[str, str, str | None]


class Row:
    """One request on one line: what it is about, whom it is for, what became of it, and how many it would reach."""

    __slots__ = ("about", "at", "audience", "method", "number", "outcome", "path", "reach", "whom")

    def __init__(self, entry: LogEntry, said: Said) -> None:
        self.number = entry.number
        self.at = entry.at
        self.method = entry.method
        self.path = entry.path
        self.about, self.whom, self.audience = said
        self.outcome: Outcome = outcome_of(entry)
        self.reach: str | None = None
        if entry.reach is not None and entry.reach.selected is not None:
            what = "recipient" if entry.reach.target == "recipients" else "profile"
            self.reach = f"would reach {entry.reach.selected:,} of {counted(entry.reach.of, what)}"


class Rows:
    """Makes rows, and keeps what the last bodies said, but no body: those are the log's. For threads."""

    __slots__ = ("_kept", "_lock")

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str, int], Said] = OrderedDict()
        self._lock = Lock()

    def of(self, entries: Iterable[LogEntry], settings: Settings, *, text: str = "", outcome: str = "") -> list[Row]:
        """Of these entries, newest first, those that have the text and the outcome, and one more than are shown."""
        needles = _needles(text)
        found: list[Row] = []
        for entry in entries:
            if (outcome and outcome_of(entry).name != outcome) or (needles and not _has(entry, text, needles)):
                continue
            found.append(Row(entry, self._said(entry, settings)))
            if len(found) > ROWS_AT_MOST:
                break
        return found

    def _said(self, entry: LogEntry, settings: Settings) -> Said:
        # By the hash of its bytes, since a number may come again with a state that is restored.
        key = entry.number, entry.path, hash(entry.raw)
        with self._lock:
            said = self._kept.get(key)
        if said is None:
            said = _said_by(entry, settings)
            with self._lock:
                self._kept[key] = said
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return said


def _said_by(entry: LogEntry, settings: Settings) -> Said:
    endpoint = ENDPOINTS_BY_PATH.get(entry.path)
    body = object_of(entry)
    if endpoint is None or body is None:
        return "", "", None
    audience = None
    if endpoint.audience_field is not None and endpoint.audience_field in body:
        audience = audiences.text_of(body[endpoint.audience_field], settings)
    return short(about(entry, body)), _whom(endpoint, body), audience


def about(entry: LogEntry, body: dict[str, Any] | None) -> str:
    """What a request triggers, as in `campaign winter-sale`; empty where it says nothing of that."""
    endpoint = ENDPOINTS_BY_PATH.get(entry.path)
    return "" if endpoint is None or body is None else named(endpoint, body.get(endpoint.id_field or ""))


def named(endpoint: Endpoint, subject: object) -> str:
    """The campaign or Canvas of this id, by what the endpoint triggers."""
    if endpoint.id_field is None or not isinstance(subject, str):
        return ""
    return f"{endpoint.id_field.removesuffix('_id')} {subject}"


def _whom(endpoint: Endpoint, body: dict[str, Any]) -> str:
    if endpoint.audience_field is None:
        return ""
    recipients = _recipients(endpoint, body)
    by_audience = endpoint.audience_field in body
    if recipients:
        return f"{counted(recipients, 'recipient')}{', if in the audience' if by_audience else ''}"
    if by_audience:
        return "everyone in the audience"
    if "segment_id" in body:
        return "everyone in the segment"
    return "everyone in the campaign’s target" if body.get("broadcast") is True else "no recipients"


def _recipients(endpoint: Endpoint, body: dict[str, Any]) -> int:
    # A refused body may hold anything there.
    return sum(len(body[field]) for field in endpoint.users_fields if isinstance(body.get(field), list))


def _needles(text: str) -> tuple[bytes, ...]:
    """The text as a body may have it: in UTF-8, or with escapes."""
    if not text:
        return ()
    lowered = text.lower()
    plain = lowered.encode("utf-8", "surrogatepass")
    escaped = json.dumps(lowered)[1:-1].encode("ascii")
    return (plain,) if plain == escaped else (plain, escaped)


def _has(entry: LogEntry, text: str, needles: tuple[bytes, ...]) -> bool:
    own = f"#{entry.number} {entry.method} {entry.path} {entry.status} {entry.message} {entry.fault or ''}"
    ids = f"{entry.dispatch_id or ''} {entry.schedule_id or ''} {entry.send_id or ''}"
    if text.lower() in f"{own} {ids}".lower():
        return True
    body = entry.raw.lower()
    return any(needle in body for needle in needles)
