"""The local Braze itself: one request in, one response out, and nothing read from outside.

What a request is worth by itself is judged without a lock (`judging`); what the requests before it change about that,
and what is remembered, is settled under one. Facts are from the pages that `braze_api.py` and docs/sandbox.md name; the
latter also lists every guess.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from ..braze_api import BODY_AT_MOST, ENDPOINTS_BY_PATH
from ..diagnostics import CODES, ERROR, ConfigurationError, by_severity
from .bodies import write_json
from .exchange import SandboxRequest, SandboxResponse
from .faults import Fault, FaultPlan
from .journal import ENTRIES_AT_MOST, ActivityEntry, Journal, LogEntry
from .judging import MODES, Judge, Mode, Verdict
from .limits import Headers, RateWindows, until_next_second
from .playing import in_place_of_braze, over_the_answer
from .wording import BAD_REQUEST, activity_text, concerns_audience
from .workspace import Taken, Workspace

if TYPE_CHECKING:
    from ..profiles import Profile
    from ..reasons import Line
    from ..settings import Settings
    from .reach import People, Reach

__all__ = ["MODES", "SANDBOX_HEADER", "SANDBOX_KEY", "Clock", "Mode", "Sandbox", "Turn"]

SANDBOX_KEY = "sandbox-key"
# On every response: a dispatch id of the sandbox looks like one of Braze's, and only this header tells.
SANDBOX_HEADER = ("X-Braze-Sandbox", "1")
# The category of the Message Activity Log (message_activity_log_tab, documented).
AUDIENCE_ERRORS = "REST API connected audience errors"

# UTC epoch seconds.
Clock: TypeAlias = Callable[[], float]


class Turn:
    """The place of one request among all, and the fault that it meets; by `Sandbox.begin`."""

    __slots__ = ("fault", "number")

    def __init__(self, number: int, fault: Fault | None) -> None:
        self.number = number
        self.fault = fault


class Sandbox:
    """A workspace of a local Braze.

    `clock` gives UTC epoch seconds. `seed` decides the ids: the same seed, clock and requests give the same
    bytes. `mode` says what becomes of an audience that Braze accepts and fails on later: in "braze" it is
    accepted and told in `activity`, in "strict" it is refused at once. `audience_without_broadcast` accepts
    an audience without recipients and without `broadcast: true`, on which Braze's pages disagree. `campaigns` and
    `canvases` are the known ids, None for any; `send_ids_must_exist` refuses a `send_id` that was not made before.

    `enforce_limits` answers 429 where a rate limit is spent, and `limits` sets some of them by the names of
    `braze_api.RATE_WINDOWS`. `faults` says which fault each request meets; see `Faults`. It may be replaced later on.

    `keep` is the number of entries that each log holds. `on_entry` is called with each entry, kept or not, once its
    request is through; several threads may call it at once. With `profiles`, each accepted request is told whom it
    would have been sent to, under `settings`; see `reach`. `attributes` are the items that `GET /custom_attributes`
    lists; without them, what the profiles have, and without those a sample.

    Safe to call from several threads. Raises ConfigurationError for an empty key, an unknown mode, and limits that
    there are not.
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
        canvases: Collection[str] | None = None,
        send_ids_must_exist: bool = False,
        enforce_limits: bool = False,
        limits: Mapping[str, int] | None = None,
        faults: FaultPlan | None = None,
        keep: int = ENTRIES_AT_MOST,
        on_entry: Callable[[LogEntry], None] | None = None,
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
        self.faults = faults
        self._on_entry = on_entry
        self._clock = clock
        self._seed = seed
        self._lock = Lock()
        self._number = 0
        self._windows = RateWindows(limits, enforce=enforce_limits)
        self._workspace = Workspace(send_ids_must_exist=send_ids_must_exist)
        self._requests: Journal[LogEntry] = Journal(count=keep)
        self._activity: Journal[ActivityEntry] = Journal(count=keep)
        self._people = None if profiles is None else _people(profiles, settings, clock)
        self._attributes = None if attributes is None else [dict(each) for each in attributes]
        self._judge = Judge(
            api_key=api_key,
            mode=mode,
            audience_without_broadcast=audience_without_broadcast,
            campaigns=campaigns,
            canvases=canvases,
            attributes=self._known_attributes,
        )

    def handle(self, request: SandboxRequest) -> SandboxResponse:
        """Braze's answer to the request. Never raises over what the request holds."""
        return self.exchange(request)[0]

    def begin(self) -> Turn:
        """The turn of the next request, for whoever has to know its fault before the body is read."""
        with self._lock:
            self._number += 1
            number = self._number
        faults = self.faults
        return Turn(number, None if faults is None else faults(number))

    def exchange(self, request: SandboxRequest, turn: Turn | None = None) -> tuple[SandboxResponse, LogEntry]:
        """As `handle`, with the entry of the log. `turn` is the one that the request was given, if it was."""
        turn = turn or self.begin()
        fault = turn.fault
        verdict = self._judge.judge(request) if fault is None or fault.is_taken else in_place_of_braze(fault)
        with self._lock:
            entry, limits = self._settle(request, verdict, turn)
        if entry.accepted:
            entry.reach = self._reach(verdict, entry.at)
        if self._on_entry is not None:
            self._on_entry(entry)
        if entry.status is None:
            return SandboxResponse(0, (), b"", fault=fault), entry
        request_id = self._id("request", turn.number)
        response = SandboxResponse(
            entry.status,
            (
                ("Content-Type", "application/json" if verdict.page is None else "text/html"),
                *limits,
                *verdict.headers,
                ("X-Request-Id", "-".join(request_id[a:b] for a, b in _UUID)),
                SANDBOX_HEADER,
            ),
            write_json(verdict.json) if verdict.page is None else verdict.page,
            fault=fault if entry.fault is not None else None,
        )
        return response, entry

    def _settle(self, request: SandboxRequest, verdict: Verdict, turn: Turn) -> tuple[LogEntry, Headers]:
        """What the requests before this one make of it; its entry of the log, and the headers with the limits."""
        now = self._clock()
        fault = turn.fault
        counted = self._windows.count(verdict.windows, now, verdict.audience)
        if counted.spent is not None:
            verdict.refuse("Rate Limited", [], status=429)
        taken = Taken()
        if verdict.endpoint is not None and verdict.sound is not None:
            make_id = partial(self._id, number=turn.number)
            taken = self._workspace.take(verdict.endpoint, verdict.sound, make_id)
            if taken.refused is None:
                verdict.json = taken.body
            else:
                verdict.refuse(BAD_REQUEST, [taken.refused])
        is_accepted = verdict.sound is not None
        if fault is not None and fault.is_taken and not over_the_answer(fault, verdict, is_accepted=is_accepted):
            fault = None
        is_answered = fault is None or fault.ending in ("answer", "truncated")
        entry = LogEntry(
            number=turn.number,
            at=now,
            method=request.method,
            path=request.path.partition("?")[0],
            raw=request.body if len(request.body) <= BODY_AT_MOST else b"",
            status=verdict.status if is_answered else None,
            message=verdict.message if is_answered else "",
            accepted=is_accepted,
            findings=verdict.findings,
            dispatch_id=taken.dispatch_id,
            schedule_id=taken.schedule_id,
            send_id=taken.send_id,
            fault=None if fault is None else fault.name,
        )
        self._requests.add(entry, len(entry.raw))
        self._note_late_failure(entry)
        is_played_429 = fault is not None and fault.status == 429
        return entry, until_next_second(now) if is_played_429 else counted.headers

    @property
    def requests(self) -> tuple[LogEntry, ...]:
        """The requests so far by their numbers, as far as they are kept."""
        with self._lock:
            entries = self._requests.entries()
        # Of several threads, one may overtake another.
        return tuple(sorted(entries, key=lambda entry: entry.number))

    @property
    def activity(self) -> tuple[ActivityEntry, ...]:
        """What was accepted and failed afterwards, by number, as far as it is kept."""
        with self._lock:
            entries = self._activity.entries()
        return tuple(sorted(entries, key=lambda entry: entry.number))

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
        if not entry.accepted:
            raise WhyError(f"request {number} was refused")
        if entry.reach is None:
            raise WhyError(f"request {number} sends no message")
        return self._people.why(ENDPOINTS_BY_PATH[entry.path], entry.body, user, entry.reach.at)

    def reset(self) -> None:
        """A workspace as new: empties both logs, the rate-limit counts, the schedules and the send ids.

        Numbers and ids go on: an id never comes twice.
        """
        with self._lock:
            self._requests.clear()
            self._activity.clear()
            self._windows.clear()
            self._workspace.clear()

    def _known_attributes(self) -> list[dict[str, Any]]:
        from .attributes import SAMPLE, attributes_of

        if self._attributes is None:
            self._attributes = list(SAMPLE) if self._people is None else attributes_of(self._people.profiles)
        return self._attributes

    def _reach(self, verdict: Verdict, now: float) -> "Reach | None":
        if self._people is None or verdict.endpoint is None or verdict.sound is None:
            return None
        return self._people.reach(verdict.endpoint, verdict.sound, now)

    def _note_late_failure(self, entry: LogEntry) -> None:
        late = [error for error in by_severity(entry.findings, ERROR) if concerns_audience(error)]
        if not entry.accepted or not late:
            return
        text = activity_text(late[0], entry.body, ENDPOINTS_BY_PATH[entry.path].audience_field)
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
