"""A baseline: the findings that a folder had when checks came to it, which are not reported until they come anew.

A finding is known by its file, its code and the text that it stands at, and not by its line, so it stays known when
lines move. Two at the same text are counted. Errors of the compiler never are in a baseline. Where findings name their
files otherwise than the baseline does, a function from the one name to the other is handed in.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ..diagnostics import CODES, ConfigurationError, Diagnostic
from .rules import RULES

__all__ = ["Baseline", "Known"]

_VERSION = 1
_FIELDS = {"file": str, "code": str, "text": str, "count": int}


class Known:
    """Findings of one code at the same text in one file, and how many they are."""

    __slots__ = ("code", "count", "file", "text")

    def __init__(self, file: str, code: str, text: str, count: int) -> None:
        self.file = file
        self.code = code
        self.text = text
        self.count = count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and (self._key, self.count) == (other._key, other.count)

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"Known({self.count} of {self.code} at {self.text!r} in {self.file})"

    @property
    def _key(self) -> tuple[str, str, str]:
        return self.file, self.code, self.text


class Baseline:
    """Known findings, as a file keeps them."""

    __slots__ = ("_counts",)

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        for each in known:
            self._counts[each.file, each.code, each.text] += each.count

    @classmethod
    def of(cls, findings: Iterable[Diagnostic], named: Callable[[str], str] = str) -> "Baseline":
        """The baseline that these findings make."""
        keys = (_key(finding, named) for finding in findings)
        return cls(Known(*key, 1) for key in keys if key is not None)

    @classmethod
    def read(cls, text: str, name: str) -> "Baseline":
        """The baseline that a file has. Raises ConfigurationError, which names the file `name`."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise _error(name, "is no JSON") from None
        if not isinstance(content, dict) or content.get("version") != _VERSION:
            raise _error(name, f"has not the version {_VERSION} of the format")
        found = content.get("findings")
        if set(content) != {"version", "findings"} or not isinstance(found, list):
            raise _error(name, "has other keys than `version` and `findings`")
        return cls(_known(entry, name) for entry in found)

    @property
    def known(self) -> list[Known]:
        """What it has, in the order in which it is written."""
        return [Known(*key, count) for key, count in sorted(self._counts.items())]

    def write(self) -> str:
        """Its text: the same for the same findings, one to a line, so that a merge has few conflicts."""
        rows = [
            json.dumps(
                dict(zip(_FIELDS, (each.file, each.code, each.text, each.count), strict=True)), ensure_ascii=False
            )
            for each in self.known
        ]
        listed = "[\n    " + ",\n    ".join(rows) + "\n  ]" if rows else "[]"
        return f'{{\n  "version": {_VERSION},\n  "findings": {listed}\n}}\n'

    def split(
        self, findings: Iterable[Diagnostic], named: Callable[[str], str] = str
    ) -> tuple[list[Diagnostic], list[Diagnostic], list[Known]]:
        """The findings that are new, those that are known, and what the baseline has and nobody found any more."""
        left = Counter(self._counts)
        new: list[Diagnostic] = []
        known: list[Diagnostic] = []
        for finding in findings:
            key = _key(finding, named)
            if key is not None and left[key] > 0:
                left[key] -= 1
                known.append(finding)
            else:
                new.append(finding)
        return new, known, [Known(*key, count) for key, count in sorted(left.items()) if count > 0]


def _key(finding: Diagnostic, named: Callable[[str], str]) -> tuple[str, str, str] | None:
    """What a finding is known by; None for one that is never in a baseline."""
    if finding.code.slug not in RULES or finding.source is None or finding.span is None:
        return None
    text = finding.source.text[finding.span.start : finding.span.end]
    return named(finding.source.name).replace("\\", "/"), finding.code.code, " ".join(text.split())


def _known(entry: Any, name: str) -> Known:
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        raise _error(name, f"has an entry with other keys than {', '.join(f'`{each}`' for each in _FIELDS)}")
    for field, kind in _FIELDS.items():
        if type(entry[field]) is not kind:
            raise _error(name, f"has an entry whose `{field}` is no {'text' if kind is str else 'whole number'}")
    if entry["count"] < 1:
        raise _error(name, "has an entry whose `count` is less than 1")
    return Known(**entry)


def _error(name: str, fault: str) -> ConfigurationError:
    return ConfigurationError(CODES["settings"], f"the baseline `{name}` {fault}", help="write it anew")
