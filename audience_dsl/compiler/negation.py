"""The opposite of a leaf, since Braze has no NOT.

The complement of a comparison F of an attribute `a`, with N the opposite comparison on existing values:

- F does not select users without a value, so its complement must: N alone only where it is sure that N selects
  them, otherwise `N or a does not exist`, which is right either way.
- F selects them, so its complement must not: N alone only where it is sure that N does not, otherwise
  `N and a exists`.

Whether F and N select them, and whether that is sure, stands in `braze.MISSING` and the settings.
"""

from ..braze import missing_key
from ..filters import (
    And,
    CustomAttribute,
    EmailSubscription,
    Filter,
    LastUsedApp,
    Leaf,
    Or,
    PushSubscription,
    Value,
    group,
)
from ..settings import Settings

__all__ = ["complement", "complement_of_any", "rests_on"]

_OPPOSITE = {
    "equals": "not_equal",
    "is_any_of": "is_none_of",
    "includes_value": "does_not_include_value",
    "matches_regex": "does_not_match_regex",
    "exists": "does_not_exist",
    "greater_than": "less_than_or_equal_to",
    "less_than": "greater_than_or_equal_to",
    "before": "after",
    "less_than_x_days_ago": "greater_than_x_days_ago",
    "less_than_x_days_in_the_future": "greater_than_x_days_in_the_future",
    "is": "is_not",
}
OPPOSITE = _OPPOSITE | {opposite: comparison for comparison, opposite in _OPPOSITE.items()}

# A relative span says nothing of the other side of now, so its opposite adds that side: two spans that overlap, so
# that no instant is left between them, whatever their exact ends.
_FUTURE = (("less_than_x_days_in_the_future", 2), ("greater_than_x_days_in_the_future", 1))
_PAST = (("less_than_x_days_ago", 2), ("greater_than_x_days_ago", 1))
_OTHER_SIDE: dict[str, tuple[tuple[str, int], ...]] = {
    "less_than_x_days_ago": _FUTURE,
    "greater_than_x_days_ago": _FUTURE,
    "less_than_x_days_in_the_future": _PAST,
    "greater_than_x_days_in_the_future": _PAST,
}


def complement(leaf: Leaf, settings: Settings) -> Filter | None:
    """The filter that selects exactly the users whom the leaf does not, or None where Braze cannot say it."""
    if isinstance(leaf, LastUsedApp):
        # It selects nobody who never opened the app, in either comparison, and has no `exists`.
        return None
    if isinstance(leaf, (PushSubscription, EmailSubscription)):
        # The state is never empty.
        return type(leaf)(OPPOSITE[leaf.comparison], leaf.value, leaf.origin)
    if leaf.comparison in ("exists", "does_not_exist"):
        return CustomAttribute(leaf.name, OPPOSITE[leaf.comparison], None, leaf.origin)
    return _opposite_of([leaf], settings)


def complement_of_any(leaves: list[CustomAttribute], settings: Settings) -> Filter:
    """The complement of an OR of comparisons of one attribute: what none of them selects."""
    return _opposite_of(leaves, settings)


def rests_on(leaf: Leaf, settings: Settings) -> str | None:
    """The row of `braze.MISSING` on whose stated default the leaf's complement rests, if no source says."""
    if not isinstance(leaf, CustomAttribute):
        return None
    key = missing_key(leaf.comparison, leaf.value)
    return key if settings.is_unknown(key) else None


def _opposite_of(leaves: list[CustomAttribute], settings: Settings) -> Filter:
    name, origin = leaves[0].name, leaves[0].origin

    def leaf(comparison: str, value: Value = None) -> CustomAttribute:
        return CustomAttribute(name, comparison, value, origin)

    selects_missing = any(settings.selects_missing(missing_key(each.comparison, each.value)) for each in leaves)
    opposites = [leaf(OPPOSITE[each.comparison], each.value) for each in leaves]
    keys = [missing_key(each.comparison, each.value) for each in opposites]
    other_side = [leaf(comparison, days) for comparison, days in _OTHER_SIDE.get(leaves[0].comparison, ())]
    if selects_missing:
        if other_side:
            return And((Or((*opposites, *other_side)), leaf("exists")))
        # An AND leaves them out as soon as one member surely does.
        alone = any(settings.is_sure(key) and not settings.selects_missing(key) for key in keys)
        return group(And, opposites if alone else [*opposites, leaf("exists")])
    alone = all(settings.is_sure(key) and settings.selects_missing(key) for key in keys)
    branches = [group(And, opposites), *other_side]
    return group(Or, branches if alone else [*branches, leaf("does_not_exist")])
