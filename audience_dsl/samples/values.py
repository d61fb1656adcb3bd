"""Values that an attribute can take at the edges of the leaves that ask for it, each with words that say which."""

import contextlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..attribute_types import ALL_TYPES, attribute_types
from ..braze import STATUSES
from ..filters import CustomAttribute, EmailSubscription, LastUsedApp, Leaf, Or, PushSubscription, group
from ..profiles import instant_of
from ..regexes import RegexTimeoutError, matcher

__all__ = ["ABSENT", "Choice", "choices_of", "subject_of", "text_for"]

# In the place of a value: the user has none.
ABSENT: Any = type("_Absent", (), {"__repr__": lambda _self: "ABSENT"})()
# Texts that filters rarely name, for the users whom they do not mean.
_OTHER_TEXTS = ("something else", "0", "-", "z")
_CONSTANTS_AT_MOST = 40
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Choice:
    """A value, and words for it that follow the attribute's name: `is 22, just above 21`."""

    __slots__ = ("value", "words")

    def __init__(self, value: object, words: str) -> None:
        self.value = value
        self.words = words


def subject_of(leaf: Leaf) -> tuple[str, str, str]:
    """What a leaf asks for: its kind, its name, and the name as the language writes it."""
    if isinstance(leaf, CustomAttribute):
        bare = _WORD.fullmatch(leaf.name) and leaf.name not in ("push", "email", "last_used_app")
        return "attribute", leaf.name, leaf.name if bare else f"`{leaf.name}`"
    if isinstance(leaf, LastUsedApp):
        return "last_used_app", "last_used_app", "last_used_app"
    channel = "push" if isinstance(leaf, PushSubscription) else "email"
    return channel, channel, channel


def choices_of(leaves: Sequence[Leaf], now: datetime | None) -> list[Choice]:
    """The values at the edges of these leaves, all of one attribute or state; no value stands last."""
    first = leaves[0]
    if isinstance(first, (PushSubscription, EmailSubscription)):
        return [Choice(state, f"is {state}") for state in STATUSES]
    if isinstance(first, LastUsedApp):
        return [*_times(leaves, now), Choice(ABSENT, "is missing: the app was never opened")]
    assert isinstance(first, CustomAttribute)
    types = attribute_types(group(Or, leaves)).get(first.name, ALL_TYPES)
    missing = Choice(ABSENT, "is missing")
    if types == ALL_TYPES:
        return [Choice("something", "is there"), missing]
    found: list[Choice] = []
    if "number" in types:
        found += _numbers(leaves)
    if "boolean" in types:
        found += [Choice(True, "is true"), Choice(False, "is false")]
    if "time" in types:
        found += _times(leaves, now)
    if "string" in types:
        found += [Choice(text, f"is {_said(text)}") for text in _texts(leaves)]
    if "array" in types:
        found += [Choice(items, f"has {', '.join(map(_said, items))}") for items in _arrays(leaves)]
    if "string" in types:
        found.append(Choice("", "is blank"))
    return [*found, missing]


def _constants(leaves: Iterable[Leaf]) -> list[Any]:
    """The values that leaves name, in their order, without those of a regex."""
    found: dict[Any, None] = {}
    for leaf in leaves:
        if not leaf.comparison.endswith("_regex") and leaf.value is not None:
            found.update(dict.fromkeys(leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)))
            if len(found) >= _CONSTANTS_AT_MOST:
                break
    return list(found)[:_CONSTANTS_AT_MOST]


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- Numbers ---


def _numbers(leaves: Iterable[Leaf]) -> list[Choice]:
    named = _constants(leaves)
    found = [Choice(constant, f"is {constant!r}") for constant in named]
    ordered = sorted(named)
    for constant in named:
        place = ordered.index(constant)
        for side, bound in ((1, ordered[place + 1 : place + 2]), (-1, ordered[max(place - 1, 0) : place])):
            neighbour = _beside(constant, side, bound[0] if bound else None)
            if neighbour is not None:
                words = f"is {neighbour!r}, just {'above' if side > 0 else 'below'} {constant!r}"
                found.append(Choice(neighbour, words))
    return found


def _beside(constant: Any, side: int, bound: Any) -> Any:
    """A number a little above or below a constant, and not as far as the bound; None where doubles have none."""
    near = constant + side if constant == int(constant) else round(constant + side * 0.01, 10)
    if bound is not None and not min(constant, bound) < near < max(constant, bound):
        near = constant / 2 + bound / 2
        return near if min(constant, bound) < near < max(constant, bound) else None
    if float(near) == float(constant):
        near = math.nextafter(constant, side * math.inf)
    return near if math.isfinite(near) else None


# --- Times ---


def _times(leaves: Iterable[Leaf], now: datetime | None) -> list[Choice]:
    found: list[Choice] = []
    for words, instant in _boundaries(leaves, now).items():
        for before, seconds in (("exactly", 0), ("a second before", -1), ("a second after", 1)):
            text = _written(instant, seconds)
            if text is not None:
                found.append(Choice(text, f"is {before} {words}"))
    return found


def _boundaries(leaves: Iterable[Leaf], now: datetime | None) -> dict[str, datetime]:
    """The instants at which leaves change their verdict, by the words for them."""
    found: dict[str, datetime] = {}
    spans = False
    for leaf in leaves:
        days = leaf.value
        if isinstance(days, int) and now is not None:
            spans = True
            ago = leaf.comparison.endswith("_ago")
            words = f"{days} {'day' if days == 1 else 'days'} {'ago' if ago else 'from now'}"
            with contextlib.suppress(OverflowError):
                found.setdefault(words, now + timedelta(days=-days if ago else days))
        elif isinstance(leaf.value, str):
            found.setdefault(leaf.value, datetime.fromisoformat(leaf.value))
        if len(found) >= _CONSTANTS_AT_MOST:
            break
    if not found and now is not None:
        found["now"] = now
    if spans:
        assert now is not None
        found["now"] = now
    return found


def _written(instant: datetime, seconds: int) -> str | None:
    try:
        text = (instant.astimezone(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None
    # What profiles cannot hold as a time is no edge of one.
    return None if instant_of(text) is None else text


# --- Texts and arrays ---


def _texts(leaves: Sequence[Leaf]) -> list[str]:
    named = [each for each in _constants(leaves) if isinstance(each, str)]
    patterns = list(dict.fromkeys(str(leaf.value) for leaf in leaves if leaf.comparison.endswith("_regex")))[:20]
    made = [text for text in map(text_for, patterns) if text is not None]
    # One text may have to begin with one thing and end with another.
    both = [one + other for one in made[:4] for other in made[:4] if one != other]
    return list(dict.fromkeys(text for text in (*named, *made, *both, *_OTHER_TEXTS) if text))


def _arrays(leaves: Sequence[Leaf]) -> list[list[str]]:
    named = [each for each in _constants(leaves) if isinstance(each, str)]
    found = [[each] for each in named if each]
    if len(named) > 1:
        found.insert(0, named)
    if 2 < len(named) <= 6:
        found += [[each for each in named if each != left_out] for left_out in named]
    found += [[text] for text in _OTHER_TEXTS if text not in named][:1]
    return found


_CLASSES = {"d": "0", "D": "x", "w": "x", "W": "-", "s": " ", "S": "x", "t": "\t", "n": "\n"}
_NOTHING = "bBAzZG"
_REPEATS = re.compile(r"\{(\d{1,3})(?:,\d*)?\}")


def text_for(pattern: str) -> str | None:
    """A text that the regex is found in, where one is easy to make; it is tried before it is returned."""
    text = _first_way(pattern)
    try:
        return text if text and matcher(pattern, timeout=0.2)(text) else None
    except RegexTimeoutError:
        return None


def _first_way(pattern: str) -> str:
    """What the first way through a regex reads: the first of its alternatives, and each repeat once."""
    parts: list[str] = []
    at, depth = 0, 0
    # The depth whose other alternatives are passed over.
    passing: int | None = None
    while at < len(pattern):
        character = pattern[at]
        at += 1
        part = ""
        if character == "\\" and at < len(pattern):
            escaped = pattern[at]
            at += 1
            part = _CLASSES.get(escaped, "" if escaped in _NOTHING else escaped)
        elif character == "[":
            part, at = _of_class(pattern, at)
        elif character == "(":
            depth += 1
            opened = re.compile(r"\?(?::|<?[=!]|P?<\w+>)").match(pattern, at)
            at = at if opened is None else opened.end()
        elif character == ")":
            if passing == depth:
                passing = None
            depth -= 1
        elif character == "|":
            passing = depth if passing is None else passing
        elif character == "{" and (repeats := _REPEATS.match(pattern, at - 1)):
            at = repeats.end()
            if parts and passing is None:
                parts.append(parts[-1] * (int(repeats[1]) - 1))
        elif character == ".":
            part = "x"
        elif character not in "^$*+?":
            part = character
        if part and passing is None:
            parts.append(part)
    return "".join(parts)


def _of_class(pattern: str, at: int) -> tuple[str, int]:
    """A character of the class that opens before `at`, and the place after its end."""
    start = at
    negated = pattern[at : at + 1] == "^"
    at += negated
    # A bracket in the first place stands for itself.
    end = pattern.find("]", at + 1)
    if end < 0:
        return "", len(pattern)
    inside = pattern[at:end]
    if negated:
        return next((each for each in "x0-_ " if each not in inside), ""), end + 1
    if inside.startswith("\\") and len(inside) > 1:
        return _CLASSES.get(inside[1], inside[1]), end + 1
    return pattern[start], end + 1
