"""A clause that the type of its attribute does not allow, written as that type would have it, where that is plain.

A fix that is safe writes the one value that can be meant in the attribute's own type; one that changes the comparison
is not.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from ..diagnostics import Fix
from ..source import Span
from ..syntax import tree
from ..syntax.literals import Refused, datetime_error, decode_number
from .resolver import Unit

__all__ = ["OPERATORS", "mended"]

# What Braze can compare, by the attribute's type, in the words of the language.
OPERATORS: dict[str, tuple[str, ...]] = {
    "string": ("==", "!=", "in", "matches", "starts with", "ends with", "contains", "exists"),
    "number": ("==", "!=", ">", ">=", "<", "<=", "between", "in", "exists"),
    "boolean": ("is true", "is false", "exists"),
    "time": ("before", "after", "less than … days ago", "more than … days from now", "in the last … days", "exists"),
    "array": ("includes", "includes any of", "includes all of", "includes none of", "exists"),
}
_TRUTH = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}

# The clause as it is then written, and the fix.
Mended: TypeAlias = tuple[str, Fix] | None


def mended(unit: Unit, clause: object, kind: str) -> Mended:
    """How a clause is written on an attribute of this type, or None where nothing is plain."""
    mend = _MEND.get(type(clause))
    return None if mend is None else mend(unit, clause, kind)


def _compare(unit: Unit, clause: tree.Compare, kind: str) -> Mended:
    value, equality = clause.value, clause.operator in ("==", "!=")
    if kind == "array" and equality and isinstance(value, tree.Text):
        words = "includes" if clause.operator == "==" else "does not include"
        return _instead(unit, clause, clause.subject, f"{words} {unit.parsed.text(value)}")
    written = None
    if kind == "number":
        written = _number(value)
    elif kind == "string" and equality and isinstance(value, (tree.Number, tree.Boolean)):
        written = _in_quotes(unit.parsed.text(value))
    elif kind == "boolean" and equality and isinstance(value, (tree.Text, tree.Number)):
        written = _TRUTH.get(str(value.value).strip().lower())
    elif kind == "time" and isinstance(value, tree.Text) and datetime_error(value.value) is None:
        return _time(unit, clause, value.value)
    if written is None:
        return None
    # Of `"1"` and `"yes"` it is only likely that they mean `true`.
    safe = kind != "boolean" or str(value.value).lower() == written  # type: ignore[union-attr]
    return _replaced(unit, clause, [(value, written)], safe=safe)


def _time(unit: Unit, clause: tree.Compare, written: str) -> Mended:
    if clause.operator in ("==", "!="):
        return None
    side = "after" if clause.operator in (">", ">=") else "before"
    return _instead(unit, clause, clause.subject, f"{side} {written}")


def _in(unit: Unit, clause: tree.In, kind: str) -> Mended:
    if not isinstance(clause.values, tree.ListValue) or not clause.values.items:
        return None
    changes: list[tuple[Any, str]] = []
    for item in clause.values.items:
        if kind == "number":
            written = _number(item)
        elif kind == "string" and isinstance(item, tree.Number):
            written = _in_quotes(unit.parsed.text(item))
        else:
            return None
        if written is None:
            return None
        changes.append((item, written))
    return _replaced(unit, clause, changes, safe=True)


def _includes(unit: Unit, clause: tree.Includes, kind: str) -> Mended:
    if kind != "string":
        return None
    value = unit.parsed.text(clause.value)
    if clause.quantifier == "one":
        return _instead(unit, clause, clause.subject, f"{'!=' if clause.negated else '=='} {value}")
    words = {"any": "in", "none": "not in"}.get(clause.quantifier)
    return None if words is None else _instead(unit, clause, clause.subject, f"{words} {value}")


def _contains(unit: Unit, clause: tree.Contains, kind: str) -> Mended:
    if kind != "array" or clause.where != "anywhere":
        return None
    words = "does not include" if clause.negated else "includes"
    return _instead(unit, clause, clause.subject, f"{words} {unit.parsed.text(clause.value)}")


def _at(unit: Unit, clause: tree.At, kind: str) -> Mended:
    if kind != "number" or not isinstance(clause.value, tree.Number):
        return None
    sign = ">" if clause.side == "after" else "<"
    return _instead(unit, clause, clause.subject, f"{sign} {unit.parsed.text(clause.value)}")


def _in_quotes(text: str) -> str:
    # With it comes the formatter, which only a mistake needs.
    from ..syntax.formatter.spelling import spelled_text

    return spelled_text(text)


def _number(value: object) -> str | None:
    """A text that is a number, as a number."""
    if not isinstance(value, tree.Text):
        return None
    token = value.value.strip()
    return None if not token or isinstance(decode_number(token), Refused) else token


def _instead(unit: Unit, clause: tree.Expression, subject: tree.Subject, rest: str) -> Mended:
    written = f"{unit.parsed.text(subject)} {rest}"
    return written, Fix(f"write `{written}`", [(unit.parsed.span(clause), written)], safe=False)


def _replaced(unit: Unit, clause: tree.Expression, changes: list[tuple[Any, str]], *, safe: bool) -> Mended:
    edits = [(unit.parsed.span(node), written) for node, written in changes]
    whole = unit.parsed.span(clause)
    inside = [(Span(span.start - whole.start, span.end - whole.start), written) for span, written in edits]
    written = Fix("", inside).apply(unit.parsed.text(clause))
    return written, Fix(f"write `{written}`", edits, safe=safe)


_MEND: dict[type, Callable[[Unit, Any, str], Mended]] = {
    tree.Compare: _compare,
    tree.In: _in,
    tree.Includes: _includes,
    tree.Contains: _contains,
    tree.At: _at,
}
