"""Bytes → JSON value, for bodies that may be hostile; and back.

Python's reader takes more than JSON (NaN, numbers that overflow to infinity) and raises more than ValueError
(RecursionError). Here every body that is not plain JSON is one `UnreadableBodyError`.
"""

import json
from typing import Any, NoReturn

__all__ = ["NESTING_AT_MOST", "STATE_NESTING_AT_MOST", "UnreadableBodyError", "read_json", "write_json"]

# Levels of arrays and objects. Braze's own limit is unknown. 64 nested groups, the most that this project
# emits, need some 132 levels; and pydantic, behind the checks, gives out at about 250.
NESTING_AT_MOST = 200
# Of a sandbox's state, whose log has such bodies three levels down.
STATE_NESTING_AT_MOST = NESTING_AT_MOST + 3


class UnreadableBodyError(ValueError):
    """The bytes are not JSON, or nest too deep."""


def read_json(raw: bytes, *, nesting: int = NESTING_AT_MOST) -> Any:
    """The JSON value of a UTF-8 body of at most so many levels. Of duplicate keys the last one counts.

    Raises UnreadableBodyError, and nothing else.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"it is not UTF-8, at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(str(error)) from None
    _check_nesting(value, nesting)
    return value


def write_json(value: object) -> bytes:
    """One line of ASCII: a lone surrogate that came in by an escape goes out by one."""
    return _WRITER.encode(value).encode("ascii")


# Made once, since `json.dumps` makes one each time.
_WRITER = json.JSONEncoder(separators=(",", ":"))


def _refuse(constant: str) -> NoReturn:
    raise UnreadableBodyError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise UnreadableBodyError(f"{digits[:40]} is too large for a number")
    return number


def _check_nesting(value: object, most: int) -> None:
    # Level by level, without recursion.
    level: list[Any] = [value]
    for _ in range(most):
        level = [
            member
            for group in level
            if isinstance(group, (dict, list))
            for member in (group.values() if isinstance(group, dict) else group)
        ]
        if not level:
            return
    if any(isinstance(member, (dict, list)) for member in level):
        raise UnreadableBodyError(f"the body nests deeper than {most} levels")
