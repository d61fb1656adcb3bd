"""Changes of a file: what people wrote is kept, and the file says afterwards exactly what was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl import CatalogError, ConfigurationError
from audience_dsl.braze import COMPARISONS
from audience_dsl.catalog import Catalog, CatalogAttribute, parse_catalog
from audience_dsl.catalog.merging import Changes, merged
from audience_dsl.source import Source

from .strategies import attributes, catalogs, toml_text

WRITTEN = """\
# The attributes of our shop.

[attributes]
# What they pay for.
plan = { type = "string", values = ["free", "pro"], description = "since 2024" }  # ours
age = 'number'   # in years

# Soon to go.
old = "string"

[attributes.foods]
type = "array"
values = [
  "pizza",  # most of all
]
"""


def change(text: str, changes: Changes) -> str:
    return merged(Source(text, "attributes.toml"), changes)


def test_what_people_wrote_is_kept() -> None:
    changes = Changes(
        added=[CatalogAttribute("vip", "boolean"), CatalogAttribute("Favorite Team", "string", values=["a", 'b"'])],
        retyped=[("age", "string"), ("plan", "number")],
        removed=["old"],
    )
    assert change(WRITTEN, changes) == (
        WRITTEN.replace('type = "string", values = ["free", "pro"],', 'type = "number", ')
        .replace("age = 'number'", 'age = "string"')
        .replace(
            'old = "string"\n',
            '"Favorite Team" = { type = "string", values = ["a", "b\\""] }\nvip = "boolean"\n',
        )
        .replace("# Soon to go.\n", "# Soon to go.\n")
    )


def test_a_file_of_its_own_begins_with_what_it_is() -> None:
    text = change("", Changes(added=[CatalogAttribute("b", "time"), CatalogAttribute("a", "array")]))
    assert text.startswith("# The custom attributes of the workspace.")
    assert text.endswith('[attributes]\na = "array"\nb = "time"\n')


def test_line_ends_of_windows_stay() -> None:
    text = change(WRITTEN.replace("\n", "\r\n"), Changes(added=[CatalogAttribute("z", "time")]))
    assert '\r\nz = "time"\r\n' in text
    assert "\n" not in text.replace("\r\n", "")


def test_without_changes_nothing_changes() -> None:
    assert change(WRITTEN, Changes()) == WRITTEN


def test_what_is_no_catalogue_is_not_touched() -> None:
    with pytest.raises(CatalogError):
        change("[attributes]\na = 1\n", Changes(removed=["a"]))


def test_a_way_of_writing_that_cannot_be_changed_is_refused() -> None:
    text = 'attributes.a.type = "string"\nattributes.b = "string"\n'
    with pytest.raises(ConfigurationError, match="AUD808"):
        change(text, Changes(added=[CatalogAttribute("c", "time")]))


@st.composite
def changes_of(draw: st.DrawFn, catalog: Catalog) -> Changes:
    known = list(catalog)
    removed = draw(st.sets(st.sampled_from(known), max_size=2)) if known else set()
    kept = [name for name in known if name not in removed]
    retyped = draw(st.dictionaries(st.sampled_from(kept), st.sampled_from(list(COMPARISONS)))) if kept else {}
    added = draw(st.lists(attributes(), max_size=3, unique_by=lambda each: each.name))
    return Changes(added=[each for each in added if each.name not in catalog], retyped=retyped.items(), removed=removed)


def written(catalog: Catalog, style: str) -> str:
    """The catalogue as a file, with comments that say which line they stand on."""
    lines = ["# first", "[attributes]"]
    for number, name in enumerate(catalog):
        each = catalog.get(name)
        assert each is not None
        fields = [f"type = {toml_text(each.type)}"]
        if each.values is not None:
            fields.append(f"values = [{', '.join(map(toml_text, each.values))}]")
        if each.always_present:
            fields.append("always_present = true")
        if each.description:
            fields.append(f"description = {toml_text(each.description)}")
        if style == "tables":
            lines += ["", f"# above {number}", f"[attributes.{toml_text(name)}]", *fields]
        elif style == "short" and len(fields) == 1:
            lines.append(f"{toml_text(name)} = {toml_text(each.type)}  # beside {number}")
        else:
            lines += [f"# above {number}", f"{toml_text(name)} = {{ {', '.join(fields)} }}  # beside {number}"]
    return "\n".join(lines) + "\n"


@given(catalogs, st.sampled_from(["tables", "short", "inline"]), st.data())
def test_the_file_says_what_was_asked_for_and_keeps_its_comments(
    catalog: Catalog, style: str, data: st.DataObject
) -> None:
    text = written(catalog, style)
    before = parse_catalog(Source(text))
    assert before == catalog
    changes = data.draw(changes_of(catalog))
    result = change(text, changes)
    assert parse_catalog(Source(result)) == changes.applied(catalog)
    for number, name in enumerate(catalog):
        if name not in changes.removed:
            for comment in (f"# above {number}\n", f"# beside {number}\n"):
                assert (comment in text) == (comment in result)
            if name not in changes.retyped:
                (line,) = (
                    (each for each in text.splitlines() if each.endswith(f"# beside {number}"))
                    if (f"# beside {number}\n" in text)
                    else ("",)
                )
                assert line in result
    # The same again has nothing left to change.
    assert change(result, Changes(retyped=changes.retyped.items())) == result


@given(catalogs, attributes())
def test_an_added_attribute_is_read_as_it_was(catalog: Catalog, attribute: CatalogAttribute) -> None:
    if attribute.name not in catalog:
        text = change(written(catalog, "short"), Changes(added=[attribute]))
        assert parse_catalog(Source(text)).get(attribute.name) == attribute
