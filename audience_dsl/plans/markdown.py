"""A plan in Markdown, for a pull request: what decides stands at the top, and the exact body is folded away."""

import re
from typing import Final

from ..diagnostics import counted
from ..explaining.markdown import as_markdown as explanation_as_markdown
from ..explaining.wording import Words
from ..report.markup import markdown_code, markdown_text
from .cutting import cut_lines
from .plan import Plan
from .sheet import APPLY, AUDIENCE, BODY, NOTES, UNEXPLAINED, Sheet, cut_alarm, lines_behind

__all__ = ["as_markdown"]

_TICKS: Final = re.compile("`+")
_CODE_AT_MOST: Final = 1_000
# A comment on GitHub has 65,536 characters: these leave room for what stands around them.
_TEXT_AT_MOST: Final = 12_000
_EXPLAINED_AT_MOST: Final = 20_000
_BODY_AT_MOST: Final = 16_000
_BODIES_AT_MOST: Final = 20
_LINES_AT_MOST: Final = 400


def as_markdown(plan: Plan, *, name: str = "plan.json") -> str:
    """`name` is what the plan's file is called."""
    return "\n".join(_Page(Sheet(plan, name)).parts) + "\n"


class _Page:
    """The sheet, part by part, and how many lines of it there was no room for."""

    def __init__(self, sheet: Sheet) -> None:
        self._cut = 0
        content = [*self._facts(sheet), *self._audience(sheet), *self._bodies(sheet)]
        alarms = [*sheet.alarms, *([cut_alarm(self._cut)] if self._cut else [])]
        self.parts = [f"## Plan: {_said(sheet.title)}", ""]
        for alarm in alarms:
            self.parts += ["> [!CAUTION]", f"> **{_said(alarm)}**", ""]
        self.parts += [*content, f"### {APPLY}", "", *self._fenced([sheet.command], _BODY_AT_MOST, "sh")]

    def _facts(self, sheet: Sheet) -> list[str]:
        parts = []
        for reminder in sheet.reminders:
            parts += ["> [!NOTE]", f"> {_said(reminder)}", ""]
        parts += ["| | |", "| --- | --- |", *(f"| **{label}** | {_said(words)} |" for label, words in sheet.rows), ""]
        if sheet.notes:
            parts += [f"### {NOTES}", "", *(f"- {_code(note)}" for note in sheet.notes), ""]
        return parts

    def _audience(self, sheet: Sheet) -> list[str]:
        if not sheet.has_audience:
            return []
        parts = [f"### {AUDIENCE}", ""]
        if sheet.written is None:
            parts += [f"There is no text for it: {_code(sheet.reason or '')}.", ""]
        else:
            parts += [*self._fenced(sheet.written, _TEXT_AT_MOST), ""]
        if sheet.explanation is None:
            return [*parts, UNEXPLAINED, ""]
        lines = explanation_as_markdown(sheet.explanation).rstrip("\n").split("\n")
        kept, left = cut_lines(lines, lines_at_most=_LINES_AT_MOST, characters_at_most=_EXPLAINED_AT_MOST, whole=True)
        return [*parts, *kept, "", *self._left(left)]

    def _bodies(self, sheet: Sheet) -> list[str]:
        parts = [f"### {BODY}", ""]
        shown = sheet.bodies[:_BODIES_AT_MOST]
        room = _BODY_AT_MOST // len(shown)
        for body in shown:
            parts += ["<details>", f"<summary>{_html(body.heading)}</summary>", ""]
            parts += [*self._fenced(body.lines, room, "json"), "", "</details>", ""]
        return [*parts, *self._left(lines_behind(sheet.bodies, _BODIES_AT_MOST))]

    def _fenced(self, lines: list[str], at_most: int, language: str = "") -> list[str]:
        """As a block of code, whose fence is longer than any that stands in it."""
        kept, left = cut_lines(lines, lines_at_most=_LINES_AT_MOST, characters_at_most=at_most)
        longest = max(map(len, _TICKS.findall("\n".join(kept))), default=0)
        fence = "`" * max(3, longest + 1)
        return [f"{fence}{language}", *kept, fence, *([""] if left else []), *self._left(left)]

    def _left(self, left: int) -> list[str]:
        self._cut += left
        return [f"*… and {counted(left, 'more line')}: the plan's file has all.*", ""] if left else []


def _said(words: Words) -> str:
    # Plain words are our own, but for the dots of file endings: there is no sign in them that Markdown knows.
    return "".join(_code(text) if kind else text for kind, text in words.parts)


def _code(text: str) -> str:
    return markdown_code(text, at_most=_CODE_AT_MOST)


def _html(words: Words) -> str:
    return "".join(f"<code>{markdown_text(text)}</code>" if kind else text for kind, text in words.parts)
