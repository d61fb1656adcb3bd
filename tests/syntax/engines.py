"""Lark's own engine with the actions of the language: the oracle for the loop over its table."""

from collections.abc import Callable, Iterator
from typing import Any

from lark import Token, UnexpectedCharacters, UnexpectedToken

from audience_dsl.node import Node
from audience_dsl.syntax import actions
from audience_dsl.syntax.actions import Problems
from audience_dsl.syntax.driver import Failure, find_tokens, run, tokenize
from audience_dsl.syntax.grammar import lark_parser

__all__ = ["Outcome", "agree", "by_lark", "by_table", "flat"]

# ("tree", its flat form, the problems) or ("error", its offset, the problems so far)
Outcome = tuple[str, Any, list[tuple[int, str, str, int, int | None]]]


class _Placed:
    """A value with the index of its first token."""

    def __init__(self, first: int, value: Any) -> None:
        self.first = first
        self.value = value


class _Adapter:
    """Calls an action as `driver.run` does: (problems, first token, last token, *plain values).

    It is Lark's postlexer too, so that it knows the index of the token that is looked at: the one before it is the
    last of whatever is reduced, and an empty production stands where it stands.
    """

    always_accept = ()

    def __init__(self) -> None:
        self._problems: Problems = []
        self._at = 0
        self._index_of: dict[int, int] = {}

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        self._problems, self._at, self._index_of = [], 0, {}
        for index, token in enumerate(stream):
            self._at = index
            assert token.start_pos is not None
            self._index_of[token.start_pos] = index
            yield token
        self._at = len(self._index_of)

    def found(self) -> Problems:
        return self._problems

    def __getattr__(self, name: str) -> Callable[[list[Any]], _Placed]:
        action = getattr(actions, name)

        def call(children: list[Any]) -> _Placed:
            if not children:
                return _Placed(self._at, action(self._problems, self._at, self._at))
            first = children[0]
            start = self._index_of[int(first.start_pos or 0)] if isinstance(first, Token) else first.first
            values = [str(child) if isinstance(child, Token) else child.value for child in children]
            return _Placed(start, action(self._problems, start, self._at - 1, *values))

        return call


_adapter = _Adapter()
_lark = lark_parser(transformer=_adapter, postlex=_adapter)


def by_lark(text: str) -> Outcome:
    try:
        placed: Any = _lark.parse(text)
    except UnexpectedCharacters as error:
        return "error", error.pos_in_stream, _problems(_adapter.found())
    except UnexpectedToken as error:
        end = error.token.type == "$END"
        return "error", len(text) if end else error.pos_in_stream, _problems(_adapter.found())
    return "tree", flat(placed.value), _problems(_adapter.found())


def by_table(text: str) -> Outcome:
    problems: Problems = []
    outcome = run(tokenize(text), problems)
    if isinstance(outcome, Failure):
        starts = [match.start(1) for match in find_tokens(text)]
        return "error", starts[outcome.index], _problems(problems)
    return "tree", flat(outcome), _problems(problems)


def agree(text: str) -> bool:
    """Whether both give the same tree and problems, or both an error at the same offset.

    Before an error, the table's default reductions may run one action more than Lark's do, so that its problems may
    go on where Lark's stop.
    """
    ours, theirs = by_table(text), by_lark(text)
    if ours[0] == "error":
        return ours[:2] == theirs[:2] and ours[2][: len(theirs[2])] == theirs[2]
    return ours == theirs


def _problems(problems: Problems) -> list[tuple[int, str, str, int, int | None]]:
    return [(index, each.slug, each.message, each.start, each.end) for index, each in problems]


def flat(value: Any) -> list[Any]:
    """A tree as a flat list: every field and every position, in order. Walks with a stack, as trees may be deep."""
    found: list[Any] = []
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, Node):
            slots = [slot for kind in type(node).__mro__ for slot in getattr(kind, "__slots__", ())]
            found.append((type(node).__name__, len(slots)))
            pending.extend(getattr(node, slot) for slot in sorted(slots) if hasattr(node, slot))
        elif isinstance(node, (list, tuple)):
            found.append((type(node).__name__, len(node)))
            pending.extend(node)
        else:
            found.append((type(node).__name__, node))
    return found
