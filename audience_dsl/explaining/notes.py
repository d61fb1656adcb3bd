"""How the words of an explanation are to be read, and what they rest on that is not certain."""

from ..braze import RELATIVE, STATE_MEANINGS
from ..filters import CustomAttribute, EmailSubscription, Filter, LastUsedApp, Leaf, PushSubscription, leaves_of
from ..reasons import how_sure
from ..settings import Settings
from .patterns import read_literal
from .tree import Group, Member, Statement, members_of
from .values import domain
from .wording import Words, code, say

__all__ = ["Assumption", "assumptions_of", "notes_of"]

_NUMBERS_AT_MOST = 20


def notes_of(filter: Filter, types: dict[str, frozenset[str]]) -> list[Words]:
    leaves = leaves_of(filter)
    kinds = {domain(leaf, types) for leaf in leaves}
    found: list[Words] = []
    if any(isinstance(each, CustomAttribute) for each in leaves):
        found.append(
            say(
                "An attribute has no value where it was never set, and where it is blank text or an empty list. A "
                "value of another kind than a statement asks about, such as text instead of a number, counts as none."
            )
        )
    if kinds & {"text", "values", "includes_value", "does_not_include_value"}:
        found.append(say("Whole texts are compared letter by letter: letter case and blanks count."))
    if "values" in kinds:
        found.append(say("A list has a value if it contains it."))
    found += _of_patterns(leaves)
    if "days" in kinds:
        found.append(
            say(
                "Days are counted from the moment at which Braze sends the message. A day is 24 hours, and not a "
                "calendar day: 2 days are 48 hours."
            )
        )
    if "time" in kinds:
        found.append(say("Times stand with the offset from UTC with which they were written."))
    if any(isinstance(each, LastUsedApp) for each in leaves):
        found.append(
            say(
                "The app is any app of the workspace. The time with which its last use is compared is fixed: it does "
                "not move with the send."
            )
        )
    for channel, kind in (("push", PushSubscription), ("email", EmailSubscription)):
        if any(isinstance(each, kind) for each in leaves):
            found += _of_states(channel)
    return found


def _of_patterns(leaves: list[Leaf]) -> list[Words]:
    patterns = [
        str(each.value) for each in leaves if isinstance(each, CustomAttribute) and each.comparison.endswith("_regex")
    ]
    if not patterns:
        return []
    found = [say("Letter case is ignored wherever it says so: Braze looks for these texts by regular expressions.")]
    literals = [read_literal(each) for each in patterns]
    if None in literals:
        found.append(
            say(
                "A regular expression may match anywhere in the text; {} ties it to the start, and {} to the end.",
                code("^"),
                code("$"),
            )
        )
    if any(each is not None and each[2] for each in literals):
        found.append(say("A line break at the very end of a text does not count as its end."))
    return found


def _of_states(channel: str) -> list[Words]:
    meanings = STATE_MEANINGS[channel].items()
    found = [say(f"Every user is in exactly one of {len(meanings)} states of {channel}.")]
    return found + [say(f"{{}} of {channel}: {meaning}.", code(state)) for state, meaning in meanings]


# --- What is not certain ---


class Assumption:
    """Something that is assumed of Braze. `key` is its row of `braze.MISSING`, if it has one.

    `numbers` are those of the statements that rest on it, where it bears on single ones.
    """

    __slots__ = ("key", "numbers", "words")

    def __init__(self, words: Words, key: str | None = None, numbers: list[str] | None = None) -> None:
        self.words = words
        self.key = key
        self.numbers = numbers or []


_VALUE_OF = {
    "zero": " with 0",
    "other": " with a number other than 0",
    "true": " with true",
    "false": " with false",
    "any": "",
}


def assumptions_of(root: Member, filter: Filter, settings: Settings) -> list[Assumption]:
    by_key: dict[str, list[str]] = {}
    for member in members_of(root):
        if isinstance(member, Statement):
            for key in member.reading.rests_on:
                by_key.setdefault(key, []).append(member.number)
    found = [_of_row(key, numbers, isinstance(root, Group), settings) for key, numbers in by_key.items()]
    leaves = leaves_of(filter)
    if not found:
        found.append(Assumption(say("No statement rests on an open assumption about users without a value.")))
    if any(isinstance(each, CustomAttribute) for each in leaves):
        found.append(
            Assumption(
                say(
                    "That blank text, an empty list and a value of another kind count as no value, Braze says of "
                    "segments only. It is taken to hold here as well."
                )
            )
        )
    comparisons = {each.comparison for each in leaves}
    if comparisons & RELATIVE or comparisons & {"before", "after"}:
        found.append(
            Assumption(
                say(
                    "Whether a time exactly at the end of a span counts, Braze does not document. Here “within” and "
                    "“at or after” take it, and “before” and “more than” do not."
                )
            )
        )
    if any(isinstance(each, LastUsedApp) for each in leaves):
        found.append(Assumption(say("That neither comparison selects users who have never used the app is inferred.")))
    return found


def _of_row(key: str, numbers: list[str], numbered: bool, settings: Settings) -> Assumption:
    comparison, _, value = key.split(".")
    selects = settings.selects_missing(key)
    sure = how_sure(key, settings)
    words = say(
        f"That Braze's {{}}{_VALUE_OF[value]} {'selects' if selects else 'leaves out'} users who have no value is "
        f"{sure}{' only' * sure.endswith('segments')}.",
        code(comparison),
    )
    if numbered:
        shown = numbers[:_NUMBERS_AT_MOST]
        rest = len(numbers) - len(shown)
        listed = ", ".join(shown) if rest else " and ".join([", ".join(shown[:-1])] * (len(shown) > 1) + shown[-1:])
        words += f" Statement{'s' * (len(numbers) > 1)} {listed}{f' and {rest:,} more' * bool(rest)} "
        words += "rest on it." if len(numbers) > 1 else "rests on it."
    return Assumption(words, key, numbers)
