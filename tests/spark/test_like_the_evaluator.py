"""Spark selects whom the evaluator selects, whatever the session's settings are."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.differential.comparing import filters
from tests.differential.judges import Question, Refused
from tests.differential.on_spark import compare_on_spark
from tests.differential.people import Edges
from tests.differential.texts import clauses_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# PySpark leaves sockets to the collector, which is no fault of ours.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def questions(seed: int, count: int) -> Iterator[tuple[Question, list[Any]]]:
    for tree, settings, now, rng in filters(seed):
        if count == 0:
            return
        try:
            question = Question(tree, settings, now)
        except Refused:
            continue
        samples: dict[str, list[str]] = {}
        for clause in clauses_of(tree):
            for name, texts in clause.samples.items():
                samples.setdefault(name, []).extend(texts)
        yield question, Edges(question.json, samples, rng, now, native=False).people(40)
        count -= 1


@pytest.mark.parametrize(
    ("seed", "zone", "ansi"), [(1, "UTC", "true"), (2, "America/New_York", "true"), (3, "Asia/Ho_Chi_Minh", "false")]
)
def test_random_filters(spark: "SparkSession", seed: int, zone: str, ansi: str, tmp_path: Path) -> None:
    spark.conf.set("spark.sql.session.timeZone", zone)
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    pairs, selected, differing = compare_on_spark(spark, list(questions(seed, 10)), tmp_path / "profiles.jsonl")
    assert differing == []
    assert pairs > 2_000
    assert 0 < selected < pairs
