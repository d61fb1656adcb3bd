"""The rooms of the house: imports run one way, and the path from text to JSON stays light."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import audience_dsl
from audience_dsl.diagnostics import CODES

PACKAGE = Path(audience_dsl.__file__).parent
ROOT = PACKAGE.parent

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# From the ground up, as the page lists them: a room imports only from itself and from rooms before it.
TABLE = PAGE.partition("| room | what is in it |")[2].partition("\n\n")[0]
CELLS = [line.split("|")[1] for line in TABLE.splitlines() if line.startswith("| `")]
ROOMS = [name for cell in CELLS for name in re.findall(r"`(?:audience_dsl/)?([a-z_]+)(?:\.py|/)`", cell)]
STEP = {room: step for step, room in enumerate(ROOMS)}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name within it; the package itself is the empty name."""
    found = {}
    for file in PACKAGE.rglob("*.py"):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = file
    return found


MODULES = modules()


def is_package(name: str) -> bool:
    return MODULES[name].name == "__init__.py"


def imports(name: str) -> set[str]:
    """The modules of the package that this one imports, at the top, in functions, or for types only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(each.name.removeprefix("audience_dsl").lstrip(".") for each in node.names if _ours(each.name))
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = name.split(".") if name else []
                up = node.level - is_package(name)
                base = base[: len(base) - up]
            elif node.module and _ours(node.module):
                base = []
            else:
                continue
            stem = ".".join([*base, *((node.module or "").removeprefix("audience_dsl").strip(".").split("."))])
            stem = stem.strip(".")
            for each in node.names:
                whole = f"{stem}.{each.name}".strip(".")
                found.add(whole if whole in MODULES else stem)
    return found


def _ours(module: str) -> bool:
    return module == "audience_dsl" or module.startswith("audience_dsl.")


def foreign(name: str) -> set[str]:
    """The outside packages that a module imports, by their first name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(each.name.split(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found - {"audience_dsl"}


def room(name: str) -> str:
    return name.split(".")[0]


GRAPH = {name: imports(name) for name in MODULES}
INSIDE = sorted(name for name in MODULES if name and not name.startswith("__"))


def test_the_graph_is_read() -> None:
    # What the tests below rest on: relative, in-function and package imports are seen.
    assert "compiler.lowering" in GRAPH["api"]
    assert "diagnostics" in GRAPH["syntax.parser"]
    assert "syntax.tree" in GRAPH["compiler.lowering"]
    assert "syntax.mistakes" in GRAPH["syntax.recovery"]


@pytest.mark.parametrize("name", INSIDE)
def test_imports_run_one_way(name: str) -> None:
    assert room(name) in STEP, f"docs/architecture.md has no room `{room(name)}`"
    for target in GRAPH[name]:
        # The package's own name holds the version and nothing else that is imported inside.
        if target:
            assert STEP[room(target)] <= STEP[room(name)], f"{name} imports {target}"


def test_no_circles() -> None:
    """Among modules, imports for types and in functions counted; a package's `__init__` stands for itself."""
    state: dict[str, str] = {}
    circles: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        state[name] = "open"
        for target in sorted(GRAPH[name]):
            if state.get(target) == "open":
                circles.append(" → ".join([*path[path.index(target) :], target]))
            elif target not in state:
                visit(target, (*path, target))
        state[name] = "done"

    for name in INSIDE:
        if name not in state:
            visit(name, (name,))
    assert circles == [], circles


@pytest.mark.parametrize(
    ("where", "never"),
    [
        ("filters", {"syntax", "compiler", "audience", "source", "diagnostics"}),
        ("absorption", {"filters", "syntax", "braze"}),
        ("catalog", {"filters", "syntax", "compiler", "settings"}),
        ("syntax", {"filters", "compiler", "audience", "settings", "catalog"}),
        ("compiler", {"audience", "api", "sender"}),
        ("lint", {"audience", "decompiler", "sql", "preview"}),
        ("audience", {"syntax", "compiler", "api"}),
        ("decompiler", {"source", "lint", "evaluate", "profiles"}),
        ("config", {"syntax", "compiler", "catalog", "api"}),
        ("checking", {"audience", "decompiler", "evaluate", "profiles"}),
        ("sender", {"syntax", "compiler", "api"}),
        ("report", {"syntax", "compiler", "audience", "api", "sender"}),
        ("explaining", {"source", "syntax", "lint", "sql", "preview", "sender"}),
        ("braze", {"diagnostics", "settings", "filters", "syntax"}),
    ],
)
def test_what_a_room_knows_nothing_of(where: str, never: set[str]) -> None:
    for name in INSIDE:
        if room(name) == where:
            assert {room(target) for target in GRAPH[name] if target}.isdisjoint(never), name


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("anyio", {"sender.client"}),
        ("click", {"cli"}),
        ("duckdb", {"preview", "profiles"}),
        ("httpx", {"sender.http"}),
        ("httptools", {"sandbox.protocol"}),
        ("httpx2", set()),
        ("jinja2", {"sandbox.page.rendering"}),
        ("keyring", {"cli.keys"}),
        ("lark", {"syntax.grammar"}),
        ("pathspec", {"checking.requirements"}),
        ("pydantic", {"audience.shape", "sender.bodies.models", "sender.bodies.parts"}),
        ("pydantic_core", {"audience.shape", "audience.wire", "sender.bodies.wording"}),
        ("pyspark", {"spark"}),
        ("pytest", {"pytest_plugin"}),
        ("regex", {"regexes"}),
        # A preview on DuckDB puts more around the queries that are made in `sql`.
        ("sqlglot", {"sql", "preview", "spark"}),
        ("starlette", {"sandbox"}),
        ("tomlkit", {"catalog.merging"}),
        ("uvicorn", {"sandbox.protocol", "sandbox.server"}),
        ("watchfiles", {"cli.watching"}),
    ],
)
def test_where_an_outside_package_is_imported(package: str, rooms: set[str]) -> None:
    importers = [name for name in INSIDE if package in foreign(name)]
    assert {name if name in rooms else room(name) for name in importers} == rooms


def test_every_outside_package_has_its_place() -> None:
    outside = set().union(*(foreign(name) for name in INSIDE)) - sys.stdlib_module_names
    placed = next(mark for mark in test_where_an_outside_package_is_imported.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert outside <= {package for package, _ in placed.args[1]}


@pytest.mark.parametrize("name", ["source", "node", "diagnostics", "braze", "settings", "filters", "api"])
def test_the_ground_floor_imports_the_standard_library_alone(name: str) -> None:
    assert foreign(name) <= sys.stdlib_module_names


@pytest.mark.parametrize("place", ["syntax", "compiler", "audience.emit"])
def test_the_path_from_text_to_json_imports_the_standard_library_alone(place: str) -> None:
    for name in INSIDE:
        if name.startswith(place) and name not in ("syntax.grammar", "syntax.generate"):
            assert foreign(name) <= sys.stdlib_module_names, name


HEAVY = {
    *("asyncio", "click", "dataclasses", "difflib", "duckdb", "httpx", "inspect", "lark", "pathspec", "pydantic"),
    *("regex", "sqlglot", "sqlite3", "ssl", "tomlkit", "tomllib", "watchfiles"),
}
# What a text that is right has no need of.
NOT_FOR_A_COMPILE = tuple(
    f"audience_dsl.{name}"
    for name in (
        *("audience.shape", "audience.wire", "catalog.reading", "checking", "config.reading", "decompiler", "evaluate"),
        *("explaining", "lint", "preview", "profiles", "report.sarif", "sandbox", "sender", "simplify", "sql"),
        *("syntax.formatter", "syntax.machine", "syntax.mistakes", "syntax.recovery", "testing"),
    )
)


def loaded_by(code: str, directory: Path = ROOT) -> set[str]:
    """The modules that a program imports, and a bare one does not."""
    whole, bare = (
        set(
            json.loads(
                subprocess.run([sys.executable, "-c", each], capture_output=True, check=True, cwd=directory).stdout
            )
        )
        for each in (
            f"import sys, json; {code}; json.dump(sorted(sys.modules), sys.stdout)",
            "import sys, json; json.dump(sorted(sys.modules), sys.stdout)",
        )
    )
    return whole - bare


@pytest.mark.parametrize(
    "program",
    [
        """audience_dsl.compile('eye_color == "blue" and (n > 3 or not push is opted_in)')""",
        """audience_dsl.compile('a in $x and b less than $d days ago', params={"x": ["y"], "d": 3}).to_json()""",
        """audience_dsl.compile('let l = a == 2.5\\naudience o = not l').to_dict()""",
    ],
)
def test_compiling_a_right_text_imports_nothing_heavy(program: str) -> None:
    loaded = loaded_by(f"import audience_dsl; {program}")
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith(NOT_FOR_A_COMPILE)} == set()
    assert "audience_dsl.cli" not in loaded


# What a command may import besides: click, and what click imports.
HEAVY_FOR_A_COMMAND = HEAVY - {"click", "inspect"}


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (["compile", "right.audience"], set()),
        (["compile", "configured/right.audience"], {"audience_dsl.catalog.reading", "audience_dsl.config.reading"}),
    ],
)
def test_compiling_a_right_file_imports_nothing_heavy(tmp_path: Path, arguments: list[str], more: set[str]) -> None:
    (tmp_path / "configured").mkdir()
    for file in ("right.audience", "configured/right.audience"):
        (tmp_path / file).write_text('eye_color == "blue" and (n > 3 or not push is opted_in)\n', encoding="utf-8")
    (tmp_path / "configured" / "audience.toml").write_text('catalog = "attributes.toml"\n', encoding="utf-8")
    (tmp_path / "configured" / "attributes.toml").write_text(
        '[attributes]\neye_color = "string"\nn = "number"\n', encoding="utf-8"
    )
    call = f"from audience_dsl.cli import main; main({arguments})"
    loaded = loaded_by(
        f"import io; saved, sys.stdout = sys.stdout, io.StringIO(); {call}; sys.stdout = saved", tmp_path
    )
    assert "audience_dsl.audience.emit" in loaded
    assert loaded & (HEAVY_FOR_A_COMMAND - ({"tomllib"} if more else set())) == set()
    assert {name for name in loaded if name.startswith(NOT_FOR_A_COMPILE)} == more


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, audience_dsl; print([name for name in sys.modules if name.startswith('audience_dsl.')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"


# Below `sender` and `cli` nothing reads the clock, the environment or the network.
FORBIDDEN = {"time", "random", "secrets", "socket", "urllib", "subprocess", "locale", "getpass", "tempfile"}


@pytest.mark.parametrize("name", [each for each in INSIDE if STEP.get(room(each), 99) <= STEP["api"]])
def test_nothing_below_the_sender_reads_clock_environment_or_network(name: str) -> None:
    assert foreign(name).isdisjoint(FORBIDDEN)
    text = MODULES[name].read_text(encoding="utf-8")
    for call in (".environ", "import environ", "getenv(", ".now(", ".today(", "setrecursionlimit", "print("):
        assert call not in text, f"{name} has {call}"


def test_every_code_is_used() -> None:
    """A finding is raised by its slug, so every slug stands somewhere besides its row in the registry."""
    texts = {name: MODULES[name].read_text(encoding="utf-8") for name in INSIDE}
    registry = texts["diagnostics"].index("CODES = _registry(")
    texts["diagnostics"] = texts["diagnostics"][:registry]
    said = set(re.findall(r"[\"']([a-z][a-z0-9-]+)[\"']", "\n".join(texts.values())))
    assert sorted(set(CODES) - said) == []


def test_every_code_has_its_place_on_the_page_of_errors() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\bAUD\d{3}\b", page))
    assert {code.code for code in CODES.values()} == listed


def test_codes_are_ordered_and_told_by_their_stage() -> None:
    for code in CODES.values():
        assert re.fullmatch(r"AUD[0-9]\d\d", code.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.slug)
        assert code.summary
        assert not code.summary.endswith(".")
