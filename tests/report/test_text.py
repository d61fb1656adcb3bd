"""Rendering: golden texts, and what must hold for any finding."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl.diagnostics import CODES, LISTED_AT_MOST, WARNING, Diagnostic
from audience_dsl.report import render, summary
from audience_dsl.report.display import excerpt, width
from audience_dsl.source import Source, Span

from .golden_cases import CASES, FORMS, GOLDEN, finding, rendered

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    assert rendered(CASES[name]()) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_golden_color() -> None:
    found = CASES["related"]() + CASES["warning"]()
    assert rendered(found, color=True) == (GOLDEN / "color.ansi").read_text(encoding="utf-8")


def test_no_golden_text_is_left_over() -> None:
    kept = {f"{name}.txt" for name in CASES} | {"color.ansi", *FORMS.values()}
    assert {path.name for path in GOLDEN.iterdir()} == kept


@pytest.mark.parametrize("name", CASES)
def test_color_changes_nothing_else(name: str) -> None:
    assert SGR.sub("", rendered(CASES[name](), color=True)) == rendered(CASES[name]())


def test_nothing_for_nothing() -> None:
    assert render([], color=True) == ""


@pytest.mark.parametrize(
    ("errors", "warnings", "expected"),
    [(1, 0, "1 error"), (2, 1, "2 errors, 1 warning"), (0, 2, "2 warnings"), (1234, 0, "1,234 errors"), (0, 0, "")],
)
def test_summary(errors: int, warnings: int, expected: str) -> None:
    error = Diagnostic(CODES["syntax"], "x")
    warning = Diagnostic(CODES["syntax"], "x", severity=WARNING)
    assert summary([error] * errors + [warning] * warnings) == expected


def test_only_so_many_are_listed_and_errors_come_first() -> None:
    text = "x" * 400
    source = Source(text, "a")
    warnings = [
        Diagnostic(CODES["syntax"], "w", source=source, span=Span(n, n + 1), severity=WARNING) for n in range(300)
    ]
    error = Diagnostic(CODES["syntax"], "the error", source=source, span=Span(350, 351))
    out = render([*warnings, error], color=False)
    assert out.count("\n  --> ") == LISTED_AT_MOST
    assert "the error" in out
    assert out.endswith("\n… and 201 more, not listed\n1 error, 300 warnings\n")


def test_a_long_message_is_cut() -> None:
    out = render([Diagnostic(CODES["syntax"], "x" * 1_000_000)], color=False)
    assert len(out) < 1_200
    assert "x…\n" in out


def test_the_order_does_not_depend_on_the_order_of_finding() -> None:
    found = CASES["order"]() + CASES["pointer"]() + CASES["related"]()
    assert render(found, color=False) == render(reversed(found), color=False)


def test_one_line_of_ten_megabytes() -> None:
    text = 'a == "é" and ' * 800_000
    found = [finding(text[: 13 * n] + text[13 * n :], "a", message=str(n)) for n in (1, 2)]
    for each, at in zip(found, (5_000_000, 10_399_999), strict=True):
        each.span = Span(at, at + 1)
    start = time.perf_counter()
    out = render(found, color=False)
    assert time.perf_counter() - start < 5
    assert max(map(len, out.splitlines())) < 200


TEXTS = st.text(st.characters() | st.sampled_from("ab \t\n\r=日\u0301\x1b\u202e"), max_size=400)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 400), st.integers(0, 60), st.text(max_size=20))
def test_nothing_raw_comes_out(text: str, start: int, length: int, words: str) -> None:
    start = min(start, len(text))
    span = Span(start, min(start + length, len(text)))
    source = Source(text, words or "x")
    found = Diagnostic(CODES["syntax"], words, source=source, span=span, pointer=words, help=words)
    out = render([found], color=False)
    assert all(character.isprintable() or character == "\n" for character in out)
    lines = out.split("\n")
    assert any(line.lstrip().startswith("| ") and "^" in line for line in lines)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_characters="\r\n"), max_size=600), st.integers(0, 600), st.integers(0, 600))
def test_an_excerpt_points_at_its_place(line: str, start: int, end: int) -> None:
    start, end = sorted((min(start, len(line)), min(end, len(line))))
    text, column, wide = excerpt(line, start, end)
    assert text.isprintable()
    assert wide >= 1
    assert column + wide <= max(width(text), column + 1)
