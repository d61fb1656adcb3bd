"""A regex as PCRE reads it, written out for another engine so that it needs no flag there.

One pass from left to right, with a stack of our own for the groups. Each piece is written as soon as it is read, with
what the pieces around it have to know of it. Only whether a match exists counts, not which one.
"""

import re
from collections.abc import Callable

from ..braze import REGEX_AT_MOST
from .characters import EXPANDED_AT_MOST, Characters
from .engines import JAVA_WHOLE, REPEAT_AT_MOST
from .sets import ESCAPES, Set, holds, spelled

__all__ = ["render"]

# PCRE's limit for groups inside groups.
DEPTH_AT_MOST = 250


class _Item:
    """One piece: its text, its length in characters where that is fixed, and what else matters around it."""

    __slots__ = ("behind", "dotted", "product", "size", "start", "tail", "text", "unrepeatable", "width")

    def __init__(self, text: str, start: int, *, width: int | None = 0, size: int = 0) -> None:
        self.text = text
        self.start = start
        self.width = width
        self.size = size
        self.product = 1
        self.tail: int | None = None
        self.dotted = False
        # Why Java cannot look behind for it.
        self.behind = ""
        self.unrepeatable = ""


class _Group:
    """An open group: what is written of it so far. `last` waits for a quantifier."""

    def __init__(self, opening: str, start: int, number: int = 0) -> None:
        self.opening = opening
        self.number = number
        self.texts: list[str] = []
        self.last: _Item | None = None
        self.width: int | None = 0
        self.widths: list[int | None] = []
        self.whole = _Item("", start)
        self.ended: int | None = None


_OPENING = re.compile(
    r"\(\?(?:(?P<comment>#[^)]*\)?)|(?P<flags>i*\))|(?P<plain>i*:)|(?P<atomic>>)|(?P<look><?[=!])"
    r"|(?:P?<(?P<name>[A-Za-z_]\w{0,31})>|'(?P<name2>[A-Za-z_]\w{0,31})')|P=(?P<back>[A-Za-z_]\w*)\))",
    re.ASCII,
)
# What else may stand behind `(?`, and what it is called.
_REFUSED_GROUPS = (
    (r"\(\*", "a verb or `(*`"),
    (r"\(\?(?:R|[+-]?\d|&|P>)", "a recursion"),
    (r"\(\?\(", "a conditional group"),
    (r"\(\?C", "a callout"),
    (r"\(\?\|", "a branch reset"),
    (r"\(\?\*|\(\?<\*", "a lookaround that is not atomic"),
    (r"\(\?[A-Za-z^-]+[:)]", "a flag other than `i`"),
    (r"\(\?P?[<'][^=!]", "a group of such a name"),
)
_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d+)(,(\d*))?\})([+?]?)", re.ASCII)
# Since PCRE2 10.43 these are quantifiers, and before they were text.
_UNCLEAR = re.compile(r"\{[ \t]*(?:\d+[ \t]*(?:,[ \t]*\d*)?|,[ \t]*\d+)[ \t]*\}", re.ASCII)
_REFERENCE = re.compile(r"([1-9]\d*)|k(?:<(\w+)>|\{(\w+)\}|'(\w+)')", re.ASCII)
# All that the `regex` package takes for an i: PCRE keeps the Turkish letters apart from it.
_DOTTED = tuple(map(ord, "iI\u0130\u0131"))


class _Renderer(Characters):
    """The pass. Each step reads one piece at `at` and moves on."""

    def __init__(self, pattern: str, engine: str) -> None:
        super().__init__(pattern, engine)
        self.groups = [_Group("", 0)]
        self.count = 0
        self.names: dict[str, int] = {}
        # Groups that are closed, and whether they may hold one of `_DOTTED`.
        self.closed: dict[int, bool] = {}
        # Whether something looks at its neighbours without consuming them.
        self.floats = False

    def run(self) -> str:
        pattern = self.pattern
        if len(pattern) > REGEX_AT_MOST:
            self.fail(f"Braze takes no regex of more than {REGEX_AT_MOST:,} characters", REGEX_AT_MOST, None)
        while self.at < len(pattern):
            _STEPS.get(pattern[self.at], _Renderer.literal)(self)
        if len(self.groups) > 1:
            self.wrong("a parenthesis is never closed", self.groups[-1].whole.start)
        text = self.text_of(self.groups[0])
        return JAVA_WHOLE + text if self.name == "java" and self.floats else text

    # Pieces.

    def add(self, item: _Item) -> None:
        """Takes the next piece of the innermost group, and writes the one before it."""
        group = self.groups[-1]
        self.settle(group)
        if group.ended is not None:
            self.unsaid("a `$` with something behind it", group.ended)
        group.last = item

    def settle(self, group: _Group) -> None:
        item, group.last = group.last, None
        if item is None:
            return
        whole = group.whole
        group.texts.append(item.text)
        group.width = None if group.width is None or item.width is None else group.width + item.width
        # In RE2 nothing may follow this one: its `$` has consumed the line feed.
        group.ended = item.tail
        whole.size += item.size
        whole.product = max(whole.product, item.product)
        whole.tail = item.tail if whole.tail is None else whole.tail
        whole.dotted |= item.dotted
        whole.behind = whole.behind or item.behind
        if whole.size > EXPANDED_AT_MOST:
            self.refuse("a regex that repeats so much", item.start)

    def text_of(self, group: _Group) -> str:
        self.settle(group)
        group.widths.append(group.width)
        return "".join(group.texts)

    def charset(self, ranges: Set, start: int) -> None:
        if not ranges:
            self.refuse("a class that no character is in", start)
        text = spelled(ranges, self.name)
        if text is None:
            self.unsaid("the character U+0000", start)
        item = _Item(text, start, width=1, size=1)
        item.dotted = any(holds(ranges, point) for point in _DOTTED)
        item.behind = "a character beyond U+FFFF" if ranges[-1][1] > 0xFFFF else ""
        self.add(item)

    def literal(self) -> None:
        char = self.pattern[self.at]
        start, self.at = self.at, self.at + 1
        if "\ud800" <= char <= "\udfff":
            self.wrong("half of a surrogate pair is no character", start)
        self.charset(self.cases(ord(char), ord(char), start), start)

    def dot(self) -> None:
        self.at += 1
        self.charset(ESCAPES["N"], self.at - 1)

    def anchor(self, text: str | None, written: str, length: int) -> None:
        start, self.at = self.at, self.at + length
        if text is None:
            self.unsaid(f"`{written}`", start)
        item = _Item(text, start)
        item.unrepeatable = f"a quantifier stands behind `{written}`, which cannot be repeated"
        if text == r"\n?$":
            item.tail = start
        self.floats |= written in (r"\b", r"\B")
        self.add(item)

    def charclass(self) -> None:
        start = self.at
        self.charset(self.bracket(), start)

    def caret(self) -> None:
        self.anchor("^", "^", 1)

    def dollar(self) -> None:
        self.anchor(self.engine.dollar, "$", 1)

    # Groups.

    def opening(self) -> None:
        start = self.at
        if len(self.groups) > DEPTH_AT_MOST:
            self.wrong(f"groups are nested deeper than {DEPTH_AT_MOST}", start)
        if not self.pattern.startswith(("(?", "(*"), start):
            self.at += 1
            self.capture(start, None)
            return
        found = _OPENING.match(self.pattern, start)
        if found is None:
            for form, what in _REFUSED_GROUPS:
                if re.compile(form).match(self.pattern, start):
                    self.refuse(what, start)
            self.wrong("what stands behind `(?` is no kind of group", start)
        self.at = found.end()
        kind = found.lastgroup
        if kind == "comment":
            if not found[0].endswith(")"):
                self.wrong("a comment is never closed", start)
        elif kind == "flags":
            self.settle(self.groups[-1])
        elif kind == "back":
            self.reference(found["back"], start)
        elif kind in ("name", "name2"):
            self.capture(start, found[kind])
        elif kind == "atomic":
            if not self.engine.atomic:
                self.unsaid("an atomic group", start)
            self.groups.append(_Group("(?>", start))
        elif kind == "look":
            if not self.engine.looks:
                self.unsaid("a lookbehind" if "<" in found[0] else "a lookahead", start)
            self.floats = True
            self.groups.append(_Group(found[0], start))
        else:
            self.groups.append(_Group(self.engine.group, start))

    def capture(self, start: int, name: str | None) -> None:
        self.count += 1
        if name is not None:
            if name in self.names:
                self.wrong(f"two groups have the name `{name}`", start)
            self.names[name] = self.count
        self.groups.append(_Group("(" if self.name == "python" else self.engine.group, start, self.count))

    def branch(self) -> None:
        self.at += 1
        group = self.groups[-1]
        self.settle(group)
        group.texts.append("|")
        group.widths.append(group.width)
        group.width, group.ended = 0, None

    def closing(self) -> None:
        if len(self.groups) == 1:
            self.wrong("a closing parenthesis has no opening one", self.at)
        self.at += 1
        group = self.groups.pop()
        item = group.whole
        item.text = f"{group.opening}{self.text_of(group)})"
        item.size += 1
        item.width = group.widths[0] if len(set(group.widths)) == 1 else None
        if group.opening[2:3] in ("=", "!", "<"):
            if group.opening[2] == "<" and None in group.widths:
                # Since PCRE2 10.43 it may have one within bounds.
                self.refuse("a lookbehind without a fixed length", item.start)
            if group.opening[2] == "<" and self.name == "java" and item.behind:
                self.unsaid(f"a lookbehind for {item.behind}", item.start)
            item.width = 0
        if group.number:
            self.closed[group.number] = item.dotted
        self.add(item)

    def reference(self, to: str | int, start: int) -> None:
        if self.name != "python":
            self.unsaid("a backreference", start)
        number = to if isinstance(to, int) else self.names.get(to, 0)
        if number not in self.closed:
            self.refuse("a reference to a group that is not closed before it", start)
        if self.closed[number]:
            self.refuse("a backreference to a group that may hold an `i`", start)
        self.add(_Item(f"(?i:\\{number})", start, width=None, size=1))

    # Quantifiers.

    def quantifier(self) -> None:
        start = self.at
        found = _QUANTIFIER.match(self.pattern, start)
        if found is None:
            if _UNCLEAR.match(self.pattern, start):
                self.refuse("a quantifier that versions of PCRE read differently", start)
            self.literal()
            return
        self.at = found.end()
        item = self.groups[-1].last
        if item is None or item.unrepeatable:
            self.wrong((item and item.unrepeatable) or "a quantifier has nothing to repeat", start)
        if item.text.startswith(("(?=", "(?!", "(?<")) and item.width == 0:
            self.refuse("a quantifier behind a lookaround", start)
        sign, least, comma, most, suffix = found.groups()
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or (
            self.times(least, start),
            self.times(most, start) if most else (None if comma else self.times(least, start)),
        )
        if high is not None and high < low:
            self.wrong("a quantifier has its numbers in the wrong order", start)
        if suffix == "+" and not self.engine.atomic:
            self.unsaid("a possessive quantifier", start)
        if item.tail is not None and high != 1:
            self.unsaid("a repeated `$`", item.tail)
        times = low if high is None else high
        if not sign:
            item.product *= max(times, 1)
            if times > self.engine.repeat:
                self.unsaid(f"a repeat of more than {self.engine.repeat:,} times", start)
            if item.product > self.engine.product:
                self.unsaid(f"repeats of repeats for more than {self.engine.product:,} times", start)
        if item.text.startswith("("):
            item.behind = item.behind or "a repeated group"
        braces = f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"
        # Whether a match exists does not hang on greed where nothing is atomic.
        item.text += (sign or braces) + (suffix if self.engine.atomic else "")
        item.size *= max(times, 1)
        item.width = item.width * low if low == high and item.width is not None else None
        item.unrepeatable = "a quantifier stands behind a quantifier"

    def times(self, digits: str, start: int) -> int:
        digits = digits.lstrip("0") or "0"
        if len(digits) > 5 or int(digits) > REPEAT_AT_MOST:
            self.wrong(f"a repeat is of more than {REPEAT_AT_MOST:,} times", start)
        return int(digits)

    # Escapes and classes.

    def escape(self) -> None:
        start = self.at
        letter = self.pattern[start + 1 : start + 2]
        if letter in _ANCHORS:
            _ANCHORS[letter](self)
        elif (
            letter == "N" and self.pattern.startswith("{", start + 2) and not _QUANTIFIER.match(self.pattern, start + 2)
        ):
            self.refuse("a character by its name", start)
        elif letter in ESCAPES:
            self.at += 2
            self.charset(ESCAPES[letter], start)
        elif letter == "Q":
            end = self.pattern.find("\\E", start + 2)
            end = len(self.pattern) if end < 0 else end
            self.at = start + 2
            while self.at < end:
                self.literal()
            self.at = min(end + 2, len(self.pattern))
        elif letter == "R":
            if not self.engine.atomic:
                self.unsaid(r"`\R`", start)
            self.at += 2
            breaks = spelled(ESCAPES["v"], self.name)
            self.add(_Item(rf"(?>\x0D\n|{breaks})", start, width=None, size=2))
        elif found := _REFERENCE.match(self.pattern, start + 1):
            self.at = found.end()
            digits = found[1]
            if digits and len(digits) > 1 and (len(digits) > 5 or int(digits) > self.count):
                self.refuse("a number that is a backreference or a character in octal", start)
            self.reference(int(digits) if digits else found[2] or found[3] or found[4], start)
        else:
            point = self.point()
            self.charset(self.cases(point, point, start), start)


_ANCHORS: dict[str, Callable[[_Renderer], None]] = {
    "A": lambda self: self.anchor("^", r"\A", 2),
    "z": lambda self: self.anchor(self.engine.end, r"\z", 2),
    "Z": lambda self: self.anchor(self.engine.dollar, r"\Z", 2),
    "b": lambda self: self.anchor(self.engine.boundary, r"\b", 2),
    "B": lambda self: self.anchor(self.engine.no_boundary, r"\B", 2),
}
_STEPS: dict[str, Callable[[_Renderer], None]] = {
    "\\": _Renderer.escape,
    "[": _Renderer.charclass,
    "(": _Renderer.opening,
    ")": _Renderer.closing,
    "|": _Renderer.branch,
    ".": _Renderer.dot,
    "^": _Renderer.caret,
    "$": _Renderer.dollar,
    "*": _Renderer.quantifier,
    "+": _Renderer.quantifier,
    "?": _Renderer.quantifier,
    "{": _Renderer.quantifier,
}


def render(pattern: str, engine: str) -> str:
    """The regex for `python` (the `regex` package), `re2`, `java`, `postgres` or `snowflake`. Raises RegexError."""
    return _Renderer(pattern, engine).run()
