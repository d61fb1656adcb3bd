"""Limits, assumptions and time zone: one immutable value, handed down."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType

from .braze import MISSING
from .diagnostics import CODES, ConfigurationError, nearest

__all__ = ["Limits", "Settings", "check_instant"]


def check_instant(now: datetime) -> None:
    """Raises ConfigurationError for a `now` without an offset from UTC, which is no instant."""
    if now.utcoffset() is None:
        raise ConfigurationError(CODES["settings"], "`now` has no offset from UTC", help="hand in an aware datetime")


class Limits:
    """How much a compile takes on. All are counts, `source` is in characters."""

    __slots__ = ("clauses", "depth", "files", "list_items", "source")

    def __init__(
        self,
        *,
        clauses: int = 100_000,
        depth: int = 64,
        list_items: int = 100_000,
        source: int = 16 * 1024 * 1024,
        files: int = 1_000,
    ) -> None:
        self.clauses = clauses
        self.depth = depth
        self.list_items = list_items
        self.source = source
        self.files = files
        for name in self.__slots__:
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ConfigurationError(
                    CODES["settings"], f"limit `{name}` must be a whole number from 1, not {value!r}"
                )


class Settings:
    """What a compile depends on besides its text.

    `time_zone`: the IANA zone in which datetimes without an offset are read.
    `assume`: open rows of `braze.MISSING` that this workspace has tried for itself, by key, for example
    `{"greater_than.number.other": True}`: such a row then counts as known.

    Raises ConfigurationError for an unknown row, a row that is documented, or an unknown zone.
    """

    __slots__ = ("_digest", "assume", "limits", "time_zone")

    def __init__(
        self,
        *,
        time_zone: str = "UTC",
        assume: Mapping[str, bool] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.time_zone = time_zone
        self.assume: Mapping[str, bool] = MappingProxyType(dict(assume or {}))
        self._digest: str | None = None
        for key, value in self.assume.items():
            _check_assumption(key, value)
        if time_zone != "UTC":
            _check_zone(time_zone)

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), time_zone=self.time_zone, assume=dict(self.assume), limits=self.limits), ()

    def selects_missing(self, key: str) -> bool:
        """Whether the comparison of this row of `braze.MISSING` selects a user without a value."""
        known = self.assume.get(key)
        return MISSING[key].selects if known is None else known

    def is_sure(self, key: str) -> bool:
        """Whether a complement may rest on this row alone: documented, strongly inferred, or tried."""
        return key in self.assume or MISSING[key].sure

    def is_unknown(self, key: str) -> bool:
        """Whether no source says, and nobody has tried."""
        return key not in self.assume and MISSING[key].mark == "unknown"

    @property
    def digest(self) -> str:
        """SHA-256 of everything here that can change an output, in hexadecimal."""
        if self._digest is None:
            import hashlib
            import json

            effective = {
                "assumptions": {key: [self.selects_missing(key), self.is_sure(key)] for key in sorted(MISSING)},
                "time_zone": self.time_zone,
            }
            self._digest = hashlib.sha256(json.dumps(effective, sort_keys=True).encode()).hexdigest()
        return self._digest


def _check_assumption(key: str, value: object) -> None:
    row = MISSING.get(key)
    if row is None:
        close = nearest(key, MISSING)
        raise ConfigurationError(
            CODES["settings"],
            f"there is no assumption `{key}`",
            help=f"did you mean `{close[0]}`?" if close else None,
        )
    if not row.open:
        raise ConfigurationError(CODES["settings"], f"`{key}` is documented by Braze ({row.source}) and cannot be set")
    if not isinstance(value, bool):
        raise ConfigurationError(CODES["settings"], f"`{key}` takes true or false, not {value!r}")


def _check_zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ConfigurationError(
            CODES["settings"],
            f"there is no time zone `{name}`",
            help="name a zone of the IANA database, such as `Asia/Ho_Chi_Minh`",
        ) from None
