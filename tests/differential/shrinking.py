"""A disagreement made small: less filter, fewer attributes, simpler values, as long as the judges still disagree."""

from collections.abc import Iterator, Mapping
from typing import Any

from audience_dsl import Settings
from tests.differential.comparing import Disagreement, disagreement_of
from tests.differential.judges import Judge, Question, Refused
from tests.differential.texts import Clause, Group, Not, Tree

__all__ = ["shrunk"]


def shrunk(found: Disagreement, judges: Mapping[str, Judge]) -> Disagreement:
    """The smallest disagreement that single steps reach, the filter's first, the profile's then, the settings' last."""
    best, moved = found, True
    while moved:
        moved = False
        for steps in (_smaller_filters, _smaller_people, _fewer_settings):
            while (smaller := _first(steps(best), judges)) is not None:
                best, moved = smaller, True
    return best


def _first(candidates: Iterator[tuple[Question, Any]], judges: Mapping[str, Judge]) -> Disagreement | None:
    for question, person in candidates:
        verdicts = disagreement_of(question, person, judges)
        if verdicts is not None:
            return Disagreement(question, person, verdicts)
    return None


def _smaller_filters(of: Disagreement) -> Iterator[tuple[Question, Any]]:
    for tree in _smaller_trees(of.question.tree):
        yield from _asked(tree, of.question.settings, of)


def _fewer_settings(of: Disagreement) -> Iterator[tuple[Question, Any]]:
    given = of.question.settings
    for key in given.assume:
        assume = {name: value for name, value in given.assume.items() if name != key}
        yield from _asked(of.question.tree, Settings(assume=assume, time_zone=given.time_zone), of)
    if given.time_zone != "UTC":
        yield from _asked(of.question.tree, Settings(assume=given.assume), of)


def _asked(tree: Tree, settings: Settings, of: Disagreement) -> Iterator[tuple[Question, Any]]:
    try:
        question = Question(tree, settings, of.question.now)
        _ = question.opposite
    except Refused:
        return
    yield question, of.person


def _smaller_trees(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, Clause):
        return
    if isinstance(tree, Not):
        yield tree.inner
        yield from (Not(inner) for inner in _smaller_trees(tree.inner))
        return
    yield from tree.members
    for at, member in enumerate(tree.members):
        if len(tree.members) > 2:
            yield Group(tree.joined, [*tree.members[:at], *tree.members[at + 1 :]], tree.bare)
        for smaller in _smaller_trees(member):
            yield Group(tree.joined, [*tree.members[:at], smaller, *tree.members[at + 1 :]], tree.bare)


def _smaller_people(of: Disagreement) -> Iterator[tuple[Question, Any]]:
    for person in _simpler(of.person):
        yield of.question, person


def _simpler(value: Any) -> Iterator[Any]:
    """Values that are simpler by one step: something left out, shortened, or made plainer."""
    if isinstance(value, dict):
        for key in value:
            yield {each: held for each, held in value.items() if each != key}
        for key, held in value.items():
            yield from ({**value, key: simpler} for simpler in _simpler(held))
    elif isinstance(value, list):
        for at in range(len(value)):
            yield [*value[:at], *value[at + 1 :]]
        for at, held in enumerate(value):
            yield from ([*value[:at], simpler, *value[at + 1 :]] for simpler in _simpler(held))
    elif isinstance(value, str) and value:
        if len(value) > 3:
            yield from (value[: len(value) // 2], value[len(value) // 2 :])
        yield from (value[:at] + value[at + 1 :] for at in range(len(value)))
        yield from (value[:at] + "0" + value[at + 1 :] for at in range(len(value)) if value[at] in "123456789")
        yield from (value[:at] + "x" + value[at + 1 :] for at in range(len(value)) if not value[at].isascii())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        # Towards zero by whole numbers only, so that this ends.
        plainer = [0, 1, -1, int(value)] if abs(value) < 2**70 else [0, 1, -1, 2**62]
        yield from (
            each
            for each in plainer
            if abs(each) < abs(value) or (each == value and type(each) is not type(value) and each)
        )
