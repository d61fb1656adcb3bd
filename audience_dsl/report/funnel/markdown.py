"""A funnel as a table in Markdown, for a pull request or a ticket."""

from ..markup import markdown_code, markdown_text
from .facts import Funnel, Row
from .words import ESTIMATE, Sentence, basis, caveats, hidden, legend, percent, verdict, warnings

__all__ = ["as_markdown"]

_TEXT_AT_MOST = 200
_CELLS = 20
_INDENT = "&emsp;"
_DEEPEST = 6


def as_markdown(funnel: Funnel) -> str:
    lines = [f"**{_code(funnel.title)}: {verdict(funnel)}**", "", _sentence(basis(funnel))]
    if funnel.rows and funnel.preview.total:
        lines += ["", *_table(funnel)]
        if funnel.hidden:
            lines += ["", f"… {hidden(funnel)}."]
    lines += [line for each in warnings(funnel) for line in ("", f"**Warning:** {_sentence(each)}")]
    ids = funnel.preview.sample
    if ids:
        head = "Who match" if len(ids) == funnel.preview.matched else f"The first {len(ids):,} who match"
        lines += ["", f"{head}: {', '.join(_code(id) if id else '(no id)' for id in ids)}"]
    lines += ["", ESTIMATE, "", *(f"- {_sentence(each)}" for each in caveats(funnel, age=False))]
    return "\n".join(lines) + "\n"


def _table(funnel: Funnel) -> list[str]:
    total = funnel.preview.total
    head = ["clause", "", "so far" if funnel.either else "left", ""]
    rows = [["all profiles", _bar(total, total), f"{total:,}", "100 %"]]
    for row in funnel.rows:
        left = row.left
        known = ["", "", ""] if left is None else [_bar(left, total), f"{left:,}", percent(left, total)]
        rows.append([_clause(row), *known])
    marks = ["---", "---", "---:", "---:"]
    if not funnel.single:
        head.append("alone")
        marks.append("---:")
        rows = [
            [*cells, alone] for cells, alone in zip(rows, ["", *(f"{row.alone:,}" for row in funnel.rows)], strict=True)
        ]
    lines = [f"| {' | '.join(cells)} |" for cells in (head, marks, *rows)]
    if not funnel.single:
        full, faint = legend(funnel)
        lines += ["", f"*{head[2]}*: {full}; *alone*: {faint}."]
    return lines


def _clause(row: Row) -> str:
    joined = f"{row.joined} " if row.joined else ""
    return _INDENT * min(row.depth, _DEEPEST) + joined + (markdown_text(row.text) if row.group else _code(row.text))


def _bar(count: int, total: int) -> str:
    return "█" * (max(_CELLS * count // total, 1) if count else 0)


def _sentence(sentence: Sentence) -> str:
    return sentence.said(_code, markdown_text)


def _code(text: str) -> str:
    return markdown_code(text, at_most=_TEXT_AT_MOST)
