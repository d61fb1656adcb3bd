"""`audience rule`: every code has something to say for itself."""

import json
from pathlib import Path

import pytest

from audience_dsl.diagnostics import CODES
from audience_dsl.lint import RULES
from audience_dsl.report.explanations import explanation, shortened

from .support import run


@pytest.mark.parametrize("slug", CODES)
def test_every_code_is_explained(slug: str) -> None:
    explained = explanation(CODES[slug])
    assert explained.why
    assert "](" not in explained.why
    assert "```" not in explained.why


@pytest.mark.parametrize("slug", RULES)
def test_lint_rules_explain_themselves(slug: str) -> None:
    rule = RULES[slug]
    out = run("rule", rule.code.code).out
    for text in (rule.bad, rule.good):
        for line in shortened(text).splitlines():
            assert f"    {line}".rstrip() in out
    assert max(map(len, out.splitlines())) < 120
    assert f"({rule.severity})" in out
    assert ("--fix" in out) == (rule.fix is not None)


@pytest.mark.parametrize("words", ["AUD016", "aud016", "mixed-connectives", "[AUD016]", "Mixed-Connectives"])
def test_by_code_or_name(words: str) -> None:
    done = run("rule", words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("AUD016 mixed-connectives (warning)\n")
    assert '    plan == "gold" or plan == "silver" and ' in done.out


def test_all_are_listed() -> None:
    done = run("rule")
    assert done.out.count("\n") == len(CODES)
    assert "AUD006  single-equals " in done.out
    assert run("rule", "--all").out.count("\n\n") > len(CODES)


def test_a_long_example_is_shown_in_short_and_kept_whole() -> None:
    assert '    shop in ["s0", "s1", ' in run("rule", "AUD325").out
    assert '    note == "xxx' in run("rule", "AUD324").out
    (rule,) = json.loads(run("rule", "AUD325", "--output-format", "json").out)["rules"]
    assert rule["bad"].count('"s') == 257


def test_as_json() -> None:
    (rule,) = json.loads(run("rule", "AUD006", "--output-format", "json").out)["rules"]
    assert (rule["code"], rule["severity"], rule["bad"]) == ("AUD006", "error", 'plan = "gold"\n')
    every = json.loads(run("rule", "--output-format", "json").out)["rules"]
    assert {each["name"] for each in every} == set(CODES)


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("single-equal", "did you mean `single-equals`?"),
        ("AUD999", "`audience rule` lists them all"),
        ("x" * 10_000, "`audience rule` lists them all"),
        ("\x1b[31m", "`audience rule` lists them all"),
    ],
)
def test_no_such_code(words: str, way: str) -> None:
    done = run("rule", words)
    assert (done.code, done.out) == (2, "")
    assert way in done.err
    assert "\x1b" not in done.err


def test_a_code_beside_all() -> None:
    assert run("rule", "AUD006", "--all").code == 2


def test_nothing_is_read_where_it_runs(here: Path) -> None:
    (here / "docs").mkdir()
    (here / "docs" / "errors.md").write_text("### AUD006 single-equals\n\nAnother page.\n", encoding="utf-8")
    assert "Another page" not in run("rule", "AUD006").out
