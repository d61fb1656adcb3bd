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

from ..diagnostics import ERROR, LISTED_AT_MOST, WARNING, Diagnostic
from ..source import Source, Span
from .display import clean, excerpt

__all__ = ["render", "summary"]

_SGR = {"error": "1;31", "warning": "1;33", "message": "1", "frame": "1;34"}
# The gutter is at least this wide, for the look of the arrow.
_GUTTER = 2


def render(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """The diagnostics by file and place, and their count; an empty text for none.

    At most `LISTED_AT_MOST` are listed, errors before warnings, with a line on how many more there are.
    """
    found = sorted(diagnostics, key=_order)
    if not found:
        return ""
    listed = found
    if len(found) > LISTED_AT_MOST:
        gravest = sorted(found, key=lambda diagnostic: diagnostic.severity == WARNING)[:LISTED_AT_MOST]
        listed = sorted(gravest, key=_order)
    paint = _Paint(color)
    blocks = [_block(diagnostic, paint) for diagnostic in listed]
    last = summary(found)
    if len(listed) < len(found):
        last = f"… and {len(found) - len(listed):,} more, not listed\n{last}"
    return "\n".join([*blocks, last]) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    counts = ((severity, sum(each.severity == severity for each in diagnostics)) for severity in (ERROR, WARNING))
    return ", ".join(f"{count:,} {severity}{'s' if count > 1 else ''}" for severity, count in counts if count)


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if self._color else text


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    name = "" if diagnostic.source is None else diagnostic.source.name
    span = diagnostic.span
    pointer = [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in _parts(diagnostic.pointer)]
    # Findings about a file as a whole come before those in it.
    return name, (-1, -1) if span is None else (span.start, span.end), pointer, diagnostic.code.code


def _parts(pointer: str | None) -> list[str]:
    # Digits that make no number, such as `²`, and those that are too many for one, count as text.
    parts = [] if pointer is None else pointer.split("/")
    return [part if part.isascii() and len(part) < 10 else f"'{part}" for part in parts]


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
    pointer = diagnostic.pointer or "(the whole object)"
    return f"{place} ({pointer})" if diagnostic.span is not None else f"{diagnostic.source.name}: {pointer}"


def _notes(diagnostic: Diagnostic) -> list[tuple[str, str]]:
    notes = []
    if diagnostic.help:
        notes.append(("help", diagnostic.help))
    # A fix whose title only repeats the help would be read twice.
    if diagnostic.fix is not None and diagnostic.fix.title != diagnostic.help:
        notes.append(("fix", diagnostic.fix.title))
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
