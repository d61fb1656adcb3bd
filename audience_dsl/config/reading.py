"""A configuration's text → its value. Every fault is found in one run, each at its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..diagnostics import did_you_mean, listed, nearest, quoted
from ..settings import Limits, Settings
from ..source import Source
from ..toml_text import KeyPath
from .configuration import FAIL_LEVELS, STEPS, Configuration, ConfigurationFileError, Requirement
from .environment_reading import read_environments
from .tables import Tables, refused

__all__ = ["read"]

_KEYS = (
    "time-zone",
    "catalog",
    "select",
    "ignore",
    "fail-level",
    "baseline",
    "assume",
    "limits",
    "require",
    "ci",
    "env",
)
_LIMITS = tuple(name.replace("_", "-") for name in Limits.__slots__)
_REQUIRE = ("paths", "filters", "from")
_CI = ("paths", "steps", "out-dir")
_NONE: tuple[str, ...] = ()


def read(source: Source, *, path: Path | None = None, section: tuple[str, ...] = ()) -> Configuration:
    """The configuration that a text says, in the table `section` of it. Raises ConfigurationFileError."""
    reader = _Reader(source, section, Path() if path is None else path.parent)
    configuration = reader.configuration(path)
    if reader.findings:
        end = len(source.text)
        raise ConfigurationFileError(
            sorted(reader.findings, key=lambda each: end if each.span is None else each.span.start)
        )
    return configuration


class _Reader(Tables):
    def configuration(self, path: Path | None) -> Configuration:
        table = self.document()
        self.known((), table, _KEYS)
        ci = self.table("ci", table, _CI)
        return Configuration(
            path=path,
            root=self.root,
            settings=self.settings(table),
            catalog=self.take((), table, "catalog", self.file, None),
            select=self.take((), table, "select", self.rules, _NONE),
            ignore=self.take((), table, "ignore", self.rules, _NONE),
            fail_level=self.take((), table, "fail-level", self.level, "error"),
            baseline=self.take((), table, "baseline", self.file, None),
            requirements=self.requirements(table),
            ci_paths=tuple(self.root / each for each in self.take(("ci",), ci, "paths", self.texts, _NONE)),
            ci_steps=self.take(("ci",), ci, "steps", self.steps, STEPS),
            ci_out_dir=self.take(("ci",), ci, "out-dir", self.file, None),
            environments=read_environments(self, table),
            origins=self.origins,
        )

    # --- Parts ---

    def settings(self, table: dict[str, Any]) -> Settings:
        zone = self.take((), table, "time-zone", self.zone, "UTC")
        limits = self.table("limits", table, _LIMITS)
        held = {
            name: self.take(("limits",), limits, name.replace("_", "-"), self.count, getattr(Limits(), name))
            for name in Limits.__slots__
        }
        assumed: dict[str, bool] = {}
        for key, value in self.table("assume", table, None).items():
            assumption = self.take(("assume",), {key: value}, key, self.assumption(key), None)
            if assumption is not None:
                assumed[key] = assumption
        return Settings(time_zone=zone, limits=Limits(**held), assume=assumed)

    def requirements(self, table: dict[str, Any]) -> tuple[Requirement, ...]:
        tables = table.get("require", [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            self.fault(("require",), "`require` is no list of tables", "begin each with a line `[[require]]`")
            return ()
        found = []
        for index, each in enumerate(tables):
            at: KeyPath = ("require", index)
            self.known(at, each, _REQUIRE, "a requirement")
            for key in ("paths", "filters"):
                # One that is misspelled is told already.
                if key not in each and not any(key in nearest(other, _REQUIRE, most=1) for other in each):
                    example = '["audiences/**"]' if key == "paths" else '["reachable", "not internal"]'
                    self.fault(at, f"a requirement has no `{key}`", f"write `{key} = {example}`")
            paths = self.take(at, each, "paths", self.patterns, _NONE)
            filters = self.take(at, each, "filters", self.some_texts, _NONE)
            source = self.take(at, each, "from", self.file, None)
            place = self.place(*at)
            places = tuple(self.place(*at, "filters", number) for number in range(len(filters)))
            found.append(Requirement(paths, filters, source, self.source, place, places))
        return tuple(found)

    # --- Values ---

    def some_texts(self, key: str, value: Any) -> tuple[str, ...]:
        texts = self.texts(key, value)
        if not texts:
            raise refused(f"`{key}` is empty, so the requirement asks for nothing", "leave the requirement out")
        return texts

    def patterns(self, key: str, value: Any) -> tuple[str, ...]:
        patterns = self.some_texts(key, value)
        # What takes away at the end takes it from nothing, and the requirement would silently hold for no file.
        if all(each.lstrip().startswith(("!", "#")) for each in patterns):
            raise refused(f"`{key}` names no file: each of them takes away", 'begin with `"**"`, which is every file')
        return patterns

    def rules(self, key: str, value: Any) -> tuple[str, ...]:
        # Here, so that a compile, which also reads this, loads no rules.
        from ..lint.selection import Selection

        names = self.texts(key, value)
        Selection(names)
        return names

    def steps(self, key: str, value: Any) -> tuple[str, ...]:
        steps = self.texts(key, value)
        for each in steps:
            if each not in STEPS:
                way = did_you_mean(each, STEPS, f"the steps are {listed(STEPS)}")
                raise refused(f"there is no step {quoted(each)}", way)
        return tuple(each for each in STEPS if each in steps)

    def level(self, key: str, value: Any) -> str:
        if value not in FAIL_LEVELS:
            said = f"`{key}` is {quoted(value)}" if isinstance(value, str) else f"`{key}` is no text"
            raise refused(said, f"it takes {listed(FAIL_LEVELS)}")
        return str(value)

    def zone(self, key: str, value: Any) -> str:
        if not isinstance(value, str):
            raise refused(f"`{key}` is no name of a time zone", f'write `{key} = "Asia/Ho_Chi_Minh"`')
        return Settings(time_zone=value).time_zone

    def assumption(self, row: str) -> Callable[[str, Any], bool | None]:
        return lambda _, value: Settings(assume={row: value}).assume[row]
