"""Laws of ignores under the formatter: each speaks of the same clauses afterwards, or the text is refused."""

from collections import Counter

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl.source import Source
from audience_dsl.syntax.formatter import FormatRefused, format_source
from tests.laws.strategies import clauses
from tests.syntax.formatter.texts import commented, spelled_expressions

_CODES = ["AUD310", "missing-value", "AUD340", "AUD343, AUD344", "AUD341", "AUD320", "AUD326 AUD315", "AUD999"]
_COMMENTS = st.one_of(
    st.sampled_from(_CODES).map(lambda code: f"# audience: ignore {code}"),
    st.sampled_from(["# audience: ignore-file AUD310", "#audience:ignore AUD310 since then", "# nothing"]),
)
# With findings that begin at a clause, at a value, at an item of a list and at a group.
_FOUND = st.sampled_from(
    ["n1 < 3", "n1 == 0", 's1 == "5"', 's1 in ["x", "y", "x"]', 's1 matches "^x$"', 's1 != "x"', "n1 > 3", "n1 < 2"]
)
_EXPRESSIONS = spelled_expressions(lambda text: True, st.one_of(_FOUND, _FOUND, clauses()))
_TEXTS = st.one_of(
    _EXPRESSIONS,
    st.lists(_EXPRESSIONS, min_size=1, max_size=3).map(
        lambda found: "\n".join(f"audience a{number} = {each}" for number, each in enumerate(found))
    ),
)


def found_in(text: str) -> Counter[str]:
    """How often each code is found, but for mixed connectives: those get parentheses."""
    return Counter(each.code.code for each in audience_dsl.check(text) if each.code.slug != "mixed-connectives")


@given(commented(_TEXTS, _COMMENTS))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_the_same_is_found_before_and_after(text: str) -> None:
    try:
        out = format_source(Source(text))
    except FormatRefused as refused:
        if "would speak of something else" not in refused.diagnostics[0].message:
            raise
        reject()
    assert found_in(out) == found_in(text), out
    assert format_source(Source(out)) == out
