"""The numbered statements of an audience: each a clause in words, in groups of which all, or one, must hold."""

from collections.abc import Iterator
from typing import TypeAlias

from ..clauses import Clause, ClauseGroup, ClauseTree, clause_tree
from ..filters import And, Filter, Or, group, leaves_of
from ..settings import Settings
from .clause import Reading, subject_of
from .values import domain

__all__ = ["Group", "Member", "Statement", "members_of", "statement_tree"]

# Kinds of sets of which several can be put together; see `domain`.
_MERGED = {"number", "days", "time", "boolean", "state", "text", "includes_value", "does_not_include_value"}


class Statement:
    """One clause: its `text` as it was written, or as the language writes it, and what it says.

    `number` is its place among the others, such as `3.1`, and `index` that in its group, the `parent`.
    """

    __slots__ = ("filter", "index", "number", "parent", "reading", "text")

    def __init__(self, text: str, filter: Filter, reading: Reading, parent: "Group | None", index: int) -> None:
        self.text = text
        self.filter = filter
        self.reading = reading
        self.parent = parent
        self.index = index
        self.number = _number(parent, index)

    @property
    def depth(self) -> int:
        """The groups around it."""
        return 0 if self.parent is None else self.parent.depth + 1


class Group:
    """Statements and groups of which `all` must hold, or at least `one`. The outermost has no number."""

    __slots__ = ("depth", "index", "joined", "members", "number", "parent")

    def __init__(self, joined: str, parent: "Group | None", index: int) -> None:
        self.joined = joined
        self.parent = parent
        self.index = index
        self.number = "" if parent is None else _number(parent, index)
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.members: list[Member] = []

    @property
    def all(self) -> bool:
        return self.joined == "and"


Member: TypeAlias = Statement | Group


def _number(parent: Group | None, index: int) -> str:
    return f"{parent.number}.{index + 1}" if parent is not None and parent.number else str(index + 1)


def statement_tree(filter: Filter, types: dict[str, frozenset[str]], settings: Settings) -> Member:
    """The filter as statements, a clause each. Leaves that no text stands behind are put together where they can be."""
    roots: list[Member] = []
    pending: list[tuple[ClauseTree, Group | None, int]] = [(clause_tree(filter), None, 0)]
    while pending:
        node, parent, index = pending.pop()
        into = roots if parent is None else parent.members
        members: list[ClauseTree] = []
        if isinstance(node, ClauseGroup):
            members = _merged(node, types)
            if len(members) == 1:
                node = members[0]
        if isinstance(node, Clause):
            into.append(Statement(node.text, node.filter, Reading(node.filter, types, settings), parent, index))
        else:
            own = Group(node.joined, parent, index)
            into.append(own)
            pending.extend((each, own, at) for at, each in reversed(list(enumerate(members))))
    return roots[0]


def members_of(root: Member) -> Iterator[Member]:
    """Every statement and group, each group before what is in it."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Group):
            pending.extend(reversed(node.members))


def _merged(node: ClauseGroup, types: dict[str, frozenset[str]]) -> list[ClauseTree]:
    """The members, with neighbours that JSON has apart and that one sentence can say."""
    found: list[ClauseTree] = []
    run: list[Clause] = []

    def close() -> None:
        if len(run) > 1:
            word = f" {node.joined} "
            whole = group(And if node.joined == "and" else Or, [each.filter for each in run])
            found.append(Clause(word.join(each.text for each in run), whole, None))
        else:
            found.extend(run)
        run.clear()

    kind: str | None = None
    for member in node.members:
        if not isinstance(member, Clause) or member.origin is not None:
            close()
            found.append(member)
            continue
        (leaf,) = leaves_of(member.filter)
        own = domain(leaf, types)
        same = bool(run) and subject_of(leaves_of(run[0].filter)[0]) == subject_of(leaf)
        if not same or not (own is None or kind is None or (own == kind and own in _MERGED)):
            close()
            kind = None
        run.append(member)
        kind = kind or own
    close()
    return found
