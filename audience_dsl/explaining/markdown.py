"""An explanation in Markdown, for a pull request, a ticket or a wiki."""

from ..report.funnel.words import basis, verdict
from ..report.markup import markdown_code, markdown_text
from .document import CAMPAIGN, CHOICE, Explanation
from .headings import COUNT, HOW_TO_READ, NARROWER, NOT_CERTAIN, WHO_IS_IN, WHO_IS_OUT, WITHOUT
from .tree import Statement, members_of
from .wording import Words, say, sentence

__all__ = ["as_markdown"]

_CODE_AT_MOST = 1_000


def as_markdown(explanation: Explanation) -> str:
    parts: list[str] = []
    if explanation.title is not None:
        parts += [f"## Audience {_code(explanation.title)}", ""]
    parts += [f"### {WHO_IS_IN}", ""]
    if isinstance(explanation.root, Statement):
        parts.append(_said(sentence(explanation.who)))
    else:
        parts += [_said(sentence(explanation.who, ":")), "", *_statements(explanation)]
    parts += ["", f"### {WHO_IS_OUT}", "", _said(sentence(explanation.others))]
    parts += ["", f"### {WITHOUT}", "", *(f"- {_said(sentence(each))}" for each in explanation.without)]
    parts += ["", f"### {NARROWER}", "", CAMPAIGN]
    count = explanation.count
    if count is not None:
        counted = sentence(say(verdict(count)))
        parts += ["", f"### {COUNT}", "", f"{_said(counted)} ({basis(count).said(_code, markdown_text)})"]
    if explanation.notes:
        parts += ["", f"### {HOW_TO_READ}", "", *(f"- {_said(each)}" for each in explanation.notes)]
    if explanation.assumptions:
        parts += ["", f"### {NOT_CERTAIN}", "", *(f"- {_said(each.words)}" for each in explanation.assumptions)]
    return "\n".join(parts) + "\n"


def _statements(explanation: Explanation) -> list[str]:
    lines = []
    for member in members_of(explanation.root):
        if member is explanation.root:
            continue
        words = _said(member.reading.listed) if isinstance(member, Statement) else f"{CHOICE[member.joined]}:"
        lines.append(f"{'  ' * (member.depth - 1)}- **{member.number}** {words}")
    return lines


def _said(words: Words) -> str:
    # Plain words are our own: there is no sign in them that Markdown knows.
    return "".join(_code(text) if kind else text for kind, text in words.parts)


def _code(text: str) -> str:
    return markdown_code(text, at_most=_CODE_AT_MOST)
