"""From a source text and given values to audiences, with everything that was found on the way."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from ..api import Analysis, Audience, analyse
from ..diagnostics import CODES, ERROR, BindError, CompileError, Diagnostic, by_severity, did_you_mean
from ..source import Source
from .exits import FindingsError, UsageFault
from .files import STDIN, open_argument, shown_path
from .parameters import Given, as_finding
from .project import Projects

__all__ = ["Compiled", "compile_one", "compile_source", "unknown_parameters"]


class Compiled:
    """One source text: its audiences by name (the bare expression's is ""), or none of them where it has errors."""

    __slots__ = ("audiences", "diagnostics", "source", "takes")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.audiences: dict[str, Audience] = {}
        self.diagnostics: list[Diagnostic] = []
        # The parameters that it knows.
        self.takes: set[str] = set()


def compile_source(
    source: Source,
    *,
    path: Path,
    projects: Projects,
    given: Given,
    name: str | None,
    every: bool,
    now: datetime | None,
) -> Compiled:
    """Compile the audience of this name, or the only one; or `every` audience of the text, also none.

    Raises nothing over the text: see `.diagnostics`. With `every`, values for parameters that the text does not
    know are left out, and the caller sees to it that some text knows them.
    """
    project, root = projects.of(path), projects.root(path)
    settings, catalog = project.settings, project.catalog
    analysis = analyse(source, path=path, base_path=root, settings=settings, catalog=catalog)
    compiled = Compiled(source)
    if analysis.checked is not None:
        checked = analysis.checked
        compiled.takes = {*checked.kinds, *checked.declared, *checked.open}
    try:
        values = given.values_for(analysis)
        if analysis.checked is not None and values.keys() & analysis.checked.open.keys():
            # The values tell the types that nothing else does.
            analysis = analyse(source, path=path, base_path=root, settings=settings, catalog=catalog, params=values)
    except BindError as error:
        compiled.diagnostics = [*analysis.diagnostics, as_finding(error, analysis, given)]
        return compiled
    compiled.diagnostics += analysis.diagnostics
    if analysis.errors:
        return compiled
    compiled.diagnostics += _required(analysis, path, projects)
    if by_severity(compiled.diagnostics, ERROR):
        return compiled
    if every:
        values = {each: value for each, value in values.items() if each in compiled.takes}
    for each in analysis.names if every and name is None else [name]:
        _add(compiled, analysis, each, values, given, now)
    return compiled


def compile_one(
    file: str, name: str | None, given: Given, projects: Projects, now: datetime | None
) -> tuple[str, Audience, list[Diagnostic]]:
    """The audience of a file, or of stdin, that a command is about: what it is called, itself, and the warnings.

    Raises UsageFault where there is no such file, and FindingsError with everything that is wrong.
    """
    if name == "":
        raise UsageFault("`--name` is empty", "leave it out for a bare expression")
    compiled = compile_source(
        open_argument(file),
        path=Path("stdin.audience" if file == STDIN else file),
        projects=projects,
        given=given,
        name=name,
        every=False,
        now=now,
    )
    if by_severity(compiled.diagnostics, ERROR):
        raise FindingsError(compiled.diagnostics)
    ((called, audience),) = compiled.audiences.items()
    return called or ("stdin" if file == STDIN else shown_path(Path(file))), audience, compiled.diagnostics


def _required(analysis: Analysis, path: Path, projects: Projects) -> list[Diagnostic]:
    """What the audiences of a file lack of the filters that its project requires."""
    required = projects.of(path).required_of(path)
    if not required:
        return []
    from ..checking import check_required
    from ..checking.lowered import lower_all

    return check_required(analysis, path, lower_all(analysis)[0], required)


def _add(
    compiled: Compiled,
    analysis: Analysis,
    name: str | None,
    values: dict[str, Any],
    given: Given,
    now: datetime | None,
) -> None:
    try:
        # The one bare expression has no name to ask for.
        audience = analysis.audience(name or None, params=values, now=now)
    except CompileError as error:
        for finding in error.diagnostics:
            if finding.code is CODES["needs-now"]:
                finding.help = f"give the instant of the send with `--now`; or {finding.help}"
        compiled.diagnostics += error.diagnostics
    except BindError as error:
        compiled.diagnostics.append(as_finding(error, analysis, given))
    else:
        compiled.audiences[name if name is not None else analysis.names[0]] = audience
        compiled.diagnostics += audience.warnings


def unknown_parameters(given: Given, known: Iterable[str]) -> list[Diagnostic]:
    """Findings about values that no text has a parameter for."""
    known = sorted(known)
    findings = []
    for name in given.names:
        if name not in known:
            way = did_you_mean(name, known, given.where(name))
            findings.append(Diagnostic(CODES["parameter-unknown"], f"no file has a parameter `${name}`", help=way))
    return findings
