"""`plain` copies what is JSON already the short way, and looks at all else: nobody can tell which it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.diagnostics import Diagnostic
from audience_dsl.json_values import UNFIT, Bounds, Findings, _copied, _examined, plain


class Text(str):
    __slots__ = ()


class Number(int):
    __slots__ = ()


TEXTS = st.text() | st.sampled_from(["\ud800", "é", Text("é")])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.sampled_from([2**1024 - 1, 2**1024, -(2**1024), Number(7), b"", {1, 2}])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXTS | st.integers(), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


def bounds(depth: int, size: int) -> Bounds:
    return Bounds(
        depth=depth,
        depth_in_words=f"{depth} levels",
        size=size,
        unfit="request-not-json",
        too_deep="request-not-json",
        too_large="request-body-too-large",
    )


def shown(findings: list[Diagnostic]) -> list[tuple[str, str | None, str]]:
    return [(each.code.code, each.pointer, each.message) for each in findings]


@given(VALUES, st.integers(0, 5), st.integers(0, 60) | st.just(1_000_000))
def test_the_short_way_gives_what_the_long_way_gives(value: object, depth: int, size: int) -> None:
    limits = bounds(depth, size)
    by_short, by_long = Findings(), Findings()
    made = plain(value, by_short, None, limits)
    wanted = _examined(value, by_long, None, limits)
    assert shown(by_short.items) == shown(by_long.items)
    if not by_long.items:
        assert json.dumps(made) == json.dumps(wanted)
        assert _kinds(made) == _kinds(wanted)
    else:
        assert _copied(value, limits) is UNFIT


@given(st.recursive(st.text(max_size=3), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)))
def test_what_is_json_is_copied_and_not_shared(value: object) -> None:
    before = json.dumps(value)
    made = _copied(value, bounds(100, 10_000_000))
    assert made == value
    _emptied(made)
    assert json.dumps(value) == before


@pytest.mark.parametrize("width", [1, 2, 1_000])
@pytest.mark.parametrize("make", [list, dict])
def test_what_holds_itself_is_refused(make: Any, width: int) -> None:
    value = make()
    if isinstance(value, list):
        value.extend([value] * width)
    else:
        value.update({str(number): value for number in range(width)})
    findings = Findings()
    assert plain(value, findings, None, bounds(100, 100_000)) is UNFIT or findings.items
    assert findings.items


def _kinds(value: object) -> list[type]:
    found, pending = [], [value]
    while pending:
        item = pending.pop()
        found.append(type(item))
        if isinstance(item, (dict, list)):
            pending += item.values() if isinstance(item, dict) else item
    return found


def _emptied(value: object) -> None:
    if isinstance(value, (dict, list)):
        for member in list(value.values()) if isinstance(value, dict) else list(value):
            _emptied(member)
        value.clear()
