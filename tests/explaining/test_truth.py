"""Laws: what an explanation says is true of whom the evaluator selects, and of whom it does not."""

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audience_dsl import Audience, Settings, compile
from audience_dsl.attribute_types import attribute_types
from audience_dsl.explaining import Explanation
from audience_dsl.explaining.clause import LAST_USED_APP
from audience_dsl.explaining.tree import Group, Member, Statement, members_of
from audience_dsl.filters import Filter
from tests.laws.meaning import selects
from tests.laws.strategies import NOW, assumptions, clauses, expressions, profiles
from tests.laws.test_meaning import negated_app, spelled

from .english import condition, holds, users

PEOPLE = st.lists(profiles(), min_size=1, max_size=4)


def filter_of(tree: Any, given: Settings, *, read: bool) -> Filter:
    """The filter of a text; with `read`, as JSON has it, which knows of no clauses."""
    audience = compile(spelled(tree), now=NOW, settings=given)
    return Audience.from_dict(audience.to_dict()).filter if read else audience.filter


def truths(root: Member, person: dict[str, Any], types: dict[str, frozenset[str]]) -> dict[str, bool]:
    """What is true, by the numbers of statements and groups; the outermost group's is empty."""
    found: dict[str, bool] = {}
    for member in reversed(list(members_of(root))):
        if isinstance(member, Group):
            together = all if member.all else any
            found[member.number] = together(found[each.number] for each in member.members)
        else:
            found[member.number] = holds(str(member.reading.listed), person, types, NOW)
    return found


@given(clauses(), st.booleans(), st.booleans(), assumptions(), PEOPLE)
@settings(max_examples=250, deadline=None)
def test_a_clause_says_whom_it_selects_and_whom_not(
    text: str, negated: bool, read: bool, given: Settings, people: list[dict[str, Any]]
) -> None:
    tree: Any = ("not", text) if negated else text
    assume(not negated_app(tree))
    filter = filter_of(tree, given, read=read)
    types = attribute_types(filter)
    for member in members_of(Explanation(filter, given).root):
        if isinstance(member, Statement):
            reading = member.reading
            for person in people:
                selected = selects(member.filter, person, given, NOW, types)
                assert holds(str(reading.listed), person, types, NOW) is selected, reading.listed
                assert users(str(reading.whose), person, types, NOW) is selected, reading.whose
                assert users(str(reading.opposite), person, types, NOW) is not selected, reading.opposite


@given(expressions(), st.booleans(), assumptions(), PEOPLE)
@settings(max_examples=120, deadline=None)
def test_the_statements_together_select_whom_the_filter_selects(
    tree: Any, read: bool, given: Settings, people: list[dict[str, Any]]
) -> None:
    assume(not negated_app(tree))
    filter = filter_of(tree, given, read=read)
    types = attribute_types(filter)
    root = Explanation(filter, given).root
    for person in people:
        found = truths(root, person, types)
        assert found[root.number] is selects(filter, person, given, NOW)


@given(expressions(leaves=14), st.booleans(), assumptions(), PEOPLE)
@settings(max_examples=120, deadline=None)
def test_users_without_a_value_are_where_they_are_said_to_be(
    tree: Any, read: bool, given: Settings, people: list[dict[str, Any]]
) -> None:
    assume(not negated_app(tree))
    filter = filter_of(tree, given, read=read)
    types = attribute_types(filter)
    explanation = Explanation(filter, given)
    for outcome in explanation.outcomes:
        for subject in outcome.subjects:
            name = "last_used_app" if subject == LAST_USED_APP else str(subject)
            for person in people:
                without = {**person, name: None}
                selected = selects(filter, without, given, NOW)
                if isinstance(outcome.left, bool):
                    assert selected is outcome.left
                elif outcome.condition is not None:
                    found = truths(explanation.root, without, types)
                    assert condition(outcome.condition, found) is selected, outcome.condition


@given(expressions(), assumptions())
@settings(max_examples=80, deadline=None)
def test_every_attribute_has_one_outcome(tree: Any, given: Settings) -> None:
    assume(not negated_app(tree))
    filter = filter_of(tree, given, read=False)
    explanation = Explanation(filter, given)
    named = [subject for outcome in explanation.outcomes for subject in outcome.subjects]
    assert len(named) == len(set(named))
    assert {each for each in named if isinstance(each, str)} == set(attribute_types(filter))


@given(expressions(), st.booleans(), assumptions(), PEOPLE)
@settings(max_examples=80, deadline=None)
def test_what_rests_on_no_open_row_is_the_same_under_every_setting(
    tree: Any, read: bool, other: Settings, people: list[dict[str, Any]]
) -> None:
    assume(not negated_app(tree))
    filter = filter_of(tree, Settings(), read=read)
    types = attribute_types(filter)
    sure = {key: value for key, value in other.assume.items() if not Settings().is_sure(key)}
    flipped = Settings(assume=sure)
    for member in members_of(Explanation(filter, Settings()).root):
        if isinstance(member, Statement) and not set(member.reading.rests_on) & set(sure):
            for person in people:
                known = selects(member.filter, person, Settings(), NOW, types)
                assert selects(member.filter, person, flipped, NOW, types) is known
