"""Which files have changed since a commit, and which audiences that touches."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..compiler.resolver import resolve
from ..diagnostics import quoted
from ..settings import Limits
from ..syntax import tree
from ..syntax.parser import parse
from .exits import UsageFault
from .files import ReadError, read_source
from .inputs import Input
from .project import Project, Projects

__all__ = ["Changes"]


class Changes:
    """The files of a repository that differ from a commit, by path: also those that are gone, or new to git.

    What lies outside the repository counts as changed, since nobody knows. A directory that changed, which is a
    repository inside this one, stands for all that is in it.
    """

    __slots__ = ("_changed", "_root")

    def __init__(self, root: Path, changed: Iterable[Path]) -> None:
        self._root = root
        self._changed = frozenset(changed)

    @classmethod
    def since(cls, revision: str, directory: Path) -> "Changes":
        """Raises UsageFault where git cannot say."""
        root = Path(_git(directory, "rev-parse", "--show-toplevel").rstrip("\n"))
        commit = _commit(root, revision)
        names = [
            # Of a file that moved both names have changed.
            *_git(root, "diff", "--name-only", "--no-renames", "-z", commit, "--").split("\0"),
            *_git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"),
        ]
        return cls(Path(os.path.realpath(root)), (Path(os.path.realpath(root / name)) for name in names if name))

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, Path):
            return False
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self._root):
            return True
        return real in self._changed or any(each in self._changed for each in real.parents)

    def __iter__(self) -> Iterator[Path]:
        return iter(self._changed)

    def affected(self, sources: Iterable[Input], projects: Projects) -> list[Input]:
        """The files that changed themselves, use a file that did, or belong to a project whose configuration did."""
        return [each for each in sources if self._affects(each.path, projects)]

    def _affects(self, path: Path, projects: Projects) -> bool:
        project: Project | None = projects.of(path)
        read: set[Path | None] = {path, *_used(path, projects)}
        while project is not None:
            settled = project.configuration
            read |= {settled.path, settled.catalog, *(each.source for each in settled.requirements)}
            project = project.outer
        return any(each in self for each in read if each is not None)


def _used(path: Path, projects: Projects) -> Iterator[Path]:
    """The files that a file names in `use`, through others too, and also those that are not there."""
    try:
        source = read_source(path)
    except ReadError:
        return
    program = resolve(parse(source), path=path, base_path=projects.root(path), limits=Limits())
    for unit in program.units:
        for each in getattr(unit.parsed.tree, "definitions", ()):
            if isinstance(each, tree.Use) and isinstance(each.path, tree.Text) and "\0" not in each.path.value:
                yield Path(unit.folder or ".", each.path.value)


def _commit(root: Path, revision: str) -> str:
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    except UsageFault:
        raise UsageFault(
            f"this repository has no commit {quoted(revision)}",
            "name a commit or branch; a shallow clone has few, and `git fetch --unshallow` brings the others",
        ) from None


def _git(directory: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", directory, *arguments], capture_output=True, check=False)  # noqa: S603, S607 - no shell
    except (OSError, ValueError):
        raise UsageFault("`--changed-since` asks git, and there is none", "install git, or leave it out") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = f"git cannot say what has changed: {said[0].removeprefix('fatal: ') if said else 'it failed'}"
        raise UsageFault(message, "run it inside the repository, or leave `--changed-since` out")
    return os.fsdecode(done.stdout)
