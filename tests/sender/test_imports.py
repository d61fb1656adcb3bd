"""What the sender imports, and what it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

import audience_dsl.sender as sender

PACKAGE = Path(sender.__file__).parent.parent


def modules_after(statement: str) -> set[str]:
    command = [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def test_checking_a_request_does_not_import_the_http_library() -> None:
    modules = modules_after("from audience_dsl.sender import check_request, classify_response")
    assert not {"httpx", "httpcore", "lark", "audience_dsl.syntax", "audience_dsl.compiler"} & modules


def test_the_package_imports_neither_pydantic_nor_httpx() -> None:
    assert not {"httpx", "pydantic"} & modules_after("import audience_dsl")


def test_one_module_imports_the_http_library() -> None:
    importing = [path for path in PACKAGE.rglob("*.py") if "\nimport httpx" in path.read_text("utf-8")]
    assert importing == [PACKAGE / "sender" / "http.py"]


def test_the_public_names() -> None:
    for name in sender.__all__:
        assert getattr(sender, name) is not None
    assert set(sender.__all__) <= set(dir(sender))
    with pytest.raises(AttributeError, match="no attribute"):
        sender.__getattr__("nothing")
