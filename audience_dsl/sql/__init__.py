"""A filter as SQL, for the warehouse where the profiles are: an exact condition with bound parameters, or an error.

Needs the extra `sql`. docs/sql.md has the dialects, the tables and the parameters.
"""

from ..extras import needed

with needed("sql", "SQL"):
    from .dialects import DIALECTS
    from .mapping import MappingError, read_mapping
    from .query import Query, to_sql
    from .tables import Column, JsonColumn, Table, exported, snowflake_share
    from .translate import SqlError, Translator

__all__ = [
    "DIALECTS",
    "Column",
    "JsonColumn",
    "MappingError",
    "Query",
    "SqlError",
    "Table",
    "Translator",
    "exported",
    "read_mapping",
    "snowflake_share",
    "to_sql",
]
