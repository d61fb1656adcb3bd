"""`audience_dsl.spark`: frames of every kind, and one number for the same users wherever they are counted."""

import importlib
import json
import re
import sys
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


NO_PROFILES = [
    *(
        "no json",
        "[]",
        "null",
        '{"push": "maybe"}',
        '{"apps": {}}',
        '{"custom_attributes": 1}',
        '{"last_used_app": "x"}',
    ),
    *(
        '{"id": "a"} x',
        '{"id": "a"} {"id": "b"}',
        '{"id": "a"}, {"id": "b"}',
        '{"id": "a"}}',
        '{"id": "a"}]',
        '{"id": 01}',
    ),
    *('{"id": "a", "x": 1, "x": 2}', '{"id": "a", "x": NaN}', "{'id': 'a'}", '{"id": "a",}', '{"push": true}', "{"),
]


def test_lines_that_are_no_profiles_are_set_apart(spark: "SparkSession", tmp_path: Path) -> None:
    from audience_dsl.spark import read_profiles

    path = tmp_path / "mixed.jsonl"
    lines = ['\ufeff{"external_id": "u1"}', *NO_PROFILES, "  ", "\t\u3000", '{"id": 7,\r"push": "opted_in"}\r']
    path.write_bytes("\n".join(lines).encode() + b'\n{"id": "\xff"}\n')
    read = read_profiles(spark, str(path))
    assert sorted(row["line"] for row in read.unreadable.collect()) == sorted([*NO_PROFILES, '{"id": "\ufffd"}'])
    assert [row["external_id"] for row in read.frame.collect()] == ["u1", "7"]
    # The reader of files says the same of each.
    by_python = audience_dsl.compile("x exists").preview(path, now=NOW, engine="python")
    assert (by_python.total, by_python.unreadable) == (2, len(NO_PROFILES) + 1)


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


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("spark.sql.parser.escapedStringLiterals", "backslashes"),
        ("spark.sql.parser.quotedRegexColumnNames", "regexes"),
        ("spark.sql.variant.allowDuplicateKeys", "stands twice"),
    ],
)
def test_a_session_that_would_read_otherwise_is_refused(spark: "SparkSession", setting: str, said: str) -> None:
    from audience_dsl.spark import read_profiles, where

    frame = frame_of(spark, {"id": TYPED["id"]})
    spark.conf.set(setting, "true")
    with pytest.raises(ConfigurationError, match=said):
        where(audience_dsl.compile("id exists"), frame)
    with pytest.raises(ConfigurationError, match=said):
        read_profiles(spark, "examples/profiles.jsonl")


@pytest.mark.parametrize("type", ["TIMESTAMP_LTZ", "TIMESTAMP_NTZ"])
def test_times_keep_their_offsets(spark: "SparkSession", type: str) -> None:
    from audience_dsl.spark import where

    # What the name TIMESTAMP means in a text.
    spark.conf.set("spark.sql.timestampType", type)
    frame = frame_of(spark, {"seen": ("string", ["2026-03-15T12:00:00+07:00", "2026-03-15T12:00:00Z"])})
    found = where(audience_dsl.compile("seen before 2026-03-15T05:00:01Z"), frame).collect()
    assert [row["seen"] for row in found] == ["2026-03-15T12:00:00+07:00"]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_times_without_a_zone_are_in_utc(spark: "SparkSession", zone: str) -> None:
    from audience_dsl.spark import where

    spark.conf.set("spark.sql.session.timeZone", zone)
    # In New York the second is an hour that the clock leaves out.
    texts = ["2026-07-01 12:00:00", "2026-03-08 02:30:00", "0001-01-01 00:00:00"]
    frame = spark.sql(" UNION ALL ".join(f"SELECT '{text}' AS id, TIMESTAMP_NTZ '{text}' AS seen" for text in texts))
    for text in texts:
        instant = text.replace(" ", "T") + "Z"
        after, before = (where(audience_dsl.compile(f"seen {word} {instant}"), frame) for word in ("after", "before"))
        assert {row["id"] for row in after.collect()} == {each for each in texts if each >= text}
        assert {row["id"] for row in before.collect()} == {each for each in texts if each < text}


@pytest.mark.parametrize("name", ["${spark.app.name}", "a ${env:HOME} ${x", "${${}}", "$x", "it's \\' {rows} :p1"])
@pytest.mark.parametrize("way", ["frame", "text"])
def test_names_are_read_as_they_stand(spark: "SparkSession", name: str, way: str) -> None:
    from audience_dsl.spark import where

    frame = frame_of(
        spark, {"external_id": ("string", ["a", "b"]), "custom_attributes": ("string", [json.dumps({name: 1}), "{}"])}
    )
    audience = audience_dsl.compile(f"attribute {json.dumps(name)} > 0")
    if way == "frame":
        assert [row["external_id"] for row in where(audience, frame).collect()] == ["a"]
        return
    frame.selectExpr("*", "parse_json(custom_attributes) AS parsed").drop("custom_attributes").withColumnRenamed(
        "parsed", "custom_attributes"
    ).createOrReplaceTempView("profiles")
    query = audience.to_sql(dialect="spark")
    assert [row["id"] for row in spark.sql(query.text, args=query.parameters).collect()] == ["a"]
    spark.catalog.dropTempView("profiles")


def test_a_column_whose_name_spark_would_change_is_refused(spark: "SparkSession") -> None:
    from pyspark.sql import functions

    from audience_dsl.spark import where

    frame = frame_of(spark, {"city": TYPED["city"]}).withColumn("${spark.app.name}", functions.lit(1))
    with pytest.raises(SqlError, match="puts a setting in place of"):
        where(audience_dsl.compile("`${spark.app.name}` > 0"), frame)
    assert where(audience_dsl.compile("city exists"), frame).count() == 2


def test_names_that_differ_in_letter_case(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    flat = spark.sql("SELECT 'x' AS Age, 'y' AS age, 'z' AS city")
    inside = spark.sql("SELECT named_struct('Age', 'x', 'age', 'y', 'city', 'z') AS custom_attributes")
    for frame in (flat, inside):
        spark.conf.set("spark.sql.caseSensitive", "false")
        with pytest.raises(SqlError, match="two columns that Spark takes for `age`"):
            where(audience_dsl.compile('age == "y"'), frame)
        assert where(audience_dsl.compile('city == "z"'), frame).count() == 1
        with pytest.raises(SqlError, match="has no column for `City`"):
            where(audience_dsl.compile('City == "z"'), frame)
        spark.conf.set("spark.sql.caseSensitive", "true")
        for text, count in [('age == "y"', 1), ('age == "x"', 0), ('Age == "x"', 1)]:
            assert where(audience_dsl.compile(text), frame).count() == count


def test_text_is_equal_when_it_is_the_same_whatever_its_collation(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    frame = spark.sql(
        "SELECT 'HUE' COLLATE UTF8_LCASE AS city, 'OPTED_IN' COLLATE UTF8_LCASE AS push,"
        " array('HUE' COLLATE UTF8_LCASE) AS cities"
    )
    for text, count in [('city == "hue"', 0), ('city == "HUE"', 1), ('city in ["hue"]', 0), ("push is opted_in", 0)]:
        assert where(audience_dsl.compile(text), frame).count() == count
    with pytest.raises(SqlError, match="UTF8_LCASE"):
        where(audience_dsl.compile('cities includes "hue"'), frame)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("TRUE AS push", "push is opted_in"),
        ("1 AS email", "email is not opted_in"),
        ("parse_json('1') AS push", "push is opted_in"),
        ("1 AS last_used_app", "last_used_app after 2026-01-01"),
        ("TRUE AS push_subscribe", "push is opted_in"),
        ("array(1) AS apps", "last_used_app after 2026-01-01"),
        ("1 AS custom_attributes", "age > 1"),
    ],
)
def test_what_is_known_of_users_has_its_type(spark: "SparkSession", column: str, text: str) -> None:
    from audience_dsl.spark import where

    name = column.rpartition(" ")[2]
    with pytest.raises(SqlError, match=f"`{name}` of the frame has the type"):
        where(audience_dsl.compile(text), spark.sql(f"SELECT {column}"))


def test_columns_with_names_like_our_own(spark: "SparkSession") -> None:
    from audience_dsl.spark import where

    frame = spark.sql("SELECT 'x' AS plan, 1 AS `__audience_plan`, 2 AS `__AUDIENCE_plan_2`, 3 AS twice, 4 AS twice")
    found = where(audience_dsl.compile('plan == "x"'), frame)
    assert found.columns == frame.columns
    assert [tuple(row) for row in found.collect()] == [("x", 1, 2, 3, 4)]
    assert found.where(frame["plan"] == "x").count() == 1


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("audience_dsl.spark")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(ConfigurationError, match=re.escape("Spark needs pyspark")) as raised:
        importlib.import_module("audience_dsl.spark")
    assert raised.value.code == "AUD806"
    assert raised.value.help == "pip install 'audience-dsl[spark]'"


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
