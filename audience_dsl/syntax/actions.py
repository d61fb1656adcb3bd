"""What each alternative of the grammar builds: one function per alias in `grammar/audience.lark`.

An action gets the list for problems, the indexes of its first and last token, and the value of each symbol: the
text of a terminal, or what an action returned. It never sees a Lark token or tree, so that Lark's own engine and
the loop in `driver.py` can both use it.
"""

from typing import Any, TypeAlias

from . import literals, tree
from .literals import Refused

__all__ = ["Problem", "Problems"]

# (index of the token, what is wrong with it)
Problem: TypeAlias = tuple[int, Refused]
Problems: TypeAlias = list[Problem]
Expression: TypeAlias = tree.Expression


# --- Files --------------------------------------------------------------------------------------------------


def bare(_: Problems, first: int, last: int, expression: Expression) -> Expression:
    return expression


def module(_: Problems, first: int, last: int, definitions: list[tree.Definition]) -> tree.Module:
    return tree.Module(first, last, definitions)


def use(
    problems: Problems, first: int, last: int, _use: str, names: list[tree.Word], _from: str, path: str
) -> tree.Use:
    return tree.Use(first, last, names, text(problems, last, last, path))


def param(
    _: Problems,
    first: int,
    last: int,
    _param: str,
    name: str,
    declared: tuple[tree.Word, bool] | None,
    default: Any,
) -> tree.Param:
    type_name, listed = declared or (None, False)
    return tree.Param(first, last, name[1:], type_name, listed, default)


def let(_: Problems, first: int, last: int, _let: str, name: str, _is: str, expression: Expression) -> tree.Let:
    return tree.Let(first, last, tree.Word(first + 1, first + 1, name), expression)


def audience(
    _: Problems, first: int, last: int, _audience: str, name: str, _is: str, expression: Expression
) -> tree.Audience:
    return tree.Audience(first, last, tree.Word(first + 1, first + 1, name), expression)


def nothing(_: Problems, first: int, last: int) -> None:
    return None


def type_name(_: Problems, first: int, last: int, _colon: str, name: str) -> tuple[tree.Word, bool]:
    return tree.Word(last, last, name), False


def list_type_name(
    _: Problems, first: int, last: int, _colon: str, _list: str, _of: str, name: str
) -> tuple[tree.Word, bool]:
    return tree.Word(last, last, name), True


def default(_: Problems, first: int, last: int, _is: str, value: Any) -> Any:
    return value


# --- Lists --------------------------------------------------------------------------------------------------


def first_item(_: Problems, first: int, last: int, item: Any) -> list[Any]:
    return [item]


def next_item(_: Problems, first: int, last: int, items: list[Any], item: Any) -> list[Any]:
    items.append(item)
    return items


def next_member(_: Problems, first: int, last: int, items: list[Any], _comma: str, item: Any) -> list[Any]:
    items.append(item)
    return items


def first_name(_: Problems, first: int, last: int, name: str) -> list[tree.Word]:
    return [tree.Word(first, last, name)]


def next_name(_: Problems, first: int, last: int, names: list[tree.Word], _comma: str, name: str) -> list[tree.Word]:
    names.append(tree.Word(last, last, name))
    return names


def empty_list(_: Problems, first: int, last: int, _open: str, _close: str) -> tree.ListValue:
    return tree.ListValue(first, last, [])


def list_of(_: Problems, first: int, last: int, _open: str, items: list[tree.Value], *_rest: str) -> tree.ListValue:
    return tree.ListValue(first, last, items)


# --- Expressions --------------------------------------------------------------------------------------------


def or_pair(_: Problems, first: int, last: int, left: Expression, _or: str, right: Expression) -> tree.Or:
    return tree.Or(first, last, [left, right])


def or_more(_: Problems, first: int, last: int, group: tree.Or, _or: str, operand: Expression) -> tree.Or:
    group.operands.append(operand)
    group.last = last
    return group


def and_pair(_: Problems, first: int, last: int, left: Expression, _and: str, right: Expression) -> tree.And:
    return tree.And(first, last, [left, right])


def and_more(_: Problems, first: int, last: int, group: tree.And, _and: str, operand: Expression) -> tree.And:
    group.operands.append(operand)
    group.last = last
    return group


def negation(_: Problems, first: int, last: int, _not: str, operand: Expression) -> tree.Not:
    return tree.Not(first, last, operand)


def group(_: Problems, first: int, last: int, _open: str, expression: Expression, _close: str) -> Expression:
    if isinstance(expression, (tree.And, tree.Or)):
        expression.grouped = True
    return expression


# --- Filters ------------------------------------------------------------------------------------------------


def reference(_: Problems, first: int, last: int, name: str) -> tree.Reference:
    return tree.Reference(first, last, name)


def compare(
    _: Problems, first: int, last: int, subject: tree.Subject, operator: str, value: tree.Value
) -> tree.Compare:
    return tree.Compare(first, last, subject, operator, value)


def is_value(_: Problems, first: int, last: int, subject: tree.Subject, _is: str, value: tree.Value) -> tree.Compare:
    return tree.Compare(first, last, subject, "==", value)


def is_not_value(
    _: Problems, first: int, last: int, subject: tree.Subject, _is: str, _not: str, value: tree.Value
) -> tree.Compare:
    return tree.Compare(first, last, subject, "!=", value)


def in_list(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _in: str,
    values: tree.ListValue | tree.Parameter,
) -> tree.In:
    return tree.In(first, last, subject, values, False)


def not_in_list(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _not: str,
    _in: str,
    values: tree.ListValue | tree.Parameter,
) -> tree.In:
    return tree.In(first, last, subject, values, True)


def within(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _in: str,
    _the: str,
    side: str,
    count: tree.Value,
    unit: str,
) -> tree.Within:
    return tree.Within(first, last, subject, count, tree.Word(last, last, unit), side.lower() == "next")


def matches(_: Problems, first: int, last: int, subject: tree.Subject, _does: str, pattern: tree.Value) -> tree.Matches:
    return tree.Matches(first, last, subject, pattern, False)


def does_not_match(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _does: str,
    _not: str,
    _match: str,
    pattern: tree.Value,
) -> tree.Matches:
    return tree.Matches(first, last, subject, pattern, True)


def includes(
    _: Problems, first: int, last: int, subject: tree.Subject, _includes: str, value: tree.Value
) -> tree.Includes:
    return tree.Includes(first, last, subject, "one", value, False)


def does_not_include(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _does: str,
    _not: str,
    _include: str,
    value: tree.Value,
) -> tree.Includes:
    return tree.Includes(first, last, subject, "one", value, True)


def includes_of(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _includes: str,
    quantifier: str,
    _of: str,
    values: tree.ListValue | tree.Parameter,
) -> tree.Includes:
    return tree.Includes(first, last, subject, quantifier.lower(), values, False)


def exists(_: Problems, first: int, last: int, subject: tree.Subject, _exists: str) -> tree.Exists:
    return tree.Exists(first, last, subject, False)


def does_not_exist(
    _: Problems, first: int, last: int, subject: tree.Subject, _does: str, _not: str, _exist: str
) -> tree.Exists:
    return tree.Exists(first, last, subject, True)


def at(_: Problems, first: int, last: int, subject: tree.Subject, side: str, value: tree.Value) -> tree.At:
    return tree.At(first, last, subject, side.lower(), value)


def ago(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    size: str,
    _than: str,
    count: tree.Value,
    unit: str,
    _ago: str,
) -> tree.Ago:
    return tree.Ago(first, last, subject, size.lower(), count, tree.Word(last - 1, last - 1, unit), False)


def from_now(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    size: str,
    _than: str,
    count: tree.Value,
    unit: str,
    _from: str,
    _now: str,
) -> tree.Ago:
    return tree.Ago(first, last, subject, size.lower(), count, tree.Word(last - 2, last - 2, unit), True)


def between(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _between: str,
    low: tree.Value,
    _and: str,
    high: tree.Value,
) -> tree.Between:
    return tree.Between(first, last, subject, low, high)


def between_ago(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _between: str,
    low: tree.Value,
    _and: str,
    high: tree.Value,
    unit: str,
    _ago: str,
) -> tree.Between:
    return tree.Between(first, last, subject, low, high, tree.Word(last - 1, last - 1, unit), False)


def between_from_now(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _between: str,
    low: tree.Value,
    _and: str,
    high: tree.Value,
    unit: str,
    _from: str,
    _now: str,
) -> tree.Between:
    return tree.Between(first, last, subject, low, high, tree.Word(last - 2, last - 2, unit), True)


def affix(
    _: Problems, first: int, last: int, subject: tree.Subject, verb: str, _with: str, value: tree.Value
) -> tree.Contains:
    return tree.Contains(first, last, subject, verb.lower().rstrip("s"), value, False)


def no_affix(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _does: str,
    _not: str,
    verb: str,
    _with: str,
    value: tree.Value,
) -> tree.Contains:
    return tree.Contains(first, last, subject, verb.lower(), value, True)


def contains(
    _: Problems, first: int, last: int, subject: tree.Subject, _contains: str, value: tree.Value
) -> tree.Contains:
    return tree.Contains(first, last, subject, "anywhere", value, False)


def does_not_contain(
    _: Problems,
    first: int,
    last: int,
    subject: tree.Subject,
    _does: str,
    _not: str,
    _contain: str,
    value: tree.Value,
) -> tree.Contains:
    return tree.Contains(first, last, subject, "anywhere", value, True)


def channel_is(_: Problems, first: int, last: int, channel: str, _is: str, state: tree.Status) -> tree.ChannelStatus:
    return tree.ChannelStatus(first, last, channel.lower(), [state], False)


def channel_is_not(
    _: Problems, first: int, last: int, channel: str, _is: str, _not: str, state: tree.Status
) -> tree.ChannelStatus:
    return tree.ChannelStatus(first, last, channel.lower(), [state], True)


def channel_in(
    _: Problems,
    first: int,
    last: int,
    channel: str,
    _in: str,
    _open: str,
    states: list[tree.Status],
    *_rest: str,
) -> tree.ChannelStatus:
    return tree.ChannelStatus(first, last, channel.lower(), states, False)


def channel_not_in(
    _: Problems,
    first: int,
    last: int,
    channel: str,
    _not: str,
    _in: str,
    _open: str,
    states: list[tree.Status],
    *_rest: str,
) -> tree.ChannelStatus:
    return tree.ChannelStatus(first, last, channel.lower(), states, True)


def status(_: Problems, first: int, last: int, name: str) -> tree.Status:
    return tree.Status(first, last, name)


# --- Subjects -----------------------------------------------------------------------------------------------


def attribute(_: Problems, first: int, last: int, name: str) -> tree.Attribute:
    return tree.Attribute(first, last, name, True)


def quoted_attribute(_: Problems, first: int, last: int, token: str) -> tree.Attribute:
    return tree.Attribute(first, last, token[1:-1], False)


def attribute_text(problems: Problems, first: int, last: int, _attribute: str, token: str) -> tree.Attribute:
    name = text(problems, last, last, token)
    return tree.Attribute(first, last, name.value if isinstance(name, tree.Text) else "?", False)


def last_used_app(_: Problems, first: int, last: int, _token: str) -> tree.LastUsedApp:
    return tree.LastUsedApp(first, last)


# --- Values -------------------------------------------------------------------------------------------------


def text(problems: Problems, first: int, last: int, token: str) -> tree.Text | tree.Invalid:
    value = literals.decode_text(token)
    if isinstance(value, Refused):
        problems.append((first, value))
        return tree.Invalid(first, last)
    return tree.Text(first, last, value)


def regex(problems: Problems, first: int, last: int, token: str) -> tree.Regex | tree.Invalid:
    value = literals.decode_regex(token)
    if isinstance(value, Refused):
        problems.append((first, value))
        return tree.Invalid(first, last)
    return tree.Regex(first, last, value)


def numeral(problems: Problems, first: int, last: int, token: str) -> tree.Number | tree.Instant | tree.Invalid:
    if literals.is_datetime_like(token):
        refused = literals.datetime_error(token)
        if refused is None:
            return tree.Instant(first, last, token, literals.has_offset(token))
    else:
        value = literals.decode_number(token)
        if not isinstance(value, Refused):
            return tree.Number(first, last, value)
        refused = value
    problems.append((first, refused))
    return tree.Invalid(first, last)


def true(_: Problems, first: int, last: int, _token: str) -> tree.Boolean:
    return tree.Boolean(first, last, True)


def false(_: Problems, first: int, last: int, _token: str) -> tree.Boolean:
    return tree.Boolean(first, last, False)


def null(_: Problems, first: int, last: int, _token: str) -> tree.Null:
    return tree.Null(first, last)


def parameter(_: Problems, first: int, last: int, token: str) -> tree.Parameter:
    return tree.Parameter(first, last, token[1:])
