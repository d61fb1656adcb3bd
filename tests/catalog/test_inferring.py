"""A catalogue from profiles: types, values that say nothing of a person, and a check that agrees with the profiles."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl import ConfigurationError
from audience_dsl.api import analyse
from audience_dsl.catalog import Catalog, CatalogAttribute
from audience_dsl.catalog.inferring import ATTRIBUTES_AT_MOST, Inference
from audience_dsl.profiles import profile_of
from audience_dsl.syntax.formatter.spelling import spelled_name, spelled_text

from .strategies import names


def infer(*profiles: dict[str, Any], untyped: bool = False, **options: int) -> Inference:
    inference = Inference(**options)
    for each in profiles:
        inference.take(profile_of(each, untyped=untyped))
    return inference


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("x", "string"),
        ("2026-02-30", "string"),
        ("2026 was long", "string"),
        ("2026-01-31", "time"),
        ("2026-01-31T09:00:00.000Z", "time"),
        (datetime(2026, 1, 1, tzinfo=UTC), "time"),
        (date(2026, 1, 1), "time"),
        (5, "number"),
        (5.5, "number"),
        (True, "boolean"),
        (["x"], "array"),
        (("x",), "array"),
        ([1], "array"),
        ({"a": 1}, None),
        (None, None),
        ("", None),
        ([], None),
    ],
)
def test_types_of_values(value: object, kind: str | None) -> None:
    found = infer({"custom_attributes": {"a": value}}).catalog().get("a")
    assert (None if found is None else found.type) == kind


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["5", "-5.5e3"], "number"),
        (["01234", "5"], "string"),
        (["5", "x"], "string"),
        (["true", "FALSE", ""], "boolean"),
        (["2026-01-31"], "time"),
        (['["a"]', "[]"], "array"),
    ],
)
def test_types_of_cells(cells: list[str], kind: str) -> None:
    found = infer(*({"a": each} for each in cells), untyped=True).catalog().get("a")
    assert found is not None
    assert found.type == kind


def test_of_several_types_most_profiles_decide() -> None:
    held: list[Any] = [1, 2, "x", {}, 3]
    inference = infer(*({"a": each} for each in held))
    (mixed,) = inference.mixed
    assert (mixed.name, mixed.type, mixed.counts) == ("a", "number", {"number": 3, "string": 1, "object": 1})
    assert inference.catalog().get("a") == CatalogAttribute("a", "number")


def test_values_are_few_and_held_by_several() -> None:
    people: list[dict[str, Any]] = [
        {
            "plan": ["free", "pro"][number % 2],
            "city": f"city {number}",
            "rare": "usual" if number else "once",
            "mail": ["a@example.com", "b@example.com"][number % 2],
            "phone": "+84 24 3825 3841",
            "foods": ["pho", "pho", "pizza"],
            "long": "x" * 300,
            "id": str(number),
        }
        for number in range(100)
    ]
    catalog = infer(*people, values=5, seen=10).catalog()
    known = {name: found.values for name in catalog if (found := catalog.get(name)) and found.values is not None}
    assert known == {"plan": ("free", "pro"), "foods": ("pho", "pizza")}
    without = infer(*people, values=0).catalog()
    assert all(getattr(without.get(name), "values", ()) is None for name in catalog)


def test_always_present_is_in_every_profile_and_in_many() -> None:
    people = [{"a": "x", "b": "x" if number else "", "c": 1 if number else "x"} for number in range(10)]
    for seen, wanted in ((10, {"a"}), (11, set())):
        catalog = infer(*people, seen=seen).catalog()
        assert {name for name in catalog if (found := catalog.get(name)) and found.always_present} == wanted


def test_too_many_attributes_are_none() -> None:
    with pytest.raises(ConfigurationError, match="10,000"):
        infer({f"a{number}": 1 for number in range(ATTRIBUTES_AT_MOST + 1)})


def test_a_file_is_added_to_and_never_changed() -> None:
    written = Catalog(
        [CatalogAttribute("age", "string"), CatalogAttribute("plan", "string", values=["free"], always_present=True)]
    )
    people = [{"age": 5, "plan": "pro" if number % 2 else "free", "new": True} for number in range(20)]
    inference = infer(*people, {"age": 5}, seen=5)
    changes = inference.additions(written)
    assert [each.name for each in changes.added] == ["new"]
    assert not changes.retyped
    assert not changes.removed
    assert inference.contradictions(written) == [
        "`age` is `string` in the file, and `number` in the profiles",
        "`plan` has values in the profiles that the file does not know: `pro`",
        "`plan` is always present in the file, and in 20 of 21 profiles",
    ]


# --- Laws ---

VALUES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "y", "2026-01-31", "2026-01-31T09:00:00Z", "5"])
    | st.lists(st.sampled_from(["x", "y"]), max_size=2)
    | st.dictionaries(st.just("k"), st.just("v"))
)
ASKED = {
    "string": '{} == "x"',
    "number": "{} > 5",
    "boolean": "{} is true",
    "time": "{} after 2026-01-01",
    "array": '{} includes "x"',
}


@given(st.lists(st.dictionaries(names, VALUES, max_size=4), max_size=6), st.booleans())
def test_what_the_profiles_have_can_be_asked_for(people: list[dict[str, Any]], untyped: bool) -> None:
    rows = [{name: "" if each is None else str(each) for name, each in person.items()} for person in people]
    given = rows if untyped else [{"custom_attributes": each} for each in people]
    inference = infer(*[each for each in given if not _is_state(each)], untyped=untyped, seen=1)
    catalog = inference.catalog()
    assert not inference.additions(catalog)
    assert inference.contradictions(catalog) == []
    for name in catalog:
        found = catalog.get(name)
        assert found is not None
        known = found.values if found.type == "string" and found.values is not None else ()
        texts = [ASKED[found.type], "{} exists", *(f"{{}} == {spelled_text(each)}" for each in known)]
        for text in texts:
            text = text.replace("{}", spelled_name(name), 1)
            findings = [each for each in analyse(text, catalog=catalog).diagnostics if each.code.code != "AUD217"]
            assert findings == [], text


def _is_state(row: dict[str, Any]) -> bool:
    """A flat profile in which something stands in the place of a state or a time."""
    return bool(row.keys() & {"email", "push", "last_used_app"})
