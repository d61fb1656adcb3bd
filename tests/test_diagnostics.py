"""What a finding says of itself, and what a fix does to a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience_dsl
from audience_dsl.diagnostics import (
    CODES,
    AudienceError,
    BindError,
    CompileError,
    ConfigurationError,
    Diagnostic,
    Fix,
    RequestError,
    nearest,
    visible,
)
from audience_dsl.source import Source, Span

SOURCE = Source("a\nbc", "x.audience")


@pytest.mark.parametrize(
    ("found", "place", "text"),
    [
        (
            Diagnostic(CODES["syntax"], "wrong", source=SOURCE, span=Span(3, 4)),
            "x.audience:2:2",
            "x.audience:2:2: error[AUD001]: wrong",
        ),
        (
            Diagnostic(CODES["unused"], "wrong", source=SOURCE, span=Span(0, 1), help="so", severity="warning"),
            "x.audience:1:1",
            "x.audience:1:1: warning[AUD103]: wrong (help: so)",
        ),
        (Diagnostic(CODES["syntax"], "wrong", source=SOURCE), "x.audience", "x.audience: error[AUD001]: wrong"),
        (Diagnostic(CODES["syntax"], "wrong", pointer="/a/0"), "/a/0", "/a/0: error[AUD001]: wrong"),
        (
            Diagnostic(CODES["syntax"], "wrong", pointer=""),
            "(the whole object)",
            "(the whole object): error[AUD001]: wrong",
        ),
        (Diagnostic(CODES["syntax"], "wrong"), "", "error[AUD001]: wrong"),
    ],
)
def test_a_finding_as_text(found: Diagnostic, place: str, text: str) -> None:
    assert found.place == place
    assert str(found) == text
    assert text in repr(found)


def test_an_exception_lists_a_hundred_and_keeps_them_all() -> None:
    text = " and ".join(["a == null"] * 150)
    with pytest.raises(CompileError) as raised:
        audience_dsl.compile(text)
    assert len(raised.value.diagnostics) == 150
    assert str(raised.value).count("AUD205") == 100


def test_the_tree_of_exceptions() -> None:
    for kind in (CompileError, BindError, RequestError, ConfigurationError):
        assert issubclass(kind, AudienceError)
        assert not issubclass(kind, ValueError)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], "abcd"),
        ([(Span(0, 1), "X")], "Xbcd"),
        ([(Span(2, 2), "--")], "ab--cd"),
        ([(Span(0, 1), ""), (Span(3, 4), "YZ")], "bcYZ"),
        ([(Span(3, 4), "YZ"), (Span(0, 1), "")], "bcYZ"),
        ([(Span(0, 0), "("), (Span(4, 4), ")")], "(abcd)"),
    ],
)
def test_a_fix_applies_all_its_edits(edits: list[tuple[Span, str]], expected: str) -> None:
    assert Fix("mend", edits).apply("abcd") == expected


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("reachble", ["reachable", "internal"], ["reachable"]),
        ("Plan", ["plan", "Play"], ["plan", "Play"]),
        ("plan", ["PLAN"], ["PLAN"]),
        ("x", ["entirely", "different"], []),
        ("same", ["same"], []),
        ("", ["a"], []),
        ("a" * 1_000_000, ["a" * 1_000_001], []),
    ],
)
def test_nearest_names(name: str, candidates: list[str], expected: list[str]) -> None:
    assert nearest(name, candidates) == expected


@given(st.text())
def test_what_is_shown_stays_on_one_line_and_obeys_no_terminal(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    if text.isprintable():
        assert shown == text
