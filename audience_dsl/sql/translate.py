"""Filter → SQL: a condition over values that are read once, with bound parameters.

`values` are the attributes as columns, each NULL where a user has none of that type; the condition compares these.
So the long part, how a dialect takes a value out of JSON, stands once for each attribute, and the condition reads
like the audience. There is no NOT in a filter, so NULL counts as not selected wherever it appears.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlglot import exp

from ..attribute_types import ALL_TYPES, attribute_types
from ..braze import NO_VALUE, RELATIVE, missing_key
from ..clauses import leaf_text
from ..compiler.lowered import Origin
from ..diagnostics import CODES, AudienceError, quoted, visible
from ..evaluate import nearest_double
from ..filters import And, CustomAttribute, Filter, LastUsedApp, Leaf, Or, PushSubscription
from ..profiles import since_epoch
from ..regexes import RegexError, render
from ..settings import Settings
from .building import all_of, any_of, column, integer, is_null, when
from .dialects import DIALECTS, Dialect, DuckDB
from .tables import JsonColumn, Table

__all__ = ["SqlError", "Translator", "too_deep"]

_DAY = 86_400_000_000
_ORDER: dict[str, type[exp.Binary]] = {
    "equals": exp.EQ,
    "not_equal": exp.NEQ,
    "greater_than": exp.GT,
    "greater_than_or_equal_to": exp.GTE,
    "less_than": exp.LT,
    "less_than_or_equal_to": exp.LTE,
    "before": exp.LT,
    "after": exp.GTE,
}
_TYPE_WORDS = {
    "string": "text",
    "number": "numbers",
    "boolean": "true and false",
    "time": "times",
    "microseconds": "times",
    "array": "arrays",
}


class SqlError(AudienceError):
    """What a dialect or a table cannot say exactly: never an approximation. `help` is the way out.

    `clause` is the clause that asks for it, as it was written, `leaf` the part of the filter that it is.
    """

    def __init__(self, message: str, help: str | None = None, *, clause: str = "", leaf: Leaf | None = None) -> None:
        self.message = visible(message)
        self.help = None if help is None else visible(help)
        self.clause = clause
        self.leaf = leaf
        self.code = CODES["sql-inexact"].code
        super().__init__(f"error[{self.code}]: {self.message}" + (f" (help: {self.help})" if help else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), clause=self.clause), (self.message, self.help)


def _of(leaf: Leaf) -> str:
    """The clause of a leaf, in a message."""
    return quoted(_clause(leaf))


def _clause(leaf: Leaf) -> str:
    return leaf.origin.text if isinstance(leaf.origin, Origin) else leaf_text(leaf)


def too_deep(filter: Filter) -> SqlError:
    """The error of a filter whose groups are nested deeper than can be written."""
    leaf: Filter = filter
    pending = [(filter, 0)]
    deepest = -1
    while pending:
        node, depth = pending.pop()
        if isinstance(node, (And, Or)):
            pending.extend((operand, depth + 1) for operand in node.operands)
        elif depth > deepest:
            leaf, deepest = node, depth
    assert not isinstance(leaf, (And, Or))
    message = f"{_of(leaf)} stands in {deepest:,} groups within each other, and SQL is written for fewer"
    return SqlError(message, "nest the groups less deep", clause=_clause(leaf), leaf=leaf)


class Translator:
    """Translates filters over one table. All of `filter` tells the types of attributes, for parts of it as well.

    `parameters` grows with each condition: text, numbers, truth values, lists of text. Instants are microseconds
    since 1970. The parameter `now` is there when the filter counts days, and is filled in by the caller.
    `prefix` stands before the names of `raw` and `values`.
    """

    def __init__(
        self, filter: Filter, table: Table, *, dialect: str, settings: Settings | None = None, prefix: str = ""
    ) -> None:
        self.dialect: Dialect = DIALECTS[dialect]
        self.table = table
        self.settings = settings or Settings()
        self.parameters: dict[str, object] = {}
        self.needs_now = False
        # Values as they are taken from the table, and then as they are compared. By name.
        self.raw: dict[str, exp.Expr] = {}
        self.values: dict[str, exp.Expr] = {}
        self._types = attribute_types(filter)
        self._known: dict[tuple[str, str], exp.Expr | None] = {}
        self._raw_names, self._value_names = _Names(prefix), _Names(prefix)
        self._sources: dict[str, tuple[exp.Expr, str | None]] = {}

    def condition(self, filter: Filter) -> exp.Expr:
        """The condition that a filter becomes. Raises SqlError."""
        results: list[exp.Expr] = []
        pending: list[tuple[Filter, bool]] = [(filter, False)]
        while pending:
            node, ready = pending.pop()
            if not isinstance(node, (And, Or)):
                try:
                    results.append(self._leaf(node))
                except SqlError as error:
                    error.clause, error.leaf = _clause(node), node
                    raise
            elif ready:
                size = len(node.operands)
                operands = results[-size:]
                del results[-size:]
                results.append(all_of(operands) if isinstance(node, And) else any_of(operands))
            else:
                pending.append((node, True))
                pending.extend((operand, False) for operand in reversed(node.operands))
        return results[0]

    # --- Leaves ---

    def _leaf(self, leaf: Leaf) -> exp.Expr:
        if isinstance(leaf, CustomAttribute):
            return self._attribute(leaf)
        if isinstance(leaf, LastUsedApp):
            bound = self._instant(leaf.value, leaf)
            return _ORDER[leaf.comparison](this=self._last_use(leaf), expression=bound)
        name = "push" if isinstance(leaf, PushSubscription) else "email"
        comparison = exp.EQ if leaf.comparison == "is" else exp.NEQ
        return comparison(this=self._state(name, leaf), expression=self._parameter(leaf.value, leaf))

    def _attribute(self, leaf: CustomAttribute) -> exp.Expr:
        types = self._types[leaf.name]
        if leaf.comparison in NO_VALUE:
            there = self._exists(leaf, types)
            if leaf.comparison == "exists":
                return exp.false() if there is None else exp.Not(this=is_null(there))
            return exp.true() if there is None else is_null(there)
        tests = [
            self._test(leaf, kind)(value)
            for kind in sorted(types, reverse=True)
            if (value := self._value(leaf, kind)) is not None
        ]
        if self.settings.selects_missing(missing_key(leaf.comparison, leaf.value)):
            tests.append(exp.true())
        if len(tests) < 2:
            return tests[0] if tests else exp.false()
        return exp.Coalesce(this=tests[0], expressions=tests[1:])

    def _exists(self, leaf: CustomAttribute, types: frozenset[str]) -> exp.Expr | None:
        """NULL where there is no value of these types, or None where there never is one."""
        if types == ALL_TYPES:
            return self._value(leaf, "any")
        found = [value for kind in sorted(types, reverse=True) if (value := self._value(leaf, kind)) is not None]
        if len(found) < 2:
            return found[0] if found else None
        # They differ in type, so what is there is said by each.
        there = [when(exp.Not(this=is_null(value)), exp.true()) for value in found]
        return exp.Coalesce(this=there[0], expressions=there[1:])

    def _test(self, leaf: CustomAttribute, kind: str) -> Callable[[exp.Expr], exp.Expr]:
        """A test of a value of this type, which is NULL exactly where the value is."""
        comparison, value = leaf.comparison, leaf.value
        dialect = self.dialect
        if comparison in _OPPOSITES:
            opposite = self._test(CustomAttribute(leaf.name, _OPPOSITES[comparison], value, leaf.origin), kind)
            return lambda found: exp.Not(this=_grouped(opposite(found)))
        if comparison == "matches_regex":
            pattern = self._parameter(dialect.pattern(self._regex(leaf)), leaf)
            return lambda found: dialect.matches(found, pattern)
        if comparison in ("is_any_of", "includes_value"):
            values = self._list(value if isinstance(value, tuple) else (str(value),), leaf)
            if kind == "array":
                json = self._json_arrays(leaf.name)
                return lambda found: dialect.has_any(found, values, json)
            return lambda found: dialect.one_of(found, values)
        if comparison in RELATIVE:
            return self._days(comparison, value, leaf)
        if kind == "boolean":
            # Compared with a literal, since drivers disagree on parameters that are truth values.
            bound: exp.Expr = exp.Boolean(this=value)
        elif kind == "time":
            bound = self._instant(str(value), leaf)
        else:
            bound = self._parameter(value if isinstance(value, str) else nearest_double(value), leaf)  # type: ignore[arg-type]
        return lambda found: _ORDER[comparison](this=found, expression=bound)

    def _days(self, comparison: str, value: object, leaf: Leaf) -> Callable[[exp.Expr], exp.Expr]:
        self.needs_now = True
        self.parameters.setdefault("now", None)
        now = exp.Placeholder(this="now")
        span = exp.Mul(this=self._parameter(value, leaf), expression=integer(_DAY))
        if comparison == "greater_than_x_days_ago":
            return lambda found: exp.LT(this=found, expression=exp.Sub(this=now, expression=span))
        if comparison == "greater_than_x_days_in_the_future":
            return lambda found: exp.GT(this=found, expression=exp.Add(this=now, expression=span))
        if comparison == "less_than_x_days_ago":
            return lambda found: exp.Paren(
                this=exp.And(
                    this=exp.GTE(this=found, expression=exp.Sub(this=now, expression=span)),
                    expression=exp.LTE(this=found.copy(), expression=now.copy()),
                )
            )
        return lambda found: exp.Paren(
            this=exp.And(
                this=exp.GT(this=found, expression=now),
                expression=exp.LTE(this=found.copy(), expression=exp.Add(this=now.copy(), expression=span)),
            )
        )

    # --- Parameters ---

    def _parameter(self, value: object, leaf: Leaf) -> exp.Expr:
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str):
                self._sayable(text, leaf)
        name = f"p{len(self.parameters) - ('now' in self.parameters) + 1}"
        self.parameters[name] = value
        return self.dialect.bound(exp.Placeholder(this=name), value)

    def _sayable(self, text: str, leaf: Leaf) -> None:
        """Raises SqlError for a text that is none in the dialect."""
        if "\0" in text and self.dialect.name == "postgres":
            raise SqlError(
                f"Postgres has no text with the character U+0000, which {_of(leaf)} asks for", "leave the clause out"
            )

    def _list(self, values: tuple[str, ...], leaf: Leaf) -> list[exp.Expr]:
        if self.dialect.lists:
            return [self._parameter(list(values), leaf)]
        return [self._parameter(value, leaf) for value in values]

    def _instant(self, value: str, leaf: Leaf) -> exp.Expr:
        return self._parameter(since_epoch(datetime.fromisoformat(value)), leaf)

    def _regex(self, leaf: CustomAttribute) -> str:
        try:
            return render(str(leaf.value), self.dialect.engine)
        except RegexError as error:
            raise SqlError(f"{error.message}, in {_of(leaf)}", error.help) from None

    # --- Values ---

    def _value(self, leaf: CustomAttribute, kind: str) -> exp.Expr | None:
        """The column of an attribute as one type, or as `any`: not NULL where there is a value. None: never."""
        key = (leaf.name, kind)
        if key not in self._known:
            source, type = self._source(leaf)
            read = self._read(source, type, kind, leaf)
            self._known[key] = None if read is None else self._named(leaf.name, kind, read)
        known = self._known[key]
        return None if known is None else known.copy()

    def _named(self, name: str, kind: str, read: exp.Expr) -> exp.Expr:
        several = len(self._types.get(name, ())) > 1
        alias = self._value_names.new(f"{name}_{kind}" if several and kind != "any" else name)
        self.values[alias] = read
        return column(alias)

    def _source(self, leaf: CustomAttribute) -> tuple[exp.Expr, str | None]:
        """Where an attribute stands, and as what type."""
        name, table = leaf.name, self.table
        if name not in self._sources:
            self._sayable(name, leaf)
            mapped = table.attributes.get(name)
            if mapped is not None:
                value = self._own(mapped.expression, leaf)
                value = self.dialect.parse(value) if mapped.text else value
                for key in mapped.path:
                    value = self.dialect.attribute(value, key)
                self._sources[name] = self._taken(name, value), mapped.type
            elif table.rest is not None:
                value = self.dialect.attribute(self._json(table.rest, leaf), name)
                self._sources[name] = self._taken(name, value), "json"
            else:
                raise SqlError(
                    f"{table.title} has no column for {quoted(name)}, which {_of(leaf)} asks for",
                    "map the attribute to a column, or leave the clause out",
                )
        source, type = self._sources[name]
        return source.copy(), type

    def _taken(self, name: str, value: exp.Expr) -> exp.Expr:
        """A value that is taken from the table once, under a name."""
        alias = self._raw_names.new(name if isinstance(value, exp.Column) else f"{name}_json")
        self.raw[alias] = value
        return column(alias)

    def _own(self, expression: exp.Expr, leaf: Leaf) -> exp.Expr:
        """A column of the table, or a field of one that is a struct."""
        fields: list[exp.Identifier] = []
        column = self.dialect.own(expression.copy())
        while isinstance(column, exp.Dot) and isinstance(column.expression, exp.Identifier):
            fields.append(column.expression)
            column = column.this
        for field in reversed(fields):
            inner = self.dialect.field(column, field)
            if inner is None:
                way = "map it with `path`, which leads into JSON"
                raise SqlError(
                    f"{self.dialect.title} has no columns of structs, as {_of(leaf)} asks for by this mapping", way
                )
            column = inner
        return column

    def _json(self, json: JsonColumn, leaf: Leaf) -> exp.Expr:
        value = self._own(json.expression, leaf)
        return self.dialect.parse(value) if json.text else value

    def _json_arrays(self, name: str) -> bool:
        return self._sources[name][1] == "json"

    def _read(self, source: exp.Expr, type: str | None, kind: str, leaf: CustomAttribute) -> exp.Expr | None:
        dialect = self.dialect
        if type == "json":
            readers = {
                "string": dialect.json_text,
                "number": dialect.json_number,
                "boolean": dialect.json_truth,
                "array": dialect.json_items,
                "time": lambda value: dialect.instant_of_text(dialect.json_text(value)),
                "any": dialect.json_exists,
            }
            return readers[kind](source)
        if type == "nothing":
            return None
        if type == "cell":
            assert isinstance(dialect, DuckDB)
            beside_array = kind == "string" and "array" in self._types[leaf.name]
            return dialect.cell(source, "string beside array" if beside_array else kind)
        if type is None:
            if kind == "any":
                raise SqlError(
                    f"nothing tells the type of the column for {quoted(leaf.name)}, which {_of(leaf)} needs",
                    "give its `type` in the mapping",
                )
            if self._types[leaf.name] == {"string", "array"}:
                raise SqlError(
                    f"nothing tells whether the column for {quoted(leaf.name)} holds text or arrays, and {_of(leaf)} "
                    "works on both",
                    "give its `type` in the mapping",
                )
            type = kind
        if type not in _TYPE_WORDS:
            raise SqlError(
                f"the column for {quoted(leaf.name)} has the type `{type}`, which no filter works on, and {_of(leaf)} "
                "asks for it",
                "make it text, numbers, true and false, times, or an array of text",
            )
        if kind == "any":
            kind = "time" if type == "microseconds" else type
            value = self._read(source, type, kind, leaf)
            return None if value is None else when(exp.Not(this=is_null(value)), exp.true())
        if kind == "time" and type in ("string", "microseconds"):
            return dialect.instant_of_text(source) if type == "string" else source
        if type != kind:
            if type in self._types[leaf.name] or self.table.lenient:
                return None
            held, compared = _TYPE_WORDS[type], _TYPE_WORDS[kind]
            raise SqlError(
                f"the column for {quoted(leaf.name)} holds {held}, and {_of(leaf)} compares {compared}: "
                "every user would count as one without a value",
                "map the attribute to a column of the right type",
            )
        if kind == "string":
            return exp.Nullif(this=source, expression=exp.Literal.string(""))
        if kind == "number":
            return dialect.number(source)
        if kind == "time":
            return dialect.time(source)
        return dialect.items(source) if kind == "array" else source

    def _state(self, name: str, leaf: Leaf) -> exp.Expr:
        source = self.table.push if name == "push" else self.table.email
        if source is None:
            raise SqlError(
                f"{self.table.title} has no column for the state of {name}, which {_of(leaf)} asks for",
                "map it to a column, or use an export of the profiles, which has it",
            )
        return self._user(name, self._own(source, leaf), self.dialect.state)

    def _last_use(self, leaf: Leaf) -> exp.Expr:
        table, dialect = self.table, self.dialect
        if table.last_used is not None:
            given = table.last_used
            readers = {"string": dialect.instant_of_text, "microseconds": lambda value: value}
            read = readers.get(given.type or "", dialect.time)
            return self._user("last_used_app", self._own(given.expression, leaf), read)
        if table.apps is not None:
            return self._user("last_used_app", self._json(table.apps, leaf), dialect.last_use)
        raise SqlError(
            f"{table.title} has no column for the last use of an app, which {_of(leaf)} asks for",
            "map `last_used_app` to a column, or use an export of the profiles, which has it",
        )

    def _user(self, name: str, source: exp.Expr, read: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
        key = ("", name)
        if key not in self._known:
            self._known[key] = self._named(name, "", read(self._taken(name, source.copy())))
        known = self._known[key]
        assert known is not None
        return known.copy()


# Names that queries use themselves: of the user, of a parameter, and of what lambdas are about.
_RESERVED = ("id", "now", "item", "app")
_OPPOSITES = {
    "is_none_of": "is_any_of",
    "does_not_include_value": "includes_value",
    "does_not_match_regex": "matches_regex",
}


class _Names:
    """Names that every dialect takes, and that differ from each other in more than letter case."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._used = set(_RESERVED)
        # The last number behind a name: of thousands that are alike, each is found at once.
        self._numbers: dict[str, int] = {}

    def new(self, name: str) -> str:
        plain = self._prefix + (re.sub(r"[^A-Za-z0-9_]", "_", name)[:60] or "_")
        found, number = plain, self._numbers.get(plain.lower(), 1)
        while found.lower() in self._used:
            number += 1
            found = f"{plain}_{number}"
        self._used.add(found.lower())
        self._numbers[plain.lower()] = number
        return found


def _grouped(condition: exp.Expr) -> exp.Expr:
    plain = isinstance(condition, (exp.Anonymous, exp.Paren, exp.Case))
    return condition if plain else exp.Paren(this=condition)
