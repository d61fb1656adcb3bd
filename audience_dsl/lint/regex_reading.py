"""What a regex says, where it says no more than texts and where they stand; and its capital letters."""

import re
from collections.abc import Iterator

__all__ = ["Texts", "half_anchors", "in_lower_case", "minds_case", "texts_of"]

# A regex in pieces: an escape with all that belongs to it, the opening of a group, or one character.
_PIECE = re.compile(
    r"\\Q.*?(?:\\E|\Z)|\\[pPgkxoN]\{[^{}]*\}|\\[gk](?:<[^<>]*>|'[^']*')|\\x[0-9A-Fa-f]{0,2}|\\c.|\\."
    r"|\(\?(?:\#[^)]*\)?|P?<[A-Za-z_]\w*>|'\w*'|P[=>]\w*\)|&\w*\)|[A-Za-z^-]*[:)]|[>|=!]|<[=!])|\(\*[^()]*\)"
    r"|\[:\^?\w+:\]|.",
    re.DOTALL,
)
# The same within the brackets of a class, where parentheses are characters.
_MEMBER = re.compile(r"\\Q.*?(?:\\E|\Z)|\\[pPxoN]\{[^{}]*\}|\\x[0-9A-Fa-f]{0,2}|\\c.|\\.|\[:\^?\w+:\]|.", re.DOTALL)
_MINDS_CASE = re.compile(r"\(\?[a-zA-Z]*-[a-zA-Z]*i|\(\?\^")
_OPENINGS = ("(", "(?:", "(?i:")
_SPECIAL = frozenset("^$.*+?[]{}()|")


class Texts:
    """A regex that is a choice of `texts`; `start` and `end` say whether it is anchored there."""

    __slots__ = ("end", "start", "texts")

    def __init__(self, start: bool, texts: list[str], end: bool) -> None:
        self.start = start
        self.texts = texts
        self.end = end


def texts_of(pattern: str) -> Texts | None:
    """The texts that a regex finds and where, or None where it says more than that."""
    pieces = _PIECE.findall(pattern)
    if pieces[:1] == ["(?i)"]:
        del pieces[0]
    start = pieces[:1] == ["^"]
    if start:
        del pieces[0]
    end = pieces[-1:] == ["$"]
    if end:
        pieces.pop()
    # At an open end `.*` says nothing.
    if not end and pieces[-2:] == [".", "*"]:
        del pieces[-2:]
    if not start and pieces[:2] == [".", "*"]:
        del pieces[:2]
    if len(pieces) > 1 and pieces[0] in _OPENINGS and pieces[-1] == ")":
        pieces = pieces[1:-1]
    elif "|" in pieces and (start or end):
        # Here the anchor belongs to one choice alone.
        return None
    texts = [""]
    for piece in pieces:
        if piece == "|":
            texts.append("")
        elif len(piece) == 1 and piece not in _SPECIAL:
            texts[-1] += piece
        elif len(piece) == 2 and piece[0] == "\\" and not piece[1].isalnum() and piece[1].isascii():
            texts[-1] += piece[1]
        else:
            return None
    return Texts(start, texts, end) if all(texts) else None


def half_anchors(pattern: str) -> tuple[bool, bool] | None:
    """The anchors of a choice that belong to one text alone: `^` before the first, `$` behind the last, or both.

    None where there is no such choice, or where each text has its own.
    """
    depth, choices = 0, [[""]]
    for piece, in_class in _with_classes(pattern):
        if in_class:
            choices[-1].append("[")
            continue
        depth += (piece.startswith("(") and not piece.endswith(")")) - (piece == ")")
        if piece == "|" and depth == 0:
            choices.append([""])
        else:
            choices[-1].append(piece)
    first, last = choices[0], choices[-1]
    start, end = first[1:2] == ["^"], last[-1] == "$"
    others = [first[2:] if start else first, *choices[1:-1], last[:-1] if end else last]
    if len(choices) < 2 or not (start or end) or any("^" in each or "$" in each for each in others):
        return None
    return start, end


def minds_case(pattern: str) -> bool:
    """Whether a regex turns the ignoring of letter case off, as `(?-i)` does."""
    return _MINDS_CASE.search(pattern) is not None


def in_lower_case(pattern: str) -> str:
    """The regex with its letters from A to Z in lower case, wherever they stand for themselves."""
    pieces = list(_with_classes(pattern))
    written = [
        piece.lower() if len(piece) == 1 and piece.isascii() and not _is_uneven_range(pieces, index) else piece
        for index, (piece, _) in enumerate(pieces)
    ]
    return "".join(written).replace("[a-za-z", "[a-z")


def _is_uneven_range(pieces: list[tuple[str, bool]], index: int) -> bool:
    """Whether the piece is an end of a range in a class whose other end is no capital, as in `[A-z]`."""
    if not pieces[index][1]:
        return False
    before, after = pieces[max(index - 2, 0) : index], pieces[index + 1 : index + 3]
    ends = [pair[0][0] for pair in (before,) if len(pair) == 2 and pair[1] == ("-", True) and pair[0][1]]
    ends += [pair[1][0] for pair in (after,) if len(pair) == 2 and pair[0] == ("-", True) and pair[1][1]]
    return any(not (len(end) == 1 and "A" <= end <= "Z") for end in ends)


def _with_classes(pattern: str) -> Iterator[tuple[str, bool]]:
    """Each piece, and whether it stands within the brackets of a class."""
    at, inside, first = 0, False, False
    while found := (_MEMBER if inside else _PIECE).match(pattern, at):
        piece, at = found[0], found.end()
        if not inside:
            inside = first = piece == "["
            yield piece, False
        elif piece == "]" and not first:
            inside = False
            yield piece, False
        else:
            # A `]` at the very beginning stands for itself, behind `^` too.
            first = first and piece == "^"
            yield piece, True
