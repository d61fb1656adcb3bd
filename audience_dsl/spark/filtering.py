"""An audience as a condition on the rows of a DataFrame."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..evaluate import instant_of_send
from ..extras import needed
from ..filters import Filter
from ..settings import Settings

with needed("spark", "Spark"):
    from pyspark.sql import DataFrame
    from sqlglot import exp

from ..sql import Table, Translator
from .frames import check_columns, check_users, table_of
from .session import check_session, is_on

if TYPE_CHECKING:
    from ..api import Audience

__all__ = ["where"]

# Before the names of our own columns, which are gone in the end.
_PREFIX = "__audience_"


def where(
    audience: "Audience", frame: DataFrame, *, now: datetime | None = None, table: Table | None = None
) -> DataFrame:
    """The rows of the frame whom the audience selects at `now`, an aware datetime, with all of their columns.

    The frame is in the exported shape, or flat; docs/spark.md says of which types its columns may be. `table` says
    instead where its columns are; its name is not used. Evaluated when Spark is asked for rows, as every frame.
    Raises SqlError for what cannot be said exactly, and ConfigurationError without the `now` that is needed.
    """
    return _where(audience.filter, audience.settings, frame, now, table)


def _where(
    filter: Filter, settings: Settings, frame: DataFrame, now: datetime | None, table: Table | None
) -> DataFrame:
    session = frame.sparkSession
    check_session(session)
    prefix = _PREFIX
    while any(name.lower().startswith(prefix) for name in frame.columns):
        prefix = f"_{prefix}"
    translator = Translator(filter, table or table_of(frame.schema), dialect="spark", settings=settings, prefix=prefix)
    condition = translator.condition(filter)
    check_columns(translator.raw.values(), frame.schema, letter_case=is_on(session, "spark.sql.caseSensitive"))
    if table is None:
        check_users(translator.raw.values(), frame.schema)
    parameters = dict(translator.parameters)
    if translator.needs_now:
        parameters["now"] = instant_of_send(now, needed=True)
    return session.sql(_query(translator, condition), args=parameters or None, rows=frame)


def _query(translator: Translator, condition: exp.Expr) -> str:
    # The frame comes in by Spark's own formatting, for which braces mean something.
    def text(expression: exp.Expr) -> str:
        return expression.sql(dialect="spark").replace("{", "{{").replace("}", "}}")

    def columns(values: dict[str, exp.Expr]) -> str:
        return "".join(f", {text(value)} AS `{name}`" for name, value in values.items())

    def without(values: dict[str, exp.Expr]) -> str:
        return f"* EXCEPT ({', '.join(f'`{name}`' for name in values)})" if values else "*"

    taken = f"SELECT *{columns(translator.raw)} FROM {{rows}}"
    users = f"SELECT {without(translator.raw)}{columns(translator.values)} FROM ({taken})"
    return f"SELECT {without(translator.values)} FROM ({users}) WHERE {text(condition)}"
