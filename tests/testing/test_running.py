"""What becomes of cases: verdicts with their reasons, files of users, and coverage."""

from pathlib import Path

import pytest

from audience_dsl.testing import Coverage, FileResult, coverage_of, run_file

AUDIENCE = 'a == 1 and (b == "x" or push is opted_in) and not (n between 1 and 5)'


def run(folder: Path, text: str, audience: str = AUDIENCE, coverage: Coverage | None = None) -> FileResult:
    (folder / "x.audience").write_text(audience, encoding="utf-8")
    (folder / "x.test.toml").write_text(text, encoding="utf-8")
    result = run_file(folder / "x.test.toml", coverage=coverage)
    assert result.findings == []
    return result


def test_a_failure_is_explained_clause_by_clause(tmp_path: Path) -> None:
    result = run(tmp_path, '[[case]]\nmatch = true\nprofile = { a = "1", b = "y", n = 3 }')
    (failure,) = result.results[0].failures
    assert failure.wanted
    assert [(each.clause.text, each.selected, each.reason, each.value) for each in failure.clauses] == [
        ("a == 1", False, "other type", "1"),
        ('b == "x"', False, "failed", "y"),
        ("push is opted_in", False, "failed", "subscribed"),
        ("not (n between 1 and 5)", False, "failed", 3),
    ]
    assert failure.clauses[1].place.endswith("x.audience:1:13")
    assert result.summary.endswith("0 passed, 1 failed; `case 1`")


USERS = '{"id": "u1", "a": 1, "push": "opted_in"}\n{"id": "u2", "a": 2}\n{"id": "u3"}\n'


@pytest.mark.parametrize(
    ("users", "wanted", "checked", "wrong", "problems"),
    [
        (USERS, 'match = ["u1"]', 1, [], []),
        (USERS, 'match = ["u1"]\nno_match = ["u2"]', 2, [], []),
        (USERS, 'match = ["u1"]\nno_match = "the rest"', 3, [], []),
        (USERS, 'match = "the rest"\nno_match = ["u1"]', 3, ["u1", "u2", "u3"], []),
        (USERS, 'match = ["u2"]', 1, ["u2"], []),
        (USERS, 'match = ["u9"]', 0, [], ["`users.jsonl` has no user `u9`"]),
        (USERS + '{"id": "u1"}\n', 'match = ["u1"]', 2, ["u1"], ["`users.jsonl` has 2 users `u1`"]),
        ("", 'no_match = "the rest"', 0, [], ["`users.jsonl` has no profile"]),
    ],
)
def test_users_from_a_file(
    tmp_path: Path, users: str, wanted: str, checked: int, wrong: list[str], problems: list[str]
) -> None:
    (tmp_path / "users.jsonl").write_text(users, encoding="utf-8")
    (result,) = run(tmp_path, f'[[case]]\nprofiles = "users.jsonl"\n{wanted}').results
    assert result.checked == checked
    assert [failure.id for failure in result.failures] == wrong
    assert result.problems == problems
    assert result.passed is not (wrong or problems != [])


def test_users_that_cannot_be_read_are_named_and_counted(tmp_path: Path) -> None:
    (tmp_path / "users.jsonl").write_text(USERS + "{\n" * 25, encoding="utf-8")
    (result,) = run(tmp_path, '[[case]]\nprofiles = "users.jsonl"\nmatch = ["u1"]').results
    assert not result.passed
    assert "users.jsonl:4" in result.problems[0]
    assert result.problems[-1] == "5 more profiles of `users.jsonl` cannot be read"


def test_a_file_of_users_that_is_not_there(tmp_path: Path) -> None:
    (result,) = run(tmp_path, '[[case]]\nprofiles = "gone.jsonl"\nmatch = ["u1"]').results
    assert not result.passed
    assert "there is no file" in result.problems[0]


def test_a_regex_that_takes_too_long_fails_its_case(tmp_path: Path) -> None:
    text = f'[[case]]\nmatch = true\nprofile = {{ a = "{"a" * 60}!" }}'
    (result,) = run(tmp_path, text, "a matches /^(a|aa)+$/").results
    assert not result.passed
    assert "took longer" in (result.failures[0].message or "")


def test_a_regex_that_cannot_be_run_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "x.audience").write_text(r"plan matches /\p{Lu}old/", encoding="utf-8")
    (tmp_path / "x.test.toml").write_text("[[case]]\nmatch = true\nprofile = {}", encoding="utf-8")
    result = run_file(tmp_path / "x.test.toml")
    assert [each.code.code for each in result.findings] == ["AUD902"]


def seen(coverage: Coverage) -> list[tuple[str, bool, bool]]:
    return [(each.text, each.seen_true, each.seen_false) for each in coverage.clauses]


def test_coverage_of_clauses(tmp_path: Path) -> None:
    coverage = Coverage()
    case = "[[case]]\nmatch = {}\nprofile = {{ {} }}\n"
    run(tmp_path, case.format("true", 'a = 1, b = "x"') + case.format("false", "a = 2"), coverage=coverage)
    assert seen(coverage) == [
        ("a == 1", True, True),
        ('b == "x"', True, True),
        ("push is opted_in", False, True),
        ("not (n between 1 and 5)", True, False),
    ]
    assert not coverage.complete


MODULE = """
param $city: string
param $cities: list of number
let here = city == $city
audience one = here and a == 1
audience two = here and n in $cities
audience three = here and last_used_app less than 3 days ago
"""


def test_a_shared_clause_counts_once_and_audiences_without_a_case_are_named(tmp_path: Path) -> None:
    coverage = Coverage()
    text = '[[case]]\naudience = "one"\nparams.city = "H"\nmatch = true\nprofile = { city = "H", a = 1 }'
    run(tmp_path, text, MODULE, coverage)
    assert seen(coverage) == [
        ("city == $city", True, False),
        ("a == 1", True, False),
        ("n in $cities", False, False),
        ("last_used_app less than 3 days ago", False, False),
    ]
    assert coverage.untested == ["two", "three"]


def test_coverage_of_a_file_without_tests(tmp_path: Path) -> None:
    (tmp_path / "x.audience").write_text(MODULE, encoding="utf-8")
    coverage, findings = coverage_of(tmp_path / "x.audience")
    assert findings == []
    assert coverage.untested == ["one", "two", "three"]
    assert len(coverage.clauses) == 4
    coverage, findings = coverage_of(tmp_path / "gone.audience")
    assert coverage.clauses == []
    assert len(findings) == 1


def test_a_wide_filter_is_quick(tmp_path: Path) -> None:
    coverage = Coverage()
    audience = " or ".join(f"n == {number}" for number in range(20_000))
    result = run(tmp_path, "[[case]]\nmatch = true\nprofile = { n = 19999 }", audience, coverage)
    assert result.passed
    assert len(coverage.clauses) == 20_000
