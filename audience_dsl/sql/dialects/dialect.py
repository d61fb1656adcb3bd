"""How each dialect reads a profile's value as a type, and what it compares values with.

A value that is missing, blank or of another type is read as NULL, and every test of NULL is NULL.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from sqlglot import exp

from ...braze import STATUSES
from ..building import call, cast, integer, is_null, null_if_empty, text, when
from ..instants import CANONICAL, TIME

__all__ = ["BEFORE_ALL", "LARGEST", "Dialect", "not_null", "percent_twice"]

# The largest double. Infinity and NaN are no numbers that JSON has.
LARGEST = "1.7976931348623157E308"
# Microseconds since 1970, before the year 0.
BEFORE_ALL = -(10**17)


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
            query = query.transform(percent_twice, copy=False)
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
        return exp.LTE(this=exp.Abs(this=number), expression=exp.Literal.number(LARGEST))

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
                    this=not_null(self.json_text(value)),
                    expression=self.is_json(value, self.json_boolean),
                ),
                expression=exp.Or(this=not_null(self.json_number(value)), expression=not_null(self.json_items(value))),
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


def not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=is_null(value))


def percent_twice(node: exp.Expr) -> exp.Expr:
    if isinstance(node, (exp.Identifier, exp.Literal)) and "%" in node.name:
        node.set("this", node.name.replace("%", "%%"))
    return node
