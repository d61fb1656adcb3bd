"""`audience send --plan`: exactly what was approved goes out, once, where it was meant to go, and nothing else does."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.config import read_file, settings_digest
from audience_dsl.ledger import Ledger
from audience_dsl.ledger.database import Database
from audience_dsl.plans import Plan, make_plan, read_plan
from audience_dsl.runs import Run
from audience_dsl.sandbox import Sandbox, local_sandbox, running
from audience_dsl.sender import build_request
from tests.plans.samples import forged
from tests.sender.fault_server import FAULTS, FaultServer, answering, closed_port

from .support import Done, files, run

KEY = "the-key-of-production"
ENV = {"BRAZE_API_KEY": KEY}
STORM = "11111111-2222-4333-8444-555555555555"
CONFIGURATION = f"""\
[env.production]
endpoint = "URL"
campaigns = {{ storm = "{STORM}" }}
only-from-plan = true

[env.other]
endpoint = "URL"
"""
STORM_TOML = 'campaign = "storm"\nbroadcast = true\naudience = { text = "city == $city", params = { city = "Huế" } }\n'
FREE_TOML = f'campaign_id = "{STORM}"\nrecipients = [{{ external_user_id = "u" }}]\n'


@pytest.fixture
def braze(here: Path) -> Iterator[Sandbox]:
    """A workspace on a port, which a project has as two environments."""
    sandbox = local_sandbox(api_key=KEY)
    with running(sandbox) as url:
        files(
            here,
            {
                "audience.toml": CONFIGURATION.replace("URL", url),
                "storm.toml": STORM_TOML,
                "all.toml": 'campaign = "storm"\nbroadcast = true\n',
                "free/free.toml": FREE_TOML,
                "free/audience.toml": "",
            },
        )
        yield sandbox


def made(name: str = "storm.toml", *arguments: object) -> Plan:
    done = run("plan", name, *(arguments or ("--env", "production")), "-o", "plan.json")
    assert done.code == 0, done.err
    return read_plan(Path("plan.json").read_bytes(), "plan.json")


def apply(*arguments: object, code: int, **more: Any) -> Done:
    done = run("send", "--plan", "plan.json", "--yes", *arguments, **{"env": ENV, **more})
    assert done.code == code, done
    assert KEY not in done.out + done.err
    if code not in (0, 4):
        assert done.out == "" or done.out.startswith(("not sent", "rate limited", "rejected")), done.out
    return done


def bodies(sandbox: Sandbox) -> list[object]:
    return [entry.body for entry in sandbox.requests]


# --- Once ---


def test_exactly_its_body_goes_out_once(braze: Sandbox) -> None:
    plan = made()
    Path("storm.toml").unlink()
    done = apply(code=0)
    assert done.out.startswith("accepted")
    assert f"ledger key   plan/{plan.digest}\n" in done.out
    assert "recorded in plan.json.ledger: keep it" in done.err
    assert bodies(braze) == [plan.requests[0].body]
    again = apply(code=6)
    assert "error[AUD842]: the plan was applied at 2" in again.err
    assert "make a new plan to send it again" in again.err
    assert len(braze.requests) == 1


def test_a_plan_of_what_went_out_already_is_refused_too(braze: Sandbox) -> None:
    made()
    apply("--ledger", "all.db", code=0)
    made("storm.toml", "--env", "production", "--by", "Ben")
    done = apply("--ledger", "all.db", code=6)
    assert "what the plan sends went out at 2" in done.err
    apply("--ledger", "all.db", "--repeat", code=0)
    assert "error[AUD842]: the plan was applied at" in apply("--ledger", "all.db", "--repeat", code=6).err
    assert len(braze.requests) == 2


def test_a_link_to_a_plan_has_the_ledger_of_the_plan(braze: Sandbox, here: Path) -> None:
    made()
    Path("approved").mkdir()
    Path("approved/link.json").symlink_to(here / "plan.json")
    for path, code in (("approved/link.json", 0), ("plan.json", 6)):
        assert run("send", "--plan", path, "--yes", env=ENV).code == code
    assert len(braze.requests) == 1


def test_the_ledger_of_the_environment(braze: Sandbox, here: Path) -> None:
    """All clones that have it know of each other's sends, and plain sends stand in it as well."""
    text = (here / "audience.toml").read_text()
    shared = text.replace("[env.other]", 'ledger = "state.db"\n\n[env.other]') + 'ledger = "other.db"\n'
    files(here, {"audience.toml": shared})
    made()
    assert "recorded in" not in apply(code=0).err
    (here / "elsewhere").mkdir()
    (here / "plan.json").rename(here / "elsewhere" / "plan.json")
    again = run("send", "--plan", "elsewhere/plan.json", "--yes", env=ENV)
    assert (again.code, "AUD842" in again.err) == (6, True)
    assert [send.outcome for send in Ledger("state.db").sends()] == ["accepted"]
    plain = ("send", "free/free.toml", "--config", "audience.toml", "--env", "other", "--yes")
    assert run(*plain, env=ENV).out.startswith("accepted")
    assert run(*plain, env=ENV).out.startswith("already sent")
    assert run(*plain, "--ledger", "mine.db", env=ENV).out.startswith("accepted")
    assert Path("other.db").exists()
    # A rehearsal is not of this environment.
    assert run(*plain, "--sandbox").out.startswith("accepted")


@pytest.mark.parametrize("fault", ["reset-after-read", "200 in HTML"])
def test_nobody_knows_whether_it_was_applied(here: Path, fault: str) -> None:
    answer = FAULTS["reset-after-read"] if fault == "reset-after-read" else answering("200 OK", b"<html>")
    Path("free.toml").write_text(FREE_TOML)
    with FaultServer(answer) as server:
        plan = made("free.toml", "--endpoint", server.url)
        apply("--endpoint", server.url, "--attempts", 1, code=4)
        again = apply("--endpoint", server.url, code=6)
        assert "error[AUD842]: nobody knows whether the plan was applied: " in again.err
        resolve = f"audience ledger resolve plan.json.ledger plan/{plan.digest} --as accepted"
        assert resolve in again.err
        assert server.connections == 1
        assert run(*resolve.split()[1:], "--yes").code == 0
        assert "error[AUD842]: the plan was applied at" in apply("--endpoint", server.url, code=6).err
        assert server.connections == 1


def test_what_surely_was_not_sent_is_applied_again(here: Path) -> None:
    Path("free.toml").write_text(FREE_TOML)
    with closed_port() as url:
        made("free.toml", "--endpoint", url)
        apply("--endpoint", url, "--attempts", 1, code=7)
        apply("--endpoint", url, "--attempts", 1, code=7)
    with FaultServer(answering("429 Too Many", b'{"message":"Rate Limited"}', "X-RateLimit-Reset: 1")) as server:
        made("free.toml", "--endpoint", server.url)
        arguments = ("--endpoint", server.url, "--max-wait", 0, "--ledger", "l.db")
        apply(*arguments, code=5)
        apply(*arguments, code=5)
        server.fault = answering("201 Created")
        apply(*arguments, code=0)
        apply(*arguments, code=6)


# --- Touched, too old ---


def test_the_digest_that_a_reviewer_named(braze: Sandbox) -> None:
    plan = made()
    for other in ("0" * 64, plan.digest[:-1], ""):
        assert "error[AUD840]: the plan has the digest " in apply("--digest", other, code=6).err
    assert not braze.requests
    apply("--digest", f" {plan.digest.upper()}", code=0)


@pytest.mark.parametrize(
    ("made_at", "lifetime", "words"), [(-48, 24, "expired at"), (24, 24, "was made at"), (-1, 2, None)]
)
def test_its_time(braze: Sandbox, here: Path, made_at: int, lifetime: int, words: str | None) -> None:
    start = datetime.now(UTC) + timedelta(hours=made_at)
    plan = make_plan(
        [build_request({"campaign_id": STORM, "recipients": [{"external_user_id": "u"}]})],
        source="r.toml",
        made_by="Ana",
        made_at=start,
        expires_at=start + timedelta(hours=lifetime),
        environment="production",
        base_url=read_file(here / "audience.toml").environments["production"].endpoint,
        settings_digest=settings_digest(read_file(here / "audience.toml")),
    )
    files(here, {"plan.json": plan.to_json()})
    done = apply(code=0 if words is None else 6)
    assert words is None or ("error[AUD841]" in done.err and words in done.err)
    assert len(braze.requests) == (words is None)


# --- Elsewhere ---


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[env.other]", "[env.third]"), "is not what the plan was made under"),
        (("only-from-plan = true", ""), "is not what the plan was made under"),
        (("[env.production]", "[env.prod]"), "the plan is for the environment `production`"),
        (("http://", "http://localhost"), "and the environment `production` is at"),
    ],
)
def test_other_settings(braze: Sandbox, here: Path, change: tuple[str, str], words: str) -> None:
    made()
    text = (here / "audience.toml").read_text()
    changed = text.replace(*change) if "//" not in change[0] else text.replace("127.0.0.1", "localhost")
    assert changed != text
    files(here, {"audience.toml": changed})
    done = apply(code=6)
    assert "error[AUD843]" in done.err
    assert words in done.err
    # A rehearsal says so, and goes on.
    rehearsed = apply("--sandbox", code=0)
    assert "warning[AUD843]" in rehearsed.err
    files(here, {"audience.toml": text})
    assert not braze.requests
    apply(code=0)


def test_comments_and_order_are_no_other_settings(braze: Sandbox, here: Path) -> None:
    made()
    first, _, second = (here / "audience.toml").read_text().partition("\n\n")
    files(here, {"audience.toml": f"# the team's\n{second}\n\n{first}\n"})
    apply(code=0)


def test_the_configuration_is_that_around_the_plan_else_that_of_the_directory(
    braze: Sandbox, here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made()
    away = tmp_path_factory.mktemp("away")
    monkeypatch.chdir(away)
    done = run("send", "--plan", str(here / "plan.json"), "--yes", env=ENV)
    assert done.code == 0, done.err
    (away / "plan.json").write_bytes((here / "plan.json").read_bytes())
    assert "there are none here" in apply(code=6).err
    assert "AUD842" in apply("--config", here / "audience.toml", "--ledger", here / "plan.json.ledger", code=6).err
    monkeypatch.chdir(here)
    done = run("send", "--plan", str(away / "plan.json"), "--yes", env=ENV)
    assert done.code == 0, done.err


def test_an_environment_that_takes_plans_only(braze: Sandbox, here: Path) -> None:
    done = run("send", "storm.toml", "--env", "production", "--yes", env=ENV)
    assert (done.code, len(braze.requests)) == (6, 0)
    assert "error[AUD833]: the environment `production` takes approved plans only: nothing was sent" in done.err
    assert "`audience plan FILE --env production -o plan.json` makes one" in done.err
    assert "`audience send --plan plan.json`" in done.err
    # A plan that names no environment was not approved for this one.
    made("free/free.toml", "--sandbox")
    assert "the plan is for the sandbox" in apply("--env", "production", code=6).err
    made("free/free.toml", "--by", "Ana")
    assert "takes plans for itself" in apply("--env", "production", "--config", "audience.toml", code=6).err
    url = read_file(here / "audience.toml").environments["production"].endpoint
    made("free/free.toml", "--endpoint", url)
    assert "takes plans for itself" in apply("--env", "production", "--config", "audience.toml", code=6).err
    apply("--endpoint", url, "--config", "audience.toml", code=2)
    assert not braze.requests
    apply("--env", "other", "--config", "audience.toml", code=0)


@pytest.mark.parametrize(
    ("planned", "applied", "code", "words"),
    [
        (("--env", "production"), ("--env", "production"), 0, ""),
        (("--env", "production"), ("--env", "other"), 6, "and `--env other` is another place"),
        (("--env", "production"), ("--instance", "EU-01"), 6, "`--instance` names a place by itself"),
        (("--env", "production"), ("--endpoint", "URL"), 6, "`--endpoint` names a place by itself"),
        (("--env", "other", "--sandbox"), (), 0, "sandbox: nothing leaves this machine"),
        (("--env", "other", "--sandbox"), ("--env", "production"), 6, "is another place"),
    ],
)
def test_options_repeat_the_place(
    braze: Sandbox, planned: tuple[str, ...], applied: tuple[str, ...], code: int, words: str
) -> None:
    made("storm.toml" if "production" in planned else "free/free.toml", *planned, "--config", "audience.toml")
    url = read_file(Path("audience.toml")).environments["other"].endpoint or ""
    assert words in apply(*(url if each == "URL" else each for each in applied), code=code).err
    assert len(braze.requests) == (code == 0 and "--sandbox" not in planned)


@pytest.mark.parametrize(
    ("planned", "applied", "code", "words"),
    [
        ((), ("--endpoint", "URL"), 0, ""),
        ((), (), 2, "nothing says where to send"),
        (("--endpoint", "URL"), ("--endpoint", "URL"), 0, ""),
        # A plan is a file from elsewhere, and does not decide where a key goes.
        (("--endpoint", "URL"), (), 6, "which is no instance of Braze, and a plan does not decide by itself"),
        (("--endpoint", "URL"), ("--instance", "EU-01"), 6, "`--instance` names a place by itself"),
        (("--instance", "EU-01"), ("--endpoint", "URL"), 6, "the plan is for `https://rest.fra-01.braze.eu`"),
        (("--sandbox",), ("--endpoint", "URL"), 6, "the plan is for the sandbox"),
        (("--sandbox",), ("--sandbox",), 0, ""),
    ],
)
def test_places_that_are_no_environment(
    braze: Sandbox, planned: tuple[str, ...], applied: tuple[str, ...], code: int, words: str
) -> None:
    url = read_file(Path("audience.toml")).environments["other"].endpoint or ""
    config = ("--config", "free/audience.toml")
    made("free/free.toml", *(url if each == "URL" else each for each in planned), *config)
    done = apply(*(url if each == "URL" else each for each in applied), *config, code=code)
    assert words in done.err
    assert len(braze.requests) == (code == 0 and "URL" in applied)


def test_an_instance_of_braze_need_not_be_repeated(here: Path) -> None:
    """Nobody is at home there in a test: it is enough that the key is what is missing."""
    Path("free.toml").write_text(FREE_TOML)
    made("free.toml", "--instance", "EU-01")
    assert "there is no API key" in apply(code=2, env={}).err


# --- The whole segment ---


def test_a_broadcast_without_an_audience_is_asked_for_in_so_many_words(braze: Sandbox) -> None:
    made("all.toml")
    refused = apply(code=6)
    assert "error[AUD844]: this is a broadcast without any audience" in refused.err
    assert "add `--entire-segment` if everyone is meant" in refused.err
    assert "AUD844" in apply("--sandbox", code=6).err
    assert not braze.requests
    apply("--entire-segment", code=0)


def test_a_plain_broadcast_without_an_audience(braze: Sandbox) -> None:
    Path("free/all.toml").write_text(f'campaign_id = "{STORM}"\nbroadcast = true\n')
    plain = ("send", "free/all.toml", "--config", "audience.toml", "--env", "other")
    done = run(*plain, "--yes", env=ENV)
    assert (done.code, "error[AUD844]" in done.err, len(braze.requests)) == (6, True, 0)
    # Whoever types the campaign's id has said so, and nothing leaves for the sandbox.
    assert run(*plain, env=ENV, stdin=f"{STORM}\n", terminal=True).code == 0
    assert run(*plain, "--sandbox").code == 0
    assert run(*plain, "--yes", "--entire-segment", env=ENV).code == 0
    assert len(braze.requests) == 2


# --- Usage ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("storm.toml",), "`FILE|-` stands beside `--plan`"),
        (("--param", "city=Vinh"), "`--param` stands beside `--plan`"),
        (("--params", "p.json"), "`--params` stands beside `--plan`"),
        (("--catalog", "c.toml"), "`--catalog` stands beside `--plan`"),
        (("--base-path", "."), "`--base-path` stands beside `--plan`"),
        (("--audience-without-broadcast",), "`--audience-without-broadcast` stands beside `--plan`"),
        (("--ledger-key", "k", "--ledger", "l.db"), "`--ledger-key` stands beside `--plan`"),
        (("--recipients", "people.csv"), "the plan is for one request"),
        (("--sandbox", "--repeat"), "`--repeat` says something about a ledger, and none is named"),
        (("--fault", "503"), "`--fault` is played by the sandbox"),
        (("--config", "gone.toml"), "there is no configuration `gone.toml`"),
    ],
)
def test_usage(braze: Sandbox, arguments: tuple[str, ...], words: str) -> None:
    made()
    assert words in apply(*arguments, code=2).err
    assert not braze.requests


def test_usage_without_a_plan(braze: Sandbox) -> None:
    assert "`FILE|-` is missing" in run("send", "--yes").err
    assert "`--digest` is that of a plan" in run("send", "storm.toml", "--digest", "0" * 64).err
    done = run("send", "--plan", "gone.json", "--yes", env=ENV)
    assert (done.code, "there is no file `gone.json`" in done.err) == (2, True)


def test_a_plan_of_several_requests_is_for_a_program(here: Path) -> None:
    now = datetime.now(UTC)
    requests = [build_request({"campaign_id": "c", "recipients": [{"external_user_id": user}]}) for user in "uv"]
    plan = make_plan(requests, source="r", made_by="Ana", made_at=now, expires_at=now + timedelta(hours=1))
    files(here, {"plan.json": plan.to_json()})
    assert "the plan has 2 requests, and a send is one" in apply("--sandbox", code=2).err


def test_a_plan_on_stdin(braze: Sandbox) -> None:
    text = made().to_json()
    arguments = ("send", "--plan", "-", "--yes")
    done = run(*arguments, stdin=text, env=ENV)
    assert (done.code, "add `--ledger FILE`" in done.err) == (2, True)
    assert run(*arguments, "--ledger", "l.db", stdin=text, env=ENV).code == 0
    assert run("send", "--plan", "-", "--ledger", "m.db", stdin=text, env=ENV).code == 6


def test_somebody_confirms_it_at_a_terminal(braze: Sandbox) -> None:
    made()
    arguments = ("send", "--plan", "plan.json")
    assert run(*arguments, env=ENV).code == 6
    assert run(*arguments, env=ENV, stdin="no\n", terminal=True).code == 6
    assert not braze.requests
    done = run(*arguments, env=ENV, stdin=f"{STORM}\n", terminal=True)
    assert done.code == 0, done.err
    assert 'city == "Huế"' in done.err


def test_a_rehearsal_is_recorded_nowhere_unless_it_is_asked_for(braze: Sandbox) -> None:
    made()
    for _ in range(2):
        assert "a rehearsal: it is recorded nowhere" in apply("--sandbox", code=0).err
    assert not Path("plan.json.ledger").exists()
    apply("--sandbox", "--ledger", "l.db", code=0)
    assert "AUD842" in apply("--sandbox", "--ledger", "l.db", code=6).err
    assert not braze.requests
    apply(code=0)


def test_profiles_are_counted_again(braze: Sandbox) -> None:
    made()
    Path("people.jsonl").write_text('{"external_id": "u", "city": "Huế"}\n')
    done = apply("--profiles", "people.jsonl", "--expect", "2..", code=6)
    assert "error[AUD907]: about 1 of 1 profiles" in done.err
    assert not braze.requests


def test_a_schedule_whose_time_has_passed_meanwhile_is_warned_of(braze: Sandbox, here: Path) -> None:
    start = datetime.now(UTC) - timedelta(hours=2)
    body = {
        "campaign_id": STORM,
        "recipients": [{"external_user_id": "u"}],
        "schedule": {"time": "2020-01-01T00:00:00Z"},
    }
    plan = make_plan(
        [build_request(body, endpoint="campaign-trigger-schedule-create")],
        source="r.toml",
        made_by="Ana",
        made_at=start,
        expires_at=start + timedelta(days=1),
    )
    files(here, {"plan.json": plan.to_json()})
    assert "warning[AUD7" in apply("--sandbox", code=0).err


# --- A file of recipients ---


@pytest.fixture
def people(braze: Sandbox, here: Path) -> Path:
    files(here, {"apart.toml": 'campaign = "storm"\n', "people.csv": "id\n" + "".join(f"u{n}\n" for n in range(70))})
    made("apart.toml", "--env", "production", "--recipients", "people.csv", "--map", "id=external_user_id")
    return here / "people.csv"


def test_a_run_by_plan(braze: Sandbox, people: Path) -> None:
    assert "add `--recipients people.csv`" in apply(code=2).err
    assert "`--map` stands beside `--plan`" in apply("--recipients", people, "--map", "id=email", code=2).err
    done = apply("--recipients", people, code=0)
    assert done.out.startswith("accepted         70 recipients in 2 batches\n")
    assert "recorded in plan.json.ledger" in done.err
    again = apply("--recipients", people, code=6)
    assert "error[AUD842]: the plan was applied at" in again.err
    assert "--resume" in again.err
    assert "nothing is left" in apply("--recipients", people, "--resume", code=0).err
    assert len(braze.requests) == 2


def test_a_run_by_plan_with_another_file(braze: Sandbox, people: Path) -> None:
    text = people.read_text()
    for other in (text + "u70\n", text.replace("u7\n", "v7\n"), text.replace("\n", "\r\n")):
        people.write_bytes(other.encode())
        done = apply("--recipients", people, code=6)
        assert "error[AUD843]: " in done.err
        assert "is not the file of recipients that the plan was made with" in done.err
    assert not braze.requests
    people.write_text(text)
    apply("--recipients", people, code=0)


@pytest.mark.parametrize("changed", [{"count": 7}, {"set_aside": 1}, {"fields": {"email": 70}}])
def test_a_run_by_plan_that_says_other_things_of_its_file(
    braze: Sandbox, people: Path, changed: dict[str, Any]
) -> None:
    plan = read_plan(Path("plan.json").read_bytes(), "plan.json")
    assert plan.run is not None
    assert plan.run.fields == {"external_user_id": 70}
    Path("plan.json").write_text(forged(plan, run=replace(plan.run, **changed)).to_json())
    assert "error[AUD843]: the plan says other things of the recipients of" in apply("--recipients", people, code=6).err
    assert not braze.requests


def test_a_run_by_plan_in_the_ledger_of_the_environment(braze: Sandbox, here: Path) -> None:
    text = (here / "audience.toml").read_text()
    files(here, {"audience.toml": text.replace("[env.other]", 'ledger = "state.db"\n\n[env.other]')})
    files(here, {"apart.toml": 'campaign = "storm"\n', "people.csv": "external_user_id\na\n"})
    plan = made("apart.toml", "--env", "production", "--recipients", "people.csv")
    apply("--recipients", "people.csv", code=0)
    assert Path(f"state.plan-{plan.digest[:16]}.db").exists()
    assert "AUD842" in apply("--recipients", "people.csv", code=6).err
    assert len(braze.requests) == 1


def test_a_run_that_was_begun_in_time_is_ended_after_it(braze: Sandbox, people: Path) -> None:
    """What is left of it would not be known to a new plan."""
    plan = read_plan(Path("plan.json").read_bytes(), "plan.json")
    url = plan.base_url or ""
    with closed_port() as closed:
        files(Path(), {"audience.toml": Path("audience.toml").read_text().replace(url, closed)})
        made("apart.toml", "--env", "production", "--recipients", "people.csv", "--map", "id=external_user_id")
        apply("--recipients", people, "--ledger", "run.db", "--attempts", 1, code=7)
    with Database("run.db", read_only=True) as database:
        begun = Run.open(database).now
        expires = begun + timedelta(seconds=1)
    # As if the first plan had been good for so long and no longer.
    found = read_plan(Path("plan.json").read_bytes(), "plan.json")
    old = make_plan(
        source=found.source,
        made_by=found.made_by,
        made_at=begun - timedelta(hours=1),
        expires_at=expires,
        run=found.run,
        endpoint=found.endpoint,
        environment=found.environment,
        base_url=found.base_url,
        settings_digest=found.settings_digest,
    )
    files(Path(), {"plan.json": old.to_json()})
    while datetime.now(UTC) <= expires:
        time.sleep(0.05)
    arguments = ("--recipients", people, "--attempts", 1)
    assert "AUD841" in apply(*arguments, "--ledger", "new.db", code=6).err
    assert "70 recipients in 2 batches" in apply(*arguments, "--ledger", "run.db", "--resume", code=7).out
