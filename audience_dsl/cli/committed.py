"""The JSON that a project commits, held against what its sources compile to: the step compile of `audience ci`."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..diagnostics import ERROR, Diagnostic, by_severity
from .changes import Changes
from .compile import output_of
from .compiling import compile_source
from .console import Console, Progress
from .exits import FindingsError
from .files import open_argument, walk
from .inputs import Input
from .outputs import check_outputs
from .parameters import Given
from .project import Projects
from .up_to_date import compare, is_audience

__all__ = ["Committed"]


class Committed:
    """The files below the output directory, and the sources that make them.

    Of a source that has errors, or needs values for parameters, nobody knows what it makes.
    """

    def __init__(self, console: Console, projects: Projects, sources: Sequence[Input], out_dir: Path) -> None:
        self._console = console
        self._projects = projects
        self._sources = sources
        self._out_dir = out_dir
        self._by_stem: dict[Path, list[Input]] = {}
        for each in sources:
            self._by_stem.setdefault(each.stem, []).append(each)
        # What each source makes, by path with its JSON, or None where nobody knows.
        self._made: dict[Path, dict[Path, str] | None] = {}

    def compare(
        self, affected: Sequence[Input], changes: Changes | None, roots: Sequence[Path], way: str
    ) -> tuple[int, str, list[Diagnostic]]:
        """How many files should be there, how those that differ do, and a finding for each.

        With `changes` only outputs that have changed count, or whose sources are affected or gone. `roots` are the
        directories of the sources, and `way` is what to do about a file that is out of date.
        """
        compared = {each.path: each for each in affected}
        if changes is not None:
            compared.update((each.path, each) for path in changes for each in self._owners(path))
        progress = Progress(self._console, "compiling", len(compared))
        outputs: dict[Path, tuple[str, str]] = {}
        origins: list[tuple[Path, str]] = []
        for count, each in enumerate(compared.values()):
            progress.step(count)
            origin = f"`{each.argument}`"
            for path, text in (self._outputs(each) or {}).items():
                outputs[path] = text, origin
                origins.append((path, origin))
        progress.done()
        try:
            check_outputs(origins, (each.path for each in self._sources))
        except FindingsError as collisions:
            return len(outputs), "", collisions.diagnostics
        stale = [
            path
            for path in (walk(self._out_dir, ".json") if self._out_dir.is_dir() else ())
            if path not in outputs and self._is_stale(path, compared, changes, roots) and is_audience(path)
        ]
        return len(outputs), *compare(outputs, stale, self._console, way)

    def _outputs(self, source: Input) -> dict[Path, str] | None:
        if source.path not in self._made:
            self._made[source.path] = self._compiled(source)
        return self._made[source.path]

    def _compiled(self, source: Input) -> dict[Path, str] | None:
        try:
            text = open_argument(source.argument)
        except FindingsError:
            return None
        compiled = compile_source(
            text, path=source.path, projects=self._projects, given=Given({}, {}), name=None, every=True, now=None
        )
        if by_severity(compiled.diagnostics, ERROR):
            return None
        return {
            output_of(self._out_dir, source, name): audience.to_json(indent=2) + "\n"
            for name, audience in compiled.audiences.items()
        }

    def _is_stale(
        self, path: Path, compared: dict[Path, Input], changes: Changes | None, roots: Iterable[Path]
    ) -> bool:
        """Whether no source makes a file."""
        owners = list(self._owners(path))
        if changes is not None and path not in changes and not any(each.path in compared for each in owners):
            gone = (root / f"{stem}.audience" for root in roots for stem in self._stems(path))
            if not any(each in changes for each in gone):
                return False
        made = [self._outputs(each) for each in owners]
        return all(each is not None and path not in each for each in made)

    def _owners(self, path: Path) -> Iterator[Input]:
        """The sources that a file may be made from, by its name."""
        for stem in self._stems(path):
            yield from self._by_stem.get(stem, ())

    def _stems(self, path: Path) -> Iterator[Path]:
        """Where such sources stand below their directory, without an ending: of `a.b.c.json` `a.b.c`, `a.b` and `a`."""
        # Paths of git are real ones.
        roots = (self._out_dir, Path(os.path.realpath(self._out_dir)))
        root = next((each for each in roots if path.is_relative_to(each)), None)
        if root is None or path.suffix != ".json":
            return
        relative = path.relative_to(root).with_suffix("")
        parts = relative.name.split(".")
        for count in range(len(parts), 0, -1):
            name = ".".join(parts[:count])
            if name:
                yield relative.with_name(name)
