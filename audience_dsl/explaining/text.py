"""An explanation for a terminal, or for any place that takes plain text."""

from ..report.display import clean
from ..report.funnel.fitting import wrapped
from ..report.funnel.words import basis, verdict
from .document import CAMPAIGN, CHOICE, Explanation
from .headings import COUNT, HOW_TO_READ, NARROWER, NOT_CERTAIN, WHO_IS_IN, WHO_IS_OUT, WITHOUT
from .tree import Group, Statement, members_of
from .wording import Words, say, sentence

__all__ = ["as_text"]

_NARROWEST, _WIDEST = 40, 120
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_INDENT, _DEEPEST = 2, 8


def as_text(explanation: Explanation, *, columns: int = 80, color: bool = False) -> str:
    """`columns` is where lines break, from 40 to 120; with `color` headings are bold."""
    page = _Page(min(max(columns, _NARROWEST), _WIDEST), color)
    if explanation.title is not None:
        page.lines.append(page.bold(f"Audience `{clean(explanation.title)}`"))
    page.heading(WHO_IS_IN)
    if isinstance(explanation.root, Statement):
        page.paragraph(sentence(explanation.who))
    else:
        page.paragraph(sentence(explanation.who, ":"))
        _statements(explanation, page)
    page.heading(WHO_IS_OUT)
    page.paragraph(sentence(explanation.others))
    page.heading(WITHOUT)
    page.items([sentence(each) for each in explanation.without])
    page.heading(NARROWER)
    page.paragraph(say(CAMPAIGN))
    if explanation.count is not None:
        page.heading(COUNT)
        page.paragraph(sentence(say(clean(f"{verdict(explanation.count)}, {basis(explanation.count).said()}"))))
    if explanation.notes:
        page.heading(HOW_TO_READ)
        page.items(explanation.notes)
    if explanation.assumptions:
        page.heading(NOT_CERTAIN)
        page.items([each.words for each in explanation.assumptions])
    return "\n".join(page.lines).strip("\n") + "\n"


def _statements(explanation: Explanation, page: "_Page") -> None:
    for member in members_of(explanation.root):
        if member is explanation.root:
            continue
        words = say(CHOICE[member.joined] + ":") if isinstance(member, Group) else member.reading.listed
        depth = min(member.depth - 1, _DEEPEST)
        page.put(str(words), " " * (_INDENT + _INDENT * depth), f"{member.number}  ")


class _Page:
    def __init__(self, columns: int, color: bool) -> None:
        self.lines: list[str] = []
        self._columns = columns
        self._color = color

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self._color else text

    def heading(self, text: str) -> None:
        self.lines += ["", self.bold(text)]

    def paragraph(self, words: Words) -> None:
        self.put(str(words), " " * _INDENT)

    def items(self, items: list[Words]) -> None:
        for each in items:
            self.put(str(each), " " * _INDENT, "- ")

    def put(self, text: str, indent: str, mark: str = "") -> None:
        """`mark` stands before the first line, and all lines stand behind it."""
        room = max(self._columns - len(indent) - len(mark), _NARROWEST // 2)
        for line in wrapped(text, room):
            self.lines.append(f"{indent}{mark}{line}".rstrip())
            mark = " " * len(mark)
