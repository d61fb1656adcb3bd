"""Hypothesis strategies: connected audience objects, right ones with odd names and values, the same spelled otherwise,
and wrong ones near them."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from .strategies import INSTANTS, NOW, PLAIN_TEXT, SOFT_WORDS, STATES, WORDS, written

__all__ = ["any_json", "objects", "respelled", "spoiled"]

Object = dict[str, Any]

# Names that need care in a text: keywords, reserved words, default attributes, dots, quotes, anything printable.
_ODD_NAMES = st.one_of(
    st.sampled_from([*SOFT_WORDS, "and", "IN", "is", "email", "last_used_app", "country", "segment", "a.b", "`", '"']),
    st.sampled_from(["Favorite Team", "a`b", "'", "\\", "\\n", "$x", "#", "1a", "é", "x\u2028x", "x\u00a0y", "😀"]),
    PLAIN_TEXT.map(lambda text: "".join(each for each in text if each.isprintable()).strip()).filter(bool),
)
_TEXTS = st.one_of(WORDS, PLAIN_TEXT, st.sampled_from(["", '"', "\\", "\n", "\x00", "\x7f", "</a>", "a/b", "'", "#"]))
_REGEXES = st.one_of(
    st.sampled_from(["^x", "a/b", r"a\/b", r"\\/", "\\", "/", "//", "a\nb", "\x7f", r"\d+\.", " ", "#x", "x|y$", '"']),
    PLAIN_TEXT.filter(bool),
)
_INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
_NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, 1.0, -1.5, 1e300, 1e-7, 5e-324]), _INTEGERS, _FLOATS)
_LISTS = st.lists(_TEXTS, min_size=1, max_size=3)
_OFFSETS = st.sampled_from(["Z", "+0000", "+07:00", "-03", ".5Z", ".123456789+0530"])
_ZONED = st.one_of(
    INSTANTS.map(written), st.tuples(INSTANTS, _OFFSETS).map(lambda found: f"{found[0]:%Y-%m-%dT%H:%M:%S}{found[1]}")
)
_DAYS = st.one_of(st.integers(1, 4), st.just(36_500))


def _attribute(letter: str, plain: bool, comparisons: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Object]:
    """A filter on an attribute whose name begins with the letter of its type, so that no name is used as two."""
    odd = _ODD_NAMES.map(lambda name: f"{letter}{name}")
    name = st.sampled_from([f"{letter}1", f"{letter}2", f"{letter} 3"])
    return st.builds(
        lambda name, comparison, value: {
            "custom_attribute": {"custom_attribute_name": name, "comparison": comparison, "value": value}
        },
        name if plain else st.one_of(name, odd),
        st.sampled_from(comparisons.split()),
        values,
    )


def _presence(plain: bool) -> st.SearchStrategy[Object]:
    names = st.builds(str.__add__, st.sampled_from("snbta"), st.just("1") if plain else _ODD_NAMES)
    # A name that is nothing but odd; no other filter is on it, so its type is nobody's.
    names = names if plain else st.one_of(names, _ODD_NAMES.filter(lambda name: name[0] not in "snbta"))
    return st.builds(
        lambda name, comparison: {"custom_attribute": {"custom_attribute_name": name, "comparison": comparison}},
        names,
        st.sampled_from(["exists", "does_not_exist"]),
    )


def _other(kind: str, comparisons: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Object]:
    return st.builds(
        lambda comparison, value: {kind: {"comparison": comparison, "value": value}},
        st.sampled_from(comparisons.split()),
        values,
    )


def objects(*, plain: bool = False, leaves: int = 8) -> st.SearchStrategy[Object]:
    """Objects in canonical form; `plain` ones are on the attributes that `strategies.profiles` has."""
    texts = WORDS if plain else _TEXTS
    lists = st.lists(texts, min_size=1, max_size=3)
    numbers = st.sampled_from([-1, 0, 1, 2, 5, 0.5, -0.5, 0.0, 1.0]) if plain else _NUMBERS
    regexes = st.sampled_from(["^x", "y$", "x|y"]) if plain else _REGEXES
    spans = "less_than_x_days_ago greater_than_x_days_ago less_than_x_days_in_the_future"
    filters = st.one_of(
        _attribute("s", plain, "equals not_equal", texts),
        _attribute("s", plain, "is_any_of is_none_of", lists),
        _attribute("s", plain, "matches_regex does_not_match_regex", regexes),
        _attribute("n", plain, "equals not_equal", numbers),
        _attribute("n", plain, "greater_than greater_than_or_equal_to less_than less_than_or_equal_to", numbers),
        _attribute("b", plain, "equals not_equal", st.booleans()),
        _attribute("a", plain, "includes_value does_not_include_value", texts),
        _attribute("a", plain, "is_any_of is_none_of", lists),
        _attribute("t", plain, f"{spans} greater_than_x_days_in_the_future", _DAYS),
        _attribute("t", plain, "before after", _ZONED),
        _presence(plain),
        _other("push_subscription_status", "is is_not", STATES),
        _other("email_subscription_status", "is is_not", STATES),
        _other("last_used_app", "before after", _ZONED),
    )
    return st.recursive(
        filters,
        lambda inner: st.builds(_group, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=4)),
        max_leaves=leaves,
    )


def _group(kind: str, members: list[Object]) -> Object:
    flat: list[Object] = []
    for member in members:
        flat.extend(member.get(kind, [member]))
    return {kind: flat}


def respelled(value: Object, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Object:
    """The same, said as Braze takes it too: groups that say nothing, split groups, a text or a list, an idle value."""
    ((kind, content),) = value.items()
    if kind in ("AND", "OR"):
        members = [respelled(each, draw) for each in content]
        cut = draw(st.integers(0, len(members) - 1))
        found: Object = {kind: [{kind: members[:cut]}, *members[cut:]] if cut else members}
    else:
        found = {kind: dict(reversed(content.items()))}
        fields, held = found[kind], content.get("value")
        if isinstance(held, list) and len(held) == 1 and draw(st.booleans()):
            fields["value"] = held[0]
        elif content["comparison"] in ("includes_value", "does_not_include_value") and draw(st.booleans()):
            fields["value"] = [held, *draw(st.lists(st.just(held), max_size=1))]
        elif content["comparison"] in ("exists", "does_not_exist") and draw(st.booleans()):
            fields["value"] = draw(st.sampled_from([True, "x", 3, ["x"]]))
        elif content["comparison"] in ("before", "after") and held[19:] == "+0000" and draw(st.booleans()):
            fields["value"] = held[:19]
    return {draw(st.sampled_from(["AND", "OR"])): [found]} if draw(st.booleans()) else found


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([10**400, "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)
_KEYS = st.sampled_from(
    [
        *("AND", "OR", "and", "NOT", "custom_attribute", "last_used_app", "push_subscription_status", "audience"),
        *("custom_attribute_name", "comparison", "value", "custom_audience", "campaign_id", "x", "", "a/b~c"),
    ]
)
_VALUES = st.one_of(
    any_json,
    st.sampled_from(
        [
            *("does_not_equal", "equals", "is_any_of", "exists", "before", "<value>", "{{x}}", "YOUR_CITY", "opted_in"),
            *("2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", " a", "a\x00", "", [], {}, ["x", 1], 36_501),
            *(0, -1, 2.0, 2**60, float("nan"), None, True, "x" * 300, f"{NOW:%Y-%m-%dT%H:%M:%S}+05:60"),
        ]
    ),
)


# Made once: to make a strategy takes longer than to draw from it.
_RIGHT = objects(leaves=5)
_BESIDE = st.dictionaries(_KEYS, _VALUES, max_size=2)


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """Objects near right ones: a part replaced, removed, renamed, added or wrapped; and bodies around them."""
    value: Any = draw(_RIGHT)
    for _ in range(draw(st.integers(1, 3))):
        value = _spoil(value, draw)
    if draw(st.integers(0, 3)) == 0:
        value = {draw(_KEYS): value, **draw(_BESIDE)}
    return value


def _spoil(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    parts = list(_parts(value))
    holder, key = draw(st.sampled_from(parts)) if parts else (None, None)
    change = draw(st.sampled_from(["replace", "remove", "rename", "add", "wrap"]))
    if holder is None:
        return deepcopy(draw(_VALUES))
    if change == "remove":
        del holder[key]
    elif change == "rename" and isinstance(holder, dict):
        holder[draw(_KEYS)] = holder.pop(key)
    elif change == "add" and isinstance(holder, dict):
        holder[draw(_KEYS)] = deepcopy(draw(_VALUES))
    elif change == "wrap":
        holder[key] = draw(st.sampled_from([[holder[key]], {"AND": [holder[key]]}, {"x": holder[key]}]))
    else:
        holder[key] = deepcopy(draw(_VALUES))
    return value


def _parts(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value, as its holder and the key or index there."""
    found: list[tuple[Any, Any]] = []
    pending = [value]
    while pending:
        holder = pending.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else []
        for key in keys:
            found.append((holder, key))
            pending.append(holder[key])
    return found
