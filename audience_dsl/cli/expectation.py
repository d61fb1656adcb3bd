"""`send --profiles --expect`: how many a request would reach by these profiles, and whether that was meant."""

import re
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..evaluate import Evaluator
from ..filters import Filter
from ..preview import preview
from ..preview.counts import NAMED_AT_MOST
from ..profiles import Profile
from ..profiles.files import ProfileFiles, Unreadable, read_profiles
from ..regexes import RegexError, RegexTimeoutError
from ..report.display import clean
from ..settings import Settings
from .console import Console, Progress
from .exits import RefusedError, UsageFault

if TYPE_CHECKING:
    from ..sender.requests import Request

__all__ = ["Expectation", "read_expectation"]

_RANGE = re.compile(r"([0-9_,]*)\.\.([0-9_,]*)")
_AGE = re.compile(r"([0-9]+)(m|h|d)")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_NOTHING_SENT = "and nothing was sent"


class Expectation:
    """From `least` to `most` users (None: no bound) by profiles that are not older than `max_age`, in seconds."""

    __slots__ = ("least", "max_age", "most", "profiles")

    def __init__(self, profiles: str, least: int | None, most: int | None, max_age: int | None) -> None:
        self.profiles = profiles
        self.least = least
        self.most = most
        self.max_age = max_age

    def check(self, console: Console, request: "Request", now: datetime, *, named: bool = False) -> None:
        """Count, say so, and raise RefusedError where the number is not as expected, or rests on old profiles.

        `named` says that profiles which cannot be read have been named before.
        """
        age = self._age()
        if self.max_age is not None and age > self.max_age:
            raise RefusedError(
                f"the profiles are {_duration(age)} old, of which `--max-age` allows {_duration(self.max_age)}, "
                f"{_NOTHING_SENT}",
                "export them again, or allow more",
                slug="profiles-too-old",
            )
        try:
            reached = _reached(console, self.profiles, request, now, named=named)
        except (RegexError, RegexTimeoutError) as error:
            message = f"the users cannot be counted, {_NOTHING_SENT}: {error.message}"
            raise RefusedError(message, error.help, slug=error.kind.slug) from None
        console.note(clean(f"{reached.words} would be reached, by profiles that are {_duration(age)} old"))
        console.note("This is an estimate: it leaves out the campaign's own target and what a channel asks of a user.")
        fault = self._fault(reached)
        if fault is not None:
            way = "`audience preview` shows which clause lets how many through"
            raise RefusedError(f"{fault}, {_NOTHING_SENT}", way, slug="unexpected-count")

    def _fault(self, reached: "_Reached") -> str | None:
        if reached.most == 0:
            return "nobody would be reached"
        if self.least is not None and reached.least < self.least:
            return f"{reached.words} would be reached, and at least {self.least:,} are expected"
        if self.most is not None and reached.most > self.most:
            return f"{reached.words} would be reached, and at most {self.most:,} are expected"
        return None

    def _age(self) -> float:
        """Of the oldest file: what is newest says nothing about the rest."""
        files = ProfileFiles(Path(self.profiles)).files
        return max(0.0, time.time() - min(path.stat().st_mtime for path, _ in files))


class _Reached:
    """How many are reached, from `least` to `most`, of how many."""

    __slots__ = ("least", "most", "total", "what")

    def __init__(self, least: int, most: int, total: int, what: str) -> None:
        self.least = least
        self.most = most
        self.total = total
        self.what = what

    @property
    def words(self) -> str:
        count = f"{self.least:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"
        return f"about {count} of {self.total:,} {self.what}"


def _reached(console: Console, profiles: str, request: "Request", now: datetime, *, named: bool) -> _Reached:
    from ..audience.read import read

    body = request.to_dict()
    audience = read(body["audience"]) if "audience" in body else None
    unreadable = _Unreadable(console, named)
    if "recipients" in body:
        reached = _recipients(profiles, body["recipients"], audience, now, unreadable)
    elif audience is None:
        total = sum(unreadable.passes(each) for each in read_profiles(Path(profiles)))
        reached = _Reached(total, total, total, "profiles")
    else:
        progress = Progress(console, "counting", 100)
        try:
            found = preview(audience, Path(profiles), now=now, progress=lambda share: progress.step(int(share * 100)))
        finally:
            progress.done()
        for each in found.named:
            unreadable.name(each)
        unreadable.count = found.unreadable
        reached = _Reached(found.matched, found.matched, found.total, "profiles")
    unreadable.sum_up()
    return reached


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
            one = self.count == 1
            are, they = ("profile cannot", "is") if one else ("profiles cannot", "are")
            self._console.note(f"{self.count:,} {are} be read, and {they} not counted")


def _recipients(
    profiles: str, recipients: list[dict[str, Any]], audience: Filter | None, now: datetime, unreadable: _Unreadable
) -> _Reached:
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
    return _Reached(len(selected), len(selected) + maybe, len(recipients), "recipients")


def read_expectation(profiles: str | None, expect: str | None, max_age: str | None) -> Expectation | None:
    """What the options say, or None where they say nothing. Raises UsageFault."""
    if profiles is None:
        given = "--expect" if expect is not None else "--max-age" if max_age is not None else None
        if given is not None:
            raise UsageFault(f"`{given}` is given, and there are no profiles to count", "give them with `--profiles`")
        return None
    least, most = _range(expect)
    return Expectation(profiles, least, most, _age(max_age))


def _range(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    found = _RANGE.fullmatch(text)
    digits = [re.sub("[_,]", "", part) for part in found.groups()] if found else ["", ""]
    if not any(digits):
        raise UsageFault(
            f"`--expect {text}` is no range of numbers",
            "write it as `--expect 1000..50000`; `1000..` and `..50000` have one bound",
        )
    least, most = (int(part) if part else None for part in digits)
    if least is not None and most is not None and least > most:
        raise UsageFault(f"`--expect {text}` is a range whose ends are the wrong way round", f"write `{most}..{least}`")
    return least, most


def _age(text: str | None) -> int | None:
    if text is None:
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        raise UsageFault(f"`--max-age {text}` is no span of time", "write it as `--max-age 2d`, `12h` or `30m`")
    return int(found[1]) * _SECONDS[found[2]]


def _duration(seconds: float) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
