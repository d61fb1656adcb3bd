"""Sets of characters: sorted ranges of code points, the letter cases of their members, and how engines spell them.

Letter case is simple folding, one character to one, by the Unicode of the Python that runs.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TypeAlias

__all__ = ["ANY", "ESCAPES", "POSIX", "Set", "complement", "holds", "spelled", "united", "with_cases"]

Set: TypeAlias = tuple[tuple[int, int], ...]

LAST = 0x10FFFF
# Halves of surrogate pairs are no characters: no value holds them, and no set.
ANY: Set = ((0, 0xD7FF), (0xE000, LAST))


def united(ranges: Iterable[tuple[int, int]]) -> Set:
    """The ranges, sorted and merged, without surrogates."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(
        part
        for low, high in merged
        for part in ((low, min(high, 0xD7FF)), (max(low, 0xE000), high))
        if part[0] <= part[1]
    )


def complement(ranges: Set) -> Set:
    edges = [-1, *(edge for each in ranges for edge in each), LAST + 1]
    return united((edges[i] + 1, edges[i + 1] - 1) for i in range(0, len(edges), 2) if edges[i] + 1 < edges[i + 1])


def holds(ranges: Set, point: int) -> bool:
    at = bisect_right(ranges, (point, LAST)) - 1
    return at >= 0 and ranges[at][1] >= point


# Where letters with cases are: a look at all of Unicode would take longer than most programs run.
_CASED = (
    range(0x2E00),
    range(0xA640, 0xAC00),
    range(0xFB00, 0x11900),
    range(0x16E00, 0x16F00),
    range(0x1E900, 0x1E944),
)


@cache
def _cases() -> tuple[dict[int, tuple[int, ...]], list[int]]:
    """Every character with more than one letter case, with all of its cases; and these characters in order."""
    # The dotless ı has a capital, and folds to itself alone. The three pairs are Unicode's since 15.1.
    chars = (chr(point) for block in _CASED for point in block if point != 0x131)
    pairs = [(char, other) for char in chars for other in (char.lower(), char.upper(), char.casefold())]
    families: dict[int, set[int]] = {}
    for char, other in (*pairs, ("\u0390", "\u1fd3"), ("\u03b0", "\u1fe3"), ("\ufb05", "\ufb06")):
        if other != char and len(other) == 1:
            family = families.setdefault(ord(char), {ord(char)})
            joined = families.setdefault(ord(other), {ord(other)})
            if joined is not family:
                family |= joined
                for each in joined:
                    families[each] = family
    cases = {point: tuple(sorted(family)) for point, family in families.items()}
    return cases, sorted(cases)


@lru_cache(512)
def with_cases(low: int, high: int) -> tuple[tuple[int, int], ...]:
    """A range, and ranges for the other cases of its letters."""
    if high < 0x80:
        # What nearly every regex asks for, without the table.
        found = {
            other for point in range(low, high + 1) for other in map(ord, (chr(point).lower(), chr(point).upper()))
        }
        found |= {other for letter, other in ((0x6B, 0x212A), (0x73, 0x17F)) if letter in found}
    else:
        cases, points = _cases()
        inside = points[bisect_left(points, low) : bisect_right(points, high)]
        found = {other for point in inside for other in cases[point]}
    return united([(low, high), *((each, each) for each in found if not low <= each <= high)])


def _named(text: str) -> Set:
    """Ranges written as pairs of characters."""
    return united(zip(map(ord, text[::2]), map(ord, text[1::2]), strict=True))


_DIGIT, _WORD, _SPACE = _named("09"), _named("09AZ__az"), _named("\t\r  ")
_BLANK = _named("\t\t  \xa0\xa0\u1680\u1680\u180e\u180e\u2000\u200a\u202f\u202f\u205f\u205f\u3000\u3000")
_BREAK = _named("\n\r\x85\x85\u2028\u2029")
# PCRE without UCP: these know ASCII alone, but \h and \v. `\s` has had the vertical tab since PCRE 8.34.
ESCAPES = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "h": _BLANK, "v": _BREAK, "N": complement(_named("\n\n"))} | {
    letter.upper(): complement(each)
    for letter, each in (("d", _DIGIT), ("w", _WORD), ("s", _SPACE), ("h", _BLANK), ("v", _BREAK))
}
_LETTER = _named("AZaz")
# Where letter case is ignored, PCRE takes `upper` and `lower` for `alpha`.
POSIX = {
    "alpha": _LETTER,
    "lower": _LETTER,
    "upper": _LETTER,
    "alnum": _named("09AZaz"),
    "ascii": _named("\x00\x7f"),
    "blank": _named("\t\t  "),
    "cntrl": _named("\x00\x1f\x7f\x7f"),
    "digit": _DIGIT,
    "graph": _named("!~"),
    "print": _named(" ~"),
    "punct": _named("!/:@[`{~"),
    "space": _SPACE,
    "word": _WORD,
    "xdigit": _named("09AFaf"),
}

# The set of all characters, and for Postgres, whose text has no U+0000, without that one.
_ALL = {
    "python": r"[\x00-\U0010FFFF]",
    "re2": r"[\x00-\x{10FFFF}]",
    "java": r"[\x00-\x{10FFFF}]",
    "postgres": ".",
    "snowflake": r"(\n|[^\n])",
}
_META = frozenset("\\^$.|?*+()[]{}-&~#")


@lru_cache(4096)
def spelled(ranges: Set, engine: str) -> str | None:
    """A set that is not empty, as one atom of the engine; None where the engine has no text that could match it."""
    negated = ranges[-1][1] == LAST
    members = complement(ranges) if negated else ranges
    if engine == "postgres" and members and members[0][0] == 0:
        members = ((1, members[0][1]), *members[1:]) if members[0][1] else members[1:]
    if not members:
        return _ALL[engine] if negated else None
    if not negated and len(members) == 1 and members[0][0] == members[0][1]:
        return _character(members[0][0], engine)
    # A pair of neighbours reads better as two characters.
    parts = (
        _character(low, engine) + ("-" if high - low > 1 else "") + (_character(high, engine) if high > low else "")
        for low, high in members
    )
    return ("[^" if negated else "[") + "".join(parts) + "]"


def _character(point: int, engine: str) -> str:
    char = chr(point)
    if char in _META:
        return "\\" + char
    if char == "\n":
        return "\\n"
    # Marks would join what stands before them, and what is not normalised some tool would rewrite: U+212A as a K.
    # Snowflake documents no escape by number.
    plain = char.isprintable() and unicodedata.category(char)[0] != "M" and unicodedata.is_normalized("NFC", char)
    if plain or engine == "snowflake":
        return char
    if engine in ("re2", "java"):
        return f"\\x{{{point:X}}}"
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"
