"""`--output-format` and `--findings-file`: where findings go, and when there is a document."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from audience_dsl.cli.app import group
from audience_dsl.report import FORMATS

from .support import files, run

# They find nothing: what is wrong with what they are given is wrong with the command line.
WITHOUT = {"sandbox", "rule", "completion", "config show", "config schema", "ledger show", "ledger resolve"}
BAD = 'age == 1 and age == "x"\n'
WARNED = "a == 1 or b == 1 and c == 1\n"
MACHINES = [form for form in FORMATS if form != "text"]
CASE = "[[case]]\nmatch = {}\nprofile = {{ age = 20 }}\n"


@pytest.fixture(autouse=True)
def texts(here: Path) -> None:
    files(
        here,
        {
            "bad.audience": BAD,
            "warned.audience": WARNED,
            "good.audience": "age >= 18\n",
            "users.jsonl": '{"external_id": "u1", "custom_attributes": {"age": 20}}\n',
        },
    )


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_every_command_that_finds_something_has_every_form() -> None:
    for name, command in commands(group):
        options = {each.name: each for each in command.params}
        if name not in WITHOUT:
            assert list(options["output_format"].type.choices) == list(FORMATS), name  # type: ignore[attr-defined]
            assert "findings_file" in options, name


@pytest.mark.parametrize("form", MACHINES)
@pytest.mark.parametrize("name", ["bad", "warned"])
def test_a_result_on_stdout_and_the_findings_on_stderr(form: str, name: str) -> None:
    plain = run("compile", f"{name}.audience")
    done = run("compile", f"{name}.audience", "--output-format", form)
    assert (done.code, done.out) == (plain.code, plain.out)
    assert done.err != plain.err
    code = {"bad": "AUD203", "warned": "AUD016"}[name]
    assert code in done.err
    assert "-->" not in done.err


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_stderr_is_one_document_of_json(form: str) -> None:
    for name in ("bad", "warned", "good"):
        json.loads(run("compile", f"{name}.audience", "--output-format", form).err)


@pytest.mark.parametrize("form", MACHINES)
def test_a_document_is_written_for_nothing_too(form: str) -> None:
    done = run("compile", "good.audience", "-o", "good.json", "--output-format", form)
    assert done.code == 0
    assert bool(done.err) == (form not in ("concise", "github", "json-lines"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_takes_the_findings(form: str) -> None:
    shown = run("compile", "bad.audience", "--output-format", form)
    done = run("compile", "bad.audience", "--output-format", form, "--findings-file", "found")
    assert (done.code, done.out, done.err) == (1, "", "")
    assert Path("found").read_text(encoding="utf-8") == shown.err


def test_a_file_that_is_an_audience_is_refused() -> None:
    done = run("compile", "bad.audience", "--findings-file", "good.audience")
    assert done.code == 2
    assert Path("good.audience").read_text() == "age >= 18\n"


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["--name", ""], ["missing.audience"]])
def test_faults_of_the_command_line_stay_text(arguments: list[str]) -> None:
    done = run("compile", "bad.audience", "--output-format", "sarif", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("error: ")


def test_the_configuration_has_findings_as_well() -> None:
    Path("audience.toml").write_text("tim = 1\n", encoding="utf-8")
    done = run("compile", "good.audience", "--output-format", "json")
    assert done.code == 2
    (finding,) = json.loads(done.err)["findings"]
    assert (finding["code"], finding["file"]) == ("AUD803", "audience.toml")


def test_help_is_no_document() -> None:
    done = run("compile", "--output-format", "json", "--help")
    assert done.code == 0
    assert done.err == ""


def test_findings_of_check_are_its_result() -> None:
    done = run("check", "bad.audience", "--output-format", "json")
    assert done.code == 1
    assert [each["code"] for each in json.loads(done.out)["findings"]] == ["AUD203"]
    assert done.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["why", "warned.audience", "--profiles", "users.jsonl", "--user", "u1"],
        ["preview", "warned.audience", "--profiles", "users.jsonl"],
        ["sql", "warned.audience", "--dialect", "duckdb"],
    ],
)
def test_json_is_the_form_of_the_answer_too(arguments: list[str]) -> None:
    done = run(*arguments, "--now", "2026-01-01T00:00:00Z", "--output-format", "json")
    assert done.code == 0
    json.loads(done.out)
    assert "AUD016" in done.err
    other = run(*arguments, "--now", "2026-01-01T00:00:00Z", "--output-format", "concise")
    assert other.out == run(*arguments, "--now", "2026-01-01T00:00:00Z").out


def test_a_key_in_a_finding_is_kept_out() -> None:
    key = "secret-key-123"
    files(Path(), {"k.audience": f'a == "{key}" or a == 1'})
    for form in FORMATS:
        for more in ([], ["--findings-file", "found"]):
            done = run("compile", "k.audience", "--output-format", form, *more, env={"BRAZE_API_KEY": key})
            found = Path("found").read_text(encoding="utf-8") if more else done.err
            assert key not in found
            assert "AUD203" in found


# --- Tests of audiences: their cases are in every form ---


@pytest.mark.parametrize("form", MACHINES)
def test_a_case_that_fails(form: str) -> None:
    files(Path(), {"good.test.toml": CASE.format("false")})
    done = run("test", "--output-format", form)
    assert done.code == 1
    assert form == "json" or "must not match, and does" in done.out
    assert done.err == ""
    if form == "junit":
        assert ET.fromstring(done.out).attrib == {"tests": "1", "failures": "1", "errors": "0"}
    elif form != "json":
        assert "AUD910" in done.out


@pytest.mark.parametrize("form", MACHINES)
def test_cases_that_pass(form: str) -> None:
    files(Path(), {"good.test.toml": CASE.format("true")})
    done = run("test", "--output-format", form)
    assert done.code == 0
    assert "AUD910" not in done.out


def test_a_report_for_people_and_a_file_for_machines() -> None:
    files(Path(), {"good.test.toml": CASE.format("false")})
    done = run("test", "--output-format", "sarif", "--findings-file", "found.sarif")
    assert "0 passed, 1 failed" in done.out
    (result,) = json.loads(Path("found.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["ruleId"] == "AUD910"
