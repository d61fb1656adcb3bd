"""Filter → connected audience JSON, as objects and as text.

Both walk with a stack of their own, so that no depth of nesting exhausts Python's; and both read the shape of a
clause from `_clause`, so that they cannot disagree.
"""

from json.encoder import encode_basestring
from typing import Any

from ..filters import (
    And,
    CustomAttribute,
    EmailSubscription,
    Filter,
    LastUsedApp,
    Leaf,
    Or,
    PushSubscription,
    Value,
)

__all__ = ["to_dict", "to_json"]

KINDS: dict[type, str] = {
    CustomAttribute: "custom_attribute",
    PushSubscription: "push_subscription_status",
    EmailSubscription: "email_subscription_status",
    LastUsedApp: "last_used_app",
    And: "AND",
    Or: "OR",
}


def to_dict(audience: Filter) -> dict[str, Any]:
    """The connected audience object, keys in the order in which Braze prints them."""
    root: list[Any] = []
    pending: list[tuple[Filter, list[Any]]] = [(audience, root)]
    while pending:
        node, into = pending.pop()
        if isinstance(node, (And, Or)):
            members: list[Any] = []
            into.append({KINDS[type(node)]: members})
            pending.extend((operand, members) for operand in reversed(node.operands))
        else:
            clause = {key: list(value) if isinstance(value, tuple) else value for key, value in _clause(node)}
            into.append({KINDS[type(node)]: clause})
    result: dict[str, Any] = root[0]
    return result


def to_json(audience: Filter, *, indent: int | None = None) -> str:
    """The same as JSON text: on one line, or indented. Always the same bytes for the same filter."""
    out: list[str] = []
    comma, colon = (",", ":") if indent is None else (",", ": ")
    pending: list[tuple[Filter | str, int]] = [(audience, 0)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, (And, Or)):
            inner, outer = _breaks(indent, depth)
            out.append(f'{{{inner}"{KINDS[type(node)]}"{colon}[')
            item, close = _breaks(indent, depth + 1)
            pending.append((f"{close}]{outer}}}", 0))
            for index in range(len(node.operands) - 1, -1, -1):
                pending.append((node.operands[index], depth + 2))
                pending.append((comma + item if index else item, 0))
        else:
            inner, outer = _breaks(indent, depth)
            field, close = _breaks(indent, depth + 1)
            fields = (comma + field).join(
                f'"{key}"{colon}{_value(value, indent, depth + 2)}' for key, value in _clause(node)
            )
            out.append(f'{{{inner}"{KINDS[type(node)]}"{colon}{{{field}{fields}{close}}}{outer}}}')
    return "".join(out)


def _clause(leaf: Leaf) -> list[tuple[str, Value]]:
    fields: list[tuple[str, Value]] = []
    if isinstance(leaf, CustomAttribute):
        fields.append(("custom_attribute_name", leaf.name))
    fields.append(("comparison", leaf.comparison))
    if leaf.value is not None:
        fields.append(("value", leaf.value))
    return fields


def _value(value: Value, indent: int | None, depth: int) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        item, close = _breaks(indent, depth)
        return f"[{item}{(',' + item).join(map(encode_basestring, value))}{close}]"
    return repr(value)


def _breaks(indent: int | None, depth: int) -> tuple[str, str]:
    """What stands before the content of an object at this depth, and before its closing bracket."""
    if indent is None:
        return "", ""
    return "\n" + " " * (indent * (depth + 1)), "\n" + " " * (indent * depth)
