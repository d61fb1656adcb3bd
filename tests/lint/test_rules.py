"""The law of every rule: its bad text has its finding alone, its good text none, and its fix makes one of the other."""

import json
import re
from pathlib import Path

import pytest

from audience_dsl.api import analyse
from audience_dsl.diagnostics import CODES, ERROR, NOTE, WARNING, Diagnostic
from audience_dsl.lint import RULES, Rule

from .finding import find

ALL = list(RULES.values())
FIXED = [rule for rule in ALL if rule.fix]


def name_of(rule: Rule) -> str:
    return f"{rule.code.code}-{rule.code.slug}"


def found_by(rule: Rule, text: str) -> list[Diagnostic]:
    return find(text, rule.catalog)


def compiled(rule: Rule, text: str) -> dict[str, str]:
    analysis = analyse(text, catalog=None if not rule.catalog else {each.name: each.type for each in rule.catalog})
    return {name: analysis.audience(name or None).to_json() for name in analysis.names}


def test_every_lint_code_has_a_rule_and_every_warning_of_the_compiler() -> None:
    ours = {slug for slug, code in CODES.items() if re.fullmatch("AUD3[1-9][0-9]", code.code)}
    assert ours <= set(RULES)
    assert [rule.code.code for rule in ALL] == sorted(rule.code.code for rule in ALL)
    compiler = Path(__file__).parents[2] / "audience_dsl"
    warned = set()
    for file in [*(compiler / "compiler").glob("*.py"), *(compiler / "syntax").rglob("*.py")]:
        for call in re.findall(r"\(((?:[^()]|\([^()]*\))*?severity=WARNING)", file.read_text(encoding="utf-8")):
            warned |= set(re.findall(r'"([a-z-]+)"', call)) & set(CODES)
    assert warned
    assert warned <= set(RULES)


@pytest.mark.parametrize("rule", ALL, ids=name_of)
def test_what_a_rule_is_made_of(rule: Rule) -> None:
    assert rule.severity in (ERROR, WARNING, NOTE)
    assert rule.why.endswith(".")
    assert rule.bad.endswith("\n")
    assert rule.good.endswith("\n")
    assert rule.bad != rule.good


@pytest.mark.parametrize("rule", ALL, ids=name_of)
def test_the_bad_text_has_this_finding_alone(rule: Rule) -> None:
    (finding,) = found_by(rule, rule.bad)
    assert finding.code is rule.code
    assert finding.severity == rule.severity
    assert (finding.fix is not None) is (rule.fix is not None)
    if finding.fix is not None:
        assert finding.fix.safe is (rule.fix == "safe")


@pytest.mark.parametrize("rule", ALL, ids=name_of)
def test_the_good_text_has_no_finding(rule: Rule) -> None:
    assert found_by(rule, rule.good) == []


@pytest.mark.parametrize("rule", FIXED, ids=name_of)
def test_the_fix_turns_the_bad_text_into_the_good_one(rule: Rule) -> None:
    (finding,) = found_by(rule, rule.bad)
    assert finding.fix is not None
    assert finding.fix.apply(rule.bad) == rule.good


# Safe fixes of these write other JSON, which selects the same users: tests/lint/test_properties.py holds that.
OTHER_JSON = {"regex-capitals", "repeated-value", "duplicate", "redundant"}


@pytest.mark.parametrize("rule", [rule for rule in FIXED if rule.fix == "safe"], ids=name_of)
def test_a_safe_fix_keeps_the_json(rule: Rule) -> None:
    same = compiled(rule, rule.bad) == compiled(rule, rule.good)
    assert same is (rule.code.slug not in OTHER_JSON)


@pytest.mark.parametrize("rule", ALL, ids=name_of)
def test_the_words_of_a_finding(rule: Rule) -> None:
    for finding in found_by(rule, rule.bad):
        message = finding.message
        assert not message.endswith(".")
        assert message[0] in "`'\"/" or message[0].islower() or message.startswith(("Braze", "PCRE"))
        assert message.count("`") % 2 == 0
        json.dumps(message)
