"""Laws of all rules: they never raise, their places lie in the text, and safe fixes keep whom an audience selects."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import CompileError, Settings
from audience_dsl.checking import fix_all
from audience_dsl.diagnostics import Fix
from audience_dsl.source import Source
from audience_dsl.syntax.parser import parse
from tests.laws.meaning import selects, types_of
from tests.laws.strategies import NOW, assumptions, mutated, profiles, texts

from .finding import find

# Clauses that rules speak of, about the attributes of the laws' profiles.
CLAUSES = [
    *("n1 < 1", "n1 == 0", "n1 != 0", "n1 >= 1", "n1 <= 0", "n1 exists", "n1 does not exist", "n1 in [1, 2, 1, 1.0]"),
    *("s1 matches /X/", "s1 matches /^X|Y$/", "s1 matches /^[X-Z]+\\.?B/", "s1 matches /^(x|y)$/", "s1 matches /.*y$/"),
    *("s1 does not match /^X/", "s1 does not contain 'x'", "s1 matches /a\\.b/", "s1 matches 'X[Y]'", "s1 == ' x'"),
    *('s1 in ["x", "y", "x"]', 's1 != "x"', 's2 == "true"', "s2 matches /^x|y$/", "s2 == 'хy'", "s1 exists"),
    *('a1 includes any of ["x", "x"]', 'a1 includes all of ["x", "y", "x"]', "a1 does not include 'x\u200b'"),
    *("t1 after 2026-03-14", "t1 after 1890-01-01", "t1 less than 36000 days ago", "t1 before 2026-03-15"),
    *("email is subscribed", "push is subscribed", "email is opted_in", "b1 is not false", "b1 is true"),
]


@st.composite
def linty(draw: st.DrawFn) -> str:
    """Expressions in which rules find much, with all kinds of groups, and here and there an ignore."""
    node: Any = st.recursive(
        st.sampled_from(CLAUSES),
        lambda inner: st.one_of(
            inner.map(lambda each: f"not ({each})"),
            st.tuples(
                st.sampled_from([" and ", " or ", "\nand ", " or # audience: ignore AUD310, bare-date\n"]),
                st.lists(st.one_of(inner, inner.map(lambda each: f"({each})")), min_size=2, max_size=4),
            ).map(lambda pair: pair[0].join(pair[1])),
        ),
        max_leaves=6,
    )
    return str(draw(node))


@given(st.one_of(mutated(), linty(), texts()))
def test_every_text_is_linted_and_every_place_lies_in_it(text: str) -> None:
    for finding in find(text):
        if finding.source is None or finding.source.text != text:
            continue
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
        if finding.fix is not None:
            end = 0
            for span, _ in sorted(finding.fix.edits, key=lambda edit: (edit[0].start, edit[0].end)):
                assert end <= span.start <= span.end <= len(text)
                end = span.end


@given(st.one_of(linty(), texts()))
def test_a_fix_leaves_a_text_that_parses(text: str) -> None:
    assume(not parse(text).diagnostics)
    for finding in find(text):
        if finding.fix is not None and finding.source is not None and finding.source.text == text:
            fixed = finding.fix.apply(text)
            assert fixed != text
            assert parse(fixed).diagnostics == [], finding


def _compiled(text: str, assumed: Settings) -> audience_dsl.Audience | None:
    try:
        return audience_dsl.compile(text, now=NOW, settings=assumed)
    except CompileError:
        return None


@settings(max_examples=300)
@given(linty(), st.lists(profiles(), min_size=3, max_size=6), assumptions())
def test_a_safe_fix_keeps_whom_the_audience_selects(text: str, people: list[dict[str, Any]], assumed: Settings) -> None:
    before = _compiled(text, assumed)
    assume(before is not None)
    assert before is not None
    for finding in find(text, settings=assumed):
        if finding.fix is None or not finding.fix.safe:
            continue
        after = _compiled(finding.fix.apply(text), assumed)
        assert after is not None, finding
        # A clause that goes takes along what it tells of an attribute's type, which the workspace knows all the same.
        types = types_of(before.filter)
        for person in people if after != before else ():
            selected, still = (selects(each.filter, person, assumed, NOW, types) for each in (before, after))
            assert selected is still, (finding, person)


@settings(max_examples=100)
@given(linty())
def test_fixes_come_to_an_end(text: str) -> None:
    def fixes(unsafe: bool) -> list[Fix]:
        left = fix_all(Source(text, "<text>"), lambda source: find(source.text), unsafe=unsafe).findings
        return [each.fix for each in left if each.fix is not None and (each.fix.safe or unsafe)]

    assert fixes(False) == []
    assert fixes(True) == []


@pytest.mark.parametrize(
    "text",
    [
        " and ".join(f"a{number} matches /^[X{number}]/ and n{number} < 5" for number in range(3_000)),
        " or ".join(["n < 5"] * 5_000),
        "(" * 5_000 + "n < 5" + " and n exists)" * 5_000,
        "not " * 20_000 + "n < 5",
        "n < 5 and (" * 5_000 + "n > 3" + ")" * 5_000,
        f"a in [{', '.join(['1'] * 20_000)}]",
        'a == "' + "東" * 100_000 + '"',
        'a == "' + "x\u200e" * 20_000 + '"',
        "a matches /" + "(*" * 10_000 + "/",
        "a matches /" + "\\\\g<" * 8_000 + "/",
        "a is true " + "# audience: ignore AUD310\n" * 5_000,
        f"a is true # audience: ignore {'AUD310, ' * 5_000}",
        "".join(f"let l{number} = l{number - 1} and a{number} exists\n" for number in range(1, 3_000)),
    ],
    ids=range(13),
)
def test_texts_made_to_hurt(text: str) -> None:
    for finding in find(text):
        assert str(finding)
