"""Required filters: what every audience of some files must have as members of its outermost AND.

Filters are compared by what they become, so a requirement is met however it is spelled, and also without its name.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import pathspec

from ..api import Analysis, analyse
from ..catalog import Catalog
from ..config import Configuration, Requirement
from ..diagnostics import CODES, ConfigurationError, Diagnostic, Fix, Related, listed, quoted
from ..filters import And, Filter
from ..source import Source, Span
from ..syntax import tree
from ..syntax.parser import parse
from .lowered import lower_all

__all__ = ["Required", "RequirementError", "check_required", "required_of"]

_NAME = "required"


class RequirementError(ConfigurationError):
    """A required filter that is none. `finding` has its place in the configuration."""

    def __init__(self, requirement: Requirement, message: str, help: str | None) -> None:
        super().__init__(CODES["settings"], message, help=help)
        self.finding = Diagnostic(
            CODES["settings"], message, source=requirement.configuration, span=requirement.place, help=help
        )


class Required:
    """One required filter: its text, the names in it that its file defines, and the members that it becomes."""

    __slots__ = ("members", "names", "requirement", "text")

    def __init__(self, requirement: Requirement, text: str, names: list[str], filter: Filter) -> None:
        self.requirement = requirement
        self.text = text
        self.names = names
        self.members = _members(filter)


def required_of(path: Path, configuration: Configuration, *, catalog: Catalog | None = None) -> list[Required]:
    """What the configuration requires of the audiences of a file. Raises RequirementError."""
    found = []
    for requirement in configuration.requirements:
        if _applies(requirement, path, configuration.root):
            found += [_compiled(requirement, text, configuration, catalog) for text in requirement.filters]
    return found


def check_required(
    analysis: Analysis, path: Path, filters: dict[str, Filter], required: Iterable[Required]
) -> list[Diagnostic]:
    """A finding for every audience that lacks a required filter. `filters` are the audiences, lowered."""
    required = list(required)
    return [
        _missing(analysis, path, name, each)
        for name, filter in filters.items()
        for each in required
        if not set(each.members) <= set(_members(filter))
    ]


def _applies(requirement: Requirement, path: Path, root: Path) -> bool:
    try:
        relative = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    except ValueError:
        # On another drive, which no pattern reaches.
        return False
    return pathspec.GitIgnoreSpec.from_lines(requirement.paths).match_file(relative)


def _compiled(requirement: Requirement, text: str, configuration: Configuration, catalog: Catalog | None) -> Required:
    parsed = parse(text)
    names = (
        list(dict.fromkeys(each.name for each in tree.walk(parsed.tree) if isinstance(each, tree.Reference)))
        if parsed.tree is not None and not isinstance(parsed.tree, tree.Module)
        else []
    )
    if names and requirement.source is None:
        message = f"the required filter {quoted(text)} names `{names[0]}`, and the requirement has no `from`"
        raise RequirementError(
            requirement, message, 'name the file that defines it: `from = "shared/consent.audience"`'
        )
    use = ""
    if names and requirement.source is not None:
        source = Path(os.path.relpath(requirement.source, configuration.root)).as_posix()
        use = f'use {", ".join(names)} from "{source}"\n'
    analysis = analyse(
        Source(f"{use}audience {_NAME} = {text}", requirement.configuration.name),
        path=configuration.root / f"{_NAME}.audience",
        base_path=configuration.root,
        settings=configuration.settings,
        catalog=catalog,
    )
    filters, found = lower_all(analysis)
    errors = [each for each in (*analysis.errors, *found) if each.severity == "error"]
    if errors or _NAME not in filters:
        message = f"the required filter {quoted(text)} is none: {errors[0].message}"
        raise RequirementError(requirement, message, errors[0].help)
    return Required(requirement, text, names, filters[_NAME])


def _members(filter: Filter) -> tuple[Filter, ...]:
    return filter.operands if isinstance(filter, And) else (filter,)


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
    paths = listed(each for each in required.requirement.paths if not each.startswith("!"))
    absent = [each for each in required.names if each not in unit.scope]
    use = _use(absent, required.requirement.source, path)
    way = f"write `{_joined(expression, '…', required.text)}`"
    if use:
        way += f", with `{use}` at the top" if definition is not None else f"; only a module can `{use}`"
    place = required.requirement.place
    return unit.diagnostic(
        "required-filter",
        f"{called} does not require {quoted(required.text)}, as every audience of {paths} must",
        expression if definition is None else definition.name,
        help=way,
        fix=_fix(analysis, expression, required.text, use) if definition is not None or not use else None,
        related=() if place is None else [Related(required.requirement.configuration, place, "required here")],
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
