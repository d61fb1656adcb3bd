"""A whole query: the users of a table whom a filter selects."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlglot import exp

from ..diagnostics import CODES, ConfigurationError, listed
from ..filters import Filter
from ..profiles import since_epoch
from ..settings import Settings, check_instant
from .building import column
from .dialects import DIALECTS
from .tables import Table, exported, snowflake_share
from .translate import Translator, too_deep

__all__ = ["Query", "layers", "to_sql"]


class Query:
    """The text of a query and its parameters by name.

    The text does not depend on `now`: where the filter counts days, that is the parameter `now`, in microseconds since
    1970, and None where none was handed in.
    """

    __slots__ = ("dialect", "parameters", "text")

    def __init__(self, text: str, parameters: dict[str, Any], dialect: str) -> None:
        self.text = text
        self.parameters = parameters
        self.dialect = dialect

    def __repr__(self) -> str:
        return f"Query({self.text!r})"


def to_sql(
    filter: Filter,
    *,
    dialect: str,
    settings: Settings | None = None,
    table: Table | None = None,
    now: datetime | None = None,
) -> Query:
    """The query for a filter, in `bigquery`, `databricks`, `duckdb`, `postgres`, `snowflake` or `spark`.

    Raises SqlError for what the dialect or the table cannot say exactly, ConfigurationError for another dialect.
    """
    if dialect not in DIALECTS:
        raise ConfigurationError(
            CODES["settings"], f"there is no dialect `{dialect}`", help=f"the dialects are {listed(DIALECTS)}"
        )
    if table is None:
        table = snowflake_share() if dialect == "snowflake" else exported()
    translator = Translator(filter, table, dialect=dialect, settings=settings)
    condition = translator.condition(filter)
    users = exp.alias_(translator.dialect.own(table.id.copy()), "id", quoted=True)
    query = layers(translator, [users], [column("id")]).where(condition, copy=False)
    if now is not None and translator.needs_now:
        check_instant(now)
        translator.parameters["now"] = since_epoch(now)
    try:
        text = translator.dialect.written(query, parameters=bool(translator.parameters))
    except RecursionError:
        # sqlglot goes down into groups. At the default limit of 64 it is far from its end.
        raise too_deep(filter) from None
    return Query(text, translator.parameters, dialect)


def layers(
    translator: Translator, kept: Sequence[exp.Expr], selected: Sequence[exp.Expr], *, limit: int | None = None
) -> exp.Select:
    """`selected` from the values of each user; `kept` are columns of the table to carry along, with their aliases.

    `limit` is of users whose values are read.
    """
    rows = translator.dialect.own(translator.table.name.copy())
    # A name of our own that is the table's would be another table's in some dialects.
    taken, users = (f"{name}_of_audience" if name == rows.name.lower() else name for name in ("taken", "users"))
    query = exp.select(*selected, copy=False)
    values = translator.values
    if all(isinstance(value, exp.Column) for value in translator.raw.values()):
        # Columns of the table: nothing has to be taken out of anything first.
        values = {name: value.transform(_in_place, translator.raw) for name, value in values.items()}
    else:
        inner = exp.select(*kept, *_aliased(translator.raw), copy=False).from_(rows, copy=False)
        query = query.with_(taken, as_=inner, copy=False)
        rows, kept = exp.to_table(taken), [column(each.alias_or_name) for each in kept]
    inner = exp.select(*kept, *_aliased(values), copy=False).from_(rows, copy=False)
    if limit is not None:
        inner = inner.limit(limit, copy=False)
    return query.with_(users, as_=inner, copy=False).from_(users, copy=False)


def _aliased(values: Mapping[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.alias_(value.copy(), name, quoted=True) for name, value in values.items()]


def _in_place(node: exp.Expr, raw: Mapping[str, exp.Expr]) -> exp.Expr:
    return raw[node.name].copy() if isinstance(node, exp.Column) and node.name in raw else node
