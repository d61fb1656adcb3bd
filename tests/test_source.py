"""Places in a text: lines, columns, UTF-16 columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.source import Source, Span

LINES = st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=6), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("text", "offset", "line", "column", "utf16"),
    [
        ("", 0, 1, 1, 0),
        ("abc", 0, 1, 1, 0),
        ("abc", 3, 1, 4, 3),
        ("a\nb", 2, 2, 1, 0),
        ("a\nb", 1, 1, 2, 1),
        ("a\r\nb", 3, 2, 1, 0),
        ("a\rb", 2, 2, 1, 0),
        ("a\n\rb", 3, 3, 1, 0),
        ("a\n", 2, 2, 1, 0),
        ("é😀b", 2, 1, 3, 3),
        ("x\n😀😀b", 4, 2, 3, 4),
        ("\ud800b", 1, 1, 2, 1),
        ("\u2028b", 1, 1, 2, 1),
        ("\tb", 1, 1, 2, 1),
    ],
)
def test_position(text: str, offset: int, line: int, column: int, utf16: int) -> None:
    position = Source(text).position(offset)
    assert (position.line, position.column, position.utf16) == (line, column, utf16)
    assert str(line) in repr(position)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_lines_and_positions_agree(lines: list[str], mark: str, data: st.DataObject) -> None:
    text = "".join(line + mark for line in lines) + "end"
    source = Source(text)
    assert [source.line(number + 1) for number in range(len(lines) + 1)] == [*lines, "end"]
    row = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[row])))
    offset = sum(len(line) + len(mark) for line in lines[:row]) + column
    position = source.position(offset)
    assert (position.line, position.column) == (row + 1, column + 1)
    assert position.utf16 == len(lines[row][:column].encode("utf-16-le")) // 2


def test_spans_are_values() -> None:
    assert Span(1, 2) == Span(1, 2)
    assert Span(1, 2) != Span(1, 3)
    assert Span(1, 2) != (1, 2)
    assert len({Span(1, 2), Span(1, 2), Span(0, 2)}) == 2
    assert repr(Span(1, 2)) == "Span(1, 2)"


def test_a_source_says_its_name_and_not_its_text() -> None:
    assert "secret" not in repr(Source("secret", "a.audience"))
    assert "a.audience" in repr(Source("secret", "a.audience"))
