"""The conformance cases of `tests/cases/`: a text, and the connected audience or the diagnostics that come of it."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import audience_dsl
from audience_dsl import BindError, CompileError, Limits, Settings

CASES = Path(__file__).parents[1] / "cases"
KEYS = {
    *("name", "text", "settings", "params", "now", "choose", "catalog", "files"),
    *("json", "errors", "bind", "warnings", "help"),
}


def load() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*.toml")):
        names: set[str] = set()
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            assert set(case) <= KEYS, f"{file.name}: {case['name']} has an unknown key"
            assert case["name"] not in names, f"{file.name}: {case['name']} stands twice"
            assert sum(key in case for key in ("json", "errors", "bind")) == 1, f"{file.name}: {case['name']}"
            names.add(case["name"])
            found.append(pytest.param(case, id=f"{file.stem}: {case['name']}"))
    return found


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
        catalog=case.get("catalog"),
        base_path=root if "files" in case else None,
        settings=Settings(**given),
    )


def places(diagnostics: tuple[audience_dsl.Diagnostic, ...], severity: str) -> list[list[object]]:
    found: list[list[object]] = []
    for each in diagnostics:
        if each.severity == severity:
            assert each.source is not None
            assert each.span is not None
            position = each.source.position(each.span.start)
            found.append([each.code.code, position.line, position.column])
    return found


@pytest.mark.parametrize("case", load())
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
