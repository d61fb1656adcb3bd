"""What a clause says of its one attribute: which values it selects, and whether users without a value.

Of the missing value two things are known: whether the settings at hand `select` it, and what is `sure` of that. Sure is
True or False where no workspace could find otherwise; a row of `braze.MISSING` where it rests on that one alone; and
None where it rests on several.
"""

from collections.abc import Collection, Hashable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from ...absorption import AND, OR
from ...braze import RELATIVE, STATUSES, missing_key
from ...evaluate import nearest_double
from ...filters import And, CustomAttribute, Filter, LastUsedApp, Leaf, Or, PushSubscription
from ...profiles import since_epoch
from ...settings import Settings
from .values import EVERY, NO, Arrays, Items, Line, Patterns, Values, join, meet, within

__all__ = ["States", "Subject", "Sure", "combined", "implies", "states_of"]

# An attribute's name, or what else a filter asks for.
Subject: TypeAlias = tuple[str, str]
Sure: TypeAlias = bool | str | None

_DAY = timedelta(days=1) // timedelta(microseconds=1)
_BOOLEANS = frozenset({True, False})
_STATES = frozenset(STATUSES)


class States:
    """The users that a clause selects, by what they have of its `subject`. `values` is None where that is not known."""

    __slots__ = ("selects", "subject", "sure", "values")

    def __init__(self, subject: Subject, values: Values | None, sure: Sure, selects: bool) -> None:
        self.subject = subject
        self.values = values
        self.sure = sure
        self.selects = selects

    @property
    def key(self) -> Hashable | None:
        """What is equal for states that are surely the same, or None where that is not known."""
        if self.values is None or self.sure is None:
            return None
        return self.subject, self.values.key, self.sure if isinstance(self.sure, bool) else (self.sure,)


def states_of(filter: Filter, settings: Settings, texts: Collection[str], now: datetime | None = None) -> States | None:
    """What a clause's filter says, or None where it is of several subjects. A clause nests its groups three deep.

    `texts` are the attributes that surely hold text. With `now`, instants are taken as days from it: that is what
    `last_used_app less than 30 days ago` has become.
    """
    if isinstance(filter, (And, Or)):
        parts = [states_of(each, settings, texts, now) for each in filter.operands]
        return combined([each for each in parts if each], AND if isinstance(filter, And) else OR, len(parts))
    if not isinstance(filter, CustomAttribute):
        return _without_missing(filter, now)
    key = missing_key(filter.comparison, filter.value)
    selects = settings.selects_missing(key)
    return States(
        ("attribute", filter.name), _values(filter, texts), selects if settings.is_sure(key) else key, selects
    )


def combined(parts: Sequence[States], joined: str, count: int) -> States | None:
    """What `count` members of a group say together, of which these are known; None where not all are of one subject."""
    if not parts or len(parts) < count or any(each.subject != parts[0].subject for each in parts):
        return None
    known = [each.values for each in parts if each.values is not None]
    values = None
    if len(known) == len(parts):
        values = meet(known) if joined == AND else join(known)
    return States(
        parts[0].subject,
        values,
        _sure([each.sure for each in parts], deciding=joined == OR),
        all(each.selects for each in parts) if joined == AND else any(each.selects for each in parts),
    )


def _sure(parts: list[Sure], *, deciding: bool) -> Sure:
    """An OR of what is sure where True is the value that decides, an AND where False is."""
    if any(each is deciding for each in parts):
        return deciding
    left = {each for each in parts if not isinstance(each, bool)}
    if not left:
        return not deciding
    return left.pop() if len(left) == 1 else None


def implies(left: States, right: States, *, missing: bool) -> bool:
    """Whether the right one surely selects all whom the left one selects; `missing` says whether those count."""
    if left.values is None or right.values is None or not within(left.values, right.values):
        return False
    if not missing or left.sure is False or right.sure is True:
        return True
    return isinstance(left.sure, str) and left.sure == right.sure


# --- Leaves ---------------------------------------------------------------------------------------------------------


def _without_missing(leaf: Leaf, now: datetime | None) -> States:
    """States of subscriptions and uses of the app: users who have none are selected by no comparison."""
    if isinstance(leaf, LastUsedApp):
        instant = datetime.fromisoformat(leaf.value)
        domain, place = (
            ("instant", since_epoch(instant)) if now is None else ("days", since_epoch(instant) - since_epoch(now))
        )
        return States(("app", ""), Line(domain, leaf.comparison == "before", ((place, 0),)), sure=False, selects=False)
    channel = "push" if isinstance(leaf, PushSubscription) else "email"
    values = Items("state", [leaf.value], but=leaf.comparison == "is_not", universe=_STATES)
    return States((channel, ""), values, sure=False, selects=False)


def _values(leaf: CustomAttribute, texts: Collection[str]) -> Values | None:
    comparison, value = leaf.comparison, leaf.value
    if comparison in ("exists", "does_not_exist"):
        return EVERY if comparison == "exists" else NO
    if comparison in ("matches_regex", "does_not_match_regex"):
        return Patterns(frozenset({(str(value), comparison == "matches_regex")}))
    if comparison in ("includes_value", "does_not_include_value", "is_any_of", "is_none_of"):
        items = frozenset[object](value if isinstance(value, tuple) else (value,))
        negative = comparison in ("does_not_include_value", "is_none_of")
        if leaf.name in texts:
            return _texts(items, negative=negative)
        return Arrays(none=items) if negative else Arrays([items])
    if isinstance(value, bool):
        return Items("boolean", [value], but=comparison == "not_equal", universe=_BOOLEANS)
    if comparison in ("before", "after"):
        return Line("instant", comparison == "before", ((since_epoch(datetime.fromisoformat(str(value))), 0),))
    if isinstance(value, str):
        return _texts(frozenset({value}), negative=comparison == "not_equal")
    assert isinstance(value, (int, float))
    return _days(comparison, int(value)) if comparison in RELATIVE else _numbers(comparison, nearest_double(value))


def _texts(items: frozenset[object], *, negative: bool) -> Values | None:
    # Blank text counts as no value, which has a finding of its own.
    return None if "" in items else Items("text", items, but=negative)


def _numbers(comparison: str, value: float) -> Line:
    before, after = (value, 0), (value, 1)
    if comparison in ("equals", "not_equal"):
        return Line("number", comparison == "not_equal", (before, after))
    inclusive = comparison in ("greater_than", "less_than_or_equal_to")
    return Line("number", comparison.startswith("less"), (after if inclusive else before,))


def _days(comparison: str, days: int) -> Line:
    span = days * _DAY
    past, now, future = (-span, 0), (0, 1), (span, 1)
    return {
        "less_than_x_days_ago": Line("days", False, (past, now)),
        "greater_than_x_days_ago": Line("days", True, (past,)),
        "less_than_x_days_in_the_future": Line("days", False, (now, future)),
        "greater_than_x_days_in_the_future": Line("days", False, (future,)),
    }[comparison]
