"""The clauses that a filter was written as: each with its text, and the part of the filter that it became.

A clause of the language may become several leaves (`age between 18 and 65`, `not (age > 21)`), which lie among the
others in the flattened filter. People wrote clauses, so that is what a preview counts and what a verdict explains.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import TypeAlias

from .compiler.lowered import Origin
from .filters import And, CustomAttribute, Filter, LastUsedApp, Leaf, Or, PushSubscription, Value, group
from .syntax.formatter import spelled_name, spelled_number, spelled_text

__all__ = ["SIGNS", "Clause", "ClauseGroup", "ClauseTree", "clause_tree", "clauses_of", "leaf_text"]


class Clause:
    """A clause as it was written: its `text`, the `filter` that it became, and its `origin` where it has one."""

    __slots__ = ("filter", "origin", "text")

    def __init__(self, text: str, filter: Filter, origin: Origin | None) -> None:
        self.text = text
        self.filter = filter
        self.origin = origin

    def __repr__(self) -> str:
        return f"Clause({self.text!r})"


class ClauseGroup:
    """Members joined by `and` or `or`."""

    __slots__ = ("joined", "members")

    def __init__(self, joined: str, members: tuple["ClauseTree", ...]) -> None:
        self.joined = joined
        self.members = members


ClauseTree: TypeAlias = Clause | ClauseGroup


def clause_tree(filter: Filter) -> ClauseTree:
    """The filter as clauses: leaves next to each other that one clause became are put together again."""
    results: list[tuple[ClauseTree, Origin | None]] = []
    # A clause of many leaves is long, and its text is cut from the source once.
    texts: dict[Origin, str] = {}
    pending: list[tuple[Filter, bool]] = [(filter, False)]
    while pending:
        node, ready = pending.pop()
        if not isinstance(node, (And, Or)):
            origin = node.origin if isinstance(node.origin, Origin) else None
            if origin is not None and origin not in texts:
                texts[origin] = origin.text
            results.append((Clause(leaf_text(node) if origin is None else texts[origin], node, origin), origin))
        elif ready:
            size = len(node.operands)
            members = results[-size:]
            del results[-size:]
            results.append(_joined(node, members))
        else:
            pending.append((node, True))
            pending.extend((operand, False) for operand in reversed(node.operands))
    return results[0][0]


def _joined(node: And | Or, members: list[tuple[ClauseTree, Origin | None]]) -> tuple[ClauseTree, Origin | None]:
    found: list[tuple[ClauseTree, Origin | None]] = []
    for _, run in groupby(members, key=lambda member: id(member[1] or member[0])):
        parts = list(run)
        origin = parts[0][1]
        if len(parts) == 1 or origin is None:
            found.append(parts[0])
        else:
            # What has an origin is a clause.
            part = group(type(node), [each.filter for each, _ in parts if isinstance(each, Clause)])
            found.append((Clause(origin.text, part, origin), origin))
    if len(found) == 1:
        return found[0]
    return ClauseGroup("and" if isinstance(node, And) else "or", tuple(member for member, _ in found)), None


def clauses_of(tree: ClauseTree) -> Iterator[Clause]:
    """The clauses in the order of the text."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Clause):
            yield node
        else:
            pending.extend(reversed(node.members))


# --- A leaf in the language ---

# What stands between a subject and the value of a comparison.
SIGNS = {
    "equals": "==",
    "not_equal": "!=",
    "greater_than": ">",
    "greater_than_or_equal_to": ">=",
    "less_than": "<",
    "less_than_or_equal_to": "<=",
    "before": "before",
    "after": "after",
    "is": "is",
    "is_not": "is not",
    "is_any_of": "in",
    "is_none_of": "not in",
    "includes_value": "includes",
    "does_not_include_value": "does not include",
    "matches_regex": "matches",
    "does_not_match_regex": "does not match",
}
_WORDS = {
    "exists": "exists",
    "does_not_exist": "does not exist",
    "less_than_x_days_ago": "less than {} days ago",
    "greater_than_x_days_ago": "more than {} days ago",
    "less_than_x_days_in_the_future": "less than {} days from now",
    "greater_than_x_days_in_the_future": "more than {} days from now",
}


def leaf_text(leaf: Leaf) -> str:
    """The leaf as the language writes it."""
    if isinstance(leaf, CustomAttribute):
        subject = spelled_name(leaf.name)
    elif isinstance(leaf, LastUsedApp):
        subject = "last_used_app"
    else:
        subject = "push" if isinstance(leaf, PushSubscription) else "email"
    if leaf.comparison in _WORDS:
        words = _WORDS[leaf.comparison].format(leaf.value)
        return f"{subject} {words.replace(' days', ' day') if leaf.value == 1 else words}"
    bare = not isinstance(leaf, CustomAttribute) or leaf.comparison in ("before", "after")
    return f"{subject} {SIGNS[leaf.comparison]} {leaf.value if bare else _literal(leaf.value)}"


def _literal(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    assert value is not None, "only `exists` and its opposite have none"
    return spelled_text(value) if isinstance(value, str) else spelled_number(value)
