"""Values in words, as the page shows them."""

from datetime import UTC, datetime
from typing import Final

from ...diagnostics import cut, visible
from ...explaining.wording import Words
from ...report.display import clean, shown

__all__ = ["DONE", "in_part", "marked", "moment", "short", "shown_text", "time_of_day"]

# What a page says after a form, by the key that stands in its address.
DONE: Final = {
    "reset": "The sandbox is as new: the log, the schedules and the counts of the limits are empty.",
    "faults": "The switches are set. They count from the next request on.",
    "next": "The next request meets this fault.",
    "faults-off": "All faults are off.",
    "profiles": "The profiles are set. Requests from now on are held against them.",
    "profiles-none": "The profiles are gone, and requests from now on say nothing of whom they reach.",
    "clock": "The clock is set.",
    "settings": "The settings are changed. They count from the next request on.",
    "state": "The state is read: the sandbox is as it was then.",
}
_SHORT_AT_MOST: Final = 80
_PART_AT_MOST: Final = 2_000


def short(text: object) -> str:
    """One line of it, cut where it is long; what cannot be seen is written out."""
    return clean(str(text), at_most=_SHORT_AT_MOST)


def shown_text(text: object) -> str:
    """All of it with its lines; what else cannot be seen, or turns the direction of writing, is written out."""
    return "\n".join(map(shown, str(text).split("\n")))


def in_part(text: object) -> str:
    """The same, cut: a name or a value in it may have megabytes."""
    return shown_text(cut(str(text), _PART_AT_MOST))


def marked(message: str) -> Words:
    """A message, whose backticks stand around what the user wrote."""
    parts = visible(message).split("`")
    if len(parts) % 2 == 0:
        # One of them is the user's own.
        return Words([("", visible(message))])
    return Words([("code" if at % 2 else "", part) for at, part in enumerate(parts) if part])


def time_of_day(at: float) -> str:
    return _instant(at, "%H:%M:%S")


def moment(at: float) -> str:
    return _instant(at, "%Y-%m-%d %H:%M:%S UTC")


def _instant(at: float, form: str) -> str:
    # A clock that was turned may stand where no calendar reaches.
    try:
        return datetime.fromtimestamp(at, UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        return f"{at:g} s"
