"""Findings about JSON, put where their pointers stand in the file."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..json_text import places
from ..source import Source

__all__ = ["placed"]


def placed(findings: Iterable[Diagnostic], source: Source) -> list[Diagnostic]:
    found = list(findings)
    spans = places(source.text, [each.pointer for each in found if each.pointer is not None])
    for each in found:
        each.source = source
        place = spans.get(each.pointer or "")
        if place is not None:
            is_about_key = each.code.slug == "audience-unknown-key" or source.text[place.value.start] in "{["
            each.span = place.key if is_about_key and place.key is not None else place.value
    return found
