"""What simplifying leaves out, and what it tells."""

import pytest

import audience_dsl
from audience_dsl.clauses import leaf_text
from audience_dsl.filters import And, CustomAttribute, Filter, Or, PushSubscription
from audience_dsl.simplify import notes, simplify
from audience_dsl.source import Source
from audience_dsl.syntax.formatter import simplify_source


def text(part: Filter) -> str:
    if isinstance(part, (And, Or)):
        inner = (f"({text(each)})" if isinstance(each, (And, Or)) else text(each) for each in part.operands)
        return (" and " if isinstance(part, And) else " or ").join(inner)
    return leaf_text(part)


P, Q, R, S = "p == 1", "q == 2", "r == 3", "s == 4"

# A text, what is left, and what went: each with what made it needless.
CASES: list[tuple[str, str, list[tuple[str, str]]]] = [
    (f"{P} and {Q}", f"{P} and {Q}", []),
    (f"{P} and {P}", P, [(P, P)]),
    (f"{P} and {Q} and {P}", f"{P} and {Q}", [(P, P)]),
    (f"{P} or {Q} or {P} or {Q}", f"{P} or {Q}", [(P, P), (Q, Q)]),
    # The order of members does not count, nor does how the text said it.
    (f"({P} or {Q}) and ({Q} or {P})", f"{P} or {Q}", [(f"{Q} or {P}", f"{P} or {Q}")]),
    ('a != "x" and not (a == "x")', 'a != "x"', [('a != "x"', 'a != "x"')]),
    ("p == 1 or p == 1.0", P, [("p == 1.0", P)]),
    # To Python one is true.
    ("n == 1 or v is true", "n == 1 or v == true", []),
    # Absorbed: by a leaf, by a group, at any depth.
    (f"{P} or ({P} and {Q})", P, [(f"{P} and {Q}", P)]),
    (f"({P} and {Q}) or {P}", P, [(f"{P} and {Q}", P)]),
    (f"{P} and ({P} or {Q})", P, [(f"{P} or {Q}", P)]),
    (f"({P} and {Q} and {R}) or ({Q} and {P})", f"{Q} and {P}", [(f"{P} and {Q} and {R}", f"{Q} and {P}")]),
    (
        f"({P} or {Q}) and ({P} or {R}) and ({R} or {Q} or {P})",
        f"({P} or {Q}) and ({P} or {R})",
        [(f"{R} or {Q} or {P}", f"{P} or {R}")],
    ),
    (
        f"{P} or ({Q} and ({P} or ({P} and {R})))",
        P,
        [(f"{P} and {R}", P), (f"{Q} and {P}", P)],
    ),
    (
        f"(({P} or {Q}) and {S}) or (({Q} or {P}) and {S} and {R})",
        f"({P} or {Q}) and {S}",
        [(f"({Q} or {P}) and {S} and {R}", f"({P} or {Q}) and {S}")],
    ),
    # A group of one is its member, and is opened up where it comes to stand.
    (f"({P} and {P}) or {Q}", f"{P} or {Q}", [(P, P)]),
    (f"{P} and ({Q} or ({Q} and {R}))", f"{P} and {Q}", [(f"{Q} and {R}", Q)]),
    (
        f"{P} or ({Q} and (({P} or {R}) and ({R} or {P})))",
        f"{P} or ({Q} and ({P} or {R}))",
        [(f"{R} or {P}", f"{P} or {R}")],
    ),
    (
        f"{P} or (({P} or {Q}) and ({Q} or {P}))",
        f"{P} or {Q}",
        [(f"{Q} or {P}", f"{P} or {Q}"), (P, P)],
    ),
    # What is needless by what a comparison means is left alone: a setting might say otherwise.
    ("n > 5 and n > 3", "n > 5 and n > 3", []),
    ("a exists or a does not exist", "a exists or a does not exist", []),
    # An attribute is read as the type that all its clauses leave, so the one that tells it stays.
    ('a exists or (a exists and a == "x")', 'a exists or (a exists and a == "x")', []),
    ('a in ["x"] and (a in ["x"] or a == "y")', 'a in ["x"] and (a in ["x"] or a == "y")', []),
    (
        'a == "z" and (a exists or (a exists and a == "x"))',
        'a == "z" and a exists',
        [('a exists and a == "x"', "a exists")],
    ),
    ("n between 1 and 5 and n >= 1", "n >= 1 and n <= 5", [("n >= 1", "n >= 1")]),
]


@pytest.mark.parametrize(("written", "left", "went"), CASES)
def test_what_is_left_and_what_went(written: str, left: str, went: list[tuple[str, str]]) -> None:
    result, removed = simplify(audience_dsl.compile(written).filter)
    assert text(result) == left
    assert [(text(each.member), text(each.by)) for each in removed] == went


def test_what_stays_is_not_made_anew() -> None:
    whole = audience_dsl.compile(f"{P} and ({Q} or {R})").filter
    result, removed = simplify(whole)
    assert result is whole
    assert removed == []


def test_a_filter_by_hand_comes_out_in_canonical_form() -> None:
    a, b, c = (CustomAttribute(name, "exists") for name in "abc")
    result, removed = simplify(And((a, And((b, Or((c, c)))))))
    assert result == And((a, b, c))
    assert [each.member for each in removed] == [c]
    assert simplify(PushSubscription("is", "opted_in"))[1] == []


def leaf(number: int) -> CustomAttribute:
    return CustomAttribute(f"a{number}", "exists")


def test_wide_deep_and_hostile_filters() -> None:
    many = 20_000
    wide = Or(tuple(leaf(each % (many // 2)) for each in range(many)))
    result, removed = simplify(wide)
    assert isinstance(result, Or)
    assert (len(result.operands), len(removed)) == (many // 2, many // 2)
    lists = Or(tuple(CustomAttribute("a", "is_any_of", (f"v{each}",)) for each in range(many)))
    assert simplify(lists) == (lists, [])
    deep: Filter = leaf(0)
    for each in range(1, many):
        deep = (And if each % 2 else Or)((leaf(each), deep))
    assert simplify(deep) == (deep, [])
    same: Filter = leaf(0)
    for each in range(1, many):
        same = (And if each % 2 else Or)((leaf(0), same))
    assert simplify(same)[0] == leaf(0)
    # Groups that overlap in so many ways that looking for those that absorb others would take too long.
    tangled = Or(
        tuple(And((leaf(i), leaf(300 + j), leaf(600 + (i * j) % 300))) for i in range(180) for j in range(180))
    )
    result, removed = simplify(tangled)
    assert simplify(result) == (result, [])


def test_a_note_for_each_part_that_went() -> None:
    text = f"{P}\nand ({Q} or {R} or {Q})\nand ({Q} or {R} or {S})\nand not (p != 1)\nand n between 1 and 5 and n >= 1"
    _, removed = simplify(audience_dsl.compile(text, filename="x.audience").filter)
    assert [str(note) for note in notes(removed)] == [
        "x.audience:2:26: note[AUD305]: `q == 2` stands twice in this `or`, and was left out once",
        (
            "x.audience:3:26: note[AUD305]: `q == 2 or r == 3 or s == 4` was left out of this `and`: "
            "`q == 2 or r == 3` absorbs it"
        ),
        "x.audience:4:10: note[AUD305]: `p == 1` stands twice in this `and`, and was left out once",
        "x.audience:5:27: note[AUD305]: `n >= 1` stands twice in this `and`, and was left out once",
    ]


def test_a_note_on_a_filter_that_no_text_was_written_for() -> None:
    audience = audience_dsl.Audience.from_dict({"OR": [P_OBJECT, {"AND": [P_OBJECT, Q_OBJECT]}]})
    _, removed = simplify(audience.filter)
    (note,) = notes(removed)
    assert str(note) == "note[AUD305]: `p == 1 and q == 2` was left out of this `or`: `p == 1` absorbs it"


P_OBJECT, Q_OBJECT = (
    {"custom_attribute": {"custom_attribute_name": name, "comparison": "equals", "value": value}}
    for name, value in (("p", 1), ("q", 2))
)


def test_long_parts_are_cut_in_notes() -> None:
    part = Or(tuple(And((leaf(each), leaf(each + 1))) for each in range(50)))
    (note,) = notes(simplify(And((part, part)))[1])
    assert (
        note.message == "`(a0 exists and a1 exists) or (a1 exists…` stands twice in this `and`, and was left out once"
    )


EVERY_KIND = (
    "q and last_used_app less than 3 days ago and push is opted_in and b is true and s matches /x/ and n > 5 "
    'and u in ["x"] and v includes "x" and w between 1 and 2 and x after 2026-01-01 and y exists and z == $z'
)


@pytest.mark.parametrize("kept", ["p == 1", "n == 1", 'v includes any of ["y"]', "w == 3"])
def test_in_a_module_beside_clauses_of_every_kind(kept: str) -> None:
    text = f"param $z: string\nlet q = r exists and r exists\naudience a = {kept} or ({kept} and {EVERY_KIND})\n"
    shorter, removed = simplify_source(Source(text))
    assert shorter == f"param $z: string\n\nlet q = r exists\n\naudience a = {kept}\n"
    doubled, absorbed = (each.message for each in removed)
    assert doubled == "`r exists` stands twice in this `and`, and was left out once"
    assert absorbed.endswith(f"was left out of this `or`: `{kept}` absorbs it")


def test_groups_in_another_order_say_the_same() -> None:
    shorter, (note,) = simplify_source(Source("(a == 1 or b == 2) and (b == 2 or a == 1)"))
    assert shorter == "a == 1 or b == 2\n"
    assert note.message == ("`b == 2 or a == 1` was left out of this `and`: it says the same as `a == 1 or b == 2`")
