"""Placeholders of printed samples and templates, which stand where a name or a value is meant."""

import re

from ..diagnostics import quoted
from ..json_values import Findings, Path

__all__ = ["find_placeholders", "is_placeholder"]

# `<value>` and `YOUR_CITY` as a whole, as Braze's pages print them; Liquid anywhere. What looks like one and may be
# a value (`your_city`, `…`, `$city`) is let pass.
_SAMPLE = re.compile(r"<[A-Za-z][^<>]*>|YOUR[_ -][A-Z0-9_ -]+")
_LIQUID = (("{{", "}}"), ("{%", "%}"))


def is_placeholder(text: str) -> bool:
    return _SAMPLE.fullmatch(text.strip()) is not None or _liquid(text) is not None


def _liquid(text: str) -> str | None:
    """The first piece of Liquid in a text."""
    for opened, closed in _LIQUID:
        start = text.find(opened)
        end = text.find(closed, start + len(opened)) if start >= 0 else -1
        if end >= 0:
            return text[start : end + len(closed)]
    return None


def find_placeholders(audience: object, path: Path, findings: Findings) -> None:
    """Report every text of a plain object that is one."""
    pending: list[tuple[object, Path]] = [(audience, path)]
    while pending and not findings.full:
        value, place = pending.pop()
        if isinstance(value, str):
            if is_placeholder(value):
                _report(value, place, findings)
        elif isinstance(value, dict):
            pending.extend((member, (place, key)) for key, member in reversed(value.items()))
        elif isinstance(value, list):
            pending.extend((value[index], (place, index)) for index in reversed(range(len(value))))


def _report(text: str, place: Path, findings: Findings) -> None:
    liquid = _liquid(text)
    if liquid is None:
        message = f"{quoted(text)} is a placeholder of a printed sample"
    else:
        message = f"{quoted(liquid)} is a placeholder of a template, and Braze fills none in inside an audience"
    way = "put what is meant in its place; in the text, a parameter such as `$city` can stand for a value"
    findings.add("audience-placeholder", place, message, way)
