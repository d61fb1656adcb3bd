"""Connected audience JSON, read: back to what the compiler made, and every other spelling to the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import Limits, RequestError, Settings
from audience_dsl.audience.emit import to_dict
from audience_dsl.audience.read import filter_of, read
from audience_dsl.audience.wire import check_audience
from audience_dsl.diagnostics import NOTE
from audience_dsl.evaluate import Evaluator
from audience_dsl.filters import And, CustomAttribute, EmailSubscription, Filter, LastUsedApp, Or, PushSubscription
from audience_dsl.json_values import Findings
from audience_dsl.profiles import profile_of
from tests.laws.strategies import NOW, expressions, filters_of_any_kind, profiles
from tests.laws.test_meaning import negated_app, spelled

from .test_wire import GOOD, attribute

A, B, C = (CustomAttribute("a", "equals", value) for value in ("x", "y", "z"))
PUSH = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}


def on(*members: Filter) -> list[dict[str, Any]]:
    return [to_dict(member) for member in members]


@given(expressions())
@settings(max_examples=200, deadline=None)
def test_what_the_compiler_made_is_read_as_it_was(tree: Any) -> None:
    if negated_app(tree):
        return
    filter = audience_dsl.compile(spelled(tree), now=NOW).filter
    found = read(to_dict(filter))
    assert found == filter
    assert json.dumps(to_dict(found)) == json.dumps(to_dict(filter))


@given(filters_of_any_kind())
@settings(max_examples=200, deadline=None)
def test_any_other_object_is_read_to_one_form_or_refused(filter: Filter) -> None:
    value = to_dict(filter)
    refused = check_audience(value)
    if refused:
        with pytest.raises(RequestError) as raised:
            read(value)
        assert [str(each) for each in raised.value.diagnostics] == [str(each) for each in refused]
        return
    canonical = to_dict(read(value))
    assert check_audience(canonical) == []
    assert to_dict(read(canonical)) == canonical


@given(expressions(app=False), st.lists(profiles(), min_size=1, max_size=3), st.data())
@settings(max_examples=100, deadline=None)
def test_another_spelling_selects_the_same(tree: Any, people: list[dict[str, Any]], data: st.DataObject) -> None:
    filter = audience_dsl.compile(spelled(tree), now=NOW).filter
    respelled = _respelled(to_dict(filter), data)
    assert read(respelled) == filter
    one, other = Evaluator(filter, Settings()), Evaluator(read(respelled), Settings())
    for person in people:
        profile = profile_of({**person, "last_used_app": None})
        assert one.selects(profile, NOW) is other.selects(profile, NOW)


def _respelled(value: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The same, with groups that say nothing, split groups, and lists of one as their value."""
    ((kind, content),) = value.items()
    if kind in ("AND", "OR"):
        members = [_respelled(each, data) for each in content]
        cut = data.draw(st.integers(0, len(members) - 1))
        found: dict[str, Any] = {kind: [{kind: members[:cut]}, *members[cut:]] if cut else members}
    else:
        found = {kind: dict(content)}
        listed = content.get("value")
        if isinstance(listed, list) and len(listed) == 1 and data.draw(st.booleans()):
            found[kind]["value"] = listed[0]
        elif content["comparison"] == "includes_value" and data.draw(st.booleans()):
            found[kind]["value"] = [listed]
        elif content["comparison"] == "exists" and data.draw(st.booleans()):
            found[kind]["value"] = "x"
    return {data.draw(st.sampled_from(["AND", "OR"])): [found]} if data.draw(st.booleans()) else found


@pytest.mark.parametrize("value", GOOD)
def test_whatever_the_check_lets_pass_is_read(value: dict[str, Any]) -> None:
    canonical = to_dict(read(value))
    assert check_audience(canonical) == []
    assert to_dict(read(canonical)) == canonical


SPELLINGS: list[tuple[dict[str, Any], Filter]] = [
    (attribute("exists", True), CustomAttribute("a", "exists")),
    (attribute("does_not_exist", ["x"]), CustomAttribute("a", "does_not_exist")),
    (attribute("is_any_of", "x"), CustomAttribute("a", "is_any_of", ("x",))),
    (attribute("is_none_of", ["x", "y", "x"]), CustomAttribute("a", "is_none_of", ("x", "y", "x"))),
    (attribute("includes_value", "x"), CustomAttribute("a", "includes_value", "x")),
    (attribute("includes_value", ["x"]), CustomAttribute("a", "includes_value", "x")),
    (
        attribute("includes_value", ["x", "y", "x"]),
        Or((CustomAttribute("a", "includes_value", "x"), CustomAttribute("a", "includes_value", "y"))),
    ),
    (
        attribute("does_not_include_value", ["x", "y"]),
        And((CustomAttribute("a", "does_not_include_value", "x"), CustomAttribute("a", "does_not_include_value", "y"))),
    ),
    (attribute("equals", 1.0), CustomAttribute("a", "equals", 1.0)),
    (attribute("equals", True), CustomAttribute("a", "equals", True)),
    (
        {"last_used_app": {"comparison": "after", "value": "2019-07-22T13:17:55+0000"}},
        LastUsedApp("after", "2019-07-22T13:17:55+0000"),
    ),
    (PUSH, PushSubscription("is", "opted_in")),
    (
        {"email_subscription_status": {"value": "subscribed", "comparison": "is_not"}},
        EmailSubscription("is_not", "subscribed"),
    ),
    ({"AND": on(A)}, A),
    ({"OR": [{"AND": [{"OR": on(A)}]}]}, A),
    ({"AND": [{"AND": on(A, B)}, *on(C)]}, And((A, B, C))),
    ({"AND": [*on(A), {"OR": [{"AND": on(B, C)}]}]}, And((A, B, C))),
    ({"OR": [*on(A), {"AND": on(B, C)}]}, Or((A, And((B, C))))),
    (
        {"OR": [*on(A), attribute("includes_value", ["x", "y"])]},
        Or((A, CustomAttribute("a", "includes_value", "x"), CustomAttribute("a", "includes_value", "y"))),
    ),
]


@pytest.mark.parametrize(("value", "filter"), SPELLINGS, ids=[json.dumps(value) for value, _ in SPELLINGS])
def test_spellings(value: dict[str, Any], filter: Filter) -> None:
    assert read(value) == filter


# What is said otherwise in canonical form, by its pointer, and the word that tells what.
NOTES: list[tuple[dict[str, Any], dict[str, str]]] = [
    (attribute("exists"), {}),
    ({"AND": [*on(A), {"OR": on(B, C)}]}, {}),
    (attribute("is_any_of", ["x", "x"]), {}),
    (attribute("exists", True), {"/custom_attribute/value": "dropped"}),
    (attribute("is_any_of", "x"), {"/custom_attribute/value": "a list of one"}),
    (attribute("includes_value", ["x", "x"]), {"/custom_attribute/value": "as its text"}),
    (attribute("includes_value", ["x", "y", "x"]), {"/custom_attribute/value": "each of its 2 texts, joined by `OR`"}),
    (attribute("does_not_include_value", ["x", "y"]), {"/custom_attribute/value": "joined by `AND`"}),
    (attribute("equals", -0.0), {"/custom_attribute/value": "read as zero"}),
    ({"OR": on(A)}, {"": "the `OR` of one member"}),
    ({"AND": [{"AND": on(A, B)}, *on(C)]}, {"/AND/0": "the `AND` inside `AND`"}),
    ({"AND": [*on(A), {"OR": [{"AND": on(B, C)}]}]}, {"/AND/1": "of one member", "/AND/1/OR/0": "inside `AND`"}),
    ({"OR": [{"AND": [{"OR": on(A, B)}]}, *on(C)]}, {"/OR/0": "of one member", "/OR/0/AND/0": "inside `OR`"}),
]


@pytest.mark.parametrize(("value", "told"), NOTES, ids=[json.dumps(value) for value, _ in NOTES])
def test_notes(value: dict[str, Any], told: dict[str, str]) -> None:
    notes = Findings(severity=NOTE)
    assert filter_of(value, limits=Limits(), notes=notes) == read(value)
    assert [each.pointer for each in notes.items] == list(told)
    for each, words in zip(notes.items, told.values(), strict=True):
        assert words in each.message
        assert (each.code.code, each.severity) == ("AUD612", NOTE)


@pytest.mark.parametrize("held", [["x"], ["y", "z"], ["z"], "x", "", [], None, 3])
@pytest.mark.parametrize("comparison", ["includes_value", "does_not_include_value"])
def test_a_list_beside_includes_works_on_arrays_alone(comparison: str, held: object) -> None:
    """Which is what it says with one value, and what `is_any_of` would not."""
    profile = profile_of({"a": held})
    written_out = read(attribute(comparison, ["x", "y"]))
    as_a_list = CustomAttribute("a", comparison, ("x", "y"))
    assert Evaluator(written_out, Settings()).selects(profile) is Evaluator(as_a_list, Settings()).selects(profile)
    if held == "x" and comparison == "includes_value":
        assert not Evaluator(written_out, Settings()).selects(profile)
        assert Evaluator(CustomAttribute("a", "is_any_of", ("x", "y")), Settings()).selects(profile)


def test_what_the_check_finds_is_raised() -> None:
    value = {"AND": [attribute("does_not_equal", True), {"NOT": []}]}
    with pytest.raises(RequestError) as raised:
        read(value)
    found = raised.value.diagnostics
    assert [(each.code.code, each.pointer) for each in found] == [
        ("AUD603", "/AND/0/custom_attribute/comparison"),
        ("AUD602", "/AND/1/NOT"),
    ]
    # The old word is no alias here: Braze's server refuses it, and so the object does not mean what it says.
    assert "`not_equal`" in str(found[0].help)


@pytest.mark.parametrize("value", [None, [], {}, "x", 1, {"AND": []}, {"AND": {}}, object()])
def test_no_audience(value: object) -> None:
    with pytest.raises(RequestError):
        read(value)


def test_deep_and_wide() -> None:
    deep: dict[str, Any] = attribute("exists")
    for kind in ["AND", "OR"] * 32:
        deep = {kind: [deep, PUSH]}
    assert to_dict(read(deep)) == deep
    with pytest.raises(RequestError, match="AUD606"):
        read({"AND": [deep]})
    assert read({"AND": [deep]}, limits=Limits(depth=65))
    wide = {"OR": [PUSH] * 50_000}
    assert to_dict(read(wide)) == wide


def test_too_many_clauses() -> None:
    limits = Limits(clauses=3)
    value = {"AND": [PUSH, attribute("includes_value", ["x", "y"])]}
    assert read(value, limits=limits)
    with pytest.raises(RequestError, match="AUD502") as raised:
        read({"AND": [value, PUSH]}, limits=limits)
    assert [each.pointer for each in raised.value.diagnostics] == [""]


def test_two_comparisons_that_share_no_type_are_evaluated() -> None:
    filter = read({"AND": [attribute("equals", "x"), attribute("greater_than", 3), attribute("exists")]})
    evaluator = Evaluator(filter, Settings())
    for held in ("x", 4, True, [], ["x"], None):
        assert not evaluator.selects(profile_of({"a": held}))
        assert len(evaluator.why(profile_of({"a": held})).operands) == 3


def test_what_is_read_shares_nothing_with_the_object() -> None:
    value = attribute("is_any_of", ["x"])
    filter = read(value)
    value["custom_attribute"]["value"].append("y")
    assert to_dict(filter)["custom_attribute"]["value"] == ["x"]


def test_in_the_library() -> None:
    audience = audience_dsl.compile('not (age > 21) and plan in ["gold"]')
    found = audience_dsl.Audience.from_dict(audience.to_dict())
    assert found == audience
    assert found.warnings == ()
    assert found.settings.digest == audience.settings.digest
    given = Settings(assume={"greater_than.number.other": True})
    assert audience_dsl.Audience.from_dict(audience.to_dict(), settings=given).settings is given
    tight = Settings(limits=Limits(clauses=1))
    with pytest.raises(RequestError, match="AUD502"):
        audience_dsl.Audience.from_dict(audience.to_dict(), settings=tight)
