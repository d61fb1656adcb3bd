"""How each dialect reads a profile's value as a type, and what it compares values with.

A value that is missing, blank or of another type is read as NULL, and every test of NULL is NULL.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from sqlglot import exp

from ..braze import STATUSES
from .building import call, cast, integer, is_null, null_if_empty, text, when
from .instants import CANONICAL, EXPORTED_TIME, TIME

__all__ = ["DIALECTS", "Dialect"]

# The largest double. Infinity and NaN are no numbers that JSON has.
_LARGEST = "1.7976931348623157E308"
# What is less rounds to 0.
_LEAST = "2.4703282292062328E-324"
# Microseconds since 1970, before the year 0.
_BEFORE_ALL = -(10**17)


class Dialect(ABC):
    """What dialects have in common, and by default the spelling of most.

    `name` is sqlglot's name for it, `engine` that of the regexes in `regexes.ENGINES`. `lists` says whether a
    parameter can be a list.
    """

    name: str
    title: str
    engine: str
    lists = True
    json_numbers: tuple[str, ...] = ()
    json_string = "string"
    json_array = "array"
    json_boolean = "boolean"
    # A group of a regex in a replacement, and the type of instants.
    group = "\\{}"
    instant_type = "TIMESTAMPTZ"

    # --- The text ---

    def written(self, query: exp.Expr, *, parameters: bool) -> str:
        """The text of a query. `parameters` says that there are some."""
        if self.doubles_percent(parameters=parameters):
            query = query.transform(_percent_twice, copy=False)
        return query.sql(dialect=self.name, pretty=True, copy=False)

    def doubles_percent(self, *, parameters: bool) -> bool:  # noqa: ARG002
        """Whether the driver finds parameters by `%`, so that every other one is written twice."""
        return False

    def own(self, expression: exp.Expr) -> exp.Expr:
        """A column or a table of the user's with its names in quotes, spelled as the dialect finds them without."""

        def spelled(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Identifier) and not node.quoted:
                return exp.to_identifier(self.folded(node.name), quoted=True)
            return node

        return expression.transform(spelled) if isinstance(expression, (exp.Column, exp.Table, exp.Dot)) else expression

    def folded(self, name: str) -> str:
        """A name without quotes, as the dialect looks for it."""
        return name

    def field(self, struct: exp.Expr, name: exp.Identifier) -> exp.Expr | None:
        """A field of a column that is a struct. None: the dialect has no structs."""
        return exp.Dot(this=struct, expression=name)

    def bound(self, parameter: exp.Expr, value: object) -> exp.Expr:  # noqa: ARG002
        """A parameter as it stands beside the values that it is compared with."""
        return parameter

    # --- Values of JSON ---

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        """The value of a key, as JSON; NULL where there is none."""
        return exp.Bracket(this=json, expressions=[text(name)])

    @abstractmethod
    def json_type(self, value: exp.Expr) -> exp.Expr:
        """The type of a value, by the dialect's own name."""

    def is_json(self, value: exp.Expr, *types: str) -> exp.Expr:
        kind = self.json_type(value.copy())
        if len(types) == 1:
            return exp.EQ(this=kind, expression=text(types[0]))
        return exp.In(this=kind, expressions=[text(each) for each in types])

    def json_text(self, value: exp.Expr) -> exp.Expr:
        return when(self.is_json(value, self.json_string), null_if_empty(self.unquoted(value.copy())))

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        """The text that a JSON string holds."""
        return cast(value, "TEXT")

    def json_number(self, value: exp.Expr) -> exp.Expr:
        number = self.double(value.copy())
        is_number = self.is_json(value, *self.json_numbers)
        return when(exp.And(this=is_number, expression=self.is_finite(number.copy())), number)

    def double(self, value: exp.Expr) -> exp.Expr:
        return cast(value, "DOUBLE")

    def is_finite(self, number: exp.Expr) -> exp.Expr:
        return exp.LTE(this=exp.Abs(this=number), expression=exp.Literal.number(_LARGEST))

    def json_truth(self, value: exp.Expr) -> exp.Expr:
        return when(self.is_json(value, self.json_boolean), cast(value.copy(), "BOOLEAN"))

    def json_items(self, value: exp.Expr) -> exp.Expr:
        """An array that is not empty, in the form that `has_any` takes."""
        filled = exp.GT(this=self.json_length(value.copy()), expression=integer(0))
        return when(self.is_json(value, self.json_array), when(filled, value.copy()))

    @abstractmethod
    def json_length(self, value: exp.Expr) -> exp.Expr:
        """The number of items of an array."""

    def json_exists(self, value: exp.Expr) -> exp.Expr:
        """TRUE where there is a value that a filter works on, otherwise NULL."""
        return when(
            exp.Or(
                this=exp.Or(
                    this=_not_null(self.json_text(value)),
                    expression=self.is_json(value, self.json_boolean),
                ),
                expression=exp.Or(
                    this=_not_null(self.json_number(value)), expression=_not_null(self.json_items(value))
                ),
            ),
            exp.true(),
        )

    # --- Values of columns that have a type ---

    @abstractmethod
    def instant(self, value: exp.Expr) -> exp.Expr:
        """An instant as microseconds since 1970; without a zone it is in UTC."""

    def time(self, value: exp.Expr) -> exp.Expr:
        """A column of instants, which may hold what is none, such as infinity."""
        return self.instant(value)

    def instant_of_text(self, value: exp.Expr) -> exp.Expr:
        """A text as microseconds since 1970, NULL where it is no time."""
        instant = cast(self.canonical(value.copy()), self.instant_type)
        return when(self.is_whole(value, TIME), self.instant(instant))

    def canonical(self, value: exp.Expr) -> exp.Expr:
        """A text that is a time, in the one form that every cast takes."""
        for regex, replacement in CANONICAL:
            groups = map(self.group.format, (1, 2))
            value = call("REGEXP_REPLACE", value, text(regex), text(replacement.format(*groups)))
        return value

    @abstractmethod
    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        """Whether all of a text meets a regex."""

    def number(self, value: exp.Expr) -> exp.Expr:
        """A column of numbers of any kind."""
        number = exp.Cast(this=value, to=exp.DataType.build("DOUBLE"))
        return when(self.is_finite(number.copy()), number)

    def items(self, value: exp.Expr) -> exp.Expr:
        """A column of arrays of text."""
        return when(exp.GT(this=self.length(value.copy()), expression=integer(0)), value)

    def length(self, value: exp.Expr) -> exp.Expr:
        return exp.ArraySize(this=value)

    # --- Tests ---

    @abstractmethod
    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        """Whether a regex is found in a text. `pattern` is a parameter, of what `pattern` makes."""

    def pattern(self, regex: str) -> str:
        """A regex as `matches` takes it."""
        return regex

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        """Whether a text is one of a list: a single parameter where `lists`, otherwise each a parameter."""
        return exp.In(this=value, expressions=list(values))

    @abstractmethod
    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        """Whether an array has one of the texts. `json` says that it is an array of JSON."""

    # --- Users ---

    def state(self, value: exp.Expr) -> exp.Expr:
        """A state of subscription: new profiles start as subscribed, and exports leave out what is empty."""
        return exp.Coalesce(this=null_if_empty(value), expressions=[text(STATUSES[1])])

    @abstractmethod
    def last_use(self, apps: exp.Expr) -> exp.Expr:
        """The latest `last_used` of an array of apps in JSON, in microseconds since 1970."""

    def parse(self, value: exp.Expr) -> exp.Expr:
        """A text that holds JSON, as JSON."""
        return call("PARSE_JSON", value)

    def last_use_of(self, app: exp.Expr) -> exp.Expr:
        return self.instant_of_text(self.json_text(self.attribute(app, "last_used")))


def _not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=is_null(value))


def _percent_twice(node: exp.Expr) -> exp.Expr:
    if isinstance(node, (exp.Identifier, exp.Literal)) and "%" in node.name:
        node.set("this", node.name.replace("%", "%%"))
    return node


class DuckDB(Dialect):
    name = "duckdb"
    title = "DuckDB"
    engine = "re2"
    json_numbers = ("BIGINT", "UBIGINT", "DOUBLE")
    json_string, json_array, json_boolean = "VARCHAR", "ARRAY", "BOOLEAN"

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        # A JSON pointer (RFC 6901), in which no other character is special. Arrays have no keys.
        return call("JSON_EXTRACT", json, text("/" + name.replace("~", "~0").replace("/", "~1")))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_TYPE", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_EXTRACT_STRING", value, text("$"))

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_ARRAY_LENGTH", value)

    def json_items(self, value: exp.Expr) -> exp.Expr:
        item = exp.to_identifier("item")
        texts = exp.Lambda(this=self.is_json(exp.column("item"), "VARCHAR"), expressions=[item])
        unquoted = exp.Lambda(this=self.unquoted(exp.column("item")), expressions=[item.copy()])
        every = exp.Cast(this=value.copy(), to=exp.DataType.build("JSON[]", dialect="duckdb"))
        chosen = call("LIST_TRANSFORM", call("LIST_FILTER", every, texts), unquoted)
        filled = exp.GT(this=self.json_length(value.copy()), expression=integer(0))
        return when(self.is_json(value, self.json_array), when(filled, chosen))

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("EPOCH_US", value)

    def instant_of_text(self, value: exp.Expr) -> exp.Expr:
        # What exports write, the quick way: the other one takes most of the time of a preview.
        quick = self.instant(cast(value.copy(), "TIMESTAMP"))
        return when(self.is_whole(value.copy(), EXPORTED_TIME), quick, super().instant_of_text(value))

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return call("REGEXP_MATCHES", value, pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return call("LIST_CONTAINS", listed, value)

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:  # noqa: ARG002
        (listed,) = values
        return call("LIST_HAS_ANY", items, listed)

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        used = exp.Lambda(
            this=self.instant_of_text(self.json_text(exp.column("app"))), expressions=[exp.to_identifier("app")]
        )
        every = call("JSON_EXTRACT", apps.copy(), text("$[*].last_used"))
        return when(self.is_json(apps, "ARRAY"), call("LIST_MAX", call("LIST_TRANSFORM", every, used)))

    def cell(self, value: exp.Expr, kind: str) -> exp.Expr:
        """A text of CSV, whose type nobody wrote down, as the type that is looked for."""
        if kind == "string":
            return null_if_empty(value)
        if kind == "string beside array":
            return when(self.is_json(cast(value, "JSON"), "ARRAY"), exp.null(), null_if_empty(value.copy()))
        if kind == "number":
            number = call("REGEXP_FULL_MATCH", value.copy(), text("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?"))
            return when(exp.And(this=number, expression=self.is_finite(self.double(value.copy()))), self.double(value))
        if kind == "boolean":
            truths = [exp.If(this=text(each), true=exp.Boolean(this=each == "true")) for each in ("true", "false")]
            return exp.Case(this=call("LOWER", value), ifs=truths)
        if kind == "time":
            return self.instant_of_text(null_if_empty(value))
        if kind == "any":
            return when(exp.Not(this=exp.In(this=value, expressions=[text(""), text("[]")])), exp.true())
        return self.json_items(cast(value, "JSON"))

    def parse(self, value: exp.Expr) -> exp.Expr:
        return cast(value, "JSON")

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return call("REGEXP_FULL_MATCH", value, text(regex))


class Postgres(Dialect):
    name = "postgres"
    title = "Postgres"
    engine = "postgres"
    json_numbers = ("number",)

    def doubles_percent(self, *, parameters: bool) -> bool:  # noqa: ARG002
        return True

    def folded(self, name: str) -> str:
        return name.lower()

    def field(self, struct: exp.Expr, name: exp.Identifier) -> exp.Expr:
        # Without parentheses the column would be a table.
        return exp.Dot(this=exp.Paren(this=struct), expression=name)

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        return call("JSONB_EXTRACT_PATH", json, text(name))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("JSONB_TYPEOF", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        # The path to the value itself.
        return exp.JSONBExtractScalar(this=value, expression=text("{}"))

    def json_number(self, value: exp.Expr) -> exp.Expr:
        decimal = exp.Cast(this=value.copy(), to=exp.DataType.build("DECIMAL"))
        return when(self.is_json(value, "number"), self.number(decimal))

    def number(self, value: exp.Expr) -> exp.Expr:
        # A cast raises an error where a number would round to infinity or to 0, and ABS of the least whole number.
        def within(limit: str, comparison: type[exp.Binary]) -> exp.Expr:
            end = exp.Literal.number(limit)
            mirrored: exp.Expr = exp.Neg(this=end.copy())
            return exp.And(
                this=comparison(this=mirrored, expression=value.copy()),
                expression=comparison(this=value.copy(), expression=end),
            )

        double = exp.Cast(this=value.copy(), to=exp.DataType.build("DOUBLE"))
        return exp.Case(
            ifs=[
                exp.If(this=within(_LEAST, exp.LT), true=exp.Literal.number("0.0")),
                exp.If(this=within(_LARGEST, exp.LTE), true=double),
            ]
        )

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("JSONB_ARRAY_LENGTH", value)

    def instant(self, value: exp.Expr) -> exp.Expr:
        seconds = exp.Extract(this=exp.Var(this="EPOCH"), expression=value)
        return cast(exp.Paren(this=exp.Mul(this=seconds, expression=integer(1_000_000))), "BIGINT")

    def time(self, value: exp.Expr) -> exp.Expr:
        return when(call("ISFINITE", value.copy()), self.instant(value))

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("CARDINALITY", value)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return exp.RegexpLike(this=value, expression=pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return exp.EQ(this=value, expression=exp.Any(this=exp.Paren(this=_text_array(listed))))

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        (listed,) = values
        if json:
            # The function of the operator `?|`, whose question mark some drivers take for a parameter.
            return call("JSONB_EXISTS_ANY", items, _text_array(listed))
        return exp.ArrayOverlaps(this=items, expression=_text_array(listed))

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        every = exp.Alias(this=call("JSONB_ARRAY_ELEMENTS", apps.copy()), alias=exp.to_identifier("app"))
        latest = exp.select(exp.Max(this=self.last_use_of(exp.column("app")))).from_(every)
        return when(self.is_json(apps, "array"), exp.Subquery(this=latest))

    def parse(self, value: exp.Expr) -> exp.Expr:
        return exp.Cast(this=value, to=exp.DataType.build("JSONB"))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return exp.RegexpLike(this=value, expression=text(f"^({regex})$"))


def _text_array(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("TEXT[]", dialect="postgres"))


class Snowflake(Dialect):
    name = "snowflake"
    title = "Snowflake"
    engine = "snowflake"
    lists = False
    json_numbers = ("INTEGER", "DECIMAL", "DOUBLE")
    json_string, json_array, json_boolean = "VARCHAR", "ARRAY", "BOOLEAN"

    def written(self, query: exp.Expr, *, parameters: bool) -> str:
        def named(node: exp.Expr) -> exp.Expr:
            return exp.var(f"%({node.name})s") if isinstance(node, exp.Placeholder) else node

        return super().written(query.transform(named, copy=False), parameters=parameters)

    def doubles_percent(self, *, parameters: bool) -> bool:
        # Without parameters its driver leaves the text as it is.
        return parameters

    def folded(self, name: str) -> str:
        return name.upper()

    def field(self, struct: exp.Expr, name: exp.Identifier) -> None:  # noqa: ARG002
        return None

    def bound(self, parameter: exp.Expr, value: object) -> exp.Expr:
        # Its driver writes a number into the text, where it would be a decimal one.
        return exp.Cast(this=parameter, to=exp.DataType.build("DOUBLE")) if isinstance(value, float) else parameter

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        return call("GET", json, text(name))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("TYPEOF", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        return call("AS_VARCHAR", value)

    def double(self, value: exp.Expr) -> exp.Expr:
        # AS_DOUBLE is NULL for whole and decimal numbers.
        return call("TO_DOUBLE", value)

    def json_truth(self, value: exp.Expr) -> exp.Expr:
        return call("AS_BOOLEAN", value)

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_SIZE", value)

    def json_items(self, value: exp.Expr) -> exp.Expr:
        # It is NULL where the value is no array.
        array = call("AS_ARRAY", value.copy())
        return when(exp.GT(this=self.json_length(array), expression=integer(0)), array.copy())

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("DATE_PART", exp.Var(this="EPOCH_MICROSECOND"), value)

    def instant_of_text(self, value: exp.Expr) -> exp.Expr:
        # Without AUTO the session's TIMESTAMP_INPUT_FORMAT would decide.
        instant = call("TRY_TO_TIMESTAMP_TZ", self.canonical(value.copy()), text("AUTO"))
        return when(self.is_whole(value, TIME), self.instant(instant))

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return call("REGEXP_LIKE", value, pattern)

    def pattern(self, regex: str) -> str:
        # Of its functions this one alone is documented for matches of nothing; it asks for all of the text.
        return rf"(\n|[^\n])*({regex})(\n|[^\n])*"

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:  # noqa: ARG002
        return call("ARRAYS_OVERLAP", items, call("ARRAY_CONSTRUCT", *values))

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_SIZE", value)

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        # Nothing is said of NULL among the results, so an instant before all others stands for it.
        used = exp.Coalesce(this=self.last_use_of(exp.column("app")), expressions=[integer(_BEFORE_ALL)])
        uses = exp.Lambda(this=used, expressions=[exp.to_identifier("app")])
        latest = call("ARRAY_MAX", call("TRANSFORM", call("AS_ARRAY", apps), uses))
        whole = exp.Cast(this=latest, to=exp.DataType.build("BIGINT"))
        return exp.Nullif(this=whole, expression=integer(_BEFORE_ALL))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return call("REGEXP_LIKE", value, text(regex))


class BigQuery(Dialect):
    name = "bigquery"
    title = "BigQuery"
    engine = "re2"
    # sqlglot's name for BigQuery's TIMESTAMP.
    instant_type = "TIMESTAMPTZ"
    json_numbers = ("number",)

    def json_type(self, value: exp.Expr) -> exp.Expr:
        return call("JSON_TYPE", value)

    def unquoted(self, value: exp.Expr) -> exp.Expr:
        # The functions without LAX raise an error where they meet another type.
        return call("LAX_STRING", value)

    def double(self, value: exp.Expr) -> exp.Expr:
        return call("LAX_FLOAT64", value)

    def json_truth(self, value: exp.Expr) -> exp.Expr:
        return when(self.is_json(value, self.json_boolean), call("LAX_BOOL", value.copy()))

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_LENGTH", call("JSON_QUERY_ARRAY", value))

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("UNIX_MICROS", value)

    def time(self, value: exp.Expr) -> exp.Expr:
        # A DATETIME or a DATE is in UTC then, as far as nobody has set another default.
        return self.instant(exp.Cast(this=value, to=exp.DataType.build(self.instant_type)))

    def parse(self, value: exp.Expr) -> exp.Expr:
        rounded = exp.Kwarg(this=exp.var("wide_number_mode"), expression=text("round"))
        return call("PARSE_JSON", value, rounded)

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("ARRAY_LENGTH", value)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return call("REGEXP_CONTAINS", value, pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return exp.In(this=value, unnest=exp.Unnest(expressions=[listed]))

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        item: exp.Expr = exp.column("item")
        every = call("JSON_QUERY_ARRAY", items.copy()) if json else items.copy()
        found = self.one_of(self.json_text(item) if json else item, values)
        rows = exp.select("1").from_(exp.Alias(this=exp.Unnest(expressions=[every]), alias=exp.to_identifier("item")))
        return when(_not_null(items), exp.Exists(this=rows.where(found)))

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        every = exp.Unnest(expressions=[call("JSON_QUERY_ARRAY", apps)])
        latest = exp.select(exp.Max(this=self.last_use_of(exp.column("app"))))
        return exp.Subquery(this=latest.from_(exp.Alias(this=every, alias=exp.to_identifier("app"))))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        return call("REGEXP_CONTAINS", value, text(f"^({regex})$"))


class Spark(Dialect):
    name = "spark"
    title = "Spark"
    engine = "java"
    group = "${}"
    instant_type = "TIMESTAMP"
    json_numbers = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT")
    json_string, json_array, json_boolean = "STRING", "ARRAY", "BOOLEAN"

    def attribute(self, json: exp.Expr, name: str) -> exp.Expr:
        # A map takes every name as it is, and its look-up is NULL where there is none.
        keys = cast(json, "MAP<STRING, VARIANT>", "spark")
        return call("TRY_ELEMENT_AT", keys, text(name))

    def json_type(self, value: exp.Expr) -> exp.Expr:
        # Without what stands behind, as in DECIMAL(3,1) or ARRAY<STRING>.
        return call("REGEXP_EXTRACT", call("SCHEMA_OF_VARIANT", value), text("^[A-Z]+"), integer(0))

    def _array(self, value: exp.Expr) -> exp.Expr:
        return cast(value, "ARRAY<VARIANT>", "spark")

    def json_length(self, value: exp.Expr) -> exp.Expr:
        return call("SIZE", self._array(value))

    def json_items(self, value: exp.Expr) -> exp.Expr:
        filled = exp.GT(this=self.json_length(value.copy()), expression=integer(0))
        return when(self.is_json(value, "ARRAY"), when(filled, self._array(value.copy())))

    def instant(self, value: exp.Expr) -> exp.Expr:
        return call("UNIX_MICROS", value)

    def length(self, value: exp.Expr) -> exp.Expr:
        return call("SIZE", value)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        return exp.RegexpLike(this=value, expression=pattern)

    def one_of(self, value: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
        (listed,) = values
        return call("ARRAY_CONTAINS", listed, value)

    def has_any(self, items: exp.Expr, values: Sequence[exp.Expr], json: bool) -> exp.Expr:
        item: exp.Expr = exp.column("item")
        found = self.one_of(self.json_text(item) if json else item, values)
        # An array may hold NULL, and what is not text is NULL.
        sure = exp.Coalesce(this=found, expressions=[exp.false()])
        return call("EXISTS", items, exp.Lambda(this=sure, expressions=[exp.to_identifier("item")]))

    def last_use(self, apps: exp.Expr) -> exp.Expr:
        used = exp.Lambda(this=self.last_use_of(exp.column("app")), expressions=[exp.to_identifier("app")])
        return call("ARRAY_MAX", call("TRANSFORM", self._array(apps), used))

    def is_whole(self, value: exp.Expr, regex: str) -> exp.Expr:
        # What ends a text without a backslash, which a setting of the session takes for itself.
        return exp.RegexpLike(this=value, expression=text(f"^({regex})(?![^x]|x)"))


class Databricks(Spark):
    name = "databricks"
    title = "Databricks"


DIALECTS: dict[str, Dialect] = {
    each.name: each for each in (BigQuery(), Databricks(), DuckDB(), Postgres(), Snowflake(), Spark())
}
