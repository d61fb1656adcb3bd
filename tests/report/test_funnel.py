"""The forms of a funnel: golden texts, and what must hold for any numbers and any text."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience_dsl import compile
from audience_dsl.preview.counts import Measures, Preview, Step
from audience_dsl.profiles.files import Unreadable
from audience_dsl.report.display import width
from audience_dsl.report.funnel import Funnel, as_data, as_markdown, as_svg, as_text
from audience_dsl.report.funnel.fitting import fitted, wrapped
from audience_dsl.report.funnel.words import percent

from .funnel_cases import CASES, GOLDEN, funnel, rendered

SGR = re.compile(r"\x1b\[[0-9;]*m")
FILTER = compile("a exists").filter


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_golden(path: Any) -> None:
    name, _, ending = path.name.partition(".")
    assert rendered(CASES[name]())[ending] == path.read_text(encoding="utf-8")


def test_every_case_has_its_golden_texts() -> None:
    named = [path.name.partition(".")[0] for path in GOLDEN.iterdir()]
    assert {name: named.count(name) for name in CASES} == {name: 1 if name == "wide" else 7 for name in CASES}
    assert len(named) == 7 * len(CASES) - 6


def test_the_numbers_of_the_picture_are_those_of_the_bars() -> None:
    root = ElementTree.fromstring(as_svg(funnel("a == 1 and b == 2", 200, [(100, 100), (50, 150)])))
    bars = [
        (each.get("class"), float(each.get("width", "")))
        for each in root.iter("{http://www.w3.org/2000/svg}rect")
        if each.get("class") in ("track", "faint", "full") and each.get("height") == "12"
    ]
    assert bars == [("track", 816), ("faint", 408), ("full", 408), ("track", 816), ("faint", 612), ("full", 204)]


def test_the_picture_stands_alone() -> None:
    root = ElementTree.fromstring(as_svg(CASES["hostile"]()))
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names == {"svg", "title", "desc", "style", "rect", "text", "g"}
    assert root.get("role") == "img"
    for id in (root.get("aria-labelledby") or "").split():
        assert any(each.get("id") == id and each.text for each in root)
    text = as_svg(CASES["hostile"]())
    assert "prefers-color-scheme:dark" in text
    for word in ("href", "url(", "@import", "http://www.w3.org/1999", "onload"):
        assert word not in text


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [
        (0, 10, "0 %"),
        (1, 100_000, "< 0.1 %"),
        (1, 3, "33.3 %"),
        (99_999, 100_000, "> 99.9 %"),
        (10, 10, "100 %"),
        (0, 0, "0 %"),
    ],
)
def test_a_share_is_not_rounded_to_nobody_or_everybody(count: int, total: int, expected: str) -> None:
    assert percent(count, total) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=-100), "UTC\n"),
        (timedelta(seconds=10), "UTC, just now\n"),
        (timedelta(minutes=1), "UTC, 1 minute ago\n"),
        (timedelta(hours=47), "UTC, 47 hours ago\n"),
        (timedelta(days=3), "UTC, 3 days ago\n"),
        (timedelta(days=70), "UTC, 2 months ago\n"),
        (timedelta(days=800), "UTC, 2 years ago\n"),
    ],
)
def test_the_age_in_words(age: timedelta, expected: str) -> None:
    found = funnel("a == 1", 10, [(5, 5)])
    found.age = age
    assert f"2026-10-29 06:00 {expected}" in as_text(found, columns=120)
    # What is kept, and read later, has the date alone.
    assert "ago" not in as_markdown(found) + as_svg(found) + json.dumps(as_data(found))


def test_who_is_lost_where() -> None:
    def said(found: Funnel) -> str:
        return next((line for line in as_text(found, columns=120).splitlines() if line.startswith("warning")), "")

    assert (
        said(funnel("a == 1 and b == 2", 9, [(3, 3), (0, 5)]))
        == "warning: nobody matches: nobody is left after `b == 2`"
    )
    assert said(funnel("a == 1 and b == 2", 9, [(0, 0), (0, 5)])).endswith(
        "`a == 1` lets nobody through, even by itself"
    )
    assert said(funnel("a == 1 or b == 2", 9, [(0, 0), (0, 0)])) == "warning: nobody matches"
    assert said(funnel("a == 1 or b == 2", 9, [(3, 3), (9, 8)])).startswith("warning: everybody matches")
    assert said(funnel("a == 1 or b == 2", 9, [(3, 3), (8, 8)])) == ""


def test_many_attributes_without_a_value() -> None:
    text = " or ".join(f"a{number} == 1" for number in range(9))
    found = funnel(text, 5, [(1, 1)] * 9, values={f"a{number}": 0 for number in range(9)})
    out = as_text(found, columns=120)
    assert out.count("warning: no profile has a value for") == 4
    assert "warning: nor for 5 more attributes" in out
    assert "and some for 5 other attributes" in out


TEXTS = st.text(st.characters() | st.sampled_from("a|`<&\\ \n\t*_日\u0301\x1b\u202e\ud800]]>"), max_size=300)
NUMBERS = st.integers(0, 20) | st.integers(0, 10**12)


@st.composite
def funnels(draw: st.DrawFn) -> Funnel:
    total = draw(NUMBERS)
    counts = st.integers(0, total)
    connective = draw(st.sampled_from(["and", "or"]))
    steps = []
    for at, depth in enumerate(draw(st.lists(st.integers(0, 9), min_size=1, max_size=12))):
        depth = depth if at else 0
        step = Step(draw(TEXTS), depth, connective if at else None, FILTER, FILTER if depth == 0 else None)
        step.alone = draw(counts)
        step.together = draw(counts) if depth == 0 else None
        steps.append(step)
    names = draw(st.lists(TEXTS, max_size=6, unique=True))
    preview = Preview(Measures(FILTER, steps, dict.fromkeys(names, FILTER), either=connective == "or"))
    preview.total, preview.matched = total, draw(counts)
    preview.values = {name: draw(counts) for name in names}
    preview.named = [Unreadable(draw(TEXTS), 3, draw(TEXTS), draw(TEXTS))] * draw(st.integers(0, 2))
    preview.unreadable = len(preview.named) + draw(st.integers(0, 1))
    preview.sample = draw(st.lists(TEXTS, max_size=3))
    return Funnel(
        preview,
        title=draw(TEXTS),
        filter=FILTER,
        now=datetime(2026, 11, 1, tzinfo=UTC),
        path=draw(TEXTS),
        files=draw(st.lists(TEXTS, max_size=3)),
        modified=draw(st.none() | st.just(datetime(2026, 10, 1, tzinfo=UTC))),
        age=draw(st.none() | st.timedeltas()),
    )


@settings(max_examples=150, deadline=None)
@given(funnels(), st.integers(0, 200), st.booleans())
def test_any_text_fits_its_width(found: Funnel, columns: int, unicode: bool) -> None:
    out = as_text(found, columns=columns, unicode=unicode)
    assert all(each.isprintable() or each == "\n" for each in out)
    assert [line for line in out.splitlines() if width(line) > min(max(columns, 40), 120)] == []
    assert SGR.sub("", as_text(found, columns=columns, color=True, unicode=unicode)) == out


@settings(max_examples=150, deadline=None)
@given(funnels())
def test_any_picture_is_well_formed(found: Funnel) -> None:
    text = as_svg(found)
    root = ElementTree.fromstring(text)
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "text", "g"}
    height = float(root.get("height", ""))
    for each in root.iter():
        if each.tag.endswith("rect"):
            assert 0 <= float(each.get("x", "")) + float(each.get("width", "")) <= 880
        if each.get("y"):
            assert 0 <= float(each.get("y", "")) <= height


@settings(max_examples=150, deadline=None)
@given(funnels())
def test_any_table_keeps_its_shape(found: Funnel) -> None:
    lines = as_markdown(found).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == (len(found.rows) + 3 if found.preview.total else 0)
    assert len({line.count("|") for line in table}) <= 1
    assert all(line.endswith("|") for line in table)
    # Signs that could begin HTML or a table stand in code, or nowhere.
    bare = re.sub(r"`[^`\n]*`", "", "\n".join(lines)).replace("<code>", "").replace("</code>", "")
    assert not re.search(r"<\S", bare)
    assert "|" not in "\n".join(line for line in bare.splitlines() if not line.startswith("|"))


@settings(max_examples=100, deadline=None)
@given(funnels())
def test_data_is_json(found: Funnel) -> None:
    data = as_data(found)
    assert json.loads(json.dumps(data, allow_nan=False)) == data


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(1, 60))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    assert width(fitted(text, columns)) <= columns
    assert width(fitted(text, columns, "...")) <= columns
    lines = wrapped(text, columns + 4, hanging=2)
    assert all(width(line) <= columns + 4 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
