"""Types and comparisons: what a clause says must be something that Braze can compare.

Each clause narrows the types that its attribute can have, and says what it needs of its values. An attribute that
no type is left for is used as two types; a parameter that no type is left for stands in two kinds of places.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..braze import COMPARISONS, DAYS_AT_MOST, REGEX_AT_MOST, STATUSES, refusal_of_name
from ..diagnostics import GATHERED_AT_MOST, WARNING, Diagnostic, Fix, nearest
from ..settings import Settings
from ..syntax import tree
from .parameters import KINDS, describe_kinds
from .resolver import Program, Unit

__all__ = ["UNITS", "Checked", "check"]

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


class Checked:
    """What checking found out of each parameter: its type, and its declaration where it has one.

    `open` has the types that are left for a parameter whose type nothing tells yet.
    """

    __slots__ = ("declared", "kinds", "open")

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.open: dict[str, frozenset[str]] = {}
        self.declared: dict[str, tuple[Unit, tree.Param]] = {}


def check(
    program: Program,
    settings: Settings,
    *,
    catalog: Mapping[str, str] | None,
    given: Mapping[str, str | None],
) -> Checked:
    """Check every expression of the program; findings go to its diagnostics.

    `catalog` says which attributes there are, and their types. `given` has the types of the values at hand for
    parameters: they decide only where neither a declaration nor the place does.
    """
    checker = _Checker(program, settings, catalog)
    for unit in program.units:
        checker.declarations(unit)
    for unit in program.units:
        for expression in unit.expressions:
            checker.expression(unit, expression)
        checker.names(unit)
    checker.settle(given)
    return checker.result


class _Use:
    """A parameter in its place, with the types that the place takes, and the attribute whose type it shares."""

    __slots__ = ("attribute", "kinds", "node", "unit")

    def __init__(self, unit: Unit, node: tree.Parameter, kinds: frozenset[str], attribute: tree.Attribute | None):
        self.unit = unit
        self.node = node
        self.kinds = kinds
        self.attribute = attribute


class _Checker:
    def __init__(self, program: Program, settings: Settings, catalog: Mapping[str, str] | None) -> None:
        self.program = program
        self.settings = settings
        self.catalog = catalog
        self.report: list[Diagnostic] = program.diagnostics
        self.result = Checked()
        # Attribute → the types left for it, and the use that narrowed them last.
        self.types: dict[str, tuple[frozenset[str], Unit, tree.Attribute]] = {}
        self.uses: dict[str, list[_Use]] = {}
        self.conflicting: set[str] = set()
        self.judged: set[tuple[int, str]] = set()
        # The attributes of the file at hand, each by its first use.
        self.attributes: dict[str, tree.Attribute] = {}

    def error(self, unit: Unit, slug: str, message: str, node: Any, way_out: str | None = None, **more: Any) -> None:
        self.report.append(unit.diagnostic(slug, message, node, help=way_out, **more))

    # --- Definitions ---

    def declarations(self, unit: Unit) -> None:
        for param in unit.params.values():
            kind = self._declared_kind(unit, param)
            first = self.result.declared.get(param.name)
            if first is None:
                self.result.declared[param.name] = (unit, param)
            elif not _same_declaration(first[1], param):
                where = first[0].related(first[1], "declared here")
                message = f"the parameter `${param.name}` is declared otherwise in another file"
                self.error(unit, "parameter-conflict", message, param, "give them different names", related=[where])
            if kind is not None:
                self.result.kinds.setdefault(param.name, kind)

    def _declared_kind(self, unit: Unit, param: tree.Param) -> str | None:
        kind = None
        if param.type is not None:
            written = param.type.name.lower()
            kind = f"list of {written}" if param.listed else written
            if kind not in KINDS:
                close = nearest(kind, KINDS)
                way = f"did you mean `{close[0]}`?" if close else f"the types are {', '.join(KINDS)}"
                self.error(unit, "bad-parameter-type", f"there is no type `{kind}`", param.type, way)
                return None
        if param.default is not None:
            self._default(unit, param, param.default, kind)
        return kind

    def _default(self, unit: Unit, param: tree.Param, default: tree.Value | tree.ListValue, kind: str | None) -> None:
        items = default.items if isinstance(default, tree.ListValue) else [default]
        if any(isinstance(item, tree.Invalid) for item in items):
            return
        kinds = {_literal_kind(item) for item in items}
        if isinstance(default, tree.ListValue):
            if not items:
                self.error(unit, "empty-list", "the default is an empty list", default)
                return
            kinds = {f"list of {each}" for each in kinds}
        found = kinds.pop() if len(kinds) == 1 else None
        fits = found in KINDS and (kind is None or found == kind or (kind == "days" and found == "number"))
        if kind == "days" and fits:
            fits = isinstance(default, tree.Number) and _is_days(default.value)
        if not fits:
            takes = KINDS[kind] if kind else "text, a number, a Boolean, a datetime or a list of one kind"
            self.error(unit, "wrong-value-type", f"the default of `${param.name}` must be {takes}", default)
        elif kind is None and found:
            self.result.kinds.setdefault(param.name, found)

    def names(self, unit: Unit) -> None:
        for let in unit.lets:
            attribute = self.attributes.get(let.name.name)
            if attribute is not None:
                where = unit.related(let.name, "defined here")
                message = f"`{let.name.name}` is a `let` of this file, and is used as an attribute here"
                self.error(unit, "name-is-attribute", message, attribute, "rename the `let`", related=[where])
        self.attributes = {}

    # --- Expressions ---

    def expression(self, unit: Unit, expression: tree.Expression) -> None:
        for node in tree.walk(expression):
            if len(self.report) >= GATHERED_AT_MOST:
                return
            rule = _RULES.get(type(node))
            if rule is not None:
                rule(self, unit, node)
            elif isinstance(node, tree.Or):
                for operand in node.operands:
                    if isinstance(operand, tree.And) and not operand.grouped:
                        self._mixed(unit, operand)
                        break

    def _mixed(self, unit: Unit, group: tree.And) -> None:
        span = unit.parsed.span(group)
        opened, closed = type(span)(span.start, span.start), type(span)(span.end, span.end)
        self.error(
            unit,
            "mixed-connectives",
            "`and` and `or` are mixed: `and` binds tighter than `or`",
            group,
            "put parentheses around what belongs together",
            fix=Fix("add the parentheses that it means", [(opened, "("), (closed, ")")]),
            severity=WARNING,
        )

    def attribute(self, unit: Unit, subject: tree.Subject, types: frozenset[str], way_out: str | None = None) -> bool:
        """Judge the name, and narrow the attribute's types. False for `last_used_app`, which is reported."""
        if isinstance(subject, tree.LastUsedApp):
            self.error(
                unit,
                "wrong-value-type",
                "`last_used_app` takes no such comparison",
                subject,
                "write `last_used_app after 2026-01-01T00:00:00Z`, `before …`, or `less than 30 days ago`",
            )
            return False
        name = subject.name
        if (id(unit), name) not in self.judged or not subject.bare:
            self.judged.add((id(unit), name))
            if not self._judge_name(unit, subject):
                return True
        self.attributes.setdefault(name, subject)
        self._narrow(unit, subject, types, way_out)
        return True

    def _judge_name(self, unit: Unit, subject: tree.Attribute) -> bool:
        name = subject.name
        if subject.bare:
            refusal = refusal_of_name(name)
            if refusal is not None:
                slug, reason, way = refusal
                quoted = f"A custom attribute that really bears this name goes in backticks: `{name}`"
                self.error(unit, slug, reason, subject, f"{way}. {quoted}")
                return False
            return self._is_in_catalog(unit, subject)
        if not name or name != name.strip():
            self.error(
                unit,
                "bad-attribute-name",
                f"the name `{name}` has blanks at its ends, which Braze strips",
                subject,
                "write it without them",
            )
            return False
        if any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in name):
            self.error(unit, "bad-attribute-name", "the name has a character that no attribute can bear", subject)
            return False
        return self._is_in_catalog(unit, subject)

    def _is_in_catalog(self, unit: Unit, subject: tree.Attribute) -> bool:
        if self.catalog is None or subject.name in self.catalog:
            return True
        close = nearest(subject.name, self.catalog)
        way = "did you mean " + " or ".join(f"`{name}`" for name in close) + "?" if close else None
        fix = Fix(f"write `{close[0]}`", [(unit.parsed.span(subject), close[0])], safe=False) if close else None
        self.error(
            unit,
            "unknown-attribute",
            f"the catalogue has no attribute `{subject.name}`",
            subject,
            way,
            fix=fix,
        )
        return False

    def _narrow(self, unit: Unit, subject: tree.Attribute, types: frozenset[str], way_out: str | None) -> None:
        name = subject.name
        kind = None if self.catalog is None else self.catalog.get(name)
        if kind is not None:
            self.types[name] = (frozenset({kind}), unit, subject)
            if kind not in types:
                allowed = ", ".join(f"`{comparison}`" for comparison in COMPARISONS[kind])
                message = (
                    f"the catalogue says that `{name}` is {TYPE_WORDS[kind]}, and it is used as {_types(types)} here"
                )
                self.error(unit, "two-types", message, subject, f"Braze compares {TYPE_WORDS[kind]} with {allowed}")
            return
        known = self.types.get(name)
        if known is None:
            self.types[name] = (types, unit, subject)
            return
        left = known[0] & types
        if left:
            self.types[name] = (left, unit, subject) if left != known[0] else known
        elif name not in self.conflicting:
            self.conflicting.add(name)
            where = known[1].related(known[2], f"used as {_types(known[0])} here")
            self.error(
                unit,
                "two-types",
                f"`{name}` is used as {_types(types)} here, and as {_types(known[0])} elsewhere",
                subject,
                way_out or "an attribute has one type in Braze; a comparison of another type selects nobody",
                related=[where],
            )

    # --- Values ---

    def parameter(
        self, unit: Unit, node: tree.Parameter, kinds: frozenset[str], attribute: tree.Attribute | None = None
    ) -> None:
        self.uses.setdefault(node.name, []).append(_Use(unit, node, kinds, attribute))

    def value(self, unit: Unit, node: Any, kinds: frozenset[str], what: str, way_out: str | None = None) -> bool:
        """Whether a value is of one of these types; a parameter is noted and judged later."""
        if isinstance(node, tree.Parameter):
            self.parameter(unit, node, kinds)
            return True
        if isinstance(node, tree.Invalid):
            return False
        if isinstance(node, tree.Null):
            self.error(unit, "null", "`null` is no value that Braze compares", node, "ask with `does not exist`")
            return False
        kind = _literal_kind(node)
        if kind in kinds or (kind == "number" and "days" in kinds):
            return True
        takes = kinds - {"days"} if "number" in kinds else kinds
        message = f"{what} takes {describe_kinds(takes)}, and `{_short(unit.parsed.text(node))}` is {_kind_words(kind)}"
        self.error(unit, "wrong-value-type", message, node, way_out)
        return False

    def days(self, unit: Unit, node: Any, unit_word: tree.Word) -> int | None:
        """The days that a count and its unit make, or None where they are a parameter's or wrong."""
        word = unit_word.name.lower()
        if word not in UNITS:
            self.error(
                unit,
                "bad-unit",
                f"Braze counts in days, and not in {_plural(word)}",
                unit_word,
                _unit_way(node, word),
            )
            return None
        if not self.value(unit, node, frozenset({"days"}), "a span of time") or isinstance(node, tree.Parameter):
            return None
        number = node.value
        if not _is_days(number) or number * UNITS[word] > DAYS_AT_MOST:
            message = (
                f"`{unit.parsed.text(node)} {unit_word.name}` is not a whole number of days from 1 to {DAYS_AT_MOST:,}"
            )
            self.error(unit, "bad-days", message, node)
            return None
        return int(number) * UNITS[word]

    # --- Parameters ---

    def settle(self, given: Mapping[str, str | None]) -> None:
        """Decide each parameter's type: declared, or what all its places take, or that of the value at hand."""
        for name, uses in self.uses.items():
            declared = self.result.declared.get(name)
            main = self.program.main
            for use in uses:
                if not use.unit.bare and name not in use.unit.params:
                    way = f"declare it: `param ${name}: {_suggested(use.kinds)}`"
                    self.error(
                        use.unit,
                        "parameter-undeclared",
                        f"the parameter `${name}` is not declared",
                        use.node,
                        way,
                    )
                    break
            kind = self.result.kinds.get(name)
            if kind is None:
                kind = self._inferred(name, uses, given.get(name) if declared is None or main.bare else None)
                if kind is None:
                    continue
                self.result.kinds[name] = kind
            accepted = NUMBERS if kind in NUMBERS else {kind}
            for use in uses:
                kinds = self._kinds_of(use)
                if not accepted & kinds:
                    where = (
                        [] if declared is None else [declared[0].related(declared[1], f"{kind} by this declaration")]
                    )
                    message = f"`${name}` is {KINDS[kind]}, and {describe_kinds(kinds)} is needed here"
                    self.error(use.unit, "parameter-conflict", message, use.node, related=where)
                elif use.attribute is not None:
                    self._narrow(use.unit, use.attribute, _attribute_types(kind), None)
        for name, (unit, param) in self.result.declared.items():
            if name not in self.uses:
                message = f"the parameter `${name}` is declared and never used"
                self.error(unit, "unused", message, param, severity=WARNING)

    def _kinds_of(self, use: _Use) -> frozenset[str]:
        """What its place takes, given what is known of the attribute that it is compared with."""
        if use.attribute is None or use.attribute.name not in self.types:
            return use.kinds
        types = self.types[use.attribute.name][0]
        return frozenset(kind for kind in use.kinds if _attribute_types(kind) & types) or use.kinds

    def _inferred(self, name: str, uses: list[_Use], given: str | None) -> str | None:
        left = frozenset(KINDS)
        for use in uses:
            kinds = self._kinds_of(use)
            if not left & kinds:
                where = uses[0].unit.related(uses[0].node, f"{describe_kinds(left)} here")
                message = f"`${name}` stands for {describe_kinds(left)} elsewhere, and for {describe_kinds(kinds)} here"
                self.error(use.unit, "parameter-conflict", message, use.node, related=[where])
                return None
            left &= kinds
        if left == NUMBERS:
            return "number"
        if len(left) == 1:
            return next(iter(left))
        if given in left:
            return given
        first = uses[0]
        if not first.unit.bare:
            message = f"the type of `${name}` is not declared, and its place does not tell it"
            way = f"declare it: `param ${name}: {_suggested(left)}`"
            unit, param = self.result.declared.get(name, (first.unit, first.node))
            self.error(unit, "parameter-undeclared", message, param, way)
        self.result.open[name] = left
        return None


# --- Rules: what each kind of clause needs ------------------------------------------------------------------


def _compare(check: _Checker, unit: Unit, node: tree.Compare) -> None:
    value, operator, subject = node.value, node.operator, node.subject
    equality = operator in ("==", "!=")
    if isinstance(value, tree.Parameter):
        kinds = SCALARS if equality else NUMBERS
        if check.attribute(unit, subject, SCALARS if equality else frozenset({"number"})):
            check.parameter(unit, value, kinds, subject if isinstance(subject, tree.Attribute) and equality else None)
        return
    if isinstance(value, tree.Null):
        _null(check, unit, node)
        return
    if isinstance(value, tree.Instant) and isinstance(subject, tree.Attribute):
        _instant(check, unit, node, value)
        return
    if isinstance(value, tree.Invalid):
        return
    kind = _literal_kind(value)
    if not check.attribute(unit, subject, frozenset({kind}) & ALL_TYPES if equality else frozenset({"number"})):
        return
    if equality and isinstance(value, tree.Text) and not value.value:
        way = "does not exist" if operator == "==" else "exists"
        check.error(
            unit,
            "blank-text",
            "Braze counts empty text as no value",
            value,
            f"write `{unit.parsed.text(subject)} {way}`",
            fix=Fix(f"write `{way}`", [(unit.parsed.span(node), f"{unit.parsed.text(subject)} {way}")], safe=False),
            severity=WARNING,
        )
    elif not equality:
        check.value(unit, value, frozenset({"number"}), f"`{operator}`")


def _null(check: _Checker, unit: Unit, node: tree.Compare) -> None:
    if node.operator in ("==", "!="):
        subject = unit.parsed.text(node.subject)
        way = f"{subject} {'does not exist' if node.operator == '==' else 'exists'}"
        fix = Fix(f"write `{way}`", [(unit.parsed.span(node), way)])
        check.error(unit, "null", "`null` is no value that Braze compares", node.value, f"write `{way}`", fix=fix)
    else:
        check.error(unit, "null", "`null` is no value that Braze compares", node.value, "ask with `does not exist`")


def _instant(check: _Checker, unit: Unit, node: tree.Compare, value: tree.Instant) -> None:
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


def _in(check: _Checker, unit: Unit, node: tree.In) -> None:
    values = node.values
    subject = node.subject if isinstance(node.subject, tree.Attribute) else None
    if isinstance(values, tree.Parameter):
        if check.attribute(unit, node.subject, frozenset({"string", "array", "number"})):
            check.parameter(unit, values, frozenset({"list of string", "list of number"}), subject)
        return
    kinds = _list_items(check, unit, values, frozenset({"string", "number"}))
    types = {"string": frozenset({"string", "array"}), "number": frozenset({"number"})}
    if kinds == {"string", "number"}:
        first = next(item for item in values.items if _literal_kind(item) != _literal_kind(values.items[0]))
        check.error(unit, "bad-list", "the list mixes text and numbers", first, "an attribute has one type")
        return
    allowed = types[next(iter(kinds))] if kinds else frozenset({"string", "array", "number"})
    check.attribute(unit, node.subject, allowed)


def _list_items(check: _Checker, unit: Unit, values: tree.ListValue, kinds: frozenset[str]) -> set[str]:
    """Check a list; the types of its literals that are allowed."""
    items = values.items
    if not items:
        message = "the list is empty, and Braze has no way to say nobody or everybody"
        check.error(unit, "empty-list", message, values, "leave the clause out, or name at least one value")
    if len(items) > check.settings.limits.list_items:
        message = f"the list has {len(items):,} items, and the limit is {check.settings.limits.list_items:,}"
        check.error(unit, "list-too-long", message, values)
        return set()
    found = set()
    for item in items:
        if isinstance(item, tree.Parameter):
            check.parameter(unit, item, kinds)
        elif isinstance(item, (tree.Text, tree.Number)) and _literal_kind(item) in kinds:
            found.add(_literal_kind(item))
        elif not isinstance(item, tree.Invalid):
            words = " or ".join(TYPE_WORDS[kind].removeprefix("a ") + "s" for kind in sorted(kinds, reverse=True))
            message = (
                f"a list holds {words.replace('texts', 'text')}, and `{_short(unit.parsed.text(item))}` is neither"
            )
            check.error(unit, "bad-list", message, item)
    return found


def _matches(check: _Checker, unit: Unit, node: tree.Matches) -> None:
    check.attribute(unit, node.subject, frozenset({"string"}), "Braze matches regexes on text only")
    pattern = node.pattern
    if isinstance(pattern, tree.Parameter):
        check.parameter(unit, pattern, frozenset({"string"}))
    elif isinstance(pattern, (tree.Text, tree.Regex)):
        if not pattern.value:
            check.error(unit, "bad-regex", "an empty regex matches every text", pattern, "ask with `exists`")
        elif len(pattern.value) > REGEX_AT_MOST:
            message = f"the regex has {len(pattern.value):,} characters, and Braze takes {REGEX_AT_MOST:,}"
            check.error(unit, "bad-regex", message, pattern)


def _contains(check: _Checker, unit: Unit, node: tree.Contains) -> None:
    check.attribute(unit, node.subject, frozenset({"string"}), "for an array write `includes`")
    value = node.value
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


def _includes(check: _Checker, unit: Unit, node: tree.Includes) -> None:
    if not check.attribute(unit, node.subject, frozenset({"array"}), "on text write `contains` or `in [...]`"):
        return
    kinds = frozenset({"string"})
    if node.quantifier == "one":
        check.value(unit, node.value, kinds, "`includes`", "for a list write `includes any of [...]`")
    elif isinstance(node.value, tree.ListValue):
        _list_items(check, unit, node.value, kinds)
    elif isinstance(node.value, tree.Parameter):
        check.parameter(unit, node.value, frozenset({"list of string"}))


def _exists(check: _Checker, unit: Unit, node: tree.Exists) -> None:
    check.attribute(unit, node.subject, ALL_TYPES)


def _at(check: _Checker, unit: Unit, node: tree.At) -> None:
    _time_subject(check, unit, node.subject)
    value = node.value
    if isinstance(value, tree.Text):
        from ..syntax.literals import datetime_error

        is_datetime = datetime_error(value.value) is None
        check.error(
            unit,
            "wrong-value-type",
            f"`{node.side}` takes a datetime, and `{_short(unit.parsed.text(value))}` is text",
            value,
            f"write `{value.value}` without the quotes"
            if is_datetime
            else "write `2026-01-31T13:00:00Z`, without quotes",
            fix=Fix("remove the quotes", [(unit.parsed.span(value), value.value)]) if is_datetime else None,
        )
        return
    check.value(unit, value, frozenset({"time"}), f"`{node.side}`", "write `2026-01-31T13:00:00Z`, for example")


def _ago(check: _Checker, unit: Unit, node: tree.Ago | tree.Within) -> None:
    _time_subject(check, unit, node.subject)
    _past_only(check, unit, node)
    check.days(unit, node.count, node.unit)


def _between(check: _Checker, unit: Unit, node: tree.Between) -> None:
    low, high = node.low, node.high
    if node.unit is not None:
        _time_subject(check, unit, node.subject)
        _past_only(check, unit, node)
        ends = [check.days(unit, end, node.unit) for end in (low, high)]
        if ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
            message = f"no time is more than {ends[0]} and less than {ends[1]} days away"
            check.error(unit, "bad-range", message, node, "write the smaller number first")
        return
    if isinstance(low, tree.Instant) or isinstance(high, tree.Instant):
        subject = unit.parsed.text(node.subject)
        way = f"write `{subject} after {unit.parsed.text(low)} and {subject} before {unit.parsed.text(high)}`"
        check.error(unit, "bad-range", "`between` takes numbers: for times the ends are not documented", node, way)
        return
    if not check.attribute(unit, node.subject, frozenset({"number"})):
        return
    numbers = NUMBERS
    if all([check.value(unit, low, numbers, "`between`"), check.value(unit, high, numbers, "`between`")]) and (
        isinstance(low, tree.Number) and isinstance(high, tree.Number) and low.value > high.value
    ):
        message = f"no number is from {low.value} to {high.value}"
        check.error(unit, "bad-range", message, node, "write the smaller number first")


def _channel(check: _Checker, unit: Unit, node: tree.ChannelStatus) -> None:
    for status in node.statuses:
        if status.name.lower() not in STATUSES:
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


def _time_subject(check: _Checker, unit: Unit, subject: tree.Subject) -> None:
    if isinstance(subject, tree.Attribute):
        check.attribute(unit, subject, frozenset({"time"}))


def _past_only(check: _Checker, unit: Unit, node: tree.Ago | tree.Within | tree.Between) -> None:
    if isinstance(node.subject, tree.LastUsedApp) and node.future:
        message = "nobody has used the app in the future"
        check.error(unit, "wrong-value-type", message, node, "write `less than 30 days ago`, for example")


_RULES: dict[type, Callable[[_Checker, Unit, Any], None]] = {
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

_LITERALS: dict[type, str] = {
    tree.Text: "string",
    tree.Number: "number",
    tree.Boolean: "boolean",
    tree.Instant: "time",
    tree.Regex: "regex",
}


def _literal_kind(node: object) -> str:
    return _LITERALS.get(type(node), "nothing")


def _kind_words(kind: str) -> str:
    return {"regex": "a regex", "nothing": "no value"}.get(kind) or TYPE_WORDS[kind]


def _attribute_types(kind: str) -> frozenset[str]:
    """The types of attribute that a value of this type is compared with."""
    return {
        "list of string": frozenset({"string", "array"}),
        "list of number": frozenset({"number"}),
        "days": frozenset({"number"}),
    }.get(kind, frozenset({kind}))


def _types(types: frozenset[str]) -> str:
    return " or ".join(TYPE_WORDS[kind] for kind in COMPARISONS if kind in types)


def _suggested(kinds: frozenset[str]) -> str:
    return next(kind for kind in ("string", *KINDS) if kind in kinds)


def _same_declaration(left: tree.Param, right: tree.Param) -> bool:
    return (left.type and left.type.name.lower(), left.listed, left.default) == (
        right.type and right.type.name.lower(),
        right.listed,
        right.default,
    )


def _is_days(number: object) -> bool:
    return type(number) is int and 1 <= number <= DAYS_AT_MOST


def _plural(word: str) -> str:
    return word if word.endswith("s") else word + "s"


def _unit_way(count: Any, word: str) -> str:
    number = count.value if isinstance(count, tree.Number) and type(count.value) is int else None
    days = {"month": 30, "year": 365}.get(word.removesuffix("s"))
    if days and number:
        return f"write `{number * days} days`"
    if days:
        return f"write the number of days: {days} for a {word.removesuffix('s')}"
    return "compare with an instant that the caller hands in: `after $since`, with `param $since: time`"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
