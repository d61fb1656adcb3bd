"""TOML as people write it by hand: what is wrong with it, and where."""

import re
import tomllib
from typing import Any

from .source import Source, Span

__all__ = ["TomlError", "read_toml"]

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlError(Exception):
    """The text is no TOML. `span` is the place in it."""

    def __init__(self, message: str, span: Span) -> None:
        self.message = message
        self.span = span
        super().__init__(message)


def read_toml(source: Source) -> dict[str, Any]:
    """The table that the text is. Raises TomlError."""
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        message, span = _placed(source.text, str(error))
        raise TomlError(f"this is no TOML: {message}", span) from None
    except RecursionError:
        raise TomlError("the TOML is nested too deep to be read", Span(0, 0)) from None
    except ValueError as error:
        raise TomlError(f"the TOML cannot be read: {error}", Span(0, 0)) from None


def _placed(text: str, message: str) -> tuple[str, Span]:
    """The reader's message without its place, and that place as a span."""
    found = _PLACE.search(message)
    if found is None:
        return message, Span(0, 0)
    words = message[: found.start()]
    words = words[:1].lower() + words[1:]
    if found[1] is None:
        return f"{words}, at the end of the document", Span(len(text), len(text))
    # The reader counts lines by LF, and has made that of every CR LF before.
    start = 0
    for _ in range(int(found[1]) - 1):
        start = text.index("\n", start) + 1
    at = min(start + int(found[2]) - 1, len(text))
    return words, Span(at, at + 1)
