"""JSON texts: what is refused and where, and the places of pointers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.json_text import JsonError, places, read_json
from audience_dsl.source import Source

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(['"', "\\", "{", "],", "~/", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def pointers(value: Any, pointer: str = "", key: str | None = None) -> Iterator[tuple[str, str | None, Any]]:
    """Every pointer of a value, with the key that it ends in and what stands there."""
    yield pointer, key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from pointers(inner, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from pointers(inner, f"{pointer}/{index}")


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans(), st.data())
@settings(max_examples=300, deadline=None)
def test_every_pointer_is_found_where_its_value_stands(
    value: Any, indent: int | None, plain: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=plain)
    assert read_json(Source(text)) == value
    every = list(pointers(value))
    wanted = data.draw(st.lists(st.sampled_from(every), unique_by=lambda each: each[0]))
    found = places(text, [pointer for pointer, _, _ in wanted])
    assert found.keys() == {pointer for pointer, _, _ in wanted}
    for pointer, key, inner in wanted:
        place = found[pointer]
        shown = text[place.value.start : place.value.end]
        if isinstance(inner, (dict, list)):
            assert shown == "{["[isinstance(inner, list)]
            assert json.JSONDecoder().raw_decode(text, place.value.start)[0] == inner
        else:
            assert json.loads(shown) == inner
        assert (None if place.key is None else json.loads(text[place.key.start : place.key.end])) == key


def test_pointers_that_the_text_does_not_have() -> None:
    assert places('{"a": [1]}', ["/b", "/a/1", "/a/x", "/a/0/0", "/"]) == {}
    assert places("1", ["/a"]) == {}


FAULTS = [
    ("", "this is no JSON: expecting value", 0),
    ("{", "this is no JSON: expecting property name enclosed in double quotes", 1),
    ('{"a": NaN}', "`NaN` is not JSON", 6),
    ('{"a": 1, "b": {"c": 1, "c": 2}}', "the key `c` stands twice in one object", 23),
    ('[{"a": {"x": 1}, "b": {"x": "a", "y": ["x"]}, "\\u0061": 2}]', "the key `a` stands twice in one object", 46),
    ('{"a": 1, "a": 2', "this is no JSON: expecting `,` delimiter", 15),
    ("[" * 100_000, "the JSON is nested too deep to be read", 0),
    ("[1, -" + "1" * 5_000 + "]", "the number has more digits than can be read", 4),
]


@pytest.mark.parametrize(("text", "message", "at"), FAULTS, ids=[text[:20] for text, _, _ in FAULTS])
def test_faults(text: str, message: str, at: int) -> None:
    for start in (0, 3):
        with pytest.raises(JsonError) as raised:
            read_json(Source("   " + text if start else text), start=start)
        assert raised.value.message.replace("'", "`").startswith(message)
        assert raised.value.span.start == at + start
        assert raised.value.help


def test_a_part_of_a_text() -> None:
    assert read_json(Source('xx{"a": 1}yy'), start=2, end=10) == {"a": 1}


def test_long_keys_cost_no_more_than_their_length() -> None:
    deep: Any = [0] * 10_000
    for _ in range(50):
        deep = {"k" * 10_000: deep}
    text = json.dumps(deep)
    assert places(text, ["/x/y"]) == {}
