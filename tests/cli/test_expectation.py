"""`audience send --profiles --expect --max-age`: nothing is sent to more people than meant, or to fewer."""

import os
import time
from pathlib import Path

import pytest

from .support import Done, files, run

PEOPLE = "".join(f'{{"external_id": "u{n}", "age": {n}, "push": "opted_in"}}\n' for n in range(10))
REQUEST = 'campaign_id = "c"\nbroadcast = true\naudience = { text = "age > 5" }\n'


@pytest.fixture(autouse=True)
def given(here: Path) -> None:
    files(
        here,
        {
            "people.jsonl": PEOPLE,
            "r.toml": REQUEST,
            "nobody.toml": REQUEST.replace("> 5", "> 50"),
            "all.toml": 'campaign_id = "c"\nbroadcast = true\n',
            "bomb.toml": REQUEST.replace('"age > 5"', "'name matches \"^(a|aa)+$\"'"),
            "odd.toml": REQUEST.replace('"age > 5"', "'name matches \"(*ACCEPT)\"'"),
            "some.toml": 'campaign_id = "c"\nrecipients = [{ external_user_id = "u1" }, { external_user_id = "u9" },'
            ' { external_user_id = "gone" }]\naudience = { text = "age > 5" }\n',
            "mail.toml": 'campaign_id = "c"\nrecipients = [{ email = "a@b.example", prioritization = ["identified"] },'
            ' { external_user_id = "u1" }]\n',
        },
    )


def send(request: str, *options: str, profiles: str = "people.jsonl") -> Done:
    return run("send", request, "--sandbox", "--profiles", profiles, *options)


@pytest.mark.parametrize(
    ("request_file", "options", "reason"),
    [
        ("r.toml", ["--expect", "5.."], "about 4 of 10 profiles would be reached, and at least 5 are expected"),
        ("r.toml", ["--expect", "5..100"], "about 4 of 10 profiles would be reached, and at least 5 are expected"),
        ("r.toml", ["--expect", "..3"], "about 4 of 10 profiles would be reached, and at most 3 are expected"),
        ("nobody.toml", [], "nobody would be reached"),
        ("nobody.toml", ["--expect", "0..10"], "nobody would be reached"),
        ("all.toml", ["--expect", "..9"], "about 10 of 10 profiles would be reached, and at most 9 are expected"),
        ("some.toml", ["--expect", "2.."], "about 1 of 3 recipients would be reached, and at least 2 are expected"),
        ("mail.toml", ["--expect", "..1"], "about 1 to 2 of 2 recipients would be reached, and at most 1 are expected"),
    ],
)
def test_a_number_that_was_not_meant_is_refused(request_file: str, options: list[str], reason: str) -> None:
    done = send(request_file, *options)
    assert (done.code, done.out) == (6, "")
    assert f"error[AUD907]: {reason}, and nothing was sent\n" in done.err


@pytest.mark.parametrize(
    ("request_file", "options"),
    [
        ("r.toml", []),
        ("r.toml", ["--expect", "4..4"]),
        ("r.toml", ["--expect", "1..1_000"]),
        ("r.toml", ["--expect", "..50,000", "--max-age", "1h"]),
        ("all.toml", ["--expect", "10.."]),
        ("some.toml", ["--expect", "1..1"]),
        ("mail.toml", ["--expect", "1..2"]),
    ],
)
def test_a_number_that_was_meant_is_sent(request_file: str, options: list[str]) -> None:
    done = send(request_file, *options)
    assert done.code == 0, done.err
    assert done.out.startswith("accepted: ")
    assert "This is an estimate" in done.err


def test_old_profiles_are_refused_before_they_are_counted(here: Path) -> None:
    files(here, {"export/new.jsonl": PEOPLE, "export/old.jsonl": PEOPLE})
    two_days_ago = time.time() - 2.5 * 86_400
    os.utime(here / "export" / "old.jsonl", (two_days_ago, two_days_ago))
    done = send("r.toml", "--max-age", "48h", profiles="export")
    assert (done.code, done.out) == (6, "")
    assert "error[AUD908]: the profiles are 2 days old, of which `--max-age` allows 2 days" in done.err
    assert "would be reached" not in done.err
    assert send("r.toml", "--max-age", "3d", profiles="export").code == 0


def test_a_regex_that_cannot_be_counted_is_refused(here: Path) -> None:
    files(here, {"people.jsonl": '{"external_id": "u", "name": "' + "a" * 60 + '!"}\n'})
    odd = send("odd.toml")
    assert (odd.code, odd.out) == (6, "")
    assert "error[AUD902]: the users cannot be counted, and nothing was sent: " in odd.err
    # DuckDB's engine takes no longer than the text is long, and finds nobody.
    assert "AUD907" in send("bomb.toml").err


def test_what_cannot_be_read_is_named_once(here: Path) -> None:
    files(here, {"people.jsonl": PEOPLE + "no profile\n"})
    assert send("r.toml").err.count("people.jsonl:11: ") == 1
    done = run("send", "r.toml", "--instance", "EU-01", "--profiles", "people.jsonl", "--expect", "5..", env=_KEY)
    assert done.code == 6
    assert done.err.count("people.jsonl:11: ") == 1
    assert "1 profile cannot be read, and is not counted" in done.err


_KEY = {"BRAZE_API_KEY": "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"}


@pytest.mark.parametrize(
    "options",
    [
        ["--expect", "5"],
        ["--expect", ".."],
        ["--expect", "5..1"],
        ["--expect", "a..b"],
        ["--expect", "-1..5"],
        ["--max-age", "2"],
        ["--max-age", "2w"],
        ["--max-age", "soon"],
    ],
)
def test_what_says_nothing_is_a_fault_of_usage(options: list[str]) -> None:
    done = send("r.toml", *options)
    assert (done.code, done.out) == (2, "")
    assert f"`{' '.join(options)}` is" in done.err
    assert "help: write" in done.err


@pytest.mark.parametrize("options", [["--expect", "1.."], ["--max-age", "1d"]])
def test_without_profiles_there_is_nothing_to_count(options: list[str]) -> None:
    done = run("send", "r.toml", "--sandbox", *options)
    assert done.code == 2
    assert f"`{options[0]}` is given, and there are no profiles to count" in done.err


def test_no_such_file() -> None:
    done = send("r.toml", profiles="poeple.jsonl")
    assert (done.code, done.out) == (2, "")
    assert "did you mean `people.jsonl`?" in done.err
