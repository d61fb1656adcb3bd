"""What may be an API key in a configuration, taken out of what findings show of the text.

A finding shows the line that it is about; a key in the wrong place would be shown by the very finding that refuses it.
Each character gets a star, so that places stay what they are.
"""

import re
from typing import Any

from ..source import Source, Span
from ..toml_text import KeyPath, TomlPlaces
from .environments import VARIABLE, looks_like_key

__all__ = ["hidden", "hidden_in_broken_text"]

_TELLING = re.compile(r"key|token|secret|password", re.IGNORECASE)
# Ids look as keys do.
_IDS = ("campaigns", "canvases", "allowed-campaigns", "allowed-canvases")
# A text that is shorter is no key, and taking it out would only spoil words.
_AT_LEAST = 4
_BROKEN_LINE = re.compile(r"(?i)^([^=\r\n]*(?:key|token|secret|password)[^=\r\n]*=)([^\r\n]*)", re.MULTILINE)
_REST_OF_LINE = re.compile(r"[ \t]*=?([^\r\n]*)")
_LINE = re.compile(r"[^\r\n]+")
_NOT_BLANK = re.compile(r"\S")


def hidden(source: Source, document: dict[str, Any], section: tuple[str, ...], places: TomlPlaces) -> Source:
    """The text without what may be a key in it. `document` is the table `section` of it."""
    secrets = _secrets(document)
    if not secrets:
        return source
    # However it is written, with escapes or without: all that follows its name on that line, or the item of a list.
    text = source.text
    cuts = sorted(_cut(text, path, places.of(*section, *path)) for path, _ in secrets)
    pieces, end = [], 0
    for start, stop in cuts:
        if stop > end:
            pieces += [text[end : max(start, end)], _NOT_BLANK.sub("*", text[max(start, end) : stop])]
            end = stop
    text = "".join((*pieces, text[end:]))
    # A text of several lines goes on below its name.
    lines = {line.strip() for _, value in secrets for line in value.splitlines() if len(line.strip()) >= _AT_LEAST}
    return Source(_LINE.sub(lambda line: _starred(line[0], lines), text), source.name)


def _cut(text: str, path: KeyPath, span: Span | None) -> tuple[int, int]:
    if span is None:
        return 0, 0
    rest = _REST_OF_LINE.match(text, span.end)
    assert rest is not None
    return (span.start, span.end) if isinstance(path[-1], int) else rest.span(1)


def _starred(line: str, secrets: set[str]) -> str:
    return _NOT_BLANK.sub("*", line) if line.strip().rstrip("\"'") in secrets else line


def hidden_in_broken_text(source: Source) -> Source:
    """The same for a text that cannot be read, by what its lines look like."""

    def stars(match: re.Match[str]) -> str:
        return match[1] + _NOT_BLANK.sub("*", match[2])

    text = _BROKEN_LINE.sub(stars, source.text)
    return source if text == source.text else Source(text, source.name)


def _secrets(document: dict[str, Any]) -> list[tuple[KeyPath, str]]:
    found = []
    stack: list[tuple[KeyPath, Any]] = [((), document)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*path, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            stack += [((*path, index), each) for index, each in enumerate(value)]
        elif isinstance(value, str) and _may_be_key(path, value):
            found.append((path, value))
    return found


def _may_be_key(path: KeyPath, value: str) -> bool:
    names = [each for each in path if isinstance(each, str)]
    if names[:1] == ["env"]:
        if names[2:3] == ["key"] and len(names) == 4:
            is_name = names[3] in ("file", "keyring", "user") or (names[3] == "env" and VARIABLE.fullmatch(value))
            return not is_name or looks_like_key(value)
        if len(names) > 2 and names[2].replace("_", "-") in _IDS:
            return False
        if len(names) <= 2 or looks_like_key(value):
            return True
    return _TELLING.search(names[-1]) is not None
