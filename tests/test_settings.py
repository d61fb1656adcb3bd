"""Limits, assumptions and time zone."""

from collections.abc import Callable

import pytest

from audience_dsl import ConfigurationError, Limits, Settings
from audience_dsl.braze import COMPARISONS, MISSING, missing_key

DEFAULTS = {"clauses": 100_000, "depth": 64, "list_items": 100_000, "source": 16 * 1024 * 1024}


def test_the_stated_limits() -> None:
    assert {name: getattr(Limits(), name) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("name", Limits.__slots__)
@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True, None])
def test_limits_are_whole_numbers_from_one(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Limits(**{name: value})  # type: ignore[arg-type]
    assert getattr(Limits(**{name: 1}), name) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Settings(assume={"greater.number.other": True}), "greater_than.number.other"),
        (lambda: Settings(assume={"exists.any.any": False}), "documented"),
        (lambda: Settings(assume={"does_not_exist.any.any": True}), "documented"),
        (lambda: Settings(assume={"is_none_of.string.any": False}), "documented"),
        (lambda: Settings(assume={"greater_than.number.other": 1}), "true or false"),  # type: ignore[dict-item]
        (lambda: Settings(time_zone="Europe/Nowhere"), "Asia/Ho_Chi_Minh"),
        (lambda: Settings(time_zone=""), "time zone"),
        (lambda: Settings(time_zone="../../etc/passwd"), "time zone"),
        (lambda: Settings(time_zone="/etc/passwd"), "time zone"),
        (lambda: Settings(time_zone="America"), "time zone"),
        (lambda: Settings(time_zone="a\0b"), "time zone"),
        (lambda: Settings(time_zone="+07:00"), "time zone"),
    ],
)
def test_wrong_settings(make: Callable[[], Settings], words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        make()
    assert raised.value.code == "AUD803"
    assert words in str(raised.value)


@pytest.mark.parametrize("key", MISSING)
def test_a_row_is_open_unless_it_is_documented(key: str) -> None:
    row = MISSING[key]
    assert row.source
    for value in (True, False):
        if row.open:
            given = Settings(assume={key: value})
            assert given.selects_missing(key) is value
            assert given.is_sure(key)
            assert not given.is_unknown(key)
        else:
            with pytest.raises(ConfigurationError):
                Settings(assume={key: value})
    assert Settings().selects_missing(key) is row.selects


def test_every_comparison_has_its_row_for_every_type_and_value() -> None:
    samples: dict[str, list[object]] = {
        "string": ["x"],
        "array": ["x", ("x",)],
        "number": [0, 5, 0.0, -1.5],
        "boolean": [True, False],
        "time": ["x", 3],
    }
    reached = set()
    for kind, comparisons in COMPARISONS.items():
        for comparison in comparisons:
            for value in samples[kind]:
                key = missing_key(comparison, value)
                assert key in MISSING
                reached.add(key)
    assert reached == set(MISSING)


def test_what_the_reference_says_of_users_without_a_value() -> None:
    """Section 2.1 of the reference, row by row: whether the comparison selects them, and how sure that is."""
    said = {
        "exists.any.any": (False, "documented"),
        "does_not_exist.any.any": (True, "documented"),
        "is_none_of.string.any": (True, "documented"),
        "does_not_include_value.array.any": (True, "inferred, strong"),
        "not_equal.string.any": (True, "inferred, strong"),
        "not_equal.number.zero": (True, "inferred"),
        "not_equal.number.other": (True, "inferred"),
        "not_equal.boolean.true": (True, "inferred, weak"),
        "not_equal.boolean.false": (True, "inferred, weak"),
        "equals.boolean.false": (False, "inferred, weak"),
        "does_not_match_regex.string.any": (False, "documented for segments"),
        "equals.number.zero": (True, "documented for segments"),
        "less_than.number.zero": (True, "documented for segments"),
        "less_than.number.other": (True, "documented for segments"),
        "less_than_or_equal_to.number.other": (False, "unknown"),
        "less_than_or_equal_to.number.zero": (False, "unknown"),
        "greater_than.number.other": (False, "unknown"),
        "greater_than.number.zero": (False, "unknown"),
        "greater_than_or_equal_to.number.other": (False, "unknown"),
        "greater_than_or_equal_to.number.zero": (False, "unknown"),
        "equals.number.other": (False, "unknown"),
        "matches_regex.string.any": (False, "inferred"),
        "before.time.any": (False, "inferred"),
        "after.time.any": (False, "inferred"),
        "greater_than_x_days_ago.time.any": (False, "unknown"),
    }
    assert {key: (MISSING[key].selects, MISSING[key].mark) for key in said} == said


def test_the_digest_tells_apart_what_can_change_an_output() -> None:
    key = "greater_than.number.other"
    given = [
        Settings(),
        Settings(time_zone="Asia/Ho_Chi_Minh"),
        Settings(assume={key: True}),
        Settings(assume={key: False}),
        Settings(assume={"greater_than.number.zero": True}),
        Settings(assume={key: True, "greater_than.number.zero": True}),
    ]
    assert len({each.digest for each in given}) == len(given)
    assert all(len(each.digest) == 64 for each in given)
    assert Settings().digest == Settings(limits=Limits(depth=3)).digest
    orders = [{key: True, "before.time.any": False}, {"before.time.any": False, key: True}]
    assert len({Settings(assume=each).digest for each in orders}) == 1


def test_settings_keep_what_they_were_given() -> None:
    assume = {"greater_than.number.other": True}
    given = Settings(assume=assume)
    assume["before.time.any"] = True
    assert dict(given.assume) == {"greater_than.number.other": True}
    with pytest.raises(TypeError):
        given.assume["before.time.any"] = True  # type: ignore[index]
