"""The list of rooms in docs/architecture.md is complete, and its order is the one in which imports run."""

import ast
import re
from pathlib import Path

from .pages import ROOT

PACKAGE = ROOT / "audience_dsl"
MODULES = sorted(PACKAGE.rglob("*.py"))


def _rooms() -> list[str]:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("| room | what is in it |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [name.rstrip("/") for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


ROOMS = _rooms()


def _room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0]


def _imports(module: Path) -> set[Path]:
    """The modules of this package that a module imports anywhere in it, also late or for types only."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            home = module.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                found.add(_module(home / alias.name) or _module(home))
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == PACKAGE.name for name in names), f"{module}: write it as relative"
    return {each for each in found if each is not None}


def _module(path: Path) -> Path | None:
    return next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)


def test_every_module_has_a_room() -> None:
    assert {_room(module) for module in MODULES} == {room for room in ROOMS if not room.startswith("grammar")}


def test_imports_go_up() -> None:
    seen = 0
    for module in MODULES:
        here = ROOMS.index(_room(module))
        # The version stands in the package's own `__init__`, which imports nothing before it is asked for something.
        targets = _imports(module) - {PACKAGE / "__init__.py"}
        down = [each for each in targets if ROOMS.index(_room(each)) > here]
        assert down == [], f"{module} imports from a room below it"
        seen += len(targets)
    assert seen > 2 * len(MODULES)
