"""Required filters: what every audience of some files must have as members of its outermost AND.

Filters are compared by what they become, so a requirement is met however it is spelled, and also without its name. The
order of operands and of lists does not count.
"""

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pathspec

from ..api import Analysis, analyse
from ..catalog import Catalog
from ..config import Configuration, Requirement
from ..diagnostics import (
    CODES,
    ERROR,
    WARNING,
    ConfigurationError,
    Diagnostic,
    Fix,
    Related,
    by_severity,
    listed,
    quoted,
)
from ..filters import And, Filter, Or
from ..source import Source, Span
from ..syntax import tree
from ..syntax.formatter import format_tree
from ..syntax.parser import parse
from .lowered import lower_all

__all__ = ["Required", "RequirementError", "Requirements", "check_required", "lacking"]

_NAME = "required"


class RequirementError(ConfigurationError):
    """A required filter that is none. `finding` has its place in the configuration."""

    def __init__(
        self, requirement: Requirement, index: int, message: str, help: str | None, related: Iterable[Related] = ()
    ) -> None:
        super().__init__(CODES["settings"], message, help=help)
        self.finding = Diagnostic(
            CODES["settings"],
            message,
            source=requirement.configuration,
            span=requirement.places[index],
            help=help,
            related=tuple(related),
        )


class Required:
    """One required filter: its text, the names in it that its file defines, and the members that it becomes."""

    __slots__ = ("members", "names", "requirement", "text")

    def __init__(self, requirement: Requirement, text: str, names: list[str], filter: Filter) -> None:
        self.requirement = requirement
        self.text = text
        self.names = names
        self.members = _members(filter)

    @property
    def whose(self) -> str:
        """The audiences that must have it, in words."""
        return f"every audience of {listed(each for each in self.requirement.paths if not each.startswith('!'))}"

    @property
    def related(self) -> list[Related]:
        place = self.requirement.place
        return [] if place is None else [Related(self.requirement.configuration, place, "required here")]


class Requirements:
    """What a configuration requires of the audiences of each file. A filter is compiled once, when it first counts."""

    __slots__ = ("_catalog", "_compiled", "_configuration", "_patterns")

    def __init__(self, configuration: Configuration, *, catalog: Catalog | None = None) -> None:
        self._configuration = configuration
        self._catalog = catalog
        self._patterns = [pathspec.GitIgnoreSpec.from_lines(each.paths) for each in configuration.requirements]
        self._compiled: dict[int, list[Required]] = {}

    def of(self, path: Path) -> list[Required]:
        """Raises RequirementError."""
        found: list[Required] = []
        for index in self._applying(path):
            if index not in self._compiled:
                requirement = self._configuration.requirements[index]
                self._compiled[index] = [
                    _compiled(requirement, each, self._configuration, self._catalog)
                    for each in range(len(requirement.filters))
                ]
            found += self._compiled[index]
        return found

    def idle(self, paths: Iterable[Path]) -> list[Diagnostic]:
        """A warning for each requirement that holds for none of these files: its patterns may be misspelled."""
        applying = {index for path in paths for index in self._applying(path)}
        return [
            Diagnostic(
                CODES["settings"],
                f"the requirement holds for no file: {listed(each.paths)} fits none",
                source=each.configuration,
                span=each.place,
                help="patterns are as in .gitignore, and relative to the configuration",
                severity=WARNING,
            )
            for index, each in enumerate(self._configuration.requirements)
            if index not in applying
        ]

    def _applying(self, path: Path) -> list[int]:
        names = _names_of(path, self._configuration.root)
        return [index for index, each in enumerate(self._patterns) if any(map(each.match_file, names))]


def lacking(filter: Filter, required: Iterable[Required]) -> list[Required]:
    """Those of the required filters that are no members of this one's outermost AND."""
    members = _members(filter)
    return [each for each in required if not members >= each.members]


def check_required(
    analysis: Analysis, path: Path, filters: dict[str, Filter], required: Iterable[Required]
) -> list[Diagnostic]:
    """A finding for every audience that lacks a required filter. `filters` are the audiences, lowered."""
    required = list(required)
    return [
        _missing(analysis, path, name, each) for name, filter in filters.items() for each in lacking(filter, required)
    ]


def _names_of(path: Path, root: Path) -> set[str]:
    """What a file is called below the root: where its name stands, and where the file is that a link leads to."""
    real_root = os.path.realpath(root)
    places = {os.path.realpath(path), str(Path(os.path.realpath(path.parent), path.name))}
    try:
        return {os.path.relpath(each, real_root) for each in places}
    except ValueError:
        # On another drive, which no pattern reaches.
        return set()


def _compiled(requirement: Requirement, index: int, configuration: Configuration, catalog: Catalog | None) -> Required:
    written = requirement.filters[index]
    parsed = parse(written)
    if isinstance(parsed.tree, tree.Module):
        message = f"the required filter {quoted(written)} is no filter, but a definition"
        raise RequirementError(
            requirement, index, message, "write a filter alone, and its `let`s in the file of `from`"
        )
    expression = parsed.tree
    names = (
        []
        if expression is None
        else list(dict.fromkeys(each.name for each in tree.walk(expression) if isinstance(each, tree.Reference)))
    )
    if names and requirement.source is None:
        message = f"the required filter {quoted(written)} names `{names[0]}`, and the requirement has no `from`"
        way = 'name the file that defines it: `from = "shared/consent.audience"`'
        raise RequirementError(requirement, index, message, way)
    use = ""
    if names and requirement.source is not None:
        source = Path(os.path.relpath(requirement.source, configuration.root)).as_posix()
        use = f'use {", ".join(names)} from "{source}"\n'
    analysis = analyse(
        Source(f"{use}audience {_NAME} = {written}", requirement.configuration.name),
        path=configuration.root / f"{_NAME}.audience",
        base_path=configuration.root,
        settings=configuration.settings,
        catalog=catalog,
    )
    filters, found = lower_all(analysis)
    errors = by_severity([*analysis.errors, *found], ERROR)
    if errors or expression is None or _NAME not in filters:
        raise _fault(requirement, index, errors)
    return Required(requirement, format_tree(expression).rstrip("\n"), names, filters[_NAME])


def _fault(requirement: Requirement, index: int, errors: list[Diagnostic]) -> RequirementError:
    said = f"the required filter {quoted(requirement.filters[index])} is none"
    if not errors:
        return RequirementError(requirement, index, said, "write one filter")
    error = errors[0]
    elsewhere = (
        [Related(error.source, error.span, "here")]
        if error.source is not None and error.span is not None and error.source.name != requirement.configuration.name
        else []
    )
    return RequirementError(requirement, index, f"{said}: {error.message}", error.help, elsewhere)


def _members(filter: Filter) -> frozenset[str]:
    """What says the same as each member of the outermost AND, and only that."""
    return frozenset(map(_digest, filter.operands if isinstance(filter, And) else (filter,)))


def _digest(filter: Filter) -> str:
    """A text that filters share where they differ in nothing but the order of operands, or in doubles."""
    # Groups that are open, with the digests of their operands so far; the outermost only gathers the result.
    stack: list[tuple[str, list[str]]] = [("", [])]
    pending: list[Filter | None] = [filter]
    while pending:
        node = pending.pop()
        if node is None:
            kind, digests = stack.pop()
            joined = sorted(set(digests))
            text = f"{kind}({','.join(joined)})"
            stack[-1][1].append(joined[0] if len(joined) == 1 else sha256(text.encode()).hexdigest())
        elif isinstance(node, (And, Or)):
            stack.append((type(node).__name__, []))
            pending += [None, *node.operands]
        else:
            facts = [getattr(node, field) for field in node._fields]
            said = [sorted(set(each)) if isinstance(each, tuple) else each for each in facts]
            stack[-1][1].append(f"{type(node).__name__}{said!r}")
    return stack[0][1][0]


def _missing(analysis: Analysis, path: Path, name: str, required: Required) -> Diagnostic:
    unit = analysis.program.main
    expression = unit.audiences[name]
    definition = next(
        (
            each
            for each in getattr(unit.parsed.tree, "definitions", ())
            if isinstance(each, tree.Audience) and each.name.name == name
        ),
        None,
    )
    called = f"the audience `{name}`" if name else "the audience"
    absent = [each for each in required.names if each not in unit.scope]
    use = _use(absent, required.requirement.source, path)
    way = f"write `{_joined(expression, '…', required.text)}`"
    if use:
        way += f", with `{use}` at the top" if definition is not None else f"; only a module can `{use}`"
    return unit.diagnostic(
        "required-filter",
        f"{called} does not require {quoted(required.text)}, as {required.whose} must",
        expression if definition is None else definition.name,
        help=way,
        fix=_fix(analysis, expression, required.text, use) if definition is not None or not use else None,
        related=required.related,
    )


def _use(names: list[str], source: Path | None, path: Path) -> str:
    if not names or source is None:
        return ""
    relative = os.path.relpath(os.path.realpath(source), Path(os.path.realpath(path)).parent)
    return f'use {", ".join(names)} from "{Path(relative).as_posix()}"'


def _joined(expression: tree.Expression, text: str, required: str) -> str:
    needs_group = isinstance(parse(required).tree, tree.Or)
    added = f"({required})" if needs_group else required
    return f"({text}) and {added}" if isinstance(expression, tree.Or) else f"{text} and {added}"


def _fix(analysis: Analysis, expression: tree.Expression, required: str, use: str) -> Fix:
    parsed = analysis.program.main.parsed
    span = parsed.span(expression)
    before, after = _joined(expression, "\0", required).split("\0")
    if isinstance(expression, tree.Or) and expression.grouped:
        # It has its parentheses, which its span leaves out.
        before, after = "", after.removeprefix(")")
        closing = parsed.source.text.index(")", span.end) + 1
        span = Span(span.start, closing)
    edits = [(Span(span.end, span.end), after)]
    if before:
        edits.append((Span(span.start, span.start), before))
    if use:
        edits.append((Span(0, 0), f"{use}\n"))
    return Fix(f"add {quoted(required)}", edits, safe=False)
