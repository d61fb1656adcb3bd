"""Reading the characters of a regex: escapes for one character, classes in brackets, and what is wrong with them."""

import re
from typing import NoReturn

from ..diagnostics import quoted
from .engines import ENGINES
from .errors import InvalidRegexError, RegexError
from .sets import ANY, ESCAPES, POSIX, Set, complement, holds, united, with_cases

__all__ = ["EXPANDED_AT_MOST", "Characters"]

# Characters with all repeats written out, and letter cases looked up: what an engine, or this file, may spend.
EXPANDED_AT_MOST = 200_000

_NUMBER = re.compile(r"x([0-9A-Fa-f]{1,2})|x\{([0-9A-Fa-f]+)\}|o\{([0-7]+)\}|(0[0-7]{0,2})")
_POSIX = re.compile(r"\[([:.=])(\^?)((?:(?!\1\]|\[\1|\]).)*)\1\]", re.DOTALL)
_CONTROLS = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_ESCAPES_REFUSED = {
    "p": r"`\p`, whose meaning changes with the version of Unicode,",
    "P": r"`\P`, whose meaning changes with the version of Unicode,",
} | {letter: f"`\\{letter}`" for letter in "XCKGgcQExo"}


class Characters:
    """A regex and the place in it, with all that reads a character or a set there."""

    def __init__(self, pattern: str, engine: str) -> None:
        self.pattern = pattern
        self.name = engine
        self.engine = ENGINES[engine]
        self.at = 0
        self.spent = 0

    def wrong(self, reason: str, offset: int) -> NoReturn:
        self.fail(f"PCRE does not take this regex: {reason}", offset, None, InvalidRegexError)

    def refuse(self, what: str, offset: int) -> NoReturn:
        self.fail(f"{what} cannot be run here exactly as PCRE would run it", offset, "say it without")

    def unsaid(self, what: str, offset: int) -> NoReturn:
        way = None if self.name == "python" else "say it without, or evaluate the audience in Python, which can run it"
        self.fail(f"{what} cannot be said in {self.engine.title}", offset, way)

    def fail(self, sentence: str, offset: int, help: str | None, error: type[RegexError] = RegexError) -> NoReturn:
        message = f"{sentence}, at character {offset + 1} of {quoted(self.pattern)}"
        raise error(message, offset, help)

    def cases(self, low: int, high: int, start: int) -> Set:
        ranges = with_cases(low, high)
        self.spent += len(ranges)
        if self.spent > EXPANDED_AT_MOST:
            self.refuse("a regex with so many letters", start)
        return ranges

    def point(self) -> int:
        """The one character that an escape stands for."""
        start = self.at
        letter = self.pattern[start + 1 : start + 2]
        if not letter:
            self.wrong("a backslash ends it", start)
        self.at += 2
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if found := _NUMBER.match(self.pattern, start + 1):
            self.at = found.end()
            hexadecimal, octal = found[1] or found[2], found[3] or found[4]
            number = int(hexadecimal, 16) if hexadecimal else int(octal, 8)
            if not holds(ANY, number):
                self.wrong("there is no character of this number", start)
            return number
        if letter in _ESCAPES_REFUSED:
            self.refuse(_ESCAPES_REFUSED[letter], start)
        if letter.isascii() and letter.isalnum():
            self.wrong(f"`\\{letter}` means nothing", start)
        return ord(letter)

    def bracket(self) -> Set:
        """The class that begins here."""
        pattern, start = self.pattern, self.at
        if _POSIX.match(pattern, start):
            self.wrong("a POSIX class stands outside of brackets", start)
        negated = pattern.startswith("^", start + 1)
        self.at = first = start + 1 + negated
        ranges: list[tuple[int, int]] = []
        while self.at == first or not pattern.startswith("]", self.at):
            place = self.at
            member = self.member(start)
            follows = pattern.startswith("-", self.at) and not pattern.startswith("-]", self.at)
            if isinstance(member, tuple):
                if follows:
                    self.wrong("a range has no character at its beginning", place)
                ranges.extend(member)
                continue
            low = high = member
            if follows:
                self.at += 1
                end = self.member(start)
                if isinstance(end, tuple):
                    self.wrong("a range has no character at its end", place)
                high = end
            if high < low:
                self.wrong("a range is in the wrong order", place)
            ranges.extend(self.cases(low, high, place))
        self.at += 1
        whole = united(ranges)
        return complement(whole) if negated else whole

    def member(self, start: int) -> int | Set:
        """What stands at one place of a class: a character, or a set."""
        pattern, place = self.pattern, self.at
        if place >= len(pattern):
            self.wrong("a class is never closed", start)
        char = pattern[place]
        if char == "\\":
            letter = pattern[place + 1 : place + 2]
            if letter in ESCAPES and letter != "N":
                self.at += 2
                return ESCAPES[letter]
            if letter == "b":
                self.at += 2
                return 8
            if "1" <= letter <= "9":
                self.refuse("an octal number in a class", place)
            return self.point()
        if char == "[" and (found := _POSIX.match(pattern, place)):
            self.at = found.end()
            if found[1] != ":" or found[3] not in POSIX:
                self.wrong("there is no POSIX class of this name", place)
            return complement(POSIX[found[3]]) if found[2] else POSIX[found[3]]
        self.at += 1
        return ord(char)
