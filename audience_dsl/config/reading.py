"""A configuration's text → its value. Every fault is found in one run, each at its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ..diagnostics import CODES, ConfigurationError, Diagnostic, listed, nearest, quoted
from ..settings import Limits, Settings
from ..source import Source, Span
from ..toml_text import KeyPath, TomlError, TomlPlaces, read_toml
from .configuration import FAIL_LEVELS, STEPS, Configuration, ConfigurationFileError, Requirement, dotted

__all__ = ["read"]

_T = TypeVar("_T")

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


class _Reader:
    def __init__(self, source: Source, section: tuple[str, ...], root: Path) -> None:
        self.source = source
        self.section = section
        self.root = root
        self.findings: list[Diagnostic] = []
        self.origins: dict[str, str] = {}
        self.places: TomlPlaces | None = None

    def fault(self, path: KeyPath, message: str, help: str | None = None) -> None:
        span = self.place(*path)
        self.findings.append(Diagnostic(CODES["settings"], message, source=self.source, span=span, help=help))

    def place(self, *path: str | int) -> Span | None:
        return None if self.places is None else self.places.of(*self.section, *path)

    def document(self) -> dict[str, Any]:
        try:
            document: Any = read_toml(self.source)
        except TomlError as error:
            self.findings.append(Diagnostic(CODES["settings"], error.message, source=self.source, span=error.span))
            return {}
        self.places = TomlPlaces(self.source)
        for key in self.section:
            document = document.get(key, {})
            if not isinstance(document, dict):
                self.fault((), f"`{'.'.join(self.section)}` is no table", "write `[tool.audience]`, and each key below")
                return {}
        found: dict[str, Any] = document
        return found

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
            self.known(at, each, _REQUIRE)
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

    # --- Keys ---

    def known(self, path: KeyPath, table: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                close = nearest(key, known, most=1)
                way = f"did you mean `{close[0]}`?" if close else f"the keys here are {listed(known)}"
                where = (
                    "a requirement"
                    if path[:1] == ("require",)
                    else f"`{dotted(path)}`"
                    if path
                    else "the configuration"
                )
                self.fault((*path, key), f"{where} has no key {quoted(key)}", way)

    def table(self, key: str, table: dict[str, Any], known: tuple[str, ...] | None) -> dict[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            self.fault((key,), f"`{key}` is no table", f"write `[{'.'.join((*self.section, key))}]`, and keys below it")
            return {}
        if known is not None:
            self.known((key,), found, known)
        return found

    def take(self, path: KeyPath, table: dict[str, Any], key: str, reader: Callable[[str, Any], _T], default: _T) -> _T:
        """A key's value as its reader takes it. A reader raises ConfigurationError for what it does not."""
        if key not in table:
            return default
        try:
            value = reader(key, table[key])
        except ConfigurationError as error:
            self.fault((*path, key), error.message, error.help)
            return default
        span = self.place(*path, key)
        line = "" if span is None else f":{self.source.position(span.start).line}"
        self.origins[dotted((*path, key))] = f"{self.source.name}{line}"
        return value

    # --- Values ---

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise _refused(f"`{key}` is no list of texts", f'write `{key} = ["…"]`')
        if not all(each.strip() for each in value):
            raise _refused(f"one of `{key}` is empty", "take it out")
        return tuple(value)

    def some_texts(self, key: str, value: Any) -> tuple[str, ...]:
        texts = self.texts(key, value)
        if not texts:
            raise _refused(f"`{key}` is empty, so the requirement asks for nothing", "leave the requirement out")
        return texts

    def patterns(self, key: str, value: Any) -> tuple[str, ...]:
        patterns = self.some_texts(key, value)
        # What takes away at the end takes it from nothing, and the requirement would silently hold for no file.
        if all(each.lstrip().startswith(("!", "#")) for each in patterns):
            raise _refused(f"`{key}` names no file: each of them takes away", 'begin with `"**"`, which is every file')
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
                close = nearest(each, STEPS, most=1)
                way = f"did you mean `{close[0]}`?" if close else f"the steps are {listed(STEPS)}"
                raise _refused(f"there is no step {quoted(each)}", way)
        return tuple(each for each in STEPS if each in steps)

    def file(self, key: str, value: Any) -> Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise _refused(f"`{key}` is no path", f'write `{key} = "PATH"`, relative to this file')
        return self.root / value

    def level(self, key: str, value: Any) -> str:
        if value not in FAIL_LEVELS:
            said = f"`{key}` is {quoted(value)}" if isinstance(value, str) else f"`{key}` is no text"
            raise _refused(said, f"it takes {listed(FAIL_LEVELS)}")
        return str(value)

    def zone(self, key: str, value: Any) -> str:
        if not isinstance(value, str):
            raise _refused(f"`{key}` is no name of a time zone", f'write `{key} = "Asia/Ho_Chi_Minh"`')
        return Settings(time_zone=value).time_zone

    def count(self, key: str, value: Any) -> int:
        if type(value) is not int or value < 1:
            raise _refused(f"`{key}` is no whole number from 1", f"write `{key} = 100`, for example")
        return value

    def assumption(self, row: str) -> Callable[[str, Any], bool | None]:
        return lambda _, value: Settings(assume={row: value}).assume[row]


def _refused(message: str, help: str) -> ConfigurationError:
    return ConfigurationError(CODES["settings"], message, help=help)
