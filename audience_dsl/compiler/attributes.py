"""What is known of attributes: their names are judged, and each use narrows the types that are left.

An attribute that no type is left for is used as two types.
"""

from typing import TYPE_CHECKING, Any

from ..braze import fault_of_name, refusal_of_name
from ..catalog.catalog import Catalog
from ..diagnostics import GATHERED_AT_MOST, LISTED_AT_MOST, WARNING, Diagnostic, Fix
from ..syntax import tree
from .kinds import TYPE_WORDS, describe_types
from .reporting import Reporting
from .resolver import Unit

if TYPE_CHECKING:
    from .catalogued import Known, Verdict

__all__ = ["Attributes"]


class Attributes(Reporting):
    """Gathers the uses of attributes. `in_file` has those of the file at hand, each by its first use."""

    __slots__ = ("_conflicting", "_folded", "_judged", "_types", "in_file", "known")

    def __init__(self, report: list[Diagnostic], catalog: Catalog | None) -> None:
        super().__init__(report)
        self.known = None if catalog is None else _known(catalog)
        self.in_file: dict[str, tree.Attribute] = {}
        # Attribute → the types left for it, and the use that narrowed them last.
        self._types: dict[str, tuple[frozenset[str], Unit, tree.Attribute]] = {}
        self._conflicting: set[str] = set()
        self._judged: dict[tuple[str, bool], bool] = {}
        # Names without their letter case, each by its first use.
        self._folded: dict[str, tuple[Unit, tree.Attribute]] = {}

    @property
    def types(self) -> dict[str, frozenset[str]]:
        """The types that are left for each attribute."""
        return {name: types for name, (types, _, _) in self._types.items()}

    def types_of(self, name: str) -> frozenset[str] | None:
        """The types that are left for an attribute, or None before its first use."""
        found = self._types.get(name)
        return None if found is None else found[0]

    def use(
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
        judgement = self._judged.get((name, subject.bare))
        if judgement is None:
            judgement = self._judged[name, subject.bare] = self._judge_name(unit, subject)
        if not judgement:
            return True
        self.in_file.setdefault(name, subject)
        return self.narrow(unit, subject, types, way_out, clause)

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
        first = self._folded.setdefault(subject.name.casefold(), (unit, subject))
        if self.known is not None:
            self.known.suggests = len(self.report) < LISTED_AT_MOST
            verdict = self.known.unknown_attribute(unit, subject)
            if verdict is not None:
                self._say(unit, "unknown-attribute", verdict, subject)
            return verdict is None
        if first[1].name != subject.name:
            message = f"`{subject.name}` and `{first[1].name}` differ in letter case alone, and are two attributes"
            where = first[0].related(first[1], "the other one")
            way = "write both alike, if one attribute is meant"
            self.error(unit, "differs-in-case", message, subject, way, related=[where], severity=WARNING)
        return True

    def narrow(
        self,
        unit: Unit,
        subject: tree.Attribute,
        types: frozenset[str],
        way_out: str | None,
        clause: tree.Clause | None = None,
    ) -> bool:
        """Whether the catalogue allows one of these types."""
        name = subject.name
        if self.known is not None:
            recorded = self.known.catalog.get(name)
            if recorded is not None:
                return self._is_allowed(self.known, recorded.type, unit, subject, types, clause)
        known = self._types.get(name)
        if known is None:
            self._types[name] = (types, unit, subject)
            return True
        left = known[0] & types
        if left:
            self._types[name] = (left, unit, subject) if left != known[0] else known
        elif name not in self._conflicting:
            self._conflicting.add(name)
            where = known[1].related(known[2], f"used as {describe_types(known[0])} here")
            self.error(
                unit,
                "two-types",
                f"`{name}` is used as {describe_types(types)} here, and as {describe_types(known[0])} elsewhere",
                subject,
                way_out or "an attribute has one type in Braze, which checks it only when the message goes out",
                related=[where],
            )
        return True

    def _is_allowed(
        self,
        known: "Known",
        kind: str,
        unit: Unit,
        subject: tree.Attribute,
        types: frozenset[str],
        clause: tree.Clause | None,
    ) -> bool:
        self._types[subject.name] = (frozenset({kind}), unit, subject)
        if kind in types:
            return True
        way = known.compared_with(unit, kind, TYPE_WORDS[kind], clause)
        message = f"the catalogue says that `{subject.name}` is {TYPE_WORDS[kind]}, and it is used as"
        self.error(unit, "two-types", f"{message} {describe_types(types)} here", subject, way.way_out, fix=way.fix)
        return False

    def text(self, unit: Unit, subject: tree.Subject, node: object) -> None:
        """Warn where the catalogue knows the values of an attribute, and this text is none of them."""
        if self.known is None or not isinstance(node, tree.Text) or not isinstance(subject, tree.Attribute):
            return
        if len(self.report) < GATHERED_AT_MOST:
            self.known.suggests = len(self.report) < LISTED_AT_MOST
            verdict = self.known.unknown_value(unit, subject, node)
            if verdict is not None:
                self._say(unit, "unknown-value", verdict, node, severity=WARNING)

    def piece(self, unit: Unit, subject: tree.Subject, node: tree.Text | tree.Regex, where: str | None) -> None:
        """The same of a piece of text, at the `start`, at the `end` or `anywhere`; and of a regex, without `where`."""
        if self.known is not None and isinstance(subject, tree.Attribute):
            verdict = (
                self.known.unknown_in_regex(subject, node.value)
                if where is None
                else self.known.unknown_piece(subject, node.value, where)
            )
            if verdict is not None:
                self._say(unit, "unknown-value", verdict, node, severity=WARNING)

    def _say(self, unit: Unit, slug: str, verdict: "Verdict", node: Any, **more: Any) -> None:
        self.error(unit, slug, verdict.message, node, verdict.way_out, fix=verdict.fix, **more)


def _known(catalog: Catalog) -> "Known":
    # Most texts are compiled without a catalogue, and need not wait for what asks one.
    from .catalogued import Known

    return Known(catalog)
