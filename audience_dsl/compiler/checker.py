"""Types and comparisons: what a clause says must be something that Braze can compare.

One function for each kind of clause: it says which types its attribute can have, and what it needs of its values.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..braze import REGEX_AT_MOST, STATUSES
from ..catalog.catalog import Catalog
from ..diagnostics import GATHERED_AT_MOST, WARNING, Fix, nearest, quoted
from ..settings import Settings
from ..source import Span
from ..syntax import tree
from .inference import Checked, Inference
from .kinds import ALL_TYPES, NUMBERS, SCALARS, UNITS, literal_kind
from .resolver import Program, Unit

__all__ = ["check"]


def check(
    program: Program,
    settings: Settings,
    *,
    catalog: Catalog | None,
    given: Mapping[str, str | None],
) -> Checked:
    """Check every expression of the program; findings go to its diagnostics.

    `catalog` says which attributes there are, and what is known of them. `given` has the types of the values at hand
    for parameters: they decide only where neither a declaration nor the place does.
    """
    inference = Inference(program, settings, catalog)
    for unit in program.units:
        inference.parameters.declarations(unit)
    for unit in program.units:
        for expression in unit.expressions:
            _expression(inference, unit, expression)
        _names(inference, unit)
    return inference.settle(given)


def _expression(check: Inference, unit: Unit, expression: tree.Expression) -> None:
    for node in tree.walk(expression):
        if len(check.report) >= GATHERED_AT_MOST:
            return
        rule = _RULES.get(type(node))
        if rule is not None:
            rule(check, unit, node)
        elif isinstance(node, tree.Or):
            _mixed(check, unit, node)


def _mixed(check: Inference, unit: Unit, node: tree.Or) -> None:
    groups = [operand for operand in node.operands if isinstance(operand, tree.And) and not operand.grouped]
    members = [*node.operands, *(member for group in groups for member in group.operands)]
    if not groups or any(isinstance(member, tree.Invalid) for member in members):
        # What cannot be read may have been meant otherwise.
        return
    edits = []
    for group in groups:
        span = unit.parsed.span(group)
        edits += [(Span(span.start, span.start), "("), (Span(span.end, span.end), ")")]
    check.error(
        unit,
        "mixed-connectives",
        "`and` and `or` are mixed: `and` binds tighter than `or`",
        groups[0],
        "put parentheses around what belongs together",
        fix=Fix("add the parentheses that it means", edits),
        severity=WARNING,
    )


def _names(check: Inference, unit: Unit) -> None:
    for name, (home, let) in unit.scope.items():
        attribute = check.attributes.in_file.get(name)
        if attribute is not None:
            where = home.related(let.name, "defined here")
            message = f"`{name}` is a `let` that this file uses, and is used as an attribute here"
            check.error(unit, "name-is-attribute", message, attribute, "rename the `let`", related=[where])
    check.attributes.in_file = {}


# --- Rules: what each kind of clause needs ------------------------------------------------------------------


def _compare(check: Inference, unit: Unit, node: tree.Compare) -> None:
    value, operator, subject = node.value, node.operator, node.subject
    equality = operator in ("==", "!=")
    if isinstance(value, tree.Parameter):
        kinds = SCALARS if equality else NUMBERS
        if check.attributes.use(unit, subject, SCALARS if equality else frozenset({"number"}), clause=node):
            check.parameters.use(unit, value, kinds, subject if equality else None)
        return
    if isinstance(value, tree.Null):
        _null(check, unit, node)
        return
    if isinstance(value, tree.Instant) and isinstance(subject, tree.Attribute):
        _instant(check, unit, node, value)
        return
    if isinstance(value, tree.Invalid):
        return
    kind = literal_kind(value)
    types = frozenset({kind}) & ALL_TYPES if equality else frozenset({"number"})
    if not check.attributes.use(unit, subject, types, clause=node):
        return
    if equality and isinstance(value, tree.Text) and not value.value:
        written = unit.parsed.text(subject)
        way = f"{written} {'does not exist' if operator == '==' else 'exists'}"
        fix = Fix(f"write `{way}`", [(unit.parsed.span(node), way)], safe=False)
        _blank(check, unit, value, f"write `{way}`", fix)
    elif equality:
        check.attributes.text(unit, subject, value)
    elif isinstance(value, tree.Text):
        from .mending import mended

        number = mended(unit, node, "number")
        in_digits = () if number is None else (f"write `{number[0]}`", number[1])
        check.value(unit, value, frozenset({"number"}), f"`{operator}`", *in_digits)
    else:
        check.value(unit, value, frozenset({"number"}), f"`{operator}`")


def _blank(check: Inference, unit: Unit, value: tree.Text, way_out: str, fix: Fix | None = None) -> None:
    message = "Braze counts empty text as no value"
    check.error(unit, "blank-text", message, value, way_out, fix=fix, severity=WARNING)


def _null(check: Inference, unit: Unit, node: tree.Compare) -> None:
    if isinstance(node.subject, tree.LastUsedApp):
        way = "leave it out: neither `before` nor `after` selects users who never opened the app"
        check.error(unit, "null", "Braze has no way to ask whether the app was ever used", node.value, way)
    elif node.operator in ("==", "!="):
        subject = unit.parsed.text(node.subject)
        way = f"{subject} {'does not exist' if node.operator == '==' else 'exists'}"
        fix = Fix(f"write `{way}`", [(unit.parsed.span(node), way)])
        check.error(unit, "null", "`null` is no value that Braze compares", node.value, f"write `{way}`", fix=fix)
    else:
        check.error(unit, "null", "`null` is no value that Braze compares", node.value, "ask with `does not exist`")


def _instant(check: Inference, unit: Unit, node: tree.Compare, value: tree.Instant) -> None:
    subject, written = unit.parsed.text(node.subject), value.value
    if node.operator in ("==", "!="):
        message = "Braze cannot compare a time for equality"
        way = f"write `{subject} after {written} and {subject} before …`, or put quotes around text"
        check.error(unit, "wrong-value-type", message, node, way)
        return
    side = "after" if node.operator in (">", ">=") else "before"
    other = "less than 2 days ago" if side == "after" else "more than 2 days ago"
    check.error(
        unit,
        "less-than-on-time",
        f"`{node.operator}` on a time has two readings: an earlier instant, or a shorter span",
        node,
        f"write `{subject} {side} {written}`, or a span such as `{subject} {other}`",
        fix=Fix(f"write `{side}`", [(unit.parsed.span(node), f"{subject} {side} {written}")], safe=False),
    )


def _in(check: Inference, unit: Unit, node: tree.In) -> None:
    values = node.values
    if isinstance(values, tree.Parameter):
        if check.attributes.use(unit, node.subject, frozenset({"string", "array", "number"}), clause=node):
            check.parameters.use(unit, values, frozenset({"list of string", "list of number"}), node.subject)
        return
    kinds = {literal_kind(item) for item in values.items} & {"string", "number"}
    if len(kinds) == 2:
        first = next(
            item for item in values.items if literal_kind(item) not in (literal_kind(values.items[0]), "nothing")
        )
        check.error(unit, "bad-list", "the list mixes text and numbers", first, "an attribute has one type")
        return
    kinds = kinds or {"string", "number"}
    types = {"string": frozenset({"string", "array"}), "number": frozenset({"number"})}
    if check.attributes.use(unit, node.subject, frozenset().union(*(types[kind] for kind in kinds)), clause=node):
        _list_items(check, unit, values, frozenset(kinds), node.subject)


def _list_items(
    check: Inference, unit: Unit, values: tree.ListValue, kinds: frozenset[str], subject: tree.Subject
) -> None:
    items = values.items
    if not items:
        message = "the list is empty, and Braze has no way to say nobody or everybody"
        check.error(unit, "empty-list", message, values, "leave the clause out, or name at least one value")
    if len(items) > check.limits.list_items:
        message = f"the list has {len(items):,} items, and the limit is {check.limits.list_items:,}"
        check.error(unit, "list-too-long", message, values)
        return
    for item in items:
        if isinstance(item, tree.Parameter):
            check.parameters.use(unit, item, kinds, subject, in_list=True)
        elif isinstance(item, tree.Text) and not item.value and "string" in kinds:
            _blank(check, unit, item, "leave it out of the list")
        elif literal_kind(item) not in kinds and not isinstance(item, tree.Invalid):
            held = " or ".join({"string": "text", "number": "numbers"}[kind] for kind in sorted(kinds, reverse=True))
            check.error(unit, "bad-list", f"the list holds {held}, and {quoted(unit.parsed.text(item))} is not", item)
        elif isinstance(item, tree.Text):
            check.attributes.text(unit, subject, item)


def _matches(check: Inference, unit: Unit, node: tree.Matches) -> None:
    pattern = node.pattern
    if not check.attributes.use(
        unit, node.subject, frozenset({"string"}), "Braze matches regexes on text only", clause=node
    ):
        return
    if isinstance(pattern, tree.Parameter):
        check.parameters.use(unit, pattern, frozenset({"string"}))
    elif isinstance(pattern, (tree.Text, tree.Regex)):
        if not pattern.value:
            check.error(unit, "bad-regex", "an empty regex matches every text", pattern, "ask with `exists`")
        elif len(pattern.value) > REGEX_AT_MOST:
            message = f"the regex has {len(pattern.value):,} characters, and Braze takes {REGEX_AT_MOST:,}"
            check.error(unit, "bad-regex", message, pattern)
        else:
            check.attributes.piece(unit, node.subject, pattern, None)


def _contains(check: Inference, unit: Unit, node: tree.Contains) -> None:
    value = node.value
    if not check.attributes.use(
        unit, node.subject, frozenset({"string"}), "for an array write `includes`", clause=node
    ):
        return
    if isinstance(value, tree.Parameter):
        way = f"hand in the whole regex as a parameter, and write `matches ${value.name}`"
        message = "a parameter stands for a whole value, and not for a piece of text"
        check.error(unit, "parameter-place", message, value, way)
    elif check.value(unit, value, frozenset({"string"}), "a piece of text") and isinstance(value, tree.Text):
        if not value.value:
            check.error(unit, "bad-regex", "empty text is part of every text", value, "ask with `exists`")
        elif 2 * len(value.value) + 2 > REGEX_AT_MOST:
            check.error(
                unit,
                "bad-regex",
                f"the text has {len(value.value):,} characters, too many for a regex",
                value,
            )
        else:
            check.attributes.piece(unit, node.subject, value, node.where)


def _includes(check: Inference, unit: Unit, node: tree.Includes) -> None:
    way = "on text write `contains` or `in [...]`"
    if not check.attributes.use(unit, node.subject, frozenset({"array"}), way, clause=node):
        return
    kinds = frozenset({"string"})
    if node.quantifier == "one":
        check.value(unit, node.value, kinds, "`includes`", "for a list write `includes any of [...]`")
        check.attributes.text(unit, node.subject, node.value)
    elif isinstance(node.value, tree.ListValue):
        _list_items(check, unit, node.value, kinds, node.subject)
    elif isinstance(node.value, tree.Parameter):
        check.parameters.use(unit, node.value, frozenset({"list of string"}), node.subject)


def _exists(check: Inference, unit: Unit, node: tree.Exists) -> None:
    check.attributes.use(unit, node.subject, ALL_TYPES)


def _at(check: Inference, unit: Unit, node: tree.At) -> None:
    if not _time_subject(check, unit, node.subject, node):
        return
    value = node.value
    if isinstance(value, tree.Text):
        from ..syntax.literals import datetime_error

        is_datetime = datetime_error(value.value) is None
        check.error(
            unit,
            "wrong-value-type",
            f"`{node.side}` takes a datetime, and {quoted(unit.parsed.text(value))} is text",
            value,
            f"write `{value.value}` without the quotes"
            if is_datetime
            else "write `2026-01-31T13:00:00Z`, without quotes",
            fix=Fix("remove the quotes", [(unit.parsed.span(value), value.value)]) if is_datetime else None,
        )
        return
    check.value(unit, value, frozenset({"time"}), f"`{node.side}`", "write `2026-01-31T13:00:00Z`, for example")


def _ago(check: Inference, unit: Unit, node: tree.Ago | tree.Within) -> None:
    _time_subject(check, unit, node.subject, node)
    _past_only(check, unit, node)
    check.days(unit, node.count, node.unit)


def _between(check: Inference, unit: Unit, node: tree.Between) -> None:
    low, high = node.low, node.high
    if node.unit is not None:
        _time_subject(check, unit, node.subject, node)
        _past_only(check, unit, node)
        least = check.days(unit, low, node.unit)
        # A wrong unit is one mistake, and not one for each end.
        most = check.days(unit, high, node.unit) if node.unit.name.lower() in UNITS else None
        if least is not None and most is not None and least >= most:
            message = f"no time is more than {least} and less than {most} days away"
            check.error(unit, "bad-range", message, node, "write the smaller number first")
        return
    if isinstance(low, tree.Instant) or isinstance(high, tree.Instant):
        subject = unit.parsed.text(node.subject)
        ends = [unit.parsed.text(end) if isinstance(end, tree.Instant) else "…" for end in (low, high)]
        way = f"write `{subject} after {ends[0]} and {subject} before {ends[1]}`"
        check.error(unit, "bad-range", "`between` takes numbers: for times the ends are not documented", node, way)
        return
    if not check.attributes.use(unit, node.subject, frozenset({"number"}), clause=node):
        return
    if all([check.value(unit, low, NUMBERS, "`between`"), check.value(unit, high, NUMBERS, "`between`")]) and (
        isinstance(low, tree.Number) and isinstance(high, tree.Number) and low.value > high.value
    ):
        message = f"no number is from {low.value} to {high.value}"
        check.error(unit, "bad-range", message, node, "write the smaller number first")


def _channel(check: Inference, unit: Unit, node: tree.ChannelStatus) -> None:
    for status in node.statuses:
        if status.name.lower() not in STATUSES:
            if _negative_status(check, unit, node, status):
                continue
            close = nearest(status.name, STATUSES)
            states = ", ".join(f"`{state}`" for state in STATUSES)
            check.error(
                unit,
                "unknown-status",
                f"`{node.channel}` has no state `{status.name}`",
                status,
                f"did you mean `{close[0]}`? The states are {states}" if close else f"the states are {states}",
                fix=Fix(f"write `{close[0]}`", [(unit.parsed.span(status), close[0])], safe=False) if close else None,
            )


def _negative_status(check: Inference, unit: Unit, node: tree.ChannelStatus, status: tree.Status) -> bool:
    """`push is not_subscribed`: the `not` is a word of its own."""
    match = re.fullmatch(r"(?i)(?:not|non|un|never)[_-]?(\w+)", status.name)
    if match is None or match[1].lower() not in STATUSES or len(node.statuses) > 1:
        return False
    way = f"{node.channel} is{'' if node.negated else ' not'} {match[1].lower()}"
    message = f"`{node.channel}` has no state `{status.name}`"
    fix = Fix(f"write `{way}`", [(unit.parsed.span(node), way)], safe=False)
    check.error(unit, "unknown-status", message, status, f"write `{way}`", fix=fix)
    return True


def _time_subject(check: Inference, unit: Unit, subject: tree.Subject, clause: tree.Clause) -> bool:
    """Whether the subject can be a time, as `last_used_app` is."""
    return isinstance(subject, tree.LastUsedApp) or check.attributes.use(
        unit, subject, frozenset({"time"}), clause=clause
    )


def _past_only(check: Inference, unit: Unit, node: tree.Ago | tree.Within | tree.Between) -> None:
    if isinstance(node.subject, tree.LastUsedApp) and node.future:
        message = "nobody has used the app in the future"
        check.error(unit, "wrong-value-type", message, node, "write `less than 30 days ago`, for example")


_RULES: dict[type, Callable[[Inference, Unit, Any], None]] = {
    tree.Compare: _compare,
    tree.In: _in,
    tree.Matches: _matches,
    tree.Contains: _contains,
    tree.Includes: _includes,
    tree.Exists: _exists,
    tree.At: _at,
    tree.Ago: _ago,
    tree.Within: _ago,
    tree.Between: _between,
    tree.ChannelStatus: _channel,
}
