"""A plan made in one clone, read, and applied in another, to a sandbox on a port; and all that is refused."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.plans import make_plan, read_plan
from audience_dsl.sender import build_request
from tests.cli.braze import ENV, Braze, braze

from .shell import Done, audience, environment, started

STORM = "11111111-2222-4333-8444-555555555555"
CONFIGURATION = f"""\
[env.production]
endpoint = "URL"
campaigns = {{ storm = "{STORM}" }}
only-from-plan = true
LEDGER"""
FILES = {
    "storm.audience": 'city == "Huế" and push is opted_in\n',
    "storm.toml": 'campaign = "storm"\nbroadcast = true\naudience = { file = "storm.audience" }\n',
    "all.toml": 'campaign = "storm"\nbroadcast = true\n',
    "winter.toml": 'campaign = "storm"\n',
    "people.csv": "external_user_id\n" + "".join(f"u{n}\n" for n in range(120)),
}
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
AUTHOR = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(directory), *AUTHOR, *arguments],
        env=environment(GIT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Team:
    """A repository, and the clones of the one who plans and of the one who applies."""

    def __init__(self, root: Path, sandbox: Braze, *, ledger: str = "") -> None:
        self.sandbox = sandbox
        project = root / "project"
        project.mkdir()
        text = CONFIGURATION.replace("URL", sandbox.url).replace("LEDGER", ledger)
        for name, content in {**FILES, "audience.toml": text}.items():
            (project / name).write_text(content, encoding="utf-8", newline="")
        git(project, "init", "-q", "-b", "main")
        git(project, "add", ".")
        git(project, "commit", "-qm", "The project")
        for name in ("ana", "ben", "cleo"):
            git(root, "clone", "-q", str(project), name)
        self.ana, self.ben, self.cleo = (root / name for name in ("ana", "ben", "cleo"))

    def plan(self, *arguments: object, name: str = "plan.json") -> None:
        """Ana plans, commits and pushes to where the others pull from."""
        done = audience("plan", *arguments, "--env", "production", "-o", name, cwd=self.ana, env=GIT)
        assert done.code == 0, done.err
        git(self.ana, "add", name)
        git(self.ana, "commit", "-qm", "A plan")
        for clone in (self.ben, self.cleo):
            git(clone, "pull", "-q", str(self.ana), "main")

    def apply(self, *arguments: object, code: int, plan: str = "plan.json", clone: Path | None = None) -> Done:
        before = len(self.sandbox.requests())
        done = audience("send", "--plan", plan, "--yes", *arguments, cwd=clone or self.ben, env=ENV)
        assert done.code == code, done
        if code in (2, 6):
            assert done.out == ""
            assert len(self.sandbox.requests()) == before
        return done


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with braze(tmp_path) as sandbox:
        yield Team(tmp_path, sandbox)


def bodies(team: Team) -> list[Any]:
    return [entry["body"] for entry in team.sandbox.requests()]


def test_plan_review_apply(team: Team) -> None:
    team.plan("storm.toml", "--by", "Ana")
    plan = read_plan((team.ben / "plan.json").read_bytes(), "plan.json")
    # The reviewer reads, and names the digest.
    review = audience("plan", "show", "plan.json", "--output-format", "markdown", cwd=team.cleo)
    assert review.code == 0
    for said in ("BROADCAST", STORM, team.sandbox.url, 'city == "Huế" and push is opted_in', "Ana", plan.digest):
        assert said in review.out
    # The working file may be anything by now: what was approved goes out.
    (team.ben / "storm.audience").write_text('city == "Hanoi"\n')
    # Not even by the plan's author, nor by an option, does anything else go to this environment.
    plain = audience("send", "storm.toml", "--env", "production", "--yes", cwd=team.ana, env=ENV)
    assert (plain.code, "error[AUD833]" in plain.err) == (6, True)
    assert team.sandbox.requests() == []

    done = team.apply("--digest", plan.digest, code=0)
    assert done.out.startswith("accepted")
    assert bodies(team) == [plan.requests[0].body]
    assert "error[AUD842]" in team.apply("--digest", plan.digest, code=6).err


def test_another_clone_knows_by_the_ledger_that_both_have(tmp_path: Path) -> None:
    with braze(tmp_path) as sandbox:
        team = Team(tmp_path, sandbox, ledger='ledger = "../sends.db"\n')
        team.plan("storm.toml")
        team.apply(code=0)
        for clone in (team.ben, team.cleo, team.ana):
            assert "error[AUD842]" in team.apply(code=6, clone=clone).err
        team.plan("storm.toml", "--by", "Ben", name="again.json")
        assert "went out at" in team.apply(code=6, plan="again.json").err
        assert len(sandbox.requests()) == 1


def test_one_byte(team: Team) -> None:
    """In each kind of place: what is sent, what is read, the digests, blanks, the ends of the file."""
    team.plan("storm.toml")
    path = team.ben / "plan.json"
    text = path.read_text(encoding="utf-8")
    document = json.loads(text)
    changes = [
        (STORM[:-1] + '5"', STORM[:-1] + '6"'),
        ('"value": "Huế"', '"value": "Hue"'),
        ('"broadcast": true', '"broadcast": tru '),
        ("opted_in", "subscribed"),
        (document["digest"], document["digest"][:-1] + ("0" if document["digest"][-1] != "0" else "1")),
        (document["expires_at"][:4], "2099"),
        ('"environment": "production"', '"environment": "productiom"'),
        (team.sandbox.url, team.sandbox.url.replace("127", "128")),
        ("\n  ", "\n   "),
        ('"format": 1', '"format":  1'),
        ("{", "\ufeff{"),
    ]
    spoiled = [text.replace(old, new, 1) for old, new in changes]
    spoiled += [text + " ", text + "\n", text[:-1], text[:-3], " " + text, text.replace(document["made_by"], "Ben"), ""]
    for each in spoiled:
        assert each != text
        path.write_text(each, encoding="utf-8", newline="")
        assert "error[AUD840]" in team.apply(code=6).err, each[:2_000]
        shown = audience("plan", "show", "plan.json", cwd=team.ben)
        assert (shown.code, shown.out) == (6, "")
    # Git may write the ends of lines as the machine has them.
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    team.apply(code=0)


def test_a_forged_digest_is_found_by_the_one_that_was_approved(team: Team) -> None:
    """A digest is no signature: who rewrites a plan as a whole writes the digest too."""
    team.plan("storm.toml")
    approved = read_plan((team.ben / "plan.json").read_bytes(), "plan.json")
    body = approved.requests[0].body
    body["audience"] = {"push_subscription_status": {"comparison": "is", "value": "opted_in"}}
    forged = make_plan(
        [build_request(body)],
        source=approved.source,
        made_by=approved.made_by,
        made_at=approved.made_at,
        expires_at=approved.expires_at,
        environment=approved.environment,
        base_url=approved.base_url,
        settings_digest=approved.settings_digest,
    )
    (team.ben / "plan.json").write_text(forged.to_json(), encoding="utf-8", newline="")
    assert "`--digest` names another" in team.apply("--digest", approved.digest, code=6).err


def test_too_old(team: Team) -> None:
    team.plan("storm.toml", "--expires", "1m")
    plan = read_plan((team.ben / "plan.json").read_bytes(), "plan.json")
    left = plan.expires_at.timestamp() - time.time()
    assert 0 < left <= 60
    old = make_plan(
        [each.request for each in plan.requests],
        source=plan.source,
        made_by=plan.made_by,
        made_at=plan.made_at.replace(year=plan.made_at.year - 1),
        expires_at=plan.expires_at.replace(year=plan.expires_at.year - 1),
        environment=plan.environment,
        base_url=plan.base_url,
        settings_digest=plan.settings_digest,
    )
    (team.ben / "old.json").write_text(old.to_json(), encoding="utf-8", newline="")
    assert "error[AUD841]" in team.apply(code=6, plan="old.json").err
    team.apply(code=0)


def test_settings_that_changed_meanwhile(team: Team) -> None:
    team.plan("storm.toml")
    path = team.ben / "audience.toml"
    text = path.read_text()
    for changed in (text.replace("only-from-plan = true\n", ""), 'time-zone = "Asia/Ho_Chi_Minh"\n' + text):
        path.write_text(changed)
        assert "error[AUD843]" in team.apply(code=6).err
    path.write_text("# A word\n" + text)
    team.apply(code=0)


def test_the_entire_segment(team: Team) -> None:
    team.plan("all.toml")
    assert "error[AUD844]" in team.apply(code=6).err
    team.apply("--entire-segment", code=0)


def test_a_lost_answer(tmp_path: Path) -> None:
    with braze(tmp_path, "--fault", "lost-answer=1") as sandbox:
        team = Team(tmp_path, sandbox)
        team.plan("storm.toml")
        assert "OUTCOME UNKNOWN" in team.apply("--attempts", 1, code=4).out
        again = team.apply(code=6)
        assert "error[AUD842]: nobody knows whether the plan was applied" in again.err
        key = f"plan/{read_plan((team.ben / 'plan.json').read_bytes(), '').digest}"
        resolve = ("ledger", "resolve", "plan.json.ledger", key, "--yes", "--as")
        assert f"audience ledger resolve plan.json.ledger {key} --as accepted" in again.err
        assert audience(*resolve, "accepted", cwd=team.ben).code == 0
        assert "error[AUD842]: the plan was applied" in team.apply(code=6).err
        assert len(sandbox.requests()) == 1


def test_what_surely_did_not_arrive_is_sent_again(tmp_path: Path) -> None:
    with braze(tmp_path, "--fault", "lost-answer=1") as sandbox:
        team = Team(tmp_path, sandbox)
        team.plan("storm.toml")
        team.apply("--attempts", 1, code=4)
        key = f"plan/{read_plan((team.ben / 'plan.json').read_bytes(), '').digest}"
        assert (
            audience("ledger", "resolve", "plan.json.ledger", key, "--yes", "--as", "not-sent", cwd=team.ben).code == 0
        )
        team.apply("--attempts", 1, code=4)
        assert len(sandbox.requests()) == 2


def test_two_at_the_same_instant(team: Team) -> None:
    team.plan("storm.toml")
    arguments = ("send", "--plan", str(team.ben / "plan.json"), "--yes", "--output-format", "json")
    with (
        started(*arguments, env=ENV) as one,
        started(*arguments, env=ENV) as two,
        started(*arguments, env=ENV) as three,
    ):
        codes = []
        for each in (one, two, three):
            _, err = each.communicate(timeout=60)
            assert b"Traceback" not in err
            codes.append(each.returncode)
    assert sorted(codes) == [0, 6, 6]
    assert len(team.sandbox.requests()) == 1


def test_a_run_over_recipients(team: Team) -> None:
    team.plan("winter.toml", "--recipients", "people.csv")
    people = team.ben / "people.csv"
    text = people.read_text()
    people.write_text(text + "u999\n")
    assert "error[AUD843]" in team.apply("--recipients", "people.csv", code=6).err
    people.write_text(text)
    assert "120 recipients in 3 batches" in team.apply("--recipients", "people.csv", code=0).out
    assert "error[AUD842]" in team.apply("--recipients", "people.csv", code=6).err
    assert sorted(team.sandbox.taken().values()) == [1] * 120
