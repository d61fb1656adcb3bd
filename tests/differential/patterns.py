"""Random regexes within what the engines share, each with texts that it finds itself in."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

__all__ = ["pattern"]

_Sampler: TypeAlias = Callable[[Random], str]
_Part: TypeAlias = tuple[str, _Sampler]
_Signs: TypeAlias = dict[str, tuple[int, int]]

_LETTERS = "xyzkKsSéÉßi01_- @,😀"
# What is written, and characters that it takes.
_ESCAPES = {
    r"\.": ".",
    r"\+": "+",
    r"\$": "$",
    r"\\": "\\",
    r"\(": "(",
    r"\[": "[",
    r"\|": "|",
    r"\^": "^",
    r"\*": "*",
    r"\n": "\n",
    r"\t": "\t",
    r"\x6b": "kK",
    r"\x{e9}": "éÉ",
    ".": "x\r\u2028😀",
    r"\d": "09",
    r"\D": "x٣",
    r"\w": "xK_9",
    r"\W": "é -",
    r"\s": " \t\n\x0b",
    r"\S": "x\xa0",
    "[a-z]": "ax\u212aſK",
    "[^x]": "yX\n",
    "[ks]": "kSſ",
    "[^k]": "x\u212a",
    r"[\d_]": "1_",
    r"[\w.-]": "x.-",
    "[A-Z0-9]": "xK5",
    "[é-ü]": "éÉ",
    r"[^\s]": "x\xa0",
    r"[\]x]": "]X",
    r"[^\W\d]": "x_9",
    "[-x]": "-x",
    r"[\n\t]": "\n",
}
# With how often they take what stands before them.
_BOUNDED = {"?": (0, 1), "{2}": (2, 2), "{1,3}": (1, 3), "{0,2}": (0, 2)}
_UNBOUNDED = {"*": (0, 3), "+": (1, 3), "{2,}": (2, 3)}
_ANY_SIGN = _BOUNDED | _UNBOUNDED


def pattern(rng: Random) -> tuple[str, list[str]]:
    """A regex, and a few texts in which it is found, or nearly."""
    regex, sampler = _alternatives(rng, 2)
    texts = [sampler(rng) for _ in range(4)]
    return regex, [*texts, *(_near(rng, text) for text in texts)]


def _near(rng: Random, text: str) -> str:
    cased = [text.upper(), text.swapcase(), text.replace("k", "\u212a").replace("s", "ſ")]
    ended = [text + end for end in ("\n", "\r\n", "\n\n", "x")]
    return rng.choice([*cased, *ended, "\n" + text, "x" + text, text[1:], text[:-1], f" {text} "])


def _alternatives(rng: Random, depth: int, signs: _Signs = _ANY_SIGN) -> _Part:
    branches = [_sequence(rng, depth, signs) for _ in range(rng.choice([1, 1, 1, 2, 2, 3]))]
    samplers = [sampler for _, sampler in branches]
    return "|".join(regex for regex, _ in branches), lambda drawn: drawn.choice(samplers)(drawn)


def _sequence(rng: Random, depth: int, signs: _Signs) -> _Part:
    parts: list[_Part] = []
    if rng.random() < 0.3:
        parts.append((rng.choice(["^", r"\b", "^"]), _empty))
    parts += [_item(rng, depth, signs) for _ in range(rng.choice([1, 1, 2, 2, 3]))]
    if rng.random() < 0.3:
        parts.append((rng.choice(["$", r"\b", "$"]), _empty))
    return _joined(parts)


def _joined(parts: list[_Part]) -> _Part:
    samplers = [sampler for _, sampler in parts]
    return "".join(regex for regex, _ in parts), lambda drawn: "".join(sampler(drawn) for sampler in samplers)


def _empty(drawn: Random) -> str:
    return ""


def _item(rng: Random, depth: int, signs: _Signs) -> _Part:
    """An atom or a group, with a quantifier or without.

    What is repeated without end has no choices inside: a regex must not explode here, and there are tests for that.
    """
    quantified = bool(signs) and rng.random() < 0.3
    if depth == 0 or rng.random() > 0.15:
        return _quantified(rng, _atom(rng), signs) if quantified else _atom(rng)
    opening = rng.choice(["(", "(?:"])
    if not quantified:
        regex, sampler = _alternatives(rng, depth - 1, signs)
        return f"{opening}{regex})", sampler
    if rng.random() < 0.5:
        regex, sampler = _alternatives(rng, depth - 1, {})
        return _quantified(rng, (f"{opening}{regex})", sampler), _BOUNDED)
    regex, sampler = _joined([_atom(rng), _atom(rng)])
    return _quantified(rng, (f"{opening}{regex})", sampler), _UNBOUNDED)


def _quantified(rng: Random, part: _Part, signs: _Signs) -> _Part:
    regex, sampler = part
    sign = rng.choice(list(signs))
    low, high = signs[sign]
    lazy = "?" if rng.random() < 0.2 else ""
    return regex + sign + lazy, lambda drawn: "".join(sampler(drawn) for _ in range(drawn.randint(low, high)))


def _atom(rng: Random) -> _Part:
    if rng.random() < 0.4:
        written = rng.choice(list(_ESCAPES))
        return written, _one_of(_ESCAPES[written])
    letter = rng.choice(_LETTERS)
    return letter, _one_of(letter)


def _one_of(characters: str) -> _Sampler:
    return lambda drawn: drawn.choice(characters)
