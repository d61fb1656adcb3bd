"""Files and names: `use`, `let`, `param` and `audience`, and what each name stands for."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from ..braze import STATUSES, refusal_of_name
from ..diagnostics import CODES, GATHERED_AT_MOST, LISTED_AT_MOST, WARNING, Diagnostic, Fix, Related, nearest
from ..settings import Limits
from ..source import Source, Span
from ..syntax import tree
from ..syntax.parsed import Parsed
from ..syntax.parser import parse

__all__ = ["Program", "Unit", "resolve"]


class Unit:
    """One file: its tree, and what its names stand for.

    `scope` has the `let`s that its expressions can use, its own and those of other files, as (unit, let).
    A bare expression is the one audience of its file, under the name "". `nameless` are the expressions of
    definitions whose name was not understood.
    """

    __slots__ = ("audiences", "bare", "folder", "nameless", "params", "parsed", "scope")

    def __init__(self, parsed: Parsed, folder: Path | None) -> None:
        self.parsed = parsed
        self.folder = folder
        self.bare = not isinstance(parsed.tree, tree.Module)
        self.scope: dict[str, tuple[Unit, tree.Let]] = {}
        self.audiences: dict[str, tree.Expression] = {}
        self.nameless: list[tree.Expression] = []
        self.params: dict[str, tree.Param] = {}

    @property
    def lets(self) -> list[tree.Let]:
        return [let for unit, let in self.scope.values() if unit is self]

    @property
    def expressions(self) -> list[tree.Expression]:
        """Every expression of this file, used or not."""
        return [let.expression for let in self.lets] + list(self.audiences.values()) + self.nameless

    def diagnostic(
        self,
        slug: str,
        message: str,
        node: tree.Module | tree.Expression | tree.Definition | tree.Word | tree.Value | tree.Subject | tree.ListValue,
        *,
        help: str | None = None,
        fix: Fix | None = None,
        related: Iterable[Related] = (),
        severity: str = "error",
    ) -> Diagnostic:
        return Diagnostic(
            CODES[slug],
            message,
            source=self.parsed.source,
            span=self.parsed.span(node),
            help=help,
            fix=fix,
            related=tuple(related),
            severity=severity,
        )

    def related(
        self,
        node: tree.Definition | tree.Word | tree.Expression | tree.Value | tree.Subject | tree.ListValue,
        message: str,
    ) -> Related:
        return Related(self.parsed.source, self.parsed.span(node), message)


class Program:
    """A file and all that it uses, with `main` last in `units`."""

    __slots__ = ("diagnostics", "main", "units")

    def __init__(self, main: Unit, units: list[Unit], diagnostics: list[Diagnostic]) -> None:
        self.main = main
        self.units = units
        self.diagnostics = diagnostics


def resolve(parsed: Parsed, *, path: Path | None, base_path: Path | None, limits: Limits) -> Program:
    """Read the files that a parsed text uses, and bind its names.

    `path` is where the text stands, `base_path` the root that no `use` may leave; None means that nothing may be
    read. A file that cannot be read is a diagnostic. The parse's own diagnostics are among the program's.
    """
    loader = _Loader(base_path, limits)
    main = loader.load(parsed, path)
    for unit in loader.units:
        _bind_names(unit, loader)
    return Program(main, loader.units, loader.diagnostics)


class _Loader:
    def __init__(self, base_path: Path | None, limits: Limits) -> None:
        self.root = None if base_path is None else Path(os.path.realpath(base_path))
        self.limits = limits
        self.diagnostics: list[Diagnostic] = []
        self.units: list[Unit] = []
        # Files by real path; those whose `use`s are still being read have no place in `units` yet.
        self.by_path: dict[Path, Unit] = {}
        self.targets: dict[int, Unit] = {}
        self.started = 0
        self.main: tuple[str, Path | None] = ("", None)

    def load(self, parsed: Parsed, path: Path | None) -> Unit:
        """Depth first with a stack of our own: a chain of files may be longer than Python's recursion allows."""
        main = self._unit(parsed, path)
        self.main = (parsed.source.name, main.folder)
        stack = [(main, self._uses(main))]
        chain = [main]
        while stack:
            unit, uses = stack[-1]
            if not uses:
                stack.pop()
                chain.pop()
                self.units.append(unit)
                continue
            use = uses.pop(0)
            target = self._target(unit, use)
            if target is None:
                continue
            known = self.by_path.get(target)
            if known is not None:
                if known in chain:
                    names = " → ".join(each.parsed.source.name for each in [*chain[chain.index(known) :], known])
                    self._report(unit, "use-cycle", f"files use each other in a circle: {names}", use)
                else:
                    self.targets[id(use)] = known
                continue
            if self.started > self.limits.files:
                self._report(unit, "too-many-files", f"`use` brings in more than {self.limits.files} files", use)
                return main
            text = self._read(unit, use, target)
            if text is None:
                continue
            used = self._unit(parse(Source(text, self._shown(target)), source_at_most=self.limits.source), target)
            self.targets[id(use)] = used
            stack.append((used, self._uses(used)))
            chain.append(used)
        return main

    def _unit(self, parsed: Parsed, path: Path | None) -> Unit:
        self.started += 1
        self.diagnostics.extend(parsed.diagnostics)
        if path is None:
            # A text without a file stands in the root.
            return Unit(parsed, self.root)
        real = Path(os.path.realpath(path))
        unit = self.by_path[real] = Unit(parsed, real.parent)
        return unit

    def _uses(self, unit: Unit) -> list[tree.Use]:
        module = unit.parsed.tree
        return [d for d in module.definitions if isinstance(d, tree.Use)] if isinstance(module, tree.Module) else []

    def _shown(self, path: Path) -> str:
        """The name of a used file, seen from where the main file's name is seen from."""
        main_name, folder = self.main
        relative = os.path.relpath(path, folder or self.root)
        return os.path.normpath(Path(main_name).parent / relative)

    def _target(self, unit: Unit, use: tree.Use) -> Path | None:
        if isinstance(use.path, tree.Invalid):
            return None
        if self.root is None or unit.folder is None:
            message = "`use` reads a file, and no project root was given to read it from"
            self._report(unit, "no-base-path", message, use.path, "give the root as `base_path`")
            return None
        written = use.path.value
        if "\0" in written or not written:
            self._report(unit, "file-not-found", "this is no path of a file", use.path)
            return None
        if written.startswith(("/", "\\")) or Path(written).is_absolute() or Path(written).drive:
            message = f"`{written}` is an absolute path"
            self._report(unit, "outside-base-path", message, use.path, "write it relative to this file")
            return None
        try:
            target = Path(os.path.realpath(unit.folder / written))
        except (OSError, ValueError):
            self._report(unit, "file-not-found", f"`{written}` is no path of a file", use.path)
            return None
        if not target.is_relative_to(self.root):
            message = f"`{written}` leaves the project's root, {self.root}"
            self._report(unit, "outside-base-path", message, use.path, "`use` reads only files inside the root")
            return None
        return target

    def _read(self, unit: Unit, use: tree.Use, target: Path) -> str | None:
        try:
            status = target.stat()
            if not stat.S_ISREG(status.st_mode):
                raise OSError("it is no ordinary file")
            if status.st_size > 4 * self.limits.source:
                raise OSError(f"it is larger than the limit of {self.limits.source:,} characters")
            return target.read_bytes().decode("utf-8")
        except FileNotFoundError:
            folder = unit.folder or target.parent
            siblings = [os.path.relpath(file, folder) for file in target.parent.glob("*.audience")]
            close = nearest(os.path.relpath(target, folder), siblings)
            way = f"did you mean `{close[0]}`?" if close else "the path is relative to the file that names it"
            self._report(unit, "file-not-found", "there is no such file", use.path, way)
        except UnicodeDecodeError as error:
            self._report(
                unit,
                "file-not-found",
                f"the file is not UTF-8 (byte {error.start})",
                use.path,
                "save it as UTF-8",
            )
        except OSError as error:
            self._report(unit, "file-not-found", f"the file cannot be read: {error.strerror or error}", use.path)
        return None

    def _report(
        self, unit: Unit, slug: str, message: str, node: tree.Use | tree.Value, way_out: str | None = None
    ) -> None:
        self.diagnostics.append(unit.diagnostic(slug, message, node, help=way_out))


def _bind_names(unit: Unit, loader: _Loader) -> None:
    """Give the names of a file their meaning, in the order of the text: a name can be used only below its `let`."""
    report = loader.diagnostics
    module = unit.parsed.tree
    if module is None:
        return
    if not isinstance(module, tree.Module):
        unit.audiences[""] = module
        for node in tree.walk(module):
            if isinstance(node, tree.Reference) and len(report) < GATHERED_AT_MOST:
                report.append(_undecided(unit, node))
        return
    later = {d.name.name: d for d in module.definitions if isinstance(d, (tree.Let, tree.Audience))}
    defined: dict[str, tree.Word] = {}
    folded: dict[str, tree.Word] = {}
    used: set[str] = set()
    imported: list[tree.Word] = []
    # Names that are no `let` of this file: brought in, or perhaps defined by what could not be read.
    known = set(unit.parsed.lost)
    excused = 0

    def define(word: tree.Word) -> bool:
        if "." in word.name:
            report.append(
                unit.diagnostic("bad-name", f"`{word.name}` has a dot, and a definition's name has none", word)
            )
            return False
        if word.name in defined:
            before = unit.related(defined[word.name], "first defined here")
            report.append(unit.diagnostic("defined-twice", f"`{word.name}` is defined twice", word, related=[before]))
            return False
        defined[word.name] = word
        alike = folded.setdefault(word.name.casefold(), word)
        if alike is not word:
            before = unit.related(alike, "the other one")
            message = f"`{word.name}` and `{alike.name}` differ in letter case alone, and are two definitions"
            way = "give one another name: on some disks their files would be the same"
            report.append(unit.diagnostic("alike-names", message, word, help=way, related=[before], severity=WARNING))
        return True

    for definition in module.definitions:
        if isinstance(definition, tree.Param):
            first = unit.params.get(definition.name)
            if first is not None:
                before = unit.related(first, "first declared here")
                message = f"the parameter `${definition.name}` is declared twice"
                report.append(unit.diagnostic("defined-twice", message, definition, related=[before]))
            else:
                unit.params[definition.name] = definition
            continue
        if isinstance(definition, tree.Use):
            source = loader.targets.get(id(definition))
            for word in definition.names:
                found = None if source is None else source.scope.get(word.name)
                if not define(word):
                    continue
                imported.append(word)
                known.add(word.name)
                if found is not None:
                    unit.scope[word.name] = found
                elif source is not None and source.parsed.tree is not None and word.name not in source.parsed.lost:
                    report.append(_not_in_file(unit, word, source))
            continue
        for node in tree.walk(definition.expression):
            if isinstance(node, tree.Reference):
                used.add(node.name)
                if node.name in unit.scope or node.name in known:
                    continue
                if excused and not nearest(node.name, unit.scope):
                    # It may be the name that is missing.
                    excused -= 1
                    known.add(node.name)
                elif len(report) < GATHERED_AT_MOST:
                    suggest = len(report) < LISTED_AT_MOST
                    report.append(_unknown(unit, node, later.get(node.name), suggest=suggest))
        if not definition.name.name:
            unit.nameless.append(definition.expression)
            # `let = …` has lost a name that is used below.
            excused += isinstance(definition, tree.Let) and unit.parsed.text(definition.name) == "="
        elif define(definition.name):
            if isinstance(definition, tree.Let):
                unit.scope[definition.name.name] = (unit, definition)
            else:
                unit.audiences[definition.name.name] = definition.expression
    _report_unused(unit, used | unit.parsed.lost, imported, report)


def _report_unused(unit: Unit, used: set[str], imported: list[tree.Word], report: list[Diagnostic]) -> None:
    if not unit.audiences:
        # Such a file is there for others to use.
        return
    words = [(word, "brought in and never used") for word in imported]
    words.extend((let.name, "defined and never used in this file") for let in unit.lets)
    for word, fault in words:
        if word.name not in used:
            report.append(unit.diagnostic("unused", f"`{word.name}` is {fault}", word, severity=WARNING))


def _refused(unit: Unit, node: tree.Reference) -> Diagnostic | None:
    """A name that stands alone and could be no attribute either."""
    refusal = refusal_of_name(node.name)
    if refusal is not None:
        slug, reason, way = refusal
        return unit.diagnostic(slug, reason, node, help=way)
    if node.name.lower() in STATUSES:
        message = f"`{node.name}` is a subscription state, and stands for no filter"
        way = f"write `push is {node.name}`, or `push in [opted_in, {node.name}]` for one of several"
        return unit.diagnostic("undecided-boolean", message, node, help=way)
    return None


def _undecided(unit: Unit, node: tree.Reference) -> Diagnostic:
    refused = _refused(unit, node)
    if refused is not None:
        return refused
    return unit.diagnostic(
        "undecided-boolean",
        f"`{node.name}` stands alone, and a filter compares something",
        node,
        help=f"write `{node.name} is true` for a Boolean attribute, or `{node.name} exists`",
        fix=Fix("compare it with true", [(unit.parsed.span(node), f"{node.name} is true")], safe=False),
    )


def _unknown(unit: Unit, node: tree.Reference, below: tree.Let | tree.Audience | None, *, suggest: bool) -> Diagnostic:
    name = node.name
    if isinstance(below, tree.Audience):
        message = f"`{name}` is an audience, and only a `let` can be used by name"
        way = f"define it with `let`, and the audience from it: `audience {name} = …`"
        return unit.diagnostic("unknown-name", message, node, help=way)
    if below is not None:
        if below.first <= node.first <= below.last:
            return unit.diagnostic("unknown-name", f"`{name}` is used in its own definition", node)
        where = unit.related(below.name, "defined here")
        message = f"`{name}` is used above its definition"
        return unit.diagnostic("unknown-name", message, node, help="move the `let` up", related=[where])
    refused = _refused(unit, node)
    if refused is not None:
        return refused
    close = nearest(name, unit.scope) if suggest else []
    way = f"did you mean `{close[0]}`? " if close else ""
    return unit.diagnostic(
        "unknown-name",
        f"no `let` above defines `{name}`",
        node,
        help=f"{way}a Boolean attribute is compared: `{name} is true`",
        fix=Fix(f"write `{close[0]}`", [(unit.parsed.span(node), close[0])], safe=False) if close else None,
    )


def _not_in_file(unit: Unit, word: tree.Word, source: Unit) -> Diagnostic:
    close = nearest(word.name, source.scope)
    way = f"did you mean `{close[0]}`?" if close else None
    if not source.scope:
        way = "that file defines nothing by `let`"
    message = f"`{source.parsed.source.name}` has no `let` named `{word.name}`"
    span: Span = unit.parsed.span(word)
    fix = Fix(f"write `{close[0]}`", [(span, close[0])], safe=False) if close else None
    return unit.diagnostic("unknown-name", message, word, help=way, fix=fix)
