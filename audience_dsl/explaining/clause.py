"""What a clause says, in words: of users who have a value, and of those who have none.

A clause asks for one attribute, for the state of one channel, or for the last use of an app.
"""

from typing import TypeAlias

from ..braze import MISSING, missing_key
from ..filters import And, CustomAttribute, Filter, LastUsedApp, Leaf, Or, PushSubscription, leaves_of
from ..settings import Settings
from .folding import both, either, folded
from .values import Predicate, Said, both_sides
from .wording import Words, code, joined, say

__all__ = ["LAST_USED_APP", "Reading", "Subject", "subject_of"]

# What a clause is about: an attribute's name, or one of these.
LAST_USED_APP = ("last_used_app",)
Subject: TypeAlias = str | tuple[str]


class Reading:
    """A clause read: `listed` and `opposite` say whom it selects and whom it does not.

    `missing` says whether it selects users without a value, and is None where there is always one. `rests_on` are the
    rows of `braze.MISSING` that decide this and are not sure by themselves.
    """

    __slots__ = ("_left_out", "_selected", "missing", "rests_on", "subject")

    def __init__(self, filter: Filter, types: dict[str, frozenset[str]], settings: Settings) -> None:
        leaves = leaves_of(filter)
        self.subject = subject_of(leaves[0])
        self.missing = _missing(filter, settings)
        self.rests_on = _rests_on(filter, leaves)
        taken, refused = both_sides(filter, types)
        self._selected = _phrases(self.subject, taken, self.missing is True, leaves)
        self._left_out = _phrases(self.subject, refused, self.missing is False, leaves)

    @property
    def listed(self) -> Words:
        """Of users, as a statement: `their … is …, or they have no …`."""
        if not self._selected:
            return say("nobody: no user can meet this")
        return joined((words if of is _ANYONE else f"{of} " + words for of, words in self._selected), ", or ")

    @property
    def whose(self) -> Words:
        """Those whom it selects: `users whose … is …, and users who have no …`."""
        return _users(self._selected)

    @property
    def opposite(self) -> Words:
        """Those whom it does not select."""
        return _users(self._left_out)


def subject_of(leaf: Leaf) -> Subject:
    if isinstance(leaf, CustomAttribute):
        return leaf.name
    if isinstance(leaf, LastUsedApp):
        return LAST_USED_APP
    return ("push",) if isinstance(leaf, PushSubscription) else ("email",)


# --- Users without a value ---


def _missing(filter: Filter, settings: Settings) -> bool | None:
    def of_leaf(leaf: Leaf) -> bool | None:
        if isinstance(leaf, CustomAttribute):
            return settings.selects_missing(missing_key(leaf.comparison, leaf.value))
        # Of those who never used the app, Braze says nothing; a channel has a state always.
        return False if isinstance(leaf, LastUsedApp) else None

    return folded(filter, of_leaf, _known)


def _rests_on(filter: Filter, leaves: list[Leaf]) -> tuple[str, ...]:
    """The rows without which it is open whether users without a value are selected."""

    def of_leaf(leaf: Leaf) -> bool | None:
        if not isinstance(leaf, CustomAttribute):
            return False
        row = MISSING[missing_key(leaf.comparison, leaf.value)]
        return row.selects if row.sure else None

    if folded(filter, of_leaf, _known) is not None:
        return ()
    keys = (missing_key(each.comparison, each.value) for each in leaves if isinstance(each, CustomAttribute))
    return tuple(dict.fromkeys(key for key in keys if not MISSING[key].sure))


def _known(joined: type[And] | type[Or], members: list[bool | None]) -> bool | None:
    return both(members) if joined is And else either(members)


# --- Phrases ---

# Whose it is, `their` or `they`, and what is said.
_Phrases: TypeAlias = list[tuple[str, Words]]
_ANYONE = "anyone"


def _phrases(subject: Subject, said: Said, missing: bool, leaves: list[Leaf]) -> _Phrases:
    if said is True and (missing or subject in (("push",), ("email",))):
        return [(_ANYONE, say("anyone: every user meets this"))]
    found: _Phrases = []
    if subject == LAST_USED_APP:
        if said is not False:
            found.append(("they", say("have used the app") if said is True else "last used the app " + said.words))
        return found + ([("they", say("have never used the app"))] if missing else [])
    if isinstance(subject, tuple):
        return [("their", f"{subject[0]} subscription " + said.words)] if isinstance(said, Predicate) else []
    name = code(subject)
    if said is True:
        found.append(("they", "have a value for " + name))
    elif isinstance(said, Predicate):
        if said.negative and not missing:
            found.append(("they", say("have a value for {}, and it {}", name, said.words)))
        else:
            is_list = any(leaf.comparison in ("includes_value", "does_not_include_value") for leaf in leaves)
            is_time = isinstance(leaves[0], CustomAttribute) and any(each.comparison in _TIMES for each in leaves)
            found.append(("their", f"{'list ' * is_list}" + name + f" {'is ' * is_time}" + said.words))
    if missing:
        found.append(("they", "have no " + name))
    return found


_TIMES = ("before", "after")


def _users(phrases: _Phrases) -> Words:
    if not phrases:
        return say("nobody")
    if phrases[0][0] is _ANYONE:
        return say("everyone")
    which = {"their": "users whose ", "they": "users who "}
    return joined((which[of] + words for of, words in phrases), ", and ")
