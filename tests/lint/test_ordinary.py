"""Few false alarms: on thirty ordinary rules of CRM teams, and on the examples, one in ten warns at most."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import audience_dsl

from .finding import find

ROOT = Path(__file__).parents[2]
ORDINARY = tomllib.loads((Path(__file__).parent / "ordinary.toml").read_text(encoding="utf-8"))["rule"]
EXAMPLES = sorted((ROOT / "examples").rglob("*.audience"))


@pytest.mark.parametrize("rule", ORDINARY, ids=[rule["name"] for rule in ORDINARY])
def test_an_ordinary_rule_warns_only_where_that_is_right(rule: dict[str, Any]) -> None:
    assert sorted(finding.code.code for finding in find(rule["text"])) == rule.get("warns", [])


def test_one_in_ten_warns_at_most() -> None:
    assert len(ORDINARY) == 30
    assert 10 * sum(bool(rule.get("warns")) for rule in ORDINARY) <= len(ORDINARY)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_no_example_warns(path: Path) -> None:
    root = ROOT / "examples"
    text = path.read_text(encoding="utf-8")
    assert audience_dsl.check(text, filename=path.relative_to(root), base_path=root) == []
