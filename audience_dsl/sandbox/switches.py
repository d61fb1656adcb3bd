"""Which faults the requests meet, as switches that may be turned while the sandbox runs, and by their own headers.

What decides, from the first to the last: a header of the request, which is for it alone; the faults that the next
requests are to meet, one each; and the rates.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Any, Final

from ..braze_api import ATTRIBUTES_PATH, ENDPOINTS_BY_PATH
from ..diagnostics import ConfigurationError, did_you_mean, listed, quoted
from .changes import Changes
from .faults import DELAY, DELAY_AT_MOST, Fault, FaultPlan, Faults, drawn, fault_named, rate_of, seconds_of
from .given import Given, refused

__all__ = ["DELAY_HEADER", "FAULT_HEADER", "NEXT_AT_MOST", "FaultSwitches", "Header"]

# For the request that has them alone: `lost-answer`, or `503=0.5, delay`, or `none`; and seconds.
FAULT_HEADER: Final = "X-Sandbox-Fault"
DELAY_HEADER: Final = "X-Sandbox-Delay"
# Faults that may wait for requests to come.
NEXT_AT_MOST: Final = 10_000

_MEMBERS: Final = ("delay", "next", "paths", "rates", "seed")
_PATHS: Final = (*ENDPOINTS_BY_PATH, ATTRIBUTES_PATH)

# Looks a header of a request up by its name.
Header = Callable[[str], str | None]


class FaultSwitches:
    """The faults of a sandbox. `plan` may be any function from a request's number to the fault that it meets."""

    __slots__ = ("_changes", "_next", "_paths", "_plan")

    def __init__(self, plan: FaultPlan | None = None, changes: Changes | None = None) -> None:
        self._changes = changes or Changes()
        self._next: deque[Fault] = deque()
        self._paths: frozenset[str] | None = None
        self._plan: FaultPlan | None = plan

    @property
    def plan(self) -> FaultPlan | None:
        return self._plan

    @plan.setter
    def plan(self, plan: FaultPlan | None) -> None:
        """Another plan, for requests to any path."""
        with self._changes:
            self._plan, self._paths = plan, None

    def set(
        self,
        rates: Mapping[str, float],
        *,
        seed: int = 0,
        delay: float = DELAY,
        paths: Collection[str] | None = None,
    ) -> None:
        """Each request to one of these paths, or to any, meets a fault by its rate; see `Faults`.

        What waits for the next requests stays. Raises ConfigurationError for what cannot be, and changes nothing then.
        """
        plan = Faults(seed, rates, delay=delay)
        if isinstance(paths, str):
            raise refused(f"the paths are a collection, and {quoted(paths)} is a text", f'write `["{paths}"]`')
        only = None if paths is None else frozenset(_path(Given(path, whole="a path")) for path in paths)
        with self._changes:
            self._plan, self._paths = plan, only

    def next(self, *names: str, delay: float | None = None) -> None:
        """The next requests meet these faults, one each and in this order, after those that wait already.

        `delay` is that of `delay` among them, if it is not the one that was set.
        """
        seconds = self.delay if delay is None else seconds_of(delay)
        faults = [fault_named(name, seconds) for name in names]
        with self._changes:
            if len(self._next) + len(faults) > NEXT_AT_MOST:
                raise refused(f"at most {NEXT_AT_MOST:,} faults wait for the next requests")
            self._next.extend(faults)

    def clear(self) -> None:
        """Nothing goes wrong any more, but what a request asks for itself."""
        with self._changes:
            self._plan = self._paths = None
            self._next.clear()

    def forget_next(self) -> None:
        """Takes away the faults that wait for the next requests."""
        with self._changes:
            self._next.clear()

    @property
    def delay(self) -> float:
        return self._plan.delay if isinstance(self._plan, Faults) else DELAY

    @property
    def waiting(self) -> tuple[str, ...]:
        """The names of the faults that wait for the next requests."""
        with self._changes.lock:
            return tuple(fault.name for fault in self._next)

    def decide(self, number: int, path: str, header: Header | None) -> Fault | None:
        """The fault that this request meets. Raises ConfigurationError over a header that says nothing there is."""
        if header is not None:
            asked, seconds = header(FAULT_HEADER), header(DELAY_HEADER)
            if asked is not None or seconds is not None:
                return self._asked(number, asked, seconds)
        if self._next:
            with self._changes:
                # Another request may have been quicker.
                if self._next:
                    return self._next.popleft()
        plan, paths = self._plan, self._paths
        if plan is None or (paths is not None and path.partition("?")[0] not in paths):
            return None
        return plan(number)

    def _asked(self, number: int, asked: str | None, seconds: str | None) -> Fault | None:
        delay = None if seconds is None else _seconds(seconds)
        if asked is None:
            return fault_named("delay", delay or 0.0)
        share = drawn(self._plan.seed if isinstance(self._plan, Faults) else 0, number, "header")
        found: Fault | None = None
        for fault, rate in _parsed(asked, self.delay if delay is None else delay):
            if found is None and share < rate:
                found = fault
            share -= rate
        return found if found is None or delay is None else found.held_back(delay)

    def as_dict(self) -> dict[str, Any]:
        """How they stand. A plan that is a function of your own cannot be told, and is as if it were none."""
        with self._changes.lock:
            plan = self._plan if isinstance(self._plan, Faults) else None
            return {
                "rates": {} if plan is None else dict(plan.rates),
                "seed": 0 if plan is None else plan.seed,
                "delay": self.delay,
                "paths": None if self._paths is None else sorted(self._paths),
                "next": [_told(fault) for fault in self._next],
            }

    def restore(self, value: object) -> None:
        """As `as_dict` gave it. Without `next` what waits stays, and without all of the others the rates.

        Raises ConfigurationError, and changes nothing then.
        """
        self.restoring(Given(value, whole="the faults"))()

    def restoring(self, given: Given) -> Callable[[], None]:
        members = given.members(_MEMBERS)
        delay = members["delay"].number(0, DELAY_AT_MOST) if "delay" in members else DELAY
        seed = members["seed"].whole_number(-(2**256), 2**256) if "seed" in members else 0
        rates: dict[str, float] = {}
        if "rates" in members:
            for name, rate in members["rates"].pairs():
                rates[_named(rate, name, delay).name] = rate.number(0, 1)
        paths: frozenset[str] | None = None
        if "paths" in members and members["paths"].value is not None:
            paths = frozenset(_path(path) for path in members["paths"].items())
        waiting: list[Fault] | None = None
        if "next" in members:
            waiting = [_waiting(each, delay) for each in members["next"].items()]
            if len(waiting) > NEXT_AT_MOST:
                raise members["next"].refused(f"has more than {NEXT_AT_MOST:,} faults")
        if sum(rates.values()) > 1 + 1e-9:
            raise members["rates"].refused(f"are {sum(rates.values()):g} together, which is more than 1")
        plan = Faults(seed, rates, delay=delay)

        def restore() -> None:
            with self._changes:
                if members.keys() - {"next"}:
                    self._plan, self._paths = plan, paths
                if waiting is not None:
                    self._next = deque(waiting)

        return restore

    def __repr__(self) -> str:
        rates = self._plan.words() if isinstance(self._plan, Faults) else repr(self._plan)
        return f"<FaultSwitches {rates}, next: {', '.join(self.waiting) or 'none'}>"


def _parsed(text: str, delay: float) -> list[tuple[Fault, float]]:
    """`lost-answer`, or `503=0.5, delay`: one without a rate is met by all that are left."""
    parts = [part.strip() for part in islice(text.split(","), 100)]
    if parts == ["none"]:
        return []
    found: list[tuple[Fault, float]] = []
    for part in parts:
        name, equals, rate = part.partition("=")
        name = name.strip()
        try:
            share = rate_of(name, float(rate)) if equals else 1.0
        except ValueError:
            raise refused(f"the rate of {quoted(name)} is {quoted(rate)}, which is no number", _HEADER_WAY) from None
        found.append((fault_named(name, delay), share))
    return found


_HEADER_WAY: Final = "write it as in `lost-answer`, or `503=0.5, delay`"


def _seconds(text: str) -> float:
    try:
        return seconds_of(float(text))
    except ValueError:
        raise refused(f"{quoted(text)} is no number of seconds", "write it as in `0.5`") from None


def _path(given: Given) -> str:
    path = given.text()
    if path not in _PATHS:
        raise given.refused(
            f"is {quoted(path)}, which is no endpoint of the sandbox",
            did_you_mean(path, _PATHS, f"the endpoints are {listed(_PATHS)}"),
        )
    return path


def _named(given: Given, name: str, delay: float) -> Fault:
    try:
        return fault_named(name, delay)
    except ConfigurationError as error:
        raise given.refused(f"is none: {error.message}", error.help) from None


def _told(fault: Fault) -> str | dict[str, Any]:
    return {"name": fault.name, "delay": fault.seconds} if fault.name == "delay" else fault.name


def _waiting(given: Given, delay: float) -> Fault:
    if isinstance(given.value, str):
        return _named(given, given.value, delay)
    members = given.members(("delay", "name"))
    if "name" not in members:
        raise given.refused("names no fault", 'write it as in `"lost-answer"`')
    seconds = members["delay"].number(0, DELAY_AT_MOST) if "delay" in members else delay
    return _named(members["name"], members["name"].text(), seconds)
