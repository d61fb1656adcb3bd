"""`audience_dsl.spark`: frames of every kind, and one number for the same users wherever they are counted."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import audience_dsl
from audience_dsl import ConfigurationError
from audience_dsl.sql import SqlError
from benchmarks.preview import TEXT
from benchmarks.profiles import NOW, write_profiles

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[2]


def test_one_number_for_a_hundred_thousand_users(spark: "SparkSession", tmp_path: Path) -> None:
    from audience_dsl.spark import read_profiles, where

    path = tmp_path / "profiles.jsonl"
    write_profiles(path, 100_000)
    audience = audience_dsl.compile(TEXT)
    by_python = audience.preview(path, now=NOW, engine="python")
    by_duckdb = audience.preview(path, now=NOW, engine="duckdb")
    read = read_profiles(spark, str(path))
    by_spark = where(audience, read.frame, now=NOW).count()
    assert by_python.matched == by_duckdb.matched == by_spark
    assert 1_000 < by_spark < 99_000
    assert (by_python.total, by_python.unreadable) == (100_000, 0)


def test_lines_that_are_no_profiles_are_set_apart(spark: "SparkSession", tmp_path: Path) -> None:
    from audience_dsl.spark import read_profiles

    bad = ["no json", "[]", '{"push": "maybe"}', '{"apps": {}}', '{"custom_attributes": 1}', '{"last_used_app": "x"}']
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(['{"external_id": "u1"}', *bad, "  ", '{"id": 7, "push": "opted_in"}']), encoding="utf-8")
    read = read_profiles(spark, str(path))
    assert sorted(row["line"] for row in read.unreadable.collect()) == sorted(bad)
    assert [row["external_id"] for row in read.frame.collect()] == ["u1", "7"]


DAY = timedelta(days=1)
TYPED = {
    "id": ("string", ["a", "b", "c", "d"]),
    "city": ("string", ["Hue", "", None, "Hanoi"]),
    "age": ("int", [21, 22, None, 0]),
    "score": ("double", [1.5, float("nan"), float("inf"), None]),
    "price": ("decimal(5,2)", None),
    "vip": ("boolean", [True, False, None, True]),
    "seen": ("timestamp", [NOW - DAY, NOW - 3 * DAY, None, NOW]),
    "local": ("timestamp_ntz", [(NOW - DAY).replace(tzinfo=None), None, None, NOW.replace(tzinfo=None)]),
    "born": ("date", [date(2026, 10, 31), date(2026, 1, 1), None, date(2000, 1, 1)]),
    "foods": ("array<string>", [["pizza"], [], None, ["pho", None]]),
    "push": ("string", ["opted_in", None, "unsubscribed", "subscribed"]),
    "last_used_app": ("timestamp", [NOW, None, NOW - 60 * DAY, NOW - DAY]),
}


def frame_of(spark: "SparkSession", columns: dict[str, Any]) -> "DataFrame":
    held = {name: values for name, (_, values) in columns.items() if values is not None}
    schema = ", ".join(f"`{name}` {columns[name][0]}" for name in held)
    rows = [
        tuple(value.astimezone() if isinstance(value, datetime) and value.tzinfo else value for value in row)
        for row in zip(*held.values(), strict=True)
    ]
    return spark.createDataFrame(rows, schema)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh"])
@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ('city == "Hue"', "a"),
        ('city != "Hue"', "bcd"),
        ("city does not exist", "bc"),
        ("age > 21", "b"),
        ("not (age > 21)", "acd"),
        ("age < 22", "acd"),
        ("score >= 0", "a"),
        ("score exists", "a"),
        ("vip is true", "ad"),
        ("seen less than 2 days ago", "ad"),
        ("seen before 2026-10-31T00:00:00Z", "b"),
        ("local before 2026-11-01T00:00:00Z", "a"),
        ("local after 2026-11-01T00:00:00Z", "d"),
        ("local exists", "ad"),
        ("born after 2026-10-31T00:00:00Z", "a"),
        ("born before 2026-10-31T00:00:00Z", "bd"),
        ('foods includes "pizza"', "a"),
        ('foods does not include "pizza"', "bcd"),
        ("foods exists", "ad"),
        ("push is subscribed", "bd"),
        ("last_used_app after 2026-10-31T00:00:00Z", "ad"),
        ("city matches /^HU/", "a"),
    ],
)
def test_a_flat_frame_with_types(spark: "SparkSession", text: str, selected: str, zone: str) -> None:
    from audience_dsl.spark import where

    spark.conf.set("spark.sql.session.timeZone", zone)
    frame = frame_of(spark, TYPED)
    audience = audience_dsl.compile(text)
    found = where(audience, frame, now=NOW)
    assert found.columns == frame.columns
    assert "".join(sorted(row["id"] for row in found.collect())) == selected


@pytest.mark.parametrize("apps", ["struct", "text"])
def test_an_export_as_spark_reads_json(spark: "SparkSession", apps: str, tmp_path: Path) -> None:
    from pyspark.sql import functions

    from audience_dsl.spark import where

    path = ROOT / "examples" / "profiles.jsonl"
    frame = spark.read.json(str(path))
    if apps == "text":
        frame = frame.withColumn("apps", functions.to_json("apps"))
        frame = frame.withColumn("custom_attributes", functions.to_json("custom_attributes"))
    audience = audience_dsl.compile(
        'eye_color == "blue" and favorite_foods includes "pizza" and last_used_app after 2026-10-31'
    )
    found = {row["external_id"] for row in where(audience, frame).collect()}
    assert found == set(audience.preview(path, now=NOW, sample=100).sample)
    assert found


def test_what_cannot_be_said_exactly_is_refused(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    frame = spark.createDataFrame([("a", [1])], "plan string, numbers array<int>")
    for text, part in [
        ('numbers includes "1"', "array<int>"),
        ("age > 1", "`age`"),
        ("push is opted_in", "the state of push"),
        ("last_used_app after 2026-01-01", "the last use of an app"),
    ]:
        with pytest.raises(SqlError, match=re.escape(part)) as raised:
            where(audience_dsl.compile(text), frame)
        assert raised.value.code == "AUD904"
    assert where(audience_dsl.compile('plan == "a"'), frame).count() == 1


def test_values_are_bound_and_names_are_quoted(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    odd, name = "it's {rows} `x` \\ \" %", "it's {rows} %"
    frame = frame_of(spark, {"id": ("string", ["a", "b"]), name: ("string", [odd, "x"])})
    audience = audience_dsl.compile(f"`{name}` == $p", params={"p": odd})
    assert [row["id"] for row in where(audience, frame).collect()] == ["a"]


def test_the_instant_is_needed_where_days_are_counted(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    frame = frame_of(spark, {"id": TYPED["id"], "seen": TYPED["seen"]})
    audience = audience_dsl.compile("seen less than 2 days ago")
    for now in (None, datetime(2026, 11, 1)):  # noqa: DTZ001
        with pytest.raises(ConfigurationError):
            where(audience, frame, now=now)
    assert where(audience, frame, now=datetime(2026, 11, 1, tzinfo=UTC)).count() == 2


def test_a_session_that_reads_backslashes_otherwise_is_refused(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    frame = frame_of(spark, {"id": TYPED["id"]})
    spark.conf.set("spark.sql.parser.escapedStringLiterals", "true")
    try:
        with pytest.raises(ConfigurationError, match="backslashes"):
            where(audience_dsl.compile("id exists"), frame)
    finally:
        spark.conf.unset("spark.sql.parser.escapedStringLiterals")


def test_the_page_of_spark(spark: "SparkSession", monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in docs/spark.md as text is run here, since the other pages are tested without Spark."""
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    programs = [block for block in blocks if "import" in block]
    assert programs
    namespace: dict[str, Any] = {"spark": spark}
    for program in programs:
        exec(compile(program, "docs/spark.md", "exec"), namespace)
