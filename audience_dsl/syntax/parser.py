"""Text → syntax tree.

The happy path is one `findall` of the master regex and one loop over Lark's LALR(1) table (see `generate.py`):

- `states` is the stack of parser states, `values` what the symbols on it mean, `firsts` the index of each one's
  first token. A terminal's value is its text; a reduction's is what its action returns.
- A row is asked for the token's text first, which finds keywords and signs, and then for its class.
- When neither has an action, the text stops being the start of any audience right there, at that token.

Nothing here recurses, so no depth of nesting can exhaust Python's stack.
"""

import re
from array import array
from typing import Any

from ..diagnostics import CODES, Diagnostic
from ..source import Source, Span
from . import actions, tree
from ._tables import DEFAULTS, END_STATE, GOTO, MASTER, ROWS, RULES, TERMINALS
from .actions import Problems
from .literals import Refused

__all__ = ["Failure", "Parsed", "parse", "symbol_of"]

SOURCE_AT_MOST = 16 * 1024 * 1024

_findall = re.compile(MASTER).findall
_finditer = re.compile(MASTER).finditer
# What a rule does: (goto of its nonterminal, number of symbols, action or None to hand its one symbol on).
_RULES = [(GOTO[origin], size, getattr(actions, name) if name else None) for origin, size, name in RULES]
_COMMENT = re.compile(r"#[^\r\n]*")


class Failure:
    """Where a text stopped being the start of any audience: the index of a token, and the states up to it."""

    __slots__ = ("index", "states")

    def __init__(self, index: int, states: list[int]) -> None:
        self.index = index
        self.states = states

    def expected(self) -> set[str]:
        """The names of the terminals that could stand here, `$END` included."""
        return {_terminal(symbol) for symbol in ROWS[self.states[-1]] if self._accepts(symbol)}

    def _accepts(self, symbol: str) -> bool:
        # The stack as it would become: `kept` of the real states, and `above` that reductions have put on them.
        kept = len(self.states)
        above: list[int] = []
        while True:
            state = above[-1] if above else self.states[kept - 1]
            if not symbol and state == END_STATE:
                return True
            action = ROWS[state].get(symbol)
            if action is None:
                return False
            if action >= 0:
                return True
            goto, size, _ = _RULES[~action]
            popped = min(size, len(above))
            if popped:
                del above[-popped:]
            kept -= size - popped
            above.append(goto[above[-1] if above else self.states[kept - 1]])


class Parsed:
    """What came of a text: its tree, or None where it follows no grammar, and the diagnostics.

    A tree may stand beside errors: a literal that means nothing is reported and parsing goes on.
    """

    __slots__ = ("_ends", "_starts", "diagnostics", "source", "tree")

    def __init__(self, source: Source, tree: tree.Module | tree.Expression | None = None) -> None:
        self.source = source
        self.tree = tree
        self.diagnostics: list[Diagnostic] = []
        self._starts: array[int] | None = None
        self._ends: array[int] = array("q")

    def __repr__(self) -> str:
        return f"Parsed({self.source!r}, {len(self.diagnostics)} diagnostics)"

    def token_span(self, index: int) -> Span:
        """The place of a token, by its index."""
        if self._starts is None:
            self._starts = array("q")
            for match in _finditer(self.source.text):
                self._starts.append(match.start(1))
                self._ends.append(match.end(1))
        return Span(self._starts[index], self._ends[index])

    def span(self, node: Any) -> Span:
        """The place of a node of this tree."""
        return Span(self.token_span(node.first).start, self.token_span(node.last).end)

    def text(self, node: Any) -> str:
        """The source text of a node of this tree."""
        span = self.span(node)
        return self.source.text[span.start : span.end]

    @property
    def comments(self) -> list[Span]:
        """The comments, in the order of the text. They stand only between tokens."""
        found: list[Span] = []
        end = 0
        for match in _finditer(self.source.text):
            gap = _COMMENT.finditer(self.source.text, end, match.start(1))
            found.extend(Span(*comment.span()) for comment in gap)
            end = match.end(1)
        return found


def parse(source: Source | str, *, source_at_most: int = SOURCE_AT_MOST) -> Parsed:
    """Parse a text. Never raises over what the text says: its faults are in `.diagnostics`."""
    if isinstance(source, str):
        source = Source(source)
    parsed = Parsed(source)
    if len(source.text) > source_at_most:
        message = f"the text has {len(source.text):,} characters, and the limit is {source_at_most:,}"
        parsed.diagnostics.append(
            Diagnostic(CODES["source-too-large"], message, source=source, span=Span(0, 0), help="split it into files")
        )
        return parsed
    tokens = _findall(source.text)
    problems: Problems = []
    outcome = run(tokens, problems)
    parsed.diagnostics.extend(_from_problem(parsed, index, refused) for index, refused in problems)
    if isinstance(outcome, Failure):
        from .mistakes import explain

        # Run again up to the failure alone, since the token that failed has led to reductions, and what they have
        # closed could have gone on.
        parsed.diagnostics.append(explain(parsed, tokens, run(tokens[: outcome.index], [])))
    else:
        parsed.tree = outcome
    return parsed


def run(tokens: list[str], problems: Problems) -> Any:
    """Drive the table over the tokens: the tree, or a Failure.

    The end is the empty token. Tokens without it give a Failure at their end: what they may go on with.
    """
    states = [0]
    values: list[Any] = []
    firsts: list[int] = []
    rows, defaults, rules = ROWS, DEFAULTS, _RULES
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
                        return Failure(index, states)
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
    return Failure(len(tokens), states)


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
    body = token[1:-1]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 0


def _terminal(symbol: str) -> str:
    if not symbol:
        return "$END"
    return symbol[1:] if symbol.startswith("#") else TERMINALS[symbol]


def _from_problem(parsed: Parsed, index: int, refused: Refused) -> Diagnostic:
    token = parsed.token_span(index)
    end = token.end if refused.end is None else token.start + refused.end
    span = Span(token.start + refused.start, end)
    return Diagnostic(CODES[refused.slug], refused.message, source=parsed.source, span=span, help=refused.help)
