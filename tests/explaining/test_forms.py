"""The forms of an explanation: golden texts, and what must hold for any audience and any words in it."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import audience_dsl
from audience_dsl import Settings
from audience_dsl.explaining import Explanation, as_text
from audience_dsl.explaining.data import as_data
from audience_dsl.explaining.html import as_html
from audience_dsl.explaining.markdown import as_markdown
from audience_dsl.explaining.runs import laid_out, measured
from audience_dsl.explaining.svg import as_svg
from audience_dsl.explaining.tree import Statement, members_of
from audience_dsl.explaining.wording import code, say, shown_value
from audience_dsl.filters import And, CustomAttribute, Filter, Or
from audience_dsl.report.display import width

from .cases import CASES, GOLDEN, deep, explanation, rendered, wide

SVG = "{http://www.w3.org/2000/svg}"
ODD = st.sampled_from('a|`<&\\ \n\t*_日\u0301\x1b\u202e\ud800]]>"')
TEXTS = st.text(st.characters() | ODD, min_size=1, max_size=80)


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_golden(path: Any) -> None:
    name, _, ending = path.name.partition(".")
    assert rendered(CASES[name]())[ending] == path.read_text(encoding="utf-8")


def test_every_case_has_its_golden_texts() -> None:
    assert sorted({path.stem for path in GOLDEN.iterdir()}) == sorted(CASES)
    assert len(list(GOLDEN.iterdir())) == 5 * len(CASES)


# Whatever the product adds, the schema names: nothing that it does not know is let pass.
SCHEMA = json.loads(files("audience_dsl").joinpath("schemas", "explanations.schema.json").read_text(encoding="utf-8"))
CLOSED = json.loads(json.dumps(SCHEMA).replace('"required"', '"additionalProperties": false, "required"'))


@pytest.mark.parametrize("case", CASES)
def test_the_json_is_as_its_published_schema_says(case: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    document = json.loads((GOLDEN / f"{case}.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(CLOSED).iter_errors(document)] == []


@pytest.mark.parametrize(
    ("key", "value"), [("digest", "x"), ("in", ""), ("statement", {}), ("count", 3), ("without_value", [{}])]
)
def test_the_schema_refuses(key: str, value: Any) -> None:
    document = json.loads((GOLDEN / "five-lines.json").read_text(encoding="utf-8"))
    document["audiences"][0][key] = value
    assert not Draft202012Validator(SCHEMA).is_valid(document)


def test_the_library_says_the_text() -> None:
    audience = audience_dsl.compile("not (age > 21)")
    assert audience_dsl.explain(audience) == as_text(Explanation(audience.filter, audience.settings))
    assert "Users whose `age` is 21 or less, and users who have no `age`." in audience_dsl.explain(audience)


def test_one_signs_exactly_this() -> None:
    one, other = explanation("a > 1"), explanation("a > 2")
    assert one.digest == explanation("(a>1) # the same").digest != other.digest
    assert one.digest in as_html(one)
    assert one.settings_digest in as_html(one)
    tried = explanation("a > 1", settings=Settings(assume={"greater_than.number.other": True}))
    assert tried.digest == one.digest
    assert tried.settings_digest != one.settings_digest


# --- Any words ---


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    """Filters whose names and values are any text at all."""
    leaves: st.SearchStrategy[Filter] = st.one_of(
        st.builds(CustomAttribute, TEXTS, st.sampled_from(["equals", "not_equal", "matches_regex"]), TEXTS),
        st.builds(CustomAttribute, TEXTS, st.just("is_any_of"), st.lists(TEXTS, min_size=1, max_size=4).map(tuple)),
        st.builds(CustomAttribute, TEXTS, st.just("exists")),
    )
    return draw(
        st.recursive(
            leaves,
            lambda inner: st.builds(
                lambda joined, members: joined(tuple(members)),
                st.sampled_from([And, Or]),
                st.lists(inner, min_size=2, max_size=4),
            ),
            max_leaves=8,
        )
    )


EXPLANATIONS = st.builds(
    lambda filter, title, written: Explanation(filter, Settings(), title=title, written=written),
    filters(),
    st.none() | TEXTS,
    st.none() | TEXTS,
)


@settings(max_examples=100, deadline=None)
@given(EXPLANATIONS, st.integers(0, 200))
def test_any_text_is_printable_and_keeps_its_width(found: Explanation, columns: int) -> None:
    text = as_text(found, columns=columns)
    assert all(each.isprintable() or each == "\n" for each in text)
    deepest = max(each.depth for each in members_of(found.root))
    # Deep in a narrow page, words have room nevertheless.
    assert all(width(line) <= max(columns, 40) + 6 * deepest + 20 for line in text.splitlines()[1:])


@settings(max_examples=100, deadline=None)
@given(EXPLANATIONS)
def test_any_picture_is_well_formed_and_stands_alone(found: Explanation) -> None:
    root = ElementTree.fromstring(as_svg(found))
    names = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "text", "tspan"}
    style = root.findtext(f"{SVG}style") or ""
    assert "url(" not in style
    assert "@import" not in style


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@settings(max_examples=100, deadline=None)
@given(EXPLANATIONS)
def test_any_sheet_is_balanced_and_loads_nothing(found: Explanation) -> None:
    text = as_html(found)
    tags = _Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    plain = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "section", "div", "span", "code"}
    assert tags.found <= plain | {"ul", "li", "pre", "dl", "dt", "dd"}
    assert tags.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert "url(" not in text.partition("</style>")[0]


@settings(max_examples=100, deadline=None)
@given(EXPLANATIONS)
def test_any_markdown_has_no_markup_of_others(found: Explanation) -> None:
    text = as_markdown(found)
    bare = re.sub(r"`[^`\n]*`", "", text).replace("<code>", "").replace("</code>", "")
    assert not re.search(r"<\S", bare)
    assert "|" not in bare


@settings(max_examples=100, deadline=None)
@given(EXPLANATIONS)
def test_data_is_json(found: Explanation) -> None:
    data = as_data([found])
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["version"] == 1


# --- Pictures ---


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every box."""
    found = []
    for each in ElementTree.fromstring(svg).iter(f"{SVG}rect"):
        x, y, w, h = (float(each.get(name, "")) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + w, y + h))
    return found


DRAWN = ["a == 1", wide(60), deep(10), deep(62), *(CASES[name]().written or "" for name in ("five-lines", "hostile"))]


@pytest.mark.parametrize("text", DRAWN, ids=range(len(DRAWN)))
def test_no_text_leaves_its_box(text: str) -> None:
    svg = as_svg(explanation(text))
    found = boxes(svg)
    whole, *inner = found
    for box in inner:
        assert whole[0] < box[0] < box[2] < whole[2]
        assert whole[1] < box[1] < box[3] < whole[3]
    for each in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        kind = each.get("class", "")
        if "middle" in kind:
            continue
        size = 12 if "small" in kind else 14
        x, y = float(each.get("x", "")), float(each.get("y", ""))
        end = x + measured("", each.text or "", size)
        for span in each:
            end += measured("code", span.text or "", size) + measured("", span.tail or "", size)
        around = [box for box in found if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
        # The innermost box that it stands in; a cut line has its `…` in the margin of the card.
        assert end <= min(box[2] for box in around) + 0.01, ElementTree.tostring(each, "unicode")


def test_boxes_lie_in_each_other_or_apart() -> None:
    found = boxes(as_svg(explanation(deep(10))))
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            inside = one[0] <= other[0] and one[1] <= other[1] and one[2] >= other[2] and one[3] >= other[3]
            assert inside or other[1] >= one[3] or other[3] <= one[1]


def test_a_picture_of_very_many_clauses_says_that_it_has_not_all() -> None:
    svg = as_svg(explanation(wide(1_000)))
    assert "more are not drawn; the text has all" in svg
    assert len(boxes(svg)) < 700


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5), st.integers(60, 800), st.integers(1, 5))
def test_words_are_laid_out_whole_and_within_their_room(texts: list[str], room: int, most: int) -> None:
    words = say("x")
    for at, text in enumerate(texts):
        words = words + " " + (code(text) if at % 2 else shown_value(text))
    lines = laid_out(words, room, 14, lines_at_most=1_000)
    for line in lines:
        assert sum(measured(kind, text, 14) for kind, text in line) <= room + 0.01
    said = "".join(text for line in lines for _, text in line)
    assert "".join(said.split()) == "".join(str(words.said(quote=str)).split())
    assert len(laid_out(words, room, 14, lines_at_most=most)) <= most


# --- What is said ---


def test_an_attribute_is_never_out_of_sight() -> None:
    found = explanation(wide(60))
    text = as_text(found)
    for member in members_of(found.root):
        if isinstance(member, Statement):
            assert f"{member.number}  " in text
    assert all(f"`attribute_{number}`" in text for number in range(60))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('a == "x" and n exists', "Users who have no `a` or no `n` are never in."),
        ("a does not exist or b does not exist", "Users who have no `a` or no `b` are always in."),
        ('a == "x" or b == "y"', "Users who have no `a` are in if 2 is true, and otherwise out."),
        ('a == "x" or b == "y" or c exists or d exists', "Users who have no `a` are in if any of 2 to 4 is true, "),
        ("last_used_app after 2026-01-01T00:00:00Z", "Users who have never used the app are out."),
        ("push is opted_in", "No statement asks for something that a user can be without."),
        (
            'a exists and last_used_app after 2026-01-01T00:00:00Z and b == "x"',
            "Users who have no `a`, no `b` or have never used the app are never in.",
        ),
    ],
)
def test_users_without_a_value(text: str, sentence: str) -> None:
    said = " ".join(" ".join(as_text(explanation(text), columns=120).split()).split())
    assert sentence in said


def test_a_value_never_reads_as_words_around_it() -> None:
    text = as_text(explanation('a == "x\\" or b is \\"y"', title=None), columns=120)
    assert r'"x\" or b is \"y"' in text
    assert r'"\x20\x20two\x20\x20"' in as_text(explanation('a == "  two  "'))


def test_very_many_values_are_counted() -> None:
    text = as_text(explanation(f"n in [{', '.join(map(str, range(1_000)))}]"), columns=120)
    assert "17, 18, 19 or 980 more values" in " ".join(text.split())
