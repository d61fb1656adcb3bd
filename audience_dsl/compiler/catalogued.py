"""What a catalogue has to say of attributes, of their types, and of the texts that they are compared with."""

import re
from collections.abc import Callable
from typing import Any

from ..braze import refusal_of_name
from ..catalog.catalog import Catalog, CatalogAttribute
from ..diagnostics import Fix, listed, nearest, quoted
from ..syntax import tree
from .mending import OPERATORS, mended
from .resolver import Unit

__all__ = ["Known", "Verdict"]

# Known values that a message lists.
_LISTED_AT_MOST = 10
# A regex that asks for a piece of text as it stands, at the ends of the value or anywhere.
_PLAIN_REGEX = re.compile(r"(\^?)([^\\^$.|?*+()\[\]{}]+)(\$?)")


class Verdict:
    """A finding before it has a place: its message, the way out, and a fix where there is one."""

    __slots__ = ("fix", "message", "way_out")

    def __init__(self, message: str, way_out: str | None = None, fix: Fix | None = None) -> None:
        self.message = message
        self.way_out = way_out
        self.fix = fix


class Known:
    """A catalogue, as the checker asks it. `suggests` is turned off once there are more findings than are listed."""

    __slots__ = ("_values", "catalog", "suggests")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.suggests = True
        self._values: dict[str, frozenset[str]] = {}

    def unknown_attribute(self, unit: Unit, subject: tree.Attribute) -> Verdict | None:
        """What is wrong with a name that the catalogue does not have; None where it has it."""
        name = subject.name
        if name in self.catalog:
            return None
        other = self.catalog.in_other_case(name)
        if other is not None:
            message = f"the catalogue has no attribute `{name}`, but `{other}`: letter case counts"
            return Verdict(message, f"write {_spelled(other)}", _renamed(unit, subject, other))
        message = f"the catalogue has no attribute `{name}`"
        close = nearest(name, self.catalog) if self.suggests else []
        if close:
            way = "did you mean " + " or ".join(f"`{each}`" for each in close) + "?"
            return Verdict(message, way, _renamed(unit, subject, close[0]))
        refusal = refusal_of_name(name) if "." in name else None
        if refusal is not None:
            return Verdict(f"{message}, and a connected audience cannot filter on a nested one", refusal[2])
        return Verdict(message)

    def values_of(self, subject: tree.Subject) -> frozenset[str] | None:
        """The values that are known of an attribute, or None."""
        attribute = self.catalog.get(subject.name) if isinstance(subject, tree.Attribute) else None
        if attribute is None or attribute.values is None:
            return None
        found = self._values.get(attribute.name)
        if found is None:
            found = self._values[attribute.name] = frozenset(attribute.values)
        return found

    def unknown_value(self, unit: Unit, subject: tree.Attribute, node: tree.Text) -> Verdict | None:
        """What is to be said of a text that is none of the known values; None where it is one of them."""
        values = self.values_of(subject)
        if values is None or not node.value or node.value in values:
            return None
        attribute = self._known(subject)
        close = nearest(node.value, attribute.values or (), most=1) if self.suggests else []
        message = f"the catalogue knows no value {quoted(node.value)} of `{attribute.name}`"
        if not close:
            return Verdict(message, _known_ones(attribute))
        if close[0].casefold() == node.value.casefold():
            message += f", but {quoted(close[0])}: letter case counts"
        fix = Fix(
            f"write {quoted(close[0])}", [(unit.parsed.span(node), _spelling().spelled_text(close[0]))], safe=False
        )
        return Verdict(message, f"did you mean {quoted(close[0])}? {_NEW_ONE}", fix)

    def unknown_piece(self, subject: tree.Attribute, piece: str, where: str) -> Verdict | None:
        """As `unknown_value`, of a piece of text, which is asked for without regard to letter case."""
        folded, found = piece.casefold(), _FOUND[where]
        values = self.values_of(subject)
        if values is None or not piece or any(found(each.casefold(), folded) for each in values):
            return None
        message = f"no value that the catalogue knows of `{subject.name}` {_PIECE_WORDS[where]} {quoted(piece)}"
        return Verdict(message, _known_ones(self._known(subject)))

    def compared_with(self, unit: Unit, kind: str, type_words: str, clause: object) -> Verdict:
        """The way out of a comparison that the type does not allow: the clause mended, and what Braze compares."""
        allowed = f"Braze compares {type_words} with {listed(OPERATORS[kind])}"
        written = mended(unit, clause, kind)
        return Verdict("", allowed) if written is None else Verdict("", f"write `{written[0]}`; {allowed}", written[1])

    def unknown_in_regex(self, subject: tree.Attribute, pattern: str) -> Verdict | None:
        """As `unknown_piece`, of a regex that asks for a piece of text as it stands; None for one that says more."""
        match = _PLAIN_REGEX.fullmatch(pattern)
        if match is None:
            return None
        ends = bool(match[1]), bool(match[3])
        where = {(True, True): "whole", (True, False): "start", (False, True): "end"}.get(ends, "anywhere")
        return self.unknown_piece(subject, match[2], where)

    def _known(self, subject: tree.Attribute) -> CatalogAttribute:
        attribute = self.catalog.get(subject.name)
        assert attribute is not None
        return attribute


_FOUND: dict[str, Callable[[str, str], bool]] = {
    "start": str.startswith,
    "end": str.endswith,
    "anywhere": str.__contains__,
    "whole": str.__eq__,
}
_PIECE_WORDS = {"start": "starts with", "end": "ends with", "anywhere": "contains", "whole": "is"}
_NEW_ONE = "A new value goes into the catalogue"


def _known_ones(attribute: CatalogAttribute) -> str:
    values = attribute.values or ()
    more = f" and {len(values) - _LISTED_AT_MOST:,} more" if len(values) > _LISTED_AT_MOST else ""
    return f"it knows {', '.join(map(quoted, values[:_LISTED_AT_MOST]))}{more}. {_NEW_ONE}"


def _renamed(unit: Unit, subject: tree.Attribute, name: str) -> Fix:
    return Fix(f"write {_spelled(name)}", [(unit.parsed.span(subject), _spelling().spelled_name(name))], safe=False)


def _spelled(name: str) -> str:
    spelled = _spelling().spelled_name(name)
    return spelled if spelled.startswith("`") else f"`{spelled}`"


def _spelling() -> Any:
    # With it comes the formatter, which only a mistake needs.
    from ..syntax.formatter import spelling

    return spelling
