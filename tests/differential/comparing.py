"""Filters and profiles by the hundred, and all judges side by side."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from audience_dsl import Settings
from audience_dsl.braze import MISSING
from tests.differential.judges import JUDGES, UNREADABLE, Judge, People, Question, Refused, Verdict, by_tree
from tests.differential.people import Edges
from tests.differential.texts import NOW, Tree, clauses_of, random_tree

__all__ = ["PEOPLE", "Disagreement", "Tally", "compare", "disagreement_of", "filters"]

# Profiles for one filter.
PEOPLE = 200
# The share of filters whose profiles hold values that only Python has.
_NATIVE = 0.15
_OPPOSITE: dict[Verdict | None, Verdict | None] = {True: False, False: True}
_OPEN_ROWS = sorted(key for key, row in MISSING.items() if row.open)


class Disagreement:
    """One filter and one profile on which the judges differ, or of which `not` is not the opposite."""

    def __init__(self, question: Question, person: Any, verdicts: Mapping[str, Verdict | None]) -> None:
        self.question = question
        self.person = person
        self.verdicts = verdicts


class Tally:
    """What was compared, by judge: profiles put to a filter, and to its `not`; and what was refused, by reason."""

    def __init__(self) -> None:
        self.filters = 0
        self.opposites = 0
        self.pairs: Counter[str] = Counter()
        self.opposite_pairs: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.selected = 0
        self.unreadable = 0

    def add(self, other: "Tally") -> None:
        self.filters += other.filters
        self.opposites += other.opposites
        self.pairs += other.pairs
        self.opposite_pairs += other.opposite_pairs
        self.refused += other.refused
        self.selected += other.selected
        self.unreadable += other.unreadable


def compare(
    examples: int,
    seed: int,
    *,
    judges: Mapping[str, Judge] = JUDGES,
    sampled: Mapping[str, tuple[Judge, int]] | None = None,
    people: int = PEOPLE,
    progress: Callable[[int], None] | None = None,
) -> tuple[Tally, Disagreement | None]:
    """Compare `examples` pairs of a text and a profile, or up to the first disagreement.

    The first of `judges` is the one that the others are held against. `sampled` judges are asked about the first so
    many of the pairs only. `people` are put to each filter: few of them for many filters, many for speed.
    """
    tally = Tally()
    first = next(iter(judges))
    for tree, settings, now, rng in filters(seed):
        left = examples - tally.pairs[first]
        if left <= 0:
            break
        asked = dict(judges)
        for name, (judge, at_most) in (sampled or {}).items():
            if tally.pairs[name] < at_most:
                asked[name] = judge
        try:
            found = _batch(tree, settings, now, rng, min(people, left), asked, tally)
        except Refused as refused:
            tally.refused[str(refused)] += 1
            continue
        if found is not None:
            return tally, found
        if progress is not None:
            progress(tally.pairs[first])
    return tally, None


def filters(seed: int) -> Iterator[tuple[Tree, Settings, datetime, Random]]:
    rng = Random(seed)
    while True:
        now = NOW.astimezone(timezone(timedelta(hours=rng.choice([0, 0, 7, -5]))))
        now += timedelta(microseconds=rng.choice([0, 0, 1, 999_999, 500_000]))
        share = rng.choice([0, 0.2, 0.5, 1])
        assume = {key: rng.random() < 0.5 for key in _OPEN_ROWS if rng.random() < share}
        # Zones without daylight saving, where every local time is there once.
        zone = rng.choice(["UTC", "UTC", "Asia/Ho_Chi_Minh", "America/Phoenix"])
        yield random_tree(rng, now), Settings(assume=assume, time_zone=zone), now, rng


def _batch(
    tree: Tree,
    settings: Settings,
    now: datetime,
    rng: Random,
    count: int,
    judges: Mapping[str, Judge],
    tally: Tally,
) -> Disagreement | None:
    question = Question(tree, settings, now)
    samples: dict[str, list[str]] = {}
    for clause in clauses_of(tree):
        for name, texts in clause.samples.items():
            samples.setdefault(name, []).extend(texts)
    people = People(Edges(question.json, samples, rng, now, native=rng.random() < _NATIVE).people(count))
    opposite = question.opposite
    verdicts, suspects = _differing(judges, question, people, tally.pairs, tally.refused)
    tally.selected += verdicts.count(True)
    tally.unreadable += verdicts.count(UNREADABLE)
    if opposite is not None:
        tally.opposites += 1
        negated = {name: judge for name, judge in judges.items() if judge is not by_tree}
        opposed, more = _differing(negated, opposite, people, tally.opposite_pairs, Counter())
        suspects |= more
        if verdicts != [_OPPOSITE.get(verdict, verdict) for verdict in opposed]:
            suspects |= {at for at in range(count) if verdicts[at] is opposed[at] and verdicts[at] in _OPPOSITE}
    elif not _has_app(tree):
        suspects.add(0)
    tally.filters += 1
    for at in sorted(suspects):
        differing = disagreement_of(question, people.raw[at], judges)
        # What depends on its neighbours in the batch shows up in no single row, and counts all the same.
        return Disagreement(question, people.raw[at], differing or {"in a batch only": True})
    return None


def _has_app(tree: Tree) -> bool:
    return any(clause.text.startswith("last_used_app") for clause in clauses_of(tree))


def _differing(
    judges: Mapping[str, Judge], question: Question, people: People, pairs: Counter[str], refused: Counter[str]
) -> tuple[list[Verdict | None], set[int]]:
    """What the first judge says, and the people on whom some other judge says something else."""
    found: set[int] = set()
    reference: list[Verdict | None] | None = None
    for name, judge in judges.items():
        try:
            verdicts = judge(question, people)
        except Refused as reason:
            if reference is None:
                raise
            refused[f"{name}: {reason}"] += 1
            continue
        if reference is None:
            reference = verdicts
        pairs[name] += len(verdicts) - verdicts.count(None)
        if verdicts != reference:
            found.update(
                at
                for at, (one, other) in enumerate(zip(reference, verdicts, strict=True))
                if one is not None and other not in (one, None)
            )
    assert reference is not None
    return reference, found


def disagreement_of(question: Question, person: Any, judges: Mapping[str, Judge]) -> dict[str, Verdict | None] | None:
    """What each judge says of one person and one filter and its `not`, or None where all is as it should be."""
    people = People([person])
    found: dict[str, Verdict | None] = {name: _single(judge, question, people) for name, judge in judges.items()}
    plain = {verdict for verdict in found.values() if verdict is not None}
    wrong = len(plain) > 1
    if question.opposite is None:
        return {**found, "`not`": "refused"} if wrong or not _has_app(question.tree) else None
    opposite = {
        name: _single(judge, question.opposite, people) for name, judge in judges.items() if judge is not by_tree
    }
    negated = {verdict for verdict in opposite.values() if verdict is not None}
    wrong = wrong or len(negated) > 1 or any(verdict in negated for verdict in plain if isinstance(verdict, bool))
    return {**found, **{f"{name} of `not`": verdict for name, verdict in opposite.items()}} if wrong else None


def _single(judge: Judge, question: Question, people: People) -> Verdict | None:
    try:
        return judge(question, people)[0]
    except Refused:
        return None
