"""Texts before and after, as files: the style itself."""

from pathlib import Path

import pytest

from audience_dsl.source import Source
from audience_dsl.syntax.formatter import format_source

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.name.removesuffix(".before.audience") for path in GOLDEN.glob("*.before.audience"))


def read(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_text_and_its_canonical_form(name: str) -> None:
    after = read(f"{name}.after.audience")
    assert format_source(Source(read(f"{name}.before.audience"))) == after
    assert format_source(Source(after)) == after
