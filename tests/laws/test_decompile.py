"""Laws of decompiling: the text says what the object said, and nothing but our own errors comes out."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import RequestError, Settings
from audience_dsl.audience.emit import to_dict, to_json
from audience_dsl.audience.read import read
from audience_dsl.catalog import Catalog
from audience_dsl.decompiler import decompile
from audience_dsl.diagnostics import NOTE
from audience_dsl.filters import Filter
from audience_dsl.source import Source
from audience_dsl.syntax.formatter import format_source
from tests.laws.interpreter import interpreter
from tests.laws.objects import any_json, objects, respelled, spoiled
from tests.laws.strategies import NOW, expressions, filters_of_any_kind, profiles
from tests.laws.test_meaning import negated_app, spelled


@given(objects(), st.sampled_from([None, "x", "Audience-2"]))
@settings(max_examples=300, deadline=None)
def test_compiling_undoes_it_on_every_canonical_object(value: dict[str, Any], name: str | None) -> None:
    result = decompile(value, name=name, catalog=None, settings=Settings())
    assert json.dumps(audience_dsl.compile(result.text).to_dict()) == json.dumps(value)
    assert result.notes == []


@given(expressions())
@settings(max_examples=200, deadline=None)
def test_compiling_undoes_it_on_all_that_it_has_made(tree: Any) -> None:
    if negated_app(tree):
        return
    audience = audience_dsl.compile(spelled(tree), now=NOW)
    assert audience_dsl.compile(audience_dsl.decompile(audience.to_dict())).to_json() == audience.to_json()


@given(objects(plain=True), st.lists(profiles(), min_size=1, max_size=4), st.data())
@settings(max_examples=200, deadline=None)
def test_any_other_spelling_keeps_its_meaning(
    value: dict[str, Any], people: list[dict[str, Any]], data: st.DataObject
) -> None:
    other = respelled(value, data.draw)
    result = decompile(other, name=None, catalog=None, settings=Settings())
    compiled = audience_dsl.compile(result.text).to_dict()
    before, after = (interpreter(each, {}, NOW) for each in (other, compiled))
    for person in people:
        assert before(person) is after(person)
    # Whatever is not as it was has been told.
    assert bool(result.notes) is (json.dumps(compiled, sort_keys=True) != json.dumps(other, sort_keys=True))


@given(filters_of_any_kind())
@settings(max_examples=200, deadline=None)
def test_what_is_taken_comes_back_and_what_is_refused_has_code_and_place(filter: Filter) -> None:
    _taken_or_refused(to_dict(filter))


@given(any_json | spoiled())
@settings(max_examples=400, deadline=None)
def test_of_any_value_only_our_own_errors_come_out(value: Any) -> None:
    _taken_or_refused(value)


def _taken_or_refused(value: Any) -> None:
    try:
        result = decompile(value, name=None, catalog=None, settings=Settings())
    except RequestError as error:
        errors = [each for each in error.diagnostics if each.severity != NOTE]
        assert errors
        for each in errors:
            assert each.code.code[:4] in ("AUD5", "AUD6")
            assert each.pointer is not None
            assert each.help
        return
    compiled = audience_dsl.compile(result.text)
    assert audience_dsl.decompile(compiled.to_dict()) == result.text
    if not result.notes and not any(field in value for field in ("audience", "custom_audience")):
        assert compiled.to_json() == to_json(read(value))


@given(objects(), st.dictionaries(st.sampled_from(["a1", "a2", "a 3", "s1"]), st.sampled_from(["array", "string"])))
@settings(max_examples=100, deadline=None)
def test_a_catalogue_changes_the_words_and_never_the_object(value: dict[str, Any], types: dict[str, str]) -> None:
    result = decompile(value, name=None, catalog=Catalog.of_types(types), settings=Settings())
    assert audience_dsl.compile(result.text).to_dict() == value


# --- Against the formatter: texts without sugar, `not`, parameters, definitions and datetimes without offset ---

_SUGAR = re.compile(
    r" between | in the |(starts?|ends?) with|contains? |includes all| weeks? "
    r"|^(push|email) (not )?in|^(n[12]|`n 3`) (not )?in|^last_used_app .* days ago"
)


def _is_plain(tree: Any) -> bool:
    if isinstance(tree, tuple):
        return tree[0] != "not" and all(map(_is_plain, tree[1]))
    return _SUGAR.search(tree) is None


def _in_its_words(tree: Any) -> str:
    """The text, with a list on an array in the words for arrays, and no group inside one of its kind."""
    if isinstance(tree, tuple):
        joined, members = tree
        flat = [
            inner
            for each in members
            for inner in (each[1] if isinstance(each, tuple) and each[0] == joined else [each])
        ]
        if flat != members:
            return _in_its_words((joined, flat))
        return f" {joined} ".join(f"({_in_its_words(each)})" for each in members)
    text: str = tree
    if text.startswith(("a1", "a2", "`a 3`")):
        text = text.replace(" not in [", " includes none of [").replace(" in [", " includes any of [")
    return text


@given(expressions().filter(_is_plain))
@settings(max_examples=200, deadline=None)
def test_of_a_plain_text_it_makes_what_the_formatter_makes(tree: Any) -> None:
    text = _in_its_words(tree)
    catalog = dict.fromkeys(["a1", "a2", "a 3"], "array")
    emitted = audience_dsl.compile(text).to_dict()
    assert audience_dsl.decompile(emitted, catalog=catalog) == format_source(Source(text))


@given(objects())
@settings(max_examples=200, deadline=None)
def test_what_it_makes_is_formatted(value: dict[str, Any]) -> None:
    text = audience_dsl.decompile(value)
    assert format_source(Source(text)) == text
