"""Laws of decompiling: the text says what the object said, and nothing but our own errors comes out."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import audience_dsl
from audience_dsl import CompileError, RequestError, Settings
from audience_dsl.audience.emit import to_dict, to_json
from audience_dsl.audience.read import read
from audience_dsl.catalog import Catalog
from audience_dsl.decompiler import decompile
from audience_dsl.diagnostics import NOTE
from audience_dsl.filters import Filter
from audience_dsl.node import Node
from audience_dsl.source import Source
from audience_dsl.syntax import tree
from audience_dsl.syntax.formatter import format_source
from audience_dsl.syntax.literals import has_offset
from audience_dsl.syntax.parser import parse
from tests.laws.interpreter import interpreter
from tests.laws.objects import any_json, objects, respelled, spoiled
from tests.laws.strategies import NOW, expressions, filters_of_any_kind, profiles
from tests.laws.test_meaning import negated_app, spelled
from tests.syntax.formatter.texts import spelled_expressions


@given(objects(), st.sampled_from([None, "x", "Audience-2"]))
@settings(max_examples=300, deadline=None)
def test_compiling_undoes_it_on_every_canonical_object(value: dict[str, Any], name: str | None) -> None:
    result = decompile(value, name=name, catalog=None, settings=Settings())
    assert json.dumps(audience_dsl.compile(result.text).to_dict()) == json.dumps(value)
    assert result.notes == []


@given(expressions())
@settings(max_examples=200, deadline=None)
def test_compiling_undoes_it_on_all_that_it_has_made(expression: Any) -> None:
    if negated_app(expression):
        return
    audience = audience_dsl.compile(spelled(expression), now=NOW)
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

_SUGAR = (tree.Not, tree.Reference, tree.Parameter, tree.Within, tree.Between, tree.Contains)


def _nodes(root: Any) -> Iterator[Any]:
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Node):
            yield node
            pending += [getattr(node, name) for name in node._fields]
        elif isinstance(node, list):
            pending += node


def _is_sugar(node: Any, arrays: Collection[str]) -> bool:
    if isinstance(node, (tree.Ago, tree.At)) and isinstance(node.subject, tree.LastUsedApp):
        return isinstance(node, tree.Ago)
    if isinstance(node, tree.Ago):
        return node.unit.name.lower().startswith("week")
    if isinstance(node, tree.In) and isinstance(node.values, tree.ListValue):
        # On numbers there are no lists, and lists on arrays have words of their own.
        numbers = any(isinstance(item, tree.Number) for item in node.values.items)
        return numbers or (isinstance(node.subject, tree.Attribute) and node.subject.name in arrays)
    if isinstance(node, tree.Includes):
        return node.quantifier == "all"
    if isinstance(node, tree.ChannelStatus):
        return len(node.statuses) > 1
    if isinstance(node, tree.Instant):
        return not has_offset(node.value)
    return isinstance(node, _SUGAR)


def _is_plain(text: str) -> bool:
    """Whether a text has no sugar, and can be compiled. An escape beyond ASCII is to be seen, and not in the JSON."""
    parsed = parse(text)
    if (
        parsed.diagnostics
        or "\\u" in text
        or any(_is_sugar(node, _arrays(parsed.tree)) for node in _nodes(parsed.tree))
    ):
        return False
    try:
        audience_dsl.compile(text)
    except CompileError:
        return False
    return True


def _arrays(root: Any) -> set[str]:
    named = (node.subject for node in _nodes(root) if isinstance(node, tree.Includes))
    return {subject.name for subject in named if isinstance(subject, tree.Attribute)}


@given(spelled_expressions(_is_plain).filter(_is_plain))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_of_a_plain_text_it_makes_what_the_formatter_makes(text: str) -> None:
    catalog = dict.fromkeys(_arrays(parse(text).tree), "array")
    emitted = audience_dsl.compile(text).to_dict()
    assert audience_dsl.decompile(emitted, catalog=catalog) == format_source(Source(text))


@given(objects())
@settings(max_examples=200, deadline=None)
def test_what_it_makes_is_formatted(value: dict[str, Any]) -> None:
    text = audience_dsl.decompile(value)
    assert format_source(Source(text)) == text
