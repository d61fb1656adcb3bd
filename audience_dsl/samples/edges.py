"""Users at the edges of a filter: for each attribute the values where a clause changes its verdict, and no value.

Each leaf asks for one attribute alone. So an attribute's values are its clauses' constants with their neighbours, and
for each attribute the others are held where it alone decides: beside it in an AND everything holds, beside it in an
OR nothing does. Nothing here is random. Of a very large filter only the first attributes vary.
"""

from collections.abc import Iterable
from datetime import datetime

from ..evaluate import Evaluator
from ..filters import And, Filter, Leaf, Or, group
from ..profiles import EXPORTED_FIELDS, FLAT_FIELDS, ProfileError, profile_of
from ..regexes import RegexTimeoutError
from ..settings import Settings
from .values import ABSENT, Choice, choices_of, subject_of

__all__ = ["Sample", "edges"]

# Of a filter larger than this, the first are enough to begin with. Each attribute takes time by the size of the filter.
_SUBJECTS_AT_MOST = 100
_SUBJECTS_AT_LEAST = 5
_WORK_AT_MOST = 200_000
_LEAVES_AT_MOST = 100
_CHOICES_AT_MOST = 64
_SAMPLES_AT_MOST = 500
# How many leaves of one attribute are tried for one that decides.
_TRIES = 8
# A regex that takes longer on a text of ours is left alone.
_REGEX_TIMEOUT = 0.2


class Sample:
    """A user: the `profile` as it is handed in, a `name` that says what is special, and whether the filter selects."""

    __slots__ = ("name", "profile", "selected")

    def __init__(self, name: str, profile: dict[str, object], selected: bool) -> None:
        self.name = name
        self.profile = profile
        self.selected = selected

    def __repr__(self) -> str:
        return f"Sample({self.name!r}, {'selected' if self.selected else 'not selected'})"


def edges(filter: Filter, settings: Settings, now: datetime | None = None) -> list[Sample]:
    """Users at the edges of this filter at `now`: together they make each clause true and false, where values can.

    Raises RegexError where a regex cannot be run, and ConfigurationError without the `now` that the filter needs.
    """
    return _Search(filter, settings, now).samples()


class _Subject:
    """What leaves ask for: an attribute or a state. `leaves` are their indexes, `masks` which hold for each choice."""

    __slots__ = ("choices", "kind", "leaves", "masks", "name", "words")

    def __init__(self, leaf: Leaf) -> None:
        self.kind, self.name, self.words = subject_of(leaf)
        self.leaves: list[int] = []
        self.choices: list[Choice] = []
        # Bit i is the verdict of the leaf `leaves[i]`.
        self.masks: list[int] = []


class _Group:
    """A group where it stands in the filter: the range of its leaves, and the group around it."""

    __slots__ = ("all", "end", "parent", "start")

    def __init__(self, all: bool, start: int, parent: "_Group | None") -> None:  # noqa: A002 - its word in Python
        self.all = all
        self.start = start
        self.end = start
        self.parent = parent


class _Search:
    def __init__(self, filter: Filter, settings: Settings, now: datetime | None) -> None:
        self.now = now
        # Every name can be said in an exported profile; a flat one reads better, and is made in the end.
        self.exported = True
        self.evaluator = Evaluator(filter, settings, regex_timeout=_REGEX_TIMEOUT)
        self.leaves: list[Leaf] = []
        # The group around each leaf.
        self.groups: list[_Group | None] = []
        self._read(filter)
        most = min(_SUBJECTS_AT_MOST, max(_SUBJECTS_AT_LEAST, _WORK_AT_MOST // len(self.leaves)))
        found: dict[tuple[str, str], _Subject] = {}
        for index, leaf in enumerate(self.leaves):
            subject = _Subject(leaf)
            if len(found) < most or (subject.kind, subject.name) in found:
                found.setdefault((subject.kind, subject.name), subject).leaves.append(index)
        self.subjects = list(found.values())
        for subject in self.subjects:
            subject.leaves = subject.leaves[:_LEAVES_AT_MOST]
            self._fill(subject, settings)
        names = {subject.name for subject in self.subjects if subject.kind == "attribute"}
        self.exported = not names.isdisjoint((*FLAT_FIELDS, *EXPORTED_FIELDS))

    def samples(self) -> list[Sample]:
        found: dict[str, Sample] = {}
        whole = self._others(None)
        everything = all(
            subject.masks[subject.choices.index(whole[subject.words])] == (1 << len(subject.leaves)) - 1
            for subject in self.subjects
        )
        self._add(found, "every clause holds" if everything else "as many clauses as can hold at once", whole)
        for subject in self.subjects:
            base = self._deciding(subject)
            seen: set[int] = set()
            for choice, mask in zip(subject.choices, subject.masks, strict=True):
                if mask not in seen or choice.value in (ABSENT, ""):
                    seen.add(mask)
                    self._add(found, f"{subject.words} {choice.words}", {**base, subject.words: choice})
        self._add(found, "nothing is known of the user", {})
        return list(found.values())

    def _read(self, filter: Filter) -> None:
        pending: list[tuple[Filter | None, _Group | None]] = [(filter, None)]
        while pending:
            node, around = pending.pop()
            if isinstance(node, (And, Or)):
                inner = _Group(isinstance(node, And), len(self.leaves), around)
                pending.append((None, inner))
                pending.extend((operand, inner) for operand in reversed(node.operands))
            elif node is None:
                assert around is not None
                around.end = len(self.leaves)
            else:
                self.leaves.append(node)
                self.groups.append(around)

    def _fill(self, subject: _Subject, settings: Settings) -> None:
        leaves = [self.leaves[index] for index in subject.leaves]
        alone = Evaluator(group(Or, leaves), settings, regex_timeout=_REGEX_TIMEOUT)
        for choice in choices_of(leaves, self.now)[:_CHOICES_AT_MOST]:
            try:
                verdict = alone.why(profile_of(self._profile({subject.words: choice}, [subject])), self.now)
            except (ProfileError, RegexTimeoutError):
                continue
            verdicts = verdict.operands or (verdict,)
            subject.choices.append(choice)
            subject.masks.append(sum(each.selected << place for place, each in enumerate(verdicts)))

    def _others(self, focus: int | None) -> dict[str, Choice]:
        """For each subject the value with which this leaf decides alone; without one, with which most leaves hold."""
        around: list[_Group] = []
        inner = None if focus is None else self.groups[focus]
        while inner is not None:
            around.append(inner)
            inner = inner.parent
        chosen: dict[str, Choice] = {}
        for subject in self.subjects:
            wish = 0
            for place, leaf in enumerate(subject.leaves):
                nearest = next((each for each in around if each.start <= leaf < each.end), None)
                wish |= (nearest is None or nearest.all) << place
            # Of equals the first: constants stand before what is missing.
            best = min(range(len(subject.masks)), key=lambda index: (subject.masks[index] ^ wish).bit_count())
            chosen[subject.words] = subject.choices[best]
        return chosen

    def _deciding(self, subject: _Subject) -> dict[str, Choice]:
        """Values of the others with which this subject decides what becomes of the whole filter, where there are."""
        first: dict[str, Choice] | None = None
        for place, leaf in enumerate(subject.leaves[:_TRIES]):
            base = self._others(leaf)
            first = first or base
            if self._decides(subject, place, base):
                return base
        assert first is not None
        tries = [(other, choice) for other in self.subjects if other is not subject for choice in other.choices]
        for other, choice in tries[:_CHOICES_AT_MOST]:
            base = {**first, other.words: choice}
            if self._decides(subject, 0, base):
                return base
        return first

    def _decides(self, subject: _Subject, place: int, base: dict[str, Choice]) -> bool:
        sides: dict[bool, Choice] = {}
        for choice, mask in zip(subject.choices, subject.masks, strict=True):
            sides.setdefault(bool(mask >> place & 1), choice)
        verdicts = {self._selects({**base, subject.words: choice}) for choice in sides.values()}
        return len(verdicts - {None}) == 2

    def _selects(self, chosen: dict[str, Choice]) -> bool | None:
        try:
            return self.evaluator.selects(profile_of(self._profile(chosen, self.subjects)), self.now)
        except RegexTimeoutError:
            return None

    def _add(self, found: dict[str, Sample], name: str, chosen: dict[str, Choice]) -> None:
        profile = self._profile(chosen, self.subjects)
        selected = self._selects(chosen)
        if selected is not None and len(found) < _SAMPLES_AT_MOST:
            found.setdefault(repr(profile), Sample(name, profile, selected))

    def _profile(self, chosen: dict[str, Choice], subjects: Iterable[_Subject]) -> dict[str, object]:
        attributes: dict[str, object] = {}
        states: dict[str, object] = {}
        for subject in subjects:
            choice = chosen.get(subject.words)
            if choice is None or choice.value is ABSENT:
                continue
            if subject.kind == "attribute":
                attributes[subject.name] = choice.value
            elif not self.exported:
                states[subject.kind] = choice.value
            elif subject.kind == "last_used_app":
                states["apps"] = [{"name": "app", "last_used": choice.value}]
            else:
                states[f"{subject.kind}_subscribe"] = choice.value
        return {"custom_attributes": attributes, **states} if self.exported else {**attributes, **states}
