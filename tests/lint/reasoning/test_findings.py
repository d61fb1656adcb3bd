"""What is found, and what is not: a table of texts."""

import pytest

from audience_dsl import Settings
from audience_dsl.catalog import Catalog

from .finding import findings, found

CONTRADICTIONS = [
    'a == "x" and a == "y"',
    'a == "x" and b == 1 and a == "y"',
    'a == "x" and a in ["y", "z"]',
    'a == "x" and a != "x"',
    'a == "x" and a not in ["x", "y"]',
    'a == "x" and not (a == "x")',
    'a == "x" and (a == "y" or a == "z")',
    'a == "x" and (b == 1 and a == "y")',
    'not (a != "x" or a != "y")',
    'a == "x" and a does not exist',
    "a exists and a does not exist",
    "a matches /x/ and a does not match /x/",
    'a starts with "x" and not (a starts with "x")',
    "n > 5 and n < 3",
    "n > 5 and n <= 5",
    "n >= 5 and n < 5",
    "n == 1 and n == 2",
    "n == 1 and n > 1",
    "n == 0 and n > 0",
    "n between 1 and 3 and n between 4 and 5",
    "n in [1, 2] and n > 2",
    "n in [1, 2] and n not in [1, 2, 3]",
    "n > 5 and n does not exist",
    "n >= 1 and n <= 3 and n in [4, 5]",
    "n != 1 and n >= 1 and n <= 1",
    "v is true and v is false",
    "v is true and v is not true",
    "t before 2026-01-01 and t after 2026-01-01",
    "t before 2026-01-01T02:00:00+0200 and t after 2026-01-01T00:00:00Z",
    "t less than 2 days ago and t more than 2 days ago",
    "t less than 2 days ago and t less than 2 days from now",
    "t in the last 2 weeks and t more than 14 days ago",
    "t between 2 and 5 days ago and t more than 5 days ago",
    "t before 2026-01-01 and t does not exist",
    "push is opted_in and push is unsubscribed",
    "push in [opted_in, subscribed] and push is unsubscribed",
    "email is opted_in and email is not opted_in",
    "last_used_app before 2026-01-01 and last_used_app after 2026-02-01",
    "last_used_app less than 30 days ago and last_used_app more than 60 days ago",
    'a includes "x" and a does not include "x"',
    'a includes any of ["x", "y"] and a includes none of ["x", "y", "z"]',
    'a includes all of ["x", "y"] and a does not include "y"',
    'a in ["x"] and a not in ["x"]',
]
TAUTOLOGIES = [
    "n > 5 or n <= 5",
    "n > 5 or n <= 6",
    "n < 5 or n >= 3",
    "n == 1 or not (n == 1)",
    "n != 1 or n == 1",
    "not (n > 5 and n < 3)",
    'a == "x" or a != "x"',
    'a exists or a != "x"',
    "a exists or a does not exist",
    "v is true or v is false",
    "v is true or v is not true",
    "a matches /x/ or a does not match /x/",
    "t before 2026-02-01 or t after 2026-01-01",
    "t less than 2 days ago or not (t less than 2 days ago)",
    "t less than 2 days ago or t more than 1 day ago or t less than 2 days from now or t more than 1 day from now",
    "push is opted_in or push is not opted_in",
    "push in [opted_in, subscribed] or push is unsubscribed",
    "last_used_app after 2026-01-01 or last_used_app before 2026-02-01",
    'a includes "x" or a does not include "x"',
]
# Through the groups around: a clause that selects nobody where it stands, and the one further out.
WITHIN = [
    ('a == "x" and (a == "y" or b == 1)', 'a == "y"'),
    ('(a == "y" or b == 1) and a == "x"', 'a == "y"'),
    ('a == "x" and (b == 1 or (a == "y" and c == 2))', 'a == "y"'),
    ('a == "x" and (b == 1 or (c == 2 and (a == "y" or d == 3)))', 'a == "y"'),
    ('a in ["x", "y"] and (a == "y" or a == "z")', 'a == "z"'),
    ('not (a != "x" or (a != "y" and b == 1))', 'a != "y"'),
    ("n > 5 and (n < 3 or b == 1)", "n < 3"),
    ("n > 5 and (n does not exist or b == 1)", "n does not exist"),
    ("push is opted_in and (push is unsubscribed or email is opted_in)", "push is unsubscribed"),
    ("n > 3 and n < 9 and (n in [3, 9] or b == 1)", "n in [3, 9]"),
    ('let x = a == "x" and b == 1\naudience one = a == "y" and (x or c == 2)', "x"),
    ('let x = a == "x" and b == 1\naudience one = x and (a == "y" or c == 2)', 'a == "y"'),
]
OR_OF_NEGATIONS = [
    ('a != "x" or a != "y"', 'a not in ["x", "y"]'),
    ('a != "x" or b == 1 or a != "y"', 'a not in ["x", "y"] or b == 1'),
    ('(a != "x") or (a != "y")', 'a not in ["x", "y"]'),
    ('a != "z" and (a != "x" or a != "y")', 'a != "z" and (a not in ["x", "y"])'),
    ('not (a == "x") or not (a == "y")', 'a not in ["x", "y"]'),
    ('not (a == "x" and a == "y")', 'not (a in ["x", "y"])'),
    ('a == "z" or a not in ["x"] or a not in ["y", "z"]', 'a == "z" or a not in ["x", "y", "z"]'),
    ("n != 1 or n != 2", "n not in [1, 2]"),
    ("push is not opted_in or push is not subscribed", "push not in [opted_in, subscribed]"),
    ("push is not opted_in or push is not subscribed or push is not unsubscribed", None),
    ("v is not true or v is not false", None),
    ('a != "x" # one\nor a != "y"', None),
    ('(a != "x" or a != "y") or b == 1', '(a not in ["x", "y"]) or b == 1'),
]
DUPLICATES = [
    ('a == "x" and a == "x"', 'a == "x"'),
    ('a == "x" or b == 1 or a == "x"', 'a == "x" or b == 1'),
    ('a == "x" and (b == 1 and a == "x")', 'a == "x" and (b == 1)'),
    ('a != "x" and not (a == "x")', 'a != "x"'),
    ('not (a == "x") and a not in ["x"]', 'not (a == "x")'),
    ('a in ["x", "y"] and a in ["y", "x"]', 'a in ["x", "y"]'),
    ("n == 1 and n in [1]", "n == 1"),
    ("n >= 1 and n >= 1.0", "n >= 1"),
    ("t in the last 2 weeks and t less than 14 days ago", "t in the last 2 weeks"),
    ("t before 2026-01-01 and t before 2026-01-01T01:00:00+0100", "t before 2026-01-01"),
    ("(n > 1 or b == 1) and (b == 1 or n > 1)", "(n > 1 or b == 1)"),
    ("push is opted_in and push in [opted_in]", "push is opted_in"),
    ("a == $x and a == $x", "a == $x"),
    ('a == "x" # why\nand b == 1\nand a == "x"', 'a == "x" # why\nand b == 1'),
    ('a == "x" and # why\na == "x"', None),
    ("last_used_app more than 3 days ago or last_used_app more than 3 days ago", "last_used_app more than 3 days ago"),
]
REDUNDANT = [
    ("n > 5 and n > 3", "n > 5"),
    ("n > 3 and n > 5", "n > 5"),
    ("n > 5 or n > 3", "n > 3"),
    ("n > 5 and n > 3 and n > 1", "n > 5 and n > 1"),
    ("not (n > 5 or n > 3)", "not (n > 3)"),
    ('a == "x" and a in ["x", "y"]', 'a == "x"'),
    ('a == "x" or a in ["x", "y"]', 'a in ["x", "y"]'),
    ('a == "x" and a != "y"', 'a == "x"'),
    ('a != "x" or a == "y"', 'a != "x"'),
    ('a not in ["x", "y"] and a != "x"', 'a not in ["x", "y"]'),
    ('a == "x" and a exists', 'a == "x"'),
    ('a == "x" and (a == "x" or b == 1)', 'a == "x"'),
    ('b == 1 or (a == "x" and b == 1)', "b == 1"),
    ("n exists and n > 3 and n > 0", "n exists and n > 3"),
    ("n exists and n > 5 and (n > 3 or n == 1)", "n exists and n > 5"),
    ("t in the last 7 days and t in the last 30 days", "t in the last 7 days"),
    ("t after 2026-01-01 and t after 2025-01-01", "t after 2026-01-01"),
    ("push is opted_in and push is not unsubscribed", "push is opted_in"),
    ("last_used_app after 2026-01-01 and last_used_app after 2025-01-01", "last_used_app after 2026-01-01"),
    ('a includes all of ["x", "y"] and a includes "x"', 'a includes all of ["x", "y"]'),
    ('a includes "x" or a includes any of ["x", "y"]', 'a includes any of ["x", "y"]'),
    ('a includes none of ["x", "y"] and a does not include "x"', 'a includes none of ["x", "y"]'),
]
NOTHING = [
    # Arrays can have both.
    'a does not include "x" or a does not include "y"',
    'a includes "x" and a includes "y"',
    'a not in ["x"] or a not in ["y"]',
    'a in ["x"] and a in ["y"]',
    'a not in ["x"] and a not in ["y"]',
    # Letter case counts, as it does for `==`.
    'a == "x" or a == "X"',
    # A guard is not needless, since no source says whom a comparison selects.
    "n exists and n > 3",
    "n exists and n < 3",
    "a exists and a does not match /x/",
    "t exists and t before 2026-01-01",
    # Those who have no value are asked for.
    "n < 3 or n does not exist",
    'a != "x" or a does not exist',
    "n > 3 or n does not exist",
    "n < 3 and n does not exist",
    # Rows of the table that are open one by one.
    "n > 0 and n > 3",
    "n < 3 and n < 0",
    # A day is counted from now, and an instant is not.
    "t after 2026-01-01 and t less than 2 days ago",
    "t before 2026-01-01 or t less than 2 days ago",
    "last_used_app after 2026-01-01 and last_used_app more than 30 days ago",
    # Another branch, and another attribute.
    '(a == "x" and b == 1) or (a == "y" and c == 2)',
    'a == "x" or (a == "y" and b == 1)',
    'a == "x" and (b == "y" or c == 1)',
    "n > 5 and (n < 9 or b == 1)",
    # Whoever has no value comes by it.
    'a != "x" and (a does not exist or b == 1)',
    'a does not exist and (a != "y" or b == 1)',
    "n < 3 and n does not exist and (n > 5 or b == 1)",
    # Ordinary.
    "n > 3 and n < 5",
    "n < 3 or n > 5",
    "t more than 30 days ago or t does not exist",
    "t more than 2 days ago and t less than 5 days ago",
    'a starts with "x" or a starts with "y"',
    'a == "x" and b == "x"',
    'a == $x and a == $y and a != "x"',
    "n between $low and $high and n > 3",
    "push is not opted_in and push is not subscribed",
    "email is opted_in or push is opted_in",
    '(a == "x" and b == 1) or (a == "y" and b == 2)',
    'a == ""',
    'a == "" and b == 1',
]


@pytest.mark.parametrize("text", CONTRADICTIONS)
def test_a_contradiction(text: str) -> None:
    assert [each.partition(":")[0] for each in found(text)] == ["contradiction"]


@pytest.mark.parametrize(("text", "clause"), WITHIN)
def test_a_contradiction_with_a_group_around(text: str, clause: str) -> None:
    assert found(text) == [f"contradiction: {clause}"]
    (finding,) = findings(text)
    assert finding.message.endswith("around it, so it selects nobody here")


@pytest.mark.parametrize("text", TAUTOLOGIES)
def test_a_tautology(text: str) -> None:
    assert [each.partition(":")[0] for each in found(text)] == ["tautology"]


@pytest.mark.parametrize(
    ("slug", "text", "fixed"),
    [
        *(("or-of-negations", *each) for each in OR_OF_NEGATIONS),
        *(("duplicate", *each) for each in DUPLICATES),
        *(("redundant", *each) for each in REDUNDANT),
    ],
)
def test_a_finding_with_its_fix(slug: str, text: str, fixed: str | None) -> None:
    first = findings(text)[0]
    assert first.code.slug == slug
    assert {each.code.slug for each in findings(text)} == {slug}
    if fixed is None:
        assert first.fix is None
    else:
        assert first.fix is not None
        assert first.fix.apply(text) == fixed
        assert first.fix.safe is (slug != "or-of-negations")


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_found(text: str) -> None:
    assert found(text) == []


# --- Settings, types, names, and texts with errors --------------------------------------------------------------------


def test_a_row_that_the_workspace_has_tried_is_known() -> None:
    text = "n exists and n > 3"
    assert found(text, Settings(assume={"greater_than.number.other": True})) == []
    assert found(text, Settings(assume={"greater_than.number.other": False})) == ["redundant: n exists"]
    both = Settings(assume={"greater_than.number.other": False, "greater_than.number.zero": False})
    assert found("n > 0 and n > 3", both) == ["redundant: n > 0"]


def test_who_is_selected_is_said_under_the_settings_at_hand() -> None:
    text = "n > 5 and n < 3"
    assert findings(text)[0].message.endswith("selects nobody")
    taken = Settings(assume={"greater_than.number.other": True})
    assert findings(text, taken)[0].message.endswith("selects only users without one")
    assert found("n > 5 and n does not exist", taken) == ["redundant: n > 5"]
    text = "n > 3 or n <= 3"
    assert findings(text)[0].message.endswith("selects everyone who has one")
    assert findings(text, taken)[0].message.endswith("selects everyone")


def test_a_list_is_of_texts_where_something_says_so() -> None:
    text = 'a in ["x"] and a in ["y"]'
    assert found(text) == []
    assert found(text, catalog=Catalog.of_types({"a": "string"})) == ['contradiction: a in ["y"]']
    assert found(text, catalog=Catalog.of_types({"a": "array"})) == []
    module = f'audience one = {text}\naudience two = a == "z"'
    assert found(module) == ['contradiction: a in ["y"]']
    assert found('a not in ["x"] or a not in ["y"] or a == "z"') == ['or-of-negations: a not in ["y"]']


def test_what_a_name_brings_counts_in_contradictions_only() -> None:
    lets = 'let x = a == "x" and b == 1\nlet y = x and c == 2\nlet z = a == "x" or a == "z"\n'
    assert found(f'{lets}audience one = y and a == "y"') == ['contradiction: a == "y"']
    assert found(f'{lets}audience one = a == "y" and z') == ["contradiction: z"]
    assert found(f'{lets}audience one = not y or a == "x"') == ['tautology: a == "x"']
    assert found(f"{lets}audience one = y and not x") == []
    assert found(f'{lets}audience one = y and a == "x" and (y or z)') == ["redundant: y or z"]
    assert found(f"{lets}audience one = y and z and y") == ["duplicate: y"]
    # What a `let` says within itself is said there.
    assert found('let x = a == "x" and a == "y"\naudience one = x and b == 1') == ['contradiction: a == "y"']


def test_a_fix_that_takes_a_parameter_along_is_not_safe() -> None:
    for text, safe in [
        ("b == 1 or (b == 1 and a == $x)", False),
        ("a == $x or (b == 1 and a == $x)", True),
        ("a == $x and b == 1 and a == $x", True),
    ]:
        (finding,) = findings(text)
        assert finding.fix is not None
        assert finding.fix.safe is safe


def test_a_fix_that_takes_the_type_of_an_attribute_along_is_not_safe() -> None:
    for text, safe in [
        ('a exists or a == "x"', False),
        ('a exists or b == 1 or (b == 1 and a == "x")', False),
        ('a == "x" or (a == "x" and b == 1)', True),
    ]:
        finding = findings(text)[-1]
        assert finding.code.slug == "redundant"
        assert finding.fix is not None
        assert finding.fix.safe is safe


def test_the_message_says_what_is_meant_under_not() -> None:
    (finding,) = findings('not (a == "x" and a == "y")')
    assert finding.message == (
        'every value of `a` fits `not (a == "x")` or `not (a == "y")`, so this `and` under `not` selects everyone'
    )
    (finding,) = findings("not (n != 1 or n != 2)")
    assert finding.help == "join them with `and` if either is meant"


def test_a_clause_is_quoted_on_one_line_as_it_is_written() -> None:
    (finding,) = findings('a == "x  y" and a in [ "x  y",\n # or\n "z"]')
    assert finding.message.startswith('`a in [ "x  y", "z"]` excludes nobody in this `and`: whoever fits `a == "x  y"`')


def test_clauses_with_errors_say_nothing_and_others_are_read() -> None:
    text = 'a == "x" and a == null and a == "y" and n > "5" and n > 5 and n < 3 and t before 2026-02-30 and u == $x'
    assert {each.partition(":")[0] for each in found(text)} == {"contradiction"}
    assert len(found(text)) == 2
    assert found('a == "x" and and a == "y"') in ([], ['contradiction: a == "y"'])


def test_a_clause_is_not_judged_that_cannot_be_said() -> None:
    assert found("not (last_used_app after 2026-01-01) and last_used_app after 2026-01-01") == []
    assert found("last_used_app less than 40000 days ago and last_used_app more than 2 days ago") == []


# --- Size -----------------------------------------------------------------------------------------------------------


def test_very_many_clauses_on_one_attribute() -> None:
    many = 10_000
    ors = " or ".join(f'a == "x{each}"' for each in range(many))
    assert found(ors) == []
    ands = " and ".join(f'a != "x{each}"' for each in range(many))
    assert found(ands) == []
    assert found(f'{ands} and a == "x77"') == ['contradiction: a == "x77"']
    bounds = " and ".join(f"n > {each}" for each in range(1, many))
    assert found(f"{bounds} and n < 5") == ["contradiction: n < 5"]
    assert len(found(" and ".join(["n > 5"] * many))) == many - 1


def test_names_that_double_and_groups_that_nest() -> None:
    lets = "\n".join(f"let l{each} = l{each - 1} and l{each - 1}" for each in range(1, 40))
    assert len(found(f'let l0 = a == "x"\n{lets}\naudience one = l39 and a == "y"')) == 40
    deep = "(" * 1_000 + "n > 5" + " and n > 3)" * 1_000
    assert len(found(deep)) == 1_000
