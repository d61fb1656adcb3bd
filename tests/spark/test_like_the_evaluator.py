"""Spark selects whom the evaluator selects, whatever the session's settings are."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.differential.on_spark import FILTERS, compare_on_spark, questions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# PySpark leaves sockets to the collector, which is no fault of ours.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(
    ("seed", "zone", "ansi", "timestamp"),
    [
        (1, "UTC", "true", "TIMESTAMP_LTZ"),
        (2, "America/New_York", "true", "TIMESTAMP_NTZ"),
        (3, "Asia/Ho_Chi_Minh", "false", "TIMESTAMP_LTZ"),
    ],
)
def test_random_filters(spark: "SparkSession", seed: int, zone: str, ansi: str, timestamp: str, tmp_path: Path) -> None:
    spark.conf.set("spark.sql.session.timeZone", zone)
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    # Which of the two the name TIMESTAMP means in a text.
    spark.conf.set("spark.sql.timestampType", timestamp)
    batch = list(islice(questions(seed), FILTERS))
    pairs, selected, differing = compare_on_spark(spark, batch, tmp_path / "profiles.jsonl")
    assert differing == []
    assert pairs > 2_000
    assert 0 < selected < pairs
