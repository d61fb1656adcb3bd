"""What is known of attributes and parameters: each use narrows the types that are left.

An attribute that no type is left for is used as two types; a parameter that no type is left for stands in two
kinds of places.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..braze import COMPARISONS, DAYS_AT_MOST, fault_of_name, refusal_of_name
from ..catalog.catalog import Catalog
from ..diagnostics import GATHERED_AT_MOST, LISTED_AT_MOST, WARNING, Diagnostic, Fix, nearest, quoted
from ..settings import Settings
from ..syntax import tree
from .instants import LocalTimeError, complete
from .parameters import KINDS, describe_kinds
from .resolver import Program, Unit

if TYPE_CHECKING:
    from .catalogued import Known, Verdict

__all__ = ["ALL_TYPES", "NUMBERS", "SCALARS", "TYPE_WORDS", "UNITS", "Checked", "Inference", "literal_kind"]

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

    `open` has the types that are left for a parameter whose type nothing tells yet. `types` has those that are left
    for each attribute.
    """

    __slots__ = ("declared", "kinds", "open", "types")

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.open: dict[str, frozenset[str]] = {}
        self.declared: dict[str, tuple[Unit, tree.Param]] = {}
        self.types: dict[str, frozenset[str]] = {}


class _Use:
    """A parameter in its place, with the types that the place takes, and the attribute whose type it shares."""

    __slots__ = ("attribute", "in_list", "kinds", "node", "unit")

    def __init__(
        self,
        unit: Unit,
        node: tree.Parameter,
        kinds: frozenset[str],
        attribute: tree.Attribute | None,
        in_list: bool,
    ) -> None:
        self.unit = unit
        self.node = node
        self.kinds = kinds
        self.attribute = attribute
        self.in_list = in_list

    def types_for(self, kind: str) -> frozenset[str]:
        """The types of attribute that a value of this type is compared with here."""
        return _attribute_types(f"list of {kind}" if self.in_list else kind)


class Inference:
    """Gathers the uses of attributes and parameters of a program; findings go to its diagnostics."""

    def __init__(self, program: Program, settings: Settings, catalog: Catalog | None) -> None:
        self.program = program
        self.settings = settings
        self.known = None if catalog is None else _known(catalog)
        self.report: list[Diagnostic] = program.diagnostics
        self.result = Checked()
        # Attribute → the types left for it, and the use that narrowed them last.
        self.types: dict[str, tuple[frozenset[str], Unit, tree.Attribute]] = {}
        self.uses: dict[str, list[_Use]] = {}
        self.conflicting: set[str] = set()
        # Parameters whose declaration is at fault, and reported.
        self.misdeclared: set[str] = set()
        self.judged: dict[tuple[str, bool], bool] = {}
        # Names without their letter case, each by its first use.
        self.folded: dict[str, tuple[Unit, tree.Attribute]] = {}
        # The attributes of the file at hand, each by its first use.
        self.attributes: dict[str, tree.Attribute] = {}

    def error(self, unit: Unit, slug: str, message: str, node: Any, way_out: str | None = None, **more: Any) -> None:
        self.report.append(unit.diagnostic(slug, message, node, help=way_out, **more))

    def say(self, unit: Unit, slug: str, verdict: "Verdict", node: Any, **more: Any) -> None:
        self.error(unit, slug, verdict.message, node, verdict.way_out, fix=verdict.fix, **more)

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
                self.misdeclared.add(param.name)
                return None
        if param.default is not None:
            self._default(unit, param, param.default, kind)
        return kind

    def _default(self, unit: Unit, param: tree.Param, default: tree.Value | tree.ListValue, kind: str | None) -> None:
        items = default.items if isinstance(default, tree.ListValue) else [default]
        if any(isinstance(item, tree.Invalid) for item in items):
            self.misdeclared.add(param.name)
            return
        for item in items:
            if isinstance(item, tree.Instant) and not item.zoned:
                try:
                    complete(item.value, self.settings.time_zone)
                except LocalTimeError as error:
                    self.error(unit, "bad-datetime", str(error), item, "write it with its offset")
                    return
        kinds = {literal_kind(item) for item in items}
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
            self.misdeclared.add(param.name)
        elif kind is None and found:
            self.result.kinds.setdefault(param.name, found)

    # --- Attributes ---

    def attribute(
        self,
        unit: Unit,
        subject: tree.Subject,
        types: frozenset[str],
        way_out: str | None = None,
        *,
        clause: tree.Clause | None = None,
    ) -> bool:
        """Judge the name, and narrow the attribute's types.

        False where the clause cannot be judged further: for `last_used_app`, and where the catalogue has another type,
        for which `clause` is mended; both are reported.
        """
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
        judgement = self.judged.get((name, subject.bare))
        if judgement is None:
            judgement = self.judged[name, subject.bare] = self._judge_name(unit, subject)
        if not judgement:
            return True
        self.attributes.setdefault(name, subject)
        return self._narrow(unit, subject, types, way_out, clause)

    def _judge_name(self, unit: Unit, subject: tree.Attribute) -> bool:
        name = subject.name
        if subject.bare:
            refusal = refusal_of_name(name)
            if refusal is not None:
                slug, reason, way = refusal
                backticks = f"A custom attribute that really bears this name goes in backticks: `{name}`"
                fix = None
                if self.known is not None and name in self.known.catalog:
                    fix = Fix("put it in backticks", [(unit.parsed.span(subject), f"`{name}`")], safe=False)
                self.error(unit, slug, reason, subject, f"{way}. {backticks}", fix=fix)
                return False
        else:
            fault = fault_of_name(name)
            if fault is not None:
                self.error(unit, "bad-attribute-name", fault[0], subject, fault[1])
                return False
        return self._is_known(unit, subject)

    def _is_known(self, unit: Unit, subject: tree.Attribute) -> bool:
        first = self.folded.setdefault(subject.name.casefold(), (unit, subject))
        if self.known is not None:
            self.known.suggests = len(self.report) < LISTED_AT_MOST
            verdict = self.known.unknown_attribute(unit, subject)
            if verdict is not None:
                self.say(unit, "unknown-attribute", verdict, subject)
            return verdict is None
        if first[1].name != subject.name:
            message = f"`{subject.name}` and `{first[1].name}` differ in letter case alone, and are two attributes"
            where = first[0].related(first[1], "the other one")
            way = "write both alike, if one attribute is meant"
            self.error(unit, "differs-in-case", message, subject, way, related=[where], severity=WARNING)
        return True

    def _narrow(
        self,
        unit: Unit,
        subject: tree.Attribute,
        types: frozenset[str],
        way_out: str | None,
        clause: tree.Clause | None = None,
    ) -> bool:
        """Whether the catalogue allows one of these types."""
        name = subject.name
        recorded = None if self.known is None else self.known.catalog.get(name)
        if recorded is not None:
            kind = recorded.type
            self.types[name] = (frozenset({kind}), unit, subject)
            if kind not in types:
                assert self.known is not None
                way = self.known.compared_with(unit, kind, TYPE_WORDS[kind], clause)
                message = (
                    f"the catalogue says that `{name}` is {TYPE_WORDS[kind]}, and it is used as {_types(types)} here"
                )
                self.error(unit, "two-types", message, subject, way.way_out, fix=way.fix)
            return kind in types
        known = self.types.get(name)
        if known is None:
            self.types[name] = (types, unit, subject)
            return True
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
                way_out or "an attribute has one type in Braze, which checks it only when the message goes out",
                related=[where],
            )
        return True

    # --- Values ---

    def text(self, unit: Unit, subject: tree.Subject, node: object) -> None:
        """Warn where the catalogue knows the values of an attribute, and this text is none of them."""
        if self.known is None or not isinstance(node, tree.Text) or not isinstance(subject, tree.Attribute):
            return
        if len(self.report) < GATHERED_AT_MOST:
            self.known.suggests = len(self.report) < LISTED_AT_MOST
            verdict = self.known.unknown_value(unit, subject, node)
            if verdict is not None:
                self.say(unit, "unknown-value", verdict, node, severity=WARNING)

    def piece(self, unit: Unit, subject: tree.Subject, node: tree.Text | tree.Regex, where: str | None) -> None:
        """The same of a piece of text, at the `start`, at the `end` or `anywhere`; and of a regex, without `where`."""
        if self.known is not None and isinstance(subject, tree.Attribute):
            verdict = (
                self.known.unknown_in_regex(subject, node.value)
                if where is None
                else self.known.unknown_piece(subject, node.value, where)
            )
            if verdict is not None:
                self.say(unit, "unknown-value", verdict, node, severity=WARNING)

    def parameter(
        self,
        unit: Unit,
        node: tree.Parameter,
        kinds: frozenset[str],
        attribute: tree.Subject | None = None,
        *,
        in_list: bool = False,
    ) -> None:
        """Note a parameter in a place that takes these types; it shares the type of `attribute`, if one is given."""
        shared = attribute if isinstance(attribute, tree.Attribute) else None
        self.uses.setdefault(node.name, []).append(_Use(unit, node, kinds, shared, in_list))

    def value(
        self,
        unit: Unit,
        node: Any,
        kinds: frozenset[str],
        what: str,
        way_out: str | None = None,
        fix: Fix | None = None,
    ) -> bool:
        """Whether a value is of one of these types; a parameter is noted and judged later."""
        if isinstance(node, tree.Parameter):
            self.parameter(unit, node, kinds)
            return True
        if isinstance(node, tree.Invalid):
            return False
        if isinstance(node, tree.Null):
            self.error(unit, "null", "`null` is no value that Braze compares", node, "ask with `does not exist`")
            return False
        kind = literal_kind(node)
        if kind in kinds or (kind == "number" and "days" in kinds):
            return True
        takes = kinds - {"days"} if "number" in kinds else kinds
        message = f"{what} takes {describe_kinds(takes)}, and {quoted(unit.parsed.text(node))} is {_kind_words(kind)}"
        self.error(unit, "wrong-value-type", message, node, way_out, fix=fix)
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
            for use in uses:
                if not use.unit.bare and name not in use.unit.params and f"${name}" not in use.unit.parsed.lost:
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
            if kind is None and name in self.misdeclared:
                continue
            if kind is None:
                kind = self._inferred(name, uses, given.get(name) if declared is None else None)
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
                    self._narrow(use.unit, use.attribute, use.types_for(kind), None)
            if declared is not None and self.known is not None:
                self._default_texts(*declared, uses)
        for name, (unit, param) in self.result.declared.items():
            if name not in self.uses and not self._is_lost(name):
                message = f"the parameter `${name}` is declared and never used"
                self.error(unit, "unused", message, param, severity=WARNING)
                if name not in self.result.kinds and name not in self.misdeclared:
                    way = f"declare it: `param ${name}: string`"
                    self.error(unit, "parameter-undeclared", f"nothing tells the type of `${name}`", param, way)
        self.result.types = {name: types for name, (types, _, _) in self.types.items()}

    def _default_texts(self, unit: Unit, param: tree.Param, uses: list[_Use]) -> None:
        """Warn of texts in a default that are none of the values of the attribute that it is compared with."""
        default = param.default
        items = default.items if isinstance(default, tree.ListValue) else [default]
        for subject in {use.attribute.name: use.attribute for use in uses if use.attribute is not None}.values():
            for item in items:
                self.text(unit, subject, item)

    def _is_lost(self, name: str) -> bool:
        """Whether a parameter stands in what could not be read, which may declare it or use it."""
        return any(f"${name}" in unit.parsed.lost for unit in self.program.units)

    def _kinds_of(self, use: _Use) -> frozenset[str]:
        """What its place takes, given what is known of the attribute that it is compared with."""
        if use.attribute is None or use.attribute.name not in self.types:
            return use.kinds
        types = self.types[use.attribute.name][0]
        return frozenset(kind for kind in use.kinds if use.types_for(kind) & types) or use.kinds

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
        if not first.unit.bare and not self._is_lost(name):
            message = f"the type of `${name}` is not declared, and its place does not tell it"
            way = f"declare it: `param ${name}: {_suggested(left)}`"
            unit, param = self.result.declared.get(name, (first.unit, first.node))
            self.error(unit, "parameter-undeclared", message, param, way)
        self.result.open[name] = left
        return None


def _known(catalog: Catalog) -> "Known":
    # Most texts are compiled without a catalogue, and need not wait for what asks one.
    from .catalogued import Known

    return Known(catalog)


_LITERALS: dict[type, str] = {
    tree.Text: "string",
    tree.Number: "number",
    tree.Boolean: "boolean",
    tree.Instant: "time",
    tree.Regex: "regex",
}


def literal_kind(node: object) -> str:
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
