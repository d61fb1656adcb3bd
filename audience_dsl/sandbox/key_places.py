"""API keys where they do not belong: in a body or a query, as clients of long ago send them; and how no log gets them.

Braze once took the key as a field of the body, and some programs still send it so. What is kept of a request goes into
files and onto a page, and must not have it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from ..braze_api import BODY_AT_MOST
from .bodies import UnreadableBodyError, read_json, write_json
from .exchange import SandboxRequest

__all__ = [
    "KEPT_INSTEAD",
    "encoding_of",
    "kept",
    "keys_in_body",
    "keys_in_fields",
    "keys_in_query",
    "names_key",
    "without_keys",
]

# What stands in the log in the place of a key.
KEPT_INSTEAD: Final = "[a key, not kept]"

# Where Braze once took it.
_FIELDS: Final = frozenset({"api_key", "app_group_id"})
# The same in whatever spelling: what is a key is not kept, even where Braze would not have looked for it.
_SPELLINGS: Final = re.compile(rb"api[_-]?key|app[_-]?group[_-]?id")
# What their characters are escaped as, and the small letters that they stand for.
_LETTERS: Final = [(code, bytes([code]).lower()) for code in b"-_adegikopruyADEGIKOPRUY"]
# An escape of a letter, in JSON and in a form.
_ESCAPES: Final = {rb"\u00": re.compile(rb"\\u00[2-7]"), b"%": re.compile(rb"%[2-7]")}
_GZIP: Final = b"\x1f\x8b"


def kept(request: SandboxRequest) -> bytes:
    """What the log keeps of a body: nothing of one that is too large or compressed, and no key."""
    raw = request.body
    if len(raw) > BODY_AT_MOST or (encoding_of(request) is not None and not _is_json(raw)):
        return b""
    return without_keys(raw)


def without_keys(raw: bytes) -> bytes:
    """The body without the keys among its fields; nothing of one that names a key, and is no object of JSON."""
    if not names_key(raw):
        return raw
    try:
        body = read_json(raw)
    except UnreadableBodyError:
        return b""
    if not isinstance(body, dict):
        return b""
    if not any(map(_is_key, body)):
        return raw
    return write_json({name: KEPT_INSTEAD if _is_key(name) else value for name, value in body.items()})


def keys_in_fields(fields: Mapping[str, Any]) -> list[str]:
    if fields.keys().isdisjoint(_FIELDS):
        return []
    return [fields[name] for name in _FIELDS if isinstance(fields.get(name), str)]


def keys_in_query(path: str) -> list[str]:
    return keys_in_fields(dict(parse_qsl(path.partition("?")[2])))


def keys_in_body(raw: bytes) -> list[str]:
    """Those of an object of JSON; none of any other body."""
    if len(raw) > BODY_AT_MOST or not names_key(raw):
        return []
    try:
        body = read_json(raw)
    except UnreadableBodyError:
        return []
    return keys_in_fields(body) if isinstance(body, dict) else []


def encoding_of(request: SandboxRequest) -> str | None:
    """How a body is compressed; None where nothing says that it is."""
    said = (request.header("Content-Encoding") or "").strip().lower()
    if said not in ("", "identity"):
        return said
    return "gzip" if request.body.startswith(_GZIP) else None


def names_key(raw: bytes) -> bool:
    """Whether a body has a field for a key, at whatever place and in whatever format: JSON, a form, UTF-16."""
    text = raw.lower()
    if b"\0" in text:
        text = text.replace(b"\0", b"")
    for escape, of_a_letter in _ESCAPES.items():
        if escape in text and of_a_letter.search(text):
            # Letter by letter and not match by match: a hostile body may be full of them.
            for code, letter in _LETTERS:
                text = text.replace(escape + b"%02x" % code, letter)
    return _SPELLINGS.search(text) is not None


def _is_key(name: str) -> bool:
    # As bytes: half of a surrogate pair is in no name of a key.
    return _SPELLINGS.fullmatch(name.lower().encode("utf-8", "replace")) is not None


def _is_json(raw: bytes) -> bool:
    try:
        read_json(raw)
    except UnreadableBodyError:
        return False
    return True
