"""Where nodes stand: the text at a node's place says what the node says."""

from typing import Any

import pytest
from hypothesis import given, settings

import audience_dsl
from audience_dsl.node import Node
from audience_dsl.syntax import tree
from audience_dsl.syntax.literals import decode_number, decode_regex, decode_text
from tests.laws.strategies import texts


def nodes(value: Any) -> list[Any]:
    found: list[Any] = []
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, Node):
            found.append(node)
            pending.extend(getattr(node, name) for name in node._fields)
        elif isinstance(node, list):
            pending.extend(node)
    return found


def check(parsed: Any) -> None:
    for node in nodes(parsed.tree):
        text = parsed.text(node)
        if isinstance(node, tree.Word):
            assert text == node.name
        elif isinstance(node, tree.Attribute):
            assert text in (node.name, f"`{node.name}`") or text.lower().startswith("attribute")
        elif isinstance(node, tree.Text):
            assert decode_text(text) == node.value
        elif isinstance(node, tree.Regex):
            assert decode_regex(text) == node.value
        elif isinstance(node, tree.Number):
            assert decode_number(text) == node.value
        elif isinstance(node, tree.Instant):
            assert text == node.value
        elif isinstance(node, tree.Parameter):
            assert text == f"${node.name}"
        elif isinstance(node, (tree.Boolean, tree.Null, tree.LastUsedApp)):
            assert text.lower() in ("true", "false", "null", "last_used_app")
        elif isinstance(node, tree.ListValue):
            assert (text[0], text[-1]) == ("[", "]")
        elif isinstance(node, (tree.Use, tree.Param, tree.Let, tree.Audience)):
            assert text.split()[0].lower() == type(node).__name__.lower()
            assert audience_dsl.parse(text).tree == tree.Module(0, 0, [node])
        elif not isinstance(node, (tree.Module, tree.Invalid)):
            # A filter, or a group of them: its place holds a text that means just that.
            assert audience_dsl.parse(text).tree == node


@given(texts())
@settings(max_examples=120, deadline=None)
def test_the_place_of_a_node_holds_its_text(text: str) -> None:
    check(audience_dsl.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "a less than 2 days from now and b more than 3 weeks ago",
        "a between 1 and 2 weeks from now or a between 3 and 4 days ago",
        "a in the last 2 Weeks and b in the next 3 DAYS",
        "push is opted_in and email not in [subscribed, opted_in,] and push in [unsubscribed]",
        "attribute 'x y' matches /a\\/b/ and `x y` does not match \"c\"",
        'a includes any of ["x", $y,] and b in $list and c in [1, 2.5]',
        "(a == 1 or (b == 2 and not (c == 3 or d == 4))) and ! e exists",
        "a==1&&b!=2||!c exists # end",
        "a after 2026-01-01T00:00:00Z and last_used_app before 2026-01-01 and b is not null and c is true",
        "a starts with 'x' and b does not end with 'y' and c contains 'z' and d does not contain $e",
        'use a, let from "x.audience" param $p: list of string = ["x"] param $q let m = a and let audience o = m',
    ],
)
def test_the_places_of_every_kind_of_node(text: str) -> None:
    parsed = audience_dsl.parse(text)
    assert parsed.diagnostics == []
    check(parsed)
