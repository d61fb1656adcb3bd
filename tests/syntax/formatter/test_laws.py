"""What holds for the formatter whatever it is given: same tree, same comments, twice is once, and lines that fit."""

import copy
import re
from typing import Any

from hypothesis import HealthCheck, given, settings

from audience_dsl.node import Node
from audience_dsl.source import Source
from audience_dsl.syntax.driver import tokenize
from audience_dsl.syntax.formatter import format_source, format_tree, says_the_same
from audience_dsl.syntax.formatter.layout import WIDTH
from audience_dsl.syntax.parser import parse
from tests.syntax.formatter.texts import commented, spelled_texts


def formatted(text: str) -> str:
    return format_source(Source(text)).replace("\r\n", "\n")


def comments(text: str) -> list[str]:
    return [text[span.start : span.end].rstrip(" \t") for span in parse(text).comments]


def nowhere(root: Any) -> Any:
    """A copy of a tree as a program would make it: no node stands in a text."""
    root = copy.deepcopy(root)
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Node):
            node.first = node.last = -1  # type: ignore[attr-defined]
            if hasattr(node, "grouped"):
                node.grouped = False
            pending += [getattr(node, name) for name in node._fields]
        elif isinstance(node, list):
            pending += node
    return root


def breakable(line: str) -> bool:
    """Whether a line has more than one clause, or a list of more than one item."""
    tokens = tokenize(line.strip())
    joints = [
        token
        for index, token in enumerate(tokens)
        if (token in ("and", "or") and index and "between" not in tokens[max(0, index - 2) : index])
        or (token == "," and index < len(tokens) - 2)
    ]
    return bool(joints)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(commented())
def test_same_tree_same_comments_and_twice_is_once(text: str) -> None:
    out = formatted(text)
    before, after = parse(text), parse(out)
    assert not after.diagnostics
    assert says_the_same(before.tree, after.tree)
    assert comments(text) == comments(out)
    assert formatted(out) == out
    assert re.search(r"[ \t]$|\A\n|\n\n\n|\n\n\Z|\r", out, re.MULTILINE) is None
    assert out.endswith("\n")


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(spelled_texts())
def test_a_tree_that_stands_in_no_text_has_the_text_of_one_that_does(text: str) -> None:
    tree = parse(text).tree
    assert tree is not None
    out = format_tree(nowhere(tree))
    again = parse(out)
    assert says_the_same(again.tree, tree)
    # Escapes beyond ASCII, and blank lines between definitions, are the writer's own.
    if "\\u" not in text and "\n\n" not in out:
        assert out == formatted(text)
    for line in out.split("\n"):
        assert len(line) <= WIDTH or not breakable(line)
