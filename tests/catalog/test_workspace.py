"""What a workspace says, as a file follows it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl.catalog import Catalog, CatalogAttribute
from audience_dsl.catalog.workspace import Pull, WorkspaceAttribute

from .strategies import catalogs, names


def item(name: str, data_type: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "data_type": data_type, "array_length": None, "tag_names": [], **more}


@pytest.mark.parametrize(
    ("data_type", "kind", "known"),
    [
        ("String", "string", True),
        ("Number", "number", True),
        ("Boolean", "boolean", True),
        ("Date", "time", True),
        ("Time", "time", True),
        ("Array", "array", True),
        ("string (Automatically Detected)", "string", True),
        ("Number (automatically detected) ", "number", True),
        ("Object", None, True),
        ("Object Array", None, True),
        ("Object Array (Automatically Detected)", None, True),
        ("Geo", None, False),
        ("", None, False),
        (None, None, False),
    ],
)
def test_data_types_are_read_as_they_are_spelled(data_type: str, kind: str | None, known: bool) -> None:
    found = WorkspaceAttribute.of_item(item("a", data_type))
    assert found is not None
    assert (found.type, found.known) == (kind, known)


def pulled(catalog: Catalog, *items: dict[str, Any], prune: bool = False) -> Pull:
    found = [each for each in map(WorkspaceAttribute.of_item, items) if each is not None]
    return Pull(catalog, found, prune=prune)


CATALOG = Catalog(
    [
        CatalogAttribute("age", "string", values=["1"], description="ours"),
        CatalogAttribute("address", "string"),
        CatalogAttribute("gone", "time"),
        CatalogAttribute("geo", "string"),
        CatalogAttribute("stopped", "number"),
    ]
)
ITEMS = [
    item("age", "Number", description="theirs", status="Active"),
    item("address", "Object", status="Active"),
    item("geo", "Geo"),
    item("stopped", "Number", status="Blocklisted"),
    item("vip", "Boolean (Automatically Detected)", description=None, status=None),
    item("plan", "String", description=" What they pay for "),
    item(" bad", "String"),
    item("orders", "Object Array"),
    {"data_type": "String"},
]


def test_a_file_follows_the_workspace() -> None:
    pull = pulled(CATALOG, *ITEMS)
    assert [(each.name, each.type, each.description) for each in pull.added] == [
        ("plan", "string", "What they pay for"),
        ("vip", "boolean", ""),
    ]
    assert [(each.name, kind) for each, kind in pull.retyped] == [("age", "number")]
    assert sorted(name for name, _ in pull.gone) == ["address", "gone", "stopped"]
    assert pull.blocklisted == ["stopped"]
    assert pull.objects == ["address", "orders"]
    assert pull.unknown == [("geo", "Geo")]
    assert pull.unnameable == [" bad"]
    after = pull.changes.applied(CATALOG)
    assert set(after) == {*CATALOG, "plan", "vip"}
    assert after.get("age") == CatalogAttribute("age", "number", description="ours")
    pruned = pulled(CATALOG, *ITEMS, prune=True).changes.applied(CATALOG)
    assert set(pruned) == {"age", "geo", "plan", "vip"}


ITEM = st.builds(
    item,
    names,
    st.sampled_from(["String", "Number", "Date (Automatically Detected)", "Array", "Object", "Geo"]),
    description=st.none() | st.text(max_size=5),
    status=st.sampled_from([None, "Active", "Blocklisted"]),
)


@given(catalogs, st.lists(ITEM, max_size=6), st.booleans())
def test_pulled_twice_nothing_changes(catalog: Catalog, items: list[dict[str, Any]], prune: bool) -> None:
    after = pulled(catalog, *items, prune=prune).changes.applied(catalog)
    again = pulled(after, *items, prune=prune).changes
    assert not again
    if prune:
        assert set(after) <= {each["name"] for each in items}
    else:
        assert set(catalog) <= set(after)
