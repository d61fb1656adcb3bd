"""The syntax tree: what a text says, as it says it, without its spelling.

Nodes are values: never changed once the parser has returned them, equal when they say the same. `first` and
`last` are the indexes of a node's first and last token, and do not count for equality.
"""

from collections.abc import Iterator
from typing import TypeAlias

from ..node import Node

__all__ = [
    "Ago",
    "And",
    "At",
    "Attribute",
    "Audience",
    "Between",
    "Boolean",
    "ChannelStatus",
    "Clause",
    "Compare",
    "Contains",
    "Definition",
    "Exists",
    "Expression",
    "In",
    "Includes",
    "Instant",
    "Invalid",
    "LastUsedApp",
    "Let",
    "ListValue",
    "Matches",
    "Module",
    "Not",
    "Null",
    "Number",
    "Or",
    "Param",
    "Parameter",
    "Reference",
    "Regex",
    "Status",
    "Subject",
    "Text",
    "Use",
    "Value",
    "Within",
    "Word",
    "is_whole",
    "parameters",
    "walk",
]


class _Placed(Node):
    __slots__ = ("first", "last")
    first: int
    last: int


# --- Values -------------------------------------------------------------------------------------------------


class Text(_Placed):
    __slots__ = ("value",)
    _fields = ("value",)

    def __init__(self, first: int, last: int, value: str) -> None:
        self.first, self.last = first, last
        self.value = value


class Number(_Placed):
    __slots__ = ("value",)
    _fields = ("value",)

    def __init__(self, first: int, last: int, value: int | float) -> None:
        self.first, self.last = first, last
        self.value = value


class Boolean(_Placed):
    __slots__ = ("value",)
    _fields = ("value",)

    def __init__(self, first: int, last: int, value: bool) -> None:
        self.first, self.last = first, last
        self.value = value


class Null(_Placed):
    __slots__ = ()

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last


class Instant(_Placed):
    """A datetime as it was written; `zoned` says whether it has an offset."""

    __slots__ = ("value", "zoned")
    _fields = ("value",)

    def __init__(self, first: int, last: int, value: str, zoned: bool) -> None:
        self.first, self.last = first, last
        self.value = value
        self.zoned = zoned


class Regex(_Placed):
    """A regex between slashes, as Braze gets it: with `\\/` rewritten to `/`."""

    __slots__ = ("value",)
    _fields = ("value",)

    def __init__(self, first: int, last: int, value: str) -> None:
        self.first, self.last = first, last
        self.value = value


class Parameter(_Placed):
    """`$name`, a place for a value; `name` is without the `$`."""

    __slots__ = ("name",)
    _fields = ("name",)

    def __init__(self, first: int, last: int, name: str) -> None:
        self.first, self.last = first, last
        self.name = name


class ListValue(_Placed):
    __slots__ = ("items",)
    _fields = ("items",)

    def __init__(self, first: int, last: int, items: "list[Value]") -> None:
        self.first, self.last = first, last
        self.items = items


class Invalid(_Placed):
    """What stands where a value or a filter may, cannot be read, and is reported; it lets the parse go on."""

    __slots__ = ()

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last


Value: TypeAlias = Text | Number | Boolean | Null | Instant | Regex | Parameter | Invalid


# --- Subjects -----------------------------------------------------------------------------------------------


class Attribute(_Placed):
    """A custom attribute; `bare` when it is written without backticks."""

    __slots__ = ("bare", "name")
    _fields = ("name", "bare")

    def __init__(self, first: int, last: int, name: str, bare: bool) -> None:
        self.first, self.last = first, last
        self.name = name
        self.bare = bare


class LastUsedApp(_Placed):
    __slots__ = ()

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last


Subject: TypeAlias = Attribute | LastUsedApp


class Word(_Placed):
    """A word that names a definition, a type or a status."""

    __slots__ = ("name",)
    _fields = ("name",)

    def __init__(self, first: int, last: int, name: str) -> None:
        self.first, self.last = first, last
        self.name = name


# --- Clauses ------------------------------------------------------------------------------------------------


class _Clause(_Placed):
    __slots__ = ("subject",)
    subject: Subject


class Compare(_Clause):
    """`a == value` and its kin. `operator` is one of `== != > >= < <=`; `is` and `is not` are `==` and `!=`."""

    __slots__ = ("operator", "value")
    _fields = ("subject", "operator", "value")

    def __init__(self, first: int, last: int, subject: Subject, operator: str, value: Value) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.operator = operator
        self.value = value


class In(_Clause):
    """`a in [...]`, `a not in [...]`, with a list or a parameter."""

    __slots__ = ("negated", "values")
    _fields = ("subject", "values", "negated")

    def __init__(self, first: int, last: int, subject: Subject, values: ListValue | Parameter, negated: bool) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.values = values
        self.negated = negated


class Matches(_Clause):
    __slots__ = ("negated", "pattern")
    _fields = ("subject", "pattern", "negated")

    def __init__(self, first: int, last: int, subject: Subject, pattern: Value, negated: bool) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.pattern = pattern
        self.negated = negated


class Contains(_Clause):
    """`a starts with "x"`, `ends with`, `contains`; `where` is `start`, `end` or `anywhere`."""

    __slots__ = ("negated", "value", "where")
    _fields = ("subject", "where", "value", "negated")

    def __init__(self, first: int, last: int, subject: Subject, where: str, value: Value, negated: bool) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.where = where
        self.value = value
        self.negated = negated


class Includes(_Clause):
    """`a includes "x"`, or of a list: `quantifier` is `one`, `any`, `all` or `none`. Only `one` can be negated."""

    __slots__ = ("negated", "quantifier", "value")
    _fields = ("subject", "quantifier", "value", "negated")

    def __init__(
        self,
        first: int,
        last: int,
        subject: Subject,
        quantifier: str,
        value: "Value | ListValue",
        negated: bool,
    ) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.quantifier = quantifier
        self.value = value
        self.negated = negated


class Exists(_Clause):
    __slots__ = ("negated",)
    _fields = ("subject", "negated")

    def __init__(self, first: int, last: int, subject: Subject, negated: bool) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.negated = negated


class At(_Clause):
    """`a before 2026-01-01`, `a after …`; `side` is `before` or `after`."""

    __slots__ = ("side", "value")
    _fields = ("subject", "side", "value")

    def __init__(self, first: int, last: int, subject: Subject, side: str, value: Value) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.side = side
        self.value = value


class Ago(_Clause):
    """`a less than 2 days ago`, `a more than 2 days from now`. `size` is `less` or `more`; `future` is `from now`."""

    __slots__ = ("count", "future", "size", "unit")
    _fields = ("subject", "size", "count", "unit", "future")

    def __init__(
        self, first: int, last: int, subject: Subject, size: str, count: Value, unit: Word, future: bool
    ) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.size = size
        self.count = count
        self.unit = unit
        self.future = future


class Within(_Clause):
    """`a in the last 7 days`, `a in the next 3 days`."""

    __slots__ = ("count", "future", "unit")
    _fields = ("subject", "count", "unit", "future")

    def __init__(self, first: int, last: int, subject: Subject, count: Value, unit: Word, future: bool) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.count = count
        self.unit = unit
        self.future = future


class Between(_Clause):
    """`a between 18 and 65`; with a `unit` it counts from now: `a between 60 and 180 days ago`, `… from now`."""

    __slots__ = ("future", "high", "low", "unit")
    _fields = ("subject", "low", "high", "unit", "future")

    def __init__(
        self,
        first: int,
        last: int,
        subject: Subject,
        low: Value,
        high: Value,
        unit: Word | None = None,
        future: bool = False,
    ) -> None:
        self.first, self.last = first, last
        self.subject = subject
        self.low = low
        self.high = high
        self.unit = unit
        self.future = future


class Status(Word):
    """A subscription state, as it was written."""

    __slots__ = ()


class ChannelStatus(_Placed):
    """`push is opted_in`, `email not in [opted_in, subscribed]`. `channel` is `push` or `email`."""

    __slots__ = ("channel", "negated", "statuses")
    _fields = ("channel", "statuses", "negated")

    def __init__(self, first: int, last: int, channel: str, statuses: list[Status], negated: bool) -> None:
        self.first, self.last = first, last
        self.channel = channel
        self.statuses = statuses
        self.negated = negated


Clause: TypeAlias = Compare | In | Matches | Contains | Includes | Exists | At | Ago | Within | Between | ChannelStatus


# --- Expressions --------------------------------------------------------------------------------------------


class Reference(_Placed):
    """The name of a `let`, in the place of a filter."""

    __slots__ = ("name",)
    _fields = ("name",)

    def __init__(self, first: int, last: int, name: str) -> None:
        self.first, self.last = first, last
        self.name = name


class Not(_Placed):
    __slots__ = ("operand",)
    _fields = ("operand",)

    def __init__(self, first: int, last: int, operand: "Expression") -> None:
        self.first, self.last = first, last
        self.operand = operand


class _Group(_Placed):
    __slots__ = ("grouped", "operands")
    _fields = ("operands",)

    def __init__(self, first: int, last: int, operands: "list[Expression]") -> None:
        self.first, self.last = first, last
        self.operands = operands
        self.grouped = False


class And(_Group):
    """Two operands or more. `grouped` when it stands in parentheses, which is spelling and not meaning."""

    __slots__ = ()


class Or(_Group):
    """Two operands or more. `grouped` when it stands in parentheses, which is spelling and not meaning."""

    __slots__ = ()


# A clause that cannot be read is Invalid; no text that has one is compiled.
Expression: TypeAlias = And | Or | Not | Reference | Clause | Invalid


# --- Definitions --------------------------------------------------------------------------------------------


class Use(_Placed):
    """`use a, b from "path"`."""

    __slots__ = ("names", "path")
    _fields = ("names", "path")

    def __init__(self, first: int, last: int, names: list[Word], path: "Text | Invalid") -> None:
        self.first, self.last = first, last
        self.names = names
        self.path = path


class Param(_Placed):
    """`param $name: type = default`. `type` is None when undeclared; a list type is `list of word`."""

    __slots__ = ("default", "listed", "name", "type")
    _fields = ("name", "type", "listed", "default")

    def __init__(
        self,
        first: int,
        last: int,
        name: str,
        type: Word | None,
        listed: bool,
        default: "Value | ListValue | None",
    ) -> None:
        self.first, self.last = first, last
        self.name = name
        self.type = type
        self.listed = listed
        self.default = default


class Let(_Placed):
    __slots__ = ("expression", "name")
    _fields = ("name", "expression")

    def __init__(self, first: int, last: int, name: Word, expression: Expression) -> None:
        self.first, self.last = first, last
        self.name = name
        self.expression = expression


class Audience(_Placed):
    __slots__ = ("expression", "name")
    _fields = ("name", "expression")

    def __init__(self, first: int, last: int, name: Word, expression: Expression) -> None:
        self.first, self.last = first, last
        self.name = name
        self.expression = expression


Definition: TypeAlias = Use | Param | Let | Audience


class Module(_Placed):
    __slots__ = ("definitions",)
    _fields = ("definitions",)

    def __init__(self, first: int, last: int, definitions: list[Definition]) -> None:
        self.first, self.last = first, last
        self.definitions = definitions


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of an expression, itself included, in the order of the text."""
    pending = [expression]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, (And, Or)):
            pending.extend(reversed(node.operands))
        elif isinstance(node, Not):
            pending.append(node.operand)


def members(group: "And | Or") -> "list[Expression]":
    """The operands of a group, with groups of its own kind among them opened up: parentheses there say nothing."""
    found: list[Expression] = []
    pending = group.operands[::-1]
    while pending:
        node = pending.pop()
        if type(node) is type(group):
            pending.extend(reversed(node.operands))
        else:
            found.append(node)
    return found


def parameters(clause: Expression) -> Iterator[str]:
    """The names of the parameters that stand in one clause."""
    return (value.name for value in _values(clause) if isinstance(value, Parameter))


def is_whole(clause: Expression) -> bool:
    """Whether all of a clause could be read: neither it nor one of its values is Invalid."""
    return not isinstance(clause, Invalid) and not any(isinstance(value, Invalid) for value in _values(clause))


def _values(clause: Expression) -> Iterator[object]:
    for field in clause._fields:
        value = getattr(clause, field)
        yield from value.items if isinstance(value, ListValue) else (value,)
