"""The local Braze itself: one request in, one response out, and nothing read from outside.

What a request is worth by itself is judged without a lock (`judging`); what the requests before it change about that,
and what is remembered, is settled under one. Facts are from the pages that `braze_api.py` and docs/sandbox.md name; the
latter also lists every guess.
"""

from functools import partial
from hashlib import sha256
from typing import Unpack

from ..braze_api import ENDPOINTS_BY_PATH
from ..diagnostics import ERROR, ConfigurationError, by_severity
from .bodies import write_json
from .clock import Clock
from .exchange import SandboxRequest, SandboxResponse
from .faults import Fault
from .journal import ActivityEntry, LogEntry
from .judging import MODES, Mode, Verdict
from .key_places import kept
from .keys import SANDBOX_KEY
from .limits import Headers, until_next_second
from .options import SandboxOptions
from .playing import in_place_of_braze, over_the_answer
from .standing import Standing
from .switches import FAULT_HEADER, Header
from .wording import activity_text, concerns_audience
from .workspace import Taken

__all__ = ["MODES", "SANDBOX_HEADER", "SANDBOX_KEY", "Clock", "Mode", "Sandbox", "Turn"]

# On every response: a dispatch id of the sandbox looks like one of Braze's, and only this header tells.
SANDBOX_HEADER = ("X-Braze-Sandbox", "1")
# The category of the Message Activity Log (message_activity_log_tab, documented).
AUDIENCE_ERRORS = "REST API connected audience errors"


class Turn:
    """The place of one request among all, and the fault that it meets; by `Sandbox.begin`.

    `problem` is what is wrong with the headers by which the request asks for a fault; `era` is the log's.
    """

    __slots__ = ("era", "fault", "number", "problem")

    def __init__(self, number: int, fault: Fault | None, *, problem: str | None = None, era: int = 0) -> None:
        self.number = number
        self.fault = fault
        self.problem = problem
        self.era = era


class Sandbox(Standing):
    """A workspace of a local Braze.

    `clock` gives UTC epoch seconds, and the `clock` of the sandbox follows it until it is turned. `seed` decides the
    ids: the same seed, clock and requests give the same bytes. The rest may also be changed later, through the parts
    that have the same names.

    `api_key` is a key that may do everything; `keys` are several, each with the permissions that it has, or None for
    all. `accept_any_key` takes every other key as well. `missing_permission` is the status for what a key may not do.
    A key that looks like one of Braze's is refused, also as a setting, unless `allow_real_keys`.

    `mode` says what becomes of an audience that Braze accepts and fails on later: in "braze" it is accepted and told in
    `activity`, in "strict" it is refused at once. `audience_without_broadcast` accepts an audience without recipients
    and without `broadcast: true`, on which Braze's pages disagree. `campaigns` and `canvases` are the known ids, or
    their states by id, None for any id; `paused_campaign` says what becomes of a send to a campaign that is paused or
    archived. `send_ids_must_exist` refuses a `send_id` that was not made before.

    `enforce_limits` answers 429 where a rate limit is spent, and `limits` sets some of them by the names of
    `braze_api.RATE_WINDOWS`. `faults` says which fault each request meets; see `Faults`.

    `keep` is the number of entries that each log holds. `on_entry` is called with each entry, kept or not, once its
    request is through; several threads may call it at once. With `profiles`, each accepted request is told whom it
    would have been sent to, under `settings`; see `reach`. `profiles_origin` says where they are from. `attributes` are
    the items that `GET /custom_attributes` lists; without them, what the profiles have, and without those a sample.

    Safe to call from several threads. Raises ConfigurationError for what cannot be set.
    """

    def __init__(self, *, clock: Clock, seed: int, **options: Unpack[SandboxOptions]) -> None:
        super().__init__(clock, options)
        self._on_entry = options.get("on_entry")
        self._seed = seed

    def handle(self, request: SandboxRequest) -> SandboxResponse:
        """Braze's answer to the request. Never raises over what the request holds."""
        return self.exchange(request)[0]

    def begin(self, path: str = "", header: Header | None = None) -> Turn:
        """The turn of the next request, for whoever has to know its fault before the body is read.

        `header` looks a header up by its name in any case, and gives None where there is none.
        """
        number = self._log.next_number()
        era = self._log.era
        try:
            return Turn(number, self.switches.decide(number, path, header), era=era)
        except ConfigurationError as error:
            way = "" if error.help is None else f" ({error.help})"
            return Turn(number, None, problem=f"{FAULT_HEADER}: {error.message}{way}", era=era)

    def exchange(self, request: SandboxRequest, turn: Turn | None = None) -> tuple[SandboxResponse, LogEntry]:
        """As `handle`, with the entry of the log. `turn` is the one that the request was given, if it was."""
        turn = turn or self.begin(request.path, request.header)
        fault = turn.fault
        if turn.problem is not None:
            verdict = Verdict(400, turn.problem, windows=())
        else:
            verdict = self._judge.judge(request) if fault is None or fault.is_taken else in_place_of_braze(fault)
        # A sound body has no field but its endpoint's, and so none for a key.
        raw = request.body if verdict.sound is not None else kept(request)
        with self._changes:
            if turn.era != self._log.era:
                # A state was restored meanwhile, and the number may be another request's.
                turn = Turn(self._log.next_number(), fault, problem=turn.problem, era=self._log.era)
            entry, limits = self._settle(request, raw, verdict, turn)
        if entry.accepted:
            self._note_reach(entry, verdict)
        if self._on_entry is not None:
            self._on_entry(entry)
        if entry.status is None:
            return SandboxResponse(0, (), b"", fault=fault), entry
        request_id = self._id("request", entry.number)
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

    def _settle(self, request: SandboxRequest, raw: bytes, verdict: Verdict, turn: Turn) -> tuple[LogEntry, Headers]:
        """What the requests before this one make of it; its entry of the log, and the headers with the limits.

        `raw` is what the log keeps of the body.
        """
        now = self.clock()
        fault = turn.fault
        counted = self.limits.count(verdict.windows, now, verdict.audience)
        if counted.spent is not None:
            verdict.refuse("Rate Limited", [], status=429)
        taken = Taken()
        if verdict.endpoint is not None and verdict.sound is not None:
            make_id = partial(self._id, number=turn.number)
            taken = self._workspace.take(verdict.endpoint, verdict.sound, make_id, number=turn.number, now=now)
            if taken.refused is None:
                verdict.json = taken.body if verdict.notice is None else {**taken.body, "notice": verdict.notice}
            else:
                verdict.refuse_for(taken.refused)
        is_taken = verdict.sound is not None
        if fault is not None and fault.is_taken and not over_the_answer(fault, verdict, is_accepted=is_taken):
            fault = None
        is_answered = fault is None or fault.ending in ("answer", "truncated")
        entry = LogEntry(
            number=turn.number,
            at=now,
            method=request.method,
            path=request.path.partition("?")[0],
            raw=raw,
            status=verdict.status if is_answered else None,
            message=verdict.message if is_answered else "",
            accepted=is_taken and verdict.notice is None,
            findings=verdict.findings,
            dispatch_id=taken.dispatch_id,
            schedule_id=taken.schedule_id,
            send_id=taken.send_id,
            notice=verdict.notice if is_taken else None,
            fault=None if fault is None else fault.name,
        )
        self._log.add(entry)
        self._note_late_failure(entry)
        is_played_429 = fault is not None and fault.status == 429
        return entry, until_next_second(now) if is_played_429 else counted.headers

    def _note_reach(self, entry: LogEntry, verdict: Verdict) -> None:
        if self._known.people is None or verdict.endpoint is None or verdict.sound is None:
            return
        reach = self._known.reach(verdict.endpoint, verdict.sound, entry.at)
        with self._changes:
            entry.reach = reach

    def _note_late_failure(self, entry: LogEntry) -> None:
        late = [error for error in by_severity(entry.findings, ERROR) if concerns_audience(error)]
        if not entry.accepted or not late:
            return
        text = activity_text(late[0], entry.body, ENDPOINTS_BY_PATH[entry.path].audience_field)
        self._log.add_activity(
            ActivityEntry(
                number=entry.number,
                at=entry.at,
                dispatch_id=entry.dispatch_id,
                category=AUDIENCE_ERRORS,
                text=text,
                findings=late,
            )
        )

    def _id(self, purpose: str, number: int) -> str:
        return sha256(f"{self._seed}/{purpose}/{number}".encode()).hexdigest()[:32]


_UUID = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
