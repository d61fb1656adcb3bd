"""A plan as one page of HTML that needs nothing else: no scripts, nothing loaded, and the browser is told so.

It looks like the sheet of `audience explain`, with what decides at its top; the exact bodies are folded away.
"""

from typing import Final

from ..diagnostics import counted
from ..explaining.html import page, said, section, who_gets_it
from ..explaining.wording import Words
from ..report.display import clean
from ..report.markup import escaped
from .cutting import cut_lines
from .plan import Plan
from .sheet import APPLY, AUDIENCE, BODY, NOTES, UNEXPLAINED, Sheet, cut_alarm

__all__ = ["as_html"]

_STYLE: Final = """
:root{--alarm:#fff0ee;--alarm-line:#cf222e;--on-alarm:#a40e26}
@media screen and (prefers-color-scheme:dark){:root{--alarm:#2d1215;--alarm-line:#da3633;--on-alarm:#ff9a94}}
.alarm{margin:10px 0;padding:10px 14px;border:1px solid var(--alarm-line);border-left-width:6px;border-radius:8px;
background:var(--alarm);color:var(--on-alarm);font-weight:600;break-inside:avoid;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.facts{border-collapse:collapse;width:100%;margin:14px 0}
.facts th,.facts td{text-align:left;vertical-align:top;padding:5px 0;border-top:1px solid var(--line)}
.facts tr:last-child>*{border-bottom:1px solid var(--line)}
.facts th{width:7em;padding-right:14px;color:var(--muted);font-weight:600}
details{margin:.6em 0}
summary{cursor:pointer;padding:4px 0}
summary:focus-visible{outline:2px solid var(--on-all);outline-offset:2px}
"""
# More than any request has, so that a page which nobody could open is not made of a file from elsewhere.
_LINES_AT_MOST: Final = 50_000
_CHARACTERS_AT_MOST: Final = 5_000_000
_AT_ONCE: Final = 100_000


def as_html(plan: Plan, *, name: str = "plan.json") -> str:
    """`name` is what the plan's file is called."""
    sheet = Sheet(plan, name)
    blocks = _Blocks()
    content = [f"<p>{said(reminder)}</p>" for reminder in sheet.reminders]
    content += ['<table class="facts">', *(_row(label, words) for label, words in sheet.rows), "</table>"]
    if sheet.notes:
        content += section(NOTES, ["<ul>", *(f"<li>{escaped(note)}</li>" for note in sheet.notes), "</ul>"])
    if sheet.has_audience:
        content += section(AUDIENCE, _audience(sheet, blocks))
    if sheet.explanation is not None:
        content += who_gets_it(sheet.explanation)
    bodies = []
    for body in sheet.bodies:
        bodies += ["<details>", f"<summary>{said(body.heading)}</summary>", *blocks.of(body.lines), "</details>"]
    content += section(BODY, bodies)
    content += section(APPLY, blocks.of([sheet.command]), keep=True)
    alarms = [*sheet.alarms, *([cut_alarm(blocks.cut)] if blocks.cut else [])]
    content = [*(f'<p class="alarm">{said(alarm)}</p>' for alarm in alarms), *content]
    title = clean(f"Plan: {sheet.title}", at_most=400)
    return page(title, content, heading=f"Plan: {said(sheet.title)}", style=_STYLE)


def _audience(sheet: Sheet, blocks: "_Blocks") -> list[str]:
    if sheet.written is None:
        parts = [f"<p>There is no text for it: {escaped(sheet.reason or '')}.</p>"]
    else:
        parts = blocks.of(sheet.written)
    return parts if sheet.explanation is not None else [*parts, f"<p>{escaped(UNEXPLAINED)}</p>"]


def _row(label: str, words: Words) -> str:
    return f'<tr><th scope="row">{escaped(label)}</th><td>{said(words)}</td></tr>'


class _Blocks:
    """Lines as they are, and how many of them there was no room for."""

    def __init__(self) -> None:
        self.cut = 0

    def of(self, lines: list[str]) -> list[str]:
        kept, left = cut_lines(lines, lines_at_most=_LINES_AT_MOST, characters_at_most=_CHARACTERS_AT_MOST)
        self.cut += left
        text = "\n".join(map(_whole, kept))
        more = [f'<p class="fine">… and {counted(left, "more line")}: the plan&#39;s file has all.</p>'] if left else []
        return [f"<pre>{text}</pre>", *more]


def _whole(line: str) -> str:
    """A line that may be longer than what is escaped at once, and is not cut."""
    return "".join(escaped(line[at : at + _AT_ONCE]) for at in range(0, len(line), _AT_ONCE))
