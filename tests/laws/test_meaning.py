"""Laws of what a compiled audience selects."""

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import CompileError, Settings
from audience_dsl.filters import And, Filter, Or
from tests.laws.meaning import selects, types_of
from tests.laws.strategies import (
    NOW,
    NUMBERS,
    WORDS,
    assumptions,
    clauses,
    expressions,
    literal,
    profiles,
)


def compiled(text: str, given: Settings) -> Filter:
    return audience_dsl.compile(text, now=NOW, settings=given).filter


def spelled(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    joined, inner = tree
    return f"not ({spelled(inner)})" if joined == "not" else f" {joined} ".join(f"({spelled(each)})" for each in inner)


def negated_app(tree: Any, negated: bool = False) -> bool:
    """Whether a filter on `last_used_app` stands under an odd number of `not`s."""
    if isinstance(tree, str):
        return negated and tree.startswith("last_used_app")
    joined, inner = tree
    if joined == "not":
        return negated_app(inner, not negated)
    return any(negated_app(each, negated) for each in inner)


def all_types(tree: Any, given: Settings) -> dict[str, frozenset[str]]:
    if isinstance(tree, str):
        return types_of(compiled(tree, given))
    found: dict[str, frozenset[str]] = {}
    for each in [tree[1]] if tree[0] == "not" else tree[1]:
        for name, types in all_types(each, given).items():
            found[name] = found.get(name, types) & types
    return found


def means(tree: Any, profile: dict[str, Any], given: Settings, types: dict[str, frozenset[str]]) -> bool:
    """Plain logic over what each clause selects by itself."""
    if isinstance(tree, str):
        return selects(compiled(tree, given), profile, given, NOW, types)
    joined, inner = tree
    if joined == "not":
        return not means(inner, profile, given, types)
    return (all if joined == "and" else any)(means(each, profile, given, types) for each in inner)


def opposite_of(text: str, given: Settings) -> Filter | None:
    """The filter of `not (text)`, or None where it is refused for the reason that there is none."""
    try:
        return compiled(f"not ({text})", given)
    except CompileError as error:
        found = error.diagnostics
    assert {each.code.code for each in found if each.severity == "error"} == {"AUD301"}
    return None


@given(clauses(), assumptions(), st.lists(profiles(), min_size=1, max_size=4))
@settings(max_examples=250, deadline=None)
def test_a_clause_or_its_not_selects_each_profile_and_never_both(
    text: str, given: Settings, people: list[dict[str, Any]]
) -> None:
    this, that = compiled(text, given), opposite_of(text, given)
    if that is None:
        assert text.startswith("last_used_app")
        return
    for person in people:
        assert selects(this, person, given, NOW) is not selects(that, person, given, NOW)


@given(expressions(), assumptions(), st.lists(profiles(), min_size=1, max_size=3))
@settings(max_examples=250, deadline=None)
def test_an_expression_selects_what_logic_says_of_its_clauses(
    tree: Any, given: Settings, people: list[dict[str, Any]]
) -> None:
    if negated_app(tree):
        with pytest.raises(CompileError, match="AUD301"):
            compiled(spelled(tree), given)
        return
    lowered = compiled(spelled(tree), given)
    types = all_types(tree, given)
    for person in people:
        assert selects(lowered, person, given, NOW, types) is means(tree, person, given, types)


@given(expressions(), assumptions())
@settings(max_examples=80, deadline=None)
def test_double_negation_vanishes(tree: Any, given: Settings) -> None:
    assume(not negated_app(tree))
    text = spelled(tree)
    assert compiled(f"not not ({text})", given) == compiled(text, given)


@given(expressions(leaves=12), assumptions())
@settings(max_examples=80, deadline=None)
def test_groups_are_flat_and_have_two_members_or_more(tree: Any, given: Settings) -> None:
    assume(not negated_app(tree))
    pending = [compiled(spelled(tree), given)]
    while pending:
        node = pending.pop()
        if isinstance(node, (And, Or)):
            assert len(node.operands) >= 2
            assert not any(isinstance(operand, type(node)) for operand in node.operands)
            pending.extend(node.operands)


# --- Sugar: against what the design says that it means ---------------------------------------------------------------

LISTS = st.lists(NUMBERS, min_size=1, max_size=3)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=6)


def either(texts: list[str], person: dict[str, Any], given: Settings) -> bool:
    return any(selects(compiled(text, given), person, given, NOW) for text in texts)


@given(LISTS, assumptions(), profiles())
@settings(max_examples=80, deadline=None)
def test_in_numbers_is_any_equality_and_not_in_its_complement(
    values: list[float], given: Settings, person: dict[str, Any]
) -> None:
    listed = ", ".join(map(repr, values))
    expected = either([f"n1 == {value!r}" for value in values], person, given)
    assert selects(compiled(f"n1 in [{listed}]", given), person, given, NOW) is expected
    assert selects(compiled(f"n1 not in [{listed}]", given), person, given, NOW) is not expected


@given(NUMBERS, NUMBERS, assumptions(), profiles())
@settings(max_examples=80, deadline=None)
def test_between_includes_both_ends(one: float, two: float, given: Settings, person: dict[str, Any]) -> None:
    low, high = sorted([one, two])
    expected = either([f"n1 >= {low!r}"], person, given) and either([f"n1 <= {high!r}"], person, given)
    assert selects(compiled(f"n1 between {low!r} and {high!r}", given), person, given, NOW) is expected
    value = person["n1"]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        assert expected is (low <= value <= high)


@given(st.lists(WORDS, min_size=1, max_size=3), assumptions(), profiles())
@settings(max_examples=60, deadline=None)
def test_includes_all_of_needs_every_member(values: list[str], given: Settings, person: dict[str, Any]) -> None:
    lowered = compiled(f"a1 includes all of [{', '.join(map(literal, values))}]", given)
    expected = all(either([f"a1 includes {literal(value)}"], person, given) for value in values)
    assert selects(lowered, person, given, NOW) is expected


@given(
    st.sampled_from(["starts with", "ends with", "contains"]),
    ASCII,
    st.one_of(ASCII, st.tuples(ASCII, ASCII, ASCII).map("".join)),
    st.sampled_from(["", "before", "after", "within"]),
)
@settings(max_examples=200, deadline=None)
def test_affixes_are_plain_text_whatever_their_letter_case(verb: str, part: str, value: str, where: str) -> None:
    value = {"before": part + value, "after": value + part, "within": f"x{part.swapcase()}y"}.get(where, value)
    lowered = compiled(f"s1 {verb} {literal(part)}", Settings())
    small, whole = part.lower(), value.lower()
    expected = {
        "starts with": whole.startswith(small),
        "ends with": whole.endswith(small),
        "contains": small in whole,
    }[verb]
    assert selects(lowered, {"s1": value}, Settings(), NOW) is expected
    plain = {"starts with": "does not start with", "ends with": "does not end with", "contains": "does not contain"}
    opposite = compiled(f"s1 {plain[verb]} {literal(part)}", Settings())
    assert selects(opposite, {"s1": value}, Settings(), NOW) is not expected


@given(
    st.sampled_from(["push", "email"]),
    st.lists(st.sampled_from(["opted_in", "subscribed", "unsubscribed"]), min_size=1, max_size=3),
    profiles(),
)
@settings(max_examples=60, deadline=None)
def test_states_in_a_list(channel: str, states: list[str], person: dict[str, Any]) -> None:
    inside = compiled(f"{channel} in [{', '.join(states)}]", Settings())
    outside = compiled(f"{channel} not in [{', '.join(states)}]", Settings())
    assert selects(inside, person, Settings(), NOW) is (person[channel] in states)
    assert selects(outside, person, Settings(), NOW) is (person[channel] not in states)


@given(st.integers(1, 4), st.sampled_from([("days", 1), ("weeks", 7)]), assumptions(), profiles())
@settings(max_examples=60, deadline=None)
def test_spans_within_and_their_weeks(
    count: int, unit: tuple[str, int], given: Settings, person: dict[str, Any]
) -> None:
    word, days = unit
    for within, ago in (("last", "ago"), ("next", "from now")):
        lowered = compiled(f"t1 in the {within} {count} {word}", given)
        assert lowered == compiled(f"t1 less than {count * days} days {ago}", given)
    middle = compiled(f"t1 between {count} and {count + 2} {word} ago", given)
    expected = either([f"t1 more than {count * days} days ago"], person, given) and either(
        [f"t1 less than {(count + 2) * days} days ago"], person, given
    )
    assert selects(middle, person, given, NOW) is expected


@given(st.integers(1, 4), profiles())
@settings(max_examples=60, deadline=None)
def test_last_used_app_counts_24_hours_before_now(days: int, person: dict[str, Any]) -> None:
    used = person["last_used_app"]
    age = None if used is None else (NOW - used).total_seconds()
    less = compiled(f"last_used_app less than {days} days ago", Settings())
    more = compiled(f"last_used_app more than {days} days ago", Settings())
    assert selects(less, person, Settings(), NOW) is (age is not None and age <= days * 86_400)
    assert selects(more, person, Settings(), NOW) is (age is not None and age > days * 86_400)


def test_the_evaluator_takes_regexes_as_braze_does() -> None:
    # The law above rests on this: search anywhere, letter case ignored.
    assert re.search("GOLD", "marigold", re.IGNORECASE)
    assert selects(compiled("s1 matches /GOLD/", Settings()), {"s1": "marigold"}, Settings(), NOW)
    assert not selects(compiled("s1 matches /^gold/", Settings()), {"s1": "marigold"}, Settings(), NOW)
