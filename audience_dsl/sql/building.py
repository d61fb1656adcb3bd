"""Small pieces of sqlglot's expression tree."""

from collections.abc import Sequence

from sqlglot import exp

__all__ = ["add", "all_of", "any_of", "call", "cast", "column", "integer", "is_null", "null_if_empty", "text", "when"]


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A function of the dialect itself, as it is: sqlglot has no other name for it in another dialect."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def integer(value: int) -> exp.Expr:
    return exp.Neg(this=exp.Literal.number(-value)) if value < 0 else exp.Literal.number(value)


def column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def cast(value: exp.Expr, kind: str, dialect: str | None = None) -> exp.Expr:
    """NULL where the value cannot be one of this kind, in the dialects that have such a cast."""
    # Without `safe`, the cast of Spark would be one that raises.
    return exp.TryCast(this=value, to=exp.DataType.build(kind, dialect=dialect), safe=True)


def when(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Expr:
    """`CASE WHEN`, whose result is NULL without the last argument."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.null())


def null_if_empty(value: exp.Expr) -> exp.Expr:
    return exp.Nullif(this=value, expression=text(""))


def add(first: exp.Expr, *more: exp.Expr) -> exp.Expr:
    total = first
    for each in more:
        total = exp.Add(this=total, expression=each)
    return total


def all_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    return _joined(exp.And, conditions)


def any_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    return _joined(exp.Or, conditions)


def _joined(connector: type[exp.Connector], conditions: Sequence[exp.Expr]) -> exp.Expr:
    """A balanced tree, so that thousands of clauses are a dozen deep and not thousands."""
    level = [exp.Paren(this=each) if isinstance(each, exp.Connector) else each for each in conditions]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [connector(this=pair[0], expression=pair[1]) if len(pair) > 1 else pair[0] for pair in pairs]
    return level[0]
