"""Which values a clause takes, and which not, in words: put together from all of its comparisons.

So what a `not` or a `between` has become is said as one thing, and who is out is said by the opposite of the set.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from ..braze import NO_VALUE, RELATIVE, STATUSES
from ..compiler.negation import OPPOSITE
from ..filters import And, CustomAttribute, Filter, LastUsedApp, Leaf, Or, Value, leaves_of
from ..profiles import since_epoch
from . import lines
from .folding import folded
from .lines import AFTER, BEFORE, Line
from .patterns import pattern_words
from .ranges import among, day_words, instant_words, number_words
from .wording import Words, code, enumerated, shown_value

__all__ = ["Predicate", "Said", "both_sides", "domain"]

_STRING = frozenset({"string"})
_AT_NOW = 0


class Predicate:
    """What is said of a value. `negative` says that it denies something, and does not say that there is a value."""

    __slots__ = ("negative", "words")

    def __init__(self, words: Words, *, negative: bool = False) -> None:
        self.words = words
        self.negative = negative


# Of all values, of none, or of some.
Said: TypeAlias = bool | Predicate


def domain(leaf: Leaf, types: dict[str, frozenset[str]]) -> str | None:
    """Of which kind the set is that a comparison takes; None for `exists`, which goes with each.

    Comparisons of one attribute can be said as one thing where all are of one kind; of `pattern` and `values` each
    stands for itself.
    """
    if not isinstance(leaf, CustomAttribute):
        return "time" if isinstance(leaf, LastUsedApp) else "state"
    comparison = leaf.comparison
    if comparison in NO_VALUE:
        return None
    if comparison in RELATIVE:
        return "days"
    if comparison in ("before", "after"):
        return "time"
    if comparison.endswith("_regex"):
        return "pattern"
    if comparison in ("is_any_of", "is_none_of"):
        return "text" if types[leaf.name] == _STRING else "values"
    if comparison in ("includes_value", "does_not_include_value"):
        return comparison
    if isinstance(leaf.value, bool):
        return "boolean"
    return "text" if isinstance(leaf.value, str) else "number"


def both_sides(filter: Filter, types: dict[str, frozenset[str]]) -> tuple[Said, Said]:
    """What a clause takes of the values, and what it does not."""
    leaves = leaves_of(filter)
    kind = next((each for leaf in leaves if (each := domain(leaf, types)) is not None), "number")
    if kind in ("number", "days", "time"):
        line = _line(filter)
        texts = {_place(leaf): leaf.value for leaf in reversed(leaves) if leaf.value is not None}
        return _of_line(line, kind, texts), _of_line(lines.complement(line), kind, texts)
    if kind == "boolean":
        chosen = _chosen(filter, (True, False))
        shown = [(shown_value(each), each in chosen) for each in (True, False)]
        return _of_choice(shown, wanted=True), _of_choice(shown, wanted=False)
    if kind == "state":
        chosen = _chosen(filter, STATUSES)
        shown = [(code(each), each in chosen) for each in STATUSES]
        return _of_choice(shown, wanted=True), _of_choice(shown, wanted=False)
    if kind == "text":
        every_but, texts_of = _texts(filter)
        return _of_texts(texts_of, every_but), _of_texts(texts_of, not every_but)
    return _of_parts(filter, opposite=False), _of_parts(filter, opposite=True)


def _line(filter: Filter) -> Line:
    def of_leaf(leaf: Leaf) -> Line:
        comparison = leaf.comparison
        if comparison in NO_VALUE:
            return lines.EVERYWHERE if comparison == "exists" else lines.NOWHERE
        return _LINES[comparison](_place(leaf))

    return folded(
        filter, of_leaf, lambda group, members: (lines.intersection if group is And else lines.union)(members)
    )


_LINES: dict[str, Callable[[float], Line]] = {
    "equals": lambda place: ((place, BEFORE), (place, AFTER)),
    "not_equal": lambda place: lines.complement(((place, BEFORE), (place, AFTER))),
    "greater_than": lambda place: ((place, AFTER),),
    "greater_than_or_equal_to": lambda place: ((place, BEFORE),),
    "less_than": lambda place: lines.complement(((place, BEFORE),)),
    "less_than_or_equal_to": lambda place: lines.complement(((place, AFTER),)),
    "before": lambda place: lines.complement(((place, BEFORE),)),
    "after": lambda place: ((place, BEFORE),),
    "less_than_x_days_ago": lambda place: ((place, BEFORE), (_AT_NOW, AFTER)),
    "greater_than_x_days_ago": lambda place: lines.complement(((place, BEFORE),)),
    "less_than_x_days_in_the_future": lambda place: ((_AT_NOW, AFTER), (place, AFTER)),
    "greater_than_x_days_in_the_future": lambda place: ((place, AFTER),),
}


def _place(leaf: Leaf) -> float:
    """Where the value of a comparison stands: a number, microseconds, or days from the send."""
    value = leaf.value
    if isinstance(value, str):
        return since_epoch(datetime.fromisoformat(value))
    assert isinstance(value, (int, float))
    return -value if leaf.comparison.endswith("_ago") else value


def _of_line(line: Line, kind: str, texts: Mapping[float, Value]) -> Said:
    if line in (lines.EVERYWHERE, lines.NOWHERE):
        return line == lines.EVERYWHERE
    if kind == "days":
        return Predicate("is " + day_words(line))
    if kind == "time":
        return Predicate(instant_words(line, texts))
    words, negative = number_words(line, texts)
    return Predicate("is " + words, negative=negative)


def _chosen(filter: Filter, every: Sequence[object]) -> frozenset[object]:
    whole = frozenset(every)

    def of_leaf(leaf: Leaf) -> frozenset[object]:
        if leaf.comparison in NO_VALUE:
            return whole if leaf.comparison == "exists" else frozenset()
        one = frozenset({leaf.value})
        return one if leaf.comparison in ("equals", "is") else whole - one

    return folded(
        filter,
        of_leaf,
        lambda group, members: whole.intersection(*members) if group is And else frozenset().union(*members),
    )


def _of_choice(shown: list[tuple[Words, bool]], *, wanted: bool) -> Said:
    found = [words for words, chosen in shown if chosen is wanted]
    if len(found) in (0, len(shown)):
        return bool(found)
    return Predicate("is " + enumerated(found, "or"))


# Texts that are taken, or with True all but these; a dictionary for the order in which they were written.
_Texts: TypeAlias = tuple[bool, dict[str, None]]


def _texts(filter: Filter) -> _Texts:
    def of_leaf(leaf: Leaf) -> _Texts:
        if leaf.comparison in NO_VALUE:
            return leaf.comparison == "exists", {}
        value = leaf.value
        given = value if isinstance(value, tuple) else (str(value),)
        return leaf.comparison in ("not_equal", "is_none_of"), dict.fromkeys(given)

    return folded(filter, of_leaf, _texts_together)


def _texts_together(group: type[And] | type[Or], members: list[_Texts]) -> _Texts:
    # An AND is what an OR is of the opposites, and its opposite.
    flip = group is And
    taken = [texts for every_but, texts in members if every_but is flip]
    refused = [texts for every_but, texts in members if every_but is not flip]
    united = dict.fromkeys(text for texts in taken for text in texts)
    if not refused:
        return flip, united
    first, *others = sorted(refused, key=len)
    left = {text: None for text in first if text not in united and all(text in each for each in others)}
    return not flip, left


def _of_texts(texts: dict[str, None], every_but: bool) -> Said:
    if not texts:
        return every_but
    return Predicate(among("is", list(map(shown_value, texts)), negative=every_but), negative=every_but)


def _of_parts(filter: Filter, *, opposite: bool) -> Said:
    """What is said of a value comparison by comparison: of lists and of patterns."""

    def of_leaf(leaf: Leaf) -> "Said | _Parts":
        assert isinstance(leaf, CustomAttribute)
        if leaf.comparison in NO_VALUE:
            return (leaf.comparison == "exists") is not opposite
        return _Parts(None, [CustomAttribute(leaf.name, OPPOSITE[leaf.comparison], leaf.value) if opposite else leaf])

    def of_group(group: type[And] | type[Or], members: list["Said | _Parts"]) -> "Said | _Parts":
        enough = (group is Or) is not opposite
        if enough in members:
            return enough
        parts = [each for each in members if isinstance(each, _Parts)]
        if not parts:
            return not enough
        return _Parts(enough, [leaf for each in parts for leaf in each.leaves])

    found = folded(filter, of_leaf, of_group)
    return found.said() if isinstance(found, _Parts) else found


class _Parts:
    """Comparisons of one attribute; `one` says whether one of them is enough."""

    __slots__ = ("leaves", "one")

    def __init__(self, one: bool | None, leaves: list[CustomAttribute]) -> None:
        self.one = one
        self.leaves = leaves

    def said(self) -> Said:
        comparison = self.leaves[0].comparison
        negative = comparison in ("does_not_include_value", "is_none_of", "does_not_match_regex")
        shown = [
            shown_value(each)
            for leaf in self.leaves
            for each in (leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))
        ]
        shown = list({str(each): each for each in shown}.values())
        if comparison.endswith("_regex"):
            return Predicate(pattern_words(str(self.leaves[0].value), negative=negative), negative=negative)
        if comparison in ("is_any_of", "is_none_of"):
            return Predicate(_has(shown, negative), negative=negative)
        return Predicate(_contains(shown, negative, bool(self.one)), negative=negative)


def _has(shown: list[Words], negative: bool) -> Words:
    """Of a text or a list: nothing tells which of them the attribute is."""
    if len(shown) == 1:
        return f"{'does not have' if negative else 'has'} the value " + shown[0]
    return f"has {'none' if negative else 'at least one'} of the values " + enumerated(shown, "and")


def _contains(shown: list[Words], negative: bool, one: bool) -> Words:
    if len(shown) == 1:
        return f"{'does not contain' if negative else 'contains'} " + shown[0]
    if not negative:
        both_of = "both " if len(shown) == 2 and not one else "" if one else "all of "
        return f"contains {both_of}" + enumerated(shown, "or" if one else "and")
    if one:
        return f"does not contain {'both' if len(shown) == 2 else 'all of'} " + enumerated(shown, "and")
    if len(shown) == 2:
        return "contains neither " + enumerated(shown, "nor")
    return "contains none of " + enumerated(shown, "and")
