"""What is rendered finds exactly what PCRE2 finds."""

import pytest

pytest.importorskip("pcre2")

import duckdb
import pcre2  # type: ignore[import-untyped]
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audience_dsl.regexes import InvalidRegexError, RegexError, matcher, render
from audience_dsl.regexes.sets import with_cases

from .oracle import SUBJECTS, found, patterns

VALUES = st.lists(SUBJECTS, min_size=1, max_size=5)


@settings(max_examples=600, deadline=None)
@given(patterns(), VALUES)
def test_python_finds_what_pcre_finds(pattern: str, values: list[str]) -> None:
    expected = found(pattern, values)
    try:
        search = matcher(pattern, timeout=5)
    except RegexError:
        return
    assert expected is not None, "what PCRE refuses is refused"
    assert [search(value) for value in values] == expected


@settings(max_examples=600, deadline=None)
@given(patterns())
@example("\\N{")
@example("\\N{2}x")
def test_what_is_said_to_be_no_regex_is_none_to_pcre(pattern: str) -> None:
    try:
        render(pattern, "python")
    except InvalidRegexError:
        assert found(pattern, [""]) is None
    except RegexError:
        pass
    else:
        assert found(pattern, [""]) is not None


# Snowflake's own engine cannot be had; that what is written for it means the same elsewhere is as much as can be shown.
@pytest.mark.parametrize("engine", ["re2", "snowflake"])
def test_re2_finds_what_pcre_finds(engine: str) -> None:
    connection = duckdb.connect()

    @settings(max_examples=400, deadline=None)
    @given(patterns(), VALUES)
    def same(pattern: str, values: list[str]) -> None:
        try:
            rendered = render(pattern, engine)
        except RegexError:
            return
        rows = connection.execute("SELECT [regexp_matches(v, $2) FOR v IN $1]", [values, rendered]).fetchall()
        assert rows[0][0] == found(pattern, values)

    same()
    connection.close()


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("gold", "MariGOLD", True),
        ("k", "\u212a", True),
        ("[^k]", "\u212a", False),
        ("[a-z]", "ſ", True),
        (r"\w", "ſ", False),
        ("i", "İ", False),
        ("ß", "ẞ", True),
        ("ß", "ss", False),
        ("ΐ", "\u1fd3", True),
        ("^a$", "a\n", True),
        ("^a$", "a\n\n", False),
        (r"^a\z", "a\n", False),
        ("^b", "a\nb", False),
        ("a.b", "a\nb", False),
        ("a.b", "a\rb", True),
        (r"\bé", "é", False),
        (r"\s", "\v", True),
        (r"\s", "\xa0", False),
        ("a{x", "a{X", True),
        ("[]a]", "]", True),
        ("[a-]", "-", True),
        ("[[:upper:]]", "a", True),
        ("", "", True),
        (r"(\d)\1", "121", False),
        (r"(?<d>[x-z])-\k<d>", "Y-y", True),
        (r"(?>a+)a", "aaa", False),
        (r"a++a", "aaa", False),
        (r"\x41\x{1F600}", "a😀", True),
        (r"^\Qa.b\E$", "A.b", True),
        ("a{0002}", "aa", True),
    ],
)
def test_quirks(pattern: str, value: str, expected: bool) -> None:
    assert matcher(pattern, timeout=1)(value) is expected


def test_letter_cases_are_those_of_pcre() -> None:
    """All of Unicode: of what Python's older Unicode has no case for, PCRE may know more."""
    families = {point: {each for low, high in with_cases(point, point) for each in range(low, high + 1)}
                for point in range(0x20000) if not 0xD800 <= point < 0xE000}  # fmt: skip
    cased = "".join(map(chr, sorted(point for point, family in families.items() if len(family) > 1)))
    for char in cased:
        hits = {ord(hit.group()) for hit in pcre2.compile(f"[{char}]", pcre2.IGNORECASE | pcre2.ASCII).finditer(cased)}
        assert hits == families[ord(char)], hex(ord(char))


def test_folding_covers_what_python_folds() -> None:
    for point in range(0x20000):
        folded = chr(point).casefold()
        if len(folded) == 1 and folded != chr(point):
            assert with_cases(point, point) != ((point, point),), hex(point)


@pytest.mark.parametrize("high", [0x41, 0x4A, 0x6B, 0x7F, 0xFF, 0x400, 0x2130])
def test_a_range_has_the_cases_of_each_of_its_letters(high: int) -> None:
    ranges = with_cases(0x41, high)
    for point in range(0x41, high + 1):
        for low, top in with_cases(point, point):
            assert any(each[0] <= low and top <= each[1] for each in ranges)
