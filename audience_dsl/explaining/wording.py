"""Pieces of sentences: plain words, names and values, which each form of an explanation marks in its own way.

What users wrote is cut where it is long, and shown on one line without anything that a terminal would obey.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence

from ..diagnostics import cut, visible
from ..filters import Value

__all__ = ["Words", "code", "enumerated", "joined", "say", "sentence", "shown_value"]

_NAME_AT_MOST = 255
# Braze's own limit is 255; a regex may be longer.
_TEXT_AT_MOST = 300
# The longest list that the dashboard takes; of a longer one so many are shown.
_VALUES_AT_MOST = 256
_SHOWN_OF_MORE = 20
# Blanks that a page would lose, or a reader overlook.
_BLANKS = re.compile(r"^ +| +$| {2,}")


class Words:
    """A piece of a sentence: parts of it with what each is, `""` for plain words, `code` or `value`."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[tuple[str, str]] = ()) -> None:
        self.parts = tuple(parts)

    def __add__(self, other: "Words | str") -> "Words":
        return Words((*self.parts, *(other.parts if isinstance(other, Words) else (("", other),))))

    def __radd__(self, other: str) -> "Words":
        return Words((("", other), *self.parts))

    def __str__(self) -> str:
        return self.said()

    def __repr__(self) -> str:
        return f"Words({str(self)!r})"

    def said(self, plain: Callable[[str], str] = str, quote: Callable[[str], str] | None = None) -> str:
        """As one text. `quote` marks names, which stand in backticks without it; `plain` writes all other parts."""
        mark = quote or (lambda name: f"`{name}`")
        return "".join(mark(text) if kind == "code" else plain(text) for kind, text in self.parts)


def code(name: str) -> Words:
    """A name or a word of the language."""
    return Words((("code", _BLANKS.sub(_written_out, visible(cut(name, _NAME_AT_MOST)))),))


def shown_value(value: Value) -> Words:
    """One value, as JSON has it."""
    if isinstance(value, bool):
        return Words((("value", "true" if value else "false"),))
    if isinstance(value, str):
        # With its quotes escaped: what stands in a value must never read as words around it.
        inside = visible(json.dumps(cut(value, _TEXT_AT_MOST), ensure_ascii=False))[1:-1]
        return Words((("value", f'"{_BLANKS.sub(_written_out, inside)}"'),))
    return Words((("value", json.dumps(value)),))


def say(template: str, *parts: "Words | str") -> Words:
    """The template, with the parts in the places of its `{}`."""
    texts = template.split("{}")
    result = Words((("", texts[0]),) if texts[0] else ())
    for part, text in zip(parts, texts[1:], strict=True):
        result += part
        if text:
            result += text
    return result


def sentence(words: Words, end: str = ".") -> Words:
    """With a capital, and a stop behind it."""
    (kind, first), *others = words.parts
    words = Words(((kind, first if kind else first[:1].upper() + first[1:]), *others))
    return words if not end or str(words).endswith(end) else words + end


def joined(parts: Iterable[Words], separator: str) -> Words:
    pieces: list[tuple[str, str]] = []
    for at, part in enumerate(parts):
        if at:
            pieces.append(("", separator))
        pieces.extend(part.parts)
    return Words(pieces)


def enumerated(parts: Sequence[Words], last: str, *, more: str = "values") -> Words:
    """`a`, `a or b`, `a, b or c`. Of very many, the first, and how many `more` of what."""
    if len(parts) > _VALUES_AT_MOST:
        rest = len(parts) - _SHOWN_OF_MORE
        parts = [*parts[:_SHOWN_OF_MORE], say(f"{rest:,} more {more}")]
    if len(parts) == 1:
        return parts[0]
    return joined(parts[:-1], ", ") + f" {last} " + parts[-1]


def _written_out(blanks: re.Match[str]) -> str:
    return r"\x20" * len(blanks[0])
