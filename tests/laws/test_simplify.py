"""Laws of simplifying: meaning stays, and what went is exactly the difference."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import Audience, Settings
from audience_dsl.filters import And, Filter, Or, leaves_of
from audience_dsl.simplify import same_leaf, simplify
from audience_dsl.source import Source
from audience_dsl.syntax.formatter import simplify_source
from tests.laws.interpreter import interpreter
from tests.laws.meaning import selects
from tests.laws.strategies import NOW, assumptions, clauses, profiles


def _shapes(*wraps: str) -> st.SearchStrategy[Any]:
    """Groups in groups: what joins each, and its members, with what is put around them; leaves are numbers."""
    joined, wrap = st.sampled_from([" and ", " or "]), st.sampled_from(wraps)
    return st.recursive(
        st.integers(0, 3),
        lambda inner: st.tuples(joined, st.lists(st.tuples(wrap, inner), min_size=2, max_size=4)),
        max_leaves=14,
    )


def _written(shape: Any, pool: list[str]) -> str:
    if isinstance(shape, int):
        return pool[shape % len(pool)]
    joined, members = shape
    return str(joined.join(f"({wrap.format(_written(member, pool))})" for wrap, member in members))


def _repetitive(shapes: st.SearchStrategy[Any], *, app: bool) -> st.SearchStrategy[str]:
    return st.builds(_written, shapes, st.lists(clauses(app=app), min_size=1, max_size=4))


# Texts of few clauses in many groups, so that members meet again.
REPETITIVE = _repetitive(_shapes("{}", "{}", "({})", "not ({})"), app=False)
WITHOUT_NOT = _repetitive(_shapes("{}", "({})"), app=True)


def leaves(filter: Filter) -> Counter[Any]:
    return Counter(map(same_leaf, leaves_of(filter)))


@given(REPETITIVE, assumptions(), st.lists(profiles(), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_the_same_users_are_selected(text: str, given: Settings, people: list[dict[str, Any]]) -> None:
    before = audience_dsl.compile(text, settings=given).filter
    after, _ = simplify(before)
    said = interpreter(Audience(after, (), given).to_dict(), given.assume, NOW)
    for person in people:
        assert selects(after, person, given, NOW) is selects(before, person, given, NOW)
        assert said(person) is selects(before, person, given, NOW)


@given(REPETITIVE)
@settings(max_examples=300, deadline=None)
def test_once_is_enough_and_nothing_grows_and_what_went_is_the_difference(text: str) -> None:
    before = audience_dsl.compile(text).filter
    after, removed = simplify(before)
    assert simplify(after) == (after, [])
    went = sum((leaves(each.member) for each in removed), Counter[Any]())
    assert leaves(before) - went == leaves(after)
    assert went + leaves(after) == leaves(before)
    assert set(map(id, leaves_of(after))) <= set(map(id, leaves_of(before)))


def sets(filter: Filter) -> Any:
    """A filter as what it says: groups as sets, whose members have no order."""
    if not isinstance(filter, (And, Or)):
        return same_leaf(filter)
    return type(filter), frozenset(map(sets, filter.operands))


@given(WITHOUT_NOT)
@settings(max_examples=300, deadline=None)
def test_nothing_is_left_that_could_go(text: str) -> None:
    pending = [simplify(audience_dsl.compile(text, now=NOW).filter)[0]]
    while pending:
        group = pending.pop()
        if not isinstance(group, (And, Or)):
            continue
        members = list(map(sets, group.operands))
        assert len(set(members)) == len(members) > 1
        other = Or if isinstance(group, And) else And
        parts = [each[1] if each[0] is other else frozenset({each}) for each in members]
        told = {leaf.name for leaf in leaves_of(group) if hasattr(leaf, "name") and leaf.comparison in UNTOLD}
        if not told:
            assert not any(one < another for one in parts for another in parts)
        for each in group.operands:
            assert not isinstance(each, type(group))
            pending.append(each)


# Comparisons of attributes of several types, beside which a clause may stay only since it tells the type.
UNTOLD = ("exists", "does_not_exist", "is_any_of", "is_none_of")


@given(REPETITIVE, assumptions(), st.lists(profiles(), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_a_text_without_what_went_selects_the_same_users(
    text: str, given: Settings, people: list[dict[str, Any]]
) -> None:
    """A text is simplified before types are known, and must not lose what tells them."""
    shorter, _ = simplify_source(Source(text))
    before = audience_dsl.compile(text, settings=given).filter
    after = audience_dsl.compile(shorter, settings=given).filter
    assert len(leaves_of(after)) <= len(leaves_of(before))
    for person in people:
        assert selects(after, person, given, NOW) is selects(before, person, given, NOW)
    assert simplify_source(Source(shorter)) == (shorter, [])
