"""The rules of values and lists that are longer than what Braze keeps or documents, and of values listed twice."""

from collections.abc import Iterator
from typing import Any

from ..diagnostics import Diagnostic, Fix, quoted
from ..source import Span
from ..syntax import tree
from .file import File
from .rule import Rule

__all__ = ["LONG_LIST", "LONG_VALUE", "REPEATED_VALUE"]

# Characters of a text value, and values of a list in the dashboard (braze.DATA_TYPES_PAGE and FILTERS_PAGE).
_VALUE_AT_MOST = 255
_LIST_AT_MOST = 256


def _lists(file: File) -> Iterator[tree.ListValue]:
    for place in file.places:
        node = place.node
        if isinstance(node, tree.In) and isinstance(node.values, tree.ListValue):
            yield node.values
        elif isinstance(node, tree.Includes) and isinstance(node.value, tree.ListValue):
            yield node.value


def _long_value(file: File) -> Iterator[Diagnostic]:
    for place in file.places:
        node = place.node
        value = getattr(node, "values", None) if isinstance(node, tree.In) else getattr(node, "value", None)
        for item in value.items if isinstance(value, tree.ListValue) else (value,):
            if isinstance(item, tree.Text) and len(item.value) > _VALUE_AT_MOST:
                message = (
                    f"the value has {len(item.value):,} characters, and Braze keeps {_VALUE_AT_MOST} of a text: "
                    "no user has it"
                )
                way = 'shorten it; `starts with "…"` compares the beginning'
                yield LONG_VALUE.finding(file, message, item, help=way)


LONG_VALUE = Rule(
    "long-value",
    why=f"A text value of a custom attribute has {_VALUE_AT_MOST} characters at most, so a longer one equals nothing.",
    bad=f'note == "{"x" * (_VALUE_AT_MOST + 1)}"\n',
    good=f'note starts with "{"x" * 20}"\n',
    check=_long_value,
)


def _long_list(file: File) -> Iterator[Diagnostic]:
    for values in _lists(file):
        if len(values.items) > _LIST_AT_MOST:
            message = (
                f"the list has {len(values.items):,} values, and the lists that Braze documents end at {_LIST_AT_MOST}"
            )
            way = "set an attribute on these users and compare that, or hand them in as recipients"
            yield LONG_LIST.finding(file, message, values, help=way)


LONG_LIST = Rule(
    "long-list",
    why=f"The lists of Braze's dashboard take {_LIST_AT_MOST} values. Whether the API takes more is not documented, "
    "and the answer to a call does not tell: a request is accepted first, and looked at later.",
    bad=f"shop in [{', '.join(chr(34) + f's{number}' + chr(34) for number in range(_LIST_AT_MOST + 1))}]\n",
    good='shop in ["s0", "s1"]\n',
    check=_long_list,
)


def _repeated(file: File) -> Iterator[Diagnostic]:
    for values in _lists(file):
        seen: dict[object, Any] = {}
        again: list[int] = []
        for index, item in enumerate(values.items):
            if not isinstance(item, (tree.Text, tree.Number, tree.Parameter)):
                continue
            key = ("$", item.name) if isinstance(item, tree.Parameter) else item.value
            if key in seen:
                again.append(index)
            else:
                seen[key] = item
        if again:
            yield _repeated_finding(file, values.items, again, seen)


def _repeated_finding(file: File, items: list[Any], again: list[int], seen: dict[object, Any]) -> Diagnostic:
    parsed = file.unit.parsed
    item = items[again[0]]
    first = seen[("$", item.name) if isinstance(item, tree.Parameter) else item.value]
    edits = [(Span(parsed.span(items[index - 1]).end, parsed.span(items[index]).end), "") for index in again]
    return REPEATED_VALUE.finding(
        file,
        f"{quoted(file.text(item))} stands twice in the list",
        item,
        help="leave the second one out",
        fix=Fix("remove what stands twice", edits),
        related=[file.unit.related(first, "first here")],
    )


REPEATED_VALUE = Rule(
    "repeated-value",
    why="A value that stands twice selects nobody more. Often it is a copy in which the difference was forgotten.",
    bad='plan in ["basic", "pro", "basic"]\n',
    good='plan in ["basic", "pro"]\n',
    check=_repeated,
    fix="safe",
)
