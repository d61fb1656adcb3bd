"""After a mistake the parse goes on: each mistake is found once, at its place, and none that follows from another."""

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl.api import analyse
from audience_dsl.diagnostics import GATHERED_AT_MOST, Diagnostic
from audience_dsl.node import Node
from audience_dsl.syntax import tree
from audience_dsl.syntax.driver import Failure, run, tokenize
from audience_dsl.syntax.mistakes import explain
from tests.laws.strategies import clauses, mutated, texts
from tests.syntax.planted import BROKEN_CLAUSES, BROKEN_DEFINITIONS, unmarked

# Found out while a literal is read, at a place inside of its token.
LITERALS = {"AUD002", "AUD008", "AUD009", "AUD010", "AUD210"}


def said(each: Diagnostic) -> tuple[str, str, Any]:
    return each.code.code, each.message, each.span


def errors(found: list[Diagnostic]) -> list[tuple[str, int]]:
    return sorted(
        ((each.code.code, each.span.start) for each in found if each.severity == "error" and each.span),
        key=lambda each: each[1],
    )


def check_places(parsed: Any) -> None:
    """Every node stands on tokens that there are, and within the node around it."""
    count = len(tokenize(parsed.source.text))
    pending = [parsed.tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Node):
            assert 0 <= node.first <= node.last < count, node  # type: ignore[attr-defined]
            pending.extend(getattr(node, name) for name in node._fields)
        elif isinstance(node, list):
            pending.extend(node)


def check(text: str) -> None:
    tokens = tokenize(text)
    outcome = run(tokens, [])
    parsed = audience_dsl.parse(text)
    starts = [each.span.start for each in parsed.diagnostics if each.span]
    assert len(starts) == len(parsed.diagnostics) <= GATHERED_AT_MOST
    assert all(0 <= each.span.start <= each.span.end <= len(text) for each in parsed.diagnostics if each.span)
    check_places(parsed)
    if not isinstance(outcome, Failure):
        assert parsed.tree == outcome
        assert {each.code.code for each in parsed.diagnostics} <= LITERALS
        assert not parsed.lost
        return
    assert starts == sorted(starts)
    assert any(each.severity == "error" for each in parsed.diagnostics)
    alone = explain(parsed, tokens, run(tokens[: outcome.index], []))
    assert alone.span is not None
    # The first mistake is the one that is found without recovery, or a literal of the same clause before it.
    assert said(alone) in [said(each) for each in parsed.diagnostics] or starts[0] <= alone.span.end
    # Whatever is in the tree can be resolved and checked.
    analysis = analyse(text)
    assert len(analysis.errors) >= len([each for each in parsed.diagnostics if each.severity == "error"])
    with pytest.raises(audience_dsl.CompileError):
        audience_dsl.compile(text)


@given(st.one_of(mutated(), st.text(max_size=40)))
@example("and ")
@example("((")
@example("let = \nlet let let let = let\n)")
@example("param $x: \naudience")
@example("use\nuse\nuse a\nlet")
@settings(max_examples=300, deadline=None)
def test_any_text_ends_in_a_tree_and_what_is_wrong(text: str) -> None:
    check(text)


@given(st.lists(st.one_of(mutated(), texts()), min_size=2, max_size=4), st.sampled_from(["\n", " and ", "\nlet x = "]))
@settings(max_examples=200, deadline=None)
def test_any_texts_after_one_another(several: list[str], between: str) -> None:
    check(between.join(several))


# --- Planted mistakes -----------------------------------------------------------------------------------------------


def places(text: str, planted: list[tuple[str, int]], found: list[Diagnostic]) -> None:
    """One error for each mistake, at its place.

    Where something is missing, that is the token before it at the end of a line, or else the one after it.
    """
    got = errors(found)
    listing = "\n".join(str(each) for each in found)
    assert [code for code, _ in got] == [code for code, _ in planted], f"{text}\n{listing}"
    for (_, at), (_, wanted) in zip(got, planted, strict=True):
        if at < wanted:
            assert len(text[at:wanted].split()) == 1, f"{text}\n{listing}"
            assert re.match(r"[ \t]*([\r\n]|$)", text[wanted:]), f"{text}\n{listing}"
        else:
            assert not text[wanted:at].strip(), f"{text}\n{listing}"


CONTEXTS = [
    ("", ""),
    ('z1 == "q" and ', " and z2 exists"),
    ("audience q = (z1 exists or ", ") and z2 exists\naudience r = z4 exists"),
    ("z1 exists and not ", ""),
    ("let m = z1 exists\nlet l = ", "\n\naudience q = l and m"),
]


@pytest.mark.parametrize(("before", "after"), CONTEXTS)
@pytest.mark.parametrize(("marked", "code"), BROKEN_CLAUSES, ids=[row[0] for row in BROKEN_CLAUSES])
def test_one_broken_clause(marked: str, code: str, before: str, after: str) -> None:
    broken, at = unmarked(marked, len(before))
    text = before + broken + after
    places(text, [(code, at)], analyse(text).diagnostics)


def spelled(definition: str) -> bool:
    """Whether the name of the definition can be made out, so that it counts as defined."""
    return definition.startswith(("«lte", "let {l}", "use {l}"))


@pytest.mark.parametrize(("marked", "code"), BROKEN_DEFINITIONS, ids=[row[0] for row in BROKEN_DEFINITIONS])
@pytest.mark.parametrize("before", ["", "let ok = n3 exists\n", "param $p: string\nlet ok = n2 == $p\n"])
def test_one_broken_definition(marked: str, code: str, before: str) -> None:
    broken, at = unmarked(marked.replace("{l}", "l1"), len(before))
    used = [*(["ok"] if before else []), *(["l1"] if spelled(marked) else []), "z2 exists"]
    text = f"{before}{broken}\naudience last_one = {' and '.join(used)}"
    found = analyse(text).diagnostics
    if before and code == "AUD011":
        # It may as well belong to the definition above.
        assert errors(found)[0] == (code, at)
        return
    places(text, [(code, at)], found)


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, list[tuple[str, int]]]:
    """A module with good clauses and definitions, and some that are broken; what should be found, and where."""
    clauses_left = list(draw(st.permutations(BROKEN_CLAUSES)))
    # A definition without a name reads as the end of one before it that lacks its own end: `param $x:` and `let =`.
    definitions_left = [row for row in draw(st.permutations(BROKEN_DEFINITIONS)) if "{l}" in row[0]]
    text, wanted, used = "", [], []
    for number in range(draw(st.integers(1, 5))):
        name = f"l{number}"
        if draw(st.integers(0, 3)) == 0:
            marked, code = definitions_left.pop()
            broken, at = unmarked(marked.replace("{l}", name), len(text))
            text += broken + "\n"
            wanted.append((code, at))
            if spelled(marked):
                used.append(name)
            continue
        text += f"let {name} = "
        used.append(name)
        for place in range(draw(st.integers(1, 6))):
            if place:
                text += draw(st.sampled_from([" and ", "\nand ", " AND # one more\n"]))
            if draw(st.booleans()):
                text += draw(
                    st.sampled_from([f"g{number}_{place} exists", f'g{number} == "x"', "(g exists or h exists)"])
                )
            else:
                marked, code = clauses_left.pop()
                broken, at = unmarked(marked, len(text))
                text += broken
                wanted.append((code, at))
        text += "\n"
    return f"{text}audience whole = {' and '.join([*used, 'z exists'])}", wanted


@given(planted())
@settings(max_examples=300, deadline=None)
def test_each_planted_mistake_is_found_once_and_nothing_else(case: tuple[str, list[tuple[str, int]]]) -> None:
    text, wanted = case
    found = analyse(text).diagnostics
    places(text, wanted, found)
    assert {each.code.code for each in found if each.severity == "warning"} <= {"AUD103"}


@given(
    st.lists(clauses(), min_size=1, max_size=6),
    st.integers(0, 6),
    st.sampled_from(BROKEN_CLAUSES),
    st.sampled_from([" and ", "\nor ", "\r\n\tand "]),
)
@settings(max_examples=300, deadline=None)
def test_a_broken_clause_leaves_all_others_in_the_tree(
    good: list[str], at: int, row: tuple[str, str], joined: str
) -> None:
    broken, _ = unmarked(row[0], 0)
    kept = [audience_dsl.parse(each).tree for each in good]
    parsed = audience_dsl.parse(joined.join([*good[:at], broken, *good[at:]]))
    assert parsed.tree is not None
    assert not isinstance(parsed.tree, tree.Module)
    found = list(tree.walk(parsed.tree))
    assert all(each in found for each in kept)


# --- What follows from a mistake is not told ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # A name in a broken definition is defined, and one in a broken clause is used.
        ("let x a b\naudience q = x and z exists", ["AUD001"]),
        ("let x = n1 ==\naudience q = x and z exists", ["AUD001"]),
        ("use x, y x.audience\naudience q = x and y", ["AUD001"]),
        ("let x = a exists\naudience q = z exists and n1 = x y", ["AUD006"]),
        ("param $p: string\naudience q = z exists and s1 === $p $p", ["AUD001"]),
        ("param $p = = 3\naudience q = n1 > $p", ["AUD001"]),
        ("let = a exists\naudience q = gone and z exists", ["AUD001"]),
        # A broken clause tells nothing of an attribute's type.
        ('n1 > 5 and n1 == Hue and s1 == "x" and s1 between x and y', ["AUD007", "AUD007"]),
        ('a1 includes "x" and a1 = "x" y', ["AUD006"]),
        # A connective that was guessed has mixed nothing.
        ("a exists or b exists c exists", ["AUD005"]),
        ("a exists b exists or c exists", ["AUD005"]),
        # One mistake may fail at several tokens.
        ("a == Hue City Is Far and b exists", ["AUD007"]),
        ("a exists LIMIT 10", ["AUD005"]),
        ("city Hue and b exists", ["AUD005"]),
        ("a == 1.2.3 5 and b exists", ["AUD008"]),
        ("(((a exists", ["AUD004"]),
        ('(a == "x) and b exists', ["AUD002"]),
        ("", ["AUD013"]),
        # What is another mistake is told, however near.
        ("a = 1 b = 2", ["AUD006", "AUD005", "AUD006"]),
        ("(a = 1 % 5", ["AUD004", "AUD006"]),
        ("a\u00a0==\u00a01", ["AUD003", "AUD003"]),
        ("(a == 1\nlet b = c exists", ["AUD004", "AUD011"]),
        ("let a = (b exists\nlet c = d = 1", ["AUD004", "AUD006"]),
        ("a exists\nlet l = b exists and c = 2\naudience q = l", ["AUD011", "AUD006"]),
        ("push is\naudience q = b = 1", ["AUD001", "AUD006"]),
    ],
)
def test_what_follows_from_a_mistake(text: str, wanted: list[str]) -> None:
    found = analyse(text).diagnostics
    assert [each.code.code for each in found] == wanted, "\n".join(map(str, found))


def test_a_used_file_with_a_mistake_still_gives_its_names(tmp_path: Any) -> None:
    (tmp_path / "used.audience").write_text("let x a b\nlet y = a = 1\nlet z = b exists and c ==\n", encoding="utf-8")
    text = 'use x, y, z from "used.audience"\naudience q = x and y and z and bogus and d = 1'
    found = analyse(text, base_path=tmp_path).diagnostics
    assert [(each.source.name, each.code.code) for each in found if each.source] == [
        ("<text>", "AUD006"),
        ("used.audience", "AUD001"),
        ("used.audience", "AUD006"),
        ("used.audience", "AUD001"),
        ("<text>", "AUD101"),
    ]


def test_no_more_is_gathered_than_a_thousand() -> None:
    text = " and ".join(["a = 1"] * 1_500)
    parsed = audience_dsl.parse(text)
    assert len(parsed.diagnostics) == GATHERED_AT_MOST
    assert isinstance(parsed.tree, tree.And)


@pytest.mark.parametrize("before", ["\t", "\u00e9 == 1 or ", "`\U0001f600` exists and ", "`e\u0301` exists\r\nand\t"])
@pytest.mark.parametrize(
    ("marked", "code"), [('s1 «= "x"', "AUD006"), ("push is «optin", "AUD207"), ("n1 > «1,000", "AUD008")]
)
def test_places_count_characters(before: str, marked: str, code: str) -> None:
    broken, at = unmarked(marked, len(before))
    found = next(each for each in analyse(before + broken).diagnostics if each.code.code == code)
    assert found.source is not None
    assert found.span is not None
    assert found.span.start == at
    position = found.source.position(at)
    line = before.count("\n")
    assert (position.line, position.column) == (line + 1, at - (before.rfind("\n") + 1) + 1)
