"""The project that a file belongs to: its configuration, its catalogue, and the root that `use` reads from."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..catalog import Catalog
from ..config import Configuration, ConfigurationFileError, find, read_file
from ..diagnostics import CatalogError
from ..settings import Settings
from .exits import BadConfigurationError, UsageFault
from .files import project_root, shown_path

if TYPE_CHECKING:
    from ..checking import Required, Requirements

__all__ = ["Project", "Projects", "configuration_here"]


class Project:
    """What holds for the files of one configuration."""

    __slots__ = ("_requirements", "catalog", "configuration", "outer")

    def __init__(self, configuration: Configuration, catalog: Catalog | None, outer: "Project | None" = None) -> None:
        self.configuration = configuration
        self.catalog = catalog
        # That of the next configuration above, whose required filters hold here too.
        self.outer = outer
        self._requirements: Requirements | None = None

    @property
    def settings(self) -> Settings:
        return self.configuration.settings

    def required_of(self, path: Path) -> "list[Required]":
        """What the audiences of a file must have. Raises BadConfigurationError where that is no filter."""
        found = [] if self.outer is None else self.outer.required_of(path)
        if not self.configuration.requirements:
            return found
        # Here, so that a compile without requirements loads nothing of them.
        from ..checking import RequirementError

        try:
            return [*found, *self.requirements.of(path)]
        except RequirementError as error:
            raise BadConfigurationError([error.finding]) from None

    @property
    def requirements(self) -> "Requirements":
        from ..checking import Requirements

        if self._requirements is None:
            self._requirements = Requirements(self.configuration, catalog=self.catalog)
        return self._requirements


class Projects:
    """Finds the project of each file. What a command is told by its options wins over what a file says.

    Raises BadConfigurationError for a configuration or catalogue that cannot be used, UsageFault for one that the
    options name and that is not there.
    """

    def __init__(self, *, config: str | None = None, catalog: str | None = None, base_path: str | None = None) -> None:
        if base_path is not None and not Path(base_path).is_dir():
            raise UsageFault(f"`--base-path {base_path}` is no directory")
        self._config = _named(config)
        self._catalog = None if catalog is None else Path(catalog)
        self._base_path = None if base_path is None else Path(base_path)
        self._by_directory: dict[Path, Project] = {}
        self._by_file: dict[Path | None, Project] = {}

    def of(self, path: Path) -> Project:
        """The project of a file, which need not exist."""
        directory = path.parent
        project = self._by_directory.get(directory)
        if project is None:
            file = self._config or find(directory)
            project = self._by_file.get(file)
            if project is None:
                project = self._by_file[file] = self._read(file)
            self._by_directory[directory] = project
        return project

    def root(self, path: Path) -> Path:
        """The root that no `use` of this file may leave."""
        return self._base_path or project_root(path)

    def _read(self, file: Path | None) -> Project:
        configuration = _configuration(file)
        catalog = self._catalog or configuration.catalog
        if catalog is None:
            return Project(configuration, None, self._outer(file))
        from ..catalog import read_catalog

        try:
            return Project(configuration, read_catalog(shown_path(catalog)), self._outer(file))
        except CatalogError as error:
            if self._catalog is None and not catalog.exists():
                for each in error.diagnostics:
                    each.help = f"{configuration.origins['catalog']} names it; `audience catalog` makes one"
            raise BadConfigurationError(error.diagnostics) from None

    def _outer(self, file: Path | None) -> Project | None:
        """The project around that of a configuration. One that is named by an option stands alone."""
        if file is None or self._config is not None:
            return None
        above = file.parent.parent
        return None if above == file.parent or find(above) is None else self.of(above / "_")


def configuration_here(config: str | None = None) -> Configuration:
    """The configuration of the working directory, or the one that an option names; its catalogue need not be there.

    Raises BadConfigurationError, and UsageFault.
    """
    return _configuration(_named(config) or find(Path.cwd()))


def _named(config: str | None) -> Path | None:
    if config is not None and not Path(config).is_file():
        raise UsageFault(f"there is no configuration `{config}`")
    return None if config is None else Path(config)


def _configuration(file: Path | None) -> Configuration:
    try:
        return Configuration() if file is None else read_file(file, name=shown_path(file))
    except ConfigurationFileError as error:
        raise BadConfigurationError(error.diagnostics) from None
