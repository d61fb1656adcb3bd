"""The project that a file belongs to: its configuration, its catalogue, and the root that `use` reads from."""

from pathlib import Path

from ..catalog import Catalog
from ..config import Configuration, ConfigurationFileError, find, read_file
from ..diagnostics import CatalogError
from ..settings import Settings
from .exits import BadConfigurationError, UsageFault
from .files import project_root, shown_path

__all__ = ["Project", "Projects"]


class Project:
    """What holds for the files of one configuration."""

    __slots__ = ("catalog", "configuration")

    def __init__(self, configuration: Configuration, catalog: Catalog | None) -> None:
        self.configuration = configuration
        self.catalog = catalog

    @property
    def settings(self) -> Settings:
        return self.configuration.settings


class Projects:
    """Finds the project of each file. What a command is told by its options wins over what a file says.

    Raises BadConfigurationError for a configuration or catalogue that cannot be used, UsageFault for one that the
    options name and that is not there.
    """

    def __init__(self, *, config: str | None = None, catalog: str | None = None, base_path: str | None = None) -> None:
        if base_path is not None and not Path(base_path).is_dir():
            raise UsageFault(f"`--base-path {base_path}` is no directory")
        if config is not None and not Path(config).is_file():
            raise UsageFault(f"there is no configuration `{config}`")
        self._config = None if config is None else Path(config)
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
        try:
            configuration = Configuration() if file is None else read_file(file, name=shown_path(file))
        except ConfigurationFileError as error:
            raise BadConfigurationError(error.diagnostics) from None
        catalog = self._catalog or configuration.catalog
        return Project(configuration, None if catalog is None else self._read_catalog(catalog))

    def _read_catalog(self, path: Path) -> Catalog:
        from ..catalog import read_catalog

        try:
            return read_catalog(shown_path(path))
        except CatalogError as error:
            raise BadConfigurationError(error.diagnostics) from None
