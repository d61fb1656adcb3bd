"""The loop over Lark's table and Lark's own engine give the same, for every text.

    python -m tests.syntax.test_engines 100000

runs the property for as many texts as one likes and says how many trees and errors there were.
"""

import sys
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.strategies import SOFT_WORDS, mutated, texts
from tests.syntax.engines import agree, by_lark, by_table


@given(texts())
@settings(max_examples=100, deadline=None)
def test_both_engines_read_right_texts_alike(text: str) -> None:
    assert by_table(text)[0] == "tree"
    assert agree(text), (by_table(text), by_lark(text))


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_both_engines_read_any_text_alike(text: str) -> None:
    assert agree(text), (by_table(text), by_lark(text))


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "#", "# x\n", "\n\n", "a", "a exists", "a ! in [1]", "a is !true", "a between 1 && 2", "&&", "!"),
        *("x == 1 android == 2", "and == 1", "2days", "1and", "a == 1and b == 2", "a\x00", "\x00", "\ud800", "a == 'x"),
        *("a matches /x\\/ and b matches /y/", "a matches /x\\\\/ and b matches /y/", "a matches //", "a matches //x/"),
        *("a matches ///", "a == //", "// x", "a == 1 // x/", "a == '\\'", "a == '\\\\'", '"\\"', "'''"),
        *('""""', "``", "`"),
        *("iſ == 1", "a iſ 1", "\u212aey == 1", "a ıs 1", "a == \u0661", "a == 1\u0661", "Ⅷ == 1", "a == ²"),
        *("a.b == 1", "a.", "a. b", ".a", "a.1", "and.x == 1", "push.x is 1", "push. is", "and- == 1", "and-x == 1"),
        *("let", "let let", "let let =", "let let = let", "let let = let let", "use use from from from 'x'"),
        *("use from from 'x'", "use a, from from 'x'", "param $x: list of", "param $x: list", "param $x: of of of"),
        *("audience audience = audience exists audience a = b", "attribute attribute 'x' exists", "attribute 'x'"),
        *("push in [a,]", "push in [,]", "a in [,]", "a in [1,]", "a in [1,,]", "push is is", "a is not not true"),
        *("a == +", "a == -", "a == +1", "a == 1-", "a == 1.", "a == .1", "a == 1..2", "a == 2026-01-01T", "$"),
        *("$1", "$a b"),
        *("a == 1\x0b", "a\u00a0== 1", "\ufeffa == 1", "a == 1\u2028", "a\r== 1", "a == 1 #\r b", "a == 1 # x\x00"),
        *("(" * 30, "(" * 30 + "a exists" + ")" * 30, "not " * 30, "!" * 30 + "a exists", ")" * 3),
        *("[[[[", "a in [[1]]"),
        *(f"{word} {word} {word}" for word in SOFT_WORDS),
        *(f"{word} exists and let = {word}" for word in SOFT_WORDS),
        *(f"let {word} = a exists audience x = {word}" for word in SOFT_WORDS),
    ],
)
def test_both_engines_read_odd_texts_alike(text: str) -> None:
    assert agree(text), (by_table(text), by_lark(text))


def long_run(count: int) -> Counter[str]:
    """The property over `count` texts, without shrinking first: a failure shows itself at the end."""
    seen: Counter[str] = Counter()

    @given(st.one_of(texts(), mutated(), mutated()))
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def compare(text: str) -> None:
        assert agree(text), (by_table(text), by_lark(text))
        seen[by_table(text)[0]] += 1

    compare()
    return seen


if __name__ == "__main__":
    started = time.monotonic()
    outcome = long_run(int(sys.argv[1]))
    print(f"{outcome.total():,} texts alike in {time.monotonic() - started:.0f} s: {dict(outcome)}")
