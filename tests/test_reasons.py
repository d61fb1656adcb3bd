"""The words of a verdict: a table of them, and what holds of all."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import Audience, CompileError, Settings
from audience_dsl.attribute_types import attribute_types
from audience_dsl.clauses import clause_tree, clauses_of
from audience_dsl.filters import And, CustomAttribute
from audience_dsl.profiles import profile_of
from audience_dsl.reasons import Line, because, explain
from tests.laws.strategies import NOW as LAWS_NOW
from tests.laws.strategies import assumptions, expressions, profiles
from tests.laws.test_meaning import spelled

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
CASES = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text(encoding="utf-8"))["case"]


def explained(text: str, profile: Any, *, settings: Settings | None = None) -> list[Line]:
    audience = audience_dsl.compile(text, now=NOW, settings=settings)
    return explain(audience.why(profile, now=NOW), settings=audience.settings, now=NOW)


def shown(lines: list[Line]) -> list[str]:
    return [f"{'  ' * line.depth}{'✓' if line.selected else '✗'} {line.text}" for line in lines]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['clause']} {case.get('profile', case.get('cells'))}")
def test_the_words_of_one_clause(case: dict[str, Any]) -> None:
    audience = audience_dsl.compile(case["clause"], now=NOW)
    untyped = "cells" in case
    profile = profile_of(json.loads(case["cells" if untyped else "profile"]), untyped=untyped)
    verdict = audience.why(profile, now=NOW)
    (line,) = explain(verdict, settings=audience.settings, now=NOW, untyped=untyped)
    assert (line.selected, line.words) == (case["selected"], case["words"])
    assert line.selected is audience.matches(profile, now=NOW)


def test_a_number_beyond_all_doubles() -> None:
    (line,) = explained("not (age > 21)", {"age": 10**400})
    assert line.words.startswith("`age` is the number `1000")
    (line,) = explained("a exists", {"a": 10**5000})
    assert line.words.startswith("`a` is the number `a number of very many digits`")


def test_groups_say_how_many_of_their_members_hold() -> None:
    text = 'age > 21 and (push is opted_in or (vip is true and city == "Hue"))'
    assert shown(explained(text, {"age": 22, "vip": True})) == [
        "✗ not all of these hold",
        "  ✓ age > 21",
        "  ✗ none of these holds",
        "    ✗ push is opted_in",
        "    ✗ not all of these hold",
        "      ✓ vip is true",
        '      ✗ city == "Hue"',
    ]
    assert shown(explained(text, {"age": 22, "push": "opted_in"}))[:4] == [
        "✓ all of these hold",
        "  ✓ age > 21",
        "  ✓ one of these holds",
        "    ✓ push is opted_in",
    ]


def test_a_row_that_the_workspace_has_set() -> None:
    settings = Settings(assume={"greater_than.number.other": True})
    (line,) = explained("age > 21", {}, settings=settings)
    assert (line.selected, line.words) == (
        True,
        "the user has no `age`, and `>` selects users without a value (set by the workspace)",
    )
    (line,) = explained("not (age > 21)", {}, settings=settings)
    assert (line.selected, line.words) == (
        False,
        "the user has no `age`: so `age > 21` holds of them, and its opposite does not (set by the workspace)",
    )


def test_a_filter_without_a_text() -> None:
    filter = And((CustomAttribute("a", "equals", "x"), CustomAttribute("a", "less_than", 3)))
    audience = Audience(filter, (), Settings())
    lines = explain(audience.why({"a": "x"}), settings=audience.settings)
    assert [line.text for line in lines] == ["not all of these hold", 'a == "x"', "a < 3"]
    assert lines[1].words.startswith('`a` is the text `"x"`, which its comparisons do not all work on, so')


def test_what_a_profile_holds_is_made_visible_and_cut() -> None:
    for value in ("\x1b[2J\x07", "\u202e", "\ud800", "x\n" * 5_000_000, "\x00", ["\x1b[2J"] * 100_000):
        for text in ('a == "x"', 'a in ["x"]', "a matches /^q/", "a > 1", "a includes any of ['x']", "a exists"):
            (line,) = explained(text, {"a": value})
            assert line.words.isprintable()
            assert len(line.words) < 400
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    (line,) = explained('a includes "x"', {"a": deep})
    assert line.words == '`a` is `[[…]]`, without `"x"`'


def test_one_clause_can_be_asked_for() -> None:
    audience = audience_dsl.compile("age between 18 and 65 and a exists")
    verdict = audience.why({"age": 70})
    first, _ = clauses_of(clause_tree(audience.filter))
    types = attribute_types(audience.filter)
    words = because(first, verdict.operands[:2], settings=audience.settings, types=types)
    assert words == "`age` is `70`, which is more than `65`"


@given(tree=expressions(), user=profiles(), given_=assumptions(), data=st.data())
def test_explaining_never_raises_and_agrees_with_the_answer(
    tree: Any, user: dict[str, Any], given_: Settings, data: st.DataObject
) -> None:
    try:
        audience = audience_dsl.compile(spelled(tree), now=LAWS_NOW, settings=given_)
    except CompileError:
        return
    untyped = data.draw(st.booleans())
    if untyped:
        user = {name: "" if value is None else str(value) for name, value in user.items()}
        user["last_used_app"] = ""
    profile = profile_of(user, untyped=untyped)
    lines = explain(audience.why(profile, now=LAWS_NOW), settings=given_, now=LAWS_NOW, untyped=untyped)
    assert lines[0].selected is audience.matches(profile, now=LAWS_NOW)
    assert lines[0].depth == 0
    for line in lines:
        assert line.text.isprintable()
        assert line.words.isprintable()
        assert bool(line.words) is (line.reason is not None) is (line.joined is None)
    assert [line.text for line in lines if line.reason] == [
        each.text for each in clauses_of(clause_tree(audience.filter))
    ]
