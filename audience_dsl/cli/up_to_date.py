"""Whether outputs on disk are what they should be, and how they differ."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..diagnostics import CODES, Diagnostic
from ..source import Source
from .console import Console
from .documents import read_json
from .files import ReadError, read_source
from .outputs import file_diff

__all__ = ["compare", "is_audience"]


def compare(
    outputs: Mapping[Path, tuple[str, str]], stale: Iterable[Path], console: Console, way: str
) -> tuple[str, list[Diagnostic]]:
    """The difference between files and what they should hold, as a unified diff, and a finding for each that differs.

    `outputs` has the content of each file and what it is made from. `stale` are files that nothing makes any more.
    `way` is what to do about each.
    """
    diffs: list[str] = []
    faults: list[Diagnostic] = []
    for path, (content, origin) in outputs.items():
        held = _held(path)
        if held == content:
            continue
        message = f"`{path}` is missing" if held is None else f"`{path}` is not what {origin} compiles to"
        faults.append(_out_of_date(path, message, way))
        diffs.append(_diff(held or "", content, path, console))
    for path in stale:
        faults.append(_out_of_date(path, f"no source makes `{path}` any more", way))
        diffs.append(_diff(_held(path) or "", "", path, console))
    return "".join(diffs), faults


def is_audience(path: Path) -> bool:
    """Whether a file is a connected audience, which `compile` may have written."""
    from ..audience.wire import check_audience

    try:
        value = read_json(read_source(path), slug="unreadable")
    except ReadError:
        return False
    return not check_audience(value)


def _held(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _diff(old: str, new: str, path: Path, console: Console) -> str:
    return file_diff(old, new, f"{path}", "compiled", color=console.data_color)


def _out_of_date(path: Path, message: str, way: str) -> Diagnostic:
    return Diagnostic(CODES["out-of-date"], message, source=Source("", str(path)), help=way)
