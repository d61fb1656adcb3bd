"""Which rules report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl import ConfigurationError
from audience_dsl.lint import RULES, Selection

from .finding import find

CODES_OF_RULES = sorted(rule.code.code for rule in RULES.values())
NAMES = st.sampled_from(
    ["ALL", "AUD", "AUD0", "AUD3", "aud31", "AUD310", "missing-value", "AUD311", "Bare-Date", "AUD319"]
)


@pytest.mark.parametrize(
    ("select", "ignore", "on", "off"),
    [
        ([], [], ["AUD310", "AUD016"], []),
        (["AUD310"], [], ["AUD310"], ["AUD311", "AUD016"]),
        (["missing-value"], [], ["AUD310"], ["AUD311"]),
        ([], ["AUD3"], ["AUD016"], ["AUD310", "AUD303"]),
        (["AUD31"], ["AUD3"], ["AUD310"], ["AUD326", "AUD016"]),
        (["AUD3"], ["AUD310"], ["AUD311"], ["AUD310"]),
        (["AUD310"], ["AUD310"], [], ["AUD310", "AUD311"]),
        (["all"], ["ALL"], [], ["AUD310"]),
        (["AUD310"], ["ALL"], ["AUD310"], ["AUD311"]),
    ],
)
def test_the_longer_name_decides(select: list[str], ignore: list[str], on: list[str], off: list[str]) -> None:
    selection = Selection(select, ignore)
    assert all(code in selection for code in on)
    assert not any(code in selection for code in off)


@given(st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3))
def test_errors_are_always_reported(select: list[str], ignore: list[str]) -> None:
    selection = Selection(select, ignore)
    assert "AUD001" in selection
    assert "AUD203" in selection
    found = find("age < 18 and n == null")
    kept = selection.apply(found)
    assert [each for each in found if each in kept] == kept
    assert [each.code.code for each in kept if each.severity == "error"] == ["AUD205"]


@pytest.mark.parametrize(
    ("name", "message", "help"),
    [
        ("missing-valeu", "there is no rule `missing-valeu`", "missing-value"),
        ("AUD3100", "there is no rule `AUD3100`", "AUD310"),
        ("AUD9", "there is no rule `AUD9`", "AUD"),
        ("", "there is no rule ``", "docs/rules.md"),
        ("A", "there is no rule `A`", ""),
        ("AUD203", "`AUD203` is an error, which is always reported", "docs/rules.md"),
        ("two-types", "`two-types` is an error, which is always reported", "docs/rules.md"),
    ],
)
def test_names_that_no_rule_has(name: str, message: str, help: str) -> None:
    for select, ignore in (((name,), ()), ((), (name,))):
        with pytest.raises(ConfigurationError) as raised:
            Selection(select, ignore)
        assert raised.value.message == message
        assert help in (raised.value.help or "")
