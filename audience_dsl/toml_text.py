"""TOML as people write it by hand: what is wrong with it, and where each key and item stands."""

import re
import tomllib
from typing import Any, TypeAlias

from .source import Source, Span

__all__ = ["KeyPath", "TomlError", "TomlPlaces", "read_toml"]

# The keys that lead to a value, with the index of each item of a list on the way.
KeyPath: TypeAlias = tuple[str | int, ...]

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORD = re.compile(r"[^\W\d]\w*")


class TomlError(Exception):
    """The text is no TOML. `span` is the place in it, `help` the way out where there is a usual one."""

    def __init__(self, message: str, span: Span, help: str | None = None) -> None:
        self.message = message
        self.span = span
        self.help = help
        super().__init__(message)


def read_toml(source: Source) -> dict[str, Any]:
    """The table that the text is. Raises TomlError."""
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        message, span = _placed(source.text, str(error))
        raise TomlError(f"this is no TOML: {message}", span, _way_out(source.text, span.start)) from None
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


def _way_out(text: str, at: int) -> str | None:
    """What people write who know other formats better."""
    here = text[at : at + 1]
    before = text[:at].rstrip(" \t")[-1:]
    word = _WORD.match(text, at)
    if not text[:at].strip() and here in ("{", "["):
        return "this looks like JSON; in TOML each line is `key = value`"
    if here in ("“", "”", "„", "‘", "’"):
        return 'write straight quotes, `"`'
    if here in ("\n", "\r") and before in ("{", ","):
        return "a table in braces stands on one line; a longer one is a line `[name]` with its keys below"
    if before == "=" and word is not None:
        is_boolean = word[0].lower() in ("true", "false")
        return f"write `{word[0].lower()}`" if is_boolean else 'a text stands in quotes, `"…"`'
    return "write `key = value`" if here == ":" else None


# --- Places: the reader of TOML does not say where things stand ---

_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t]+|\#[^\n]*)+)
    | (?P<line>\r?\n)
    | (?P<text>\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')
    | (?P<word>[^\s\#"'=,.\[\]{}]+)
    | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


class TomlPlaces:
    """Where the keys and list items of a text stand that `read_toml` has taken."""

    def __init__(self, source: Source) -> None:
        self._spans: dict[KeyPath, Span] = {}
        self._counts: dict[KeyPath, int] = {}
        tokens = [
            (match[0], match.lastgroup, match.span())
            for match in _TOKEN.finditer(source.text)
            if match.lastgroup != "blank"
        ]
        self._tokens = tokens
        self._read()

    def of(self, *path: str | int) -> Span | None:
        """The place of a key, or of an item; of what it stands in, where it has none of its own."""
        for length in range(len(path), 0, -1):
            span = self._spans.get(path[:length])
            if span is not None:
                return span
        return None

    def _read(self) -> None:
        index = 0
        table: KeyPath = ()
        while index < len(self._tokens):
            text, kind, _ = self._tokens[index]
            if kind == "line":
                index += 1
            elif text == "[":
                index, table = self._header(index)
            else:
                index, path = self._key(index, table)
                index = self._value(index + 1, path)

    def _header(self, index: int) -> tuple[int, KeyPath]:
        start = self._tokens[index][2][0]
        twice = self._tokens[index + 1][0] == "["
        index, path = self._key(index + 1 + twice, ())
        index += 1 + twice
        if twice:
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
        self._spans[path] = Span(start, self._tokens[index - 1][2][1])
        return index, path

    def _key(self, index: int, table: KeyPath) -> tuple[int, KeyPath]:
        """A key, of several names with dots between; the index of what follows it."""
        path = table
        while True:
            text, kind, (start, end) = self._tokens[index]
            path = (*path, _name(text) if kind == "text" else text)
            self._spans.setdefault(path, Span(start, end))
            if self._tokens[index + 1][0] != ".":
                return index + 1, path
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
            index += 2

    def _value(self, index: int, path: KeyPath) -> int:
        """A value, which may hold others; the index of what follows it."""
        # Lists and inline tables that are open: the path to each, and for a list the index of its next item.
        stack: list[tuple[KeyPath, int | None]] = []
        while index < len(self._tokens):
            text, kind, (start, end) = self._tokens[index]
            opened, item = stack[-1] if stack else (path, None)
            if kind == "line":
                if not stack:
                    break
                index += 1
                continue
            if text in ("]", "}") and kind == "sign":
                stack.pop()
                index += 1
                continue
            if text == "," and kind == "sign":
                if item is not None:
                    stack[-1] = (opened, item + 1)
                index += 1
                continue
            if not stack:
                here = path
            elif item is None:
                index, here = self._key(index, opened)
                index += 1
                text, kind, (start, end) = self._tokens[index]
            else:
                here = (*opened, item)
                self._spans.setdefault(here, Span(start, end))
            if text in ("[", "{") and kind == "sign":
                stack.append((here, 0 if text == "[" else None))
                index += 1
                continue
            while self._tokens[index][1] in ("word", "text") or self._tokens[index][0] == ".":
                index += 1
                if index == len(self._tokens):
                    return index
        return index


def _name(text: str) -> str:
    """What a quoted key says."""
    return next(iter(tomllib.loads(f"{text} = 0"))) if text[0] == '"' else text[1:-1]
