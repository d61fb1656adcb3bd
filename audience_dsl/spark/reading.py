"""Exports of Braze as DataFrames, line by line: a line that is no profile is set apart, and never left out."""

from sqlglot import exp

from ..braze import STATUSES
from ..extras import needed
from ..profiles import EXPORTED_FIELDS, FLAT_FIELDS
from ..sql.dialects import DIALECTS

with needed("spark", "Spark"):
    from pyspark.sql import DataFrame, SparkSession

from .session import check_session

__all__ = ["Profiles", "read_profiles"]

_SPARK = DIALECTS["spark"]


class Profiles:
    """`frame` has the profiles in the exported shape, JSON as VARIANT; `unreadable` the other lines, as `line`."""

    __slots__ = ("frame", "unreadable")

    def __init__(self, frame: DataFrame, unreadable: DataFrame) -> None:
        self.frame = frame
        self.unreadable = unreadable


def read_profiles(session: SparkSession, path: str | list[str]) -> Profiles:
    """JSON Lines, exported or flat, from every file system and with every compression that Spark reads as text."""
    check_session(session)
    # By itself it would also end a line at a CR, which is a blank in JSON.
    lines = session.read.text(path, lineSep="\n")
    # The lines come in by Spark's own formatting, for which braces mean something.
    query = _QUERY.replace("{", "{{").replace("}", "}}").replace("$ROWS", "{rows}")
    read = session.sql(query, rows=lines)
    return Profiles(read.where("readable").drop("line", "readable"), read.where("NOT readable").select("line"))


def _type(value: str) -> str:
    return _SPARK.json_type(_expression(value)).sql(dialect="spark")


def _text(value: str) -> str:
    """The text that a value of JSON is, NULL where that is blank or it is no text."""
    return _SPARK.json_text(_expression(value)).sql(dialect="spark")


def _instant(value: str) -> str:
    return _SPARK.instant_of_text(_SPARK.json_text(_expression(value))).sql(dialect="spark")


def _expression(value: str) -> exp.Expr:
    return exp.Var(this=value)


def _is_none(value: str) -> str:
    return f"({value} IS NULL OR {_type(value)} = 'VOID')"


def _is_state(value: str) -> str:
    states = ", ".join(f"'{state}'" for state in (*STATUSES, ""))
    is_text = f"{_type(value)} = 'STRING' AND TRY_CAST({value} AS STRING) IN ({states})"
    return f"({_is_none(value)} OR COALESCE({is_text}, FALSE))"


def _is_time(value: str, *, blank: bool = False) -> str:
    empty = f" OR {_type(value)} = 'STRING' AND TRY_CAST({value} AS STRING) = ''" if blank else ""
    return f"({_is_none(value)}{empty} OR {_instant(value)} IS NOT NULL)"


def _id(first: str, second: str) -> str:
    return f"COALESCE({_text(_key(first))}, TRY_CAST({_key(second)} AS STRING))"


def _key(name: str) -> str:
    return f"keys['{name}']"


def _by_shape(exported: str, flat: str) -> str:
    return f"CASE WHEN exported THEN {exported} ELSE {flat} END"


_EXPORTED = " OR ".join(f"MAP_CONTAINS_KEY(keys, '{field}')" for field in EXPORTED_FIELDS)
_APPS = f"TRY_CAST({_key('apps')} AS ARRAY<VARIANT>)"
_LAST_USED = "TRY_ELEMENT_AT(TRY_CAST(app AS MAP<STRING, VARIANT>), 'last_used')"
_SOUND_EXPORT = f"""
    ({_key("custom_attributes")} IS NULL OR {_type(_key("custom_attributes"))} IN ('OBJECT', 'VOID'))
    AND {_is_state(_key("push_subscribe"))} AND {_is_state(_key("email_subscribe"))}
    AND ({_is_none(_key("apps"))} OR {_type(_key("apps"))} = 'ARRAY'
        AND FORALL({_APPS}, app -> COALESCE({_type("app")} = 'OBJECT', FALSE) AND {_is_time(_LAST_USED)}))"""
_SOUND_FLAT = (
    f"{_is_state(_key('push'))} AND {_is_state(_key('email'))} AND {_is_time(_key('last_used_app'), blank=True)}"
)
_FLAT_ATTRIBUTES = (
    f"TO_VARIANT_OBJECT(MAP_FILTER(keys, (key, held) -> key NOT IN ({', '.join(map(repr, FLAT_FIELDS))})))"
)
_FLAT_APPS = f"TO_VARIANT_OBJECT(ARRAY(NAMED_STRUCT('last_used', {_key('last_used_app')})))"
# What Python takes for blank.
_BLANKS = "".join(each for each in map(chr, range(0x3001)) if each.isspace())
# Whatever stands behind a value is not looked at. So the line becomes the first of two members, and the second is one
# that no line can hold itself.
_PAIR = """TRY_CAST(TRY_PARSE_JSON(CONCAT('[', value, ',"', MD5(value), '"]')) AS ARRAY<VARIANT>)"""
_QUERY = f"""
    SELECT
        line,
        keys IS NOT NULL AND {_type("profile")} = 'OBJECT' AND {_by_shape(_SOUND_EXPORT, _SOUND_FLAT)} AS readable,
        {_by_shape(_id("external_id", "braze_id"), _id("external_id", "id"))} AS external_id,
        {_by_shape(_key("custom_attributes"), _FLAT_ATTRIBUTES)} AS custom_attributes,
        {_by_shape(_text(_key("push_subscribe")), _text(_key("push")))} AS push_subscribe,
        {_by_shape(_text(_key("email_subscribe")), _text(_key("email")))} AS email_subscribe,
        {_by_shape(_key("apps"), f"CASE WHEN {_text(_key('last_used_app'))} IS NOT NULL THEN {_FLAT_APPS} END")} AS apps
    FROM (
        SELECT line, profile, keys, COALESCE({_EXPORTED}, FALSE) AS exported
        FROM (
            SELECT line, profile, TRY_CAST(profile AS MAP<STRING, VARIANT>) AS keys
            FROM (
                SELECT line, CASE
                    WHEN IS_VALID_UTF8(line) AND SIZE(pair) = 2 AND TRY_CAST(pair[1] AS STRING) = MD5(line)
                    THEN pair[0] END AS profile
                FROM (
                    SELECT value AS line, {_PAIR} AS pair FROM $ROWS
                    WHERE TRIM(BOTH '{_BLANKS}' FROM value) <> ''
                )
            )
        )
    )"""
