"""Regexes made to hurt: read or refused in time, and stopped at their limit when they run."""

import contextlib
import pickle
import time

import pytest

from audience_dsl.regexes import ENGINES, RegexError, RegexTimeoutError, matcher, render

HOSTILE = {
    "opened": "(" * 16_000,
    "nested": "(" * 16_000 + ")" * 16_000,
    "repeats of repeats": "((a{1000}){1000}){1000}",
    "repeated alternatives": "(?:(?:a|b){400}){600}",
    "digits": "a{" + "9" * 30_000 + "}",
    "a long number": "\\" + "9" * 30_000,
    "a long code": "\\x{" + "1" * 30_000 + "}",
    "classes never closed": "[[:" * 10_000,
    "other classes": "[[:[[." * 5_000,
    "comments": "(?#" * 10_000,
    "braces": "{ " * 16_000,
    "alternatives": "a|" * 16_000,
    "letters": "é" * 32_764,
    "wide ranges": "".join(f"[{chr(0x100 + i)}-{chr(0x3000 + i)}]" for i in range(5_000)),
    "names": "".join(f"(?<n{i}>)" for i in range(3_000)),
    "too long": "a" * 40_000,
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", HOSTILE)
def test_reading_takes_time_in_proportion(name: str, engine: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(RegexError):
        render(HOSTILE[name], engine)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("pattern", ["(?:" * 249 + "a|b" + ")*" * 249, "(?<=a" * 250 + ")" * 250])
def test_what_is_too_deep_for_python_is_refused(pattern: str) -> None:
    with pytest.raises(RegexError, match="nested deeper than Python can read"):
        matcher(pattern, timeout=1)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "(a|aa)+$", "((((a*)*)*)*)*b", "(?=(a+)+b)", "(a?){100}a{100}x"]
)
def test_what_explodes_ends_within_its_limit(pattern: str) -> None:
    value = "a" * 5_000 + "!secret"
    search = matcher(pattern, timeout=0.05)
    began = time.monotonic()
    with pytest.raises(RegexTimeoutError) as raised:
        search(value)
    assert time.monotonic() - began < 5
    error = raised.value
    assert error.message == f"the regex `{pattern}` took longer than 0.05 s on one value"
    assert error.code == "AUD903"
    assert "secret" not in str(error)
    assert error.__cause__ is None
    assert pickle.loads(pickle.dumps(error)).message == error.message
