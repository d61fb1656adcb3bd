"""`audience config`: what is in effect, and the schemas for editors."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from .support import files, run


@pytest.mark.parametrize("file", [(), ("audience.toml",), ("attributes.toml",), ("findings.json",)])
def test_schemas(file: tuple[str, ...]) -> None:
    done = run("config", "schema", *file)
    assert (done.code, done.err) == (0, "")
    schema = json.loads(done.out)
    assert schema["type"] == "object"
    assert ("attributes" in schema["properties"]) == (file == ("attributes.toml",))
    if schema["$schema"].startswith("http://json-schema.org/draft-07/"):
        Draft7Validator.check_schema(schema)


def test_no_such_schema() -> None:
    assert run("config", "schema", "pyproject.toml").code == 2


def test_each_value_and_its_origin(here: Path) -> None:
    files(here, {"audience.toml": '# ours\nfail-level = "note"\n', "sub/pyproject.toml": "[tool.audience]\n"})
    values = json.loads(run("config", "show", "--output-format", "json").out)["values"]
    assert values["fail-level"] == {"value": "note", "from": "audience.toml:2"}
    assert values["limits.depth"]["from"] == "default"
    nested = run("config", "show", "sub", "--output-format", "json")
    assert json.loads(nested.out)["values"]["fail-level"] == {"value": "error", "from": "default"}


def test_a_nearer_configuration_drops_no_required_filter(here: Path) -> None:
    files(
        here,
        {
            "audience.toml": '[[require]]\npaths = ["**", "!sub/free/**"]\nfilters = ["push is opted_in"]\n',
            "sub/audience.toml": 'fail-level = "never"\n[[require]]\npaths = ["**"]\nfilters = ["x is true"]\n',
            "sub/a.audience": "x is true\n",
            "sub/b.audience": "push is opted_in\n",
            "sub/c.audience": "x is true and push is opted_in\n",
            "sub/free/d.audience": "x is true\n",
        },
    )
    assert [run("compile", f"sub/{name}.audience").code for name in ("a", "b", "c", "free/d")] == [1, 1, 0, 0]
    assert "# the required filters of audience.toml hold as well" in run("config", "show", "sub").out
    # One that is named stands alone.
    assert run("compile", "sub/a.audience", "--config", "sub/audience.toml").code == 0
