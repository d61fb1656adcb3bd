"""Laws of what a compiled audience selects."""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import BindError, CompileError, ConfigurationError, Settings
from audience_dsl.braze import MISSING, REGEX_AT_MOST
from audience_dsl.evaluate import Evaluator, Verdict
from audience_dsl.filters import And, CustomAttribute, Filter, Or, PushSubscription
from audience_dsl.profiles import Profile, profile_of
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


# --- The assumptions: how sure they are, by section 2.1 of the reference ---------------------------------------------

SURE = [
    *("exists.any.any", "does_not_exist.any.any", "equals.string.any", "not_equal.string.any"),
    *("is_any_of.string.any", "is_none_of.string.any", "includes_value.array.any", "does_not_include_value.array.any"),
]
UNKNOWN = [
    *("equals.number.other", "greater_than_x_days_ago.time.any"),
    *("greater_than.number.zero", "greater_than.number.other"),
    *(f"{each}_than_or_equal_to.number.{value}" for each in ("less", "greater") for value in ("zero", "other")),
]


def test_which_rows_a_complement_may_rest_on_and_which_nobody_knows() -> None:
    assert sorted(key for key in MISSING if Settings().is_sure(key)) == sorted(SURE)
    assert sorted(key for key in MISSING if Settings().is_unknown(key)) == sorted(UNKNOWN)
    assert [row.key for row in MISSING.values()] == list(MISSING)


def test_an_assumption_that_is_like_no_other_is_refused_too() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings(assume={"?": True})
    assert raised.value.help is None


def test_what_an_open_complement_says_that_it_assumes() -> None:
    (warning,) = audience_dsl.compile("not n > 5").warnings
    assert (
        "`greater_than` selects users without `n`; this `not` assumes that it does not select them" in warning.message
    )


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


# --- What JSON cannot say: cells of CSV, values of Python, reasons --------------------------------------------------

# A text, an attribute's cell, and what comes of it. "Missing" is what the row of the comparison says.
CELLS = [
    (
        "n > 3",
        {"3.5": True, "4": True, "4e0": True, "3": False, "-4": False, "0.4e1": True, "40E-1": True, "4e-1": False},
    ),
    # Not as JSON writes a number: of another type, which `greater than` leaves out and `less than` takes.
    (
        "n > 3",
        dict.fromkeys(["", "x", "04", "+4", "4.", ".4", " 4", "4 ", "4,5", "1e999", "4\n", "٤", "[4]", "nan"], False),
    ),
    (
        "n < 3",
        dict.fromkeys(["", "x", "04", "+4", "4.", ".4", " 4", "4 ", "4,5", "1e999", "4\n", "٤", "[4]", "nan"], True),
    ),
    ("vip is true", {"true": True, "TRUE": True, "True": True, "false": False, "1": False, "yes": False, "": False}),
    ("vip is false", {"false": True, "FALSE": True, "true": False, "0": False, "": False}),
    ("vip is not true", {"true": False, "false": True, "FALSE": True, "1": True, "yes": True, "": True}),
    (
        "a includes 'x'",
        {'["x"]': True, ' ["y", "x"]': True, '["y"]': False, "[]": False, "x": False, "[x]": False, "": False},
    ),
    (
        "not (a includes 'x')",
        {'["x"]': False, '["y"]': True, "[]": True, "x": True, "[x]": True, "": True, '{"x": 1}': True},
    ),
    ("a in ['x', '[x]']", {"x": True, '["x"]': True, '["y"]': False, "[x]": True, "y": False, "": False, "[]": False}),
    ("a == '[]'", {"[]": True, "": False}),
    ("a == 'x'", {"x": True, " x": False, '["x"]': False, "": False}),
    ("a == '5'", {"5": True}),
    ("a matches /^5/", {"51": True, "": False, "15": False}),
    ("t after 2026-01-01T00:00:00Z", {"2026-01-01": True, "2025-12-31": False, "soon": False, "": False}),
    ("not (t after 2026-01-01T00:00:00Z)", {"2026-01-01": False, "2025-12-31": True, "soon": True, "": True}),
    ("a exists", {"x": True, "0": True, "false": True, " ": True, '["x"]': True, "": False, "[]": False}),
    ("a does not exist", {"x": False, "0": False, '["x"]': False, "": True, "[]": True}),
    ("n > 3 or n exists", {"2": True, "x": False, "": False}),
]


@pytest.mark.parametrize(("text", "cells"), CELLS)
def test_cells_of_csv_are_read_as_the_type_that_is_asked_for(text: str, cells: dict[str, bool]) -> None:
    audience = audience_dsl.compile(text)
    (name,) = {leaf.name for leaf in leaves_of(audience.filter)}
    found = {cell: audience.matches(profile_of({name: cell}, untyped=True)) for cell in cells}
    assert found == cells
    assert {cell: audience.why(profile_of({name: cell}, untyped=True)).selected for cell in cells} == cells


def leaves_of(filter: Filter) -> list[Any]:
    return [leaf for each in filter.operands for leaf in leaves_of(each)] if isinstance(filter, (And, Or)) else [filter]


@pytest.mark.parametrize(
    ("text", "none", "other"),
    [
        ("a == 'x'", ["", None], []),
        ("n > 3", ["", None], ["x", "1e999"]),
        ("vip is true", ["", None], ["x", "1"]),
        ("t after 2026-01-01T00:00:00Z", ["", None], ["x", "5"]),
        ("a includes 'x'", ["", "[]", None], ["x", "{}"]),
        ("a in ['x']", ["", "[]", None], []),
        ("a exists", ["", "[]", None], []),
    ],
)
def test_a_cell_without_a_value_and_one_of_another_type(text: str, none: list[str], other: list[str]) -> None:
    audience = audience_dsl.compile(text)
    (leaf,) = leaves_of(audience.filter)
    for cells, reason in ((none, "no value"), (other, "other type")):
        found = {cell: audience.why(profile_of({leaf.name: cell}, untyped=True)).reason for cell in cells}
        assert found == dict.fromkeys(cells, reason)


def test_a_row_without_the_column_has_no_value() -> None:
    for text in (
        "n < 3",
        "vip is not true",
        "a does not include 'x'",
        "a not in ['x']",
        "a does not exist",
        "a != 'x'",
    ):
        assert audience_dsl.compile(text).matches(profile_of({}, untyped=True)), text
    for text in ("n > 3", "vip is true", "a includes 'x'", "a in ['x']", "a exists", "a == 'x'"):
        assert not audience_dsl.compile(text).matches(profile_of({}, untyped=True)), text


def test_a_deep_or_huge_cell_is_no_array_and_no_number() -> None:
    for cell in ("[" * 100_000, "[" + "1" * 5_000 + "]", "[1"):
        assert not audience_dsl.compile("a includes 'x'").matches(profile_of({"a": cell}, untyped=True))
        assert audience_dsl.compile("not (a includes 'x')").matches(profile_of({"a": cell}, untyped=True))


# Half past eleven in UTC, on the first of January.
ABROAD = datetime(2026, 1, 1, 6, 30, tzinfo=timezone(timedelta(hours=-5)))


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("n == 0.5", Decimal("0.5"), True),
        ("n == 0.5", Decimal("0.6"), False),
        ("n < 5", Decimal("NaN"), True),
        ("n < 5", Decimal("sNaN"), True),
        ("n < 5", float("nan"), True),
        ("n < 5", float("inf"), True),
        ("n > 5", float("inf"), False),
        ("n < 5", 10**400, True),
        ("n > 5", 10**400, False),
        ("n exists", 10**400, False),
        ("n exists", float("nan"), False),
        ("n exists", Decimal("1.5"), True),
        ("n exists", b"x", False),
        ("a includes 'x'", ("y", "x"), True),
        ("a includes 'x'", ("y",), False),
        ("a includes 'x'", (), False),
        ("a does not include 'x'", (), True),
        ("a exists", (), False),
        ("a exists", ("x",), True),
        ("a in ['x']", ("x",), True),
        ("a in ['x']", {"x"}, False),
        ("t after 2026-01-01T11:30:00Z", ABROAD, True),
        ("t before 2026-01-01T11:30:00Z", ABROAD, False),
        ("t before 2026-01-01T11:30:00.000001Z", ABROAD, True),
        ("t after 2026-01-01T00:00:00Z", date(2026, 1, 1), True),
        ("t before 2026-01-01T00:00:00Z", date(2026, 1, 1), False),
        ("t after 2026-01-01T00:00:00Z", date(2025, 12, 31), False),
        ("t after 2026-01-01T00:00:00Z", datetime(2026, 1, 1), True),  # noqa: DTZ001 - a time without an offset is the point
        ("t exists", date(2026, 1, 1), True),
        ("t exists", ABROAD, True),
        ("a == 'x'", ABROAD, False),
    ],
)
def test_values_of_python(text: str, value: object, expected: bool) -> None:
    audience = audience_dsl.compile(text)
    (name,) = {leaf.name for leaf in leaves_of(audience.filter)}
    assert audience.matches({name: value}) is expected
    assert audience.why({name: value}).selected is expected


# A text, a profile, and of every clause: whether it selects, the reason, the value, and the row that decided.
REASONS: list[tuple[str, dict[str, Any], list[tuple[bool, str, object, str | None]]]] = [
    ("n > 3", {"n": 4}, [(True, "held", 4, None)]),
    ("n > 3", {"n": 3}, [(False, "failed", 3, None)]),
    ("n > 3", {}, [(False, "no value", None, "greater_than.number.other")]),
    ("n > 0", {"n": ""}, [(False, "no value", "", "greater_than.number.zero")]),
    ("n < 3", {"n": []}, [(True, "no value", [], "less_than.number.other")]),
    ("n < 3", {"n": "2"}, [(True, "other type", "2", "less_than.number.other")]),
    ("vip is true", {"vip": 1}, [(False, "other type", 1, "equals.boolean.true")]),
    ("vip is true", {"vip": ""}, [(False, "no value", "", "equals.boolean.true")]),
    ("a == 'x'", {"a": ["x"]}, [(False, "other type", ["x"], "equals.string.any")]),
    ("a == 'x'", {"a": []}, [(False, "no value", [], "equals.string.any")]),
    ("a == 'x'", {"a": ""}, [(False, "no value", "", "equals.string.any")]),
    ("n < 3", {"n": float("inf")}, [(True, "other type", float("inf"), "less_than.number.other")]),
    ("n < 3", {"n": 10**400}, [(True, "other type", 10**400, "less_than.number.other")]),
    ("a includes 'x'", {"a": "x"}, [(False, "other type", "x", "includes_value.array.any")]),
    ("a includes 'x'", {"a": []}, [(False, "no value", [], "includes_value.array.any")]),
    ("a in ['x']", {"a": 5}, [(False, "other type", 5, "is_any_of.string.any")]),
    ("a in ['x']", {"a": ""}, [(False, "no value", "", "is_any_of.string.any")]),
    ("t after 2026-01-01T00:00:00Z", {"t": "soon"}, [(False, "other type", "soon", "after.time.any")]),
    ("t after 2026-01-01T00:00:00Z", {"t": ""}, [(False, "no value", "", "after.time.any")]),
    ("a exists", {"a": {}}, [(False, "other type", {}, "exists.any.any")]),
    ("a exists", {"a": ""}, [(False, "no value", "", "exists.any.any")]),
    ("a does not exist", {"a": "x"}, [(False, "failed", "x", None)]),
    ("push is opted_in", {"push": "opted_in"}, [(True, "held", "opted_in", None)]),
    ("push is opted_in", {}, [(False, "failed", "subscribed", None)]),
    ("email is not opted_in", {"push": "opted_in"}, [(True, "held", "subscribed", None)]),
    ("last_used_app before 2026-01-01T00:00:00Z", {}, [(False, "no value", None, None)]),
    ("last_used_app after 1970-01-01T00:00:00Z", {"last_used_app": "1970-01-01"}, [(True, "held", 0, None)]),
    ("last_used_app before 1970-01-01T00:00:00Z", {"last_used_app": "1970-01-01"}, [(False, "failed", 0, None)]),
    (
        "a == 'x' and (b == 'y' or push is subscribed)",
        {"b": "z"},
        [
            (False, "no value", None, "equals.string.any"),
            (False, "failed", "z", None),
            (True, "held", "subscribed", None),
        ],
    ),
]


@pytest.mark.parametrize(("text", "profile", "expected"), REASONS)
def test_the_reason_of_every_clause(text: str, profile: dict[str, Any], expected: list[Any]) -> None:
    audience = audience_dsl.compile(text)
    verdicts = clauses_of(audience.why(profile))
    assert [(each.selected, each.reason, each.value, each.row) for each in verdicts] == expected
    assert [each.node for each in verdicts] == leaves_of(audience.filter)


def clauses_of(verdict: Verdict) -> list[Verdict]:
    return [leaf for each in verdict.operands for leaf in clauses_of(each)] if verdict.operands else [verdict]


def test_the_verdict_of_a_group_is_that_of_its_members() -> None:
    audience = audience_dsl.compile("(a exists and b exists) or (c exists and d exists)")
    verdict = audience.why({"a": 1, "c": 1, "d": 1})
    assert verdict.selected
    assert verdict.node is audience.filter
    assert [each.selected for each in verdict.operands] == [False, True]
    assert [each.selected for each in verdict.operands[0].operands] == [True, False]
    assert verdict.reason is None
    assert (repr(verdict), repr(verdict.operands[0].operands[0])) == ("Verdict(selected, 2)", "Verdict(selected, held)")
    assert repr(verdict.operands[0]) == "Verdict(not selected, 2)"


def test_now_is_needed_where_days_are_counted_and_nowhere_else() -> None:
    for text, needed in [
        ("t less than 2 days ago", True),
        ("a exists or t more than 2 days from now", True),
        ("t before 2026-01-01T00:00:00Z", False),
        ("push is opted_in", False),
    ]:
        evaluator = audience_dsl.compile(text).evaluator()
        assert evaluator.needs_now is needed
        if needed:
            with pytest.raises(ConfigurationError) as raised:
                evaluator.selects(Profile({}))
            assert raised.value.code == "AUD302"
        else:
            evaluator.selects(Profile({}))
        with pytest.raises(ConfigurationError) as raised:
            evaluator.selects(Profile({}), datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is refused
        assert raised.value.code == "AUD803"


def test_what_else_is_known_of_types_narrows_them() -> None:
    filter = Or((CustomAttribute("a", "exists"), PushSubscription("is", "opted_in")))
    for known, value, expected in [
        (frozenset({"number"}), 5, True),
        (frozenset({"number"}), "5", False),
        (frozenset({"string"}), "5", True),
        (frozenset({"string"}), 5, False),
    ]:
        evaluator = Evaluator(filter, Settings(), types={"a": known})
        assert evaluator.selects(Profile({"a": value})) is expected
    # A name of which nothing more is known keeps its own.
    assert Evaluator(filter, Settings(), types={"b": frozenset({"number"})}).selects(Profile({"a": "x"}))


def test_comparisons_that_share_no_type_leave_no_value_of_theirs() -> None:
    filter = Or((CustomAttribute("a", "equals", "x"), CustomAttribute("a", "not_equal", 3)))
    verdict = Evaluator(filter, Settings()).why(Profile({"a": "x"}))
    assert [(each.selected, each.reason) for each in verdict.operands] == [(False, "other type"), (True, "other type")]
    empty = Evaluator(filter, Settings()).why(Profile({"a": ""}))
    assert [(each.selected, each.reason) for each in empty.operands] == [(False, "no value"), (True, "no value")]
    assert Evaluator(filter, Settings()).why(profile_of({"a": "x"}, untyped=True)).operands[1].reason == "other type"


def test_a_number_by_hand_is_a_double_too() -> None:
    for comparison, expected in (("equals", True), ("greater_than", False), ("less_than", False)):
        leaf = CustomAttribute("n", comparison, 2**53 + 1)
        assert Evaluator(leaf, Settings()).selects(Profile({"n": 2**53})) is expected
    for comparison, value, expected in (
        ("less_than", 10**400, True),
        ("greater_than", 10**400, False),
        ("less_than", -(10**400), False),
        ("greater_than", -(10**400), True),
    ):
        assert Evaluator(CustomAttribute("n", comparison, value), Settings()).selects(Profile({"n": 5})) is expected


def test_a_filter_by_hand_may_include_one_text_or_several() -> None:
    for value in ("x", ("x", "y")):
        assert Evaluator(CustomAttribute("a", "includes_value", value), Settings()).selects(Profile({"a": ["x"]}))
        assert not Evaluator(CustomAttribute("a", "is_none_of", value), Settings()).selects(Profile({"a": "x"}))


# --- What a parameter may bring ---------------------------------------------------------------------------------------


def test_a_regex_from_a_parameter_has_the_length_of_one_that_is_written() -> None:
    longest = "x" * REGEX_AT_MOST
    assert audience_dsl.compile("a matches $r", params={"r": longest}).matches({"a": longest})
    with pytest.raises(BindError, match="AUD403"):
        audience_dsl.compile("a matches $r", params={"r": f"{longest}x"})


# --- Where a filter came from ----------------------------------------------------------------------------------------


def test_every_leaf_knows_the_clause_that_it_was_lowered_from() -> None:
    text = "push is opted_in\nand not (n in [1,\n  2] or a == 'x')"
    leaves = leaves_of(audience_dsl.compile(text).filter)
    assert [each.origin.text for each in leaves] == [
        "push is opted_in",
        *["not (n in [1, 2])"] * 3,
        "not (a == 'x')",
    ]
    assert [each.origin.negated for each in leaves] == [False, True, True, True, True]
    spans = [(each.origin.span.start, each.origin.span.end) for each in leaves]
    assert [text[start:end] for start, end in spans] == ["push is opted_in", *["n in [1,\n  2]"] * 3, "a == 'x'"]
    assert {each.origin.source.text for each in leaves} == {text}


def test_the_text_of_a_clause_keeps_what_stands_in_its_values_and_leaves_out_comments() -> None:
    text = """a  ==  "  two  \u00a0 # no comment  " and s in [  'x  y',  # why\n\t"z"]"""
    assert [each.origin.text for each in leaves_of(audience_dsl.compile(text).filter)] == [
        'a == "  two  \u00a0 # no comment  "',
        """s in [ 'x  y', "z"]""",
    ]
