"""The same table as in `driver.run`, one token at a time: slower, and the stack can be taken back and looked into.

A token that cannot stand next leaves the stack as it is, where `run` has reduced already by then. So a mistake can be
explained, and mended, from here.
"""

from collections.abc import Sequence
from typing import Any

from . import actions, tree
from ._tables import DEFAULTS, END_STATE, GOTO, ROWS, RULES, TERMINALS
from .actions import Problems
from .driver import REDUCTIONS, Failure, accepts, symbol_of

__all__ = ["Machine", "innermost_open"]

# The states in which a clause can stand, and those in which a definition can, each with the state after it.
_CLAUSE_AT = next(GOTO[origin] for origin, _, name in RULES if name == "exists")
_DEFINITION_AT = next(GOTO[origin] for origin, _, name in RULES if name == "let")
# The states after the keyword of the first definition.
_HEADS = frozenset(ROWS[0][keyword] for keyword in ("use", "param", "let", "audience"))
_LITERALS = (actions.text, actions.regex, actions.numeral)


class Machine:
    """A stack of the parser: states, values, and the first token of each value.

    `last` is the last token that counts, so that what is skipped belongs to no node.
    """

    __slots__ = ("firsts", "last", "problems", "states", "values")

    def __init__(self, failure: Failure, problems: Problems) -> None:
        self.states = failure.states
        self.values = failure.values
        self.firsts = failure.firsts
        self.problems = problems
        self.last = failure.index - 1
        self._settle()

    def feed(self, token: str, index: int, *, value: str | None = None) -> bool:
        """Take a token, or leave everything as it is where the token cannot stand. `value` is what it then means."""
        states = self.states
        symbol = _symbol(token)
        action = ROWS[states[-1]].get(symbol)
        if action is None or (action < 0 and not accepts(states, symbol)):
            return False
        while action < 0:
            self._reduce(~action, index)
            action = ROWS[states[-1]][symbol]
        states.append(action)
        self.values.append(token if value is None else value)
        self.firsts.append(index)
        self.last = index
        self._settle()
        return True

    def end(self, index: int) -> bool:
        """Take the end of the text: then the one value is what came of it."""
        states = self.states
        if not accepts(states, ""):
            return False
        while states[-1] != END_STATE:
            self._reduce(~ROWS[states[-1]][""], index)
        return True

    def accepts(self, token: str) -> bool:
        return accepts(self.states, _symbol(token) if token else "")

    def takes(self, tokens: Sequence[str], *, height: int) -> bool:
        """Whether all these tokens could follow one another, on the lowest `height` values of the stack."""
        states = self.states[: height + 1]
        for token in tokens:
            symbol = _symbol(token) if token else ""
            if not accepts(states, symbol):
                return False
            if not token:
                return True
            action = ROWS[states[-1]][symbol]
            while action < 0:
                goto, size, _ = REDUCTIONS[~action]
                if size:
                    del states[-size:]
                states.append(goto[states[-1]])
                action = ROWS[states[-1]][symbol]
            states.append(action)
        return True

    def height_at(self, index: int) -> int | None:
        """The height of the stack before the value that begins with this token; None where it is inside of one."""
        height = len(self.firsts)
        while height and self.firsts[height - 1] >= index:
            height -= 1
        if height == len(self.firsts):
            return height if self.last < index else None
        return height if self.firsts[height] == index else None

    def clause_height(self) -> int | None:
        """The height below the clause at hand; None where the definition at hand has not come to its filter."""
        for height in range(len(self.values), -1, -1):
            if self.states[height] in _CLAUSE_AT:
                in_head = height == 0 and len(self.values) > 1 and self.states[1] in _HEADS
                return None if in_head else height
            if self.states[height] in _DEFINITION_AT:
                return None
        return None

    def definition_height(self) -> int:
        """The height below the definition at hand."""
        height = len(self.values)
        while self.states[height] not in _DEFINITION_AT:
            height -= 1
        return height

    def reads_name(self, index: int) -> bool:
        """Whether the last token taken is this one, and was read as a name or a part of more."""
        height = self.height_at(index)
        return height is None or (height < len(self.firsts) and height > self.definition_height())

    def cut(self, height: int) -> None:
        """Forget what stands above this height."""
        del self.states[height + 1 :], self.values[height:], self.firsts[height:]

    def put_clause(self, first: int, last: int) -> None:
        """A clause that says nothing, in the place of those tokens."""
        self._put(_CLAUSE_AT, tree.Invalid(first, last), first, last)

    def put_definition(self, definition: tree.Definition) -> None:
        self._put(_DEFINITION_AT, definition, definition.first, definition.last)

    def _put(self, goto: dict[int, int], value: Any, first: int, last: int) -> None:
        self.states.append(goto[self.states[-1]])
        self.values.append(value)
        self.firsts.append(first)
        self.last = last

    def _settle(self) -> None:
        """Read a literal at once, so that what is wrong with it is known however it goes on."""
        rule = DEFAULTS[self.states[-1]]
        if rule is not None and REDUCTIONS[rule][2] in _LITERALS:
            self._reduce(rule, self.last)

    def _reduce(self, rule: int, index: int) -> None:
        goto, size, act = REDUCTIONS[rule]
        if size == 0:
            assert act is not None
            self.values.append(act(self.problems, index, index))
            self.firsts.append(index)
        elif act is not None:
            first = self.firsts[-size]
            value = act(self.problems, first, self.last, *self.values[-size:])
            del self.states[-size:], self.values[-size:], self.firsts[-size:]
            self.values.append(value)
            self.firsts.append(first)
        else:
            del self.states[-1]
        self.states.append(goto[self.states[-1]])


def innermost_open(values: list[Any], firsts: list[int]) -> int | None:
    """The token that opened the innermost group or list that is still open, on this stack."""
    at = len(values) - 1
    if at >= 0 and values[at] == ")":
        # A group that is closed and not reduced yet: its opening, one value and this.
        at -= 3
    return next((firsts[i] for i in range(at, -1, -1) if values[i] in ("(", "[")), None)


def _symbol(token: str) -> str:
    return token if token in TERMINALS else symbol_of(token)
