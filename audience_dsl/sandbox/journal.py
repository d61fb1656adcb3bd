"""What the sandbox remembers: a bounded log of requests, and the activity log of late failures."""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..diagnostics import Diagnostic
from .bodies import UnreadableBodyError, read_json

if TYPE_CHECKING:
    from .reach import Reach

__all__ = ["ENTRIES_AT_MOST", "FINDINGS_AT_MOST", "ActivityEntry", "Journal", "LogEntry"]

ENTRIES_AT_MOST = 10_000
# Bodies of the log together. Without it 10,000 bodies of 4 MB would take 40 GB.
BYTES_AT_MOST = 64 * 1024 * 1024
# Findings that an entry keeps: one hostile body can have millions.
FINDINGS_AT_MOST = 100

T = TypeVar("T")


class LogEntry:
    """One request and what became of it. No header is kept, so the API key is not here.

    `number` counts from 1; `at` is in UTC epoch seconds; `raw` is the body's bytes, empty where it was over
    the size limit; `status` and `message` are what Braze answered, also where the caller never sees it, and None and
    empty where the request was lost before; `message` is in words (for a 401 without the key); `findings` are the
    first Diagnostics on the body, also those that Braze would only find later.

    `accepted` says that Braze took the request and would act on it, whatever the caller was told; ids are None where
    Braze gave none. `fault` is the name of the fault that was played. `reach` says whom the request would have been
    sent to, where it was accepted and the sandbox knows profiles.
    """

    __slots__ = (
        *("accepted", "at", "dispatch_id", "fault", "findings", "message", "method", "number", "path", "raw", "reach"),
        *("schedule_id", "send_id", "status"),
    )

    def __init__(
        self,
        *,
        number: int,
        at: float,
        method: str,
        path: str,
        raw: bytes,
        status: int | None,
        message: str,
        accepted: bool = False,
        findings: Iterable[Diagnostic] = (),
        dispatch_id: str | None = None,
        schedule_id: str | None = None,
        send_id: str | None = None,
        fault: str | None = None,
        reach: "Reach | None" = None,
    ) -> None:
        self.number = number
        self.at = at
        self.method = method
        self.path = path
        self.raw = raw
        self.status = status
        self.message = message
        self.accepted = accepted
        self.findings = tuple(findings)[:FINDINGS_AT_MOST]
        self.dispatch_id = dispatch_id
        self.schedule_id = schedule_id
        self.send_id = send_id
        self.fault = fault
        self.reach = reach

    @property
    def body(self) -> Any:
        """The body as a JSON value, or as text where it is not JSON; None where there is none.

        Parsed anew each time: the bytes are smaller than the value, and nobody can change the log through it.
        """
        if not self.raw:
            return None
        try:
            return read_json(self.raw)
        except UnreadableBodyError:
            return self.raw.decode("utf-8", errors="backslashreplace")

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON-ready values, `at` in ISO 8601; what few entries have, only where it is there."""
        entry = {
            "number": self.number,
            "at": _iso(self.at),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "message": self.message,
            "accepted": self.accepted,
            "dispatch_id": self.dispatch_id,
            "findings": [_finding(finding) for finding in self.findings],
            "body": self.body,
        }
        rare = {
            "schedule_id": self.schedule_id,
            "send_id": self.send_id,
            "fault": self.fault,
            "reach": None if self.reach is None else self.reach.as_dict(),
        }
        return {**entry, **{key: value for key, value in rare.items() if value is not None}}

    def __repr__(self) -> str:
        return f"<LogEntry {self.number} {self.method} {self.path} {self.status} {self.message}>"


class ActivityEntry:
    """A send that was accepted and failed afterwards, as Braze's Message Activity Log tells of it.

    `number` is that of the request, and `dispatch_id`, where it has one; `category` is the log's own ("REST API
    connected audience errors"); `text` is in the style of the one published report (braze-inc/braze-docs issue #10064).
    """

    __slots__ = ("at", "category", "dispatch_id", "findings", "number", "text")

    def __init__(
        self,
        *,
        number: int,
        at: float,
        dispatch_id: str | None,
        category: str,
        text: str,
        findings: Iterable[Diagnostic],
    ) -> None:
        self.number = number
        self.at = at
        self.dispatch_id = dispatch_id
        self.category = category
        self.text = text
        self.findings = tuple(findings)[:FINDINGS_AT_MOST]

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON-ready values, `at` in ISO 8601."""
        return {
            "number": self.number,
            "at": _iso(self.at),
            "dispatch_id": self.dispatch_id,
            "category": self.category,
            "text": self.text,
            "findings": [_finding(finding) for finding in self.findings],
        }

    def __repr__(self) -> str:
        return f"<ActivityEntry {self.number} {self.text[:80]}>"


class Journal(Generic[T]):
    """The latest entries, at most `count` of them and `size` bytes together.

    The oldest go first, and `dropped` counts them; the latest stays, whatever its size.
    """

    __slots__ = ("_count", "_entries", "_held", "_size", "dropped")

    def __init__(self, *, count: int = ENTRIES_AT_MOST, size: int = BYTES_AT_MOST) -> None:
        self._count = count
        self._size = size
        self._entries: deque[tuple[T, int]] = deque()
        self._held = 0
        self.dropped = 0

    def add(self, entry: T, size: int) -> None:
        self._entries.append((entry, size))
        self._held += size
        while len(self._entries) > self._count or (self._held > self._size and len(self._entries) > 1):
            self._held -= self._entries.popleft()[1]
            self.dropped += 1

    def entries(self) -> tuple[T, ...]:
        return tuple(entry for entry, _ in self._entries)

    def clear(self) -> None:
        self._entries.clear()
        self._held = 0
        self.dropped = 0


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _finding(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code.code,
        "severity": finding.severity,
        "pointer": finding.pointer,
        "message": finding.message,
        "help": finding.help,
    }
