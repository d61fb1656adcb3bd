"""What is known of parameters: each has a type by its declaration, by the places that it stands in, or by its value.

A parameter that no type is left for stands in two kinds of places.
"""

from collections.abc import Mapping

from ..diagnostics import WARNING, nearest
from ..settings import Settings
from ..syntax import tree
from .attributes import Attributes
from .instants import LocalTimeError, complete
from .kinds import NUMBERS, is_days, literal_kind
from .parameters import KINDS, describe_kinds
from .reporting import Reporting
from .resolver import Program, Unit

__all__ = ["ParameterKinds"]


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


class ParameterKinds(Reporting):
    """Gathers the declarations and the uses of parameters, and settles their types.

    `kinds` has the type of each, `declared` its declaration where it has one, and `open` the types that are left where
    nothing tells yet which it is.
    """

    __slots__ = ("_attributes", "_misdeclared", "_time_zone", "_units", "_uses", "declared", "kinds", "open")

    def __init__(self, program: Program, settings: Settings, attributes: Attributes) -> None:
        super().__init__(program.diagnostics)
        self.kinds: dict[str, str] = {}
        self.open: dict[str, frozenset[str]] = {}
        self.declared: dict[str, tuple[Unit, tree.Param]] = {}
        self._attributes = attributes
        self._units = program.units
        self._time_zone = settings.time_zone
        self._uses: dict[str, list[_Use]] = {}
        # Those whose declaration is at fault, and reported.
        self._misdeclared: set[str] = set()

    def declarations(self, unit: Unit) -> None:
        for param in unit.params.values():
            kind = self._declared_kind(unit, param)
            first = self.declared.get(param.name)
            if first is None:
                self.declared[param.name] = (unit, param)
            elif not _same_declaration(first[1], param):
                where = first[0].related(first[1], "declared here")
                message = f"the parameter `${param.name}` is declared otherwise in another file"
                self.error(unit, "parameter-conflict", message, param, "give them different names", related=[where])
            if kind is not None:
                self.kinds.setdefault(param.name, kind)

    def _declared_kind(self, unit: Unit, param: tree.Param) -> str | None:
        kind = None
        if param.type is not None:
            written = param.type.name.lower()
            kind = f"list of {written}" if param.listed else written
            if kind not in KINDS:
                close = nearest(kind, KINDS)
                way = f"did you mean `{close[0]}`?" if close else f"the types are {', '.join(KINDS)}"
                self.error(unit, "bad-parameter-type", f"there is no type `{kind}`", param.type, way)
                self._misdeclared.add(param.name)
                return None
        if param.default is not None:
            self._default(unit, param, param.default, kind)
        return kind

    def _default(self, unit: Unit, param: tree.Param, default: tree.Value | tree.ListValue, kind: str | None) -> None:
        items = default.items if isinstance(default, tree.ListValue) else [default]
        if any(isinstance(item, tree.Invalid) for item in items):
            self._misdeclared.add(param.name)
            return
        for item in items:
            if isinstance(item, tree.Instant) and not item.zoned:
                try:
                    complete(item.value, self._time_zone)
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
            fits = isinstance(default, tree.Number) and is_days(default.value)
        if not fits:
            takes = KINDS[kind] if kind else "text, a number, a Boolean, a datetime or a list of one kind"
            self.error(unit, "wrong-value-type", f"the default of `${param.name}` must be {takes}", default)
            self._misdeclared.add(param.name)
        elif kind is None and found:
            self.kinds.setdefault(param.name, found)

    def use(
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
        self._uses.setdefault(node.name, []).append(_Use(unit, node, kinds, shared, in_list))

    def settle(self, given: Mapping[str, str | None]) -> None:
        """Decide each parameter's type: declared, or what all its places take, or that of the value at hand."""
        for name, uses in self._uses.items():
            declared = self.declared.get(name)
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
            kind = self.kinds.get(name)
            if kind is None and name in self._misdeclared:
                continue
            if kind is None:
                kind = self._inferred(name, uses, given.get(name) if declared is None else None)
                if kind is None:
                    continue
                self.kinds[name] = kind
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
                    self._attributes.narrow(use.unit, use.attribute, use.types_for(kind), None)
            if declared is not None and self._attributes.known is not None:
                self._default_texts(*declared, uses)
        for name, (unit, param) in self.declared.items():
            if name not in self._uses and not self._is_lost(name):
                message = f"the parameter `${name}` is declared and never used"
                self.error(unit, "unused", message, param, severity=WARNING)
                if name not in self.kinds and name not in self._misdeclared:
                    way = f"declare it: `param ${name}: string`"
                    self.error(unit, "parameter-undeclared", f"nothing tells the type of `${name}`", param, way)

    def _default_texts(self, unit: Unit, param: tree.Param, uses: list[_Use]) -> None:
        """Warn of texts in a default that are none of the values of the attribute that it is compared with."""
        default = param.default
        items = default.items if isinstance(default, tree.ListValue) else [default]
        for subject in {use.attribute.name: use.attribute for use in uses if use.attribute is not None}.values():
            for item in items:
                self._attributes.text(unit, subject, item)

    def _is_lost(self, name: str) -> bool:
        """Whether a parameter stands in what could not be read, which may declare it or use it."""
        return any(f"${name}" in unit.parsed.lost for unit in self._units)

    def _kinds_of(self, use: _Use) -> frozenset[str]:
        """What its place takes, given what is known of the attribute that it is compared with."""
        types = None if use.attribute is None else self._attributes.types_of(use.attribute.name)
        if types is None:
            return use.kinds
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
            unit, param = self.declared.get(name, (first.unit, first.node))
            self.error(unit, "parameter-undeclared", message, param, way)
        self.open[name] = left
        return None


def _attribute_types(kind: str) -> frozenset[str]:
    """The types of attribute that a value of this type is compared with."""
    return {
        "list of string": frozenset({"string", "array"}),
        "list of number": frozenset({"number"}),
        "days": frozenset({"number"}),
    }.get(kind, frozenset({kind}))


def _suggested(kinds: frozenset[str]) -> str:
    return next(kind for kind in ("string", *KINDS) if kind in kinds)


def _same_declaration(left: tree.Param, right: tree.Param) -> bool:
    return (left.type and left.type.name.lower(), left.listed, left.default) == (
        right.type and right.type.name.lower(),
        right.listed,
        right.default,
    )
