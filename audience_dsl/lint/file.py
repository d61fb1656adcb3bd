"""One file as a rule sees it: its clauses, what its names stand for, and what is known of its attributes."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from ..catalog import Catalog
from ..compiler.faults import Faults
from ..compiler.resolver import Program, Unit
from ..settings import Settings
from ..source import Span
from ..syntax import tree
from .places import Place, places_of
from .presence import Presence

__all__ = ["BRIEF_AT_MOST", "File"]

Found = TypeVar("Found")
# The longest clause that a sentence repeats, in characters.
BRIEF_AT_MOST = 60


class File:
    """The main file of a program that was resolved and checked; the files it uses are linted as files of their own.

    A tree may have `tree.Invalid` where a clause has an error of its own: rules have nothing to say of that.
    """

    def __init__(self, program: Program, settings: Settings, *, catalog: Catalog | None = None) -> None:
        self.program = program
        self.unit: Unit = program.main
        self.settings = settings
        self.catalog = catalog
        self._found: dict[object, Any] = {}

    @cached_property
    def places(self) -> list[Place]:
        """Every clause and name of the file, with the groups that it stands in, in the order of the text.

        Those with an error are left out: what they mean is not known yet.
        """
        expressions: list[tuple[tree.Expression, str | None]] = [
            (let.expression, let.name.name) for let in self.unit.lets
        ]
        expressions += [(expression, None) for expression in self.unit.audiences.values()]
        found = [place for expression, let in expressions for place in places_of(expression, let)]
        found = [place for place in found if not self.faults.within(self.unit, place.node)]
        return sorted(found, key=lambda place: place.node.first)

    @cached_property
    def faults(self) -> Faults:
        """Where the errors of the program stand."""
        return Faults(self.program.diagnostics)

    @cached_property
    def presence(self) -> Presence:
        """Which attributes surely have a value where a clause stands."""
        return Presence(self.program, self.settings)

    def once(self, find: Callable[["File"], Found]) -> Found:
        """What a function finds in this file, which is asked only once."""
        if find not in self._found:
            self._found[find] = find(self)
        found: Found = self._found[find]
        return found

    @cached_property
    def _comments(self) -> list[int]:
        parsed = self.unit.parsed
        return [comment.start for comment in parsed.comments] if "#" in parsed.source.text else []

    def has_comment_in(self, span: Span) -> bool:
        """Whether a comment begins within this part of the text."""
        return span.holds_one_of(self._comments)

    def always_present(self, name: str) -> bool:
        """Whether the catalogue says that every user has a value of this attribute."""
        known = None if self.catalog is None else self.catalog.get(name)
        return known is not None and known.always_present

    def text(self, node: tree.Subject | tree.Expression | tree.Value | tree.ListValue) -> str:
        """The source text of a node of this file."""
        return self.unit.parsed.text(node)

    def brief(self, node: tree.Subject | tree.Expression | tree.Value | tree.ListValue) -> str:
        """The same for a sentence that goes on behind it: `…` where it is long."""
        text = self.text(node)
        return text if len(text) <= BRIEF_AT_MOST and "\n" not in text else "…"
