"""The conformance cases of `tests/cases/`: what comes of a text, and whom it selects. README.md there is the format."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import audience_dsl
from audience_dsl import BindError, CompileError, Limits, Settings
from audience_dsl.profiles import ProfileError
from tests.laws.interpreter import Unreadable, interpreter

CASES = Path(__file__).parents[1] / "cases"
PROFILES = ("selects", "leaves_out", "unreadable")
KEYS = {
    *("name", "text", "settings", "params", "now", "choose", "catalog", "files"),
    *("json", "errors", "bind", "warnings", "help", "fixed", "safe"),
    *PROFILES,
}
# For filters in which no `now` plays a part.
ANY_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


def load() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*.toml")):
        names: set[str] = set()
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            assert set(case) <= KEYS, f"{file.name}: {case['name']} has an unknown key"
            assert case["name"] not in names, f"{file.name}: {case['name']} stands twice"
            assert sum(key in case for key in ("json", "errors", "bind")) == 1, f"{file.name}: {case['name']}"
            profiles = [text for key in PROFILES for text in case.get(key, [])]
            assert not profiles or "json" in case, f"{file.name}: {case['name']} has profiles and no audience"
            assert len(profiles) == len(set(profiles)), f"{file.name}: {case['name']} has a profile twice"
            names.add(case["name"])
            found.append(pytest.param(case, id=f"{file.stem}: {case['name']}"))
    return found


ALL = load()


def compile_case(case: dict[str, Any], root: Path) -> audience_dsl.Audience:
    given = dict(case.get("settings", {}))
    if "limits" in given:
        given["limits"] = Limits(**given["limits"])
    for path, text in case.get("files", {}).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return audience_dsl.compile(
        case["text"],
        params=case.get("params"),
        name=case.get("choose"),
        now=case.get("now"),
        catalog=catalog_of(case),
        base_path=root if "files" in case else None,
        settings=Settings(**given),
    )


def catalog_of(case: dict[str, Any]) -> audience_dsl.Catalog | dict[str, str] | None:
    given = case.get("catalog")
    if given is None or all(isinstance(each, str) for each in given.values()):
        return given
    tables = {name: {"type": each} if isinstance(each, str) else each for name, each in given.items()}
    return audience_dsl.Catalog(audience_dsl.CatalogAttribute(name, **each) for name, each in tables.items())


def places(diagnostics: tuple[audience_dsl.Diagnostic, ...], severity: str) -> list[list[object]]:
    found: list[list[object]] = []
    for each in diagnostics:
        if each.severity == severity:
            assert each.source is not None
            assert each.span is not None
            position = each.source.position(each.span.start)
            found.append([each.code.code, position.line, position.column])
    return found


@pytest.mark.parametrize("case", ALL)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    if "bind" in case:
        with pytest.raises(BindError) as bound:
            compile_case(case, tmp_path)
        assert [bound.value.code, bound.value.parameter] == case["bind"]
        assert bound.value.expected
        return
    if "errors" in case:
        with pytest.raises(CompileError) as raised:
            compile_case(case, tmp_path)
        diagnostics = raised.value.diagnostics
        assert places(diagnostics, "error") == case["errors"]
    else:
        audience = compile_case(case, tmp_path)
        diagnostics = audience.warnings
        assert audience.to_json() == case["json"]
        assert json.dumps(audience.to_dict(), ensure_ascii=False, separators=(",", ":")) == case["json"]
    if "warnings" in case:
        assert places(diagnostics, "warning") == case["warnings"]
    if "help" in case:
        assert any(case["help"] in (each.help or "") for each in diagnostics), [each.help for each in diagnostics]
    if "fixed" in case:
        fixes = {each.fix.apply(case["text"]): each.fix.safe for each in diagnostics if each.fix is not None}
        assert case["fixed"] in fixes, fixes
        assert fixes[case["fixed"]] is case.get("safe", False)
        # What a fix makes is right as far as it went: the text parses, and the catalogue has no more to say of it.
        mended = audience_dsl.parse(case["fixed"])
        assert not mended.diagnostics


def by_evaluator(audience: audience_dsl.Audience, profile: Any, now: datetime | None) -> str:
    try:
        selected = audience.matches(profile, now=now)
        assert audience.why(profile, now=now).selected is selected
    except ProfileError:
        return "unreadable"
    return "selects" if selected else "leaves_out"


@pytest.mark.parametrize("case", [each for each in ALL if any(key in each.values[0] for key in PROFILES)])
def test_profiles(case: dict[str, Any], tmp_path: Path) -> None:
    """By the evaluator, and by an interpreter of the expected JSON that shares nothing with it."""
    audience, now = compile_case(case, tmp_path), case.get("now")
    emitted = json.loads(case["json"])
    selects = interpreter(emitted, case.get("settings", {}).get("assume", {}), now or ANY_INSTANT)
    expected, evaluated, interpreted = {}, {}, {}
    for key in PROFILES:
        for text in case.get(key, []):
            expected[text] = key
            evaluated[text] = by_evaluator(audience, json.loads(text), now)
            try:
                interpreted[text] = "selects" if selects(json.loads(text)) else "leaves_out"
            except Unreadable:
                interpreted[text] = "unreadable"
    assert evaluated == expected
    assert interpreted == expected
