"""How many a request would reach by a file of profiles: counted, and told; whether that was meant is for others."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..diagnostics import counted
from ..evaluate import Evaluator
from ..filters import Filter
from ..preview import preview
from ..preview.counts import NAMED_AT_MOST
from ..profiles import Profile
from ..profiles.files import ProfileFiles, Unreadable, read_profiles
from ..report.display import clean, span_in_words
from ..settings import Settings
from .console import Console, Progress

if TYPE_CHECKING:
    from ..sender.requests import Request

__all__ = ["Reached", "age_of", "count_reached"]


class Reached:
    """From `least` to `most` users of `total` `what`, by profiles of which `unreadable` were left out."""

    __slots__ = ("least", "most", "total", "unreadable", "what")

    def __init__(self, least: int, most: int, total: int, what: str, unreadable: int) -> None:
        self.least = least
        self.most = most
        self.total = total
        self.what = what
        self.unreadable = unreadable

    @property
    def words(self) -> str:
        count = f"{self.least:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"
        return f"about {count} of {self.total:,} {self.what}"

    def tell(self, console: Console, age: float) -> None:
        console.note(clean(f"{self.words} would be reached, by profiles that are {span_in_words(age)} old"))
        console.note("This is an estimate: it leaves out the campaign's own target and what a channel asks of a user.")


def age_of(profiles: str) -> float:
    """The seconds since the oldest file was written: what is newest says nothing about the rest."""
    files = ProfileFiles(Path(profiles)).files
    return max(0.0, time.time() - min(path.stat().st_mtime for path, _ in files))


def count_reached(console: Console, profiles: str, request: "Request", now: datetime, *, named: bool) -> Reached:
    """Count. `named` says that profiles which cannot be read have been named before.

    Raises RegexError and RegexTimeoutError where the audience has a regex that cannot be run.
    """
    from ..audience.read import read

    body = request.to_dict()
    audience = read(body["audience"]) if "audience" in body else None
    unreadable = _Unreadable(console, named)
    if "recipients" in body:
        counts = _recipients(profiles, body["recipients"], audience, now, unreadable)
    elif audience is None:
        total = sum(unreadable.passes(each) for each in read_profiles(Path(profiles)))
        counts = (total, total, total, "profiles")
    else:
        progress = Progress(console, "counting", 100)
        try:
            found = preview(audience, Path(profiles), now=now, progress=lambda share: progress.step(int(share * 100)))
        finally:
            progress.done()
        for each in found.named:
            unreadable.name(each)
        unreadable.count = found.unreadable
        counts = (found.matched, found.matched, found.total, "profiles")
    unreadable.sum_up()
    return Reached(*counts, unreadable.count)


class _Unreadable:
    """Profiles that cannot be read: counted, and the first of them named."""

    def __init__(self, console: Console, named: bool) -> None:
        self._console = console
        self._named = named
        self.count = 0

    def passes(self, each: Profile | Unreadable) -> bool:
        if isinstance(each, Profile):
            return True
        self.count += 1
        if self.count <= NAMED_AT_MOST:
            self.name(each)
        return False

    def name(self, each: Unreadable) -> None:
        if not self._named:
            self._console.note(clean(f"{each.place}: {each.message}{f' ({each.help})' if each.help else ''}"))

    def sum_up(self) -> None:
        if self.count and not self._named:
            they = "is" if self.count == 1 else "are"
            self._console.note(f"{counted(self.count, 'profile')} cannot be read, and {they} not counted")


def _recipients(
    profiles: str, recipients: list[dict[str, Any]], audience: Filter | None, now: datetime, unreadable: _Unreadable
) -> tuple[int, int, int, str]:
    """Those who are among the profiles, and whom the audience selects. Others may be reached: nothing tells."""
    wanted = {each["external_user_id"] for each in recipients if "external_user_id" in each}
    evaluator = None if audience is None else Evaluator(audience, Settings())
    selected: set[str] = set()
    known: set[str] = set()
    for each in read_profiles(Path(profiles)):
        if unreadable.passes(each) and isinstance(each, Profile) and each.id is not None and each.id in wanted:
            known.add(each.id)
            if evaluator is None or evaluator.selects(each, now):
                selected.add(each.id)
    untold = len(recipients) - len(wanted)
    created = {each.get("external_user_id") for each in recipients if each.get("send_to_existing_only") is False}
    maybe = untold + len((created & wanted) - known)
    return len(selected), len(selected) + maybe, len(recipients), "recipients"
