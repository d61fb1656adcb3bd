"""What a test file holds: its cases, and what was found wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ..diagnostics import CODES, Diagnostic
from ..profiles import Profile
from ..source import Source, Span

__all__ = ["SUFFIXES", "Case", "CaseFile", "audience_of", "duplicates", "instant"]

SUFFIXES = (".test.toml", ".test.csv")
_AUDIENCE = ".audience"


class Case:
    """Users, and whether the audience must select them at the instant `now` with these parameters.

    One user is a `profile` with `match`. Many are a file, `profiles`, with `wanted`, which says by id who must match,
    and `rest`, which says it of all others; where that is None, others are not looked at. `texts` are parameters
    whose type the audience tells, as CSV has them.
    """

    __slots__ = (
        "audience",
        "match",
        "name",
        "now",
        "params",
        "profile",
        "profiles",
        "rest",
        "span",
        "texts",
        "wanted",
    )

    def __init__(
        self,
        name: str,
        *,
        audience: str | None = None,
        now: datetime | None = None,
        params: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        profile: Profile | None = None,
        match: bool | None = None,
        profiles: Path | None = None,
        wanted: Mapping[str, bool] | None = None,
        rest: bool | None = None,
        span: Span | None = None,
    ) -> None:
        self.name = name
        self.audience = audience
        self.now = now
        self.params = dict(params or {})
        self.texts = dict(texts or {})
        self.profile = profile
        self.match = match
        self.profiles = profiles
        self.wanted = dict(wanted or {})
        self.rest = rest
        self.span = span

    def __repr__(self) -> str:
        return f"Case({self.name!r})"


class CaseFile:
    """A test file: its `source`, the path of its audience, its cases, and what is wrong with it."""

    __slots__ = ("audience_path", "cases", "findings", "path", "source")

    def __init__(self, path: Path, source: Source) -> None:
        self.path = path
        self.source = source
        self.audience_path = audience_of(path)
        self.cases: list[Case] = []
        self.findings: list[Diagnostic] = []

    def fault(self, message: str, span: Span | None, help: str | None = None) -> None:
        self.findings.append(Diagnostic(CODES["test-file"], message, source=self.source, span=span, help=help))


def audience_of(path: Path) -> Path:
    """The audience file that a test file is for."""
    name = path.name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return path.with_name(name + _AUDIENCE)


def instant(value: object) -> datetime | str:
    """An instant as a test file states one, or what is wrong with it, in words."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return "`now` is no instant in ISO 8601"
    if not isinstance(value, datetime):
        return "`now` is no instant"
    if value.utcoffset() is None:
        return "`now` has no offset from UTC, so it is no instant"
    return value


def duplicates(names: Sequence[str]) -> list[str]:
    """Those that stand more than once, in order."""
    seen: set[str] = set()
    again: dict[str, None] = {}
    for name in names:
        if name in seen:
            again[name] = None
        seen.add(name)
    return list(again)
