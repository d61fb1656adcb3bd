"""Random filters, as trees of clauses that know how they are written.

The first letter of an attribute's name says its type, so that no name is used as two: `s`tring, `n`umber, `b`oolean,
`t`ime, `a`rray, `e`ither text or array, and `x`, of which nothing is told.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any, TypeAlias

from tests.differential.patterns import pattern

__all__ = ["NOW", "WORDS", "Clause", "Group", "Not", "Tree", "clauses_of", "random_tree", "written"]

NOW = datetime(2026, 3, 15, 12, 0, 0, tzinfo=UTC)

WORDS = [
    *(
        "x",
        "y",
        "X",
        "xy",
        "yx",
        " x",
        "x ",
        "é",
        "É",
        "k",
        "K",
        "\u212a",
        "s",
        "ſ",
        "ß",
        "ẞ",
        "i",
        "I",
        "İ",
        "ı",
        "σς",
    ),
    *(
        "a.b",
        "$x",
        "x|y",
        "0",
        "1",
        "true",
        "null",
        "x\n",
        "\n",
        "a\nb",
        '"',
        "'",
        "''",
        "\\",
        "%",
        "_",
        "😀",
        "2026-01-01",
    ),
    *("[]", "[1]", '["x"]', "{}", "\t", "\x7f", "\u2028", "\ufeffx", "e\u0301"),
]
_NUMBERS = [-1, 0, 1, 2, 5, 18, 100, 0.5, -0.5, 0.0, 1.0, 0.1, 1e3, 1e300, 1e-7, 2**53 - 1, -(2**53) + 1, 3.14, 1.7e308]
_DAYS = [1, 1, 2, 3, 4, 7, 30, 365, 36_500]
_STATES = ["opted_in", "subscribed", "unsubscribed"]
_ODD_NAMES = ["'", '"', ".y", " $", "[0]", "\\", "/", "é", "*", "?x", "😀", "%", "1.2"]


class Clause:
    """One clause of the language: its text, values of its parameters, and texts that meet its regex by attribute."""

    __slots__ = ("params", "samples", "text")

    def __init__(self, text: str, params: dict[str, Any], samples: dict[str, list[str]]) -> None:
        self.text = text
        self.params = params
        self.samples = samples


class Not:
    __slots__ = ("inner",)

    def __init__(self, inner: "Tree") -> None:
        self.inner = inner


class Group:
    """Members joined by `and` or `or`. A bare one stands without parentheses where it means the same."""

    __slots__ = ("bare", "joined", "members")

    def __init__(self, joined: str, members: list["Tree"], bare: bool = False) -> None:
        self.joined = joined
        self.members = members
        self.bare = bare


Tree: TypeAlias = Clause | Not | Group


def written(tree: Tree) -> str:
    """The tree in the language."""
    if isinstance(tree, Clause):
        return tree.text
    if isinstance(tree, Not):
        return f"not {tree.inner.text}" if isinstance(tree.inner, Clause) else f"not ({written(tree.inner)})"
    return f" {tree.joined} ".join(_member(each, tree.joined) for each in tree.members)


def _member(tree: Tree, joined: str) -> str:
    if isinstance(tree, Group) and not (tree.bare and (tree.joined == "and" or joined == "or")):
        return f"({written(tree)})"
    return written(tree)


def clauses_of(tree: Tree) -> Iterator[Clause]:
    if isinstance(tree, Clause):
        yield tree
    for inner in [tree.inner] if isinstance(tree, Not) else tree.members if isinstance(tree, Group) else []:
        yield from clauses_of(inner)


def random_tree(rng: Random, now: datetime) -> Tree:
    """A tree of one to eight clauses or so. `last_used_app` has no opposite, and stands under no `not`."""
    return _Maker(rng, now).tree(rng.choice([0, 1, 1, 2, 2, 3]), negated=False)


class _Maker:
    def __init__(self, rng: Random, now: datetime) -> None:
        self.rng = rng
        self.now = now
        self.params: dict[str, Any] = {}
        self.samples: dict[str, list[str]] = {}
        self.count = 0
        # Few names, so that clauses meet on one attribute.
        self.names = {letter: self._names(letter) for letter in "snbtaex"}

    def _names(self, letter: str) -> list[str]:
        names = [f"{letter}1", f"{letter}2"]
        if self.rng.random() < 0.15:
            names.append(letter + self.rng.choice(_ODD_NAMES))
        return names

    def tree(self, depth: int, negated: bool) -> Tree:
        rng = self.rng
        if depth == 0 or rng.random() < 0.15:
            return self.clause(negated)
        if rng.random() < 0.25:
            return Not(self.tree(depth - 1, not negated))
        members = [self.tree(depth - 1, negated) for _ in range(rng.choice([2, 2, 3]))]
        return Group(rng.choice(["and", "or"]), members, rng.random() < 0.4)

    def clause(self, negated: bool) -> Clause:
        makers = _MAKERS if not negated else _MAKERS[:-1]
        self.params, self.samples = {}, {}
        return Clause(self.rng.choice(makers)(self), self.params, self.samples)

    # --- The parts of a clause ---

    def name(self, letters: str) -> str:
        name = self.rng.choice(self.names[self.rng.choice(letters)])
        self.attribute = name
        if name.isascii() and name.isalnum():
            return name
        return f"attribute {self.literal(name)}" if "`" in name or "\\" in name else f"`{name}`"

    def literal(self, value: str) -> str:
        return json.dumps(value, ensure_ascii=self.rng.random() < 0.2).replace("\x7f", "\\u007f")

    def given(self, value: Any, spelled: str) -> str:
        """The value as it is spelled, or now and then as a parameter."""
        if self.rng.random() > 0.12:
            return spelled
        self.count += 1
        self.params[f"p{self.count}"] = value
        return f"$p{self.count}"

    def text(self) -> str:
        value = "" if self.rng.random() < 0.02 else self.rng.choice(WORDS)
        return self.given(value, self.literal(value))

    def texts(self) -> str:
        values = [self.rng.choice(WORDS) for _ in range(self.rng.randint(1, 4))]
        return self.given(values, f"[{', '.join(map(self.literal, values))}]")

    def number(self) -> str:
        # Zero has rows of its own in the table of assumptions.
        value = self.rng.choice(_NUMBERS) if self.rng.random() < 0.7 else self.rng.choice([0, 0.0])
        return self.given(value, repr(value))

    def numbers(self) -> str:
        values = [self.rng.choice(_NUMBERS) for _ in range(self.rng.randint(1, 4))]
        return self.given(values, f"[{', '.join(map(repr, values))}]")

    def days(self) -> str:
        value = self.rng.choice(_DAYS)
        return self.given(value, str(value))

    def spans(self) -> tuple[int, int]:
        low, high = sorted(self.rng.sample([1, 2, 3, 4, 30, 365], 2))
        return low, high

    def states(self) -> str:
        return f"[{', '.join(self.rng.choice(_STATES) for _ in range(self.rng.randint(1, 3)))}]"

    def instant(self) -> str:
        rng = self.rng
        at = self.now + timedelta(
            days=rng.choice([-365, -30, -3, -2, -1, 0, 1, 3]), microseconds=rng.choice([0, 0, 1, -1, 500_000])
        )
        if rng.random() < 0.1:
            at = rng.choice(
                [datetime(1, 1, 2, tzinfo=UTC), datetime(3000, 12, 31, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
            )
        if rng.random() < 0.12:
            return self.given(at, at.isoformat())
        if rng.random() < 0.5:
            at = at.astimezone(timezone(timedelta(minutes=rng.choice([420, -330, 0, 60, 840]))))
        text = at.replace(tzinfo=None, microsecond=0).isoformat()
        fraction = f".{at.microsecond:06d}" if at.microsecond and rng.random() < 0.8 else ""
        zone = at.isoformat()[-6:]
        spelled = [text + fraction + zone, text + fraction + zone.replace(":", ""), text[:16] + zone, text[:10], text]
        if not at.utcoffset():
            spelled.append(text + fraction + "Z")
        return rng.choice(spelled)


_Clause: TypeAlias = Callable[[_Maker], str]


def _affix(make: _Maker) -> str:
    name, value = make.name("s"), make.rng.choice([word for word in WORDS if word])
    make.samples[make.attribute] = [value, f"x{value}", f"{value}x", value.swapcase(), value.upper(), value + "\n"]
    verbs = ["starts with", "ends with", "contains", "does not start with", "does not end with", "does not contain"]
    verb = make.rng.choice(verbs)
    return f"{name} {verb} {make.literal(value)}"


def _regex(make: _Maker) -> str:
    name = make.name("s")
    regex, samples = pattern(make.rng)
    make.samples[make.attribute] = samples
    verb = make.rng.choice(["matches", "does not match"])
    if "/" in regex or not regex.isprintable() or make.rng.random() < 0.4:
        return f"{name} {verb} {make.given(regex, make.literal(regex))}"
    return f"{name} {verb} /{regex}/"


def _between(make: _Maker) -> str:
    low, high = sorted(make.rng.choice(_NUMBERS) for _ in range(2))
    return f"{make.name('n')} between {low!r} and {high!r}"


def _days_between(make: _Maker) -> str:
    low, high = make.spans()
    return f"{make.name('t')} between {low} and {high} {make.rng.choice(['days', 'weeks'])} {_way(make)}"


def _way(make: _Maker) -> str:
    return make.rng.choice(["ago", "from now"])


def _last_use(make: _Maker) -> str:
    low, high = make.spans()
    if make.rng.random() < 0.4:
        # An instant may become a parameter, and is made only where it is used.
        return f"last_used_app {make.rng.choice(['before', 'after'])} {make.instant()}"
    spans = [f"{word} than {low} days ago" for word in ("less", "more")]
    return (
        f"last_used_app {make.rng.choice([*spans, f'in the last {low} weeks', f'between {low} and {high} days ago'])}"
    )


# Clauses of the language by kind; what stands twice is drawn twice as often. `last_used_app` is the last.
_MAKERS: list[_Clause] = [
    lambda make: f"{make.name('s')} {make.rng.choice(['==', '!=', 'is', 'is not'])} {make.text()}",
    lambda make: f"{make.name('s')} {make.rng.choice(['in', 'not in'])} {make.texts()}",
    _regex,
    _regex,
    _affix,
    lambda make: f"{make.name('n')} {make.rng.choice(['==', '!=', '<', '<=', '>', '>='])} {make.number()}",
    lambda make: f"{make.name('n')} {make.rng.choice(['==', '!=', '<', '<=', '>', '>='])} {make.number()}",
    lambda make: f"{make.name('n')} {make.rng.choice(['in', 'not in'])} {make.numbers()}",
    _between,
    lambda make: (
        f"{make.name('b')} {make.rng.choice(['is', 'is not', '==', '!='])} {make.rng.choice(['true', 'false'])}"
    ),
    lambda make: f"{make.name('t')} {make.rng.choice(['before', 'after'])} {make.instant()}",
    lambda make: f"{make.name('t')} {make.rng.choice(['less', 'more'])} than {make.days()} days {_way(make)}",
    lambda make: f"{make.name('t')} in the {make.rng.choice(['last', 'next'])} {make.rng.choice([1, 2, 7])} weeks",
    _days_between,
    lambda make: f"{make.name('a')} {make.rng.choice(['includes', 'does not include'])} {make.text()}",
    lambda make: f"{make.name('a')} includes {make.rng.choice(['any', 'none'])} of {make.texts()}",
    lambda make: f"{make.name('a')} includes all of [{make.literal(make.rng.choice(WORDS))}, {make.literal('x')}]",
    lambda make: f"{make.name('ae')} {make.rng.choice(['in', 'not in'])} {make.texts()}",
    lambda make: f"{make.name('snbtaex')} {make.rng.choice(['exists', 'does not exist'])}",
    lambda make: f"{make.name('x')} {make.rng.choice(['exists', 'does not exist'])}",
    lambda make: f"{make.rng.choice(['push', 'email'])} {make.rng.choice(['is', 'is not'])} {make.rng.choice(_STATES)}",
    lambda make: f"{make.rng.choice(['push', 'email'])} {make.rng.choice(['in', 'not in'])} {make.states()}",
    _last_use,
]
