"""Values that come from outside, made into plain JSON values: dict, list, str, int, float, bool and None.

Whoever checks an object after `plain` may rely on it: no cycles, no depth that exhausts Python's stack, no
NaN, no text that UTF-8 cannot carry, no work beyond the stated size. What JSON cannot carry is reported once,
by JSON pointer, and `UNFIT` stands in its place, so that later checks can pass over it.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from .diagnostics import CODES, ERROR, LISTED_AT_MOST, Diagnostic, quoted

__all__ = ["UNFIT", "Bounds", "Findings", "Path", "kind_in_words", "plain", "pointer_of"]

# A place in a value, as (path of the parent, key or index): spelled out only for a finding.
Path: TypeAlias = "tuple[Path, str | int] | None"

# The longest part of a pointer that is spelled out, in characters.
_PART_AT_MOST = 1_000
# Bits of a whole number that a double can still reach, which is where readers of JSON give out.
_BITS_AT_MOST = 1_024


class _Unfit:
    def __repr__(self) -> str:
        return "UNFIT"


UNFIT = _Unfit()


class Findings:
    """The findings about one object, at most `LISTED_AT_MOST`, with pointers below `base`.

    All have one severity, unless it is given with the finding.
    """

    def __init__(self, base: str = "", *, severity: str = ERROR) -> None:
        self.base = base
        self.severity = severity
        self.items: list[Diagnostic] = []

    @property
    def full(self) -> bool:
        return len(self.items) >= LISTED_AT_MOST

    def add(self, slug: str, path: Path, message: str, help: str | None = None, *, severity: str | None = None) -> None:
        if not self.full:
            pointer = self.base + pointer_of(path)
            severity = severity or self.severity
            self.items.append(Diagnostic(CODES[slug], message, pointer=pointer, help=help, severity=severity))

    def has(self, slug: str) -> bool:
        return any(finding.code is CODES[slug] for finding in self.items)


def pointer_of(path: Path) -> str:
    """RFC 6901, with overlong keys cut and lone surrogates escaped so that it can be printed."""
    parts: list[str] = []
    while path is not None:
        path, part = path
        text = str(part)
        if len(text) > _PART_AT_MOST:
            text = text[:_PART_AT_MOST] + "…"
        parts.append(_printable(text).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in reversed(parts))


def kind_in_words(value: object) -> str:
    """What JSON calls a plain value, with its article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, (int, float)):
        return "a number"
    return "an object" if isinstance(value, dict) else "an array"


class Bounds:
    """How much of a value is taken, and under which codes (by slug) the findings go.

    `depth` counts levels of arrays and objects, and `depth_in_words` says it as the reader knows it. `size`
    is in characters of the shortest JSON text that the value could have, so it also ends what holds itself.
    """

    __slots__ = ("depth", "depth_in_words", "size", "too_deep", "too_large", "unfit")

    def __init__(
        self, *, depth: int, depth_in_words: str, size: int, unfit: str, too_deep: str, too_large: str
    ) -> None:
        self.depth = depth
        self.depth_in_words = depth_in_words
        self.size = size
        self.unfit = unfit
        self.too_deep = too_deep
        self.too_large = too_large


_Container: TypeAlias = dict[str, object] | list[object]


def plain(value: object, findings: Findings, path: Path, bounds: Bounds) -> object:
    """A copy of `value` made of plain JSON values; a mapping becomes a dict, a tuple a list.

    Walks with a stack of its own and raises nothing over the value itself.
    """
    copy = _copied(value, bounds)
    return _examined(value, findings, path, bounds) if copy is UNFIT else copy


def _copied(value: object, bounds: Bounds) -> object:
    """What `_examined` gives, several times as fast, for a value that is plain already; UNFIT for any other.

    Containers are copied whole, and then looked through, so that no member is written unless it is a container itself.
    """
    root: list[Any] = [value]
    pending: list[tuple[dict[Any, Any] | list[Any], int]] = [(root, 0)]
    size = 0
    while pending:
        holder, depth = pending.pop()
        members: Iterable[tuple[Any, Any]]
        if isinstance(holder, dict):
            for key in holder:
                if type(key) is not str or not _carried(key):
                    return UNFIT
                size += len(key) + 3
            members = holder.items()
        else:
            members = enumerate(holder)
        for at, member in members:
            kind = type(member)
            if kind is str:
                if not _carried(member):
                    return UNFIT
                size += len(member) + 2
            elif kind is dict or kind is list:
                # Each member takes one at least: nothing is copied that is too large, or holds itself.
                size += len(member)
                if depth >= bounds.depth or size > bounds.size:
                    return UNFIT
                holder[at] = copy = member.copy()
                pending.append((copy, depth + 1))
            elif kind is bool or member is None:
                size += 4
            elif (kind is int and member.bit_length() <= _BITS_AT_MOST) or (kind is float and math.isfinite(member)):
                size += 1
            else:
                return UNFIT
    return UNFIT if size > bounds.size else root[0]


def _examined(value: object, findings: Findings, path: Path, bounds: Bounds) -> object:
    """The copy, with a finding for all that JSON cannot carry."""
    root: list[object] = [None]
    pending: list[tuple[object, _Container, Any, Path, int]] = [(value, root, 0, path, 0)]
    size = 0
    while pending:
        item, into, at, place, depth = pending.pop()
        inside = len(pending)
        copy: object
        if item is None or item is True or item is False:
            copy = item
            size += 4
        elif isinstance(item, str):
            copy = _text(item, findings, place, bounds)
            size += len(item) + 2
        elif isinstance(item, (int, float)):
            copy = _number(item, findings, place, bounds)
            size += 1
        # A dict is named beside Mapping, since what is asked of an abstract class is slow.
        elif not isinstance(item, (dict, list, tuple, Mapping)):
            name = type(item).__name__
            findings.add(bounds.unfit, place, f"JSON cannot carry a value of type `{name}`", _way_out(name))
            copy = UNFIT
        elif depth >= bounds.depth:
            findings.add(
                bounds.too_deep,
                place,
                f"the object is nested deeper than {bounds.depth_in_words}",
                "say the same with less nesting",
            )
            copy = UNFIT
        elif isinstance(item, (dict, Mapping)):
            members: dict[str, object] = {}
            for key, member in _entries(item, findings, place, bounds):
                members[key] = None
                pending.append((member, members, key, (place, key), depth + 1))
                size += len(key) + 4
                if size > bounds.size:
                    break
            # An object that loses every key to a finding is not to be called empty as well.
            copy = members if members or not item else UNFIT
        else:
            entries: list[object] = []
            copy = entries
            for index, member in enumerate(item):
                entries.append(None)
                pending.append((member, entries, index, (place, index), depth + 1))
                size += 1
                if size > bounds.size:
                    break
        into[at] = copy
        # What is taken next is the first of what was just added, so that findings come in the order of the text.
        if len(pending) > inside:
            pending[inside:] = pending[inside:][::-1]
        if size > bounds.size:
            findings.add(
                bounds.too_large,
                path,
                f"the object is larger than {bounds.size:,} bytes as JSON",
                "Braze takes 4 MB in a request: send fewer or smaller values",
            )
            return UNFIT
    return root[0]


def _entries(
    mapping: Mapping[object, object], findings: Findings, place: Path, bounds: Bounds
) -> Iterator[tuple[str, object]]:
    for key, member in mapping.items():
        if not isinstance(key, str):
            findings.add(
                bounds.unfit,
                place,
                f"an object has a key of type `{type(key).__name__}`, and JSON keys are strings",
                "write the key as a string",
            )
        elif _carried(key):
            yield str.__str__(key), member
        else:
            findings.add(bounds.unfit, (place, key), "a key holds half of a surrogate pair", _SURROGATE_WAY)


def _text(value: str, findings: Findings, place: Path, bounds: Bounds) -> object:
    if _carried(value):
        return str.__str__(value)
    findings.add(
        bounds.unfit,
        place,
        "the string holds half of a surrogate pair, which JSON in UTF-8 cannot carry",
        _SURROGATE_WAY,
    )
    return UNFIT


def _number(value: float, findings: Findings, place: Path, bounds: Bounds) -> object:
    if isinstance(value, int):
        if value.bit_length() <= _BITS_AT_MOST:
            return int.__int__(value)
        findings.add(
            bounds.unfit,
            place,
            "the whole number is larger than readers of JSON can hold",
            "send it as a string",
        )
        return UNFIT
    if math.isfinite(value):
        return float.__float__(value)
    findings.add(
        bounds.unfit,
        place,
        f"JSON has no {quoted(repr(float.__float__(value)))}",
        "send a finite number, or leave it out",
    )
    return UNFIT


def _carried(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: str) -> str:
    return text if _carried(text) else text.encode("utf-8", "backslashreplace").decode("utf-8")


_SURROGATE_WAY = "the text was cut inside a character or decoded wrongly; read it again as UTF-8"
_WAYS = {
    "datetime": "send its ISO 8601 text, for example `value.isoformat()` of a datetime with a time zone",
    "date": "send its ISO 8601 text, for example `value.isoformat()`",
    "Decimal": "send `str(value)`, or `float(value)` if it may be rounded",
    "bytes": "send text: decode it, or encode it in base64",
    "set": "send a list",
    "frozenset": "send a list",
}


def _way_out(name: str) -> str:
    return _WAYS.get(name, "send text, a number, a boolean, null, a list or a dict with text keys")
