"""`audience ci`: the steps of a pipeline in one report."""

import json
import subprocess
from pathlib import Path

import pytest

from .support import files, run

GOOD = {
    "audience.toml": '[ci]\npaths = ["audiences"]\nout-dir = "build"\n',
    "audiences/shared.audience": "let reachable = push is opted_in\n",
    "audiences/a.audience": 'use reachable from "shared.audience"\n\naudience a = plan == "gold" and reachable\n',
    "audiences/b.audience": "param $days: days\n\naudience b = t less than $days days ago\n",
    "audiences/a.test.toml": '[[case]]\nmatch = true\nprofile = { plan = "gold", push = "opted_in" }\n',
}


@pytest.fixture(autouse=True)
def project(here: Path) -> Path:
    files(here, GOOD)
    files(here, {"build/a.a.json": run("compile", "audiences/a.audience").out})
    return here


def summary(*arguments: object) -> tuple[int, list[str]]:
    done = run("ci", *arguments, "--output-format", "concise")
    return done.code, [" ".join(line.split()) for line in done.err.splitlines()]


def test_everything_passes(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert summary() == (
        0,
        [
            "passed check 3 files",
            "passed fmt 3 files",
            "passed compile 1 output",
            "passed test 1 passed, 0 failed, in 1 file",
        ],
    )
    assert before == {path: path.stat().st_mtime_ns for path in project.rglob("*")}


@pytest.mark.parametrize(
    ("name", "text", "failed", "code"),
    [
        ("audiences/a.audience", 'audience a = plan == "gold" and push is opted', "check", "AUD207"),
        ("audiences/a.audience", 'audience a =   plan == "gold" and push is opted_in\n', "fmt", "AUD017"),
        ("audiences/a.audience", 'audience a = push is opted_in and plan == "gold"\n', "compile", "AUD812"),
        (
            "build/gone.json",
            '{"push_subscription_status": {"comparison": "is", "value": "opted_in"}}',
            "compile",
            "AUD812",
        ),
        ("audiences/a.test.toml", "[[case]]\nmatch = true\nprofile = {}\n", "test", "AUD910"),
        ("audiences/a.test.toml", "[[case]]\nmatch = 3\nprofile = {}\n", "test", "AUD906"),
    ],
)
def test_each_step_can_fail(project: Path, name: str, text: str, failed: str, code: str) -> None:
    files(project, {name: text})
    done = run("ci", "--output-format", "json")
    assert done.code == 1
    assert code in {each["code"] for each in json.loads(done.out)["findings"]}
    assert failed in [line.split()[1] for line in done.err.splitlines() if line.startswith("failed")]


def test_steps_that_are_chosen(project: Path) -> None:
    files(project, {"audience.toml": '[ci]\nsteps = ["fmt", "check"]\n'})
    assert summary("audiences") == (0, ["passed check 3 files", "passed fmt 3 files"])


def test_nothing_to_test_is_no_fault(project: Path) -> None:
    (project / "audiences/a.test.toml").unlink()
    assert summary()[1][-1] == "passed test 0 passed, 0 failed, in 0 files"


# --- What has changed ---


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(project: Path) -> Path:
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    return project


@pytest.mark.parametrize(
    ("name", "count"),
    [
        (None, 0),
        ("audiences/b.audience", 1),
        # What uses it is touched as well.
        ("audiences/shared.audience", 2),
        ("audiences/new/one two.audience", 1),
        ("audience.toml", 3),
        ("other.txt", 0),
    ],
)
def test_only_what_a_change_touches(repository: Path, name: str | None, count: int) -> None:
    if name is not None:
        path = repository / name
        text = path.read_text() if path.exists() else 'plan == "x"'
        files(repository, {name: f"{text}# changed\n"})
    _, lines = summary("--changed-since", "HEAD")
    assert lines[0].split()[2] == str(count)


def test_tests_of_what_has_changed(repository: Path) -> None:
    assert summary("--changed-since", "HEAD")[1][-1].endswith("in 0 files")
    files(repository, {"audiences/shared.audience": "let reachable = push is opted_in # changed\n"})
    assert summary("--changed-since", "HEAD")[1][-1].endswith("in 1 file")
    git("commit", "-qam", "second")
    assert summary("--changed-since", "HEAD")[1][-1].endswith("in 0 files")
    assert summary("--changed-since", "HEAD~1")[1][-1].endswith("in 1 file")


@pytest.mark.parametrize("revision", ["none", "--output=x", ""])
def test_a_revision_that_is_none(repository: Path, revision: str) -> None:
    done = run("ci", f"--changed-since={revision}")
    assert done.code == 2
    assert "no commit" in done.err
    assert not (repository / "x").exists()


def test_no_repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    done = run("ci", "--changed-since", "HEAD")
    assert done.code == 2
    assert "git cannot say" in done.err


def checked(*arguments: object) -> list[str]:
    """The findings of a run on what has changed, a line each."""
    return run("ci", "--changed-since", "HEAD", "--output-format", "concise", *arguments).out.splitlines()


def test_a_committed_file_that_somebody_changed(repository: Path) -> None:
    files(repository, {"build/a.a.json": "{}\n"})
    assert [line.split()[1] for line in checked()] == ["error[AUD812]"]
    (repository / "build/a.a.json").unlink()
    assert ["is missing" in line for line in checked()] == [True]


@pytest.mark.parametrize("rename", [False, True])
def test_what_a_source_made_that_is_gone(repository: Path, rename: bool) -> None:
    (repository / "audiences/a.test.toml").unlink()
    source = repository / "audiences/a.audience"
    if rename:
        source.rename(repository / "audiences/moved.audience")
        files(repository, {"build/moved.a.json": (repository / "build/a.a.json").read_text()})
    else:
        source.unlink()
    (line,) = checked()
    assert "no source makes `build/a.a.json` any more" in line


def test_what_an_audience_made_that_has_another_name_now(repository: Path) -> None:
    (repository / "audiences/a.test.toml").unlink()
    source = repository / "audiences/a.audience"
    source.write_text(source.read_text().replace("audience a", "audience gold"))
    assert ["missing" in line or "no source" in line for line in checked()] == [True, True]


def test_an_output_of_a_neighbour_that_did_not_change_is_not_stale(repository: Path) -> None:
    """`a.x` and `a` may both make a file whose name begins with `a.x.`."""
    files(repository, {"audiences/a.x.audience": "audience one = x is true\n"})
    run("compile", "audiences/a.x.audience", "--out-dir", "build")
    git("add", ".")
    git("commit", "-qm", "second")
    files(repository, {"audiences/a.audience": GOOD["audiences/a.audience"] + "# changed\n"})
    assert checked() == []


def test_what_a_source_with_errors_makes_is_not_stale(project: Path) -> None:
    files(project, {"audiences/a.audience": "audience a = plan =="})
    done = run("ci", "--output-format", "concise")
    assert "no source makes" not in done.out
    assert done.code == 1


def test_two_sources_of_one_file(project: Path) -> None:
    files(project, {"audience.toml": '[ci]\npaths = ["audiences", "more"]\nout-dir = "build"\n'})
    files(project, {f"more/{name}": GOOD[f"audiences/{name}"] for name in ("shared.audience", "a.audience")})
    assert "would be written" in run("ci", "--output-format", "concise").out


def test_a_file_that_is_used_and_gone(repository: Path) -> None:
    (repository / "audiences/shared.audience").unlink()
    assert ["no such file" in line for line in checked()] == [True]


def test_a_profile_file_of_a_test(repository: Path) -> None:
    case = '[[case]]\nprofiles = "users.jsonl"\nmatch = []\n'
    files(repository, {"audiences/a.test.toml": case, "audiences/users.jsonl": '{"external_id": "u"}\n'})
    git("add", ".")
    git("commit", "-qm", "second")
    files(repository, {"audiences/users.jsonl": '{"external_id": "v"}\n'})
    assert summary("--changed-since", "HEAD")[1][-1].endswith("in 1 file")


def test_a_repository_inside(repository: Path) -> None:
    """Git names only its directory."""
    inner = repository / "audiences" / "inner"
    files(inner, {"c.audience": "x is true\n"})
    subprocess.run(["git", "init", "-q", inner], check=True)
    assert summary("--changed-since", "HEAD")[1][0] == "passed check 1 file"


def test_another_repository_than_that_of_the_working_directory(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (repository / "audiences/b.audience").write_text("plan ==\n")
    done = run("ci", "--config", repository / "audience.toml", "--changed-since", "HEAD")
    assert done.code == 1
    assert "1 file" in done.err


def test_the_way_out_is_the_command_that_mends_it(project: Path) -> None:
    (project / "build/a.a.json").unlink()
    assert "run `audience compile audiences --out-dir build --prune`" in run("ci").err


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1)])
def test_a_requirement_that_holds_for_no_file(project: Path, level: str, code: int) -> None:
    text = f'fail-level = "{level}"\n{GOOD["audience.toml"]}'
    idle = '[[require]]\npaths = ["audience/**"]\nfilters = ["push is opted_in"]\n'
    files(project, {"audience.toml": text + idle})
    done = run("ci", "--output-format", "concise")
    assert done.code == code
    assert done.out.startswith("audience.toml:5:1: warning[AUD803] the requirement holds for no file")
    # Of a part nobody can tell.
    part = run("ci", "audiences", "--output-format", "concise")
    assert part == (0, "", done.err.replace("failed  check", "passed  check"))
    files(project, {"audience.toml": text + idle.replace("audience/**", "audiences/shared.audience")})
    assert run("ci", "--output-format", "concise").out == ""
