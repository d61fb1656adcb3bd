"""Comments that are directives, as `# audience: ignore CODE`, and the line of which each speaks."""

import re
from bisect import bisect_left
from collections.abc import Collection

from ..source import Source, Span

__all__ = ["DIRECTIVE", "IGNORE", "IGNORE_FILE", "Lines"]

# What the comment asks for, and what stands behind it.
DIRECTIVE = re.compile(r"#[ \t]*audience:[ \t]*([A-Za-z-]+)(.*)", re.DOTALL | re.IGNORECASE)
IGNORE, IGNORE_FILE = "ignore", "ignore-file"


class Lines:
    """The lines of a text that have something besides comments."""

    def __init__(self, source: Source, comments: Collection[Span]) -> None:
        self.source = source
        text = source.text
        # Where text stands that is no comment and no blank: at the end of each such stretch between comments.
        self.code: list[int] = []
        at = 0
        for comment in [*comments, Span(len(text), len(text))]:
            self.code += [at + found.start() for found in re.finditer(r"\S+", text[at : comment.start])]
            at = comment.end

    def is_above_all(self, comment: Span) -> bool:
        return not self.code or self.code[0] > comment.start

    def spoken_of(self, comment: Span) -> int:
        """The line of which a directive speaks: its own where that has text, or else the next that has."""
        line = self.source.position(comment.start).line
        index = bisect_left(self.code, comment.start)
        if index and self.source.position(self.code[index - 1]).line == line:
            return line
        return self.source.position(self.code[index]).line if index < len(self.code) else line
