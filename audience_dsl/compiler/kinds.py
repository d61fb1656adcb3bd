"""The types of attributes and values, as sets and in words."""

from ..braze import COMPARISONS, DAYS_AT_MOST
from ..syntax import tree

__all__ = [
    "ALL_TYPES",
    "NUMBERS",
    "SCALARS",
    "TYPE_WORDS",
    "UNITS",
    "describe_literal",
    "describe_types",
    "is_days",
    "literal_kind",
]

# Days in each unit that spans of time may be counted in.
UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
ALL_TYPES = frozenset(COMPARISONS)
SCALARS = frozenset({"string", "number", "boolean"})
NUMBERS = frozenset({"number", "days"})
TYPE_WORDS = {
    "string": "text",
    "number": "a number",
    "boolean": "a Boolean",
    "time": "a time",
    "array": "an array",
}
# What is written, by its node.
_LITERALS: dict[type, str] = {
    tree.Text: "string",
    tree.Number: "number",
    tree.Boolean: "boolean",
    tree.Instant: "time",
    tree.Regex: "regex",
}


def literal_kind(node: object) -> str:
    """The type of a value as it is written, or `nothing` of what is none."""
    return _LITERALS.get(type(node), "nothing")


def describe_literal(kind: str) -> str:
    return {"regex": "a regex", "nothing": "no value"}.get(kind) or TYPE_WORDS[kind]


def describe_types(types: frozenset[str]) -> str:
    return " or ".join(TYPE_WORDS[kind] for kind in COMPARISONS if kind in types)


def is_days(number: object) -> bool:
    return type(number) is int and 1 <= number <= DAYS_AT_MOST
