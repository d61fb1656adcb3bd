"""An explanation as a picture: the tree of clauses, a card each, in the boxes of their groups.

One SVG that needs nothing else. Its colours go by what the reader's screen prefers, on a card of its own.
"""

from ..report.display import clean
from ..report.funnel.fitting import fitted
from ..report.markup import CODE_FONTS, SANS, TEXT_FONTS, escaped, proportional, rules
from .document import CAMPAIGN, CHOICE, Explanation
from .runs import Run, laid_out, measured
from .tree import Group, Member, Statement, members_of
from .wording import Words, code, say, sentence

__all__ = ["as_svg"]

_WIDTH, _MARGIN = 880, 32
_TITLE, _SIZE, _SMALL = 19, 14, 12
_LINE, _SMALL_LINE = 20, 17
# Between a box and what is in it; where groups lie deep, less, so that a card keeps its room.
_PADDING, _LEAST_PADDING, _LEAST_CARD = 16, 3, 380
# Between two members, where the word that joins them stands.
_GAP = 26
_WORDS_AT_MOST, _CODE_AT_MOST = 8, 3
_MEMBERS_AT_MOST = 400
_NUMBER_AT_MOST = 15

_LIGHT = {
    ".card": "fill:#ffffff;stroke:#d1d9e0",
    "text": "fill:#1f2328",
    ".muted": "fill:#59636e",
    ".all": "fill:#eef5fe;stroke:#8ab6ee",
    ".one": "fill:#fff6e8;stroke:#dfb36a",
    ".on-all": "fill:#0a55b8",
    ".on-one": "fill:#874800",
}
_DARK = {
    ".card": "fill:#0d1117;stroke:#3d444d",
    "text": "fill:#f0f6fc",
    ".muted": "fill:#9198a1",
    ".all": "fill:#10203a;stroke:#31588f",
    ".one": "fill:#2b2110;stroke:#7d5c21",
    ".on-all": "fill:#8fc1ff",
    ".on-one": "fill:#f0bd6b",
}
_FONTS = (
    f".tree text{{font-family:{TEXT_FONTS};font-size:{_SIZE}px;white-space:pre}}"
    f".tree .code,.tree .value{{font-family:{CODE_FONTS}}}"
    f".tree .title{{font-size:{_TITLE}px;font-weight:600}}"
    f".tree .small{{font-size:{_SMALL}px}}"
    ".tree .strong{font-weight:600}"
    ".tree .middle{text-anchor:middle}"
)


def as_svg(explanation: Explanation) -> str:
    canvas = _Canvas()
    y: float = _MARGIN
    if explanation.title is not None:
        y += 16
        room = int((_WIDTH - 2 * _MARGIN) / (_TITLE * SANS))
        canvas.text(fitted(explanation.title, room, measure=proportional), "title", _MARGIN, y)
        y += 12
    y = _draw(canvas, explanation.root, str(sentence(explanation.who, "")), y + 8)
    # What a picture must not leave unsaid when it travels alone.
    for each in [*(sentence(each) for each in explanation.without[:_WORDS_AT_MOST]), say(CAMPAIGN)]:
        y = _lines(canvas, each, _MARGIN, y + 6, _WIDTH - 2 * _MARGIN, small=True, muted=True)
    height = round(y + _MARGIN - 8)
    labels = "tree-title tree-desc"
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    light, dark = rules("tree", _LIGHT), rules("tree", _DARK)
    title = f"Who is in {explanation.title}" if explanation.title is not None else "Who is in"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tree" {size} role="img" aria-labelledby="{labels}">',
        f'<title id="tree-title">{escaped(clean(title, at_most=200))}</title>',
        f'<desc id="tree-desc">{escaped(_described(explanation))}</desc>',
        f"<style>{_FONTS}{light}@media screen and (prefers-color-scheme:dark){{{dark}}}</style>",
        f'<rect class="card" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="10"/>',
    ]
    return "\n".join([*head, *canvas.parts, "</svg>"]) + "\n"


class _Canvas:
    """What is drawn, in the order in which it lies on top of each other."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def text(self, text: str, kind: str, x: float, y: float) -> None:
        self.parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{escaped(text)}</text>')

    def line(self, runs: list[Run], kind: str, x: float, y: float) -> None:
        spans = "".join(f'<tspan class="{run}">{escaped(text)}</tspan>' if run else escaped(text) for run, text in runs)
        self.parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{spans}</text>')

    def hold(self) -> int:
        """A place below all that is drawn from here on."""
        self.parts.append("")
        return len(self.parts) - 1

    def box(self, at: int, kind: str, x: float, y: float, width: float, height: float) -> None:
        self.parts[at] = f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8"/>'


def _lines(
    canvas: _Canvas, words: Words, x: float, y: float, room: float, *, small: bool = False, muted: bool = False
) -> float:
    """The words below `y`; returns where they end."""
    size, step = (_SMALL, _SMALL_LINE) if small else (_SIZE, _LINE)
    kind = " ".join(["small"] * small + ["muted"] * muted)
    for runs in laid_out(words, room, size, lines_at_most=_CODE_AT_MOST if small and muted else _WORDS_AT_MOST):
        y += step
        canvas.line(runs, kind, x, y)
    return y


class _Open:
    """A group that is being drawn: where it began, and the place of its box below its members."""

    __slots__ = ("at", "group", "left", "top")

    def __init__(self, group: Group, at: int, left: float, top: float) -> None:
        self.group = group
        self.at = at
        self.left = left
        self.top = top


def _draw(canvas: _Canvas, root: Member, who: str, y: float) -> float:
    """The tree below `y`; returns where it ends. `who` is what the outermost group says."""
    depth = max(each.depth for each in members_of(root))
    padding = _PADDING if depth == 0 else (_WIDTH - 2 * _MARGIN - _LEAST_CARD) / (2 * depth)
    padding = max(min(_PADDING, padding), _LEAST_PADDING)
    drawn = 0
    pending: list[Member | _Open] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, _Open):
            y += padding
            width = _WIDTH - 2 * node.left
            canvas.box(node.at, "all" if node.group.all else "one", node.left, node.top, width, y - node.top)
            continue
        left = _MARGIN + padding * node.depth
        if node.index > 0 and node.parent is not None:
            tone = "on-all" if node.parent.all else "on-one"
            canvas.text(node.parent.joined, f"small strong middle {tone}", _WIDTH / 2, y + _GAP / 2 + 4)
            y += _GAP
        drawn += 1
        if isinstance(node, Statement):
            y = _card(canvas, node, left, y)
            continue
        held = _Open(node, canvas.hold(), left, y)
        tone = "on-all" if node.all else "on-one"
        choice = sentence(say(CHOICE[node.joined]), "")
        label = who if node is root else f"{_short(node.number)}  {choice}"
        y += 24
        canvas.text(label, f"strong {tone}", left + padding, y)
        y += 14
        pending.append(held)
        shown = node.members[: max(_MEMBERS_AT_MOST - drawn, 1)]
        if len(shown) < len(node.members):
            canvas.text(_hidden(len(node.members) - len(shown)), "small muted", left + padding, y + 6)
            y += 20
        pending.extend(reversed(shown))
    return y


def _hidden(count: int) -> str:
    return f"{count:,} more {'is' if count == 1 else 'are'} not drawn; the text has all"


def _card(canvas: _Canvas, statement: Statement, left: float, top: float) -> float:
    width = _WIDTH - 2 * left
    at = canvas.hold()
    number = _short(statement.number) if statement.parent is not None else ""
    indent = measured("", number, _SIZE) + 12 if number else 0
    x = left + 14
    if number:
        canvas.text(number, "strong muted", x, top + 8 + _LINE)
    y = _lines(canvas, sentence(_of(statement)), x + indent, top + 8, width - 28 - indent)
    y = _lines(canvas, code(statement.text), x + indent, y + 3, width - 28 - indent, small=True, muted=True) + 13
    canvas.box(at, "card", left, top, width, y - top)
    return y


def _short(number: str) -> str:
    """Of a number from very deep, the end: the boxes around it say the rest."""
    return number if len(number) <= _NUMBER_AT_MOST else "…" + number[-_NUMBER_AT_MOST:]


def _of(statement: Statement) -> Words:
    """The outermost clause is the audience; others are what is true of a user."""
    return statement.reading.listed if statement.parent is not None else statement.reading.whose


def _described(explanation: Explanation) -> str:
    told = [str(sentence(explanation.who, ":" if isinstance(explanation.root, Group) else "."))]
    for member in members_of(explanation.root):
        if member is not explanation.root:
            said = f"{CHOICE[member.joined]}:" if isinstance(member, Group) else str(sentence(member.reading.listed))
            told.append(f"{member.number} {said}")
    return " ".join(told)
