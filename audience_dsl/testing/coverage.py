"""Which clauses of an audience file have been seen true, and which false."""

from collections.abc import Iterable

from ..clauses import Clause

__all__ = ["ClauseCoverage", "Coverage"]

# The text's name, the span, and whether it stands under a `not`; for a filter without a text, the clause's own text.
_Key = tuple[object, ...]


class ClauseCoverage:
    """A clause as it was written, its place as `file:line:column`, and how it has been seen."""

    __slots__ = ("place", "seen_false", "seen_true", "text")

    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place
        self.seen_true = False
        self.seen_false = False

    @property
    def complete(self) -> bool:
        return self.seen_true and self.seen_false

    def __repr__(self) -> str:
        return f"ClauseCoverage({self.text!r}, true={self.seen_true}, false={self.seen_false})"


class Coverage:
    """The clauses of one audience file, in the order in which its audiences use them.

    A clause that two audiences share, by a `let`, counts once. `names` are the audiences of the file, and `tested`
    those that have a case.
    """

    __slots__ = ("_clauses", "names", "tested")

    def __init__(self) -> None:
        self._clauses: dict[_Key, ClauseCoverage] = {}
        self.names: list[str] = []
        self.tested: set[str] = set()

    @property
    def untested(self) -> list[str]:
        return [name for name in self.names if name not in self.tested]

    @property
    def clauses(self) -> list[ClauseCoverage]:
        return list(self._clauses.values())

    @property
    def complete(self) -> bool:
        return not self.untested and all(each.complete for each in self._clauses.values())

    def entries(self, clauses: Iterable[Clause]) -> list[ClauseCoverage]:
        """The entry of each of these clauses, new or known."""
        return [self._entry(clause) for clause in clauses]

    def _entry(self, clause: Clause) -> ClauseCoverage:
        origin = clause.origin
        if origin is None:
            key: _Key = (clause.text,)
        else:
            span = origin.span
            key = (origin.source.name, span.start, span.end, origin.negated)
        found = self._clauses.get(key)
        if found is None:
            found = self._clauses[key] = ClauseCoverage(clause.text, place_of(clause))
        return found


def place_of(clause: Clause) -> str:
    """Where a clause stands, as `file:line:column`; nothing where it has no text."""
    if clause.origin is None:
        return ""
    position = clause.origin.source.position(clause.origin.span.start)
    return f"{clause.origin.source.name}:{position.line}:{position.column}"
