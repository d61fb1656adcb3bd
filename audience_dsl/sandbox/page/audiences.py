"""An audience of a request as the page shows it: as text, and in plain English."""

import json
from functools import lru_cache
from typing import Any, Final

from ...audience.read import read
from ...braze_api import ENDPOINTS_BY_PATH
from ...decompiler import decompile
from ...diagnostics import RequestError
from ...explaining import Explanation
from ...explaining.document import CHOICE
from ...explaining.tree import Group, Statement, members_of
from ...explaining.wording import Words, say, sentence
from ...settings import Limits, Settings
from ..journal import LogEntry

__all__ = ["Explained", "Step", "audience_of", "explained", "text_of"]

# An audience may have 100,000 clauses; nobody reads so many, and the page should open at once.
_CLAUSES_AT_MOST: Final = 1_000
_STEPS_AT_MOST: Final = 200
_TEXT_AT_MOST: Final = 200_000
# Of the log, which shows each audience on one line: these are read, and kept for the next look at it.
_BRIEF_AT_MOST: Final = 4_000
_KEPT: Final = 512


class Step:
    """A statement or the head of a group: how deep it stands, its number, what it says, and its clause as text."""

    __slots__ = ("depth", "number", "said", "text")

    def __init__(self, depth: int, number: str, said: Words, text: str | None) -> None:
        self.depth = depth
        self.number = number
        self.said = said
        self.text = text


class Explained:
    """`text` in the language, and `steps`, `others` and `without` in English. `problem` says what there is not.

    `is_cut` says that the text goes on. One that is not valid may have a text all the same: what it means where one
    word of it is wrong.
    """

    __slots__ = ("is_cut", "is_valid", "more", "notes", "others", "problem", "steps", "text", "without")

    def __init__(self) -> None:
        self.is_cut = False
        self.is_valid = False
        self.text: str | None = None
        self.problem: str | None = None
        self.steps: list[Step] = []
        # Statements that are left out.
        self.more = 0
        self.others: Words | None = None
        self.without: list[Words] = []
        self.notes: list[str] = []


def audience_of(entry: LogEntry, body: dict[str, Any] | None) -> Any:
    """What a request with this body has in the place of an audience, if it has anything there."""
    endpoint = ENDPOINTS_BY_PATH.get(entry.path)
    if body is None or endpoint is None or endpoint.audience_field is None:
        return None
    return body.get(endpoint.audience_field)


def explained(audience: object, settings: Settings) -> Explained:
    """Raises nothing over the audience."""
    found = Explained()
    bounded = _bounded(settings)
    try:
        decompiled = decompile(audience, name=None, catalog=None, settings=bounded)
        text = decompiled.text.rstrip("\n")
        found.text, found.is_cut = text[:_TEXT_AT_MOST], len(text) > _TEXT_AT_MOST
        found.notes = [each.message for each in decompiled.notes]
    except RequestError as error:
        found.problem = _problem("It cannot be written as text", error)
        if _is_too_large(error):
            return found
    try:
        filter = read(audience, limits=bounded.limits)
    except RequestError as error:
        found.problem = _problem("Braze knows no such audience", error)
        return found
    found.is_valid = True
    explanation = Explanation(filter, settings)
    for member in members_of(explanation.root):
        if len(found.steps) == _STEPS_AT_MOST:
            found.more += isinstance(member, Statement)
        else:
            found.steps.append(_step(member, explanation))
    found.others = sentence(explanation.others)
    found.without = [sentence(each) for each in explanation.without]
    return found


def _problem(what: str, error: RequestError) -> str:
    if _is_too_large(error):
        return f"It has more than {_CLAUSES_AT_MOST:,} clauses, which are too many to be shown here"
    return f"{what}: {error.diagnostics[0].message}"


def _is_too_large(error: RequestError) -> bool:
    return error.diagnostics[0].code.slug == "too-many-clauses"


def _step(member: Statement | Group, explanation: Explanation) -> Step:
    if isinstance(member, Statement):
        # The one clause of an audience says the whole.
        said = explanation.who if member is explanation.root else member.reading.listed
        return Step(member.depth, member.number, sentence(said), member.text)
    said = explanation.who if member is explanation.root else say(CHOICE[member.joined])
    return Step(member.depth, member.number, sentence(said, ":"), None)


def text_of(audience: Any, settings: Settings) -> str | None:
    """The audience on one line, for the log; None where it is too large for that or cannot be read."""
    try:
        written = json.dumps(audience)
    except ValueError:
        return None
    return _brief(written, settings) if len(written) <= _BRIEF_AT_MOST else None


@lru_cache(_KEPT)
def _brief(written: str, settings: Settings) -> str | None:
    try:
        text = decompile(json.loads(written), name=None, catalog=None, settings=_bounded(settings)).text
    except RequestError:
        return None
    return " ".join(text.split())


def _bounded(settings: Settings) -> Settings:
    return Settings(time_zone=settings.time_zone, assume=settings.assume, limits=Limits(clauses=_CLAUSES_AT_MOST))
