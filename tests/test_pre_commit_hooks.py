"""The hooks for pre-commit run commands that there are, on the files that there are."""

import re
from pathlib import Path

from tests.cli.support import run

HOOKS = (Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")


def test_each_hook_runs_a_command() -> None:
    ids = re.findall(r"^- id: (\S+)$", HOOKS, re.MULTILINE)
    entries = re.findall(r"^  entry: audience (\S+)$", HOOKS, re.MULTILINE)
    assert ids == [f"audience-{command}" for command in entries] == ["audience-check", "audience-fmt"]
    for command in entries:
        assert run(command, "--help").code == 0


def test_the_hooks_take_audience_files() -> None:
    patterns = re.findall(r"^  files: (.+)$", HOOKS, re.MULTILINE)
    assert len(patterns) == HOOKS.count("- id: ")
    for pattern in patterns:
        assert re.search(pattern, "a b/weather.audience")
        assert not re.search(pattern, "weather.audience.json")
