"""A preview together with what it was counted of, and its steps as the rows of every form."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ...clauses import ClauseGroup, ClauseTree, clause_tree
from ...filters import Filter
from ...preview import Preview

__all__ = ["Funnel", "Row"]


class Row:
    """A step as a row: a clause or, with `group`, a word for its members, which follow.

    `left` are those who are selected by all rows of depth 0 up to this one, of an `or` by one of them; None further in.
    """

    __slots__ = ("alone", "depth", "group", "joined", "left", "text")

    def __init__(self, depth: int, joined: str, text: str, left: int | None, alone: int, *, group: bool) -> None:
        self.depth = depth
        # `and`, `or`, or nothing for the first of its group.
        self.joined = joined
        self.text = text
        self.left = left
        self.alone = alone
        self.group = group


class Funnel:
    """What is shown of a preview.

    `title` is the audience, `filter` what it was compiled to, and `now` the instant from which days are counted.
    `path` is what was asked for, `files` the files below it, `modified` when the newest of them was written, and `age`
    how long ago that was. `assumptions` is the digest of the settings.
    """

    __slots__ = ("age", "assumptions", "files", "hidden", "modified", "now", "path", "preview", "rows", "title")

    def __init__(
        self,
        preview: Preview,
        *,
        title: str,
        filter: Filter,
        now: datetime,
        path: str,
        files: Sequence[str],
        modified: datetime | None = None,
        age: timedelta | None = None,
        assumptions: str = "",
    ) -> None:
        self.preview = preview
        self.title = title
        self.now = now
        self.path = path
        self.files = list(files)
        self.modified = modified
        self.age = age
        self.assumptions = assumptions
        self.rows = _rows(preview)
        # Clauses and groups beyond those that are counted by themselves.
        self.hidden = max(_size(filter) - len(self.rows), 0)

    @property
    def either(self) -> bool:
        """Whether one of the outermost clauses is enough, so that rows add to each other."""
        return any(row.joined == "or" and row.depth == 0 for row in self.rows)

    @property
    def single(self) -> bool:
        """Whether the audience is one clause, of which there is nothing to say beside the answer."""
        return len(self.rows) == 1


def _rows(preview: Preview) -> list[Row]:
    steps = preview.steps
    depths = [step.depth for step in steps[1:]] + [0]
    return [
        Row(step.depth, step.joined or "", step.text, step.together, step.alone, group=below > step.depth)
        for step, below in zip(steps, depths, strict=True)
    ]


def _size(filter: Filter) -> int:
    """How many rows the filter would have: its clauses, and the groups inside the outermost."""
    tree = clause_tree(filter)
    pending: list[ClauseTree] = list(tree.members) if isinstance(tree, ClauseGroup) else [tree]
    size = 0
    while pending:
        node = pending.pop()
        size += 1
        if isinstance(node, ClauseGroup):
            pending.extend(node.members)
    return size
