"""Texts made to hurt: formatted, or refused with our own words, without exhausting the stack."""

import pytest

from audience_dsl.source import Source
from audience_dsl.syntax.formatter import FormatRefused, format_source, formatting, simplify_source

N = 20_000
TEXTS = {
    "parentheses": ("(" * N + "a exists" + ")" * N, "a exists\n"),
    "nots": ("not " * N + "a exists", "not " * N + "a exists\n"),
    "nots with parentheses": ("!(" * N + "a exists" + ")" * N, "not " * N + "a exists\n"),
    "comments in parentheses": ("( # c\n" * N + "a exists" + ")" * N, "# c\n" * N + "a exists\n"),
    "comments behind parentheses": (
        "(" * N + "a exists" + " # c\n)" * N,
        "a exists" + "  # c\n" + "# c\n" * (N - 1),
    ),
    "clauses": ("a exists and " * N + "b exists", "a exists\n" + "and a exists\n" * (N - 1) + "and b exists\n"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_long_and_deep_texts(name: str) -> None:
    text, expected = TEXTS[name]
    out = format_source(Source(text))
    assert out == expected
    assert format_source(Source(out)) == out


@pytest.mark.parametrize("comment", ["", "# c\n"])
def test_groups_that_really_are_deep_do_not_grow_with_the_square(comment: str) -> None:
    depth = N // 8
    text = f"a exists and ({comment} b exists or (" * depth + "c exists" + "))" * depth
    out = format_source(Source(text))
    assert len(out) < 500 * depth
    assert format_source(Source(out)) == out
    assert simplify_source(Source(out)) == (out, [])


@pytest.mark.parametrize(
    "text", ["", "# only a comment", "a == ", "a == '\\ud800'", "\ufeffa exists", "a == 2026-02-30", "\x00"]
)
def test_what_has_errors_is_refused_with_them(text: str) -> None:
    with pytest.raises(FormatRefused) as raised:
        format_source(Source(text))
    assert raised.value.diagnostics
    assert all(each.code.slug != "format-refused" for each in raised.value.diagnostics)


def test_a_text_that_would_be_too_long_to_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "SOURCE_AT_MOST", 20)
    assert format_source(Source("a==1 and b==2")) == "a == 1 and b == 2\n"
    with pytest.raises(FormatRefused, match="1 findings") as raised:
        format_source(Source("a==1 and b==2 and c==3"))
    assert raised.value.diagnostics[0].code.slug == "format-refused"


@pytest.mark.parametrize("broken", ["a == 2\n", "a == 1\n", "a == 1  # two\n", "# one\n# one\na == 1\n", "a == \n"])
def test_a_formatter_that_spoils_something_is_caught(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    monkeypatch.setattr(formatting, "_written", lambda *_: (broken, None))
    with pytest.raises(FormatRefused) as raised:
        format_source(Source("a==1 # one"))
    assert [each.code.slug for each in raised.value.diagnostics] == ["format-refused"]


@pytest.mark.parametrize(
    "text",
    [
        "# audience: ignore AUD310\na <\n1",
        "(# audience: ignore AUD310\na < 1 and b < 2)",
        "a exists\n# audience: ignore AUD310\nand\nb < 2",
        "(# audience: ignore-file AUD310\na < 1)",
        "a < # audience: ignore AUD310\n1 and b < 2",
    ],
)
def test_an_ignore_that_would_speak_of_something_else_is_refused_at_its_place(text: str) -> None:
    with pytest.raises(FormatRefused) as raised:
        format_source(Source(text))
    (finding,) = raised.value.diagnostics
    assert finding.code.slug == "format-refused"
    assert finding.span is not None
    assert text[finding.span.start :].startswith("# audience: ignore")
    assert "would speak of something else" in finding.message
