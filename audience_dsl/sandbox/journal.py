"""What the sandbox remembers of a request, and of a send that failed afterwards; as values, and as data and back."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ..braze_api import BODY_AT_MOST, ENDPOINTS_BY_PATH
from ..diagnostics import ERROR, NOTE, WARNING, Code, Diagnostic, code_named, quoted
from ..json_values import Bounds, Findings, plain
from .bodies import NESTING_AT_MOST, UnreadableBodyError, read_json, write_json
from .given import Given, iso
from .key_places import without_keys

if TYPE_CHECKING:
    from .reach import Reach

__all__ = ["FINDINGS_AT_MOST", "ActivityEntry", "LogEntry"]

# Findings that an entry keeps: one hostile body can have millions.
FINDINGS_AT_MOST = 100


class LogEntry:
    """One request and what became of it. No header and no query is kept, and no key in a body: the API key is not here.

    `number` counts from 1; `at` is in UTC epoch seconds; `raw` is the body's bytes, empty where it was over the size
    limit or compressed; `status` and `message` are what Braze answered, also where the caller never sees it, and None
    and empty where the request was lost before; `message` is in words (for a 401 without the key); `findings` are the
    first Diagnostics on the way it came and on the body, also those that Braze would only find later.

    `accepted` says that Braze took the request and would act on it, whatever the caller was told; ids are None where
    Braze gave none. `notice` is what Braze says of a campaign or Canvas that is paused or archived: the answer is a
    success, nothing is sent, and it is not `accepted`. `fault` is the name of the fault that was played. `reach` says
    whom the request would have been sent to, where it was accepted and the sandbox knows profiles.
    """

    __slots__ = (
        *("accepted", "at", "dispatch_id", "fault", "findings", "message", "method", "notice", "number", "path", "raw"),
        *("reach", "schedule_id", "send_id", "status"),
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
        notice: str | None = None,
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
        self.notice = notice
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
            "notice": self.notice,
            "fault": self.fault,
            "reach": None if self.reach is None else self.reach.as_dict(),
        }
        return {**entry, **{key: value for key, value in rare.items() if value is not None}}

    def as_state(self) -> dict[str, Any]:
        """The same without loss, for `from_dict`: `at` to the microsecond, and `raw` for a body that is no JSON text.

        That is in base64. Of one that is, what stands between its values is lost.
        """
        told = {**self.as_dict(), "at": iso(self.at)}
        body = told.pop("body")
        if self.raw and (isinstance(body, str) or not _is_carried(body)):
            return {**told, "raw": b64encode(self.raw).decode("ascii")}
        return {**told, "body": body} if self.raw else told

    @classmethod
    def from_dict(cls, value: object) -> "LogEntry":
        """The entry that `as_state` wrote, or `as_dict`. Raises ConfigurationError for anything else."""
        given = value if isinstance(value, Given) else Given(value, whole="the request")
        members = given.members(_MEMBERS)
        given.needs(members, "number", "at", "method", "path")
        number, at = members["number"].whole_number(1), members["at"].instant()
        status = members.get("status")
        entry = cls(
            number=number,
            at=at,
            method=members["method"].text(),
            path=members["path"].text(),
            raw=without_keys(_raw(given, members)),
            status=None if status is None or status.value is None else status.whole_number(100, 599),
            message=members["message"].text() if "message" in members else "",
            accepted=members["accepted"].flag() if "accepted" in members else False,
            findings=_findings(members),
            dispatch_id=_text(members, "dispatch_id"),
            schedule_id=_text(members, "schedule_id"),
            send_id=_text(members, "send_id"),
            notice=_text(members, "notice"),
            fault=_text(members, "fault"),
        )
        if entry.accepted and entry.path not in ENDPOINTS_BY_PATH:
            raise members["path"].refused(f"is {quoted(entry.path)}, and no request to it is accepted")
        if "reach" in members:
            # Lazily, as most sandboxes know no profiles and need nothing that evaluates.
            from .reach import Reach

            entry.reach = Reach.from_given(members["reach"], at)
        return entry

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

    def as_state(self) -> dict[str, Any]:
        """The same without loss, for `from_dict`."""
        return {**self.as_dict(), "at": iso(self.at)}

    @classmethod
    def from_dict(cls, value: object) -> "ActivityEntry":
        """The entry that `as_state` or `as_dict` wrote. Raises ConfigurationError for anything else."""
        given = value if isinstance(value, Given) else Given(value, whole="the activity")
        members = given.members(("number", "at", "dispatch_id", "category", "text", "findings"))
        given.needs(members, "number", "at", "category", "text")
        return cls(
            number=members["number"].whole_number(1),
            at=members["at"].instant(),
            dispatch_id=_text(members, "dispatch_id"),
            category=members["category"].text(),
            text=members["text"].text(),
            findings=_findings(members),
        )

    def __repr__(self) -> str:
        return f"<ActivityEntry {self.number} {self.text[:80]}>"


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


# --- Back from data ---

_MEMBERS: Final = (
    *("number", "at", "method", "path", "status", "message", "accepted", "dispatch_id", "findings", "body", "raw"),
    *("schedule_id", "send_id", "notice", "fault", "reach"),
)
_SEVERITIES: Final = (ERROR, WARNING, NOTE)
# As deep as a body may be, and as large: written anew, some characters take more room.
_BOUNDS: Final = Bounds(
    depth=NESTING_AT_MOST,
    depth_in_words=f"{NESTING_AT_MOST} levels",
    size=3 * BODY_AT_MOST,
    unfit="settings",
    too_deep="settings",
    too_large="settings",
)


def _is_carried(body: object) -> bool:
    """Whether UTF-8 carries every text in it: half of a surrogate pair can come by an escape."""
    try:
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _raw(given: Given, members: Mapping[str, Given]) -> bytes:
    if "raw" in members:
        if "body" in members:
            raise given.refused("has both `body` and `raw`")
        try:
            return b64decode(members["raw"].text(), validate=True)
        except ValueError:
            raise members["raw"].refused("is not in base64") from None
    body = members.get("body")
    if body is None or body.value is None:
        return b""
    findings = Findings()
    value = plain(body.value, findings, None, _BOUNDS)
    if findings.items:
        raise body.refused(f"is no JSON: {findings.items[0].message}", findings.items[0].help)
    return write_json(value)


def _text(members: Mapping[str, Given], name: str) -> str | None:
    return members[name].optional_text() if name in members else None


def _findings(members: Mapping[str, Given]) -> list[Diagnostic]:
    if "findings" not in members:
        return []
    return [_finding_of(each) for each in members["findings"].items()]


def _finding_of(given: Given) -> Diagnostic:
    members = given.members(("code", "severity", "pointer", "message", "help"))
    given.needs(members, "code", "message")
    code: Code | None = code_named(members["code"].text())
    if code is None:
        raise members["code"].refused(f"is {quoted(members['code'].text())}, which there is not")
    return Diagnostic(
        code,
        members["message"].text(),
        pointer=_text(members, "pointer"),
        help=_text(members, "help"),
        severity=members["severity"].choice(_SEVERITIES) if "severity" in members else ERROR,
    )
