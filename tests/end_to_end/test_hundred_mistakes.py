"""A folder of 40 files with a hundred mistakes: one run reports each of them once, at its place, and no false one.

`hundred/` has the files. A line with a mistake ends with `#! CODE TEXT`: what is reported there, and the text on that
line at which it is.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import run

FOLDER = Path(__file__).parent / "hundred"
MARK = re.compile(r"#! (AUD[0-9]{3}) (.+)")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planted(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.audience")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            mark = MARK.search(line)
            if mark is not None:
                yield f"{file.name}:{number}:{line.index(mark[2]) + 1} {mark[1]}"


def found() -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(run("check", "--output-format", "json").out)["findings"]
    return findings


def place(finding: dict[str, Any]) -> str:
    start = finding["range"]["start"]
    return f"{finding['file']}:{start['line']}:{start['column']} {finding['code']}"


def test_each_is_reported_once_at_its_place(folder: Path) -> None:
    expected = list(planted(folder))
    assert len(expected) >= 100
    assert len({each.split(":")[0] for each in expected}) == 40
    assert sorted(map(place, found())) == sorted(expected)


def test_what_has_a_fix_is_mended_and_the_rest_stays(folder: Path) -> None:
    before = found()
    assert sum(each["fix"] is not None for each in before) > 30
    run("check", "--fix", "--unsafe-fixes")
    # Lines may have moved, so a mistake is known by its file and code.
    left = sorted((each["file"], each["code"]) for each in found())
    assert left == sorted((each["file"], each["code"]) for each in before if each["fix"] is None)


def test_files_without_mistakes_left_are_formatted_and_compiled(folder: Path) -> None:
    unfixable = {each["file"] for each in found() if each["fix"] is None}
    run("check", "--fix", "--unsafe-fixes")
    for name in unfixable:
        (folder / name).unlink()
    assert len(list(folder.glob("*.audience"))) >= 4
    assert found() == []
    assert run("fmt").code == 0
    assert run("fmt", "--check").code == 0
    done = run("compile", ".", "--out-dir", "out")
    assert (done.code, done.err) == (0, "")
    assert found() == []
