"""Every code block of the documentation runs, and shows what comes out.

python      executed; the blocks of a page share one namespace, in order. `file=PATH`: not executed, and this is the
            file's text
console     lines after `$ ` (and `> `) run in a copy of the project; what they print stands below them, where
            `…` matches the rest of a line, and a line of `…` any lines. `exit=N` is the status of the last
            command, 0 unless said. `sandbox`: a sandbox is on a port meanwhile, and `$SANDBOX` is its address; one
            for all such blocks of a page
audience    compiles without a finding; `error=CODE` or `warning=CODE` (or `CODE,CODE`) if it is to have some.
            `lint=CODE,CODE`: these are what is found in all, by the rules too.
            `params=JSON`, `catalog=JSON` and `now=INSTANT` are handed in. `file=NAME` puts it in the page's
            project, which its `use` reads from
json        is JSON. `emitted`: what the audience block before it compiles to, key for key. `audience` or
            `request`: has no finding; `error=CODE` if it is to have one. The endpoint is that of its fields
toml        is TOML
sh          is run by .ci/run
text        is not run
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from audience_dsl import BindError, CompileError, ConfigurationError, check
from audience_dsl.api import analyse
from audience_dsl.audience.wire import check_audience
from audience_dsl.diagnostics import WARNING, Diagnostic
from audience_dsl.sandbox import local_sandbox, running
from audience_dsl.sender import check_request, endpoint_for
from audience_dsl.source import Source

from .pages import PAGES, ROOT, Block, blocks, blocks_of, page_name

_OPTIONS = {
    "python": {"file"},
    "console": {"exit", "sandbox"},
    "audience": {"error", "warning", "lint", "params", "catalog", "now", "file"},
    "json": {"error", "emitted", "audience", "request"},
    "toml": set[str](),
    "sh": set[str](),
    "text": set[str](),
    "": set[str](),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what a reader of the documentation has before them, as the working directory."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("examples", "grammar", "pyproject.toml", "README.md"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy / name)
    monkeypatch.chdir(copy)
    return copy


def _pages_with(*languages: str) -> list[Path]:
    return [page for page in PAGES if any(block.language in languages for block in blocks_of(page))]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.place)
def test_no_block_escapes(block: Block) -> None:
    assert block.language in _OPTIONS, f"{block.place}: nothing runs `{block.language}`"
    known = _OPTIONS[block.language]
    assert {*block.options, *block.words} <= known, f"{block.place}: only {sorted(known)} can stand here"


# --- Python -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", _pages_with("python"), ids=page_name)
def test_python(page: Path, project: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__docs__"}
    for block in blocks_of(page):
        if block.language == "python" and "file" in block.options:
            assert block.text == (project / block.options["file"]).read_text(encoding="utf-8"), block.place
        elif block.language == "python":
            # Line breaks before it, so that a traceback names the line of the page.
            code = compile("\n" * block.line + block.text, str(page), "exec")
            exec(code, namespace)


# --- The language -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", _pages_with("audience"), ids=page_name)
def test_audience(page: Path, tmp_path: Path) -> None:
    found = [block for block in blocks_of(page) if block.language == "audience"]
    for block in found:
        if "file" in block.options:
            file = tmp_path / block.options["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
    for block in found:
        if "lint" in block.options:
            linted = check(block.text, catalog=json.loads(block.options.get("catalog", "null")))
            assert {it.code.code for it in linted} == _wanted(block, "lint"), block.place
            continue
        errors, warnings = _compile(block, tmp_path)
        assert errors == _wanted(block, "error"), f"{block.place}: errors"
        assert warnings == _wanted(block, "warning"), f"{block.place}: warnings"


def _wanted(block: Block, severity: str) -> set[str]:
    return {code for code in block.options.get(severity, "").split(",") if code}


def _compile(block: Block, root: Path) -> tuple[set[str], set[str]]:
    """The codes of the errors and of the warnings that a block gives; each of its audiences is compiled."""
    name = block.options.get("file")
    params = json.loads(block.options.get("params", "{}"))
    catalog = json.loads(block.options.get("catalog", "null"))
    now = block.options.get("now")
    warnings: list[Diagnostic] = []
    try:
        analysis = analyse(
            Source(block.text, name or block.place),
            path=root / name if name else None,
            base_path=root if name else None,
            params=params,
            catalog=catalog,
        )
        warnings.extend(analysis.diagnostics)
        if analysis.errors:
            raise CompileError(analysis.diagnostics)
        for each in analysis.names:
            instant = datetime.fromisoformat(now) if now else None
            warnings.extend(analysis.audience(each or None, params=params, now=instant).warnings)
    except CompileError as error:
        codes = {it.code.code for it in error.diagnostics if it.severity != WARNING}
        return codes, {it.code.code for it in error.diagnostics if it.severity == WARNING}
    except (BindError, ConfigurationError) as error:
        return {error.code}, set()
    return set(), {it.code.code for it in warnings}


# --- Data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", _pages_with("json", "toml"), ids=page_name)
def test_data(page: Path) -> None:
    before: Block | None = None
    for block in blocks_of(page):
        if block.language == "audience":
            before = block
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "json":
            value = json.loads(block.text)
            if "emitted" in block.words:
                assert before is not None
                assert json.dumps(value) == json.dumps(_emitted(before)), f"{block.place}: what {before} compiles to"
            wanted = _wanted(block, "error")
            if wanted or "audience" in block.words or "request" in block.words:
                of_audience = "audience" in block.words or any(code.startswith("AUD6") for code in wanted)
                found = check_audience(value) if of_audience else check_request(value, endpoint=endpoint_for(value))
                assert {it.code.code for it in found} == wanted, block.place


def _emitted(block: Block) -> object:
    params = json.loads(block.options.get("params", "{}"))
    now = block.options.get("now")
    audience = analyse(block.text, params=params).audience(
        params=params, now=datetime.fromisoformat(now) if now else None
    )
    return audience.to_dict()


# --- The command line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", _pages_with("console"), ids=page_name)
def test_console(page: Path, project: Path, tmp_path: Path) -> None:
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    found = [block for block in blocks_of(page) if block.language == "console"]
    with ExitStack() as stack:
        if any("sandbox" in block.words for block in found):
            environment["SANDBOX"] = stack.enter_context(running(local_sandbox()))
        _run(found, project, environment)


def _run(found: list[Block], project: Path, environment: dict[str, str]) -> None:
    for block in found:
        commands = _commands(block)
        for index, (command, expected) in enumerate(commands):
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
            status = int(block.options.get("exit", "0")) if index == len(commands) - 1 else 0
            assert _pattern(expected).fullmatch(done.stdout), f"{block.place}: $ {command}\n{done.stdout}"
            assert done.returncode == status, f"{block.place}: $ {command}\n{done.stdout}"


def _commands(block: Block) -> list[tuple[str, str]]:
    commands: list[tuple[str, str]] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append((line[2:], ""))
        else:
            assert commands, f"{block.place}: output stands before any command"
            command, output = commands[-1]
            commands[-1] = (command + line[2:], output) if line.startswith("> ") else (command, output + line)
    return commands


def _pattern(expected: str) -> re.Pattern[str]:
    any_lines, rest_of_line = "(?:[^\n]*\n)*?", "[^\n]*"
    lines = (
        any_lines if line == "…" else rest_of_line.join(map(re.escape, line.split("…"))) + "\n"
        for line in expected.splitlines()
    )
    return re.compile("".join(lines))


# --- The commands of the README -----------------------------------------------------------------------------


def test_sh_blocks_are_what_ci_runs() -> None:
    readme = [block.text for block in blocks_of(ROOT / "README.md") if block.language == "sh"]
    assert len(readme) == 2
    for number, text in enumerate(readme, 1):
        printed = subprocess.run(
            ["bash", str(ROOT / ".ci" / "readme-command"), str(number)], capture_output=True, text=True, check=True
        )
        assert printed.stdout == text
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"readme-command (\d)", ci) == ["2", "1"]
    lines = {line.strip() for line in [*ci.splitlines(), *"".join(readme).splitlines()]}
    for block in blocks("sh"):
        if block.page.name != "README.md":
            missing = [line for line in block.text.splitlines() if line.strip() and line.strip() not in lines]
            assert missing == [], f"{block.place}: .ci/run does not run this"
