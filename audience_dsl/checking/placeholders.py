"""Values that stand for parameters nobody has bound yet, so that a text can be lowered, and compared, without them.

The same name and type always make the same value, whatever text it stands in, so that two filters that are equal for
every value are equal here.
"""

from datetime import UTC, datetime, timedelta
from zlib import crc32

from ..compiler.inference import Checked
from ..compiler.parameters import KINDS, Bound

__all__ = ["placeholders"]

_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
# Few enough that they are days, also where they are counted in weeks.
_NUMBERS = 4_000


def placeholders(checked: Checked) -> dict[str, Bound]:
    """A value for every parameter that a text knows."""
    kinds = {
        **{name: next(kind for kind in KINDS if kind in left) for name, left in checked.open.items()},
        **checked.kinds,
    }
    return {name: _value(name, kind) for name, kind in kinds.items()}


def _value(name: str, kind: str) -> Bound:
    number = 1 + crc32(name.encode()) % _NUMBERS
    if kind.startswith("list of "):
        return (f"${name}",) if kind == "list of string" else (number,)
    if kind == "time":
        return (_FIRST_INSTANT + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    if kind == "boolean":
        return True
    return f"${name}" if kind == "string" else number
