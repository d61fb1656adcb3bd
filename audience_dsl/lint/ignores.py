"""`# audience: ignore CODE` in a text, and the findings that it keeps from the report.

At the end of a line it speaks of findings that begin on that line, alone on its line of the next line that is no
comment. `# audience: ignore-file CODE` above everything else speaks of the whole file. Words behind the names are for
people. What is ignored are warnings and notes, and lint rules of any severity: errors of the compiler are not.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from ..compiler.resolver import Program
from ..diagnostics import ERROR, Code, Diagnostic, Fix, code_named, nearest, quoted
from ..source import Source, Span
from ..syntax.directives import DIRECTIVE, IGNORE, IGNORE_FILE, Lines
from ..syntax.parsed import Parsed
from .ignore_rules import BAD_IGNORE, UNUSED_IGNORE
from .rules import RULES

__all__ = ["apply_ignores"]

_NAME = re.compile(r"[^\s,]+")
# How much a word must look like a directive to be taken for one that is misspelt, from 0 to 1.
_ALIKE = 0.75


class _Name:
    """A code or slug in a directive: its place, and whether something was ignored by it."""

    __slots__ = ("code", "span", "used")

    def __init__(self, span: Span, code: Code) -> None:
        self.span = span
        self.code = code
        self.used = False


class _Ignore:
    """A directive: the line of which it speaks, None for the whole file, and its place with all of its names."""

    __slots__ = ("comment", "count", "line", "names")

    def __init__(self, comment: Span, line: int | None) -> None:
        self.comment = comment
        self.line = line
        self.names: list[_Name] = []
        # Those in the text, with the ones that cannot be ignored.
        self.count = 0


def apply_ignores(findings: Iterable[Diagnostic], program: Program) -> list[Diagnostic]:
    """The findings that are left, with those about the directives of the main file.

    What is found in a file that it uses is ignored by the directives there; about these, that file's own check tells.
    """
    findings = list(findings)
    main = program.main.parsed
    ignores: list[_Ignore] = []
    faults: list[Diagnostic] = []
    by_place: dict[tuple[str, int | None, Code], list[_Name]] = {}
    for unit in dict.fromkeys([*program.units, program.main]):
        source = unit.parsed.source
        if "#" not in source.text:
            continue
        of_unit = list(_directives(unit.parsed, faults if unit is program.main else []))
        if unit is program.main:
            ignores = of_unit
        for ignore in of_unit:
            for name in ignore.names:
                by_place.setdefault((source.name, ignore.line, name.code), []).append(name)
    left = [each for each in findings if not by_place or not _is_ignored(each, by_place)]
    if any(each.severity == ERROR and each.code.slug not in RULES for each in findings):
        # What is wrong hides other findings, so nobody knows what a directive would ignore.
        return [*left, *faults]
    unused = [_unused(main.source, ignore, name) for ignore in ignores for name in ignore.names if not name.used]
    return [*left, *faults, *unused]


def _is_ignored(finding: Diagnostic, by_place: dict[tuple[str, int | None, Code], list[_Name]]) -> bool:
    source, code = finding.source, finding.code
    if finding.span is None or source is None:
        return False
    line = source.position(finding.span.start).line
    names = [*by_place.get((source.name, line, code), ()), *by_place.get((source.name, None, code), ())]
    for name in names:
        name.used = True
    return bool(names)


def _directives(parsed: Parsed, faults: list[Diagnostic]) -> Iterator[_Ignore]:
    source = parsed.source
    comments = parsed.comments
    lines = Lines(source, comments)
    for comment in comments:
        found = DIRECTIVE.match(source.text, comment.start, comment.end)
        if found is None:
            continue
        word = found[1].lower()
        span = Span(*found.span(1))
        if word not in (IGNORE, IGNORE_FILE):
            if max(SequenceMatcher(None, word, each).ratio() for each in (IGNORE, IGNORE_FILE)) >= _ALIKE:
                close = nearest(word, (IGNORE, IGNORE_FILE))
                fix = Fix(f"write `{close[0]}`", [(span, close[0])], safe=False) if close else None
                faults.append(_bad(source, span, f"`{found[1]}` is no directive", _HOW, fix))
            continue
        line = lines.spoken_of(comment) if word == IGNORE else None
        ignore = _Ignore(comment, line)
        names = _names(source.text, found.start(2), found.end(2))
        ignore.count = len(names)
        if word == IGNORE_FILE and not lines.is_above_all(comment):
            faults.append(_bad(source, span, "`ignore-file` stands above everything else in a file", _HOW))
            continue
        if not names:
            faults.append(_bad(source, span, f"`{word}` names nothing that it ignores", _HOW))
        for name in names:
            code = _code_of(name[0])
            if code is None:
                faults.append(_unknown(source, Span(*name.span()), name[0]))
            else:
                ignore.names.append(_Name(Span(*name.span()), code))
        yield ignore


_HOW = "write `# audience: ignore CODE`, with a code such as `AUD310` or its name, `missing-value`"


def _names(text: str, start: int, end: int) -> list[re.Match[str]]:
    """The names in a directive: what commas join, and further names of rules. Other words behind them are a reason."""
    names: list[re.Match[str]] = []
    for name in _NAME.finditer(text, start, end):
        if names and "," not in text[names[-1].end() : name.start()] and _code_of(name[0]) is None:
            break
        names.append(name)
    return names


_CODES = [rule.code.code for rule in RULES.values()]


def _code_of(name: str) -> Code | None:
    code = code_named(name)
    return code if code is not None and code.slug in RULES else None


def _unknown(source: Source, span: Span, name: str) -> Diagnostic:
    code = code_named(name)
    if code is not None:
        message = f"`{code.code}` ({code.slug}) is an error, and errors are not ignored"
        return _bad(source, span, message, "mend what it reports")
    if len(name) > 3 and any(code.startswith(name.upper()) for code in _CODES):
        return _bad(source, span, f"`{name}` stands for several rules, and an ignore names each", _HOW)
    known = _CODES if name[:3].upper() == "AUD" else RULES
    close = nearest(name, known)
    fix = Fix(f"write `{close[0]}`", [(span, close[0])], safe=False) if close else None
    way = f"did you mean `{close[0]}`?" if close else _HOW
    return _bad(source, span, f"there is no rule {quoted(name)}", way, fix)


def _bad(source: Source, span: Span, message: str, way: str, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(
        BAD_IGNORE.code, message, source=source, span=span, help=way, fix=fix, severity=BAD_IGNORE.severity
    )


def _unused(source: Source, ignore: _Ignore, name: _Name) -> Diagnostic:
    where = "in this file" if ignore.line is None else "there"
    edit = _without(source.text, name.span) if ignore.count > 1 else _without_comment(source.text, ignore.comment)
    return Diagnostic(
        UNUSED_IGNORE.code,
        f"nothing {where} is `{name.code.code}` ({name.code.slug}), so this ignores nothing",
        source=source,
        span=name.span,
        help="remove it",
        fix=Fix("remove it", [(edit, "")]),
        severity=UNUSED_IGNORE.severity,
    )


def _without(text: str, name: Span) -> Span:
    """A name in a directive with others, and the comma that it leaves behind."""
    end = re.compile(r"[ \t]*,[ \t]*").match(text, name.end)
    if end is not None:
        return Span(name.start, end.end())
    start = name.start
    while text[start - 1] in ", \t":
        start -= 1
    return Span(start, name.end)


def _without_comment(text: str, comment: Span) -> Span:
    """A comment, with the blanks before it, and with its line where it has nothing else."""
    start, end = comment.start, comment.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if start == 0 or text[start - 1] in "\r\n":
        line_break = re.compile(r"\r\n?|\n").match(text, end)
        end = end if line_break is None else line_break.end()
    return Span(start, end)
