"""The planted bugs themselves: none is missing in the tables, and none is the code as it was."""

import ast
from pathlib import Path

import pytest

import audience_dsl
from audience_dsl.braze import COMPARISONS, MISSING
from audience_dsl.compiler import negation
from tests.mutation.mutants import TARGETS, mutants, mutants_of

PACKAGE = Path(audience_dsl.__file__).parent
MUTANTS = mutants(PACKAGE)
CHANGES = {path: [each.change for each in found] for path, found in MUTANTS.items()}


def test_every_row_of_the_assumptions_is_spoiled() -> None:
    flips = [each for each in MUTANTS["braze.py"] if each.where == "MISSING" and " → " in each.change]
    assert sum(each.change.startswith(("True → False", "False → True")) for each in flips) == len(MISSING)
    for key in MISSING:
        assert any(f"('{key}', " in change and "→ marked " in change for change in CHANGES["braze.py"]), key
        assert any(change.startswith(f"'{key}' → ") for change in CHANGES["braze.py"]), key


def test_every_comparison_of_every_type_is_spoiled() -> None:
    found = [each.change for each in MUTANTS["braze.py"] if each.where == "COMPARISONS"]
    for comparison in {each for row in COMPARISONS.values() for each in row}:
        times = sum(comparison in row for row in COMPARISONS.values())
        assert sum(change.endswith(f"→ without '{comparison}'") for change in found) == times
        assert sum(change.startswith(f"'{comparison}' → ") for change in found) == times


@pytest.mark.parametrize("table", ["_OPPOSITE", "_OTHER_SIDE"])
def test_every_entry_of_the_complement_rule_is_spoiled(table: str) -> None:
    found = [each.change for each in MUTANTS["compiler/negation.py"] if each.where == table]
    for key in getattr(negation, table):
        assert sum(change.endswith(f"→ without '{key}'") for change in found) == 1
        assert sum(f" → '{key}' as " in change for change in found) == 1


@pytest.mark.parametrize("path", TARGETS)
def test_names_of_mutants_are_their_own(path: str) -> None:
    names = [each.name for each in MUTANTS[path]]
    assert len(names) == len(set(names)) > 20


@pytest.mark.parametrize("path", ["attribute_types.py", "compiler/negation.py"])
def test_every_mutant_is_a_module_of_its_own(path: str) -> None:
    source = (PACKAGE / path).read_text(encoding="utf-8")
    sources = [each.source for each in mutants_of(path, source)]
    assert ast.unparse(ast.parse(source)) not in sources
    for each in sources:
        compile(each, path, "exec")
