"""Directives in files that use each other. What they do within one text stands in `cases.toml`."""

from pathlib import Path

import audience_dsl

from .finding import shown

MIXED = "a is true or b is true and c is true"


def found_in(root: Path, name: str) -> list[str]:
    text = (root / name).read_text(encoding="utf-8")
    return sorted(map(shown, audience_dsl.check(text, filename=name, base_path=root)))


def test_a_directive_speaks_of_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "shared.audience").write_text(f"let mixed = {MIXED}\n", encoding="utf-8")
    use = 'use mixed from "shared.audience"\naudience all = mixed\n'
    (tmp_path / "main.audience").write_text(f"# audience: ignore-file mixed-connectives\n{use}", encoding="utf-8")
    assert found_in(tmp_path, "main.audience") == ["AUD016 b is true and c is true", "AUD330 mixed-connectives"]


def test_a_used_file_ignores_its_own_and_tells_of_the_rest_itself(tmp_path: Path) -> None:
    shared = f"let mixed = {MIXED} # audience: ignore AUD016, AUD319, nonsense\n"
    (tmp_path / "shared.audience").write_text(shared, encoding="utf-8")
    (tmp_path / "main.audience").write_text('use mixed from "shared.audience"\naudience all = mixed\n', "utf-8")
    assert found_in(tmp_path, "main.audience") == []
    assert found_in(tmp_path, "shared.audience") == ["AUD330 AUD319", "AUD331 nonsense"]
