"""What the rules find, case by case, and what their fixes write: `cases.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from audience_dsl import Settings

from .finding import catalog_of, find, shown

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_found(case: dict[str, Any]) -> None:
    assert set(case) <= {"name", "text", "catalog", "settings", "finds", "fixed", "no_fix"}
    found = find(case["text"], catalog_of(case.get("catalog")), Settings(**case.get("settings", {})))
    assert sorted(map(shown, found)) == sorted(case["finds"])
    if "fixed" in case:
        fix = next(each.fix for each in sorted(found, key=lambda each: each.span.start if each.span else 0) if each.fix)
        assert fix.apply(case["text"]) == case["fixed"]
    assert not case.get("no_fix") or not any(each.fix for each in found)
