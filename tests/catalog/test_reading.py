"""The reader of `attributes.toml`: what it takes, every fault at its place, and the schema that says the same."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

import audience_dsl
from audience_dsl import CatalogError
from audience_dsl.braze import COMPARISONS
from audience_dsl.catalog import Catalog, CatalogAttribute, catalog_schema, parse_catalog, read_catalog
from audience_dsl.catalog.schema import catalog_schema_text
from audience_dsl.source import Source

from .strategies import names, texts, toml_text

GOOD = """\
# Ours.
[attributes]
plan = { type = "string", values = ["free", "pro"], always_present = true, description = "What they pay for" }
age = "number"
"Favorite Team" = "string"
vip.type = "boolean"

[attributes.foods]
type = "array"
values = [
  "pizza",  # most of all
  "pho",
]
"""


def faults(text: str) -> list[str]:
    with pytest.raises(CatalogError) as raised:
        parse_catalog(Source(text, "a.toml"))
    return [str(each) for each in raised.value.diagnostics]


def test_what_is_read() -> None:
    assert parse_catalog(Source(GOOD)) == Catalog(
        [
            CatalogAttribute(
                "plan",
                "string",
                values=["free", "pro"],
                always_present=True,
                description="What they pay for",
            ),
            CatalogAttribute("age", "number"),
            CatalogAttribute("Favorite Team", "string"),
            CatalogAttribute("vip", "boolean"),
            CatalogAttribute("foods", "array", values=["pizza", "pho"]),
        ]
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "[attributes]\n"])
def test_a_catalogue_may_have_nothing(text: str) -> None:
    assert len(parse_catalog(Source(text))) == 0


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[attributes]\na = \n", "2:5", "no TOML"),
        ('plan = "string"\n', "1:1", "below a line `[attributes]`"),
        ('[attribute]\nplan = "string"\n', "1:1", "did you mean `attributes`?"),
        ("attributes = 3\n", "1:1", "no table of attributes"),
        ("[attributes]\na = 3\n", "2:1", "neither a type nor a table"),
        ('[attributes]\na = "String"\n', "2:1", "did you mean `string`?"),
        ('[attributes]\na = "date"\n', "2:1", "did you mean `time`?"),
        ('[attributes]\na = "numbr"\n', "2:1", "did you mean `number`?"),
        ('[attributes]\na = "Object Array"\n', "2:1", "an audience cannot use an object"),
        ('[attributes]\na = { type = "zzzzzz" }\n', "2:7", "the types are `string`"),
        ("[attributes]\na = { type = 3 }\n", "2:7", "the type is no text"),
        ('[attributes]\na = { tipe = "string" }\n', "2:7", "did you mean `type`?"),
        ('[attributes]\na = { values = ["x"] }\n', "2:1", "has no `type`"),
        ('[attributes]\na.b = "string"\n', "2:3", 'stands in quotes: `"a.b"`'),
        ('[attributes.a.b]\ntype = "string"\n', "1:1", 'stands in quotes: `"a.b"`'),
        ('[attributes]\na = { type = "number", values = ["x"] }\n', "2:24", "the type is `number`"),
        ('[attributes]\na = { type = "string", values = "x" }\n', "2:24", "no list of texts"),
        ('[attributes]\na = { type = "string", values = [] }\n', "2:24", "is empty"),
        ('[attributes]\na = { type = "string", values = ["x", 1] }\n', "2:39", "no text"),
        ('[attributes]\na = { type = "string", values = ["x", ""] }\n', "2:39", "blank"),
        ('[attributes]\na = { type = "string", values = ["x", "x"] }\n', "2:39", "stands twice"),
        ('[attributes]\na = { type = "time", always_present = "yes" }\n', "2:22", "`true` or `false`"),
        ('[attributes]\na = { type = "time", description = 3 }\n', "2:22", "no text"),
        ('[attributes]\n" a" = "time"\n', "2:1", "blanks at its ends"),
        ('[attributes]\n"a\\u0007" = "time"\n', "2:1", "no attribute can bear"),
    ],
)
def test_a_fault_stands_at_its_place(text: str, place: str, words: str) -> None:
    for written in (text, text.replace("\n", "\r\n")):
        (found,) = faults(written)
        assert found.startswith(f"a.toml:{place}: error[AUD808]")
        assert words in found


def test_all_faults_are_reported_in_one_run() -> None:
    entries = [
        'a = "strin"',
        'b = { tpe = "x", always_present = 1 }',
        'c = "number"',
        'd = { type = "array", values = [1, ""] }',
    ]
    text = "\n".join(["[attributes]", *entries])
    assert [each.split(": error")[0] for each in faults(text)] == [
        *("a.toml:2:1", "a.toml:3:7", "a.toml:3:18", "a.toml:5:33", "a.toml:5:36")
    ]


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "attributes.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert "plan" in read_catalog(file)
    file.write_bytes(b"\xff")
    unreadable: list[tuple[Path | str, str]] = [
        (file, "UTF-8"),
        (tmp_path, "cannot be read"),
        (tmp_path / "no", "cannot be read"),
        ("\0", "no path"),
    ]
    for path, words in unreadable:
        with pytest.raises(CatalogError, match=words) as raised:
            read_catalog(path)
        assert raised.value.diagnostics[0].code.code == "AUD805"


def test_the_library_takes_a_path_a_catalogue_and_a_mapping(tmp_path: Path) -> None:
    file = tmp_path / "attributes.toml"
    file.write_text(GOOD, encoding="utf-8")
    for catalog in (file, str(file), read_catalog(file), {"plan": "string"}):
        assert audience_dsl.compile('plan == "pro"', catalog=catalog).warnings == ()
        with pytest.raises(audience_dsl.CompileError, match="AUD216"):
            audience_dsl.compile('plann == "pro"', catalog=catalog)
    file.write_text("[attributes]\na = 1\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="AUD808"):
        audience_dsl.compile('plan == "pro"', catalog=file)


# --- For any text ---

ENTRIES = st.sampled_from([*COMPARISONS, "object", "text", ""]) | st.dictionaries(
    st.sampled_from(["type", "values", "always_present", "description", "other"]),
    st.sampled_from([*COMPARISONS, "text", True, False, 1, [], ["x"], ["x", "x"], ["x", "y"], [""], [1], {}]),
    max_size=4,
)


@given(st.dictionaries(names | st.sampled_from([" a", "a ", "", "a\n", "\x00"]), ENTRIES, max_size=3))
def test_the_schema_takes_what_the_reader_takes(attributes: dict[str, Any]) -> None:
    text = "[attributes]\n" + "".join(f"{toml_text(name)} = {_value(each)}\n" for name, each in attributes.items())
    try:
        parse_catalog(Source(text))
        taken = True
    except CatalogError:
        taken = False
    assert Draft7Validator(catalog_schema()).is_valid(tomllib.loads(text)) is taken


def test_the_schema_is_published() -> None:
    published = files("audience_dsl").joinpath("schemas", "attributes.schema.json").read_text(encoding="utf-8")
    assert published == catalog_schema_text(), "python -m tests.catalog.schema writes it anew"
    Draft7Validator.check_schema(json.loads(published))


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_any_text_is_a_catalogue_or_a_catalogue_error(text: str) -> None:
    _only_our_errors(text)


@given(st.data(), texts)
def test_a_spoiled_catalogue_is_one_or_an_error(data: st.DataObject, piece: str) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 10)))
    _only_our_errors(
        GOOD[:start] + data.draw(st.sampled_from(["", piece, '"', "[", "]]", "\n", "=", "'''"])) + GOOD[end:]
    )


@pytest.mark.parametrize(
    "text",
    [
        "[attributes]\na = " + "[" * 50_000,
        "[attributes." + ".".join("a" * 20_000) + "]\n",
        "[attributes]\n" + "".join(f"a{number} = 1\n" for number in range(20_000)),
        "[attributes]\na = { type = 'string', values = [" + "1," * 50_000 + "] }\n",
        "[attributes]\n'\ud800' = 'string'\n",
    ],
    ids=["nested", "dotted", "many", "long", "surrogate"],
)
def test_a_text_made_to_hurt(text: str) -> None:
    _only_our_errors(text)


def _only_our_errors(text: str) -> None:
    try:
        parse_catalog(Source(text))
    except CatalogError as error:
        placed = [each.span is not None for each in error.diagnostics]
    else:
        placed = [True]
    assert placed
    assert all(placed)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return toml_text(value) if isinstance(value, str) else str(value)
