"""JSON for machines that people look at too: readable, one meaning in every reader, and safe on a terminal."""

import json
import re
from typing import Any

__all__ = ["as_json"]

# No text of UTF-8 can hold one, and strict readers refuse its escape.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def as_json(value: Any, *, indent: int | None = 2) -> str:
    """The value as JSON. What cannot be printed is written as an escape, a lone surrogate as U+FFFD."""
    text = _LONE_SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, indent=indent))
    return "\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n"))


def _escaped(line: str) -> str:
    # All but blanks that is not printable stands inside texts, where an escape means the same.
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)
