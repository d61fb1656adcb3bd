"""A short run in the normal suite, and proof that the long one finds what it is there to find."""

from random import Random
from typing import Any

import pytest

from audience_dsl.filters import And, Filter, Or
from tests.differential.__main__ import main, report
from tests.differential.comparing import Disagreement, compare
from tests.differential.judges import JUDGES, People, Question, Verdict, by_evaluator, by_interpreter
from tests.differential.patterns import pattern
from tests.differential.shrinking import shrunk
from tests.differential.texts import NOW, Clause
from tests.laws.interpreter import interpreter


def test_the_judges_agree() -> None:
    tally, found = compare(20_000, 3, people=20)
    assert found is None, report(shrunk(found, JUDGES), 3)
    assert tally.pairs == {"evaluator": 20_000, "interpreter": 20_000, "tree": 20_000}
    assert tally.opposite_pairs["evaluator"] > 15_000
    assert not tally.refused
    # A run in which nearly all or nearly none are selected would say little.
    assert 5_000 < tally.selected < 15_000
    assert 0 < tally.unreadable < 200


def test_the_same_seed_makes_the_same_run() -> None:
    runs = []
    for _ in range(2):
        seen: list[tuple[str, str]] = []

        def witness(question: Question, people: People, seen: list[Any] = seen) -> list[Verdict | None]:
            seen.append((question.text, repr(people.raw)))
            return by_evaluator(question, people)

        compare(1_000, 7, judges={"witness": witness})
        runs.append(seen)
    assert runs[0] == runs[1]


def _has(filter: Filter, comparison: str) -> bool:
    if isinstance(filter, (And, Or)):
        return any(_has(each, comparison) for each in filter.operands)
    return filter.comparison == comparison


def _wrong_at_equality(question: Question, people: People) -> list[Verdict | None]:
    """As the interpreter, but `>` takes its end as well."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(held) for key, held in value.items()}
        if isinstance(value, list):
            return [changed(each) for each in value]
        return "greater_than_or_equal_to" if value == "greater_than" else value

    selects = interpreter(changed(question.json), question.settings.assume, question.now)
    return ["unreadable" if read is None else selects(raw) for raw, read in zip(people.raw, people.read, strict=True)]


def test_a_judge_that_is_wrong_is_found_and_the_disagreement_is_small() -> None:
    # The evaluator is left out, so that no fault of its own is found instead.
    judges = {"interpreter": by_interpreter, "wrong": _wrong_at_equality}
    _, found = compare(200_000, 5, judges=judges)
    assert found is not None
    small = shrunk(found, judges)
    assert isinstance(small.question.tree, Clause)
    assert small.question.opposite is not None
    # `n <= 1` is enough too: its `not` is emitted as `greater_than`.
    assert any(_has(each.filter, "greater_than") for each in (small.question, small.question.opposite))
    assert len(small.person.get("custom_attributes", small.person)) <= 1
    said, said_wrong = ({k: v for k, v in small.verdicts.items() if k.startswith(name)} for name in judges)
    assert list(said.values()) != list(said_wrong.values())
    shown = report(small, 5)
    assert small.question.text in shown
    assert "wrong of `not`: " in shown


def _never_blank(question: Question, people: People) -> list[Verdict | None]:
    if not _has(question.filter, "does_not_exist"):
        return by_evaluator(question, people)
    return [False] * len(people.raw)


def test_a_filter_that_is_no_opposite_is_found() -> None:
    # One judge alone, so that nobody is there to differ from: only `f` and `not f` are.
    _, found = compare(20_000, 2, judges={"blank": _never_blank})
    assert found is not None
    small = shrunk(found, {"blank": _never_blank})
    assert small.verdicts["blank"] is small.verdicts["blank of `not`"] is False


def test_a_judge_that_raises_disagrees() -> None:
    def raising(question: Question, people: People) -> list[Verdict | None]:
        return ["ValueError: no" for _ in people.raw]

    _, found = compare(1_000, 1, judges={**JUDGES, "raising": raising})
    assert isinstance(found, Disagreement)
    assert found.verdicts["raising"] == "ValueError: no"


def test_regexes_are_found_in_texts_that_are_made_for_them() -> None:
    rng = Random(1)
    found = 0
    for _ in range(300):
        regex, texts = pattern(rng)
        audience = {"custom_attribute": {"custom_attribute_name": "s", "comparison": "matches_regex", "value": regex}}
        selects = interpreter(audience, {}, NOW)
        found += any(selects({"s": text}) for text in texts)
    assert found > 250


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_command_counts(jobs: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--examples", "500", "--seed", "4", "--jobs", str(jobs)]) == 0
    shown = capsys.readouterr().out
    assert "evaluator                 500" in shown
    assert "interpreter               500" in shown
