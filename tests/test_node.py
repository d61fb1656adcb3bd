"""Nodes are values: equal without their positions, and cheap to hash."""

import pytest

from audience_dsl.filters import And, CustomAttribute, EmailSubscription, LastUsedApp, Or, PushSubscription
from audience_dsl.node import Node
from audience_dsl.syntax import tree

A, B = CustomAttribute("a", "exists"), CustomAttribute("b", "exists")
DIFFERENT: list[Node] = [
    A,
    B,
    CustomAttribute("a", "does_not_exist"),
    CustomAttribute("a", "equals", "x"),
    CustomAttribute("a", "equals", "X"),
    CustomAttribute("a", "equals", 1),
    CustomAttribute("a", "equals", 1.0),
    CustomAttribute("a", "equals", True),
    CustomAttribute("a", "equals", 0),
    CustomAttribute("a", "equals", False),
    CustomAttribute("a", "equals", "1"),
    CustomAttribute("a", "is_any_of", ("x",)),
    CustomAttribute("a", "is_any_of", ("x", "y")),
    CustomAttribute("a", "is_any_of", ("y", "x")),
    PushSubscription("is", "opted_in"),
    PushSubscription("is_not", "opted_in"),
    EmailSubscription("is", "opted_in"),
    LastUsedApp("after", "2026-01-01T00:00:00Z"),
    And((A, B)),
    And((B, A)),
    And((A, B, A)),
    Or((A, B)),
    And((A, Or((A, B)))),
    tree.Text(0, 0, "x"),
    tree.Regex(0, 0, "x"),
    tree.Null(0, 0),
    tree.LastUsedApp(0, 0),
    tree.Word(0, 0, "x"),
    tree.Status(0, 0, "x"),
]


@pytest.mark.parametrize("one", range(len(DIFFERENT)))
def test_equality_is_exact(one: int) -> None:
    for two, other in enumerate(DIFFERENT):
        assert (DIFFERENT[one] == other) is (one == two)
    assert DIFFERENT[one] != "a"


def test_origin_and_position_do_not_count() -> None:
    assert CustomAttribute("a", "exists", None, origin=1) == CustomAttribute("a", "exists", None, origin=2)
    assert hash(CustomAttribute("a", "equals", "x", 1)) == hash(CustomAttribute("a", "equals", "x", 2))
    assert tree.Text(0, 1, "x") == tree.Text(5, 6, "x")
    assert hash(tree.Text(0, 1, "x")) == hash(tree.Text(5, 6, "x"))


def test_nodes_match_by_their_fields() -> None:
    assert CustomAttribute.__match_args__ == ("name", "comparison", "value")  # type: ignore[attr-defined]
    match DIFFERENT[3]:
        case CustomAttribute(name="a", comparison="equals", value=value):
            assert value == "x"
        case _:
            pytest.fail("a node does not match by its fields")


def test_repr_is_short_and_names_the_fields() -> None:
    assert repr(A) == "CustomAttribute(name='a', comparison='exists', value=None)"
    assert repr(And((A, B))) == "And(operands=…)"
