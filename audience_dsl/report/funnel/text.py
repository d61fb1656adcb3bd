"""A funnel on a terminal: the answer first, then a bar for each clause."""

from collections.abc import Iterable

from ..display import clean, width
from .facts import Funnel, Row
from .fitting import fitted, padded, wrapped
from .words import ESTIMATE, basis, caveats, hidden, legend, percent, verdict, warnings

__all__ = ["as_text"]

_BOLD, _DIM, _BAR, _WARNING, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[1;33m", "\x1b[0m"
# Narrower than the one nothing is laid out, and beyond the other, lines are hard to follow.
_NARROWEST, _WIDEST = 40, 120
_GAP = "  "
_LEAST_TEXT, _LEAST_BAR, _WIDEST_BAR = 12, 6, 40
# Groups further in are not indented further.
_DEEPEST = 6
_EIGHTHS = " ▏▎▍▌▋▊▉"


def as_text(funnel: Funnel, *, columns: int = 80, color: bool = False, unicode: bool = True) -> str:
    """`unicode` says whether the output can show block characters."""
    columns = min(max(columns, _NARROWEST), _WIDEST)
    style = _Style(columns, color, unicode)
    answer = verdict(funnel)
    title = fitted(funnel.title, max(columns - len(answer) - 2, columns // 2), style.cut)
    first, *rest = wrapped(f"{title}: {answer}", columns)
    lines = [style.paint(_BOLD, line) for line in (first, *rest)]
    lines += wrapped(basis(funnel).said(), columns)
    if funnel.rows and funnel.preview.total:
        lines += ["", *_Table(funnel, style).lines]
    for at, sentence in enumerate(warnings(funnel)):
        said, *more = wrapped(f"warning: {sentence.said()}", columns, hanging=2)
        lines += [""] * (at == 0) + [said.replace("warning:", style.paint(_WARNING, "warning") + ":", 1), *more]
    lines += _sample(funnel, style)
    lines += ["", *wrapped(ESTIMATE, columns)]
    for sentence in caveats(funnel):
        lines += wrapped(f"- {sentence.said()}", columns, hanging=2)
    return "\n".join(line.rstrip() for line in lines) + "\n"


class _Style:
    def __init__(self, columns: int, color: bool, unicode: bool) -> None:
        self.columns = columns
        self.color = color
        self.unicode = unicode
        self.cut = "…" if unicode else "..."
        self.full, self.faint = ("█", "░") if unicode else ("#", ".")

    def paint(self, code: str, text: str) -> str:
        return f"{code}{text}{_PLAIN}" if self.color and text else text

    def bar(self, count: int, alone: int, total: int, cells: int) -> str:
        """`count` of `total` as a full bar, and what `alone` has more as a faint one behind it."""
        if not self.unicode:
            full = self.full * (max(cells * count // total, 1) if count else 0)
        else:
            eighths = max(8 * cells * count // total, 1) if count else 0
            full = self.full * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        more = max((cells * alone // total or 1) - len(full), 0) if alone else 0
        blank = " " * (cells - len(full) - more)
        return self.paint(_BAR, full) + self.paint(_DIM, self.faint * more) + blank


class _Table:
    """The rows, in columns that share the width: clause, bar, how many are left, which share, how many alone."""

    def __init__(self, funnel: Funnel, style: _Style) -> None:
        self.funnel = funnel
        self.style = style
        self.total = funnel.preview.total
        rows = funnel.rows
        self.connective = 0 if funnel.single else 4
        self.deepest = _DEEPEST
        self.left = ["so far" if funnel.either else "left", f"{self.total:,}", *(_number(row.left) for row in rows)]
        self.share = ["", "100 %", *("" if row.left is None else percent(row.left, self.total) for row in rows)]
        self.alone = ["alone", "", *(_number(row.alone) for row in rows)]
        self.shows_share, self.shows_alone = True, not funnel.single
        self._divide(max(width(clean(row.text)) + self._indent(row) for row in rows))

    def _divide(self, widest: int) -> None:
        """Give the clause and the bar their columns; what finds none is left out, the bar last."""
        room = self._room()
        if room < _LEAST_TEXT + _LEAST_BAR + len(_GAP):
            self.shows_share = False
            room = self._room()
        if room < _LEAST_TEXT + _LEAST_BAR + len(_GAP):
            self.shows_alone = False
            room = self._room()
        # A clause that is cut says less than a short bar.
        room -= len(_GAP)
        self.clause = max(min(max(widest, len("all profiles") + self.connective), room * 3 // 4), _LEAST_TEXT)
        self.bar = min(room - self.clause, _WIDEST_BAR)
        if self.bar < _LEAST_BAR:
            self.clause, self.bar = max(room, 1), 0
        # At least half of its column is for the clause itself.
        self.deepest = min(self.deepest, max(self.clause // 8 - 1, 0))

    def _room(self) -> int:
        taken = len(_GAP) + max(map(len, self.left))
        if self.shows_share:
            taken += len(_GAP) + max(map(len, self.share))
        if self.shows_alone:
            taken += len(_GAP) + max(map(len, self.alone))
        return self.style.columns - taken

    @property
    def lines(self) -> list[str]:
        funnel, style = self.funnel, self.style
        head = self._numbers(0)
        lines = [] if funnel.single else [style.paint(_DIM, " " * (self.clause + self._bar_columns) + head)]
        whole = padded(fitted(" " * self.connective + "all profiles", self.clause, style.cut), self.clause)
        lines.append(whole + self._bar(self.total, self.total) + self._numbers(1))
        for at, row in enumerate(funnel.rows, 2):
            lines.append(self._clause(row) + self._bar(row.left or 0, row.alone) + self._numbers(at))
        if funnel.hidden:
            lines += wrapped(" " * self.connective + hidden(funnel), style.columns)
        if not funnel.single and self.bar:
            lines += ["", *self._legend()]
        return lines

    def _clause(self, row: Row) -> str:
        indent = self._indent(row)
        label = f"{row.joined:>{indent - 1}} " if indent else ""
        text = fitted(row.text, max(self.clause - indent, 1), self.style.cut)
        return padded(label + text, self.clause)

    def _indent(self, row: Row) -> int:
        return self.connective * (1 + min(row.depth, self.deepest))

    @property
    def _bar_columns(self) -> int:
        return len(_GAP) + self.bar if self.bar else 0

    def _bar(self, count: int, alone: int) -> str:
        return _GAP + self.style.bar(count, alone, self.total, self.bar) if self.bar else ""

    def _numbers(self, at: int) -> str:
        columns = [self.left, *([self.share] * self.shows_share), *([self.alone] * self.shows_alone)]
        return "".join(_GAP + f"{column[at]:>{max(map(len, column))}}" for column in columns)

    def _legend(self) -> Iterable[str]:
        style = self.style
        full, faint = (
            f"{sign} {words}" for sign, words in zip("█░" if style.unicode else "#.", legend(self.funnel), strict=True)
        )
        joined = f"{full}   {faint}"
        lines = [joined] if len(joined) <= style.columns else wrapped(full, style.columns, hanging=2)
        lines += [] if lines == [joined] else wrapped(faint, style.columns, hanging=2)
        return [style.paint(_DIM, line) for line in lines]


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _sample(funnel: Funnel, style: _Style) -> list[str]:
    ids = funnel.preview.sample
    if not ids:
        return []
    head = "who match:" if len(ids) == funnel.preview.matched else f"the first {len(ids):,} who match:"
    return ["", head, *(f"  {fitted(id or '(no id)', style.columns - 2, style.cut)}" for id in ids)]
