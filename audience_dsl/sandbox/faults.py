"""What can go wrong on the way to Braze and back, played by the sandbox with a probability and a seed.

What matters of a fault is whether Braze had taken the request when it struck: a caller often cannot know, and here the
log says it. Whether the next request meets a fault depends on the seed and on the request's number alone.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, Literal, TypeAlias

from ..diagnostics import did_you_mean, listed, quoted
from .given import refused

__all__ = [
    "DELAY",
    "DELAY_AT_MOST",
    "FAULTS",
    "Ending",
    "Fault",
    "FaultPlan",
    "Faults",
    "drawn",
    "fault_named",
    "rate_of",
    "seconds_of",
]

Ending: TypeAlias = Literal["answer", "truncated", "closed", "reset", "refused"]

# Seconds that an answer is held back by `delay`.
DELAY: Final = 1.0
# The longest that anything is held back, in seconds.
DELAY_AT_MOST: Final = 86_400.0


class Fault:
    """One way in which an exchange can go wrong.

    `is_taken` says whether Braze processes the request, so that it counts and may be accepted. `is_unread` says that
    the connection ends before the body is read. `ending` is what the caller gets: an `answer`, half of one, or a
    connection that is `closed`, `reset`, or `refused` from the start. `status` is that of an answer that stands in the
    place of Braze's own: a gateway's page where `is_page`, otherwise Braze's JSON. `seconds` hold the answer back.
    """

    __slots__ = ("ending", "is_page", "is_taken", "is_unread", "name", "seconds", "status")

    def __init__(
        self,
        name: str,
        *,
        is_taken: bool = False,
        ending: Ending = "answer",
        status: int | None = None,
        is_page: bool = False,
        is_unread: bool = False,
        seconds: float = 0.0,
    ) -> None:
        self.name = name
        self.is_taken = is_taken
        self.ending: Ending = ending
        self.status = status
        self.is_page = is_page
        self.is_unread = is_unread
        self.seconds = seconds

    def held_back(self, seconds: float) -> "Fault":
        """The same fault, so many seconds later."""
        return Fault(
            self.name,
            is_taken=self.is_taken,
            ending=self.ending,
            status=self.status,
            is_page=self.is_page,
            is_unread=self.is_unread,
            seconds=seconds,
        )

    def __repr__(self) -> str:
        return f"<Fault {self.name}>"


# Which fault the request of this number meets, if any. Numbers count from 1.
FaultPlan: TypeAlias = Callable[[int], Fault | None]

FAULTS: dict[str, Fault] = {
    each.name: each
    for each in (
        # The connection ends, earlier or later.
        Fault("no-connection", ending="refused", is_unread=True),
        Fault("closed-unread", ending="closed", is_unread=True),
        Fault("reset-unread", ending="reset", is_unread=True),
        Fault("lost-request", ending="closed"),
        Fault("reset-request", ending="reset"),
        Fault("lost-answer", ending="closed", is_taken=True),
        Fault("reset-answer", ending="reset", is_taken=True),
        Fault("truncated", ending="truncated", is_taken=True),
        Fault("delay", is_taken=True, seconds=DELAY),
        # Accepted, with more to say than `success`.
        Fault("queued", is_taken=True, status=202),
        Fault("errors", is_taken=True, status=201),
        # Braze refuses, in its JSON.
        *(Fault(str(status), status=status) for status in (400, 401, 403, 404, 413, 415, 429, 500, 503)),
        # Something between answers with a page of its own; the later ones after Braze had taken the request.
        Fault("200-page", status=200, is_page=True),
        Fault("500-page", status=500, is_page=True),
        Fault("502", status=502, is_page=True),
        Fault("503-page", status=503, is_page=True),
        Fault("504", status=504, is_page=True),
        Fault("502-late", status=502, is_page=True, is_taken=True),
        Fault("504-late", status=504, is_page=True, is_taken=True),
    )
}


class Faults:
    """Each request meets one of these faults with its probability, by a seed; `delay` is in seconds.

    Raises ConfigurationError for an unknown fault, a rate that is none, and rates of over 1 together.
    """

    __slots__ = ("_chances", "delay", "rates", "seed")

    def __init__(self, seed: int, rates: Mapping[str, float], *, delay: float = DELAY) -> None:
        self.seed = seed
        self.delay = seconds_of(delay)
        self._chances = [(fault_named(name, delay), rate_of(name, rate)) for name, rate in rates.items()]
        self.rates = {fault.name: rate for fault, rate in self._chances}
        total = sum(rate for _, rate in self._chances)
        # With some room, since ten times 0.1 is not 1.
        if total > 1 + 1e-9:
            raise refused(f"the rates of the faults are {total:g} together, which is more than 1")

    def __call__(self, number: int) -> Fault | None:
        share = drawn(self.seed, number) if self._chances else 1.0
        for fault, rate in self._chances:
            if share < rate:
                return fault
            share -= rate
        return None

    def words(self) -> str:
        """The faults and their rates, for a person."""
        return ", ".join(f"{fault.name}={rate:g}" for fault, rate in self._chances)

    def __repr__(self) -> str:
        return f"<Faults {self.words()}>"


def drawn(seed: int, number: int, purpose: str = "fault") -> float:
    """A number from 0 to 1, as if by chance, which the request's number and the seed decide."""
    digest = sha256(f"{seed}/{purpose}/{number}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def fault_named(name: str, delay: float = DELAY) -> Fault:
    """The fault of this name: one of `FAULTS`, or any status from 400 to 599, also with `-page` or `-late` behind it.

    `delay` is that of the fault of this name. Raises ConfigurationError where there is none.
    """
    fault = FAULTS.get(name)
    if fault is not None:
        return Fault(name, is_taken=True, seconds=delay) if fault.seconds else fault
    match = _STATUS.fullmatch(name)
    if match is not None:
        form = match[2]
        return Fault(name, status=int(match[1]), is_page=bool(form), is_taken=form == "late")
    way = did_you_mean(name, FAULTS, f"the faults are {listed(FAULTS)}, and any status from 400 to 599")
    raise refused(f"there is no fault {quoted(name)}", way)


_STATUS: Final = re.compile("([45][0-9]{2})(?:-(page|late))?")


def rate_of(name: str, rate: float) -> float:
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
        raise refused(f"the rate of {quoted(name)} is a number from 0 to 1, not {rate!r}", "`0.05` is one in twenty")
    return rate


def seconds_of(delay: float) -> float:
    """A delay that there can be."""
    if isinstance(delay, bool) or not isinstance(delay, (int, float)) or not 0 <= delay <= DELAY_AT_MOST:
        raise refused(f"a delay is a number of seconds from 0 to {DELAY_AT_MOST:,.0f}, not {delay!r}")
    return delay
