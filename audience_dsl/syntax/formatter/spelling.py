"""The one spelling of names and values: what the formatter writes, and whoever quotes the language.

A spelling is made from the value alone, but for one thing: an escape of a character beyond ASCII stays as it was
written, and so does the character itself. Whoever wrote `\\u200b` wanted it to be seen.
"""

import re

from ...braze import refusal_of_name
from .._tables import TERMINALS
from ..expected import RESERVED
from ..literals import ESCAPE, FORBIDDEN, SIMPLE_ESCAPES, decode_regex

__all__ = ["is_bare", "is_word", "spelled_name", "spelled_number", "spelled_regex", "spelled_text"]

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MUST_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f]')
_MUST_ESCAPE_SINGLE = re.compile(r"[\\'\x00-\x1f\x7f]")
_SHORT = {value: f"\\{letter}" for letter, value in SIMPLE_ESCAPES.items() if letter != "/"}
_PAIR_OR_SLASH = re.compile(r"\\.|/", re.DOTALL)


def is_word(name: str) -> bool:
    """Whether this is a word of the language that is not reserved."""
    return _WORD.fullmatch(name) is not None and TERMINALS.get(name.lower()) not in RESERVED


def is_bare(attribute: str) -> bool:
    """Whether an attribute of this name needs no backticks."""
    return is_word(attribute) and refusal_of_name(attribute) is None


def spelled_name(name: str, *, bare: bool = False, token: str | None = None) -> str:
    """A custom attribute: bare where it can be, else in backticks, else as `attribute "…"`.

    `bare` says that it is written so whatever it is called. `token` is the text after `attribute`, where there was one.
    """
    if bare or is_bare(name):
        return name
    if token is not None and _shows_escapes(token):
        return f"attribute {spelled_text(name, token)}"
    bad = FORBIDDEN.search(name)
    if not name or "`" in name or (bad is not None and bad[0] <= "\x7f"):
        return f"attribute {spelled_text(name, token)}"
    return f"`{name}`"


def spelled_text(value: str, token: str | None = None) -> str:
    """A text in double quotes, or in single ones where those need fewer escapes.

    `token` is how it was written, where it was.
    """
    single = value.count('"') > value.count("'")
    must, quote = (_MUST_ESCAPE_SINGLE, "'") if single else (_MUST_ESCAPE, '"')
    if token is None or not _shows_escapes(token):
        return f"{quote}{must.sub(_escaped, value)}{quote}"
    parts: list[str] = []
    body, end = token[1:-1], 0
    for escape in ESCAPE.finditer(body):
        parts.append(must.sub(_escaped, body[end : escape.start()]))
        end = escape.end()
        code, _, simple = escape.groups()
        if code is not None and int(code, 16) > 0x7F:
            parts.append(escape[0].lower())
        else:
            character = SIMPLE_ESCAPES[simple] if code is None else chr(int(code, 16))
            parts.append(must.sub(_escaped, character))
    parts.append(must.sub(_escaped, body[end:]))
    return f"{quote}{''.join(parts)}{quote}"


def _shows_escapes(token: str) -> bool:
    return "\\u" in token and any(code and int(code, 16) > 0x7F for code, _, _ in ESCAPE.findall(token))


def _escaped(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def spelled_number(value: int | float) -> str:
    """A number in its shortest form: the one that JSON has for it."""
    return repr(value)


def spelled_regex(value: str) -> str | None:
    """A regex between slashes. None for the few that only a text can write, such as one with a line break."""
    escaped = _PAIR_OR_SLASH.sub(lambda found: "\\/" if found[0] == "/" else found[0], value)
    if not value or FORBIDDEN.search(value) or (len(escaped) - len(escaped.rstrip("\\"))) % 2:
        return None
    return f"/{escaped}/" if decode_regex(f"/{escaped}/") == value else None
