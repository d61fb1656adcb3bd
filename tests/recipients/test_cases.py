"""What is read from files of recipients, and what is found in them: the cases of `cases.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from audience_dsl.braze_api import ENDPOINTS
from audience_dsl.diagnostics import Diagnostic, RequestError

from .support import recipients_file

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))["case"]


def place(finding: Diagnostic) -> tuple[int, int]:
    if finding.source is None or finding.span is None:
        return 0, 0
    position = finding.source.position(finding.span.start)
    return position.line, position.column


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(tmp_path: Path, case: dict[str, Any]) -> None:
    ending = "csv" if "csv" in case else "jsonl"
    endpoint = ENDPOINTS[case.get("endpoint", "campaign-trigger-send")]
    found: list[Diagnostic] = []
    read: list[list[Any]] = []
    try:
        file = recipients_file(tmp_path / f"p.{ending}", case[ending], mapping=case.get("map"), endpoint=endpoint)
        for entry in file.entries():
            found += entry.findings
            assert all(place(finding)[0] == entry.line for finding in entry.findings)
            assert (entry.recipient is None) == (entry.identity is None) == bool(entry.findings)
            if entry.recipient is not None:
                read.append([entry.line, entry.recipient])
                assert file.at(entry.offset, entry.length) == entry.recipient
    except RequestError as error:
        found += error.diagnostics
    assert read == case.get("read", [])
    found.sort(key=place)
    told = [(*place(each), each.code.code, f"{each.message} {each.help}") for each in found]
    assert [each[:3] for each in told] == [tuple(each[:3]) for each in case.get("found", [])]
    for (*_, said), (*_, words) in zip(told, case.get("found", []), strict=True):
        assert words in said
