"""The loop over Lark's LALR(1) table: tokens → tree, or the place of a failure.

- `states` is the stack of parser states, `values` what the symbols on it mean, `firsts` the index of each one's
  first token. A terminal's value is its text; a reduction's is what its action returns.
- A row is asked for the token's text first, which finds keywords and signs, and then for its class.
- When neither has an action, the text stops being the start of any audience right there, at that token.

Nothing here recurses, so no depth of nesting can exhaust Python's stack. How the table is made: `generate.py`.
"""

import re
from typing import Any

from . import actions
from ._tables import DEFAULTS, END_STATE, GOTO, MASTER, ROWS, RULES, TERMINALS
from .actions import Problems

__all__ = ["REDUCTIONS", "Failure", "accepts", "find_tokens", "run", "symbol_of", "tokenize"]

# Text → its tokens as texts, the last one empty; and text → matches whose only group is a token.
tokenize = re.compile(MASTER).findall
find_tokens = re.compile(MASTER).finditer
# What a rule does: (goto of its nonterminal, number of symbols, action or None to hand its one symbol on).
REDUCTIONS: list[tuple[dict[int, int], int, Any]] = [
    (GOTO[origin], size, getattr(actions, name) if name else None) for origin, size, name in RULES
]


class Failure:
    """Where a text stopped being the start of any audience: the index of a token, and the stack up to it."""

    __slots__ = ("firsts", "index", "states", "values")

    def __init__(self, index: int, states: list[int], values: list[Any], firsts: list[int]) -> None:
        self.index = index
        self.states = states
        self.values = values
        self.firsts = firsts

    def expected(self) -> set[str]:
        """The names of the terminals that could stand here, `$END` included."""
        return {_terminal(symbol) for symbol in ROWS[self.states[-1]] if accepts(self.states, symbol)}


def accepts(states: list[int], symbol: str) -> bool:
    """Whether this symbol can stand next, on a stack that stays as it is."""
    # The stack as it would become: `kept` of the real states, and `above` that reductions have put on them.
    kept = len(states)
    above: list[int] = []
    while True:
        state = above[-1] if above else states[kept - 1]
        if not symbol and state == END_STATE:
            return True
        action = ROWS[state].get(symbol)
        if action is None:
            return False
        if action >= 0:
            return True
        goto, size, _ = REDUCTIONS[~action]
        popped = min(size, len(above))
        if popped:
            del above[-popped:]
        kept -= size - popped
        above.append(goto[above[-1] if above else states[kept - 1]])


def run(tokens: list[str], problems: Problems) -> Any:
    """Drive the table over the tokens: the tree, or a Failure.

    The end is the empty token. Tokens without it give a Failure at their end: what they may go on with.
    """
    states = [0]
    values: list[Any] = []
    firsts: list[int] = []
    rows, defaults, rules = ROWS, DEFAULTS, REDUCTIONS
    state = 0
    for index, token in enumerate(tokens):
        while True:
            rule = defaults[state]
            if rule is None:
                action = rows[state].get(token)
                if action is None:
                    if not token and state == END_STATE:
                        return values[-1]
                    action = rows[state].get(symbol_of(token))
                    if action is None:
                        return Failure(index, states, values, firsts)
                if action >= 0:
                    states.append(action)
                    values.append(token)
                    firsts.append(index)
                    state = action
                    break
                rule = ~action
            goto, size, act = rules[rule]
            if act is not None:
                if size:
                    first = firsts[-size]
                    value = act(problems, first, index - 1, *values[-size:])
                    del states[-size:], values[-size:], firsts[-size:]
                else:
                    first = index
                    value = act(problems, index, index)
                values.append(value)
                firsts.append(first)
                state = goto[states[-1]]
                states.append(state)
            else:
                del states[-1]
                state = goto[states[-1]]
                states.append(state)
    return Failure(len(tokens), states, values, firsts)


_CLASSES = {
    **dict.fromkeys("0123456789", "#NUMERAL"),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", "#NAME"),
    "$": "#PARAMETER",
    "`": "#QUOTED",
    '"': "#STRING",
    "'": "#STRING",
    "/": "#REGEX",
    "+": "#NUMERAL",
    "-": "#NUMERAL",
}


def symbol_of(token: str) -> str:
    """The symbol of a token in the rows: its lower-case text for a keyword, its class, or "#?" for none."""
    symbol = _CLASSES.get(token[:1], "#?")
    if symbol == "#NAME":
        lower = token.lower()
        return lower if lower in TERMINALS else symbol
    if symbol in ("#STRING", "#REGEX") and not _is_closed(token):
        return "#?"
    return symbol if len(token) > 1 or (symbol == "#NUMERAL" and token.isdigit()) else "#?"


def _is_closed(token: str) -> bool:
    if len(token) < 2 or token[-1] != token[0]:
        return False
    if token.startswith("//"):
        return False
    body = token[1:-1]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 0


def _terminal(symbol: str) -> str:
    if not symbol:
        return "$END"
    return symbol[1:] if symbol.startswith("#") else TERMINALS[symbol]
