"""The rules of characters that are not what they look like, in names and values as they stand in the text.

A character that is written as an escape (`"\\u200b"`) is seen, and meant.
"""

import re
from collections.abc import Iterator
from typing import Any

from ..diagnostics import Diagnostic, Fix
from ..source import Span
from ..syntax import tree
from .file import File
from .rule import Rule

__all__ = ["INVISIBLE_CHARACTER", "LOOK_ALIKE"]

_LATIN = "A-Za-z"
# Letters of Cyrillic and Greek that look like a Latin one in common typefaces, in the order of those.
_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХаеѕіјорсух", "ABESIJKMHOPCTYXaesijopcyx", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
# Of Macedonian alone: no Latin letter is taken for one of these.
_RARE = "Ѕѕ"
_SCRIPTS = (("Cyrillic", "Ѐ-ӿ", _CYRILLIC), ("Greek", "Ͱ-Ͽ", _GREEK))
_WORD = re.compile(r"\w+")
_OTHER_SCRIPTS = [(name, re.compile(rf"[{letters}]"), alike) for name, letters, alike in _SCRIPTS]
_LATIN_LETTER = re.compile(rf"[{_LATIN}]")

# Not seen at all, or only in what they do to the text around them; and blanks that are no plain blank.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
)
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = re.compile(rf"[{_UNSEEN}{_BLANKS}]+")
_BLANK = re.compile(rf"[{_BLANKS}]")
# These join letters in Indic and Arabic writing, and emoji.
_JOINERS = "\u200c\u200d"
# These set the direction in a text that has letters from right to left, and an ideographic blank is a blank in its own.
_MARKS = "\u200e\u200f"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def _tokens(file: File) -> Iterator[tuple[Any, Any]]:
    """Each name and value that is written out, with the clause that it stands in."""
    for place in file.places:
        node = place.node
        for field in getattr(node, "_fields", ()):
            value = getattr(node, field)
            for item in value.items if isinstance(value, tree.ListValue) else (value,):
                if isinstance(item, (tree.Text, tree.Regex, tree.Attribute)):
                    yield node, item


def _look_alike(file: File) -> Iterator[Diagnostic]:
    if file.unit.parsed.source.text.isascii():
        return
    for _, token in _tokens(file):
        text = file.text(token)
        if text.isascii():
            continue
        for word in _WORD.finditer(text):
            for script, letters, alike in _OTHER_SCRIPTS:
                mended, what = _mended(word[0], script, letters, alike)
                if what:
                    yield _look_alike_finding(file, token, word, mended, what)


def _mended(word: str, script: str, letters: re.Pattern[str], alike: dict[str, str]) -> tuple[str, str]:
    """The word in one script, and what stands in it that is of the other; both empty where the mixture is meant."""
    foreign, latin = letters.findall(word), _LATIN_LETTER.findall(word)
    if not foreign or not latin:
        return "", ""
    back = {own: other for other, own in alike.items() if other not in _RARE}
    if set(foreign) <= alike.keys() and (len(foreign) <= len(latin) or not set(latin) <= back.keys()):
        return "".join(alike.get(each, each) for each in word), f"a {script} `{foreign[0]}`"
    if set(latin) <= back.keys():
        return "".join(back.get(each, each) for each in word), f"a Latin `{latin[0]}`"
    return "", ""


def _look_alike_finding(file: File, token: Any, word: re.Match[str], mended: str, what: str) -> Diagnostic:
    start = file.unit.parsed.span(token).start
    span = Span(start + word.start(), start + word.end())
    return LOOK_ALIKE.finding(
        file,
        f"`{word[0]}` has {what} among letters of another script, which looks the same and is another character",
        token,
        help="type the word anew, in one script",
        fix=Fix("write it in one script", [(span, mended)], safe=False),
        span=span,
    )


LOOK_ALIKE = Rule(
    "look-alike",
    why="A Cyrillic `о` and a Latin `o` look the same and are different characters, so a value that was pasted from "
    "elsewhere may equal nothing. The rule looks for a word of one script in which each letter of the other has a "
    "double. It lets be words that are plainly mixed, such as a unit with a `μ`.",
    bad='tier == "g\u043eld"\n',
    good='tier == "gold"\n',
    check=_look_alike,
    fix="unsafe",
)


def _invisible(file: File) -> Iterator[Diagnostic]:
    plain = file.unit.parsed.source.text.isascii()
    for clause, token in _tokens(file):
        text = "" if plain else file.text(token)
        found = None if text.isascii() else _first_invisible(text)
        if found is not None:
            yield _invisible_finding(file, token, text, found)
        elif isinstance(token, tree.Text) and token.value.strip(" ") not in (token.value, "") and _is_whole(clause):
            yield _blank_finding(file, token, file.text(token))


def _is_whole(clause: Any) -> bool:
    """Whether the clause compares whole values, where blanks at the ends are seldom meant."""
    return isinstance(clause, (tree.Compare, tree.In, tree.Includes))


def _first_invisible(text: str) -> re.Match[str] | None:
    has_right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for found in _INVISIBLE.finditer(text):
        around = text[max(found.start() - 1, 0) : found.start()] + text[found.end() : found.end() + 1]
        if set(found[0]) <= set(_JOINERS) and not around.isascii():
            continue
        if set(found[0]) <= set(_MARKS) and has_right_to_left:
            continue
        if set(found[0]) == {"\u3000"} and not around.isascii():
            continue
        return found
    return None


def _invisible_finding(file: File, token: Any, text: str, found: re.Match[str]) -> Diagnostic:
    start = file.unit.parsed.span(token).start
    span = Span(start + found.start(), start + found.end())
    blank = " " if _BLANK.search(found[0]) else ""
    left = (text[: found.start()] + blank + text[found.end() :])[1:-1]
    name = f"U+{ord(found[0][0]):04X}"
    what = f"has {name}, a blank that is no plain one" if blank else f"has {name}, which is not seen"
    title = "write a plain blank" if blank else "leave it out"
    # A name has no escapes, and a regex has others.
    escape = f", or write `\\u{ord(found[0][0]):04x}` if it is meant" if isinstance(token, tree.Text) else ""
    return INVISIBLE_CHARACTER.finding(
        file,
        f"the {'name' if isinstance(token, tree.Attribute) else 'value'} {what}",
        token,
        help=f"{title}{escape}",
        fix=Fix(title, [(span, blank)], safe=False) if left.strip() else None,
        span=span,
    )


def _blank_finding(file: File, token: tree.Text, text: str) -> Diagnostic:
    stripped = text[0] + text[1:-1].strip(" ") + text[-1]
    fix = Fix("remove the blanks", [(file.unit.parsed.span(token), stripped)], safe=False) if stripped != text else None
    return INVISIBLE_CHARACTER.finding(
        file,
        f"the value has a blank at its {'beginning' if token.value.startswith(' ') else 'end'}, and Braze compares it",
        token,
        help="write it without, unless the values in Braze have it",
        fix=fix,
    )


INVISIBLE_CHARACTER = Rule(
    "invisible-character",
    why="Braze compares every character, also those that are not seen: a space of no width, a mark of direction, a "
    "non-breaking space, a blank at the end of a value. They come along when text is pasted. Marks and joiners that "
    "belong to the writing of a language, and to emoji, are let be; so is what is written as an escape.",
    bad='tier == "gold\u200b"\n',
    good='tier == "gold"\n',
    check=_invisible,
    fix="unsafe",
)
