"""The library's face: text in, a connected audience out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .audience.emit import to_dict, to_json
from .catalog.catalog import Catalog
from .compiler.checker import check
from .compiler.inference import Checked
from .compiler.instants import complete
from .compiler.lowering import Lowering
from .compiler.parameters import KINDS, Bound, bind_value, describe_kinds, describe_value, kind_of
from .compiler.resolver import Program, resolve
from .diagnostics import (
    CODES,
    WARNING,
    BindError,
    CompileError,
    ConfigurationError,
    Diagnostic,
    nearest,
)
from .filters import Filter
from .settings import Settings, check_instant
from .source import Source, Span
from .syntax import tree
from .syntax.parsed import Parsed
from .syntax.parser import parse as parse_source

if TYPE_CHECKING:
    from .evaluate import Evaluator, Verdict
    from .preview import Engine, Preview
    from .profiles import Profile
    from .sql import Query, Table

__all__ = ["Analysis", "AnyCatalog", "Audience", "analyse", "catalog_of", "compile", "decompile", "format", "parse"]

# A catalogue, names with their types, or the path of an `attributes.toml`.
AnyCatalog: TypeAlias = Catalog | Mapping[str, str] | str | PathLike[str]


class Audience:
    """A compiled audience: an immutable filter, and the connected audience object that says it to Braze.

    `filter` is an `audience_dsl.filters` value. `warnings` are the diagnostics that did not stop the compile.
    `settings` are those that it was compiled under.
    """

    __slots__ = ("_evaluator", "filter", "settings", "warnings")

    def __init__(self, filter: Filter, warnings: tuple[Diagnostic, ...], settings: Settings) -> None:
        self._evaluator: Evaluator | None = None
        self.filter = filter
        self.warnings = warnings
        self.settings = settings

    @classmethod
    def from_dict(cls, value: Mapping[str, object], *, settings: Settings | None = None) -> "Audience":
        """The audience that a connected audience object says, whoever wrote it: what `to_dict` undoes.

        `settings` are those that it is evaluated under, and their limits hold. Raises RequestError with every finding.
        """
        from .audience.read import read

        settings = settings or _DEFAULTS
        return cls(read(value, limits=settings.limits), (), settings)

    def __reduce__(self) -> tuple[object, ...]:
        return Audience, (self.filter, self.warnings, self.settings)

    def __eq__(self, other: object) -> bool:
        return self.filter == other.filter if isinstance(other, Audience) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.filter)

    def __repr__(self) -> str:
        text = self.to_json()
        return f"Audience({text if len(text) <= 200 else text[:199] + '…'})"

    def to_dict(self) -> dict[str, Any]:
        """The connected audience object, for the `audience` field of a request. A new object at every call."""
        return to_dict(self.filter)

    def to_json(self, *, indent: int | None = None) -> str:
        """The same as JSON text, on one line unless indented: the same bytes for the same filter, everywhere."""
        return to_json(self.filter, indent=indent)

    def simplified(self) -> "Audience":
        """The same users by a filter without duplicates and absorbed members, whatever the settings.

        `warnings` has a note for each part that was left out.
        """
        from .simplify import notes, simplify

        filter, removed = simplify(self.filter)
        return Audience(filter, (*self.warnings, *notes(removed)), self.settings)

    def evaluator(self, *, regex_timeout: float = 1.0) -> "Evaluator":
        """The audience made ready for many profiles. `regex_timeout` is in seconds, for one regex on one value."""
        from .evaluate import Evaluator

        return Evaluator(self.filter, self.settings, regex_timeout=regex_timeout)

    def matches(self, profile: "Mapping[str, object] | Profile", *, now: datetime | None = None) -> bool:
        """Whether this audience selects a profile, at the instant `now` where it counts days.

        A profile is one that Braze exports, or a flat mapping; see docs/evaluation.md. Raises ProfileError for what
        is none, RegexError and RegexTimeoutError, and ConfigurationError where `now` is needed and missing.
        """
        return self._prepared().selects(_profile(profile), now)

    def why(self, profile: "Mapping[str, object] | Profile", *, now: datetime | None = None) -> "Verdict":
        """The same, with the verdict of every clause and its reason."""
        return self._prepared().why(_profile(profile), now)

    def preview(
        self,
        path: str | PathLike[str],
        *,
        now: datetime,
        sample: int = 0,
        engine: "Engine" = "auto",
        regex_timeout: float = 1.0,
        progress: Callable[[float], None] | None = None,
    ) -> "Preview":
        """How many profiles of a file, or of a directory of files, this audience selects, and each of its clauses.

        `sample` is how many ids to name of those who match. `engine` is `auto`, `duckdb` or `python`: all count the
        same. `progress` is told the share that is read, from 0 to 1. See docs/preview.md. Raises ConfigurationError for
        a file that cannot be read, RegexError and RegexTimeoutError, and with `duckdb` SqlError.
        """
        from .preview import preview

        return preview(
            self.filter,
            Path(path),
            settings=self.settings,
            now=now,
            sample=sample,
            engine=engine,
            regex_timeout=regex_timeout,
            progress=progress,
        )

    def to_sql(self, *, dialect: str, table: "Table | None" = None, now: datetime | None = None) -> "Query":
        """The query that selects this audience's users in a warehouse, with bound parameters: see docs/sql.md.

        `dialect` is `bigquery`, `databricks`, `duckdb`, `postgres`, `snowflake` or `spark`. `table` is what
        `audience_dsl.sql` makes of a mapping or of a name; without one, a table `profiles` in the exported shape, on
        Snowflake Braze's data share. `now` fills the parameter of that name, which the text does not depend on.
        Needs the extra `sql`. Raises SqlError for what cannot be said exactly, and ConfigurationError.
        """
        from .sql import to_sql

        return to_sql(self.filter, dialect=dialect, settings=self.settings, table=table, now=now)

    def _prepared(self) -> "Evaluator":
        if self._evaluator is None:
            self._evaluator = self.evaluator()
        return self._evaluator


class Analysis:
    """A text that was parsed, resolved and checked: what it defines, and what was found.

    `names` are the audiences that it defines, in the order of the text; a bare expression is one, named "".
    """

    __slots__ = ("checked", "diagnostics", "program", "settings")

    def __init__(self, program: Program, checked: Checked, settings: Settings) -> None:
        self.program = program
        self.checked = checked
        self.settings = settings
        self.diagnostics: list[Diagnostic] = program.diagnostics

    @property
    def names(self) -> list[str]:
        return list(self.program.main.audiences)

    @property
    def errors(self) -> list[Diagnostic]:
        return [diagnostic for diagnostic in self.diagnostics if diagnostic.severity != WARNING]

    def audience(
        self,
        name: str | None = None,
        *,
        params: Mapping[str, object] | None = None,
        now: datetime | None = None,
    ) -> Audience:
        """Compile one audience. Raises CompileError or BindError; see `compile`."""
        if self.errors:
            raise CompileError(self.diagnostics)
        if now is not None:
            check_instant(now)
        expression = self._choose(name)
        values = self._bind(expression, params or {})
        lowering = Lowering(self.settings, values, now)
        lowered = lowering.lower(self.program.main, expression)
        warnings = (*self.diagnostics, *lowering.diagnostics)
        return Audience(lowered, warnings, self.settings)

    def _choose(self, name: str | None) -> tree.Expression:
        audiences = self.program.main.audiences
        source = self.program.main.parsed.source
        if name is None and len(audiences) == 1:
            return next(iter(audiences.values()))
        if name and name in audiences:
            return audiences[name]
        listed = ", ".join(f"`{each}`" for each in audiences)
        if self.program.main.bare:
            message, way = (
                f"the text is one bare expression, and has no audience named `{name}`",
                "leave the name out",
            )
        elif not audiences:
            message, way = (
                "the file defines no audience",
                "write `audience NAME = …`, or use its `let`s from another file",
            )
        elif name is None:
            message, way = (
                f"the file defines {len(audiences)} audiences, and none was chosen",
                f"choose one of {listed}",
            )
        else:
            close = nearest(name, audiences)
            message = f"the file has no audience named `{name}`"
            way = f"did you mean `{close[0]}`?" if close else f"it has {listed}"
        finding = Diagnostic(CODES["no-such-audience"], message, source=source, span=Span(0, 0), help=way)
        raise CompileError([*self.diagnostics, finding])

    def _bind(self, expression: tree.Expression, params: Mapping[str, object]) -> dict[str, Bound]:
        kinds = self.checked.kinds
        declared = self.checked.declared
        if not (params or kinds or declared or self.checked.open):
            return {}
        needed = self._parameters(expression)
        known = {*kinds, *declared, *needed}
        for name in params:
            if name not in known:
                close = nearest(name, known)
                way = f"; did you mean `${close[0]}`?" if close else ""
                takes = f"one of {', '.join(f'${each}' for each in sorted(known))}" if known else "no parameters"
                message = f"there is no parameter `${name}`{way}"
                raise BindError(CODES["parameter-unknown"], name, message, expected=takes)
        values: dict[str, Bound] = {}
        for name, value in params.items():
            kind = kinds.get(name)
            if kind is None:
                # Nothing tells its type, and neither does this value.
                expected = describe_kinds(self.checked.open[name])
                message = f"`${name}` takes {expected}, and got {describe_value(value)}"
                raise BindError(CODES["parameter-type"], name, message, expected=expected)
            values[name] = bind_value(name, value, kind, self.settings)
        for name in needed:
            if name in values:
                continue
            default = declared[name][1].default if name in declared else None
            if default is None:
                expected = KINDS[kinds[name]] if name in kinds else describe_kinds(self.checked.open[name])
                message = f"the parameter `${name}` has no value; it takes {expected}"
                raise BindError(CODES["parameter-missing"], name, message, expected=expected)
            values[name] = bind_value(name, self._default(default), kinds[name], self.settings)
        return values

    def _default(self, default: tree.Value | tree.ListValue) -> object:
        if isinstance(default, tree.ListValue):
            return [self._default(item) for item in default.items]
        if isinstance(default, tree.Instant) and not default.zoned:
            return complete(default.value, self.settings.time_zone)
        return default.value  # type: ignore[union-attr]

    def _parameters(self, expression: tree.Expression) -> dict[str, None]:
        """The parameters that an expression needs, those of the `let`s that it uses included, in order."""
        found: dict[str, None] = {}
        seen: set[int] = set()
        pending = [(self.program.main, expression)]
        while pending:
            unit, each = pending.pop()
            for node in tree.walk(each):
                if isinstance(node, tree.Reference):
                    target, let = unit.scope[node.name]
                    if id(let) not in seen:
                        seen.add(id(let))
                        pending.append((target, let.expression))
                else:
                    found.update(dict.fromkeys(tree.parameters(node)))
        return found


_DEFAULTS = Settings()


def _profile(given: "Mapping[str, object] | Profile") -> "Profile":
    from .profiles import Profile, profile_of

    return given if isinstance(given, Profile) else profile_of(given)


def analyse(
    source: Source | str,
    *,
    path: Path | None = None,
    base_path: Path | None = None,
    settings: Settings | None = None,
    catalog: AnyCatalog | None = None,
    params: Mapping[str, object] | None = None,
) -> Analysis:
    """Parse, resolve and check a text. Its faults are in the result's diagnostics, never raised.

    `path` is where the text stands, `base_path` the root that no `use` may leave. `params` are the values at hand,
    which tell the type of a parameter that nothing else tells. Of a `catalog`, CatalogError and ConfigurationError
    are raised.
    """
    settings = settings or _DEFAULTS
    known = None if catalog is None else catalog_of(catalog)
    parsed = parse_source(source, source_at_most=settings.limits.source)
    program = resolve(parsed, path=path, base_path=base_path, limits=settings.limits)
    given = {name: kind_of(value) for name, value in (params or {}).items()}
    return Analysis(program, check(program, settings, catalog=known, given=given), settings)


def compile(
    text: str,
    *,
    params: Mapping[str, object] | None = None,
    name: str | None = None,
    now: datetime | None = None,
    catalog: AnyCatalog | None = None,
    base_path: str | PathLike[str] | None = None,
    settings: Settings | None = None,
    filename: str | PathLike[str] | None = None,
) -> Audience:
    """Compile a text to the audience that selects exactly the users it describes.

    `params` are values for its parameters: text, numbers (Decimal too), Booleans, aware datetimes, dates, sequences
    of text or numbers, and Enums of these. `name` chooses one of a module's audiences. `now`, an aware datetime, is
    the instant of the send, which `last_used_app less than 30 days ago` needs. `catalog` says which
    custom attributes exist: a `Catalog`, a mapping of names to types (`string`, `number`, `boolean`, `time`, `array`),
    or the path of an `attributes.toml`, which is then read each time. `base_path` is the root that `use` reads from;
    `filename` says where in it the text stands, and is named in diagnostics.

    Raises CompileError with every finding, BindError for a parameter, CatalogError for a catalogue's file, and
    ConfigurationError for an argument.
    """
    root = None if base_path is None else Path(base_path)
    path = None if filename is None or root is None else root / filename
    source = Source(text, "<text>" if filename is None else str(filename))
    analysis = analyse(source, path=path, base_path=root, settings=settings, catalog=catalog, params=params)
    return analysis.audience(name, params=params, now=now)


def parse(text: str, *, filename: str | PathLike[str] | None = None) -> Parsed:
    """Parse a text to its syntax tree. Never raises over what the text says: see `.diagnostics`."""
    return parse_source(Source(text, "<text>" if filename is None else str(filename)))


def format(text: str, *, filename: str | PathLike[str] | None = None) -> str:
    """The text in its canonical form, which says the same, with every comment: see docs/formatting.md.

    Raises CompileError for a text with syntax errors, with all of them.
    """
    from .syntax.formatter import FormatRefused, format_source

    try:
        return format_source(Source(text, "<text>" if filename is None else str(filename)))
    except FormatRefused as refused:
        raise CompileError(refused.diagnostics) from None


def decompile(
    value: Mapping[str, object],
    *,
    name: str | None = None,
    catalog: AnyCatalog | None = None,
    settings: Settings | None = None,
) -> str:
    """The text of a connected audience object, or of the one in a request's body: what `compile` undoes.

    With a `name` it is a module that defines one audience. Where nothing in the object tells whether a list is
    compared with text or with an array, the `catalog` does. A datetime without an offset is completed in the zone of
    the `settings`, whose limits hold.

    Raises RequestError with everything that is refused, each by its JSON pointer, CatalogError for a catalogue's file,
    and ConfigurationError for an argument.
    """
    from .decompiler import can_be_defined
    from .decompiler import decompile as decompile_value

    if name is not None and not can_be_defined(name):
        message = f"`{name}` is no name that an audience can have"
        raise ConfigurationError(CODES["settings"], message, help="a name has letters, digits, `_` and `-`")
    known = None if catalog is None else catalog_of(catalog)
    return decompile_value(value, name=name, catalog=known, settings=settings or _DEFAULTS).text


def catalog_of(given: AnyCatalog) -> Catalog:
    """The catalogue that an argument stands for. Raises CatalogError and ConfigurationError."""
    if isinstance(given, Catalog):
        return given
    if isinstance(given, Mapping):
        return Catalog.of_types(given)
    from .catalog.reading import read_catalog

    return read_catalog(given)
