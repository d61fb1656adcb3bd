"""A plan for a terminal."""

from typing import Final

from ..diagnostics import counted
from ..explaining import as_text as explanation_as_text
from ..report.display import clean
from ..report.funnel.fitting import wrapped
from .cutting import cut_lines
from .plan import Plan
from .sheet import APPLY, AUDIENCE, BODY, NOTES, UNEXPLAINED, Sheet, cut_alarm, lines_behind

__all__ = ["as_text"]

_NARROWEST, _WIDEST = 40, 120
_LABEL: Final = 12
_BOLD, _ALARM, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"
# A screen or two of each: the rest is in the file.
_LINES_AT_MOST: Final = 60
_CHARACTERS_AT_MOST: Final = 20_000
_BODIES_AT_MOST: Final = 5


def as_text(plan: Plan, *, columns: int = 80, color: bool = False, name: str = "plan.json") -> str:
    """`columns` is where lines break, from 40 to 120; with `color` headings are bold, and what is risky is red.

    `name` is what the plan's file is called.
    """
    sheet = Sheet(plan, name)
    page = _Page(min(max(columns, _NARROWEST), _WIDEST), color)
    page.put(str(sheet.title), paint=_BOLD)
    for alarm in sheet.alarms:
        page.alarm(str(alarm))
    behind_alarms = len(page.lines)
    for reminder in sheet.reminders:
        page.lines.append("")
        page.put(str(reminder))
    page.lines.append("")
    for label, words in sheet.rows:
        page.put(str(words), f"{label:<{_LABEL}}")
    if sheet.notes:
        page.heading(NOTES)
        for note in sheet.notes:
            page.put(clean(note), "  - ")
    if sheet.has_audience:
        page.heading(AUDIENCE)
        if sheet.written is None:
            page.put(clean(f"There is no text for it: {sheet.reason}."), "  ")
        else:
            page.block(sheet.written)
        if sheet.explanation is None:
            page.put(UNEXPLAINED, "  ")
        else:
            page.lines.append("")
            page.whole(explanation_as_text(sheet.explanation, columns=columns, color=color).splitlines())
    page.heading(BODY)
    for body in sheet.bodies[:_BODIES_AT_MOST]:
        page.put(str(body.heading), "  ")
        page.block(body.lines)
    page.leave_out(lines_behind(sheet.bodies, _BODIES_AT_MOST))
    page.heading(APPLY)
    page.lines.append(f"  {sheet.command}")
    if page.cut:
        rest = page.lines[behind_alarms:]
        del page.lines[behind_alarms:]
        page.alarm(str(cut_alarm(page.cut)))
        page.lines += rest
    return "\n".join(page.lines) + "\n"


class _Page:
    def __init__(self, columns: int, color: bool) -> None:
        self.lines: list[str] = []
        # How many lines there was no room for.
        self.cut = 0
        self._columns = columns
        self._color = color

    def heading(self, text: str) -> None:
        self.lines += ["", self._painted(text, _BOLD)]

    def alarm(self, text: str) -> None:
        self.lines.append("")
        self.put(text, "!! ", paint=_ALARM)

    def put(self, text: str, mark: str = "", *, paint: str = "") -> None:
        """`mark` stands before the first line, and all lines stand behind it."""
        room = max(self._columns - len(mark), _NARROWEST // 2)
        for line in wrapped(text, room):
            self.lines.append(self._painted(f"{mark}{line}".rstrip(), paint))
            mark = " " * len(mark)

    def block(self, lines: list[str]) -> None:
        self.whole([f"  {line}".rstrip() for line in lines])

    def whole(self, lines: list[str]) -> None:
        kept, left = cut_lines(lines, lines_at_most=_LINES_AT_MOST, characters_at_most=_CHARACTERS_AT_MOST)
        self.lines += kept
        self.leave_out(left)

    def leave_out(self, left: int) -> None:
        self.cut += left
        if left:
            self.lines.append(f"  … and {counted(left, 'more line')}: the plan's file has all")

    def _painted(self, text: str, paint: str) -> str:
        return f"{paint}{text}{_PLAIN}" if self._color and paint else text
