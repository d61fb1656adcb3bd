"""Why a filter selects a user, or does not, in words: a line for each clause as it was written, and for each group.

What a profile holds is somebody else's text, so it is cut, and shown without anything that a terminal would obey.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from ..attribute_types import ALL_TYPES, attribute_types
from ..braze import MISSING, NO_VALUE, RELATIVE, missing_key
from ..clauses import SIGNS, Clause, ClauseTree, clause_tree
from ..compiler.negation import OPPOSITE
from ..diagnostics import cut, quoted, visible
from ..evaluate import Reason, Verdict
from ..filters import And, CustomAttribute, Filter, LastUsedApp, Or, PushSubscription, leaves_of
from ..profiles import since_epoch
from ..settings import Settings
from .relations import relation, shown_value

__all__ = ["Line", "because", "explain", "how_sure"]

_CLAUSE_AT_MOST = 200
_NAME_AT_MOST = 80


class Line:
    """A clause with the reason of its verdict in `words`, or a group, whose `text` says how many members hold.

    `depth` counts the groups around it. A group is `joined` by `and` or `or`; a clause has a `reason`.
    """

    __slots__ = ("depth", "joined", "reason", "selected", "text", "words")

    def __init__(
        self,
        depth: int,
        selected: bool,
        text: str,
        words: str = "",
        *,
        reason: Reason | None = None,
        joined: str | None = None,
    ) -> None:
        self.depth = depth
        self.selected = selected
        self.text = text
        self.words = words
        self.reason = reason
        self.joined = joined

    def __repr__(self) -> str:
        return f"Line({self.depth}, {self.selected}, {self.text!r}, {self.words!r})"


def explain(verdict: Verdict, *, settings: Settings, now: datetime | None = None, untyped: bool = False) -> list[Line]:
    """The lines of a filter's verdict, in the order of the text; a group stands before its members.

    `settings` and `now` are those of the verdict, and `untyped` is the profile's.
    """
    words = _Words(attribute_types(verdict.node), settings, now, untyped)
    leaves = iter(verdict.leaves())
    lines: list[Line] = []
    # The groups that are still open: where the line of each stands, and whether a member was selected or not.
    open_groups: list[tuple[int, set[bool]]] = []
    pending: list[ClauseTree | None] = [clause_tree(verdict.node)]
    while pending:
        node = pending.pop()
        if node is None:
            at, seen = open_groups.pop()
            _close(lines[at], seen)
            selected = lines[at].selected
        elif isinstance(node, Clause):
            own = [next(leaves) for _ in range(len(leaves_of(node.filter)))]
            selected, deciding = _decided(node.filter, own)
            text = visible(cut(node.text, _CLAUSE_AT_MOST))
            lines.append(Line(len(open_groups), selected, text, words.of(node, selected, own, deciding)))
            lines[-1].reason = _reason(selected, own)
        else:
            lines.append(Line(len(open_groups), False, "", joined=node.joined))
            open_groups.append((len(lines) - 1, set()))
            pending.append(None)
            pending.extend(reversed(node.members))
            continue
        if open_groups:
            open_groups[-1][1].add(selected)
    return lines


def because(
    clause: Clause,
    leaves: Sequence[Verdict],
    *,
    settings: Settings,
    now: datetime | None = None,
    types: Mapping[str, frozenset[str]] | None = None,
    untyped: bool = False,
) -> str:
    """The words for one clause, from the verdicts of its leaves in their order.

    `types` are the `attribute_types` of the whole filter, where there is more of it than this clause.
    """
    selected, deciding = _decided(clause.filter, leaves)
    words = _Words(attribute_types(clause.filter) if types is None else types, settings, now, untyped)
    return words.of(clause, selected, leaves, deciding)


def _close(line: Line, seen: set[bool]) -> None:
    if line.joined == "and":
        line.selected = False not in seen
        line.text = "all of these hold" if line.selected else "not all of these hold"
    else:
        line.selected = True in seen
        line.text = "one of these holds" if line.selected else "none of these holds"


def _reason(selected: bool, leaves: Sequence[Verdict]) -> Reason:
    # All leaves of a clause ask for the same attribute.
    own = leaves[0].reason
    return own if own in ("no value", "other type") else "held" if selected else "failed"


_Decided: TypeAlias = tuple[bool, list[Verdict]]


def _decided(filter: Filter, leaves: Sequence[Verdict]) -> _Decided:
    """Whether a clause selects, and the leaves that decide it: one where one is enough, or else all."""
    rest = iter(leaves)
    results: list[_Decided] = []
    pending: list[tuple[Filter, bool]] = [(filter, False)]
    while pending:
        node, ready = pending.pop()
        if not isinstance(node, (And, Or)):
            leaf = next(rest)
            results.append((leaf.selected, [leaf]))
        elif ready:
            size = len(node.operands)
            members = results[-size:]
            del results[-size:]
            # One that fails is enough against an AND, and one that holds for an OR.
            enough = isinstance(node, Or)
            one = next((each for each in members if each[0] is enough), None)
            results.append(one or (not enough, [leaf for _, each in members for leaf in each]))
        else:
            pending.append((node, True))
            pending.extend((operand, False) for operand in reversed(node.operands))
    return results[0]


# --- Words ---

_SURE = {
    "documented": "documented by Braze",
    "documented for segments": "documented by Braze for segments",
    "inferred, strong": "inferred, for strong reasons",
    "inferred": "inferred, not documented",
    "inferred, weak": "inferred, for weak reasons",
    "unknown": "assumed, since no source says",
}
_NOT_OF_TYPE = {
    frozenset({"string"}): "not a text",
    frozenset({"number"}): "not a number",
    frozenset({"boolean"}): "neither true nor false",
    frozenset({"time"}): "not a time in ISO 8601",
    frozenset({"array"}): "not an array",
    frozenset({"string", "array"}): "neither a text nor an array",
    ALL_TYPES: "which no filter works on",
}


def how_sure(key: str, settings: Settings) -> str:
    """In words, how sure it is what this row of `braze.MISSING` says."""
    return "set by the workspace" if key in settings.assume else _SURE[MISSING[key].mark]


class _Words:
    def __init__(
        self, types: Mapping[str, frozenset[str]], settings: Settings, now: datetime | None, untyped: bool
    ) -> None:
        self._types = types
        self._settings = settings
        self._now = None if now is None else since_epoch(now)
        self._untyped = untyped

    def of(self, clause: Clause, selected: bool, leaves: Sequence[Verdict], deciding: Sequence[Verdict]) -> str:
        first = leaves[0]
        leaf = first.node
        if isinstance(leaf, LastUsedApp):
            return self._last_used(deciding)
        if not isinstance(leaf, CustomAttribute):
            return f"{'push' if isinstance(leaf, PushSubscription) else 'email'} is {first.value}"
        name = _quoted_name(leaf.name)
        if first.reason in ("no value", "other type"):
            return self._missing(clause, selected, leaves, deciding, self._what_is_there(name, leaf.name, first))
        denied = None
        if any(isinstance(each.node, CustomAttribute) and each.node.comparison in RELATIVE for each in leaves):
            denied = _denied(clause, selected)
        return relation(name, first.value, deciding, now=self._now, untyped=self._untyped, denied=denied)

    def _what_is_there(self, name: str, attribute: str, verdict: Verdict) -> str:
        value = verdict.value
        if verdict.reason == "other type":
            if _is_number(value) and self._types.get(attribute) == frozenset({"number"}):
                return f"{name} is {_kind(value)}, which no number can be compared with, so it counts as no value"
            said = _NOT_OF_TYPE.get(self._types.get(attribute, ALL_TYPES), "which its comparisons do not all work on")
            return f"{name} is {_kind(value)}, {said}, so it counts as no value"
        if isinstance(value, (list, tuple)) or value == "[]":
            return f"{name} is an empty array, which counts as no value"
        if value == "" and not self._untyped:
            return f"{name} is blank text, which counts as no value"
        return f"the user has no {name}"

    def _missing(
        self, clause: Clause, selected: bool, leaves: Sequence[Verdict], deciding: Sequence[Verdict], there: str
    ) -> str:
        denied = _denied(clause, selected)
        if denied is not None:
            return f"{there}: {denied}{self._how_sure(_opposites(leaves), not selected)}"
        rows = [each.node for each in deciding if isinstance(each.node, CustomAttribute)]
        asked = next((each for each in rows if each.comparison not in NO_VALUE), None)
        if asked is None:
            return there
        # The reader may have written it otherwise.
        sign = SIGNS.get(asked.comparison)
        what = f"`{sign}`" if sign is not None and f" {sign} " in clause.text else "this clause"
        does = "selects" if selected else "leaves out"
        return f"{there}, and {what} {does} users without a value{self._how_sure([asked], selected)}"

    def _how_sure(self, leaves: Sequence[CustomAttribute], selects: bool) -> str:
        """How sure the row is that decides for these leaves."""
        for leaf in leaves:
            key = missing_key(leaf.comparison, leaf.value)
            if self._settings.selects_missing(key) is selects:
                return f" ({how_sure(key, self._settings)})"
        return ""

    def _last_used(self, deciding: Sequence[Verdict]) -> str:
        value = deciding[0].value
        if not isinstance(value, int):
            return "the profile names no use of an app, and neither `before` nor `after` selects such users (inferred)"
        return relation("the app was last used at", value, deciding, now=self._now, untyped=self._untyped)


def _denied(clause: Clause, selected: bool) -> str | None:
    """What is said of a clause under a `not`, which the reader wrote, and not of the complement that it became."""
    if clause.origin is None or not clause.origin.negated:
        return None
    inner = quoted(clause.text.removeprefix("not (").removesuffix(")"))
    holds, opposite = ("does not hold", "does") if selected else ("holds", "does not")
    return f"so {inner} {holds} of them, and its opposite {opposite}"


def _opposites(leaves: Sequence[Verdict]) -> list[CustomAttribute]:
    """What a negated clause denies, from the leaves of its complement."""
    return [
        CustomAttribute(each.node.name, OPPOSITE[each.node.comparison], each.node.value)
        for each in leaves
        if isinstance(each.node, CustomAttribute) and each.node.comparison not in NO_VALUE
    ]


def _quoted_name(name: str) -> str:
    return f"`{visible(cut(name, _NAME_AT_MOST))}`"


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f"the text {shown_value(value)}"
    if isinstance(value, bool):
        return shown_value(value)
    if isinstance(value, date):
        return f"the time {shown_value(value)}"
    if isinstance(value, (list, tuple)):
        return f"the array {shown_value(value)}"
    if isinstance(value, Mapping):
        return "an object"
    if _is_number(value):
        return f"the number {shown_value(value)}"
    return f"a value of the kind {shown_value(value)}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
