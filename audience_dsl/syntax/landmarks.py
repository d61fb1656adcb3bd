"""Places where a new clause or definition begins, told from the tokens alone: after a mistake nothing else is sure."""

import re

from ..diagnostics import nearest
from ._tables import TERMINALS
from .driver import symbol_of
from .expected import SOFT
from .parsed import Parsed

__all__ = [
    "COMPARISON_SIGNS",
    "CONNECTIVES",
    "DEFINITIONS",
    "begins_clause",
    "begins_definition",
    "could_begin_filter",
    "is_literal",
    "is_word",
    "misspelt_definition",
    "starts_line",
]

DEFINITIONS = ("use", "param", "let", "audience")
CONNECTIVES = frozenset({"and", "or", "&&", "||"})
COMPARISON_SIGNS = frozenset({"==", "!=", "<", "<=", ">", ">=", "=", "in", "is", "exists", "includes", "matches"})
_COMPARISON_WORDS = frozenset(
    {"not", "does", "before", "after", "less", "more", "between", "starts", "ends", "contains"}
)
_FILTER_STARTS = frozenset({"(", "not", "!", "push", "email", "last_used_app"})
_LITERALS = frozenset({"#STRING", "#NUMERAL", "#PARAMETER", "#REGEX"})
_LINE_BREAK = re.compile(r"[\r\n]")


def is_word(token: str) -> bool:
    """Whether a token is a name, or a keyword that may be one."""
    return symbol_of(token) == "#NAME" or (bool(token) and TERMINALS.get(token.lower()) in SOFT)


def is_literal(token: str) -> bool:
    return symbol_of(token) in _LITERALS


def could_begin_filter(token: str) -> bool:
    return is_word(token) or token.lower() in _FILTER_STARTS or symbol_of(token) == "#QUOTED"


def begins_clause(tokens: list[str], index: int) -> bool:
    """Whether a whole clause surely begins here: a subject and its comparison, a group, or a negation."""
    token, follows = tokens[index], _at(tokens, index + 1).lower()
    if token.lower() in _FILTER_STARTS:
        return True
    return (is_word(token) or symbol_of(token) == "#QUOTED") and (
        follows in COMPARISON_SIGNS or follows in _COMPARISON_WORDS
    )


def starts_line(parsed: Parsed, index: int) -> bool:
    """Whether a token is the first of its line."""
    if index == 0:
        return True
    before, after = parsed.token_span(index - 1).end, parsed.token_span(index).start
    return _LINE_BREAK.search(parsed.source.text, before, after) is not None


def begins_definition(parsed: Parsed, tokens: list[str], index: int) -> bool:
    """Whether a definition begins here, a broken one included; its keyword may be misspelt."""
    word, follows, after = tokens[index].lower(), _at(tokens, index + 1), _at(tokens, index + 2).lower()
    if word in DEFINITIONS:
        if word == "param" and follows.startswith("$"):
            return True
        if is_word(follows) and (after == "=" or (word == "use" and after in (",", "from"))):
            return True
        broken = is_literal(follows) or follows in ("=", ":") or (is_word(follows) and not _compares(follows))
        return broken and starts_line(parsed, index)
    return misspelt_definition(parsed, tokens, index) is not None


def misspelt_definition(parsed: Parsed, tokens: list[str], index: int) -> str | None:
    """The keyword that was meant by the word before `name =`, or `name, …` and `name from`, on a line of its own."""
    word, after = tokens[index].lower(), _at(tokens, index + 2).lower()
    if after not in ("=", ",", "from", ":") or word in DEFINITIONS or not is_word(word):
        return None
    name = _at(tokens, index + 1)
    if not (is_word(name) or name.startswith("$")) or not starts_line(parsed, index):
        return None
    if after == "=" and is_word(name) and not could_begin_filter(_at(tokens, index + 3)):
        # Rather `pet name = "Rex"`.
        return None
    meant = next(iter(nearest(word, DEFINITIONS)), None)
    fits = {"=": ("let", "audience") if is_word(name) else ("param",), ":": ("param",)}.get(after, ("use",))
    return meant if meant in fits else None


def _compares(token: str) -> bool:
    return token.lower() in ("starts", "ends", "contains")


def _at(tokens: list[str], index: int) -> str:
    return tokens[index] if index < len(tokens) else ""
