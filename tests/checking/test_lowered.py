"""Texts with parameters are lowered without their values."""

import pytest

import audience_dsl


@pytest.mark.parametrize(
    "text",
    [
        "param $since: time\naudience x = a after $since",
        "param $is: boolean\naudience x = a == $is",
        "param $days: days\naudience x = a less than $days weeks ago",
        "param $one: list of number\naudience x = a in $one",
        "param $text: list of string\naudience x = a includes any of $text",
    ],
)
def test_a_parameter_of_any_type_has_a_value_that_fits(text: str) -> None:
    assert audience_dsl.check(text) == []


def test_what_only_a_placeholder_breaks_is_nothing_that_is_found() -> None:
    # The name is longer than a regex may be, and stands for a value that need not be.
    assert audience_dsl.check(f"a matches ${'x' * 40_000}") == []
