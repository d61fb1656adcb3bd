"""Objects to texts, and what is refused, both as data; sizes, the library, and names."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import audience_dsl
from audience_dsl import Catalog, ConfigurationError, Limits, RequestError, Settings
from audience_dsl.decompiler import can_be_defined, decompile
from audience_dsl.diagnostics import ERROR, NOTE, Diagnostic
from audience_dsl.filters import Or
from audience_dsl.source import Source
from audience_dsl.syntax.formatter import format_source
from tests.laws.strategies import SOFT_WORDS

HERE = Path(__file__).parent
PUSH: dict[str, Any] = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))["case"]
    return found


def attribute(comparison: str, *value: Any, name: str = "a") -> dict[str, Any]:
    content = {"custom_attribute_name": name, "comparison": comparison}
    return {"custom_attribute": content | ({"value": value[0]} if value else {})}


def placed(findings: Any) -> list[str]:
    return [f"{each.code.code} {each.pointer}" for each in findings]


def refused(value: Any, **given: Any) -> list[Diagnostic]:
    with pytest.raises(RequestError) as raised:
        decompile(value, name=None, catalog=None, settings=Settings(**given))
    return [each for each in raised.value.diagnostics if each.severity == ERROR]


@pytest.mark.parametrize("case", cases("texts.toml"), ids=lambda case: case["name"])
def test_texts(case: dict[str, Any]) -> None:
    settings = Settings(time_zone=case.get("time_zone", "UTC"))
    catalog = Catalog.of_types(case["catalog"]) if "catalog" in case else None
    value = json.loads(case["json"])
    if "refused" in case:
        assert placed(refused(value)) == case["refused"]
        return
    result = decompile(value, name=None, catalog=catalog, settings=settings)
    assert result.text == format_source(Source(case["text"]))
    assert sorted(placed(result.notes)) == sorted(case.get("notes", []))
    assert {each.severity for each in result.notes} <= {NOTE}
    module = decompile(value, name="x", catalog=catalog, settings=settings).text
    assert module.startswith("audience x =")
    one, other = (audience_dsl.compile(text, settings=settings) for text in (result.text, module))
    assert one == other
    if not case.get("notes"):
        assert one.to_dict() == (value.get("audience") or value.get("custom_audience") or value)


@pytest.mark.parametrize("case", cases("refusals.toml"), ids=lambda case: case["json"][:70])
def test_refusals(case: dict[str, Any]) -> None:
    text = re.sub(r'(?<!")a\(([^()]*)\)', r'{"custom_attribute": {"custom_attribute_name": "a", \1}}', case["json"])
    value = json.loads(text.replace("CLAUSE", json.dumps(PUSH)))
    given = {"time_zone": case["time_zone"]} if "time_zone" in case else {}
    found = refused(value, **given)
    assert sorted(placed(found)) == sorted(case["found"])
    first = next(each for each in found if placed([each]) == case["found"][:1])
    assert case["words"] in f"{first.message} {first.help}"
    for each in found:
        assert each.help
        assert not each.message.endswith(".")


def test_the_notes_stand_beside_the_errors() -> None:
    value = {"AND": [attribute("does_not_equal", True), attribute("equals", "x"), {"OR": []}]}
    with pytest.raises(RequestError) as raised:
        audience_dsl.decompile(value)
    assert sorted(placed(raised.value.diagnostics)) == [
        "AUD605 /AND/2/OR",
        "AUD607 /AND/1/custom_attribute/custom_attribute_name",
        "AUD613 /AND/0/custom_attribute/comparison",
    ]


def test_an_old_word_stays_an_error_for_whoever_sends_it() -> None:
    value = attribute("does_not_equal", True)
    assert audience_dsl.decompile(value) == "a is not true\n"
    assert value == attribute("does_not_equal", True)
    with pytest.raises(RequestError, match="AUD603"):
        audience_dsl.Audience.from_dict(value)


# --- Sizes ---


def test_deep_and_wide() -> None:
    deep: dict[str, Any] = attribute("exists")
    for kind in ["AND", "OR"] * 32:
        deep = {kind: [deep, PUSH]}
    assert audience_dsl.compile(audience_dsl.decompile(deep)).to_dict() == deep
    assert {each.code.code for each in refused({"AND": [deep]})} == {"AUD606"}
    wide = {"OR": [attribute("equals", n) for n in range(20_000)]}
    assert audience_dsl.compile(audience_dsl.decompile(wide)).to_dict() == wide


def test_what_is_nested_beyond_any_limit() -> None:
    value: Any = {}
    for _ in range(100_000):
        value = {"AND": [value]}
    assert {each.code.code for each in refused(value)} == {"AUD606"}
    while value:  # freed level by level, not by recursion
        value = value["AND"][0]


def test_limits() -> None:
    two = {"audience": {"AND": [PUSH, attribute("includes_value", ["x", "y"])]}}
    assert placed(refused(two, limits=Limits(clauses=2))) == ["AUD502 /audience"]
    listed = {"AND": [PUSH, attribute("is_any_of", ["x", "y"])]}
    assert placed(refused(listed, limits=Limits(list_items=1))) == ["AUD504 /AND/1/custom_attribute/value"]
    assert placed(refused(PUSH, limits=Limits(source=10))) == ["AUD501 "]
    # Each text of the list would be written with the name; that is seen before it is done.
    many = {"audience": attribute("includes_value", [str(n) for n in range(50_000)], name="n" * 1_000_000)}
    assert placed(refused(many)) == ["AUD501 /audience"]


def test_notes_end_somewhere() -> None:
    value = {"AND": [{"AND": [PUSH]} for _ in range(5_000)]}
    result = decompile(value, name=None, catalog=None, settings=Settings())
    assert 0 < len(result.notes) <= 1_000


# --- The library, and names ---


def test_in_the_library() -> None:
    audience = audience_dsl.compile('plan in ["gold"] and not (age > 21)')
    text = audience_dsl.decompile(audience.to_dict())
    assert text == 'plan in ["gold"] and (age <= 21 or age does not exist)\n'
    assert audience_dsl.compile(text) == audience
    assert isinstance(audience.filter.operands[1], Or)  # type: ignore[union-attr]
    assert audience_dsl.decompile(attribute("is_any_of", ["x"]), catalog={"a": "array"}) == 'a includes any of ["x"]\n'
    assert audience_dsl.decompile(PUSH, name="warm") == "audience warm = push is opted_in\n"
    berlin = Settings(time_zone="Europe/Berlin")
    assert "+0100" in audience_dsl.decompile(attribute("after", "2026-01-01T00:00:00"), settings=berlin)
    with pytest.raises(ConfigurationError, match="boolean"):
        audience_dsl.decompile(PUSH, catalog={"a": "list"})


@pytest.mark.parametrize("name", [*SOFT_WORDS, "push", "in", "IS", "a", "a-1", "_", "1a", "a b", "a.b", "", "é", "`a`"])
def test_a_name_is_taken_where_it_compiles(name: str) -> None:
    text = f"audience {name} = push is opted_in"
    try:
        right = audience_dsl.compile(text).to_dict() == PUSH
    except audience_dsl.CompileError:
        right = False
    assert can_be_defined(name) is right
    if right:
        assert audience_dsl.compile(audience_dsl.decompile(PUSH, name=name), name=name).to_dict() == PUSH
    else:
        with pytest.raises(ConfigurationError, match="name"):
            audience_dsl.decompile(PUSH, name=name)
