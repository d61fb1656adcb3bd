"""Names of tables and columns as people write them: parts joined by dots, other names in double quotes.

A part without quotes is found as the dialect finds such a name, in quotes as it stands. Nothing of it is ever
read as SQL.
"""

import re

from sqlglot import exp

__all__ = ["BadNameError", "column_named", "table_named"]

_QUOTED = '"(?:[^"]|"")+"'
_PLAIN = "[A-Za-z_][A-Za-z0-9_$]*"
_COLUMN = re.compile(f"{_PLAIN}|{_QUOTED}")
# Projects of BigQuery have hyphens in their names.
_TABLE = re.compile(f"{_PLAIN}(?:-+[A-Za-z0-9_$]+)*|{_QUOTED}")
_WAY = 'put a name with other characters than letters, digits and `_` in double quotes, as in `"Eye colour"`'


class BadNameError(ValueError):
    """A text that is no name. The argument says why; `help` is the way out."""

    def __init__(self, message: str, help: str = _WAY) -> None:
        self.message = message
        self.help = help
        super().__init__(message)


def table_named(text: str) -> exp.Table:
    """`users`, `analytics.users` or `project.analytics.users`. Raises BadNameError."""
    parts = _parts(text, _TABLE, "a table")
    if len(parts) > 3:
        raise BadNameError("it has more than three parts", "name the table, and before it its schema and database")
    name, schema, database = [*reversed(parts), None, None][:3]
    return exp.Table(this=name, db=schema, catalog=database)


def column_named(text: str) -> exp.Expr:
    """`EYE_COLOR`, or `account.plan` for a field of a struct. Raises BadNameError."""
    first, *fields = _parts(text, _COLUMN, "a column")
    found: exp.Expr = exp.Column(this=first)
    for field in fields:
        found = exp.Dot(this=found, expression=field)
    return found


def _parts(text: str, form: re.Pattern[str], what: str) -> list[exp.Identifier]:
    parts: list[exp.Identifier] = []
    at = 0
    while True:
        found = form.match(text, at)
        if found is None or "\0" in found[0]:
            raise BadNameError(f"it is no name of {what}")
        part = found[0]
        quoted = part.startswith('"')
        parts.append(exp.to_identifier(part[1:-1].replace('""', '"') if quoted else part, quoted=quoted))
        at = found.end()
        if at == len(text):
            return parts
        if text[at] != ".":
            raise BadNameError(f"it is no name of {what}")
        at += 1
