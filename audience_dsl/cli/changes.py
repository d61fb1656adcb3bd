"""Which files have changed since a commit, and which audiences that touches."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ..compiler.resolver import resolve
from ..settings import Limits
from ..syntax.parser import parse
from .exits import UsageFault
from .files import ReadError, read_source
from .inputs import Input
from .project import Projects

__all__ = ["affected", "changed_since"]


def changed_since(revision: str) -> set[Path]:
    """The files that differ from a commit, those that git does not know yet included, as real paths.

    Raises UsageFault where git cannot say.
    """
    root = Path(_git("rev-parse", "--show-toplevel").rstrip("\n"))
    names = [
        *_git("diff", "--name-only", "-z", "--end-of-options", revision, "--").split("\0"),
        # From the root as well: git names these from where it is asked.
        *_git("-C", str(root), "ls-files", "--others", "--exclude-standard", "-z").split("\0"),
    ]
    return {Path(os.path.realpath(root / name)) for name in names if name}


def affected(sources: Iterable[Input], changed: set[Path], projects: Projects) -> list[Input]:
    """The files that changed themselves, use a file that did, or belong to a project whose configuration did."""
    return [each for each in sources if _is_affected(each.path, changed, projects)]


def _is_affected(path: Path, changed: set[Path], projects: Projects) -> bool:
    configuration = projects.of(path).configuration
    read = {path, configuration.path, configuration.catalog, *(each.source for each in configuration.requirements)}
    return any(Path(os.path.realpath(each)) in changed for each in {*read, *_used(path, projects)} if each is not None)


def _used(path: Path, projects: Projects) -> list[Path]:
    """The files that a file uses, through others too."""
    try:
        source = read_source(path)
    except ReadError:
        return []
    program = resolve(parse(source), path=path, base_path=projects.root(path), limits=Limits())
    return [Path(unit.parsed.source.name) for unit in program.units]


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607 - no shell
    except OSError:
        raise UsageFault("`--changed-since` asks git, and there is none", "install git, or leave it out") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = f"git cannot say what has changed: {said[0] if said else 'it failed'}"
        raise UsageFault(message, "name a commit or branch of this repository")
    return os.fsdecode(done.stdout)
