"""What becomes of users who have no value for one attribute: always in, never in, or in if the rest holds.

The statements about the attribute are then true or false, whatever else is known of the user, and all others are as
they were. What is left of the audience is worked out from these statements up to the outermost group, so it costs no
more than the way there.
"""

from collections.abc import Iterable
from typing import TypeAlias

from .clause import Subject
from .tree import Group, Member, Statement, members_of

__all__ = ["Outcome", "Rest", "outcomes"]

# Conditions with more words than this are no help to anybody.
_WORDS_AT_MOST = 160
_DEEPEST = 3
_SUBJECTS_AT_MOST = 1_000


class Rest:
    """What is left of a group: its members without those that no longer count, some of them in part."""

    __slots__ = ("gone", "group", "partly")

    def __init__(self, group: Group, gone: frozenset[int], partly: "dict[int, Rest | Member]") -> None:
        self.group = group
        self.gone = gone
        self.partly = partly


# True: in, whatever else. False: out. Otherwise the statement, the group or what is left of it that decides.
Left: TypeAlias = bool | Rest | Member


class Outcome:
    """The users who have no value for any one of the `subjects`, and what becomes of them: `left`."""

    __slots__ = ("left", "subjects")

    def __init__(self, left: Left, subjects: list[Subject]) -> None:
        self.left = left
        self.subjects = subjects

    @property
    def condition(self) -> str | None:
        """Which statements must be true, by their numbers; None where they are too many to say."""
        if isinstance(self.left, bool):
            return None
        words = _condition(self.left, 0)
        if words is None or len(words) > _WORDS_AT_MOST:
            return None
        several = isinstance(self.left, Rest) and self.left.group.all
        return f"{words} {'are' if several else 'is'} true"


def outcomes(root: Member) -> tuple[list[Outcome], int]:
    """The outcomes, of which each attribute is in one, and how many attributes are beyond those looked at."""
    by_subject: dict[Subject, list[Statement]] = {}
    for member in members_of(root):
        if isinstance(member, Statement) and member.reading.missing is not None:
            by_subject.setdefault(member.reading.subject, []).append(member)
    found: dict[object, Outcome] = {}
    for subject, statements in list(by_subject.items())[:_SUBJECTS_AT_MOST]:
        left = _left(root, statements)
        key = left if isinstance(left, bool) else _condition(left, 0) or "other"
        if key in found:
            found[key].subjects.append(subject)
        else:
            found[key] = Outcome(left, [subject])
    # Those who are never in first, then those who always are.
    order = sorted(found.values(), key=lambda each: (each.left is not False, each.left is not True))
    return order, max(len(by_subject) - _SUBJECTS_AT_MOST, 0)


def _left(root: Member, statements: Iterable[Statement]) -> Left:
    """What decides, where these statements are what they are for a user without a value."""
    # What each member has come to, by the group that it is in; groups further in are worked out first.
    levels: dict[int, dict[int, tuple[Group, dict[int, Left]]]] = {}

    def note(member: Member, left: Left) -> None:
        group = member.parent
        assert group is not None
        levels.setdefault(group.depth, {}).setdefault(id(group), (group, {}))[1][member.index] = left

    for statement in statements:
        if statement is root:
            return statement.reading.missing is True
        note(statement, statement.reading.missing is True)
    while True:
        depth = max(levels)
        for group, known in levels.pop(depth).values():
            left = _of_group(group, known)
            if group is root:
                return left
            note(group, left)


def _of_group(group: Group, known: dict[int, Left]) -> Left:
    # One member that is false is enough against all, and one that is true is enough for one.
    enough = not group.all
    if any(left is enough for left in known.values()):
        return enough
    gone = frozenset(index for index, left in known.items() if isinstance(left, bool))
    partly = {index: left for index, left in known.items() if not isinstance(left, bool)}
    count = len(group.members) - len(gone)
    if count == 0:
        return not enough
    if count == 1:
        return next(iter(partly.values())) if partly else next(each for each in group.members if each.index not in gone)
    return Rest(group, gone, partly)


def _condition(left: Rest | Member, depth: int) -> str | None:
    if not isinstance(left, Rest):
        # The outermost group is never left whole.
        return left.number
    if depth == _DEEPEST:
        return None
    parts: list[str] = []
    start = 0
    marks = sorted({*left.gone, *left.partly})
    for mark in [*marks, len(left.group.members)]:
        parts += _run(left.group, start, mark)
        start = mark + 1
        inner = left.partly.get(mark)
        if inner is not None:
            words = _condition(inner, depth + 1)
            if words is None:
                return None
            parts.append(f"({words})" if isinstance(inner, Rest) else words)
    word = "and" if left.group.all else "or"
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else parts[0]


def _run(group: Group, start: int, end: int) -> list[str]:
    """The numbers of neighbours, as a range where they are many."""
    if end - start <= 2:
        return [group.members[at].number for at in range(start, end)]
    which = "" if group.all else "any of "
    return [f"{which}{group.members[start].number} to {group.members[end - 1].number}"]
