"""Fixes applied to a text: those that do not touch each other, again and again until none is left."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable

from ..diagnostics import Diagnostic, Fix
from ..source import Source, Span
from ..syntax.parser import parse

__all__ = ["Fixed", "fix_all"]

# Each round mends what the rounds before brought to light; a text that never settles has rules that contradict.
_ROUNDS = 20


class Fixed:
    """A text after its fixes, how many were applied, and what is found in it now."""

    __slots__ = ("count", "findings", "text")

    def __init__(self, text: str, count: int, findings: list[Diagnostic]) -> None:
        self.text = text
        self.count = count
        self.findings = findings


def fix_all(source: Source, find: Callable[[Source], list[Diagnostic]], *, unsafe: bool) -> Fixed:
    """Apply the fixes of what `find` finds in the text, the unsafe ones too where asked for.

    A fix that would leave a text that does not parse where it parsed before is not applied.
    """
    findings = find(source)
    count = 0
    refused: set[tuple[object, ...]] = set()
    for _ in range(_ROUNDS):
        fixes = [each for each in _applicable(findings, source, unsafe=unsafe) if _key(each) not in refused]
        if not fixes:
            break
        text = _apply(source.text, fixes)
        if _breaks(source.text, text):
            # One of them is at fault: find out which, one at a time.
            fixes = fixes[:1]
            text = _apply(source.text, fixes)
            if _breaks(source.text, text):
                refused.add(_key(fixes[0]))
                continue
        if text == source.text:
            break
        count += len(fixes)
        source = Source(text, source.name)
        findings = find(source)
    return Fixed(source.text, count, findings)


def _applicable(findings: Iterable[Diagnostic], source: Source, *, unsafe: bool) -> list[Fix]:
    """The fixes of findings in this text, by place, of those that touch each other the first."""
    fixes = [
        each.fix
        for each in findings
        if each.fix is not None
        and each.fix.edits
        and (each.fix.safe or unsafe)
        and each.source is not None
        and each.source.name == source.name
    ]
    chosen: list[Fix] = []
    # Edits that are taken, by place. Two fixes may share one, such as the same line at the top of the file.
    taken: list[tuple[int, int, str]] = []
    for fix in sorted(fixes, key=lambda fix: min(span.start for span, _ in fix.edits)):
        edits = [(span.start, span.end, text) for span, text in fix.edits]
        free = [edit for edit in edits if not _is_in(edit, taken)]
        if not any(_touches(edit, taken) for edit in free):
            chosen.append(Fix(fix.title, [(Span(start, end), text) for start, end, text in free], safe=fix.safe))
            for edit in free:
                insort(taken, edit)
    return chosen


def _is_in(edit: tuple[int, int, str], taken: list[tuple[int, int, str]]) -> bool:
    at = bisect_left(taken, edit)
    return at < len(taken) and taken[at] == edit


def _touches(edit: tuple[int, int, str], taken: list[tuple[int, int, str]]) -> bool:
    """Whether an edit meets one that is taken, at its ends too. Those that are taken do not meet each other."""
    start, end, _ = edit
    at = bisect_left(taken, (start, end, ""))
    before, after = taken[max(0, at - 1) : at], taken[at : at + 1]
    return any(other[1] >= start for other in before) or any(other[0] <= end for other in after)


def _apply(text: str, fixes: list[Fix]) -> str:
    return Fix("", [edit for fix in fixes for edit in fix.edits]).apply(text)


def _breaks(before: str, after: str) -> bool:
    return bool(parse(after).diagnostics) and not parse(before).diagnostics


def _key(fix: Fix) -> tuple[object, ...]:
    return (fix.title, *((span.start, span.end, text) for span, text in fix.edits))
