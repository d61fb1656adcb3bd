"""What expressions have become on the way to a filter: parts that may be shared, put together once, at the end."""

from typing import Any

from ..filters import And, Filter, Leaf, Or
from ..source import Source, Span
from .resolver import Unit

__all__ = ["Lowered", "Origin", "lowered_from"]


class Origin:
    """The clause that leaves were lowered from, and whether it stood under a `not`. Equal only to itself."""

    __slots__ = ("_node", "_unit", "negated")

    def __init__(self, unit: Unit, node: Any, negated: bool) -> None:
        self._unit = unit
        self._node = node
        self.negated = negated

    @property
    def source(self) -> Source:
        return self._unit.parsed.source

    @property
    def span(self) -> Span:
        """The place of the clause, without the `not` before it."""
        return self._unit.parsed.span(self._node)

    @property
    def text(self) -> str:
        """The clause as it was written, on one line, with the `not` that it stood under."""
        text = self._unit.parsed.on_one_line(self._node)
        return f"not ({text})" if self.negated else text


class Lowered:
    """What an expression has become: a leaf, or parts joined by AND or OR and not yet flattened.

    The parts may be shared, as `let`s are, so they are put together once, at the end. `clauses` and `depth` are
    those of the flattened filter.
    """

    __slots__ = ("clauses", "depth", "joined", "leaf", "parts")
    clauses: int
    depth: int

    def __init__(
        self,
        leaf: Leaf | None,
        joined: type[And | Or] | None = None,
        parts: "tuple[Lowered, ...]" = (),
    ) -> None:
        self.leaf = leaf
        self.joined = joined
        self.parts = parts
        self.clauses = sum(part.clauses for part in parts) if parts else 1
        self.depth = max((part.depth + (part.joined is not joined) for part in parts), default=0)

    def members(self) -> "list[Lowered]":
        """The parts, with those joined in the same way opened up."""
        found: list[Lowered] = []
        pending = list(reversed(self.parts))
        while pending:
            part = pending.pop()
            if part.joined is self.joined:
                pending.extend(reversed(part.parts))
            else:
                found.append(part)
        return found

    def build(self) -> Filter:
        """The filter. Each group is built once, its members before it."""
        built: dict[int, Filter] = {}
        members: dict[int, list[Lowered]] = {}
        pending = [self]
        while pending:
            node = pending[-1]
            if id(node) in built:
                pending.pop()
            elif node.joined is None:
                assert node.leaf is not None
                built[id(node)] = node.leaf
            elif id(node) not in members:
                members[id(node)] = node.members()
                pending.extend(members[id(node)])
            else:
                operands = tuple(built[id(member)] for member in members.pop(id(node)))
                built[id(node)] = node.joined(operands)
        return built[id(self)]


def lowered_from(filter: Filter) -> Lowered:
    """What one clause has become: groups in groups at most three deep."""
    if isinstance(filter, (And, Or)):
        return Lowered(None, type(filter), tuple(lowered_from(operand) for operand in filter.operands))
    return Lowered(filter)
