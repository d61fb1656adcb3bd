"""What a literal token means: texts, regexes, numbers and datetimes.

Each function returns the value, or a `Refused` that says why there is none.
"""

import re

from ..diagnostics import quoted

__all__ = [
    "MAX_INTEGER",
    "Refused",
    "datetime_error",
    "decode_number",
    "decode_regex",
    "decode_text",
    "has_offset",
    "is_datetime_like",
]

# The largest integer that every JSON reader holds exactly: 2 ** 53 - 1.
MAX_INTEGER = 9_007_199_254_740_991

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
DATETIME_LIKE = re.compile(r"[0-9]{3,5}[-/][0-9]")
DATETIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+-]([0-9]{2})(?::?([0-9]{2}))?)?)?\Z"
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})(?:\\u([dD][cdefCDEF][0-9A-Fa-f]{2}))?|(.))")
SIMPLE_ESCAPES = {
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
# What may not stand raw in a text: control characters, and halves of a surrogate pair.
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Refused:
    """Why a token has no value: the slug of a code, the reason, a way out, and where in the token."""

    __slots__ = ("end", "help", "message", "slug", "start")

    def __init__(
        self,
        slug: str,
        message: str,
        help: str | None = None,
        start: int = 0,
        end: int | None = None,
    ) -> None:
        self.slug = slug
        self.message = message
        self.help = help
        self.start = start
        self.end = end


def decode_text(token: str) -> str | Refused:
    """The text between the quotes, with JSON's escapes and `\\'` resolved."""
    body = token[1:-1]
    if bad := FORBIDDEN.search(body):
        return _forbidden(bad, 1)
    if "\\" not in body:
        return body
    out: list[str] = []
    end = 0
    for escape in ESCAPE.finditer(body):
        out.append(body[end : escape.start()])
        end = escape.end()
        code, low, simple = escape.groups()
        if simple is not None:
            character = SIMPLE_ESCAPES.get(simple)
            if character is None:
                return Refused(
                    "bad-escape",
                    f"`\\{simple}` is no escape" + (" with four hexadecimal digits" if simple == "u" else ""),
                    "write `\\\\` for a backslash; the escapes are those of JSON, and `\\'`",
                    escape.start() + 1,
                    escape.end() + 1,
                )
            out.append(character)
            continue
        high = int(code, 16)
        if 0xD800 <= high <= 0xDBFF and low is not None:
            out.append(chr(0x10000 + ((high - 0xD800) << 10) + (int(low, 16) - 0xDC00)))
        elif 0xD800 <= high <= 0xDFFF:
            message = f"`{escape[0]}` is half of a surrogate pair, which is no character"
            return Refused("bad-escape", message, "write the character itself", escape.start() + 1, escape.end() + 1)
        else:
            out.append(chr(high))
            if low is not None:
                # The second escape is a low surrogate without its high half.
                message = f"`\\u{low}` is half of a surrogate pair, which is no character"
                return Refused(
                    "bad-escape", message, "write the character itself", escape.start() + 7, escape.end() + 1
                )
    out.append(body[end:])
    return "".join(out)


def decode_regex(token: str) -> str | Refused:
    """The regex between the slashes: a backslash keeps the character after it, and only `\\/` becomes `/`."""
    body = token[1:-1]
    if bad := FORBIDDEN.search(body):
        return _forbidden(bad, 1)
    if "\\/" not in body:
        return body
    return re.sub(r"\\(.)", lambda escape: "/" if escape[1] == "/" else escape[0], body)


def decode_number(token: str) -> int | float | Refused:
    """An integer, or a decimal that a double holds as it is written."""
    if not NUMBER.match(token):
        return _number_error(token)
    if token.lstrip("-").isdigit():
        # Judged by length first: converting a very long text to an integer is slow, and Python refuses it.
        value = int(token) if len(token) <= 17 else MAX_INTEGER + 1
        if abs(value) > MAX_INTEGER:
            return Refused(
                "number-out-of-range",
                f"{quoted(token)} is beyond ±{MAX_INTEGER}, the integers that JSON readers hold exactly",
                "compare a text attribute if this is an identifier",
            )
        return value
    decimal = float(token) + 0.0  # a negative zero becomes zero
    if decimal in (float("inf"), float("-inf")) or not _is_exact(token, decimal):
        return Refused(
            "number-out-of-range",
            f"{quoted(token)} has more digits than a number in JSON keeps",
            None if decimal in (float("inf"), float("-inf")) else f"write `{decimal!r}`",
        )
    return decimal


def _number_error(token: str) -> Refused:
    """Why this token is neither a number nor a datetime."""
    if "_" in token:
        return Refused("bad-number", f"{quoted(token)} is no number", "write the digits without `_`")
    if token.startswith("+"):
        return Refused("bad-number", f"{quoted(token)} is no number", "write it without the `+`")
    if re.match(r"-?0[0-9]", token):
        help_line = "write it without the leading zeros, or in quotes if it is text"
        return Refused("bad-number", f"{quoted(token)} starts with a zero", help_line)
    if match := re.match(r"(-?[0-9]+)-([0-9]+)\Z", token):
        return Refused(
            "bad-number",
            f"{quoted(token)} is no number",
            f"for a range write `between {match[1]} and {match[2]}`",
        )
    if match := re.match(r"(-?[0-9]+(?:\.[0-9]+)?)([A-Za-z_].*)\Z", token):
        help_line = f"put a blank after `{match[1]}`, or quotes around the whole if it is text"
        return Refused("bad-number", f"{quoted(token)} is neither a number nor a datetime", help_line)
    return Refused("bad-number", f"{quoted(token)} is neither a number nor a datetime", "put quotes around text")


def is_datetime_like(token: str) -> bool:
    return DATETIME_LIKE.match(token) is not None


def datetime_error(token: str) -> Refused | None:
    """Why this is no ISO 8601 datetime that exists, or None if it is one."""
    match = DATETIME.match(token)
    if match is None:
        return Refused(
            "bad-datetime",
            f"{quoted(token)} is no datetime in the ISO 8601 form",
            "write `2026-01-31`, `2026-01-31T13:00:00Z` or `2026-01-31T13:00:00+0700`",
        )
    year, month, day, hour, minute, second, _, offset_hour, offset_minute = match.groups()
    if not _day_exists(int(year), int(month), int(day)):
        return Refused("bad-datetime", f"there is no day `{year}-{month}-{day}`", _day_help(int(year), int(month)))
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return Refused("bad-datetime", f"there is no time of day `{token[11:19]}`", "a day runs to 23:59:59")
    if int(offset_hour or 0) > 23 or int(offset_minute or 0) > 59:
        return Refused("bad-datetime", f"`{token[-6:]}` is no offset from UTC", "write it as `+0700` or `Z`")
    return None


def has_offset(token: str) -> bool:
    match = DATETIME.match(token)
    return match is not None and match[7] is not None


def _day_exists(year: int, month: int, day: int) -> bool:
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= _days_in(year, month)


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _day_help(year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return "a datetime is written year, month, day; months run from 01 to 12"
    if year < 1:
        return "years run from 0001"
    return f"that month has {_days_in(year, month)} days"


def _is_exact(token: str, value: float) -> bool:
    from decimal import Decimal, InvalidOperation

    try:
        return len(token) <= 400 and Decimal(token) == Decimal(repr(value))
    except InvalidOperation:
        return False


def _forbidden(found: re.Match[str], offset: int) -> Refused:
    code = ord(found[0])
    if code >= 0xD800:
        message, way = (
            f"U+{code:04X} is half of a surrogate pair, which is no character",
            "write the character itself",
        )
    else:
        way = {9: "write `\\t`"}.get(code, f"write `\\u{code:04x}` if it is meant")
        message = f"the control character U+{code:04X} cannot stand in a literal"
    return Refused("bad-escape", message, way, found.start() + offset, found.end() + offset)
