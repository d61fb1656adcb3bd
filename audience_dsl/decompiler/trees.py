"""Filter → syntax tree: what the formatter is to write, with each thing said as the language says it plainly."""

from collections.abc import Callable

from ..braze import RELATIVE
from ..clauses import SIGNS
from ..compiler.instants import complete
from ..filters import (
    And,
    CustomAttribute,
    EmailSubscription,
    Filter,
    LastUsedApp,
    Leaf,
    Or,
    PushSubscription,
)
from ..syntax import tree
from ..syntax.literals import has_offset

__all__ = ["expression_of", "size_of"]

# Nodes that stand in no text.
_NOWHERE = -1, -1


def size_of(filter: Filter, most: int) -> int:
    """At least how many characters the text has: that of names and values. Stops counting beyond `most`."""
    size = 0
    pending = [filter]
    while pending and size <= most:
        node = pending.pop()
        if isinstance(node, (And, Or)):
            pending.extend(node.operands)
        elif isinstance(node, CustomAttribute):
            size += len(node.name)
            if isinstance(node.value, (str, tuple)):
                size += len(node.value) if isinstance(node.value, str) else sum(map(len, node.value))
    return size


def expression_of(filter: Filter, *, is_array: Callable[[str], bool], time_zone: str) -> tree.Expression:
    """The tree of a filter. `is_array` says of an attribute whether its lists are of members."""
    results: list[tree.Expression] = []
    pending: list[tuple[Filter, bool]] = [(filter, False)]
    while pending:
        node, ready = pending.pop()
        if not isinstance(node, (And, Or)):
            results.append(_clause(node, is_array, time_zone))
        elif ready:
            size = len(node.operands)
            operands = results[-size:]
            del results[-size:]
            joined = tree.And if isinstance(node, And) else tree.Or
            results.append(joined(*_NOWHERE, operands))
        else:
            pending.append((node, True))
            pending.extend((operand, False) for operand in reversed(node.operands))
    return results[0]


def _clause(leaf: Leaf, is_array: Callable[[str], bool], time_zone: str) -> tree.Clause:
    if isinstance(leaf, LastUsedApp):
        return tree.At(*_NOWHERE, tree.LastUsedApp(*_NOWHERE), leaf.comparison, _instant(leaf.value, time_zone))
    if isinstance(leaf, (PushSubscription, EmailSubscription)):
        channel = "push" if isinstance(leaf, PushSubscription) else "email"
        return tree.ChannelStatus(*_NOWHERE, channel, [tree.Status(*_NOWHERE, leaf.value)], leaf.comparison == "is_not")
    comparison, value = leaf.comparison, leaf.value
    # The formatter knows which names need backticks, and which regexes cannot stand between slashes.
    subject = tree.Attribute(*_NOWHERE, leaf.name, False)
    if comparison in ("exists", "does_not_exist"):
        return tree.Exists(*_NOWHERE, subject, comparison == "does_not_exist")
    if comparison in RELATIVE:
        assert isinstance(value, int)
        size = "less" if comparison.startswith("less") else "more"
        unit = tree.Word(*_NOWHERE, "days")
        future = comparison.endswith("in_the_future")
        return tree.Ago(*_NOWHERE, subject, size, tree.Number(*_NOWHERE, value), unit, future)
    if isinstance(value, tuple):
        items = tree.ListValue(*_NOWHERE, [tree.Text(*_NOWHERE, item) for item in value])
        negated = comparison == "is_none_of"
        if is_array(leaf.name):
            return tree.Includes(*_NOWHERE, subject, "none" if negated else "any", items, False)
        return tree.In(*_NOWHERE, subject, items, negated)
    if isinstance(value, str):
        return _text_clause(subject, comparison, value, time_zone)
    assert value is not None
    literal = tree.Boolean(*_NOWHERE, value) if isinstance(value, bool) else tree.Number(*_NOWHERE, value)
    return tree.Compare(*_NOWHERE, subject, SIGNS[comparison], literal)


def _text_clause(subject: tree.Attribute, comparison: str, value: str, time_zone: str) -> tree.Clause:
    if comparison in ("before", "after"):
        return tree.At(*_NOWHERE, subject, comparison, _instant(value, time_zone))
    if comparison in ("matches_regex", "does_not_match_regex"):
        return tree.Matches(*_NOWHERE, subject, tree.Regex(*_NOWHERE, value), comparison == "does_not_match_regex")
    text = tree.Text(*_NOWHERE, value)
    if comparison in ("includes_value", "does_not_include_value"):
        return tree.Includes(*_NOWHERE, subject, "one", text, comparison == "does_not_include_value")
    return tree.Compare(*_NOWHERE, subject, SIGNS[comparison], text)


def _instant(value: str, time_zone: str) -> tree.Instant:
    return tree.Instant(*_NOWHERE, value if has_offset(value) else complete(value, time_zone), True)
