"""The rules of instants: those that are too far off to say something, and dates that read otherwise than they count."""

from collections.abc import Iterator
from typing import Any

from ..compiler.instants import LocalTimeError, complete
from ..compiler.kinds import UNITS
from ..diagnostics import Diagnostic, Fix, quoted
from ..syntax import tree
from .file import File
from .places import Place
from .rule import Rule

__all__ = ["BARE_DATE", "FAR_INSTANT"]

# Nothing that a profile holds happened up to the first of these years, or from the second on. Rules read no clock.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# No span of days that is longer is meant: 82 years.
_DAYS_AT_MOST = 30_000


def _far(file: File) -> Iterator[Diagnostic]:
    for place in file.places:
        node = place.node
        if isinstance(node, tree.At):
            yield from _far_instant(file, place)
        elif isinstance(node, (tree.Ago, tree.Within)) and _days(node) >= _DAYS_AT_MOST:
            if isinstance(node, tree.Ago) and node.size == "more":
                message = f"{quoted(file.text(node))} selects hardly anyone: that is {_days(node) // 365} years"
            elif isinstance(node.subject, tree.LastUsedApp):
                # The only way to say that somebody has opened the app at all.
                continue
            else:
                message = f"{quoted(file.text(node))} says nearly nothing: that is {_days(node) // 365} years"
            yield FAR_INSTANT.finding(file, message, node, help="check the number of days")


def _days(node: tree.Ago | tree.Within) -> int:
    count = node.count.value if isinstance(node.count, tree.Number) and isinstance(node.count.value, int) else 0
    return count * UNITS.get(node.unit.name.lower(), 0)


def _far_instant(file: File, place: Place) -> Iterator[Diagnostic]:
    node = place.node
    if not isinstance(node.value, tree.Instant):
        return
    year = int(node.value.value[:4])
    if _FIRST_YEAR < year < _LAST_YEAR:
        return
    if (year <= _FIRST_YEAR) is (node.side == "before"):
        yield FAR_INSTANT.finding(
            file, f"{quoted(file.text(node))} selects nobody: nothing lies so far off", node, help="check the year"
        )
    elif isinstance(node.subject, tree.Attribute):
        # Of `last_used_app` it is the only way to say that somebody has opened the app at all.
        exists = f"{file.text(node.subject)} exists"
        yield FAR_INSTANT.finding(
            file,
            f"{quoted(file.text(node))} says nothing: it is true of every time that a user can have",
            node,
            help=f"write `{exists}` if that is meant, and check the year otherwise",
            fix=Fix(f"write `{exists}`", [(file.unit.parsed.span(node), exists)], safe=False),
        )


FAR_INSTANT = Rule(
    "far-instant",
    why="No profile holds a time of 1900 or before, or of 2100 or later, so a comparison with such an instant selects "
    "every user with a value, or nobody; mostly a digit of the year is wrong. The same holds of spans of 30,000 days, "
    "which are 82 years. The bounds are fixed: rules read no clock. `last_used_app after 2000-01-01` does not warn, "
    "for it is the way to ask whether somebody has opened the app at all.",
    bad="last_order_at after 1900-01-01T00:00:00Z\n",
    good="last_order_at exists\n",
    check=_far,
    fix="unsafe",
)


def _bare(file: File) -> Iterator[Diagnostic]:
    for place in file.places:
        node = place.node
        if isinstance(node, tree.At) and node.side == "after" and _is_date_to_mind(node.value):
            yield _bare_finding(file, node)


def _is_date_to_mind(value: Any) -> bool:
    """A date; the first of a month is nearly always meant to be included, as it is."""
    return (
        isinstance(value, tree.Instant)
        and not value.zoned
        and "T" not in value.value
        and not value.value.endswith("-01")
        and _FIRST_YEAR < int(value.value[:4]) < _LAST_YEAR
    )


def _bare_finding(file: File, node: tree.At) -> Diagnostic:
    value: Any = node.value
    zone = file.settings.time_zone
    try:
        written = complete(value.value, zone)
    except LocalTimeError:
        written = ""
    return BARE_DATE.finding(
        file,
        f"`after {value.value}` takes in that day: it begins at its midnight in `{zone}`",
        node.value,
        help="write the date of the next day to leave it out, or the whole instant if it is meant",
        fix=Fix(f"write `{written}`", [(file.unit.parsed.span(node.value), written)]) if written else None,
    )


BARE_DATE = Rule(
    "bare-date",
    why="A date is the midnight at which it begins, in the time zone of the settings, and `after` includes that "
    "instant. So `after 2026-01-31` selects what happened on the 31st too, and reads as if it did not. `before "
    "2026-01-31` ends with the 30th, as it reads. The first of a month does not warn: *after 2026-01-01* is said of a "
    "year, and means its first day too. The fix writes the instant that is meant now, which is the same JSON.",
    bad="signed_up_at after 2026-01-31\n",
    good="signed_up_at after 2026-01-31T00:00:00+0000\n",
    check=_bare,
    fix="safe",
)
