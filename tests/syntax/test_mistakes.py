"""Mistakes that people make: what is said, where, and what the fix makes of the text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import CompileError, Diagnostic
from tests.laws.strategies import mutated

# (the text with « where the finding stands, code, words of message or help, the text after the fix or None)
MISTAKES: list[tuple[str, str, str, str | None]] = [
    ('a «= "x"', "AUD006", "write `==`", 'a == "x"'),
    ("a is true and b «= 1", "AUD006", "names a definition", "a is true and b == 1"),
    ('a «=== "x"', "AUD001", "`==`", None),
    ('a «!== "x"', "AUD001", "`!=`", None),
    ('a «<> "x"', "AUD001", "`!=`", 'a != "x"'),
    ("a «=< 5", "AUD001", "`<=`", "a <= 5"),
    ("a «=> 5", "AUD001", "`>=`", "a >= 5"),
    ('a == "x" «& b exists', "AUD001", "`and`", 'a == "x" and b exists'),
    ('a == "x" «| b exists', "AUD001", "`or`", 'a == "x" or b exists'),
    ('a «! in ["x"]', "AUD001", "not in", None),
    ("a is «!true", "AUD001", "is not", None),
    ("a > «1,000", "AUD008", "1000", "a > 1000"),
    ("a «equals 5", "AUD001", "`==`", None),
    ("a «isn't true", "AUD001", "is not", None),
    ("a «doesn't exist", "AUD001", "does not", None),
    ('a «like "x"', "AUD001", "contains", None),
    ('a «has "x"', "AUD001", "includes", None),
    ('a «incldes "x"', "AUD001", "did you mean `includes`", None),
    ("a does not «exists", "AUD001", "does not exist", "a does not exist"),
    ('a does not «includes "x"', "AUD001", "does not include", 'a does not include "x"'),
    ('a does not «contains "x"', "AUD001", "does not contain", 'a does not contain "x"'),
    ('a not «includes "x"', "AUD001", "does not include", 'a does not include "x"'),
    ('a does «include "x"', "AUD001", "`includes`", None),
    ("a does not «be", "AUD001", "`exist`", None),
    ('a includes any «["x"]', "AUD001", "includes any of", 'a includes any of ["x"]'),
    ('a includes all «["x"]', "AUD001", "includes all of", 'a includes all of ["x"]'),
    ('a does not include «any of ["x"]', "AUD001", "includes none of", None),
    ("a in «last 7 days", "AUD001", "in the last", "a in the last 7 days"),
    ("a in «next 7 days", "AUD001", "in the next", "a in the next 7 days"),
    ("a not in «the last 7 days", "AUD001", "before the whole filter", None),
    ('a in «("x", "y")', "AUD001", "square brackets", None),
    ('a in «"x"', "AUD001", "square brackets", None),
    ('a in ["x" «"y"]', "AUD001", "comma", 'a in ["x", "y"]'),
    ("a in [1 «2]", "AUD001", "comma", "a in [1, 2]"),
    ("push is «optin", "AUD207", "`opted_in`", None),
    ("push is «OptedIn", "AUD207", "`opted_in`", None),
    ('push is «"opted_in"', "AUD207", "is text", "push is opted_in"),
    ("push is «true", "AUD207", "`opted_in`, `subscribed` or `unsubscribed`", None),
    ("push «== opted_in", "AUD001", "push is opted_in", None),
    ("email «opted_in", "AUD001", "email is opted_in", None),
    ("push in «(opted_in)", "AUD001", "square brackets", None),
    ("push in «opted_in", "AUD001", "in [opted_in", None),
    ("a is «opted_in", "AUD007", "push is opted_in", None),
    ("a == «blue", "AUD007", "text goes in quotes", 'a == "blue"'),
    ('a == «blue"', "AUD007", "the quote before it is missing", None),
    ("a in [«blue]", "AUD007", "text goes in quotes", 'a in ["blue"]'),
    ("a is «yes", "AUD007", "`true`", None),
    ("a is «off", "AUD007", "`false`", None),
    ("a is «empty", "AUD001", "does not exist", None),
    ("a is not «blank", "AUD001", "exists", None),
    ("a is «set", "AUD001", "exists", None),
    ('a == «"x', "AUD002", "missing before the end of the line", None),
    ("a == «'x", "AUD002", "close it with '", None),
    ("a matches «/x", "AUD002", "`/`", None),
    ("«`a b == 1", "AUD002", "backtick", None),
    ("«`` == 1", "AUD015", "no name between", None),
    ("a == «$", "AUD015", "$city", None),
    ('«(a == "x"', "AUD004", "never closed", None),
    ('a == "x"«)', "AUD004", "closes nothing", 'a == "x"'),
    ("a in «[1", "AUD004", "`]`", None),
    ('(a == "x"«]', "AUD004", "`)`", None),
    ("a == 1 «b == 2", "AUD005", "`and` or `or`", "a == 1 and b == 2"),
    ("a exists\n«b exists", "AUD005", "two filters side by side", "a exists and\nb exists"),
    ("a exists «(b exists)", "AUD005", "`and`", "a exists and (b exists)"),
    ("a exists «not b exists", "AUD005", "`and`", "a exists and not b exists"),
    ("«eye color == 1", "AUD015", "two words", "`eye color` == 1"),
    ("«màu == 1", "AUD015", "backticks", "`màu` == 1"),
    ("«and == 1", "AUD015", "reserved", "`and` == 1"),
    ("a exists and «in == 1", "AUD015", "reserved", "a exists and `in` == 1"),
    ("a == «“blue”", "AUD003", "typographic", 'a == "blue"'),
    ("a == «‘blue’", "AUD003", "typographic", "a == 'blue'"),
    ("a == «„blue“", "AUD003", "quote", 'a == "blue"'),
    ('a «\u00a0== "x"', "AUD003", "non-breaking space", 'a  == "x"'),
    ('«\ufeffa == "x"', "AUD003", "byte order mark", 'a == "x"'),
    ('a«\u200b == "x"', "AUD003", "invisible", 'a == "x"'),
    ('a «\x00== "x"', "AUD003", "U+0000", None),
    ("a less than 2 «ago", "AUD001", "`days` or `weeks`", None),
    ("a less than 2 days«", "AUD001", "`ago` or `from now`", None),
    ("a between 18«, 65", "AUD001", "`and` between the two ends", None),
    ("a between 18 «or 65", "AUD001", "`and` between the two ends", None),
    ("t «< 2 days ago", "AUD012", "two readings", None),
    ("t «>= 2 weeks ago", "AUD012", "less than 2 weeks ago", None),
    ("«t < 2026-01-01", "AUD012", "before 2026-01-01", "t before 2026-01-01"),
    ("a == «null", "AUD205", "does not exist", "a does not exist"),
    ("a is not «null", "AUD205", "exists", "a exists"),
    ("«vip", "AUD215", "vip is true", "vip is true"),
    ('t after «"2026-01-01"', "AUD204", "without the quotes", "t after 2026-01-01"),
    ("t after «01/02/2026", "AUD009", "2026", None),
    ("t after «2026-02-30", "AUD009", "28 days", None),
    ("t in the last 2 «months", "AUD014", "60 days", None),
    ('a == 1 «// "x"', "AUD001", "a comment starts with `#`", None),
    ('«"a" == 1', "AUD015", "backticks", "`a` == 1"),
    ("a ==«", "AUD001", "expected a value: text in quotes", None),
    ("a matches «5", "AUD001", "a regex between slashes", None),
    ("a exists and«", "AUD001", "expected a filter", None),
    ("let l = a exists\n«b exists", "AUD011", "`and` or `or` is missing", None),
    ("«b exists\nlet l = a exists", "AUD011", "one expression, or definitions only", None),
    ("«", "AUD013", "no audience", None),
    # Names, states and literals where they do not belong.
    ("«a.b.c", "AUD202", "segment", None),
    ("«country", "AUD201", "segment", None),
    ("push is opted_in or «subscribed", "AUD215", "push in [opted_in, subscribed]", None),
    ("let x = a == 1 «and\naudience y = x", "AUD001", "a filter is missing", None),
    ("a is «greater than 5", "AUD001", "`>`", None),
    ("a is «less than 5", "AUD001", "`<`", None),
    ("a is not «less than 5", "AUD001", "`not (… < …)`", None),
    ('a is «in ["x"]', "AUD001", "`in`", None),
    ('a is not «in ["x"]', "AUD001", "`not in`", None),
    ("a more than 5«", "AUD001", "`> 5`", None),
    ("a less than 5 «ago", "AUD001", "less than 5 days ago", None),
    ("a after «2026-01-01T10:00:00 UTC", "AUD009", "2026-01-01T10:00:00Z", "a after 2026-01-01T10:00:00Z"),
    ("a after «2026-01-01T10:00:00 +0700", "AUD009", "+0700`", "a after 2026-01-01T10:00:00+0700"),
    ("param «x: string", "AUD015", "`$`", "param $x: string"),
    ("a matches /gold/«i", "AUD001", "flags", "a matches /gold/"),
    ("a == 'it'«s'", "AUD001", "`\\'`", None),
    ('a includes «["x"]', "AUD001", "includes any of", None),
    ('a contains «any of ["x"]', "AUD001", "includes any of", None),
    ("a «does not equal 1", "AUD001", "`!=`", None),
    ("a «not == 1", "AUD001", "`!=`", "a != 1"),
    ("a matches «^gold", "AUD001", "between slashes", None),
    ('«"eye color" == "x"', "AUD015", "backticks", '`eye color` == "x"'),
    ("a == «.5", "AUD008", "0.5", "a == 0.5"),
]


def first_of(text: str) -> Diagnostic:
    with pytest.raises(CompileError) as raised:
        audience_dsl.compile(text)
    return raised.value.diagnostics[0]


@pytest.mark.parametrize(("marked", "code", "words", "mended"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_mistake(marked: str, code: str, words: str, mended: str | None) -> None:
    at = marked.index("«")
    text = marked[:at] + marked[at + 1 :]
    found = first_of(text)
    assert found.code.code == code
    assert found.source is not None
    assert found.span is not None
    position = found.source.position(found.span.start)
    line = marked.count("\n", 0, at)
    assert (position.line, position.column) == (line + 1, at - (marked.rfind("\n", 0, at) + 1) + 1)
    assert words in f"{found.message}\n{found.help}"
    if mended is None:
        assert found.fix is None or not found.fix.safe or not audience_dsl.parse(found.fix.apply(text)).diagnostics
    else:
        assert found.fix is not None
        assert found.fix.apply(text) == mended
        assert audience_dsl.parse(mended).diagnostics == []


def test_at_least_sixty_mistakes_are_known() -> None:
    assert len(MISTAKES) >= 60


def check_shape(text: str, found: Diagnostic) -> None:
    assert found.span is not None
    assert 0 <= found.span.start <= found.span.end <= len(text)
    for said in (found.message, found.help):
        if said is not None:
            assert said
            assert "\n" not in said
            assert "\r" not in said
            assert not any(character < " " or character == "\x7f" for character in said)
    message = found.message
    assert message[0].islower() or message.startswith(("`", "Braze ", "U+")), message
    assert not message.endswith("."), message


@given(st.one_of(mutated(), st.text(max_size=40)))
@example('a == 1 "\x1b[2J"')
@example("a == 1\n\x0b")
@example("\x85")
@example("a == 2026-01-01 10:00")
@example("a\u2028b == 1")
@settings(max_examples=250, deadline=None)
def test_any_text_is_a_tree_or_explained(text: str) -> None:
    parsed = audience_dsl.parse(text)
    assert parsed.tree is not None or parsed.diagnostics
    for found in parsed.diagnostics:
        check_shape(text, found)


@given(mutated())
@settings(max_examples=150, deadline=None)
def test_any_text_compiles_or_says_why(text: str) -> None:
    try:
        found = audience_dsl.compile(text).warnings
    except audience_dsl.BindError as error:
        missing = error.code
    except CompileError as error:
        found, missing = error.diagnostics, ""
        assert any(each.severity == "error" for each in found)
    else:
        missing = ""
        assert all(each.severity == "warning" for each in found)
    if missing:
        assert missing == "AUD401"
        return
    for each in found:
        check_shape(text, each)


@given(mutated())
@settings(max_examples=150, deadline=None)
def test_a_safe_fix_makes_a_text_that_fails_no_earlier(text: str) -> None:
    parsed = audience_dsl.parse(text)
    for found in parsed.diagnostics:
        if found.fix is not None and found.fix.safe:
            mended = audience_dsl.parse(found.fix.apply(text))
            assert len(up_to(found, mended.diagnostics)) < len(up_to(found, parsed.diagnostics))


def up_to(found: Diagnostic, several: list[Diagnostic]) -> list[Diagnostic]:
    """The findings of the same kind that stand no later."""
    assert found.span is not None
    last = found.span.start
    return [each for each in several if each.code is found.code and each.span and each.span.start <= last]
