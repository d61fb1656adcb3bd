"""Mistakes between filters: groups, connectives, names and definitions."""

from ...diagnostics import Diagnostic, Fix, Related, quoted
from ...source import Span
from .._tables import TERMINALS
from ..driver import symbol_of
from ..expected import RESERVED, describe
from .context import COMPARISON_SIGNS, DEFINITIONS, Context, backticks


def name_of_definition(at: Context) -> Diagnostic | None:
    word = at.word(-1)
    if at.at(0) == "=" and at.word(-2) in ("let", "audience") and word in ("starts", "ends", "contains"):
        message = f"`{word}` begins a comparison after a name, and cannot name a definition"
        return at.error("bad-name", message, span=at.span(-1), help="choose another name")
    return None


def parameter_name(at: Context) -> Diagnostic | None:
    if at.word(-1) == "param" and at.is_name() and at.at(1) in (":", "="):
        name = f"${at.at(0)}"
        return at.error(
            "bad-name",
            f"`{at.at(0)}` names no parameter: parameters start with `$`",
            help=f"write `param {name}`",
            fix=at.replaced(f"write `{name}`", name),
        )
    return None


def missing_filter(at: Context) -> Diagnostic | None:
    """`let x = a == 1 and` before the next definition, whose keyword then reads as a name."""
    before = at.word(-2)
    if at.word(-1) in DEFINITIONS and before in ("and", "or", "not", "(", "=", "&&", "||", "!") and at.at(1) == "=":
        return at.error(
            "syntax",
            f"a filter is missing after `{before}`, before the next definition",
            span=at.span(-2),
            help=f"write a filter, or remove `{before}`",
        )
    return None


def empty(at: Context) -> Diagnostic | None:
    if at.index or at.at(0):
        return None
    return at.error(
        "empty", "there is no audience in this text", help='write a filter, for example `eye_color == "blue"`'
    )


def group(at: Context) -> Diagnostic | None:
    closing = at.at(0)
    if closing in (")", "]") and not ({"RPAR", "RSQB"} & at.expected):
        opening = {")": "(", "]": "["}[closing]
        unmatched = _open_group(at)
        if "AND" in at.expected and unmatched is None:
            return at.error(
                "unclosed-group",
                f"this `{closing}` closes nothing",
                help=f"remove it, or open the group with `{opening}`",
                fix=at.replaced("remove it", ""),
            )
    if ("RPAR" in at.expected or "RSQB" in at.expected) and (not at.at(0) or closing in (")", "]")):
        index = _open_group(at)
        if index is not None:
            opening = at.tokens[index]
            place = at.parsed.token_span(index)
            close = {"(": ")", "[": "]"}[opening]
            position = at.parsed.source.position(place.start)
            return at.error(
                "unclosed-group",
                f"the `{opening}` at line {position.line}, column {position.column} is not closed: "
                f"expected `{close}`, found {at.found()}",
                help=f"close it with `{close}`",
                related=(Related(at.parsed.source, place, "opened here"),),
            )
    return None


def _open_group(at: Context) -> int | None:
    stack: list[int] = []
    for index, token in enumerate(at.tokens[: at.index]):
        if token in ("(", "["):
            stack.append(index)
        elif token in (")", "]") and stack:
            stack.pop()
    return stack[-1] if stack else None


def beside_definitions(at: Context) -> Diagnostic | None:
    """A bare expression beside definitions, which may as well be a forgotten `and`."""
    if "LET" in at.expected and "NAME" not in at.expected and at.starts_filter and at.word(0) not in DEFINITIONS:
        joined = "AND" in at.expected
        reading = "`and` or `or` is missing before it, or it" if joined else "it"
        message = f"a bare expression stands beside definitions: {reading} belongs in a definition of its own"
        way = "write `audience NAME = ` before it"
        return at.error("stray-expression", message, help=f"write `and` before it, or {way}" if joined else way)
    if at.word(0) in DEFINITIONS and "$END" in at.expected and "LET" not in at.expected and _is_definition(at):
        message = "a bare expression stands beside definitions: a file is one expression, or definitions only"
        end = at.span(-1).end
        return at.error(
            "stray-expression",
            message,
            span=Span(at.parsed.token_span(0).start, end),
            help="write `audience NAME = ` before it",
        )
    return None


def _is_definition(at: Context) -> bool:
    if at.word(0) == "param":
        return at.at(1).startswith("$")
    return (at.is_name(1) and at.at(2) in ("=", ",")) or at.word(2) == "from"


def quoted_name(at: Context) -> Diagnostic | None:
    """A name in quotes where a filter is expected."""
    token = at.at(0)
    if symbol_of(token) == "#STRING" and "QUOTED" in at.expected and at.word(1) in COMPARISON_SIGNS:
        name = token[1:-1]
        return at.error(
            "bad-name",
            f"{quoted(token)} is text, and a filter begins with the name of an attribute",
            help=f"put the name in backticks: {backticks(name)}",
            fix=at.replaced("put it in backticks", f"`{name}`") if name and "`" not in name else None,
        )
    return None


def connective(at: Context) -> Diagnostic | None:
    if {"AND", "OR"} <= at.expected and at.starts_filter:
        gap = Span(at.span(-1).end, at.span(-1).end)
        return at.error(
            "missing-connective",
            f"expected `and` or `or` before {quoted(at.at(0))}",
            help="two filters side by side need `and` or `or` between them",
            fix=Fix("insert `and`", [(gap, " and")], safe=False),
        )
    return None


def reserved_name(at: Context) -> Diagnostic | None:
    reserved = TERMINALS.get(at.word(0)) in RESERVED
    if reserved and {"NAME", "QUOTED"} <= at.expected and at.at(1).lower() in COMPARISON_SIGNS:
        return at.error(
            "bad-name",
            f"`{at.at(0)}` is a reserved word, and no bare name",
            help=f"the custom attribute of that name is {backticks(at.at(0))}",
            fix=at.replaced("put it in backticks", f"`{at.at(0)}`"),
        )
    return None


def anything(at: Context) -> Diagnostic:
    after = f" after {quoted(at.at(-1))}" if at.index else ""
    return at.error("syntax", f"expected {describe(at.expected)}{after}, found {at.found()}")
