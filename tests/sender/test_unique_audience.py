"""Which requests count as sent to the same audience."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.sender.unique_audience import audience_key

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
)


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same value, with the order of keys and members another."""
    if isinstance(value, list):
        members = [shuffled(member, dice) for member in value]
        dice.shuffle(members)
        return members
    if isinstance(value, dict):
        items = [(key, shuffled(member, dice)) for key, member in value.items()]
        dice.shuffle(items)
        return dict(items)
    return value


@given(values, st.randoms(use_true_random=False))
def test_order_does_not_count(value: Any, dice: random.Random) -> None:
    body = {"audience": value, "segment_id": "s", "trigger_properties": {"a": 1}}
    assert audience_key("c", body) == audience_key("c", shuffled(body, dice))


def leaf(name: str, value: object) -> dict[str, Any]:
    return {"custom_attribute": {"custom_attribute_name": name, "comparison": "equals", "value": value}}


BASE = {"AND": [leaf("a", 1), {"OR": [leaf("b", "x"), leaf("c", ["p", "q"])]}]}
SAME = [
    {"AND": [{"OR": [leaf("c", ["q", "p"]), leaf("b", "x")]}, leaf("a", 1.0)]},
    {"AND": [leaf("a", 1), leaf("a", 1), {"OR": [leaf("b", "x"), leaf("c", ["p", "q", "q"])]}]},
]
OTHER = [
    {"OR": [leaf("a", 1), {"AND": [leaf("b", "x"), leaf("c", ["p", "q"])]}]},
    {"AND": [leaf("a", True), {"OR": [leaf("b", "x"), leaf("c", ["p", "q"])]}]},
    {"AND": [leaf("a", "1"), {"OR": [leaf("b", "x"), leaf("c", ["p", "q"])]}]},
    {"AND": [leaf("a", 1), {"OR": [leaf("b", "x"), leaf("c", ["p", "q", "r"])]}]},
    {"AND": [leaf("a", 1), {"OR": [leaf("b", "X"), leaf("c", ["p", "q"])]}]},
    {},
]


@pytest.mark.parametrize("audience", SAME)
def test_the_same(audience: object) -> None:
    assert audience_key("c", {"audience": audience}) == audience_key("c", {"audience": BASE})


def test_different_ones() -> None:
    keys = [audience_key("c", {"audience": each}) for each in [BASE, *OTHER]]
    keys += [
        audience_key("d", {"audience": BASE}),
        audience_key(None, {"audience": BASE}),
        audience_key("c", {"audience": BASE, "segment_id": "s"}),
        audience_key("c", {"custom_audience": BASE}),
        audience_key("c", {"segment_id": "s"}),
        audience_key("c", {}),
    ]
    assert len(set(keys)) == len(keys)


def test_properties_make_no_other_audience() -> None:
    one, two = ({"audience": BASE, "trigger_properties": {"n": n}} for n in (1, 2))
    assert audience_key("c", one) == audience_key("c", two)


def test_deep_and_wide() -> None:
    value: Any = leaf("a", "\ud800")
    for _ in range(50_000):
        value = {"AND": [value]}
    assert len(audience_key("c", {"audience": value})) == 64
    wide = json.loads(json.dumps({"OR": [leaf("a", n) for n in range(50_000)]}))
    assert len(audience_key("c", {"audience": wide})) == 64
    # Taken apart one level at a time, since Python would recurse.
    while "AND" in value:
        value = value["AND"].pop()
