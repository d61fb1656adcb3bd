"""Whom an accepted request would have been sent to, as far as profiles tell.

It is an estimate, and `CAVEAT` says what it leaves out. Whoever sends may send anything, so what an audience can cost
is bounded: by its clauses, by the time that a regex may take on one value, and by the time that a request may take.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, Literal, TypeAlias, get_args

from ..audience.read import read
from ..braze_api import IDENTIFIERS, Endpoint
from ..diagnostics import AudienceError, RequestError, counted, quoted
from ..evaluate import Evaluator
from ..profiles import Profile, profile_of
from ..reasons import Line, explain
from ..settings import Limits, Settings
from .given import Given
from .targets import recipients_of, scheduled_at

__all__ = ["CAVEAT", "IDS_AT_MOST", "PROFILES_AT_MOST", "People", "Reach", "Recipient", "WhyError"]

CAVEAT = (
    "This is an estimate: it leaves out the campaign's own target, what a channel asks of a user, and whatever "
    "changed since the profiles were written"
)
# Profiles that a sandbox holds in memory, and the ids of those selected that an entry of the log lists.
PROFILES_AT_MOST = 100_000
IDS_AT_MOST = 20
# What one request may cost. An audience may have more clauses, and is then not evaluated.
CLAUSES_AT_MOST = 10_000
SECONDS_AT_MOST = 3.0
REGEX_SECONDS_AT_MOST = 0.1

Target: TypeAlias = Literal["recipients", "audience", "everyone"]
Standing: TypeAlias = Literal["selected", "not selected", "undecided", "created", "unknown", "not looked up"]


class WhyError(AudienceError):
    """There is nothing to explain: no such request or user, or no audience that can be evaluated."""


class _InvalidError(AudienceError):
    """The audience is none, so that Braze fails when it sends."""


class Recipient:
    """One recipient of a request: who, as the request names them, and whether they would have been sent to.

    `standing` is "selected", "not selected", "undecided" (the audience cannot be evaluated), "unknown" (not among the
    profiles), "created" (not there either, but the request makes the user), or "not looked up" (named by something
    else than `external_user_id`). `writes` says that the request writes `attributes` before, which are not looked at.
    """

    __slots__ = ("standing", "who", "writes")

    def __init__(self, who: dict[str, Any], standing: Standing, *, writes: bool = False) -> None:
        self.who = who
        self.standing = standing
        self.writes = writes

    def as_dict(self) -> dict[str, Any]:
        return {**self.who, "standing": self.standing, "writes_attributes": self.writes}

    def __repr__(self) -> str:
        return f"Recipient({self.who!r}, {self.standing!r})"


class Reach:
    """Whom a request would have been sent to.

    `target` says who was to be looked at: the `recipients` of the request, all profiles by its `audience`, or
    `everyone`. They are `of`; `looked_at` of them there was time for, `selected` were sent to, and `undecided` are
    those on whom a regex took too long. `ids` are the first of those selected. `problem` says why an audience cannot
    be evaluated, and then `selected` is None for one that is valid, or it tells of the first regex that gave up.
    `capped` says that there were more profiles than are held.

    `at` is the instant for which it was asked, in UTC epoch seconds: that of the request, or of its schedule, and then
    it `is_scheduled`. `segment` is the one that the request names, which nothing here knows.
    """

    __slots__ = (
        *("at", "capped", "ids", "is_scheduled", "looked_at", "of", "problem", "recipients", "segment", "selected"),
        *("target", "undecided"),
    )

    def __init__(
        self,
        target: Target,
        *,
        of: int,
        at: float,
        is_scheduled: bool = False,
        segment: str | None = None,
        capped: bool = False,
    ) -> None:
        self.target = target
        self.at = at
        self.is_scheduled = is_scheduled
        self.segment = segment
        self.of = of
        self.capped = capped
        self.looked_at = 0
        self.selected: int | None = 0
        self.undecided = 0
        self.ids: tuple[str, ...] = ()
        self.recipients: tuple[Recipient, ...] = ()
        self.problem: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-ready values; `scheduled_at` and `segment` where there are."""
        more = {"scheduled_at": _instant(self.at).isoformat()} if self.is_scheduled else {}
        if self.segment is not None:
            more["segment"] = self.segment
        return {
            "target": self.target,
            "of": self.of,
            "looked_at": self.looked_at,
            "selected": self.selected,
            "undecided": self.undecided,
            "ids": list(self.ids),
            "recipients": [each.as_dict() for each in self.recipients],
            "profiles_capped": self.capped,
            "problem": self.problem,
            **more,
        }

    @classmethod
    def from_given(cls, given: Given, at: float) -> "Reach":
        """As `as_dict` wrote it, of a request at this instant. Raises ConfigurationError for anything else."""
        members = given.members(_MEMBERS)
        given.needs(members, "target", "of", "looked_at", "selected", "undecided", "ids", "recipients")
        later = members.get("scheduled_at")
        reach = cls(
            _TARGETS[members["target"].choice(_TARGETS)],
            of=members["of"].whole_number(),
            at=at if later is None else later.instant(),
            is_scheduled=later is not None,
            segment=members["segment"].optional_text() if "segment" in members else None,
            capped=members["profiles_capped"].flag() if "profiles_capped" in members else False,
        )
        reach.looked_at = members["looked_at"].whole_number()
        reach.selected = None if members["selected"].value is None else members["selected"].whole_number()
        reach.undecided = members["undecided"].whole_number()
        reach.ids = tuple(each.text() for each in members["ids"].items())
        reach.recipients = tuple(_recipient(each) for each in members["recipients"].items())
        reach.problem = members["problem"].optional_text() if "problem" in members else None
        return reach

    def lines(self) -> list[str]:
        """The same in words, for a person."""
        number = "an unknown number" if self.selected is None else f"{self.selected:,}"
        if self.target == "recipients":
            found = [f"would reach {number} of {counted(self.of, 'recipient')}{self._listed()}"]
            for standing, words in _STANDINGS.items():
                names = [each for each in self.recipients if each.standing == standing]
                if names:
                    found.append(f"{words}: {_enumerated([_name(each.who) for each in names], len(names))}")
            if any(each.writes for each in self.recipients):
                found.append("the `attributes` that the request writes first are not looked at")
        else:
            first = "the first " if self.capped else ""
            everyone = ", since the request has no audience" if self.target == "everyone" else ""
            found = [f"would reach {number} of {first}{counted(self.of, 'profile')}{everyone}{self._listed()}"]
            if 0 < self.looked_at < self.of:
                found.append(f"looked at {self.looked_at:,} of them only, since more would have taken too long")
            if self.undecided:
                found.append(f"undecided: {counted(self.undecided, 'profile')}")
        if self.problem is not None:
            found.append(self.problem)
        if self.segment is not None:
            found.append(f"the segment {quoted(self.segment)} narrows this further, and is not known here")
        if self.is_scheduled:
            when = _instant(self.at).isoformat(timespec="seconds")
            found.append(f"this is for {when}, when it is to go out, by the profiles as they are now")
        return found

    def _listed(self) -> str:
        return f": {_enumerated(self.ids, self.selected or 0)}" if self.ids else ""

    def __repr__(self) -> str:
        return f"<Reach {self.selected} of {self.of} {self.target}>"


class People:
    """The profiles that a sandbox knows, at most `PROFILES_AT_MOST`. Of several with one id, the first answers to it.

    They may be mappings, and then ProfileError is raised for what is no profile. `clock` is in seconds; a clock that
    stands still lets a request take as long as it takes.
    """

    __slots__ = ("_by_id", "_clock", "_profiles", "_settings", "capped")

    def __init__(
        self,
        profiles: Iterable[Profile | Mapping[str, object]],
        *,
        settings: Settings,
        clock: Callable[[], float],
    ) -> None:
        source = iter(profiles)
        self._profiles = [
            each if isinstance(each, Profile) else profile_of(each) for each in islice(source, PROFILES_AT_MOST)
        ]
        self.capped = next(source, None) is not None
        self._by_id: dict[str, Profile] = {}
        for profile in self._profiles:
            if profile.id is not None:
                self._by_id.setdefault(profile.id, profile)
        self._settings = settings
        self._clock = clock

    def __len__(self) -> int:
        return len(self._profiles)

    @property
    def profiles(self) -> Sequence[Profile]:
        return self._profiles

    def reach(self, endpoint: Endpoint, body: dict[str, Any], now: float) -> Reach | None:
        """Whom an accepted request would have been sent to, at once or when it is scheduled for.

        None where the endpoint sends nothing. Raises nothing over the body.
        """
        field = endpoint.audience_field
        if field is None:
            return None
        recipients = recipients_of(endpoint, body)
        target: Target = "recipients" if recipients else "audience" if field in body else "everyone"
        later = scheduled_at(endpoint, body)
        reach = Reach(
            target,
            of=len(self._profiles),
            at=now if later is None else later,
            is_scheduled=later is not None,
            segment=body.get("segment_id"),
            capped=self.capped,
        )
        evaluator = None
        without: Standing = "selected"
        if field in body:
            try:
                evaluator = self._evaluator(body[field])
            except AudienceError as error:
                reach.problem = str(error)
                without = "not selected" if isinstance(error, _InvalidError) else "undecided"
        if recipients:
            self._look_up(reach, recipients, evaluator, without)
        elif evaluator is not None:
            self._select(reach, evaluator)
        elif without == "selected":
            self._take_all(reach)
        elif without == "undecided":
            reach.selected = None
        return reach

    def why(self, endpoint: Endpoint, body: Any, user: str, at: float) -> list[Line]:
        """What the audience of an accepted request says of one user, the whole first. Raises WhyError."""
        field = endpoint.audience_field
        if not isinstance(body, dict) or field not in body:
            raise WhyError("the request has no audience")
        profile = self._by_id.get(user)
        if profile is None:
            raise WhyError(f"{quoted(user)} is not among the profiles")
        now = _instant(at)
        try:
            verdict = self._evaluator(body[field]).why(profile, now)
        except AudienceError as error:
            raise WhyError(str(error)) from None
        return explain(verdict, settings=self._settings, now=now, untyped=profile.untyped)

    def _evaluator(self, audience: object) -> Evaluator:
        """Raises an AudienceError whose text stands alone."""
        try:
            filter = read(audience, limits=Limits(clauses=CLAUSES_AT_MOST))
            return Evaluator(filter, self._settings, regex_timeout=REGEX_SECONDS_AT_MOST)
        except RequestError as error:
            found = error.diagnostics[0]
            if found.code.slug == "too-many-clauses":
                message = f"the sandbox evaluates audiences of up to {CLAUSES_AT_MOST:,} clauses, and this has more"
                raise AudienceError(message) from None
            raise _InvalidError(f"the audience is invalid, so Braze would send to nobody: {found.message}") from None

    def _look_up(
        self,
        reach: Reach,
        recipients: list[dict[str, Any]],
        evaluator: Evaluator | None,
        without: Standing,
    ) -> None:
        # Braze merges entries of one user, and the last counts (recipient_object, D).
        merged: dict[str, dict[str, Any]] = {}
        for number, recipient in enumerate(recipients):
            user = recipient.get("external_user_id")
            merged[f"/{number}" if user is None else f"={user}"] = recipient
        found: list[Recipient] = []
        ids: list[str] = []
        for recipient in merged.values():
            standing = self._standing(reach, recipient, evaluator, without)
            who = {key: recipient[key] for key in IDENTIFIERS if key in recipient}
            found.append(Recipient(who, standing, writes=bool(recipient.get("attributes"))))
            if standing == "selected":
                ids.append(recipient["external_user_id"])
        reach.of = len(found)
        reach.looked_at = sum(each.standing in ("selected", "not selected") for each in found)
        reach.undecided = sum(each.standing == "undecided" for each in found)
        reach.selected = len(ids)
        reach.ids = tuple(ids[:IDS_AT_MOST])
        reach.recipients = tuple(found)

    def _standing(
        self, reach: Reach, recipient: dict[str, Any], evaluator: Evaluator | None, without: Standing
    ) -> Standing:
        user = recipient.get("external_user_id")
        if user is None:
            return "not looked up"
        profile = self._by_id.get(user)
        if profile is None:
            return "created" if recipient.get("send_to_existing_only") is False else "unknown"
        if evaluator is None:
            return without
        try:
            return "selected" if evaluator.selects(profile, _instant(reach.at)) else "not selected"
        except AudienceError as error:
            reach.problem = reach.problem or str(error)
            return "undecided"

    def _take_all(self, reach: Reach) -> None:
        reach.selected = reach.looked_at = len(self._profiles)
        named = (profile.id for profile in self._profiles if profile.id is not None)
        reach.ids = tuple(islice(named, IDS_AT_MOST))

    def _select(self, reach: Reach, evaluator: Evaluator) -> None:
        now = _instant(reach.at)
        until = self._clock() + SECONDS_AT_MOST
        ids: list[str] = []
        selected = looked_at = 0
        for profile in self._profiles:
            looked_at += 1
            try:
                if evaluator.selects(profile, now):
                    selected += 1
                    if profile.id is not None and len(ids) < IDS_AT_MOST:
                        ids.append(profile.id)
            except AudienceError as error:
                reach.undecided += 1
                reach.problem = reach.problem or str(error)
            if self._clock() > until:
                break
        reach.selected, reach.looked_at, reach.ids = selected, looked_at, tuple(ids)


_STANDINGS: dict[Standing, str] = {
    "not selected": "not selected by the audience",
    "undecided": "undecided",
    "unknown": "not among the profiles",
    "created": "not among the profiles, and created by the request",
    "not looked up": "not looked up, since profiles are known by their external id alone",
}


_TARGETS: dict[str, Target] = {each: each for each in get_args(Target)}
_ALL_STANDINGS: dict[str, Standing] = {each: each for each in get_args(Standing)}
_MEMBERS: Final = (
    *("target", "of", "looked_at", "selected", "undecided", "ids", "recipients", "profiles_capped", "problem"),
    *("scheduled_at", "segment"),
)


def _recipient(given: Given) -> Recipient:
    members = given.members((*IDENTIFIERS, "standing", "writes_attributes"))
    given.needs(members, "standing")
    who: dict[str, Any] = {}
    for name in IDENTIFIERS:
        if name == "user_alias" and name in members:
            who[name] = {key: each.text() for key, each in members[name].pairs()}
        elif name in members:
            who[name] = members[name].text()
    writes = members["writes_attributes"].flag() if "writes_attributes" in members else False
    return Recipient(who, _ALL_STANDINGS[members["standing"].choice(_ALL_STANDINGS)], writes=writes)


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _name(who: dict[str, Any]) -> str:
    value = next(iter(who.values()), "")
    return str(value.get("alias_name", "")) if isinstance(value, dict) else str(value)


def _enumerated(names: Iterable[str], count: int) -> str:
    named = list(islice(names, IDS_AT_MOST))
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return ", ".join(named) + more
