"""The queries for one audience in every dialect, as they were looked at.

    python -m tests.sql.golden

writes them anew. Look at the difference before you commit it.
"""

from pathlib import Path

import audience_dsl
from audience_dsl.sql import DIALECTS, Table, exported, read_mapping, snowflake_share

__all__ = ["GOLDEN", "query_of", "written"]

GOLDEN = Path(__file__).parent / "golden"
EVERYTHING = r"""
    eye_color == "blue" and plan in ["gold", "100%"] and favorite_foods includes any of ["pizza", "a\\b"]
    and (age > 21 or age does not exist) and vip is true and nickname does not match /^o'b/
    and signed_up before 2026-01-01T00:00:00Z and last_purchase more than 2 days ago
    and push is opted_in and email is not unsubscribed and last_used_app after 2026-01-01T00:00:00Z
    and `Net % "worth"` exists
"""
SHARED = 'eye_color == "blue" and age > 21 and favorite_foods includes "pizza" and vip is not true'
MAPPING = """
table = "analytics.users"
id = "EXTERNAL_USER_ID"
custom_attributes = "PROPERTIES"
push = "PUSH_STATE"
email = "EMAIL_STATE"
last_used_app = "LAST_SEEN"
[attributes]
eye_color = "EYE_COLOR"
age = { column = "AGE", type = "number" }
signed_up = { column = "SIGNED_UP", type = "time" }
favorite_foods = { column = "FOODS", type = "array" }
vip = '"Is VIP"'
plan = { column = "PROPERTIES", path = "$.account['a plan']" }
nickname = { column = "RAW", path = "$.nick", text = true }
last_purchase = { column = "LAST_PURCHASE", type = "string" }
"""


def query_of(name: str) -> str:
    """The query and its parameters for a golden file: `DIALECT.TABLE.sql`."""
    dialect, shape, _ = name.split(".")
    text, table = _cases()[shape]
    query = audience_dsl.compile(text).to_sql(dialect=dialect, table=table)
    parameters = (f"-- {name} = {value!a}" for name, value in query.parameters.items())
    return "\n".join([query.text, *parameters, ""])


def written() -> list[str]:
    names = [f"{dialect}.{shape}.sql" for dialect in DIALECTS for shape in ("exported", "mapped")]
    return sorted([*names, "snowflake.share.sql"])


def _cases() -> dict[str, tuple[str, Table]]:
    return {
        "exported": (EVERYTHING, exported()),
        "mapped": (EVERYTHING, read_mapping(MAPPING)),
        "share": (SHARED, snowflake_share()),
    }


if __name__ == "__main__":
    for each in written():
        (GOLDEN / each).write_text(query_of(each), encoding="utf-8")
