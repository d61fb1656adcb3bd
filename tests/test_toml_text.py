"""Places in TOML: of every key and item, whichever way it is written."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.source import Source
from audience_dsl.toml_text import TomlError, TomlPlaces, read_toml

TEXT = """\
# [not] = "here"
time-zone = "UTC"
"a.b" = 1
a.b.c = 2
list = [ "x", # one
  'y', [1, 2.5], { k = "v, =", l = 3 } ]
long = \"\"\"
[nothing]
x = 1 \\\"\"\"
\"\"\"

[limits]
clauses = 10

[[require]]
paths = ["a/**"]

[[require]]
paths = ["b"]
[require.sub]
x = 2026-01-01 10:00:00

[assume]
"greater_than.number.other" = true
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("time-zone",), "time-zone"),
        (("a.b",), '"a.b"'),
        (("a", "b", "c"), "c"),
        (("list", 0), '"x"'),
        (("list", 1), "'y'"),
        (("list", 2, 1), "2"),
        (("list", 3, "k"), "k"),
        (("list", 3, "l"), "l"),
        (("long",), "long"),
        (("limits",), "[limits]"),
        (("limits", "clauses"), "clauses"),
        (("require", 0), "[[require]]"),
        (("require", 0, "paths", 0), '"a/**"'),
        (("require", 1, "paths", 0), '"b"'),
        (("require", 1, "sub", "x"), "x"),
        (("assume", "greater_than.number.other"), '"greater_than.number.other"'),
        (("limits", "none"), "[limits]"),
    ],
)
def test_places(path: tuple[str | int, ...], found: str) -> None:
    for text in (TEXT, TEXT.replace("\n", "\r\n")):
        span = TomlPlaces(Source(text)).of(*path)
        assert span is not None
        assert text[span.start : span.end] == found


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ('{"a": 1}', "this looks like JSON"),
        ("a = “b”", "straight quotes"),
        ("a = b", "a text stands in quotes"),
        ("a =  TRUE", "write `true`"),
        ("a = False # x", "write `false`"),
        ("a: 1", "`key = value`"),
        ("a = { b = 1,\n c = 2 }", "stands on one line"),
        ("a = {\n}", "stands on one line"),
        ("a = {\r\n}", "stands on one line"),
        ("a = 1\na = 2", None),
        ("a =", None),
    ],
)
def test_ways_out(text: str, way: str | None) -> None:
    with pytest.raises(TomlError) as caught:
        read_toml(Source(text))
    assert caught.value.help is way is None or (way is not None and way in (caught.value.help or ""))


def test_what_is_nowhere_has_no_place() -> None:
    assert TomlPlaces(Source(TEXT)).of("nothing") is None


KEYS = st.text(min_size=1, max_size=5)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_key_and_item_has_its_place(document: dict[str, Any]) -> None:
    text = "".join(f"{_text(key)} = {_value(value)}\n" for key, value in document.items())
    places = TomlPlaces(Source(text))
    pending: list[tuple[tuple[str | int, ...], Any]] = [((key,), value) for key, value in tomllib.loads(text).items()]
    while pending:
        path, value = pending.pop()
        span = places.of(*path)
        assert span is not None
        if isinstance(path[-1], str):
            assert text[span.start : span.end] == _text(path[-1])
        else:
            assert text.startswith(_value(value)[:1], span.start)
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        pending.extend(((*path, key), each) for key, each in inner)


def _text(text: str) -> str:
    return '"' + "".join(f"\\U{ord(each):08x}" if not each.isalnum() else each for each in text) + '"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)} = {_value(each)}" for key, each in value.items()) + "}"
    return _text(value) if isinstance(value, str) else str(value)
