"""What is and is not a connected audience, by code and JSON pointer."""

import json
import time
from collections import UserDict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audience_dsl.audience.emit import to_dict
from audience_dsl.audience.shape import AUDIENCE
from audience_dsl.audience.wire import audience_schema, check_audience, examine_audience
from audience_dsl.braze import COMPARISONS, STATUSES
from audience_dsl.filters import And, CustomAttribute, EmailSubscription, LastUsedApp, Or, PushSubscription
from audience_dsl.json_values import Findings


def attribute(comparison: Any, *value: Any, **more: Any) -> dict[str, Any]:
    content = {"custom_attribute_name": "a", "comparison": comparison, **more}
    return {"custom_attribute": content | ({"value": value[0]} if value else {})}


GOOD: list[dict[str, Any]] = [
    attribute("equals", "x"),
    attribute("equals", ""),
    attribute("equals", 1),
    attribute("equals", 1.5),
    attribute("equals", True),
    attribute("not_equal", False),
    attribute("greater_than", -3),
    attribute("less_than_or_equal_to", 0.1),
    attribute("matches_regex", "^a.*$"),
    attribute("does_not_match_regex", "x" * 32_764),
    attribute("is_any_of", "x"),
    attribute("is_none_of", ["x", "y"]),
    attribute("includes_value", "x"),
    attribute("does_not_include_value", ["x"]),
    attribute("less_than_x_days_ago", 1),
    attribute("greater_than_x_days_in_the_future", 36_500),
    attribute("before", "2019-07-22T13:17:55+0000"),
    attribute("after", "2019-07-22T13:17:55.123456789+07:00"),
    attribute("after", "2019-07-22T13:17Z"),
    attribute("after", "2019-07-22T13:17:55"),
    attribute("after", "2019-07-22T13:17:55-03"),
    attribute("exists"),
    attribute("does_not_exist"),
    attribute("exists", True),
    attribute("exists", ["x"]),
    {"push_subscription_status": {"comparison": "is", "value": "opted_in"}},
    {"email_subscription_status": {"comparison": "is_not", "value": "unsubscribed"}},
    {"last_used_app": {"comparison": "after", "value": "2019-07-22T13:17:55+0000"}},
    {"AND": [attribute("exists")]},
    {"OR": [{"AND": [attribute("exists"), {"OR": [attribute("exists")]}]}, attribute("equals", 1)]},
]

# The pointer and code of every finding about an object.
V = "/custom_attribute/value"
C = "/custom_attribute/comparison"
BAD: list[tuple[Any, dict[str, str]]] = [
    (None, {"": "AUD601"}),
    ([], {"": "AUD601"}),
    ([attribute("exists")], {"": "AUD601"}),
    ("x", {"": "AUD601"}),
    (1, {"": "AUD601"}),
    ({}, {"": "AUD601"}),
    ({"AND": []}, {"/AND": "AUD605"}),
    ({"OR": []}, {"/OR": "AUD605"}),
    ({"AND": ()}, {"/AND": "AUD605"}),
    ({"AND": {}}, {"/AND": "AUD601"}),
    ({"AND": [None, {}]}, {"/AND/0": "AUD601", "/AND/1": "AUD601"}),
    ({"and": [attribute("exists")]}, {"/and": "AUD602"}),
    ({"NOT": attribute("exists")}, {"/NOT": "AUD602"}),
    ({"a/b~c": 1}, {"/a~1b~0c": "AUD602"}),
    ({"AND": [attribute("exists")], "OR": [attribute("exists")]}, {"": "AUD601"}),
    ({**attribute("exists"), "x": 1}, {"/x": "AUD602"}),
    ({"custom_attribute": 1}, {"/custom_attribute": "AUD601"}),
    ({"custom_attribute": {"custom_attribute_name": "a"}}, {"/custom_attribute": "AUD603"}),
    ({"custom_attribute": {"comparison": "exists"}}, {"/custom_attribute": "AUD601"}),
    (attribute("exists", custom_attribute_name=""), {"/custom_attribute/custom_attribute_name": "AUD601"}),
    (attribute("exists", custom_attribute_name=1), {"/custom_attribute/custom_attribute_name": "AUD601"}),
    (attribute("exists", vaule=1), {"/custom_attribute/vaule": "AUD602"}),
    (attribute("does_not_equal", True), {C: "AUD603"}),
    (attribute("EQUALS", True), {C: "AUD603"}),
    (attribute("contains", "x"), {C: "AUD603"}),
    (attribute(1, "x"), {C: "AUD603"}),
    (attribute(None), {C: "AUD603"}),
    (attribute(b"equals", b"x"), {C: "AUD604", V: "AUD604"}),
    (attribute(["equals"], "x"), {C: "AUD603"}),
    (attribute("equals"), {"/custom_attribute": "AUD604"}),
    (attribute("equals", None), {V: "AUD604"}),
    (attribute("equals", ["x"]), {V: "AUD604"}),
    (attribute("equals", {}), {V: "AUD604"}),
    (attribute("equals", float("nan")), {V: "AUD604"}),
    (attribute("greater_than", float("inf")), {V: "AUD604"}),
    (attribute("greater_than", "1"), {V: "AUD604"}),
    (attribute("greater_than", True), {V: "AUD604"}),
    (attribute("greater_than", 10**400), {V: "AUD604"}),
    (attribute("matches_regex", 1), {V: "AUD604"}),
    (attribute("matches_regex", "x" * 32_765), {V: "AUD604"}),
    (attribute("is_any_of", []), {V: "AUD604"}),
    (attribute("is_any_of", 1), {V: "AUD604"}),
    (attribute("is_any_of", ["x", 1, None]), {V + "/1": "AUD604", V + "/2": "AUD604"}),
    (attribute("includes_value", [["x"]]), {V + "/0": "AUD604"}),
    (attribute("less_than_x_days_ago", 0), {V: "AUD604"}),
    (attribute("less_than_x_days_ago", 36_501), {V: "AUD604"}),
    (attribute("less_than_x_days_ago", 1.0), {V: "AUD604"}),
    (attribute("less_than_x_days_ago", "2"), {V: "AUD604"}),
    (attribute("less_than_x_days_ago", True), {V: "AUD604"}),
    (attribute("before", "2019-07-22"), {V: "AUD604"}),
    (attribute("before", "2019-02-29T00:00:00Z"), {V: "AUD604"}),
    (attribute("before", "2019-07-22T24:00:00Z"), {V: "AUD604"}),
    (attribute("before", "2019-07-22T13:17:55+0000\n"), {V: "AUD604"}),
    (attribute("before", "٢٠١٩-07-22T13:17:55Z"), {V: "AUD604"}),
    (attribute("before", 1563801475), {V: "AUD604"}),
    (attribute("exists", None), {V: "AUD604"}),
    (attribute("exists", {}), {V: "AUD604"}),
    (attribute("equals", b"x"), {V: "AUD604"}),
    (attribute("equals", datetime(2026, 1, 1, tzinfo=UTC)), {V: "AUD604"}),
    (attribute("equals", "\ud800"), {V: "AUD604"}),
    (attribute("is_any_of", {"x"}), {V: "AUD604"}),
    ({1: 2}, {"": "AUD604"}),
    ({"\ud800": 2}, {"/\\ud800": "AUD604"}),
    (
        {"push_subscription_status": {"comparison": "equals", "value": "opted_in"}},
        {"/push_subscription_status/comparison": "AUD603"},
    ),
    (
        {"push_subscription_status": {"comparison": "is", "value": "opt_in"}},
        {"/push_subscription_status/value": "AUD604"},
    ),
    ({"push_subscription_status": {"comparison": "is", "value": True}}, {"/push_subscription_status/value": "AUD604"}),
    ({"email_subscription_status": {"comparison": "is"}}, {"/email_subscription_status": "AUD604"}),
    (
        {"last_used_app": {"comparison": "less_than_x_days_ago", "value": 2}},
        {"/last_used_app/comparison": "AUD603"},
    ),
    (
        {"last_used_app": {"comparison": "after", "value": 2, "app": "x"}},
        {"/last_used_app/value": "AUD604", "/last_used_app/app": "AUD602"},
    ),
]


def found(value: Any, **settings: Any) -> list[tuple[str | None, str]]:
    return [(finding.pointer, finding.code.code) for finding in check_audience(value, **settings)]


@pytest.mark.parametrize("audience", GOOD, ids=lambda audience: json.dumps(audience)[:60])
def test_good(audience: Any) -> None:
    assert found(audience) == []
    AUDIENCE.validate_python(audience)


@pytest.mark.parametrize(("value", "findings"), BAD, ids=lambda value: repr(value)[:60])
def test_bad(value: Any, findings: dict[str, str]) -> None:
    assert sorted(found(value), key=str) == sorted(findings.items(), key=str)
    for finding in check_audience(value):
        assert finding.help
        assert not finding.message.endswith(".")
        assert "pydantic" not in str(finding)


@pytest.mark.parametrize(
    ("value", "way"),
    [
        (attribute("does_not_equal", True), "`not_equal`"),
        (attribute("equal", True), "did you mean `equals`?"),
        ({"custom_atribute": {}}, "did you mean `custom_attribute`?"),
        ({"not": {}}, "there is no NOT"),
        ({"or": []}, "did you mean `OR`?"),
        ({"push_subscription_status": {"comparison": "is", "value": "opted-in"}}, "`opted_in`"),
        (attribute("exists", vlaue=1), "did you mean `value`?"),
        (attribute("greater_than", "-3.5"), "write `-3.5` without the quotes"),
        (attribute("greater_than", "1e3"), "a number"),
        (attribute("less_than_x_days_ago", "2"), "write `2` without the quotes"),
        (attribute("less_than_x_days_ago", "2.5"), "a whole number"),
        (attribute("less_than_x_days_ago", 2.0), "write `2`"),
        (attribute("less_than_x_days_ago", 0.0), "a whole number"),
        (attribute("before", "2026-04-31T00:00:00Z"), "2026-04 has 30 days"),
        (attribute("before", "0000-01-01"), "year, month, day"),
        (attribute("before", "2026-01-31"), "`2026-01-31T00:00:00+0000`"),
        (attribute("before", "2026-01-31t13:00 UTC"), "write `2026-01-31T13:00Z`"),
        (attribute("before", "2026-01-31 13:00:00.5 +07"), "write `2026-01-31T13:00:00.5+07`"),
        (attribute("before", "2026-01-31T25:00:00Z"), "an ISO 8601 datetime"),
        (attribute("before", "31.01.2026"), "an ISO 8601 datetime"),
        ([], '{"AND": […]}'),
    ],
)
def test_ways_out(value: Any, way: str) -> None:
    assert any(way in (finding.help or "") for finding in check_audience(value))


def test_every_finding_of_one_run() -> None:
    audience = {"AND": [attribute("x"), {"OR": [{}, attribute("equals")]}, {"last_used_app": 1}]}
    assert found(audience, pointer="/audience") == [
        ("/audience/AND/0/custom_attribute/comparison", "AUD603"),
        ("/audience/AND/1/OR/0", "AUD601"),
        ("/audience/AND/1/OR/1/custom_attribute", "AUD604"),
        ("/audience/AND/2/last_used_app", "AUD601"),
    ]
    assert found({"custom_attribute": {}}) == [("/custom_attribute", "AUD603"), ("/custom_attribute", "AUD601")]


def test_what_json_cannot_carry_comes_in_order() -> None:
    audience = {"AND": [attribute("equals", b"x"), attribute("equals", float("nan")), attribute("equals", b"x")]}
    pointers = [finding.pointer or "" for finding in check_audience(audience)]
    assert [pointer[:6] for pointer in pointers] == ["/AND/0", "/AND/1", "/AND/2"]


def nested(depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = {"AND": [inner]}
    return inner


@pytest.mark.parametrize("limit", [1, 64, 500])
def test_depth(limit: int) -> None:
    for inner in (attribute("exists"), attribute("is_any_of", ["x"])):
        assert found(nested(limit, inner), depth_limit=limit) == []
    for inner in ({}, attribute("exists"), attribute("is_any_of", ["x"])):
        findings = check_audience(nested(limit + 1, inner), depth_limit=limit)
        assert "AUD606" in [finding.code.code for finding in findings]
        assert f"{limit} groups" in findings[0].message


def deep_list(depth: int) -> Any:
    inner: Any = []
    for _ in range(depth):
        inner = [inner]
    return inner


def test_hostile_depth_and_size() -> None:
    around: dict[str, Any] = {}
    around["AND"] = [around]
    wide = {"AND": [attribute("x", n) for n in range(100_000)]}
    long_key: Any = {"k" * 1_000_000: {}}
    values: list[Any] = [
        nested(100_000, {}),
        deep_list(100_000),
        attribute("equals", deep_list(100_000)),
        around,
        wide,
        long_key,
    ]
    for value in values:
        start = time.perf_counter()
        findings = check_audience(value)
        assert 1 <= len(findings) <= 100
        assert all(len(str(finding)) < 10_000 for finding in findings)
        assert time.perf_counter() - start < 20
    while isinstance(values[0], dict) and values[0].get("AND"):  # freed level by level, not by recursion
        values[0] = values[0]["AND"][0]


def test_what_is_too_large_is_left_early() -> None:
    doubling: Any = attribute("exists")
    for _ in range(60):
        doubling = {"AND": [doubling, doubling]}
    for value in (doubling, {"AND": [0] * 1_000_000}, dict.fromkeys(map(str, range(500_000)), 0)):
        findings = Findings()
        start = time.perf_counter()
        examine_audience(value, findings, size_at_most=100_000)
        assert [finding.code.code for finding in findings.items] == ["AUD601"]
        assert time.perf_counter() - start < 2


def test_plain_values_of_other_types() -> None:
    class Name(StrEnum):
        A = "a"

    audience = UserDict(
        {"AND": ({"custom_attribute": UserDict({"custom_attribute_name": Name.A, "comparison": "exists"})},)}
    )
    assert found(audience) == []


def test_the_tables_are_covered() -> None:
    from audience_dsl.audience.shape import OF_ATTRIBUTE

    assert set(OF_ATTRIBUTE) == {name for names in COMPARISONS.values() for name in names}


def test_the_schema_is_published() -> None:
    schema = audience_schema()
    json.dumps(schema, allow_nan=False)
    assert schema["$schema"].endswith("2020-12/schema")
    assert all(each["description"] for each in schema["$defs"].values())
    assert schema["$defs"]["Subscription"]["properties"]["value"]["enum"] == list(STATUSES)
    assert "value" not in schema["$defs"]["Presence"]["required"]
    assert "default" not in schema["$defs"]["Presence"]["properties"]["value"]
    assert len(schema["oneOf"]) == 6


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
words = st.sampled_from(
    ["AND", "OR", "custom_attribute", "last_used_app", "value", "comparison", "custom_attribute_name"]
)
likely = st.recursive(
    st.sampled_from([*GOOD[:28], "equals", "is", "x", 1, 1.0, True, None, "opted_in", "2019-07-22T13:17:55Z", ["x"]]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@given(json_values | likely)
def test_never_raises_and_agrees_with_the_models(value: Any) -> None:
    findings = check_audience(value)
    try:
        AUDIENCE.validate_python(value)
        valid = True
    except ValidationError:
        valid = False
    if findings:
        # The models do not know of what JSON cannot carry, which has findings of its own.
        unfit = any(
            word in finding.message for finding in findings for word in ("JSON has no", "surrogate", "readers of JSON")
        )
        assert not valid or unfit
    else:
        assert valid


texts = st.text(st.characters(exclude_categories=["Cs"]))
names = texts.filter(bool)
instants = st.sampled_from(["2019-07-22T13:17:55+0000", "2026-01-01T00:00:00Z"])
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
some_texts = st.lists(texts, min_size=1, max_size=3).map(tuple)


def leaves(comparisons: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(CustomAttribute, names, st.sampled_from(comparisons.split()), values)


filters = st.recursive(
    leaves("equals not_equal", texts | numbers | st.booleans())
    | leaves("greater_than greater_than_or_equal_to less_than less_than_or_equal_to", numbers)
    | leaves("matches_regex does_not_match_regex", texts)
    | leaves("is_any_of is_none_of includes_value does_not_include_value", texts | some_texts)
    | leaves("less_than_x_days_ago greater_than_x_days_in_the_future", st.integers(1, 36_500))
    | leaves("before after", instants)
    | leaves("exists does_not_exist", st.none())
    | st.builds(PushSubscription, st.sampled_from(["is", "is_not"]), st.sampled_from(STATUSES))
    | st.builds(EmailSubscription, st.sampled_from(["is", "is_not"]), st.sampled_from(STATUSES))
    | st.builds(LastUsedApp, st.sampled_from(["before", "after"]), instants),
    lambda inner: st.builds(
        lambda kind, operands: kind(tuple(operands)),
        st.sampled_from([And, Or]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=8,
)


@given(filters)
def test_every_filter_that_is_emitted_passes(audience: Any) -> None:
    assert check_audience(to_dict(audience)) == []
