"""Diagnostics as text for people: the place, the source line with the span underlined, and the way out.

    error[AUD006]: `=` names a definition, and is no comparison
      --> weather.audience:1:11
       |
     1 | eye_color = "blue"
       |           ^
       = help: write `==` to compare

What the user wrote never reaches the terminal raw: see `display`.
"""

from collections.abc import Iterable, Sequence

from ..diagnostics import ERROR, LISTED_AT_MOST, NOTE, WARNING, Diagnostic
from ..source import Source, Span
from .display import clean, excerpt
from .order import SEVERITIES, in_order

__all__ = ["render", "summary"]

_SGR = {ERROR: "1;31", WARNING: "1;33", NOTE: "1;36", "message": "1", "frame": "1;34"}
# The gutter is at least this wide, for the look of the arrow.
_GUTTER = 2


def render(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """The diagnostics by file and place, and their count; an empty text for none.

    At most `LISTED_AT_MOST` are listed, the gravest first to be, with a line on how many more there are.
    """
    found = in_order(diagnostics)
    if not found:
        return ""
    listed = found
    if len(found) > LISTED_AT_MOST:
        gravest = sorted(found, key=lambda diagnostic: SEVERITIES.index(diagnostic.severity))[:LISTED_AT_MOST]
        listed = in_order(gravest)
    paint = _Paint(color)
    blocks = [_block(diagnostic, paint) for diagnostic in listed]
    last = summary(found) + _fixable(found)
    if len(listed) < len(found):
        last = f"… and {len(found) - len(listed):,} more, not listed\n{last}"
    return "\n".join([*blocks, last]) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning, 1 note`."""
    counts = ((severity, sum(each.severity == severity for each in diagnostics)) for severity in SEVERITIES)
    return ", ".join(f"{count:,} {severity}{'s' if count > 1 else ''}" for severity, count in counts if count)


def _fixable(diagnostics: Sequence[Diagnostic]) -> str:
    """How many of them a command mends, and which one. It only mends audience files."""
    fixes = [each.fix for each in diagnostics if each.fix and each.source and each.source.name.endswith(".audience")]
    safe = sum(fix.safe for fix in fixes)
    unsafe = len(fixes) - safe
    if not fixes:
        return ""
    if not safe:
        return f" ({unsafe:,} fixable with `audience check --fix --unsafe-fixes`)"
    more = f", {unsafe:,} more with `--unsafe-fixes`" if unsafe else ""
    return f" ({safe:,} fixable with `audience check --fix`{more})"


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if self._color else text


def _block(diagnostic: Diagnostic, paint: _Paint) -> str:
    related = [(each.source, each.span, each.message) for each in diagnostic.related]
    places = [(each.source, each.span) for each in diagnostic.related]
    if diagnostic.source is not None and diagnostic.span is not None:
        places.append((diagnostic.source, diagnostic.span))
    numbers = [source.position(span.start).line for source, span in places]
    gutter = max([_GUTTER, *(len(str(number)) for number in numbers)])

    severity = f"{diagnostic.severity}[{diagnostic.code.code}]"
    lines = [paint(diagnostic.severity, severity) + paint("message", f": {clean(diagnostic.message)}")]
    place = _place(diagnostic)
    if place:
        lines.append(f"{' ' * gutter}{paint('frame', '-->')} {clean(place)}")
    if diagnostic.source is not None and diagnostic.span is not None:
        lines += _snippet(diagnostic.source, diagnostic.span, gutter, "^", "", diagnostic.severity, paint)
    for source, span, message in related:
        position = source.position(span.start)
        where = clean(f"{source.name}:{position.line}:{position.column}")
        lines.append(f"{' ' * gutter}{paint('frame', ':::')} {where}")
        lines += _snippet(source, span, gutter, "-", message, "frame", paint)
    for label, text in _notes(diagnostic):
        lines.append(f"{' ' * gutter} {paint('frame', '=')} {paint('message', label)}: {clean(text)}")
    return "\n".join(lines) + "\n"


def _place(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    if diagnostic.pointer is None or diagnostic.source is None:
        return place
    if diagnostic.span is None:
        return f"{diagnostic.source.name}: {diagnostic.pointer or '(the whole object)'}"
    return f"{place} ({diagnostic.pointer})" if diagnostic.pointer else place


def _notes(diagnostic: Diagnostic) -> list[tuple[str, str]]:
    notes = []
    if diagnostic.help:
        notes.append(("help", diagnostic.help))
    # A fix whose title only repeats the help would be read twice.
    if diagnostic.fix is not None and diagnostic.fix.title != diagnostic.help:
        notes.append(("fix", diagnostic.fix.title + ("" if diagnostic.fix.safe else " (unsafe)")))
    return notes


def _snippet(source: Source, span: Span, gutter: int, mark: str, label: str, style: str, paint: _Paint) -> list[str]:
    """The line on which the span starts, underlined. Of a span over several lines, the first is shown."""
    position = source.position(span.start)
    line = source.line(position.line)
    start = min(position.column - 1, len(line))
    end = start + span.end - span.start
    # The last character that belongs to the span, not the one after it, which may be on the next line.
    last = source.position(max(span.start, span.end - 1)).line
    notes = [f"… to line {last}"] if last > position.line else []
    text, column, wide = excerpt(line, start, min(end, len(line)))
    notes += [clean(label)] if label else []
    underline = paint(style, " ".join([mark * wide, *notes]))
    bar = paint("frame", "|")
    number = paint("frame", f"{position.line:>{gutter}}")
    return [
        f"{' ' * gutter} {bar}",
        f"{number} {bar} {text}".rstrip(),
        f"{' ' * gutter} {bar} {' ' * column}{underline}",
    ]
