"""What checking finds out: of attributes, of parameters, and of the values that clauses compare them with."""

from collections.abc import Mapping
from typing import Any

from ..braze import DAYS_AT_MOST
from ..catalog.catalog import Catalog
from ..diagnostics import Fix, quoted
from ..settings import Settings
from ..syntax import tree
from .attributes import Attributes
from .kinds import UNITS, describe_literal, is_days, literal_kind
from .parameter_kinds import ParameterKinds
from .parameters import describe_kinds
from .reporting import Reporting
from .resolver import Program, Unit

__all__ = ["Checked", "Inference"]


class Checked:
    """What checking found out of each parameter: its type, and its declaration where it has one.

    `open` has the types that are left for a parameter whose type nothing tells yet. `types` has those that are left
    for each attribute.
    """

    __slots__ = ("declared", "kinds", "open", "types")

    def __init__(self, parameters: ParameterKinds, attributes: Attributes) -> None:
        self.kinds = parameters.kinds
        self.open = parameters.open
        self.declared = parameters.declared
        self.types = attributes.types


class Inference(Reporting):
    """Gathers what the clauses of a program say of its attributes and parameters; findings go to its diagnostics."""

    __slots__ = ("attributes", "limits", "parameters")

    def __init__(self, program: Program, settings: Settings, catalog: Catalog | None) -> None:
        super().__init__(program.diagnostics)
        self.limits = settings.limits
        self.attributes = Attributes(self.report, catalog)
        self.parameters = ParameterKinds(program, settings, self.attributes)

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
            self.parameters.use(unit, node, kinds)
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
        message = (
            f"{what} takes {describe_kinds(takes)}, and {quoted(unit.parsed.text(node))} is {describe_literal(kind)}"
        )
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
        if not is_days(number) or number * UNITS[word] > DAYS_AT_MOST:
            message = (
                f"`{unit.parsed.text(node)} {unit_word.name}` is not a whole number of days from 1 to {DAYS_AT_MOST:,}"
            )
            self.error(unit, "bad-days", message, node)
            return None
        return int(number) * UNITS[word]

    def settle(self, given: Mapping[str, str | None]) -> Checked:
        """Decide each parameter's type, once every clause has been seen; see `ParameterKinds.settle`."""
        self.parameters.settle(given)
        return Checked(self.parameters, self.attributes)


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
