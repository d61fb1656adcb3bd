"""Checks of files as their projects have settled them, and as the options say otherwise."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from ..checking import check_source
from ..diagnostics import CODES, ERROR, NOTE, WARNING, ConfigurationError, Diagnostic
from ..lint import Baseline, Selection
from ..source import Source
from .exits import BadConfigurationError, UsageFault
from .files import ReadError, read_source, shown_path
from .outputs import write_all
from .project import Project, Projects

__all__ = ["Checker"]

_LEVELS = (ERROR, WARNING, NOTE)


class Checker:
    """Finds what is to be reported of each file. The options of a command win over the configuration.

    Raises BadConfigurationError for a configuration that cannot be used, and UsageFault.
    """

    def __init__(
        self,
        *,
        config: str | None = None,
        catalog: str | None = None,
        base_path: str | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        fail_level: str | None = None,
        baseline: str | None = None,
    ) -> None:
        self.projects = Projects(config=config, catalog=catalog, base_path=base_path)
        self._select = _names(select)
        self._ignore = _names(ignore)
        self._fail_level = fail_level
        self._baseline = None if baseline is None else Path(baseline)
        self._selections: dict[int, Selection] = {}
        # By file name, as findings name it: whose findings fail the run, and which are known.
        self._projects: dict[str, Project] = {}
        self._paths: dict[str, Path] = {}

    def check(self, source: Source, path: Path) -> list[Diagnostic]:
        """What is reported of a text. Raises nothing over what it says."""
        project = self.projects.of(path)
        self._projects[source.name] = project
        self._paths[source.name] = path
        found = check_source(
            source,
            path=path,
            base_path=self.projects.root(path),
            settings=project.settings,
            catalog=project.catalog,
            required=project.required_of(path),
        )
        return self._selection(project).apply(found)

    def idle_requirements(self, configured: Path, paths: Iterable[Path]) -> list[Diagnostic]:
        """A warning for each requirement of the project of `configured` that holds for none of the paths."""
        project = self.projects.of(configured)
        found = project.requirements.idle(paths)
        self._projects.update((each.source.name, project) for each in found if each.source is not None)
        return found

    def fail_level(self, finding: Diagnostic) -> str:
        project = None if finding.source is None else self._projects.get(finding.source.name)
        return self._fail_level or (ERROR if project is None else project.configuration.fail_level)

    @property
    def least_fail_level(self) -> str:
        """The least grave level that fails the run, of all projects that were looked at."""
        levels = {each.configuration.fail_level for each in self._projects.values()} or {ERROR}
        return self._fail_level or max(levels, key=("never", *_LEVELS).index)

    def fails(self, found: Iterable[Diagnostic]) -> bool:
        """Whether one of the findings is grave enough to fail the run."""
        return any(
            each.severity in _LEVELS[: _LEVELS.index(level) + 1]
            for each in found
            if (level := self.fail_level(each)) != "never"
        )

    def write_baseline(self, found: Iterable[Diagnostic]) -> int:
        """Write a baseline of the findings, and return how many it knows. Raises UsageFault where none is named."""
        path = self._baseline_path()
        if path is None:
            raise UsageFault(
                "`--write-baseline` has no file to write to",
                "name it with `--baseline`, or as `baseline` in the configuration",
            )
        baseline = Baseline.of(found, self._named_from(path))
        write_all({path: baseline.write()})
        return sum(each.count for each in baseline.known)

    def without_known(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """The findings that the baseline does not know, and a note for each that it knows and nobody finds any more."""
        path = self._baseline_path()
        if path is None:
            return found
        try:
            source = read_source(path)
            baseline = Baseline.read(source.text, source.name)
        except ReadError as error:
            if error.missing:
                way = "write it with `--write-baseline`"
                raise UsageFault(f"there is no baseline `{shown_path(path)}`", way) from None
            raise BadConfigurationError([error.finding]) from None
        except ConfigurationError as error:
            finding = Diagnostic(error.kind, error.message, source=Source("", shown_path(path)), help=error.help)
            raise BadConfigurationError([finding]) from None
        named = self._named_from(path)
        new, _, gone = baseline.split(found, named)
        looked_at = set(map(named, self._paths))
        stale = [
            Diagnostic(
                CODES["stale-baseline"],
                f"the baseline knows {each.count} × {each.code} at `{each.text}` in `{each.file}`, which is mended",
                source=source,
                help="write it anew with `--write-baseline`",
                severity=NOTE,
            )
            for each in gone
            if each.file in looked_at
        ]
        return [*new, *stale]

    def _named_from(self, baseline: Path) -> Callable[[str], str]:
        """How a baseline names files: from its own directory, so that it is the same wherever the command runs."""
        directory = os.path.realpath(baseline.parent)

        def named(name: str) -> str:
            try:
                return Path(os.path.relpath(os.path.realpath(self._paths.get(name, name)), directory)).as_posix()
            except ValueError:
                # On another drive.
                return name

        return named

    def _baseline_path(self) -> Path | None:
        if self._baseline is not None:
            return self._baseline
        named = {each.configuration.baseline for each in self._projects.values()} - {None}
        if len(named) > 1:
            raise UsageFault("the files belong to projects with different baselines", "check them one by one")
        return next(iter(named), None)

    def _selection(self, project: Project) -> Selection:
        selection = self._selections.get(id(project))
        if selection is None:
            configuration = project.configuration
            try:
                selection = Selection(self._select or configuration.select, (*configuration.ignore, *self._ignore))
            except ConfigurationError as error:
                raise UsageFault(error.message, error.help) from None
            self._selections[id(project)] = selection
        return selection


def _names(options: Iterable[str]) -> tuple[str, ...]:
    """Codes as options name them: several in one, with commas between."""
    return tuple(name.strip() for option in options for name in option.split(",") if name.strip())
