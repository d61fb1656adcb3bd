"""Sentences of an explanation, read back: what they say of a profile, as a person would take them.

Nothing here looks at a filter. Names, values and times are taken from the sentence alone; of an attribute it is known
of which types its values can be, since that is what *no value* means.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["condition", "holds", "users"]

_NAME = r"`(?P<name>[^`]*)`"
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_DAY = timedelta(days=1)
_DENIAL = re.compile(
    r"their (list )?`[^`]*` (is (not|neither|none)|does not|contains (neither|none of)|has none) .*", re.DOTALL
)

Profile = Mapping[str, Any]
Types = Mapping[str, frozenset[str]]


def users(sentence: str, profile: Profile, types: Types, now: datetime) -> bool:
    """Whether `users whose …, and users who …` has this user in it."""
    if sentence in ("everyone", "nobody"):
        return sentence == "everyone"
    parts = re.split(r", and (?=users who)", sentence)
    spoken = [re.sub(r"^users whose ", "their ", re.sub(r"^users who ", "they ", each)) for each in parts]
    return holds(", or ".join(spoken), profile, types, now)


def holds(sentence: str, profile: Profile, types: Types, now: datetime) -> bool:
    """Whether a statement, such as `their … is …, or they have no …`, is true of this user."""
    if sentence == "nobody: no user can meet this":
        return False
    if sentence == "anyone: every user meets this":
        return True
    phrases = re.split(r", or (?=they |their )", sentence)
    denies = _DENIAL.fullmatch(phrases[0])
    # Of a user who has none, `is not 3` is true to one reader and false to another: it has to be said.
    assert not denies or phrases[-1].startswith("they have no "), sentence
    return any(_phrase(each, profile, types, now) for each in phrases)


def _phrase(text: str, profile: Profile, types: Types, now: datetime) -> bool:
    used = profile["last_used_app"]
    if text == "they have never used the app":
        return used is None
    if text == "they have used the app":
        return used is not None
    if text.startswith("they last used the app "):
        return used is not None and _time(text.removeprefix("they last used the app "))(used)
    channel = re.fullmatch(r"their (push|email) subscription is (.*)", text)
    if channel:
        return profile[channel[1]] in re.findall(r"`(\w+)`", channel[2])
    lacks = re.fullmatch(rf"they have no {_NAME}", text)
    if lacks:
        return _value(lacks["name"], profile, types) is None
    has = re.fullmatch(rf"they have a value for {_NAME}(?:, and it (?P<rest>.*))?", text, re.DOTALL)
    if has:
        value = _value(has["name"], profile, types)
        return value is not None and (has["rest"] is None or _predicate(has["rest"], now)(value))
    said = re.fullmatch(rf"their (?:list )?{_NAME} (?P<rest>.*)", text, re.DOTALL)
    assert said, text
    value = _value(said["name"], profile, types)
    return value is not None and _predicate(said["rest"], now)(value)


def _value(name: str, profile: Profile, types: Types) -> Any:
    """The value, where there is one of a kind that the audience asks about."""
    value = profile.get(name)
    if value in ("", []) or value is None:
        return None
    of = {
        "string": isinstance(value, str),
        "array": isinstance(value, list),
        "boolean": isinstance(value, bool),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "time": isinstance(value, datetime),
    }
    return value if any(of[kind] for kind in types[name]) else None


def _predicate(text: str, now: datetime) -> Callable[[Any], bool]:
    texts = [json.loads(each.replace(r"\x20", " ")) for each in _TEXT.findall(text)]
    bare = re.sub(r"( (and|or|nor|,)|,)*", lambda _: "", _TEXT.sub("", text)).strip()
    if "regular expression" in text:
        pattern = re.search(r"`(.*)` \(in any", text)
        assert pattern
        wanted = text.startswith("matches")
        found = re.compile(pattern[1], re.IGNORECASE).search
        return lambda value: (found(value) is not None) is wanted
    if texts:
        return _of_texts(bare.replace(" (in any letter case)", ""), texts, folds="in any letter case" in text)
    if text in ("is true", "is false"):
        return lambda value: value is (text == "is true")
    text = text.removeprefix("is ")
    if "send" in text:
        pieces = [_days(each, now) for each in re.split(r", or ", text)]
        return lambda value: any(each(value) for each in pieces)
    return _time(text) if re.search(r"[A-Z]", text) else _numbers(text)


def _of_texts(verb: str, texts: list[str], *, folds: bool) -> Callable[[Any], bool]:
    def same(value: str) -> str:
        return value.lower() if folds else value

    given = list(map(same, texts))

    def among(value: Any) -> list[bool]:
        """For each text, whether the value is it, or has it."""
        return [each in map(same, value) if isinstance(value, list) else same(value) == each for each in given]

    one: dict[str, Callable[[Any], bool]] = {
        "is": lambda value: any(among(value)),
        "is not": lambda value: not any(among(value)),
        "is neither": lambda value: not any(among(value)),
        "is none of": lambda value: not any(among(value)),
        "has the value": lambda value: any(among(value)),
        "does not have the value": lambda value: not any(among(value)),
        "has at least one of the values": lambda value: any(among(value)),
        "has none of the values": lambda value: not any(among(value)),
        "contains": lambda value: any(among(value)),
        "contains both": lambda value: all(among(value)),
        "contains all of": lambda value: all(among(value)),
        "contains neither": lambda value: not any(among(value)),
        "contains none of": lambda value: not any(among(value)),
        "does not contain": lambda value: not any(among(value)),
        "does not contain both": lambda value: not all(among(value)),
        "does not contain all of": lambda value: not all(among(value)),
        "starts with": lambda value: same(value).startswith(given[0]),
        "ends with": lambda value: same(value).endswith(given[0]),
        "contains the text": lambda value: given[0] in same(value),
        "does not start with": lambda value: not same(value).startswith(given[0]),
        "does not end with": lambda value: not same(value).endswith(given[0]),
        "does not contain the text": lambda value: given[0] not in same(value),
    }
    return one[verb.strip()]


def _numbers(text: str) -> Callable[[Any], bool]:
    pieces = [_number(each) for each in re.split(r", or ", text)]
    return lambda value: any(each(value) for each in pieces)


def _number(text: str) -> Callable[[float], bool]:
    found = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text)]
    shape = re.sub(r"-?\d+(?:\.\d+)?", "N", text)
    if re.fullmatch(r"(not|neither N nor|none of (N, )*N and) N", shape):
        return lambda value: value not in found
    if re.fullmatch(r"((N, )*N or )?N", shape):
        return lambda value: value in found
    low, high = found[0], found[-1]
    return {
        "less than N": lambda value: value < low,
        "more than N": lambda value: value > low,
        "N or less": lambda value: value <= low,
        "N or more": lambda value: value >= low,
        "from N to N, both included": lambda value: low <= value <= high,
        "at least N and less than N": lambda value: low <= value < high,
        "more than N and less than N": lambda value: low < value < high,
        "more than N and at most N": lambda value: low < value <= high,
    }[shape]


def _time(text: str) -> Callable[[datetime], bool]:
    pieces = [[_end(each) for each in piece.split(" and ")] for piece in re.split(r", or ", text.removeprefix("is "))]
    return lambda value: any(all(each(value) for each in piece) for piece in pieces)


def _end(text: str) -> Callable[[datetime], bool]:
    found = re.fullmatch(r"(before|at or after) (\d+) (\w+) (\d+), (\d\d):(\d\d)(?::(\d\d))? UTC", text)
    assert found, text
    side, day, month, year, hour, minute, second = found.groups()
    clock = (int(hour), int(minute), int(second or 0))
    instant = datetime(int(year), _MONTHS.index(month) + 1, int(day), *clock, tzinfo=UTC)
    return (lambda value: value < instant) if side == "before" else (lambda value: value >= instant)


def _days(text: str, now: datetime) -> Callable[[datetime], bool]:
    numbers = [int(each) * _DAY for each in re.findall(r"\d+", text.replace("24 hours", "1 days"))]
    past = text.endswith("before the send")

    def away(value: datetime) -> timedelta:
        return now - value if past else value - now

    if text == "at or before the send":
        return lambda value: value <= now
    if text == "after the send":
        return lambda value: value > now
    if text.startswith("within the "):
        # The moment of the send belongs to the past.
        return lambda value: (value <= now if past else value > now) and away(value) <= numbers[0]
    if "at most" in text:
        return lambda value: numbers[0] < away(value) <= numbers[1]
    assert text.startswith("more than "), text
    return lambda value: away(value) > numbers[0]


def condition(text: str, known: Mapping[str, bool]) -> bool:
    """Whether `1, 2 and (3.1 or 3.2) are true`, of statements and groups of which that is known."""
    inner = re.search(r"\(([^()]*)\)", text)
    if inner:
        result = condition(inner[1], known)
        return condition(text.replace(inner[0], "yes" if result else "no", 1), known)
    text = re.sub(r" (is|are) true$", "", text)
    results = []
    for part in re.split(r", | and | or ", text):
        ends = re.fullmatch(r"(any of )?([\d.]+) to ([\d.]+)", part)
        if part in ("yes", "no"):
            results.append(part == "yes")
        elif ends:
            head, _, first = ends[2].rpartition(".")
            numbers = range(int(first), int(ends[3].rpartition(".")[2]) + 1)
            together: Callable[[list[bool]], bool] = any if ends[1] else all
            results.append(together([known[f"{head}.{each}".lstrip(".")] for each in numbers]))
        else:
            results.append(known[part])
    return any(results) if " or " in text else all(results)
