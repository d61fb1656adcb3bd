"""The nearest value that a comparison takes, for one that it does not: what the help of a finding offers."""

import re
from calendar import monthrange

__all__ = ["nearest_value"]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(.*)", re.DOTALL)
_CLOCK = re.compile(r"[ Tt]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?) ?(Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?")


def nearest_value(kind: str, value: object) -> str | None:
    """The way out where a value of this kind (`number`, `days` or `instant`) was meant, or None where none is near."""
    if kind == "instant":
        return _instant(value) if isinstance(value, str) else None
    if isinstance(value, str) and _NUMBER.fullmatch(value) and (kind == "number" or value.isdigit()):
        return f"write `{value}` without the quotes"
    if kind == "days" and isinstance(value, float) and value.is_integer() and value >= 1:
        return f"write `{value:.0f}`"
    return None


def _instant(text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(found[part]) for part in (1, 2, 3))
    if not (1 <= month <= 12 and year):
        return "a datetime is written year, month, day; months run from 01 to 12"
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        return f"{text[:7]} has {days} days"
    if not found[4]:
        return f"give it a time and an offset, as in `{text}T00:00:00+0000`"
    clock = _CLOCK.fullmatch(found[4])
    if clock is None:
        return None
    offset = {"z": "Z", "UTC": "Z"}.get(clock[2] or "", clock[2] or "")
    written = f"{text[:10]}T{clock[1]}{offset}"
    return f"write `{written}`" if written != text else None
