"""Tests of audiences: cases beside the audience say who must and who must not match, and are run by the evaluator.

    from audience_dsl.testing import run_file

    result = run_file("winback.test.toml")
    assert result.passed, result.summary

docs/testing.md has the form of the files.
"""

from .cases import Case, CaseFile, audience_of
from .coverage import ClauseCoverage, Coverage
from .reading import read_cases
from .running import CaseResult, CheckResult, ClauseVerdict, FileResult, coverage_of, run_cases, run_file

__all__ = [
    "Case",
    "CaseFile",
    "CaseResult",
    "CheckResult",
    "ClauseCoverage",
    "ClauseVerdict",
    "Coverage",
    "FileResult",
    "audience_of",
    "coverage_of",
    "read_cases",
    "run_cases",
    "run_file",
]
