"""What came of a text: its tree, its comments, its diagnostics, and where everything stands."""

import re
import sys
from array import array
from typing import Any

from ..diagnostics import Diagnostic
from ..source import Source, Span
from . import tree
from .driver import find_tokens

__all__ = ["Parsed"]

_COMMENT = re.compile(r"#[^\r\n]*")


class Parsed:
    """What came of a text: its tree, and the diagnostics.

    A tree may stand beside errors, with `tree.Invalid` for each value and clause that cannot be read. It is None where
    the text is empty or too long. `lost` has the names of what recovery has skipped, parameters with their `$`: of
    them nobody can say that they are unknown, or never used.
    """

    __slots__ = ("_places", "diagnostics", "lost", "source", "tree")

    def __init__(self, source: Source, tree: tree.Module | tree.Expression | None = None) -> None:
        self.source = source
        self.tree = tree
        self.diagnostics: list[Diagnostic] = []
        self.lost: frozenset[str] = frozenset()
        self._places: array[int] | None = None

    def __repr__(self) -> str:
        return f"Parsed({self.source!r}, {len(self.diagnostics)} diagnostics)"

    def token_span(self, index: int) -> Span:
        """The place of a token, by its index."""
        if self._places is None:
            # Starts and ends in turn. Filled before it is kept, since other threads may ask at the same time.
            places = array("q")
            for match in find_tokens(self.source.text):
                places.extend(match.span(1))
            self._places = places
        return Span(self._places[2 * index], self._places[2 * index + 1])

    def span(self, node: Any) -> Span:
        """The place of a node of this tree."""
        return Span(self.token_span(node.first).start, self.token_span(node.last).end)

    def text(self, node: Any) -> str:
        """The source text of a node of this tree."""
        span = self.span(node)
        return self.source.text[span.start : span.end]

    def on_one_line(self, node: Any, *, tokens_at_most: int = sys.maxsize) -> str:
        """The tokens of a node of this tree, with a blank where the text has blanks or comments between two."""
        parts: list[str] = []
        end = self.token_span(node.first).start
        for index in range(node.first, min(node.last + 1, node.first + tokens_at_most)):
            span = self.token_span(index)
            parts += [" " if span.start > end else "", self.source.text[span.start : span.end]]
            end = span.end
        return "".join(parts)

    @property
    def comments(self) -> list[Span]:
        """The comments, in the order of the text. They stand only between tokens."""
        found: list[Span] = []
        end = 0
        for match in find_tokens(self.source.text):
            gap = _COMMENT.finditer(self.source.text, end, match.start(1))
            found.extend(Span(*comment.span()) for comment in gap)
            end = match.end(1)
        return found
