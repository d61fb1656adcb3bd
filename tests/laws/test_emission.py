"""Laws of the emitted object and its text, and of parameters."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl.audience.emit import to_dict, to_json
from audience_dsl.filters import Filter
from tests.laws.strategies import NOW, PLAIN_TEXT, expressions, filters_of_any_kind, literal
from tests.laws.test_meaning import negated_app, spelled


@given(filters_of_any_kind(), st.sampled_from([None, 0, 1, 2, 4]))
@settings(max_examples=200, deadline=None)
def test_the_text_is_what_json_makes_of_the_object(filter: Filter, indent: int | None) -> None:
    separators = (",", ":") if indent is None else (",", ": ")
    emitted = to_json(filter, indent=indent)
    assert emitted == json.dumps(to_dict(filter), ensure_ascii=False, indent=indent, separators=separators)
    assert json.loads(emitted) == to_dict(filter)


@given(filters_of_any_kind())
@settings(max_examples=80, deadline=None)
def test_emitting_twice_gives_the_same_and_shares_nothing(filter: Filter) -> None:
    first, second = to_dict(filter), to_dict(filter)
    assert first == second
    assert to_json(filter) == to_json(filter)
    _spoil(first)
    assert second == to_dict(filter)


def _spoil(value: Any) -> None:
    for each in list(value.values()) if isinstance(value, dict) else list(value):
        if isinstance(each, (dict, list)):
            _spoil(each)
    value.clear()


@given(expressions())
@settings(max_examples=80, deadline=None)
def test_compiling_twice_gives_the_same_bytes(tree: Any) -> None:
    if negated_app(tree):
        return
    one, two = (audience_dsl.compile(spelled(tree), now=NOW) for _ in range(2))
    assert one.to_json() == two.to_json()
    assert one == two
    assert hash(one) == hash(two)
    assert one.settings.digest == two.settings.digest


@given(PLAIN_TEXT, st.lists(PLAIN_TEXT, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_a_bound_text_changes_the_value_alone(one: str, many: list[str]) -> None:
    audience = audience_dsl.compile("a == $one and (b in $many or c exists)", params={"one": one, "many": many})
    assert audience.to_dict() == {
        "AND": [
            {"custom_attribute": {"custom_attribute_name": "a", "comparison": "equals", "value": one}},
            {
                "OR": [
                    {"custom_attribute": {"custom_attribute_name": "b", "comparison": "is_any_of", "value": many}},
                    {"custom_attribute": {"custom_attribute_name": "c", "comparison": "exists"}},
                ]
            },
        ]
    }


PLACES = [
    ("a == {}", PLAIN_TEXT),
    ("a != {}", PLAIN_TEXT),
    ("not a == {}", PLAIN_TEXT),
    ("a includes {}", PLAIN_TEXT),
    ("a in {}", st.lists(PLAIN_TEXT, min_size=1, max_size=3)),
    ("a in {}", st.lists(st.integers(-3, 3), min_size=1, max_size=3)),
    ("a not in {}", st.lists(st.integers(-3, 3), min_size=1, max_size=3)),
    ("a includes none of {}", st.lists(PLAIN_TEXT, min_size=1, max_size=3)),
    ("a > {}", st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(-1e6, 1e6))),
    ("not (a == {})", st.sampled_from([0, 1, 0.0, -1])),
    ("a is {}", st.booleans()),
    ("a less than {} days ago", st.integers(1, 36_500)),
    ("a between {} and 9 weeks ago", st.integers(1, 8)),
    ("a after {}", st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))),
]


def _literal_of(place: str, value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal_of(place, item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return literal(value) if isinstance(value, str) and "after" not in place else str(value)


@pytest.mark.parametrize(("place", "values"), PLACES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_binding_is_writing_the_literal(place: str, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    value = data.draw(values)
    if isinstance(value, float):
        value = value + 0.0
    bound = audience_dsl.compile(place.format("$x"), params={"x": value})
    written = audience_dsl.compile(place.format(_literal_of(place, value)))
    assert bound.to_json() == written.to_json()


@pytest.mark.parametrize("text", ["a == $x", "a in $x", "a includes $x", "a matches $x"])
@given(value=st.text(st.characters(codec="utf-8"), min_size=1, max_size=5).map(lambda text: text + "\ud800"))
@settings(max_examples=20, deadline=None)
def test_half_a_surrogate_pair_is_never_emitted(text: str, value: str) -> None:
    with pytest.raises(audience_dsl.BindError) as bound:
        audience_dsl.compile(text, params={"x": [value] if " in " in text else value})
    assert (bound.value.code, bound.value.parameter) == ("AUD403", "x")
