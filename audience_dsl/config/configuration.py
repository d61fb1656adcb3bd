"""A project's configuration, as one immutable value."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..diagnostics import ERROR, NOTE, WARNING, AudienceError, Diagnostic
from ..settings import Settings
from ..source import Source, Span
from .environments import Environment

if TYPE_CHECKING:
    from ..toml_text import KeyPath

__all__ = ["FAIL_LEVELS", "STEPS", "Configuration", "ConfigurationFileError", "Requirement", "dotted"]

# From which severity on a finding fails a run.
FAIL_LEVELS = (ERROR, WARNING, NOTE, "never")
# What `audience ci` can run, in its order.
STEPS = ("check", "fmt", "compile", "test")


class ConfigurationFileError(AudienceError):
    """A configuration that cannot be used. `diagnostics` has every finding."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[object, ...]:
        return ConfigurationFileError, (self.diagnostics,)


def dotted(path: "KeyPath") -> str:
    """The keys that lead to a value as one key of TOML."""
    return ".".join(f'"{key}"' if "." in str(key) else str(key) for key in path)


class Requirement:
    """Filters that every audience of some files must have as members of its outermost AND.

    `paths` are patterns in the form of .gitignore, relative to the configuration. `filters` are texts; the names in
    them are `let`s of the file `source`. `place` is where the configuration says so, `places` where each filter stands.
    """

    __slots__ = ("configuration", "filters", "paths", "place", "places", "source")

    def __init__(
        self,
        paths: tuple[str, ...],
        filters: tuple[str, ...],
        source: Path | None,
        configuration: Source,
        place: Span | None,
        places: tuple[Span | None, ...],
    ) -> None:
        self.paths = paths
        self.filters = filters
        self.source = source
        self.configuration = configuration
        self.place = place
        self.places = places


class Configuration:
    """Each value as it is in effect. `origins` says where each one that is set comes from, by its dotted key.

    `path` is the file, `root` the directory that its paths are relative to. Paths here are absolute where the root is.
    """

    __slots__ = (
        "baseline",
        "catalog",
        "ci_out_dir",
        "ci_paths",
        "ci_steps",
        "environments",
        "fail_level",
        "ignore",
        "origins",
        "path",
        "requirements",
        "root",
        "select",
        "settings",
    )

    def __init__(
        self,
        *,
        path: Path | None = None,
        root: Path | None = None,
        settings: Settings | None = None,
        catalog: Path | None = None,
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        fail_level: str = ERROR,
        baseline: Path | None = None,
        requirements: tuple[Requirement, ...] = (),
        ci_paths: tuple[Path, ...] = (),
        ci_steps: tuple[str, ...] = STEPS,
        ci_out_dir: Path | None = None,
        environments: Mapping[str, Environment] | None = None,
        origins: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self.root = root or Path()
        self.settings = settings or Settings()
        self.catalog = catalog
        self.select = select
        self.ignore = ignore
        self.fail_level = fail_level
        self.baseline = baseline
        self.requirements = requirements
        self.ci_paths = ci_paths or (self.root,)
        self.ci_steps = ci_steps
        self.ci_out_dir = ci_out_dir
        self.environments: Mapping[str, Environment] = MappingProxyType(dict(environments or {}))
        self.origins: Mapping[str, str] = MappingProxyType(dict(origins or {}))

    def effective(self) -> dict[str, Any]:
        """Every value by its dotted key, as the configuration would write it."""
        limits = self.settings.limits
        return {
            "time-zone": self.settings.time_zone,
            "catalog": self._shown(self.catalog),
            "select": list(self.select),
            "ignore": list(self.ignore),
            "fail-level": self.fail_level,
            "baseline": self._shown(self.baseline),
            **{f"limits.{name.replace('_', '-')}": getattr(limits, name) for name in sorted(limits.__slots__)},
            **{dotted(("assume", key)): value for key, value in sorted(self.settings.assume.items())},
            **{
                f"require.{index}": {
                    "paths": list(each.paths),
                    "filters": list(each.filters),
                    "from": self._shown(each.source),
                }
                for index, each in enumerate(self.requirements)
            },
            "ci.paths": [self._shown(each) for each in self.ci_paths],
            "ci.steps": list(self.ci_steps),
            "ci.out-dir": self._shown(self.ci_out_dir),
            **{
                dotted(("env", name, key)): self._value_shown(key, value)
                for name, each in self.environments.items()
                for key, value in each.effective().items()
            },
        }

    def _value_shown(self, key: str, value: Any) -> Any:
        """A value of an environment, whose paths are as the configuration would write them."""
        if key == "key":
            return {kind: self._shown(Path(name)) if kind == "file" else name for kind, name in value.items()}
        return self._shown(Path(value)) if key == "ledger" and value is not None else value

    def _shown(self, path: Path | None) -> str | None:
        if path is None:
            return None
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()
