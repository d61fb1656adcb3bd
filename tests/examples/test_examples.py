"""Every example compiles, or builds, to the JSON beside it."""

import json
import re
from pathlib import Path

import pytest

from audience_dsl.sender import build_request, endpoint_for

from .command import run
from .expected import AUDIENCES, EXAMPLES, REQUESTS, Example, audience_json

DISPATCH_ID = re.compile(r"\b[0-9a-f]{32}\b")


def test_no_example_is_left_out() -> None:
    audiences = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.audience")}
    assert audiences == {example.file for example in AUDIENCES} | {"shared-consent/shared/consent.audience"}
    assert {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("request*.toml")} == set(REQUESTS)
    expected = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("expected*.json")}
    assert expected == {example.expected for example in AUDIENCES} | set(REQUESTS.values())


@pytest.mark.parametrize("path", [EXAMPLES / file for file in sorted({e.file for e in AUDIENCES} | set(REQUESTS))])
def test_an_example_says_what_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("command", [("check", "--fail-level", "note"), ("fmt", "--check")], ids=lambda it: it[0])
def test_the_tools_have_nothing_to_say(command: tuple[str, ...]) -> None:
    done = run(*command, str(EXAMPLES))
    assert done.status == 0, done.errors


@pytest.mark.parametrize("example", AUDIENCES, ids=lambda example: example.expected)
def test_an_audience_compiles_to_the_json_beside_it(example: Example) -> None:
    assert audience_json(example).encode() == (EXAMPLES / example.expected).read_bytes()


@pytest.mark.parametrize("example", AUDIENCES, ids=lambda example: example.expected)
def test_the_command_line_prints_the_same(example: Example) -> None:
    name = ["--name", example.name] if example.name else []
    params = [word for key, value in example.params.items() for word in ("--param", f"{key}={value}")]
    done = run("compile", str(EXAMPLES / example.file), *name, *params)
    assert (done.status, done.errors) == (0, "")
    assert done.output.encode() == (EXAMPLES / example.expected).read_bytes()


@pytest.mark.parametrize(("request_file", "expected"), REQUESTS.items(), ids=REQUESTS)
def test_a_request_builds_to_the_body_beside_it(request_file: str, expected: str) -> None:
    done = run("request", str(EXAMPLES / request_file))
    assert (done.status, done.errors) == (0, "")
    assert done.output.encode() == (EXAMPLES / expected).read_bytes()
    body = json.loads(done.output)
    build_request(body, endpoint=endpoint_for(body))


@pytest.mark.parametrize("request_file", REQUESTS)
def test_a_request_is_accepted_by_the_sandbox(request_file: str) -> None:
    done = run("send", str(EXAMPLES / request_file), "--sandbox")
    assert done.status == 0, done.errors
    assert DISPATCH_ID.search(done.output + done.errors)


def test_the_pages_own_audience() -> None:
    # Key for key, in the order in which the page prints it.
    body = json.loads((EXAMPLES / "endpoint-page" / "expected.body.json").read_bytes())
    audience = json.loads((EXAMPLES / "endpoint-page" / "expected.json").read_bytes())
    assert json.dumps(body["audience"]) == json.dumps(audience)
    assert list(body) == [
        "campaign_id",
        "send_id",
        "trigger_properties",
        "broadcast",
        "audience",
        "recipients",
        "attachments",
    ]
