"""The local Braze itself: one request in, one response out, and nothing read from outside.

The order of the checks is a choice, as Braze's is unknown: path, method, key, content type, size, JSON,
rules. Facts are from the pages that `braze.py` and docs/sandbox.md name; the latter also lists every guess.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from ..braze_api import ATTRIBUTES_PATH, BODY_AT_MOST, CAMPAIGN_TRIGGER_SEND, Endpoint, RateWindow
from ..diagnostics import CODES, ERROR, ConfigurationError, Diagnostic, by_severity
from .bodies import UnreadableBodyError, read_json, write_json
from .exchange import SandboxRequest, SandboxResponse
from .journal import ENTRIES_AT_MOST, FINDINGS_AT_MOST, ActivityEntry, Journal, LogEntry
from .limits import BROADCASTS, EXPORTS, NOBODY, REQUESTS, RateWindows
from .wording import (
    INVALID_CAMPAIGN,
    UNPARSABLE,
    activity_text,
    concerns_audience,
    refusal_message,
)

if TYPE_CHECKING:
    from ..profiles import Profile
    from ..reasons import Line
    from ..settings import Settings
    from .reach import People, Reach

__all__ = ["MODES", "SANDBOX_HEADER", "SANDBOX_KEY", "Clock", "Mode", "Sandbox"]

SANDBOX_KEY = "sandbox-key"
# On every response: a dispatch id of the sandbox looks like one of Braze's, and only this header tells.
SANDBOX_HEADER = ("X-Braze-Sandbox", "1")
# The category of the Message Activity Log (message_activity_log_tab, documented).
AUDIENCE_ERRORS = "REST API connected audience errors"

Mode: TypeAlias = Literal["braze", "strict"]
MODES: tuple[Mode, ...] = get_args(Mode)
# UTC epoch seconds.
Clock: TypeAlias = Callable[[], float]

_SOUND_AUDIENCE = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}
_PATHS: dict[str, Endpoint] = {endpoint.path: endpoint for endpoint in (CAMPAIGN_TRIGGER_SEND,)}


class _Answer:
    """A response before its headers, with what the log has to know. `accepted` is the body of an accepted request."""

    __slots__ = ("accepted", "body", "dispatch_id", "findings", "headers", "message", "status", "window")

    def __init__(
        self,
        status: int,
        message: str,
        *,
        body: dict[str, Any] | None = None,
        findings: list[Diagnostic] | None = None,
        dispatch_id: str | None = None,
        window: RateWindow | None = REQUESTS,
        accepted: dict[str, Any] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.accepted = accepted
        self.headers = headers
        self.status = status
        self.message = message
        self.body = {"message": message} if body is None else body
        self.findings = findings or []
        self.dispatch_id = dispatch_id
        self.window = window


class Sandbox:
    """A workspace of a local Braze.

    `clock` gives UTC epoch seconds. `seed` decides the ids: the same seed, clock and requests give the same
    bytes. `mode` says what becomes of an audience that Braze accepts and fails on later: in "braze" it is
    accepted and told in `activity`, in "strict" it is refused at once. `audience_without_broadcast` accepts
    an audience without recipients and without `broadcast: true`, on which Braze's pages disagree. `campaigns`
    are the known campaign ids, None for any. `keep` is the number of entries that each log holds. With `profiles`,
    each accepted request is told whom it would have been sent to, under `settings`; see `reach`. `attributes` are the
    items that `GET /custom_attributes` lists; without them, what the profiles have, and without those a sample.

    Safe to call from several threads. Raises ConfigurationError for an empty key or an unknown mode.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int,
        api_key: str = SANDBOX_KEY,
        mode: Mode = "braze",
        audience_without_broadcast: bool = False,
        campaigns: Collection[str] | None = None,
        keep: int = ENTRIES_AT_MOST,
        profiles: "Iterable[Profile | Mapping[str, object]] | None" = None,
        settings: "Settings | None" = None,
        attributes: "Iterable[Mapping[str, Any]] | None" = None,
    ) -> None:
        if not api_key:
            raise ConfigurationError(CODES["api-key"], "the sandbox's API key is empty")
        if mode not in MODES:
            raise ConfigurationError(
                CODES["settings"],
                f"the sandbox has no mode `{mode}`",
                help=f"the modes are {' and '.join(MODES)}",
            )
        if keep < 1:
            raise ConfigurationError(CODES["settings"], f"the sandbox's logs hold at least 1 entry, not {keep}")
        self.mode = mode
        self.audience_without_broadcast = audience_without_broadcast
        self.campaigns = None if campaigns is None else frozenset(campaigns)
        self._api_key = api_key
        self._clock = clock
        self._seed = seed
        self._lock = Lock()
        self._number = 0
        self._windows = RateWindows()
        self._requests: Journal[LogEntry] = Journal(count=keep)
        self._activity: Journal[ActivityEntry] = Journal(count=keep)
        self._people = None if profiles is None else _people(profiles, settings, clock)
        self._attributes = None if attributes is None else [dict(each) for each in attributes]

    def handle(self, request: SandboxRequest) -> SandboxResponse:
        """Braze's answer to the request. Never raises over what the request holds."""
        return self.exchange(request)[0]

    def exchange(self, request: SandboxRequest) -> tuple[SandboxResponse, LogEntry]:
        """As `handle`, with the entry of the log."""
        with self._lock:
            now = self._clock()
            self._number += 1
            number = self._number
            answer = self._answer(request)
            limits = NOBODY if answer.window is None else self._windows.count(answer.window, now)
            entry = LogEntry(
                number=number,
                at=now,
                method=request.method,
                path=_path(request),
                raw=request.body if len(request.body) <= BODY_AT_MOST else b"",
                status=answer.status,
                message=answer.message,
                findings=answer.findings,
                dispatch_id=answer.dispatch_id,
                reach=self._reach(answer, now),
            )
            self._requests.add(entry, len(entry.raw))
            self._note_late_failure(entry)
            request_id = self._id("request", number)
        response = SandboxResponse(
            answer.status,
            (
                ("Content-Type", "application/json"),
                *limits,
                *answer.headers,
                ("X-Request-Id", "-".join(request_id[a:b] for a, b in _UUID)),
                SANDBOX_HEADER,
            ),
            write_json(answer.body),
        )
        return response, entry

    @property
    def requests(self) -> tuple[LogEntry, ...]:
        """The requests so far, oldest first, as far as they are kept."""
        with self._lock:
            return self._requests.entries()

    @property
    def activity(self) -> tuple[ActivityEntry, ...]:
        """What was accepted and failed afterwards, oldest first, as far as it is kept."""
        with self._lock:
            return self._activity.entries()

    @property
    def dropped(self) -> int:
        """How many requests are no longer in `requests`."""
        with self._lock:
            return self._requests.dropped

    def why(self, number: int, user: str) -> "list[Line]":
        """What the audience of an accepted request says of one of the profiles, clause by clause.

        The first line is the whole: its `selected` says whether the user would have been sent to. Raises WhyError
        where there is no such request, user or audience, or it cannot be evaluated.
        """
        from .reach import WhyError

        if self._people is None:
            raise WhyError("the sandbox knows no profiles")
        entry = next((entry for entry in self.requests if entry.number == number), None)
        if entry is None:
            raise WhyError(f"there is no request {number} in the log")
        if entry.reach is None:
            raise WhyError(f"request {number} was refused")
        return self._people.why(entry.body, user, entry.at)

    def reset(self) -> None:
        """Empties both logs and the rate-limit counts. Numbers and ids go on: an id never comes twice."""
        with self._lock:
            self._requests.clear()
            self._activity.clear()
            self._windows.clear()

    # --- The checks, from the outside in ---------------------------------------------------------------

    def _answer(self, request: SandboxRequest) -> _Answer:
        path = _path(request)
        if path != "/" and path.endswith("/"):
            return _Answer(403, "Access Denied", window=None)
        endpoint = _PATHS.get(path) if request.method == "POST" else None
        wants_attributes = path == ATTRIBUTES_PATH and request.method == "GET"
        if endpoint is None and not wants_attributes:
            return _Answer(404, "Invalid URL", window=None)
        key = _bearer(request.header("Authorization"))
        if key != self._api_key:
            # The body repeats the key, as Braze's does; the message, which goes into the log, does not.
            return _Answer(401, "Invalid API key", body={"message": f"Invalid API key: {key}"}, window=None)
        if endpoint is None:
            return self._attributes_page(request)
        media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return _Answer(415, "Unsupported Media Type")
        if len(request.body) > BODY_AT_MOST:
            return _Answer(413, "Request Entity Too Large")
        try:
            body = read_json(request.body)
        except UnreadableBodyError:
            return _Answer(400, "message body does not match declared format", body={"error": UNPARSABLE})
        return self._judge(body, endpoint)

    def _attributes_page(self, request: SandboxRequest) -> _Answer:
        from .attributes import SAMPLE, attributes_of, page

        if self._attributes is None:
            self._attributes = list(SAMPLE) if self._people is None else attributes_of(self._people.profiles)
        found = page(self._attributes, request.path, request.header("Host"))
        if found is None:
            return _Answer(400, "Invalid cursor", window=EXPORTS)
        items, link = found
        headers = () if link is None else (("Link", link),)
        return _Answer(
            200, "success", body={"message": "success", "attributes": items}, window=EXPORTS, headers=headers
        )

    def _judge(self, body: Any, endpoint: Endpoint) -> _Answer:
        at_once, later = self._check(body, endpoint)
        findings = [*at_once, *later]
        window = BROADCASTS if _is_broadcast(body) else REQUESTS
        fatal = by_severity(findings if self.mode == "strict" else at_once, ERROR)
        if fatal:
            message = refusal_message(fatal, body, endpoint)
            told = [str(error) for error in fatal[:FINDINGS_AT_MOST]]
            return _Answer(400, message, body={"message": message, "errors": told}, findings=findings, window=window)
        campaign = body[endpoint.id_field]
        if self.campaigns is not None and campaign not in self.campaigns:
            told = [f"/{endpoint.id_field}: this sandbox knows no `{campaign}`"]
            return _Answer(
                400,
                INVALID_CAMPAIGN,
                body={"message": INVALID_CAMPAIGN, "errors": told},
                findings=findings,
                window=window,
            )
        return self._accept(body, findings, window)

    def _check(self, body: Any, endpoint: Endpoint) -> tuple[list[Diagnostic], list[Diagnostic]]:
        """The findings on the request, and those on its audience, which Braze makes when it sends."""
        # At the first request, because with them come pydantic and httpx: the command line asks this module for
        # its modes and its key, and should not wait for those.
        from ..audience.wire import check_audience
        from ..sender.requests import check_request

        later: list[Diagnostic] = []
        if isinstance(body, dict) and "audience" in body:
            later = check_audience(body["audience"], pointer="/audience")
            # Findings are listed up to a limit, so an audience full of them could hide the request's own.
            body = {**body, "audience": _SOUND_AUDIENCE}
        at_once = check_request(body, endpoint=endpoint, audience_without_broadcast=self.audience_without_broadcast)
        return at_once, later

    def _accept(self, body: dict[str, Any], findings: list[Diagnostic], window: RateWindow) -> _Answer:
        dispatch_id = self._id("dispatch", self._number)
        answer: dict[str, Any] = {"dispatch_id": dispatch_id, "message": "success"}
        if window is BROADCASTS:
            # A broadcast without one gets one automatically (/docs/api/identifier_types, documented).
            answer["send_id"] = body.get("send_id") or self._id("send", self._number)
        return _Answer(
            201,
            "success",
            body=answer,
            findings=findings,
            dispatch_id=dispatch_id,
            window=window,
            accepted=body,
        )

    def _reach(self, answer: _Answer, now: float) -> "Reach | None":
        if self._people is None or answer.accepted is None:
            return None
        return self._people.reach(answer.accepted, now)

    def _note_late_failure(self, entry: LogEntry) -> None:
        late = [error for error in by_severity(entry.findings, ERROR) if concerns_audience(error)]
        if entry.dispatch_id is None or not late:
            return
        text = activity_text(late[0], entry.body)
        self._activity.add(
            ActivityEntry(
                number=entry.number,
                at=entry.at,
                dispatch_id=entry.dispatch_id,
                category=AUDIENCE_ERRORS,
                text=text,
                findings=late,
            ),
            len(text),
        )

    def _id(self, purpose: str, number: int) -> str:
        return sha256(f"{self._seed}/{purpose}/{number}".encode()).hexdigest()[:32]


_UUID = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))


def _people(
    profiles: "Iterable[Profile | Mapping[str, object]]", settings: "Settings | None", clock: Clock
) -> "People":
    # Lazily, as most sandboxes know no profiles and need nothing that evaluates.
    from ..settings import Settings
    from .reach import People

    return People(profiles, settings=settings or Settings(), clock=clock)


def _path(request: SandboxRequest) -> str:
    return request.path.partition("?")[0]


def _bearer(authorization: str | None) -> str:
    """The key of an Authorization header; empty where it is absent or of another scheme."""
    scheme, _, key = (authorization or "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _is_broadcast(body: object) -> bool:
    """Whether the request goes to an audience rather than to recipients that it names."""
    if not isinstance(body, dict):
        return False
    return body.get("broadcast") is True or ("audience" in body and not body.get("recipients"))
