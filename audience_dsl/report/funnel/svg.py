"""A funnel as a picture: one SVG that needs nothing else, for a page, a ticket or a slide.

Its colours go by what the reader's screen prefers, on a card of its own, so that it can be read on any page. Styles
are plain classes below one of their own: nothing of a page that the picture stands in is touched.
"""

from ..display import clean
from ..markup import CODE_FONTS, MONO, SANS, TEXT_FONTS, escaped, proportional, rules
from .facts import Funnel, Row
from .fitting import fitted, wrapped
from .words import ESTIMATE, basis, caveats, hidden, legend, percent, verdict, warnings

__all__ = ["as_svg"]

_WIDTH, _MARGIN = 880, 32
_ROOM = _WIDTH - 2 * _MARGIN
_TITLE, _ANSWER, _SMALL, _LABEL = 19, 15, 12, 13
# A row: the way down to its label, from there to its bar, and how high that is. Groups inside are smaller.
_ROW, _INNER_ROW, _TO_BAR, _BAR, _INNER_BAR = 26, 21, 8, 12, 5
_INDENT, _DEEPEST = 22, 6
_LINE = 18
_TEXT_AT_MOST = 1_000

_LIGHT = {
    ".card": "fill:#ffffff;stroke:#d1d9e0",
    "text": "fill:#1f2328",
    ".muted": "fill:#59636e",
    ".warning": "fill:#9a3b00",
    ".track": "fill:#eff2f5",
    ".faint": "fill:#b6d8fb",
    ".full": "fill:#1f6feb",
}
_DARK = {
    ".card": "fill:#0d1117;stroke:#3d444d",
    "text": "fill:#f0f6fc",
    ".muted": "fill:#9198a1",
    ".warning": "fill:#f0b072",
    ".track": "fill:#1c2128",
    ".faint": "fill:#1f4373",
    ".full": "fill:#4493f8",
}
_FONTS = (
    f".funnel text{{font-family:{TEXT_FONTS};font-size:13px}}"
    f".funnel .code{{font-family:{CODE_FONTS}}}"
    f".funnel .title{{font-size:{_TITLE}px;font-weight:600}}"
    f".funnel .answer{{font-size:{_ANSWER}px}}"
    f".funnel .small{{font-size:{_SMALL}px}}"
    ".funnel .number{font-variant-numeric:tabular-nums;text-anchor:end}"
    ".funnel .strong{font-weight:600}"
)


def as_svg(funnel: Funnel) -> str:
    canvas = _Canvas()
    answer = verdict(funnel)
    canvas.down(16)
    canvas.text(fitted(funnel.title, int(_ROOM / (_TITLE * SANS)), measure=proportional), "title")
    canvas.down(26)
    canvas.text(answer[:1].upper() + answer[1:], "answer")
    canvas.paragraph(basis(funnel).said(), "small muted", before=8)
    if funnel.rows and funnel.preview.total:
        _rows(funnel, canvas)
    for at, sentence in enumerate(warnings(funnel)):
        canvas.paragraph(f"Warning: {sentence.said()}", "small warning", before=14 if at == 0 else 2)
    canvas.paragraph(ESTIMATE, "small muted", before=12)
    for sentence in caveats(funnel, age=False):
        canvas.paragraph(sentence.said(), "small muted", mark="–")
    height = canvas.y + _MARGIN - 8
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    labels = "funnel-title funnel-desc"
    light, dark = rules("funnel", _LIGHT), rules("funnel", _DARK)
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="funnel" {size} role="img" aria-labelledby="{labels}">',
        f'<title id="funnel-title">{escaped(f"{clean(funnel.title, at_most=200)}: {answer}")}</title>',
        f'<desc id="funnel-desc">{escaped(_described(funnel))}</desc>',
        f"<style>{_FONTS}{light}@media (prefers-color-scheme:dark){{{dark}}}</style>",
        f'<rect class="card" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="10"/>',
    ]
    return "\n".join([*head, *canvas.parts, "</svg>"]) + "\n"


class _Canvas:
    """What is drawn, from the top to the bottom; `y` is the baseline of the last line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = _MARGIN

    def down(self, by: int) -> None:
        self.y += by

    def text(self, text: str, kind: str, x: float = _MARGIN) -> None:
        self.parts.append(f'<text class="{kind}" x="{x:g}" y="{self.y}">{escaped(text)}</text>')

    def paragraph(self, text: str, kind: str, *, before: int = 0, mark: str = "") -> None:
        """`mark` stands before the first line, and all lines stand behind it."""
        self.down(before)
        x = _MARGIN + 14 * bool(mark)
        for at, line in enumerate(wrapped(text, int((_ROOM - x + _MARGIN) / (_SMALL * SANS)), measure=proportional)):
            self.down(_LINE)
            if mark and at == 0:
                self.text(mark, kind)
            self.text(line, kind, x)

    def bar(self, kind: str, x: float, width: float, height: int) -> None:
        radius = min(height / 2, 3)
        self.parts.append(
            f'<rect class="{kind}" x="{x:g}" y="{self.y}" width="{width:.2f}" height="{height}" rx="{radius:g}"/>'
        )


def _rows(funnel: Funnel, canvas: _Canvas) -> None:
    total = funnel.preview.total
    columns = _columns(funnel)
    if not funnel.single:
        canvas.down(28)
        _legend(funnel, canvas)
        _numbers(canvas, columns, ["so far" if funnel.either else "left", "", "alone"], "small muted")
    for row in funnel.rows:
        canvas.parts.append(f"<g><title>{escaped(_told(row, total))}</title>")
        inner = row.left is None
        canvas.down(_INNER_ROW if inner else _ROW)
        x = _MARGIN + _INDENT * min(row.depth, _DEEPEST)
        if row.joined:
            canvas.text(row.joined, "muted small", x)
            x += 30 if row.joined == "and" else 20
        kind, size = "code", _LABEL * MONO
        if row.group:
            kind, size = "muted", _LABEL * SANS
        elif inner:
            kind, size = "code small", _SMALL * MONO
        canvas.text(fitted(row.text, int((columns[0] - x) / size)), kind, x)
        known = ["", ""] if row.left is None else [f"{row.left:,}", percent(row.left, total)]
        _numbers(canvas, columns, [*known, "" if funnel.single else f"{row.alone:,}"], "small muted" if inner else "")
        canvas.down(_TO_BAR)
        height = _INNER_BAR if inner else _BAR
        canvas.bar("track", _MARGIN, _ROOM, height)
        for shown, drawn in (("faint", row.alone), ("full", row.left or 0)):
            if drawn:
                canvas.bar(shown, _MARGIN, max(_ROOM * min(drawn / total, 1), 2), height)
        canvas.parts.append("</g>")
        canvas.down(height)
    if funnel.hidden:
        canvas.paragraph(f"… {hidden(funnel)}", "small muted", before=0)


def _columns(funnel: Funnel) -> tuple[int, int, int, int]:
    """Where the label ends, and where the three columns of numbers do."""
    alone = 0 if funnel.single else max(len("alone"), *(len(f"{row.alone:,}") for row in funnel.rows))
    left = max(len("so far"), *(len(f"{row.left or 0:,}") for row in funnel.rows))
    third = _MARGIN + _ROOM
    second = third - int(alone * 8 + 26 * bool(alone))
    first = second - 74
    return first - left * 8 - 20, first, second, third


def _numbers(canvas: _Canvas, columns: tuple[int, int, int, int], texts: list[str], kind: str) -> None:
    for at, (x, text) in enumerate(zip(columns[1:], texts, strict=True)):
        if text:
            own = kind or ("strong" if at == 0 else "muted")
            canvas.text(text, f"number {own}", x)


def _legend(funnel: Funnel, canvas: _Canvas) -> None:
    x: float = _MARGIN
    for kind, words in zip(("full", "faint"), legend(funnel), strict=True):
        canvas.y -= 9
        canvas.bar(kind, x, 14, 9)
        canvas.y += 9
        canvas.text(words, "small muted", x + 20)
        x += 20 + len(words) * _SMALL * 0.5 + 24


def _told(row: Row, total: int) -> str:
    """A row in words, the clause as a whole."""
    joined = f"{row.joined} " if row.joined else ""
    counts = f"alone {row.alone:,} of {total:,}"
    if row.left is not None:
        counts = f"{row.left:,} of {total:,} left, {counts}" if row.joined != "or" else f"{row.left:,} so far, {counts}"
    return f"{joined}{clean(row.text, at_most=_TEXT_AT_MOST)}: {counts}"


def _described(funnel: Funnel) -> str:
    total = funnel.preview.total
    told = [_told(row, total) for row in funnel.rows] if total else []
    return ". ".join([basis(funnel).said(), *told, *(each.said() for each in warnings(funnel))])
