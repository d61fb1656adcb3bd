"""Where the errors of a program stand, for those who leave out what holds one."""

from collections.abc import Iterable

from ..diagnostics import ERROR, Diagnostic, by_severity
from ..syntax import tree
from .resolver import Unit

__all__ = ["Faults"]


class Faults:
    """The places of errors, by the name of the source that they are in."""

    __slots__ = ("_starts",)

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self._starts: dict[str, list[int]] = {}
        for error in by_severity(diagnostics, ERROR):
            if error.source is not None and error.span is not None:
                self._starts.setdefault(error.source.name, []).append(error.span.start)
        for starts in self._starts.values():
            starts.sort()

    def within(self, unit: Unit, node: tree.Expression) -> bool:
        """Whether an error begins within a node of this file."""
        starts = self._starts.get(unit.parsed.source.name)
        return starts is not None and unit.parsed.span(node).holds_one_of(starts)
