"""`--profiles --expect --max-age`: whether the number that a request would reach is the one that was meant."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from ..regexes import RegexError, RegexTimeoutError
from ..report.display import span_in_words
from .console import Console
from .exits import RefusedError, UsageFault
from .options import span_of
from .reached import Reached, age_of, count_reached

if TYPE_CHECKING:
    from ..sender.requests import Request

__all__ = ["Expectation", "read_expectation"]

_RANGE = re.compile(r"([0-9_,]*)\.\.([0-9_,]*)")


class Expectation:
    """From `least` to `most` users (None: no bound) by profiles that are not older than `max_age`, in seconds."""

    __slots__ = ("least", "max_age", "most", "profiles")

    def __init__(self, profiles: str, least: int | None, most: int | None, max_age: int | None) -> None:
        self.profiles = profiles
        self.least = least
        self.most = most
        self.max_age = max_age

    def check(
        self,
        console: Console,
        request: "Request",
        now: datetime,
        *,
        named: bool = False,
        otherwise: str = "and nothing was sent",
    ) -> tuple[Reached, float]:
        """Count, say so, and give the count and how many seconds old the profiles are.

        Raises RefusedError where the number is not as expected, or rests on old profiles; `otherwise` says what then
        did not happen. `named` says that profiles which cannot be read have been named before.
        """
        age = age_of(self.profiles)
        if self.max_age is not None and age > self.max_age:
            raise RefusedError(
                f"the profiles are {span_in_words(age)} old, of which `--max-age` allows "
                f"{span_in_words(self.max_age)}, {otherwise}",
                "export them again, or allow more",
                slug="profiles-too-old",
            )
        try:
            reached = count_reached(console, self.profiles, request, now, named=named)
        except (RegexError, RegexTimeoutError) as error:
            message = f"the users cannot be counted, {otherwise}: {error.message}"
            raise RefusedError(message, error.help, slug=error.kind.slug) from None
        reached.tell(console, age)
        fault = self._fault(reached)
        if fault is not None:
            way = "`audience preview` shows which clause lets how many through"
            raise RefusedError(f"{fault}, {otherwise}", way, slug="unexpected-count")
        return reached, age

    def _fault(self, reached: Reached) -> str | None:
        if reached.most == 0:
            return "nobody would be reached"
        if self.least is not None and reached.least < self.least:
            return f"{reached.words} would be reached, and at least {self.least:,} are expected"
        if self.most is not None and reached.most > self.most:
            return f"{reached.words} would be reached, and at most {self.most:,} are expected"
        return None


def read_expectation(profiles: str | None, expect: str | None, max_age: str | None) -> Expectation | None:
    """What the options say, or None where they say nothing. Raises UsageFault."""
    if profiles is None:
        given = "--expect" if expect is not None else "--max-age" if max_age is not None else None
        if given is not None:
            raise UsageFault(f"`{given}` is given, and there are no profiles to count", "give them with `--profiles`")
        return None
    least, most = _range(expect)
    return Expectation(profiles, least, most, None if max_age is None else span_of(max_age, "--max-age"))


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
