"""An explanation as a document: statements and sentences, which every form shows and none adds to."""

import hashlib
from typing import TYPE_CHECKING

from ..attribute_types import attribute_types
from ..audience.emit import to_json
from ..filters import Filter
from ..settings import Settings
from .clause import LAST_USED_APP, Subject
from .missing import Outcome, outcomes
from .notes import Assumption, assumptions_of, notes_of
from .tree import Group, Member, statement_tree
from .wording import Words, code, enumerated, say

if TYPE_CHECKING:
    from ..report.funnel import Funnel

__all__ = ["CAMPAIGN", "CHOICE", "Explanation"]

CAMPAIGN = (
    "Only users who are in the campaign's own target as well get the message: its segments, its filters, its "
    "subscription settings, and whatever else limits it in Braze."
)
# What is said above the members of a group.
CHOICE = {"and": "all of these are true", "or": "at least one of these is true"}


class Explanation:
    """Whom an audience selects, in words.

    `title` is what it is called. `root` has the statements; `who` and `others` say who is in and who is out, of which
    `who` of a group ends with what `root` lists. `without` says what becomes of users without a value, `notes` how the
    words are to be read, and `assumptions` what is not certain. `digest` is the SHA-256 of the audience's JSON on one
    line, and `settings_digest` that of the settings. `written` is the text that it was compiled from, if there is one,
    and `count` what a preview of profiles has counted.
    """

    __slots__ = (
        "assumptions",
        "count",
        "digest",
        "filter",
        "notes",
        "others",
        "outcomes",
        "root",
        "settings_digest",
        "title",
        "who",
        "without",
        "written",
    )

    def __init__(
        self,
        filter: Filter,
        settings: Settings,
        *,
        title: str | None = None,
        written: str | None = None,
        count: "Funnel | None" = None,
    ) -> None:
        types = attribute_types(filter)
        self.filter = filter
        self.title = title
        self.written = written
        self.count = count
        self.root: Member = statement_tree(filter, types, settings)
        self.who, self.others = _sides(self.root)
        self.outcomes, beyond = outcomes(self.root)
        self.without = _without(self.root, self.outcomes, beyond)
        self.notes: list[Words] = notes_of(filter, types)
        self.assumptions: list[Assumption] = assumptions_of(self.root, filter, settings)
        self.digest = hashlib.sha256(to_json(filter).encode("utf-8", "surrogatepass")).hexdigest()
        self.settings_digest = settings.digest


def _sides(root: Member) -> tuple[Words, Words]:
    if not isinstance(root, Group):
        return root.reading.whose, root.reading.opposite
    numbers = f"1 and {len(root.members)}" if len(root.members) == 2 else f"1 to {len(root.members):,}"
    who = say(f"users of whom {CHOICE[root.joined]}")
    if root.all:
        return who, say(f"everyone else: users of whom at least one of {numbers} is not true")
    return who, say(f"everyone else: users of whom none of {numbers} is true")


def _without(root: Member, found: list[Outcome], beyond: int) -> list[Words]:
    """A sentence for each outcome."""
    sentences = []
    for outcome in found:
        lack = [_lacks(each, first=at == 0) for at, each in enumerate(_last_used_last(outcome.subjects))]
        users = "users who " + enumerated(lack, "or", more="attributes")
        if isinstance(outcome.left, bool):
            always = ("always in" if outcome.left else "never in") if isinstance(root, Group) else _PLAIN[outcome.left]
            sentences.append(users + f" are {always}")
        elif outcome.condition is not None:
            sentences.append(users + f" are in if {outcome.condition}, and otherwise out")
        else:
            sentences.append(users + " are in or out by the other statements")
    if beyond:
        sentences.append(say(f"{beyond:,} more attributes are not looked at here"))
    return sentences or [say("no statement asks for something that a user can be without")]


_PLAIN = {True: "in", False: "out"}


def _last_used_last(subjects: list[Subject]) -> list[Subject]:
    return sorted(subjects, key=lambda each: each == LAST_USED_APP)


def _lacks(subject: Subject, *, first: bool) -> Words:
    if isinstance(subject, tuple):
        return say("have never used the app")
    return ("have no " if first else "no ") + code(subject)
