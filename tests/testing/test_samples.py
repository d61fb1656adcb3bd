"""Users at the edges of a filter: their verdicts are the evaluator's, and together they see each clause both ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import Settings
from audience_dsl.evaluate import Evaluator
from audience_dsl.profiles import profile_of
from audience_dsl.samples import Sample, edges
from audience_dsl.samples.values import text_for
from audience_dsl.testing.subject import Prepared

from ..laws.strategies import NOW, expressions
from ..laws.test_meaning import spelled


def samples(text: str) -> list[Sample]:
    audience = audience_dsl.compile(text, now=NOW)
    return edges(audience.filter, audience.settings, NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age > 21", {"every clause holds": True, "age is 21": False, "age is missing": False}),
        ("age < 18", {"every clause holds": True, "age is 18": False, "age is missing": True}),
        (
            "vip is true",
            {"every clause holds": True, "vip is false": False, "vip is missing": False},
        ),
        (
            "bought less than 2 days ago",
            {
                "every clause holds": True,
                "bought is a second before 2 days ago": False,
                "bought is missing": False,
            },
        ),
        (
            "`push` exists and push is opted_in",
            {
                "every clause holds": True,
                "`push` is missing": False,
                "push is subscribed": False,
                "nothing is known of the user": False,
            },
        ),
        (
            "a < 1 and a > 2",
            {"as many clauses as can hold at once": False, "a is 1": False, "a is 3, just above 2": False},
        ),
    ],
)
def test_names_and_verdicts(text: str, expected: dict[str, bool]) -> None:
    found = {sample.name: sample.selected for sample in samples(text)}
    assert expected.items() <= found.items(), found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^gold", "gold"),
        ("a|b", "a"),
        ("(a|b)c", "ac"),
        (r"^x\.y$", "x.y"),
        (r"\d{3}-[A-F]+", "000-A"),
        ("[^x]", "0"),
        ("[]a]", "]"),
        (r"(?:a)(?=b)b", None),
        ("a{2}", "aa"),
        ("", None),
        ("a$b", None),
        (r"\bfoo\b", "foo"),
        ("(((", None),
    ],
)
def test_a_text_for_a_regex(pattern: str, text: str | None) -> None:
    from audience_dsl.regexes import RegexError

    try:
        found = text_for(pattern)
    except RegexError:
        found = None
    assert found == text or (text is None and found is not None and pattern == r"(?:a)(?=b)b")


@pytest.mark.parametrize(
    "text",
    [
        'eye_color == "blue" and favorite_foods includes "pizza" and (t less than 2 days ago or push is opted_in)',
        '(plan == "a" and k == 1) or (plan == "b" and k == 2)',
        "n between 1 and 2 and not (m between 1 and 1.5)",
        's starts with "x" and s ends with "y" or s contains "z"',
        'a includes all of ["x", "y", "z"] and a exists',
        "last_used_app less than 3 days ago and email in [opted_in, subscribed]",
        "n == 9007199254740991 or n == 1e308 or n < -1e308",
        't before 0001-01-02T00:00:00Z or t after 9999-12-30T00:00:00Z or s matches "^[a-z]{2,5}\\\\d+$"',
        "t more than 36500 days ago or t more than 36500 days from now",
        "custom_attributes exists and `apps` == 3",
    ],
)
def test_each_clause_is_seen_both_ways(text: str) -> None:
    audience = audience_dsl.compile(text, now=NOW)
    prepared = Prepared(audience.evaluator())
    seen: dict[str, set[bool]] = {clause.text: set() for clause in prepared.clauses}
    for sample in edges(audience.filter, audience.settings, NOW):
        verdict = audience.why(sample.profile, now=NOW)
        for clause, (holds, _) in zip(prepared.clauses, prepared.split(verdict), strict=True):
            seen[clause.text].add(holds)
    # Beyond the years that profiles hold there is nothing to see.
    missed = {each for each, verdicts in seen.items() if len(verdicts) < 2}
    assert missed <= {"t before 0001-01-02T00:00:00Z", "t after 9999-12-30T00:00:00Z", "n < -1e308"}


@settings(max_examples=150, deadline=None)
@given(expressions(leaves=6), st.booleans())
def test_verdicts_are_the_evaluators(tree: object, assumed: bool) -> None:
    text = spelled(tree)
    try:
        audience = audience_dsl.compile(text, now=NOW, settings=Settings(assume={"greater_than.number.other": assumed}))
    except audience_dsl.CompileError:
        return
    evaluator = Evaluator(audience.filter, audience.settings)
    found = edges(audience.filter, audience.settings, NOW)
    assert found
    assert len({repr(sample.profile) for sample in found}) == len(found)
    for sample in found:
        assert evaluator.selects(profile_of(sample.profile), NOW) is sample.selected, sample.name
        assert evaluator.why(profile_of(sample.profile), NOW).leaves()
    again = [(sample.name, sample.profile) for sample in edges(audience.filter, audience.settings, NOW)]
    assert again == [(sample.name, sample.profile) for sample in found]


def test_a_very_large_filter_stays_quick() -> None:
    wide = " or ".join(f'a{number} == "x"' for number in range(3_000))
    assert 100 < len(samples(wide)) <= 500
    assert len(samples(" or ".join(f"n == {number}" for number in range(5_000)))) <= 70
