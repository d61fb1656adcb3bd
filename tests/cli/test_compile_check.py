"""`compile --check` and `--prune`: outputs that pipelines keep in step with their sources."""

import json
from pathlib import Path

import pytest

from .support import files, run

SOURCES = {
    "audiences/a.audience": 'x == "1"',
    "audiences/deep/b.audience": 'audience one = y == "1"\naudience two = y == "2"',
}


@pytest.fixture(autouse=True)
def compiled(here: Path) -> Path:
    files(here, SOURCES)
    assert run("compile", "audiences", "--out-dir", "build").code == 0
    return here


def test_up_to_date(compiled: Path) -> None:
    done = run("compile", "audiences", "--out-dir", "build", "--check")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_what_differs_is_shown_and_not_written(compiled: Path) -> None:
    files(compiled, {"audiences/a.audience": 'x == "2"'})
    before = (compiled / "build/a.json").read_bytes()
    done = run("compile", "audiences", "--out-dir", "build", "--check")
    assert done.code == 1
    assert '-    "value": "1"\n+    "value": "2"\n' in done.out
    assert "AUD812" in done.err
    assert "`build/a.json` is not what `audiences/a.audience` compiles to" in done.err
    assert (compiled / "build/a.json").read_bytes() == before


def test_what_is_missing(compiled: Path) -> None:
    (compiled / "build/a.json").unlink()
    done = run("compile", "audiences", "--out-dir", "build", "--check")
    assert done.code == 1
    assert "`build/a.json` is missing" in done.err
    assert not (compiled / "build/a.json").exists()


def test_one_file(compiled: Path) -> None:
    arguments = ("compile", "audiences/a.audience", "-o", "build/a.json", "--check")
    assert run(*arguments).code == 0
    assert run(*arguments, "--compact").code == 1


def test_colour_on_a_terminal_alone(compiled: Path) -> None:
    files(compiled, {"audiences/a.audience": 'x == "2"'})
    arguments = ("compile", "audiences", "--out-dir", "build", "--check")
    assert "\x1b[" not in run(*arguments).out
    assert '\x1b[32m+    "value": "2"\x1b[0m' in run(*arguments, env={"FORCE_COLOR": "1"}).out


def test_prune_deletes_what_no_source_makes(compiled: Path) -> None:
    (compiled / "audiences/a.audience").unlink()
    files(compiled, {"audiences/deep/b.audience": 'audience one = y == "1"'})
    kept = {"build/package.json": '{"name": "x"}', "build/notes.txt": "n", "build/broken.json": "{"}
    files(compiled, kept)
    done = run("compile", "audiences", "--out-dir", "build", "--prune", "--check")
    assert done.code == 1
    assert "no source makes `build/a.json` any more" in done.err
    assert "no source makes `build/deep/b.two.json` any more" in done.err
    assert (compiled / "build/a.json").exists()
    done = run("compile", "audiences", "--out-dir", "build", "--prune")
    assert done.code == 0
    assert "deleted build/a.json" in done.err
    left = sorted(str(each.relative_to(compiled)) for each in (compiled / "build").rglob("*.*"))
    assert left == ["build/broken.json", "build/deep/b.one.json", "build/notes.txt", "build/package.json"]
    assert run("compile", "audiences", "--out-dir", "build", "--prune", "--check").code == 0


def test_errors_prune_nothing(compiled: Path) -> None:
    (compiled / "audiences/a.audience").write_text("x ==")
    assert run("compile", "audiences", "--out-dir", "build", "--prune").code == 1
    assert (compiled / "build/a.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("audiences", "--check"), "no file to compare with"),
        (("audiences", "--check", "-o", "-"), "no file to compare with"),
        (("audiences", "--prune"), "below `--out-dir`"),
        (("audiences/a.audience", "--out-dir", "build", "--prune"), "whole directories"),
    ],
)
def test_usage(arguments: tuple[str, ...], message: str) -> None:
    done = run("compile", *arguments)
    assert done.code == 2
    assert message in done.err


# --- What the project has settled ---


def test_settings_of_the_project(here: Path) -> None:
    files(
        here,
        {
            "audience.toml": 'time-zone = "Asia/Ho_Chi_Minh"\n[limits]\nclauses = 2\n',
            "t.audience": "t after 2026-01-01",
        },
    )
    assert json.loads(run("compile", "t.audience").out)["custom_attribute"]["value"] == "2026-01-01T00:00:00+0700"
    done = run("compile", "-", stdin="a is true and b is true and c is true")
    assert done.code == 1
    assert "AUD502" in done.err


def test_each_file_has_the_configuration_nearest_to_it(here: Path) -> None:
    files(
        here,
        {
            "audience.toml": 'time-zone = "Asia/Ho_Chi_Minh"',
            "inner/audience.toml": 'time-zone = "Europe/Paris"',
            "a.audience": "t after 2026-01-01",
            "inner/a.audience": "t after 2026-01-01",
        },
    )
    assert run("compile", ".", "--out-dir", "out").code == 0
    assert "+0700" in (here / "out/a.json").read_text()
    assert "+0100" in (here / "out/inner/a.json").read_text()
    done = run("compile", "inner/a.audience", "--config", "audience.toml")
    assert "+0700" in done.out


def test_the_catalogue_of_the_project(here: Path) -> None:
    files(
        here,
        {
            "audience.toml": 'catalog = "attributes.toml"',
            "attributes.toml": '[attributes]\nage = "number"',
            "a.audience": "agee > 1",
        },
    )
    done = run("compile", "a.audience")
    assert done.code == 1
    assert "AUD216" in done.err


def test_a_required_filter_stops_a_compile(here: Path) -> None:
    files(
        here,
        {
            "audience.toml": '[[require]]\npaths = ["*"]\nfilters = ["email is not unsubscribed"]\n',
            "a.audience": "age > 1",
            "b.audience": "age > 1 and email is not unsubscribed",
        },
    )
    done = run("compile", "a.audience")
    assert (done.code, done.out) == (1, "")
    assert "AUD304" in done.err
    assert run("compile", "b.audience").code == 0


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ("time-zone = 1", "audience.toml:1:1"),
        ('catalog = "none.toml"', "none.toml"),
        ('[[require]]\npaths = ["*"]\nfilters = ["x =="]\n', "audience.toml:3:12"),
    ],
)
def test_a_configuration_that_cannot_be_used(here: Path, configuration: str, message: str) -> None:
    files(here, {"audience.toml": configuration, "a.audience": "age > 1"})
    done = run("compile", "a.audience")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_configuration_that_is_not_there() -> None:
    done = run("compile", "-", "--config", "none.toml", stdin="age > 1")
    assert done.code == 2
    assert "no configuration `none.toml`" in done.err
