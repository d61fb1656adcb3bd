"""Sets of numbers, of instants and of days around the send, in words."""

from collections.abc import Mapping
from datetime import datetime

from ..filters import Value
from .lines import AFTER, BEFORE, Cut, Line, complement, spans
from .wording import Words, enumerated, joined, say, shown_value

__all__ = ["among", "day_words", "instant_words", "number_words"]

_NOW: Cut = (0, AFTER)


def among(verb: str, shown: list[Words], *, negative: bool) -> Words:
    """One of these, or none of them."""
    if not negative:
        return f"{verb} " + enumerated(shown, "or")
    if len(shown) == 1:
        return f"{verb} not " + shown[0]
    if len(shown) == 2:
        return f"{verb} neither " + enumerated(shown, "nor")
    return f"{verb} none of " + enumerated(shown, "and")


# --- Numbers ---


def number_words(line: Line, texts: Mapping[float, Value]) -> tuple[Words, bool]:
    """What follows `is`, and whether it denies. `texts` has the numbers as they were written."""
    points = _points(line)
    if points is not None:
        return enumerated([_number(each, texts) for each in points], "or"), False
    holes = _points(complement(line))
    if holes is not None:
        words = among("", [_number(each, texts) for each in holes], negative=True)
        return Words((("", words.parts[0][1].lstrip()), *words.parts[1:])), True
    stretches = [_stretch(start, end, texts) for start, end in spans(line)]
    return joined(stretches, ", or "), False


def _points(line: Line) -> list[float] | None:
    """The numbers of a set that is made of single ones."""
    found = spans(line)
    if any(start is None or end is None or start[0] != end[0] for start, end in found):
        return None
    return [start[0] for start, _ in found if start is not None]


def _stretch(start: Cut | None, end: Cut | None, texts: Mapping[float, Value]) -> Words:
    if start is None:
        assert end is not None
        low = _number(end[0], texts)
        return low + " or less" if end[1] == AFTER else "less than " + low
    first = _number(start[0], texts)
    if end is None:
        return first + " or more" if start[1] == BEFORE else "more than " + first
    if start[0] == end[0]:
        return first
    last = _number(end[0], texts)
    if (start[1], end[1]) == (BEFORE, AFTER):
        return say("from {} to {}, both included", first, last)
    least = "at least" if start[1] == BEFORE else "more than"
    return say("{} {} and {} {}", least, first, "at most" if end[1] == AFTER else "less than", last)


def _number(value: float, texts: Mapping[float, Value]) -> Words:
    return shown_value(texts.get(value, value))


# --- Instants ---


def instant_words(line: Line, texts: Mapping[float, Value]) -> Words:
    """`before …`, `at or after …`. An end of `before` and a start of `after` stand just before their instant."""
    found = []
    for start, end in spans(line):
        if start is None:
            assert end is not None
            found.append("before " + _instant(texts[end[0]]))
        elif end is None:
            found.append("at or after " + _instant(texts[start[0]]))
        else:
            found.append(say("at or after {} and before {}", _instant(texts[start[0]]), _instant(texts[end[0]])))
    return joined(found, ", or ")


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _instant(written: object) -> Words:
    """An instant with the offset that it was written with, in words: 1 January 2026, 00:00 +0700."""
    text = str(written)
    moment = datetime.fromisoformat(text)
    clock = f"{moment:%H:%M:%S}" if moment.second or moment.microsecond else f"{moment:%H:%M}"
    if moment.microsecond:
        clock += f".{moment.microsecond:06}".rstrip("0")
    offset = "UTC" if not moment.utcoffset() else f"{moment:%z}"
    return Words((("value", f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {clock} {offset}"),))


# --- Days around the send ---


def day_words(line: Line) -> Words:
    """What follows `is`. Past and future are told apart, though one stretch may lie in both."""
    found: list[Words] = []
    for start, end in spans(line):
        past = start is None or start < _NOW
        future = end is None or end > _NOW
        if past:
            found.append(_past(start, _NOW if end is None or end > _NOW else end))
        if future:
            found.append(_future(_NOW if start is None or start < _NOW else start, end))
    return joined(found, ", or ")


def _past(start: Cut | None, end: Cut) -> Words:
    if start is None:
        return say("at or before the send") if end == _NOW else say("more than {} before the send", _days(-end[0]))
    if end == _NOW:
        return _within(-start[0], "before")
    return say("more than {} and at most {} before the send", _bare(-end[0]), _days(-start[0]))


def _future(start: Cut, end: Cut | None) -> Words:
    if end is None:
        return say("after the send") if start == _NOW else say("more than {} after the send", _days(start[0]))
    if start == _NOW:
        return _within(end[0], "after")
    return say("more than {} and at most {} after the send", _bare(start[0]), _days(end[0]))


def _within(days: float, side: str) -> Words:
    return say("within the {} {} the send", "24 hours" if days == 1 else _days(days), side)


def _days(days: float) -> str:
    return f"{_bare(days)} day{'' if days == 1 else 's'}"


def _bare(days: float) -> str:
    return f"{days:,}"
