"""A baseline knows what was there before, wherever it stands now, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_dsl import ConfigurationError
from audience_dsl.checking import check_source
from audience_dsl.diagnostics import Diagnostic
from audience_dsl.lint import Baseline, Known
from audience_dsl.settings import Settings
from audience_dsl.source import Source

OLD = "age < 18 and email is subscribed and points == 0\n"


def found_in(text: str, name: str = "old/one.audience") -> list[Diagnostic]:
    return check_source(Source(text, name), path=None, base_path=None, settings=Settings())


def codes(found: list[Diagnostic]) -> list[str]:
    return sorted(each.code.code for each in found)


def test_what_was_there_is_known_wherever_it_stands() -> None:
    baseline = Baseline.of(found_in(OLD))
    moved = "# a line above\npoints == 0\n  and age   <  18\n  and email is subscribed\n"
    new, known, stale = baseline.split(found_in(moved))
    assert (codes(new), codes(known), stale) == ([], ["AUD310", "AUD310", "AUD317"], [])


def test_what_is_new_is_told_and_what_is_gone() -> None:
    baseline = Baseline.of(found_in(OLD))
    new, known, stale = baseline.split(found_in("age < 18 and age < 18 and email is subscribed and push is subscribed"))
    assert codes(new) == ["AUD317", "AUD343"]
    assert codes(known) == ["AUD310", "AUD317"]
    assert stale == [Known("old/one.audience", "AUD310", "points == 0", 1)]


def test_the_same_text_twice_is_counted() -> None:
    twice = "audience a = email is subscribed\naudience b = email is subscribed\n"
    baseline = Baseline.of(found_in(twice))
    assert [(each.code, each.count) for each in baseline.known] == [("AUD317", 2)]
    thrice = f"{twice}audience c = email is subscribed\n"
    new, known, stale = baseline.split(found_in(thrice))
    assert (len(new), len(known), stale) == (1, 2, [])


def test_another_file_is_another_place() -> None:
    new, known, stale = Baseline.of(found_in(OLD)).split(found_in(OLD, "new/one.audience"))
    assert (len(new), len(known), len(stale)) == (3, 0, 3)


def test_an_error_is_never_known() -> None:
    found = found_in("n == null and age < 18 and a matches /(/")
    new, known, _ = Baseline.of(found).split(found)
    assert codes(new) == ["AUD205"]
    assert codes(known) == ["AUD310", "AUD314"]


FILES = st.sampled_from(["a.audience", "b/c.audience", 'odd "name".audience', "ü"])
KNOWN = st.builds(Known, FILES, st.sampled_from(["AUD310", "AUD016"]), st.text(max_size=5), st.integers(1, 3))


@given(st.lists(KNOWN, max_size=6))
def test_reading_undoes_writing(known: list[Known]) -> None:
    baseline = Baseline(known)
    text = baseline.write()
    assert json.loads(text)["version"] == 1
    again = Baseline.read(text, "b.json")
    assert again.known == baseline.known
    assert again.write() == text
    assert Baseline(reversed(known)).write() == text


ENTRY = {"file": "a", "code": "AUD310", "text": "x", "count": 1}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "has not the version 1"),
        ('{"version": 2, "findings": []}', "has not the version 1"),
        ('{"version": 1}', "has other keys"),
        ('{"version": 1, "findings": {}}', "has other keys"),
        ({**ENTRY, "line": 3}, "has an entry with other keys"),
        ({"file": "a"}, "has an entry with other keys"),
        ("entry", "has an entry with other keys"),
        ({**ENTRY, "count": True}, "`count` is no whole number"),
        ({**ENTRY, "count": 0}, "less than 1"),
        ({**ENTRY, "text": 5}, "`text` is no text"),
    ],
)
def test_files_that_are_no_baseline(content: Any, fault: str) -> None:
    entries = isinstance(content, dict) or content == "entry"
    text = json.dumps({"version": 1, "findings": [content]}) if entries else content
    with pytest.raises(ConfigurationError, match=fault) as raised:
        Baseline.read(text, "old.json")
    assert "`old.json`" in raised.value.message
