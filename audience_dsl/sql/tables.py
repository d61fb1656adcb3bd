"""Where a query finds what a filter asks for: the columns of a table, and what is in them."""

from collections.abc import Mapping

from sqlglot import exp

from ..diagnostics import CODES, ConfigurationError, quoted
from .names import BadNameError, table_named

__all__ = ["Column", "JsonColumn", "Table", "exported", "snowflake_share"]


class Column:
    """A column whose values have one type: `string`, `number`, `boolean`, `time` or `array` (of texts).

    `json` is a value of JSON with its own type. `cell` is text whose type nobody wrote down, as in CSV. None says
    that the column holds the type that the filter compares it with. `microseconds` are times, counted since 1970, and
    of the type `nothing` there is never a value. `path` leads to a value inside of JSON. `text` says that the JSON is
    a text to be parsed.
    """

    __slots__ = ("expression", "path", "text", "type")

    def __init__(
        self, expression: exp.Expr, type: str | None, path: tuple[str, ...] = (), *, text: bool = False
    ) -> None:
        self.expression = expression
        self.type = type
        self.path = path
        self.text = text


class JsonColumn:
    """A column with one JSON object: its keys are the attributes. `text` says that it is a text to be parsed."""

    __slots__ = ("expression", "text")

    def __init__(self, expression: exp.Expr, *, text: bool = False) -> None:
        self.expression = expression
        self.text = text


class Table:
    """A table of users, one a row. What is None is not there, and a filter that asks for it is refused.

    `attributes` are columns of single attributes, by name; `rest` has all others. `apps` is the array of the
    exported shape; `last_used` a column of instants. `lenient` says that a column of another type than a filter
    compares it with is as good as none, and not a mistake. Names without quotes are found as the dialect finds them.
    """

    __slots__ = ("apps", "attributes", "email", "id", "last_used", "lenient", "name", "push", "rest", "title")

    def __init__(
        self,
        name: exp.Expr,
        *,
        title: str,
        id: exp.Expr,
        attributes: Mapping[str, Column] | None = None,
        rest: JsonColumn | None = None,
        push: exp.Expr | None = None,
        email: exp.Expr | None = None,
        last_used: Column | None = None,
        apps: JsonColumn | None = None,
        lenient: bool = False,
    ) -> None:
        self.name = name
        self.title = title
        self.id = id
        self.attributes = dict(attributes or {})
        self.rest = rest
        self.push = push
        self.email = email
        self.last_used = last_used
        self.apps = apps
        self.lenient = lenient


def exported(name: str = "profiles") -> Table:
    """A table with the fields of Braze's user export as columns, JSON in the dialect's own type.

    Raises ConfigurationError for what is no name of a table.
    """
    try:
        rows = table_named(name)
    except BadNameError as error:
        message = f"the table is called {quoted(name)}, and {error.message}"
        raise ConfigurationError(CODES["settings"], message, help=error.help) from None
    return Table(
        rows,
        title="a table in the exported shape",
        id=exp.column("external_id"),
        rest=JsonColumn(exp.column("custom_attributes")),
        push=exp.column("push_subscribe"),
        email=exp.column("email_subscribe"),
        apps=JsonColumn(exp.column("apps")),
    )


def snowflake_share() -> Table:
    """The view of custom attributes that Braze shares on Snowflake: it has no states and no last use.

    Source: /docs/partners/data_and_analytics/data_warehouses/snowflake/user_attributes, documented.
    """
    return Table(
        exp.to_table("USER_LATEST_STATE_CUSTOM_ATTRIBUTE_VIEW_SHARED"),
        title="Braze's data share on Snowflake",
        id=exp.column("EXTERNAL_USER_ID"),
        rest=JsonColumn(exp.column("CUSTOM_ATTRIBUTES")),
    )
