"""What a sandbox holds, and how it is asked and changed: the parts of it, the log, the profiles, and its state.

What becomes of a request is not here, but in `core`.
"""

from typing import TYPE_CHECKING, Any

from ..braze_api import ENDPOINTS_BY_PATH
from .campaigns import Campaigns
from .changes import Changes
from .clock import Clock, SandboxClock
from .faults import FaultPlan
from .given import refused
from .history import ENTRIES_AT_MOST
from .journal import ActivityEntry, LogEntry
from .judging import Judge, Mode
from .keys import SANDBOX_KEY, Keys
from .known import NO_PROFILES, Known, ProfilesGiven
from .limits import RateWindows
from .log import Log
from .options import SandboxOptions
from .state import Named, read_into, told
from .switches import FaultSwitches
from .targets import scheduled_at
from .workspace import Schedule, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ..profiles import Profile
    from ..reasons import Line
    from ..settings import Settings
    from .reach import Reach

__all__ = ["Standing"]


class Standing:
    """The parts of a sandbox under its options; see `Sandbox`."""

    def __init__(self, clock: Clock, options: SandboxOptions) -> None:
        unknown = options.keys() - SandboxOptions.__optional_keys__
        if unknown:
            raise TypeError(f"Sandbox() got an unexpected keyword argument {min(unknown)!r}")
        keep = options.get("keep", ENTRIES_AT_MOST)
        if keep < 1:
            raise refused(f"the sandbox's logs hold at least 1 entry, not {keep}")
        self._changes = changes = Changes()
        keys = dict(options.get("keys", {}))
        if "api_key" in options or not keys:
            keys = {options.get("api_key", SANDBOX_KEY): None, **keys}
        self.clock = SandboxClock(clock, changes)
        self.keys = Keys(
            keys,
            accept_any=options.get("accept_any_key", False),
            allow_real=options.get("allow_real_keys", False),
            missing_permission=options.get("missing_permission", 401),
            changes=changes,
        )
        paused = options.get("paused_campaign", "notice")
        self.campaigns = Campaigns("campaign", options.get("campaigns"), paused=paused, changes=changes)
        self.canvases = Campaigns("Canvas", options.get("canvases"), changes=changes)
        self.limits = RateWindows(options.get("limits"), enforce=options.get("enforce_limits", False), changes=changes)
        self.switches = FaultSwitches(options.get("faults"), changes)
        self._workspace = Workspace(send_ids_must_exist=options.get("send_ids_must_exist", False), changes=changes)
        self._log = Log(keep=keep, changes=changes)
        self._known = Known(
            clock=clock, settings=options.get("settings"), attributes=options.get("attributes"), changes=changes
        )
        self._known.set(options.get("profiles"), options.get("profiles_origin"))
        self._judge = Judge(
            keys=self.keys,
            mode=options.get("mode", "braze"),
            audience_without_broadcast=options.get("audience_without_broadcast", False),
            campaigns=self.campaigns,
            canvases=self.canvases,
            attributes=lambda: self._known.attributes,
            changes=changes,
        )
        self._parts = (
            Named("clock", self.clock),
            self._judge,
            Named("campaigns", self.campaigns),
            Named("canvases", self.canvases),
            Named("keys", self.keys),
            Named("limits", self.limits),
            Named("faults", self.switches),
            self._known,
            self._workspace,
            self._log,
        )

    # --- What was sent ---

    @property
    def requests(self) -> tuple[LogEntry, ...]:
        """The requests so far by their numbers, as far as they are kept."""
        return self._log.requests

    @property
    def activity(self) -> tuple[ActivityEntry, ...]:
        """What was accepted and failed afterwards, by number, as far as it is kept."""
        return self._log.activity

    @property
    def dropped(self) -> int:
        """How many requests are no longer in `requests`."""
        return self._log.dropped

    def find(self, number: int) -> LogEntry | None:
        """The request of this number; None where it is not kept, or not through yet."""
        return self._log.find(number)

    def since(self, number: int, most: int = 100) -> list[LogEntry]:
        """The first requests that were through after the one of this number; 0 is before all.

        They come in that order, which need not be that of their numbers, so that whoever asks again with the last
        number of a list misses none.
        """
        return self._log.since(number, most)

    def latest(self, most: int = 100) -> list[LogEntry]:
        """The requests that were through last, the last of them first."""
        return self._log.latest(most)

    def activity_of(self, number: int) -> ActivityEntry | None:
        """What became of the accepted request of this number, if it failed afterwards."""
        return self._log.activity_of(number)

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """What was scheduled and not deleted since, also where its time has come."""
        return self._workspace.schedules

    def why(self, number: int, user: str) -> "list[Line]":
        """What the audience of an accepted request says of one of the profiles, clause by clause.

        The first line is the whole: its `selected` says whether the user would have been sent to. Raises WhyError
        where there is no such request, user or audience, or it cannot be evaluated.
        """
        entry = self._sent(number)
        endpoint, body = ENDPOINTS_BY_PATH[entry.path], entry.body
        later = scheduled_at(endpoint, body)
        return self._known.why(endpoint, body, user, entry.at if later is None else later)

    def reach(self, number: int) -> "Reach":
        """Whom an accepted request would have been sent to, by the profiles that are known by now.

        Raises WhyError where there is no such request, or there are no profiles.
        """
        from .reach import WhyError

        entry = self._sent(number)
        found = self._known.reach(ENDPOINTS_BY_PATH[entry.path], entry.body, entry.at)
        if found is None:
            # They were taken away this very moment.
            raise WhyError(NO_PROFILES)
        return found

    def _sent(self, number: int) -> LogEntry:
        from .reach import WhyError

        if self._known.people is None:
            raise WhyError(NO_PROFILES)
        entry = self.find(number)
        if entry is None:
            raise WhyError(f"there is no request {number} in the log")
        if entry.notice is not None:
            raise WhyError(f"request {number} was not sent: {entry.notice}")
        if not entry.accepted:
            raise WhyError(f"request {number} was refused")
        if ENDPOINTS_BY_PATH[entry.path].audience_field is None:
            raise WhyError(f"request {number} sends no message")
        return entry

    # --- How it stands ---

    @property
    def mode(self) -> Mode:
        return self._judge.mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._judge.mode = mode

    @property
    def audience_without_broadcast(self) -> bool:
        return self._judge.audience_without_broadcast

    @audience_without_broadcast.setter
    def audience_without_broadcast(self, value: bool) -> None:
        self._judge.audience_without_broadcast = value

    @property
    def send_ids_must_exist(self) -> bool:
        return self._workspace.send_ids_must_exist

    @send_ids_must_exist.setter
    def send_ids_must_exist(self, value: bool) -> None:
        self._workspace.send_ids_must_exist = value

    @property
    def faults(self) -> FaultPlan | None:
        """The plan of the `switches`: a `Faults`, or any function from a request's number to its fault."""
        return self.switches.plan

    @faults.setter
    def faults(self, plan: FaultPlan | None) -> None:
        self.switches.plan = plan

    @property
    def settings(self) -> "Settings":
        """The assumptions under which profiles are judged."""
        return self._known.settings

    @property
    def profiles(self) -> "Sequence[Profile]":
        """The profiles that are known; none where nothing is said of whom a request reaches."""
        return self._known.profiles

    @property
    def profiles_origin(self) -> str | None:
        return self._known.origin

    @property
    def knows_profiles(self) -> bool:
        """Whether requests are told whom they reach; no profile at all is also something to know."""
        return self._known.people is not None

    def set_profiles(self, profiles: "ProfilesGiven | None", *, origin: str | None = None) -> None:
        """Others from now on, which requests before are not told of; None for none.

        Raises ProfileError for what is no profile, and changes nothing then.
        """
        self._known.set(profiles, origin)

    def make_profiles(self, audience: object, *, seed: int = 0, count: int | None = None, origin: str) -> None:
        """Users at the edges of an audience, by this clock and these settings; see `edges.profiles_at_edges`."""
        from .edges import COUNT, profiles_at_edges

        count = COUNT if count is None else count
        made = profiles_at_edges(audience, seed=seed, count=count, now=self.clock(), settings=self.settings)
        self.set_profiles(made, origin=origin)

    def profile_name(self, user: str) -> str | None:
        """What is special about a user who was made at the edges of a filter."""
        return self._known.name_of(user)

    @property
    def changes(self) -> int:
        """A number that grows with everything that changes; what is equal to before is as it was."""
        return self._changes.count

    def state(self, *, only: "Collection[str] | None" = None) -> dict[str, Any]:
        """All of it as JSON values, or `only` these members, for `restore`. Keys that look real are in no state."""
        return told(self._parts, self._changes, only)

    def restore(self, state: object) -> None:
        """As a state says; a member that it leaves out stays as it is.

        A state says all but the seed and what is code: `on_entry`, and faults by a function. Raises ConfigurationError
        with the JSON pointer of what is wrong, and changes nothing then.
        """
        read_into(self._parts, state, self._changes)

    def reset(self) -> None:
        """A workspace as new: empties both logs, the rate-limit counts, the schedules and the send ids.

        No fault waits for the next request any more. Settings stay. Numbers and ids go on: an id never comes twice.
        """
        with self._changes:
            self._log.clear()
            self.limits.clear()
            self._workspace.clear()
            self.switches.forget_next()
