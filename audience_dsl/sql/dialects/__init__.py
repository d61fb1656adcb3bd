"""The dialects by sqlglot's names for them."""

from .bigquery import BigQuery
from .dialect import Dialect
from .duckdb import DuckDB
from .postgres import Postgres
from .snowflake import Snowflake
from .spark import Databricks, Spark

__all__ = ["DIALECTS", "Dialect", "DuckDB"]

DIALECTS: dict[str, Dialect] = {
    each.name: each for each in (BigQuery(), Databricks(), DuckDB(), Postgres(), Snowflake(), Spark())
}
