"""`audience catalog`: the file, what is said of it, and the codes for pipelines."""

import json
from pathlib import Path

import pytest

from audience_dsl.catalog import read_catalog
from audience_dsl.sandbox import SANDBOX_KEY, local_sandbox, running

from .support import files, run

PULL = ("catalog", "pull", "--sandbox")
PEOPLE = "".join(
    json.dumps({"external_id": f"u{number}", "plan": ["free", "pro"][number % 2], "age": number, "name": f"n{number}"})
    + "\n"
    for number in range(30)
)


def test_pull_makes_a_file_and_leaves_it_alone_after(here: Path) -> None:
    done = run(*PULL)
    assert done.code == 0
    assert "added        plan                string\n" in done.out
    assert "object       address, orders" in done.out
    assert "blocklisted  old_score" in done.out
    assert "wrote attributes.toml: 11 added" in done.err
    text = (here / "attributes.toml").read_text(encoding="utf-8")
    again = run(*PULL)
    assert (again.code, (here / "attributes.toml").read_text(encoding="utf-8")) == (0, text)
    assert "up to date, with 11 attributes" in again.err
    assert run(*PULL, "--check").code == 0


def test_check_and_diff_write_nothing(here: Path) -> None:
    written = '[attributes]\nage = { type = "string", values = ["1"] }  # ours\ngone = "time"\n'
    files(here, {"attributes.toml": written})
    for flag in ("--check", "--diff"):
        done = run(*PULL, flag)
        assert done.code == 1
        assert "attributes.toml is out of date: 10 added, 1 changed, 0 removed" in done.err
        assert (here / "attributes.toml").read_text(encoding="utf-8") == written
    assert '+plan = "string"\n' in run(*PULL, "--diff").out
    assert "changed      age                 string → number, without its values" in run(*PULL, "--check").out


def test_what_is_gone_is_kept_until_it_is_pruned(here: Path) -> None:
    files(here, {"attributes.toml": '[attributes]\ngone = "time"\n'})
    kept = run(*PULL)
    assert "the workspace does not have it: kept; --prune removes it" in kept.out
    assert "gone" in read_catalog("attributes.toml")
    assert run(*PULL, "--check").code == 0
    assert run(*PULL, "--check", "--prune").code == 1
    assert run(*PULL, "--prune").code == 0
    assert "gone" not in read_catalog("attributes.toml")


def test_the_configuration_names_the_file(here: Path) -> None:
    files(here, {"audience.toml": 'catalog = "ours/known.toml"\n'})
    assert run(*PULL).code == 0
    assert "plan" in read_catalog("ours/known.toml")
    files(here, {"audience.toml": "catalog = 3\n"})
    assert run(*PULL).code == 2


def test_pull_over_a_port(here: Path) -> None:
    with running(local_sandbox()) as url:
        done = run("catalog", "pull", "--endpoint", url, env={"BRAZE_API_KEY": SANDBOX_KEY})
        assert (done.code, len(read_catalog("attributes.toml"))) == (0, 11)
        refused = run("catalog", "pull", "--endpoint", url, "-o", "new.toml", env={"BRAZE_API_KEY": "another-key"})
    assert refused.code == 2
    assert "custom_attributes.get" in refused.err
    assert "another-key" not in refused.err
    assert not (here / "new.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pull",), "nothing says which workspace"),
        (("pull", "--sandbox", "--instance", "EU-01"), "stands beside an endpoint"),
        (("pull", "--instance", "EU-01"), "there is no API key"),
        (("pull", "--instance", "EU-99"), "there is no instance"),
        (("pull", "--instance", "EU-01", "--profiles", "x"), "without `--sandbox`"),
        (("pull", "--sandbox", "-o", "."), "is a directory"),
        (("infer",), "`--profiles` is missing"),
        (("infer", "--profiles", "no.jsonl"), "there is no file"),
    ],
)
def test_usage(arguments: tuple[str, ...], words: str, here: Path) -> None:
    done = run("catalog", *arguments)
    assert done.code == 2
    assert words in done.err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("command", [PULL, ("catalog", "infer", "--profiles", "p.jsonl")])
@pytest.mark.parametrize("text", [b"[attributes]\na = 1\n", b"a = ", b"\xff"])
def test_a_file_that_is_wrong_is_not_touched(command: tuple[str, ...], text: bytes, here: Path) -> None:
    files(here, {"attributes.toml": text, "p.jsonl": PEOPLE})
    done = run(*command)
    assert done.code == 1
    assert "attributes.toml" in done.err
    assert (here / "attributes.toml").read_bytes() == text


def test_infer(here: Path) -> None:
    files(here, {"p.jsonl": PEOPLE + '{"age": "old", "plan": "free"}\nnonsense\n'})
    done = run("catalog", "infer", "--profiles", "p.jsonl")
    assert done.code == 0
    assert "added  plan  string, 2 values, always present\n" in done.out
    assert "mixed  age   number in 30, string in 1; number\n" in done.out
    assert "31 profiles from p.jsonl; 1 cannot be read and is left out" in done.err
    text = (here / "attributes.toml").read_text(encoding="utf-8")
    assert 'plan = { type = "string", values = ["free", "pro"], always_present = true }\n' in text
    assert 'name = "string"\n' in text
    assert run("catalog", "infer", "--profiles", "p.jsonl", "--check").code == 0


def test_infer_says_what_the_file_says_otherwise(here: Path) -> None:
    files(here, {"p.jsonl": PEOPLE, "attributes.toml": '[attributes]\nplan = "number"\n'})
    done = run("catalog", "infer", "--profiles", "p.jsonl", "--values", "0")
    assert "differs        `plan` is `number` in the file, and `string` in the profiles\n" in done.out
    assert (here / "attributes.toml").read_text(encoding="utf-8").startswith('[attributes]\nplan = "number"\n')


def test_a_pulled_catalogue_is_what_a_compile_takes(here: Path) -> None:
    assert run(*PULL).code == 0
    files(here, {"a.audience": 'plann == "pro"\n'})
    done = run("compile", "a.audience", "--catalog", "attributes.toml")
    assert done.code == 1
    assert "AUD216" in done.err
