"""The shared base of syntax tree and filter nodes: small values, compared without their positions.

Plain slotted classes, because importing `dataclasses` costs more than compiling a file does, and because a
tree may be deeper than Python's recursion limit: equality walks with a stack of its own.
"""

__all__ = ["Node"]


class Node:
    """A value made of fields. `_fields` names those that count for equality; other slots are positions."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        cls.__match_args__ = cls._fields  # type: ignore[misc,attr-defined,unused-ignore]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            left, right = pairs.pop()
            if left is right:
                continue
            if type(left) is not type(right):
                return False
            if isinstance(left, Node):
                pairs.extend((getattr(left, name), getattr(right, name)) for name in left._fields)
            elif isinstance(left, (tuple, list)):
                assert isinstance(right, (tuple, list))
                if len(left) != len(right):
                    return False
                pairs.extend(zip(left, right, strict=True))
            elif left != right:
                return False
        return True

    def __hash__(self) -> int:
        # Only what is cheap and never deep; equal nodes have equal hashes, and that is all a hash owes.
        return hash((type(self).__name__, *(v for v in self._values() if isinstance(v, (str, int, float)))))

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={'…' if isinstance(value, (Node, tuple, list)) and value else repr(value)}"
            for name, value in zip(self._fields, self._values(), strict=True)
        )
        return f"{type(self).__name__}({shown})"

    def _values(self) -> list[object]:
        return [getattr(self, name) for name in self._fields]
