"""Few false alarms: on ninety ordinary rules of CRM teams, and on the examples, one in ten warns at most."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import audience_dsl

from .finding import catalog_of, find

ROOT = Path(__file__).parents[2]
# By someone who then wrote rules, and by someone who had not seen them.
COLLECTIONS = {
    name: tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))["rule"]
    for name in ("ordinary.toml", "ordinary_trades.toml")
}
ORDINARY = [rule for rules in COLLECTIONS.values() for rule in rules]
EXAMPLES = sorted((ROOT / "examples").rglob("*.audience"))


@pytest.mark.parametrize("rule", ORDINARY, ids=[rule["name"] for rule in ORDINARY])
def test_an_ordinary_rule_warns_only_where_that_is_right(rule: dict[str, Any]) -> None:
    found = find(rule["text"], catalog_of(rule.get("catalog")))
    assert sorted(finding.code.code for finding in found) == rule.get("warns", [])


@pytest.mark.parametrize(("name", "count"), [("ordinary.toml", 30), ("ordinary_trades.toml", 60)])
def test_one_in_ten_warns_at_most(name: str, count: int) -> None:
    rules = COLLECTIONS[name]
    assert len(rules) == count
    assert 10 * sum(bool(rule.get("warns")) for rule in rules) <= count


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_no_example_warns(path: Path) -> None:
    root = ROOT / "examples"
    text = path.read_text(encoding="utf-8")
    assert audience_dsl.check(text, filename=path.relative_to(root), base_path=root) == []
