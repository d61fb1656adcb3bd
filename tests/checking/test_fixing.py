"""Fixes: those of one round never touch each other, and none leaves a text that cannot be read."""

from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.checking.fixing import fix_all
from audience_dsl.diagnostics import CODES, Diagnostic, Fix
from audience_dsl.source import Source, Span
from audience_dsl.syntax.parser import parse

SPANS = st.tuples(st.integers(0, 20), st.integers(0, 4)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


def finding(source: Source, fix: Fix | None) -> Diagnostic:
    return Diagnostic(CODES["syntax"], "x", source=source, span=Span(0, 0), fix=fix)


@given(st.lists(st.tuples(SPANS, st.text("xyz", max_size=3)), max_size=8))
def test_one_round_applies_fixes_that_are_apart(edits: list[tuple[Span, str]]) -> None:
    """Every character of the text that no fix replaces is still there, in its order."""
    text = "abcdefghijklmnopqrstuvwx"
    first = Source(text, "t")

    def find(source: Source) -> list[Diagnostic]:
        return [finding(source, Fix("fix", [edit])) for edit in edits] if source.text == text else []

    fixed = fix_all(first, find, unsafe=False)
    replaced = {at for span, _ in edits for at in range(span.start, span.end)}
    kept = [character for at, character in enumerate(text) if at not in replaced]
    rest = iter(fixed.text)
    assert all(character in rest for character in kept)
    assert fixed.count <= len(edits)
    assert bool(fixed.count) == (fixed.text != text)


def test_a_line_that_two_fixes_share_is_written_once() -> None:
    text = "audience a = x\naudience b = y\n"
    line = (Span(0, 0), "use r from 'c'\n")

    def find(source: Source) -> list[Diagnostic]:
        if source.text != text:
            return []
        return [finding(source, Fix("add r", [line, (Span(at, at), " and r")])) for at in (14, 29)]

    fixed = fix_all(Source(text, "t"), find, unsafe=True)
    assert fixed.text == "use r from 'c'\naudience a = x and r\naudience b = y and r\n"
    assert fixed.count == 2


def test_fixes_go_on_until_none_is_left() -> None:
    def find(source: Source) -> list[Diagnostic]:
        at = source.text.find("a")
        return [] if at < 0 else [finding(source, Fix("one", [(Span(at, at + 1), "b")]))]

    fixed = fix_all(Source("caaac", "t"), find, unsafe=False)
    assert (fixed.text, fixed.count, fixed.findings) == ("cbbbc", 3, [])


def test_fixes_that_undo_each_other_end() -> None:
    def find(source: Source) -> list[Diagnostic]:
        other = {"x == 1": "x == 2", "x == 2": "x == 1"}[source.text]
        return [finding(source, Fix("swap", [(Span(0, len(source.text)), other)]))]

    assert fix_all(Source("x == 1", "t"), find, unsafe=False).text in ("x == 1", "x == 2")


def test_only_what_was_asked_for() -> None:
    def find(source: Source) -> list[Diagnostic]:
        return [finding(source, Fix("unsafe", [(Span(0, 1), "y")], safe=False))] if source.text[0] == "x" else []

    assert fix_all(Source("x", "t"), find, unsafe=False).text == "x"
    assert fix_all(Source("x", "t"), find, unsafe=True).text == "y"


def test_fixes_of_other_files_are_theirs() -> None:
    other = Source("x", "other")
    fixed = fix_all(Source("x", "t"), lambda _: [finding(other, Fix("there", [(Span(0, 1), "y")]))], unsafe=True)
    assert fixed.text == "x"


def test_a_fix_that_breaks_the_text_is_left_alone_and_the_others_are_not() -> None:
    text = "a is true and b is true"

    def find(source: Source) -> list[Diagnostic]:
        found = [finding(source, Fix("breaks", [(Span(0, 1), "and")]))] if source.text[0] == "a" else []
        at = source.text.find("b is true")
        return found if at < 0 else [*found, finding(source, Fix("mends", [(Span(at, at + 1), "c")]))]

    fixed = fix_all(Source(text, "t"), find, unsafe=False)
    assert fixed.text == "a is true and c is true"
    assert not parse(fixed.text).diagnostics
    assert fixed.count == 1
