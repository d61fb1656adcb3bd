"""`audience plan`: what is to be sent, written down, and shown to whoever approves it."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.plans import Plan, make_plan, read_plan
from audience_dsl.sender import build_request

from .support import Done, files, run

STORM = "11111111-2222-4333-8444-555555555555"
CONFIGURATION = f"""\
[env.production]
instance = "EU-01"
campaigns = {{ storm = "{STORM}" }}
allowed-campaigns = ["storm"]
only-from-plan = true

[env.archive]
instance = "EU-02"
read-only = true
"""
STORM_TOML = 'campaign = "storm"\nbroadcast = true\naudience = { text = "city == $city", params = { city = "Huế" } }\n'
PEOPLE = "".join(f'{{"external_id": "u{n}", "city": "Huế", "push": "opted_in"}}\n' for n in range(4))


@pytest.fixture(autouse=True)
def project(here: Path) -> None:
    files(
        here,
        {
            "audience.toml": CONFIGURATION,
            "storm.toml": STORM_TOML,
            "other.toml": STORM_TOML.replace('campaign = "storm"', 'campaign_id = "other"'),
            "bad.toml": 'campaign = "strom"\nbroadcast = true\n',
            "apart.toml": 'campaign = "storm"\n',
            "people.jsonl": PEOPLE,
            "people.csv": "id,city\na,Huế\nb,Vinh\na,Huế\n,nobody\n",
        },
    )


def plan(*arguments: object, code: int = 0, **more: Any) -> Done:
    done = run("plan", *arguments, **more)
    assert done.code == code, done.err
    return done


def read(path: str = "plan.json") -> Plan:
    return read_plan(Path(path).read_bytes(), path)


def test_a_plan_is_made() -> None:
    done = plan("storm.toml", "--env", "production", "-o", "plan.json", "--by", "Ana", "--expires", "2h")
    assert done.out == ""
    found = read()
    assert (found.environment, found.base_url) == ("production", "https://rest.fra-01.braze.eu")
    assert (found.made_by, found.source, dict(found.parameters)) == ("Ana", "storm.toml", {"city": "Huế"})
    assert found.expires_at - found.made_at == timedelta(hours=2)
    assert abs(found.made_at - datetime.now(UTC)) < timedelta(minutes=1)
    (request,) = found.requests
    assert request.body == json.loads(run("request", "storm.toml", "--env", "production").out)
    # What is shown is what there is to be seen before a send.
    assert (
        f"campaign  {STORM}\nto        https://rest.fra-01.braze.eu/campaigns/trigger/send\nreaches   BROADC"
        in done.err
    )
    assert f"digest    {found.digest}\n" in done.err


def test_without_a_file_it_is_data() -> None:
    done = plan("storm.toml", "--env", "production", env={"BRAZE_API_KEY": "b7e2a1d4-93c5-4f08-8a6e-5d1f0c2b3a49"})
    assert read_plan(done.out, "-").to_json() == done.out
    assert "b7e2a1d4" not in done.out


def test_a_request_on_stdin() -> None:
    body = json.dumps({"campaign_id": STORM, "recipients": [{"external_user_id": "u"}]})
    plan("-", "--env", "production", "-o", "plan.json", stdin=body)
    assert read().source == "stdin"


def test_who_makes_it(here: Path) -> None:
    git = {"GIT_CONFIG_GLOBAL": str(here / "gitconfig"), "GIT_CONFIG_SYSTEM": os.devnull, "LOGNAME": "ana"}
    for config, more, name in (
        ("[user]\nname = Ana \x1b Maria\nemail = ana@example.com\n", {}, "Ana \\x1b Maria <ana@example.com>"),
        ("[user]\nname = Ana\n", {}, "Ana"),
        ("", {}, "ana"),
        # There is no git.
        ("[user]\nname = Ana\n", {"PATH": ""}, "ana"),
    ):
        files(here, {"gitconfig": config})
        plan("storm.toml", "--env", "production", "-o", "plan.json", env={**git, **more})
        assert read().made_by == name


def test_nobody_waits_for_git(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_dsl.cli.who._SECONDS_AT_MOST", 0.1)
    files(here, {"bin/git": "#!/bin/sh\nexec /bin/sleep 60\n"})
    (here / "bin/git").chmod(0o755)
    plan("storm.toml", "--env", "production", "-o", "plan.json", env={"PATH": str(here / "bin"), "LOGNAME": "ana"})
    assert read().made_by == "ana"


def test_warnings_become_notes() -> None:
    text = 'campaign = "storm"\nbroadcast = true\n[schedule]\ntime = "2020-01-01T00:00:00Z"\n'
    Path("late.toml").write_text(text)
    plan("late.toml", "--env", "production", "-o", "plan.json")
    assert any(note.startswith("AUD7") and "passed" in note for note in read().notes), read().notes


def test_the_count_stands_in_it() -> None:
    Path("more.jsonl").write_text(PEOPLE + '{"external_id": "x", "push": 3}\n')
    plan("storm.toml", "--env", "production", "--profiles", "more.jsonl", "--expect", "1..4", "-o", "plan.json")
    found = read().preview
    assert found is not None
    assert (found.selected_least, found.selected_most, found.total) == (4, 4, 4)
    assert (found.counted, found.profiles, found.unreadable) == ("profiles", "more.jsonl", 1)


def test_a_count_that_was_not_meant_makes_no_plan() -> None:
    done = plan(
        *("storm.toml", "--env", "production", "--profiles", "people.jsonl", "--expect", "5..", "-o", "plan.json"),
        code=6,
    )
    assert "at least 5 are expected, and no plan was made" in done.err
    assert not Path("plan.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("storm.toml",), 2, "error[AUD830]: nothing says which environment"),
        (("storm.toml", "--env", "nowhere"), 2, "error[AUD830]"),
        (("storm.toml", "--env", "archive"), 6, "error[AUD832]"),
        (("other.toml", "--env", "production"), 6, "error[AUD834]"),
        (("other.toml", "--instance", "EU-01"), 2, "an endpoint by itself would get around"),
        (("bad.toml", "--env", "production"), 1, "did you mean `storm`?"),
        (("gone.toml", "--env", "production"), 2, "there is no file `gone.toml`"),
        (("storm.toml", "--env", "production", "--key-file", "k"), 2, "there is no option `--key-file`"),
        (("storm.toml", "--env", "production", "--by", " "), 2, "`--by` is empty"),
        (("storm.toml", "--env", "production", "--expires", "soon"), 2, "`--expires soon` is no span of time"),
        (("storm.toml", "--env", "production", "--expires", "0h"), 2, "not between a minute and a year"),
        (("storm.toml", "--env", "production", "--expires", "999999999d"), 2, "not between a minute and a year"),
        (("storm.toml", "--env", "production", "--map", "a=b"), 2, "add `--recipients FILE`"),
        (("storm.toml", "--env", "production", "--expect", "1.."), 2, "give them with `--profiles`"),
        (("apart.toml", "--env", "production", "--recipients", "people.csv", "--profiles", "p"), 2, "is about one"),
        ((), 2, "`FILE|-` is missing"),
    ],
)
def test_no_plan(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = plan(*arguments, "-o", "plan.json", code=code)
    assert words in done.err
    assert not Path("plan.json").exists()


def test_where_there_are_no_environments_nobody_has_to_say_where(here: Path) -> None:
    (here / "audience.toml").unlink()
    done = plan("other.toml", "-o", "plan.json")
    assert "to        NOWHERE YET: whoever applies the plan says where\n" in done.err
    assert (read().base_url, read().environment, read().is_for_sandbox) == (None, None, False)
    plan("other.toml", "--sandbox", "-o", "plan.json")
    assert (read().base_url, read().is_for_sandbox) == (None, True)


def test_a_file_of_recipients() -> None:
    arguments = ("apart.toml", "--env", "production", "--recipients", "people.csv", "--map", "id=external_user_id")
    done = plan(*arguments, "--map", "city=trigger_properties.city", "-o", "plan.json")
    assert "reaches   2 recipients of people.csv\nset aside 1 line that cannot be sent to\n" in done.err
    found = read().run
    assert found is not None
    assert (found.count, found.set_aside, found.recipients) == (2, 1, "people.csv")
    assert dict(found.mapping) == {"id": "external_user_id", "city": "trigger_properties.city"}
    # Who is in it stays in the file.
    assert "Vinh" not in Path("plan.json").read_text()
    assert sorted(each.name for each in Path().iterdir() if "db" in each.name or "rejects" in each.name) == []


def test_a_file_of_recipients_with_nobody_in_it() -> None:
    Path("people.csv").write_text("external_user_id\n")
    done = plan("apart.toml", "--env", "production", "--recipients", "people.csv", "-o", "plan.json", code=2)
    assert "`people.csv` has nobody who can be sent to" in done.err
    assert not Path("plan.json").exists()


# --- Show ---


@pytest.fixture
def made(here: Path) -> Plan:
    plan("storm.toml", "--env", "production", "-o", "plan.json")
    return read()


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_every_form(made: Plan, form: str) -> None:
    done = plan("show", "plan.json", "--output-format", form)
    assert done.err == ""
    assert made.digest in done.out
    assert STORM in done.out
    plan("show", "plan.json", "--output-format", form, "-o", "shown")
    assert form == "text" or Path("shown").read_text(encoding="utf-8") == done.out
    assert made.digest in plan("show", "-", "--output-format", form, stdin=made.to_json()).out


def test_a_request_that_is_called_show(here: Path) -> None:
    files(here, {"show.toml": STORM_TOML, "show": "x"})
    plan("./show.toml", "--env", "production", "-o", "plan.json")
    assert read().source == "show.toml"
    assert "there is no file `show.toml`" not in plan("show", "show.toml", code=6).err


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (None, 2, "there is no file `plan.json`"),
        ("", 6, "error[AUD840]"),
        ("{}", 6, "error[AUD840]"),
        ("[" * 100_000, 6, "error[AUD840]"),
        (b"\xff", 6, "error[AUD840]"),
        ("BOM", 6, "error[AUD840]"),
    ],
)
def test_no_plan_to_show(made: Plan, text: str | bytes | None, code: int, words: str) -> None:
    if text is None:
        Path("plan.json").unlink()
    else:
        files(Path(), {"plan.json": "\ufeff" + made.to_json() if text == "BOM" else text})
    done = plan("show", "plan.json", code=code)
    assert (done.out, words in done.err) == ("", True), done.err


def test_one_that_has_expired_is_shown_and_says_so() -> None:
    now = datetime.now(UTC)
    request = build_request({"campaign_id": "c", "recipients": [{"external_user_id": "u"}]})
    old = make_plan(
        [request], source="r", made_by="Ana", made_at=now - timedelta(days=2), expires_at=now - timedelta(1)
    )
    Path("plan.json").write_text(old.to_json(), newline="")
    done = plan("show", "plan.json")
    assert "the plan expired at" in done.err
    assert old.digest in done.out


def test_nothing_that_is_read_is_written_over(made: Plan) -> None:
    before = {each: each.read_bytes() for each in Path().iterdir()}
    for arguments in (
        ("storm.toml", "--env", "production", "-o", "./storm.toml"),
        ("apart.toml", "--env", "production", "--recipients", "people.csv", "-o", "people.csv"),
        ("show", "plan.json", "--output-format", "html", "-o", "plan.json"),
    ):
        assert "would be written for" in plan(*arguments, code=1).err
    assert {each: each.read_bytes() for each in Path().iterdir()} == before


def test_help_leads_to_both() -> None:
    assert "audience plan show plan.json" in plan("--help").out
    assert plan("show", "--help").out.startswith("Usage: audience plan show")
