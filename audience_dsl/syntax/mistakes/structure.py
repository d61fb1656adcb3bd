"""Mistakes between filters: groups, connectives, names and definitions."""

from ...diagnostics import Diagnostic, Fix, Related, quoted
from ...source import Span
from .. import landmarks
from .._tables import TERMINALS
from ..driver import symbol_of
from ..expected import RESERVED, describe
from ..landmarks import (
    COMPARISON_SIGNS,
    DEFINITIONS,
    begins_definition,
    could_begin_filter,
    misspelt_definition,
    starts_line,
)
from ..machine import Machine
from .context import Context, backticks


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


def type_of_parameter(at: Context) -> Diagnostic | None:
    """`param $x string`, on one line."""
    if not {"COLON", "ASSIGN"} <= at.expected or not at.is_name() or starts_line(at.parsed, at.index):
        return None
    gap = Span(at.span(-1).end, at.span(-1).end)
    return at.error(
        "syntax",
        f"expected `:` after {quoted(at.at(-1))}, found {at.found()}",
        help=f"write `{at.at(-1)}: {at.at(0)}`",
        fix=Fix("insert `:`", [(gap, ":")], safe=False),
    )


def misspelt_keyword(at: Context) -> Diagnostic | None:
    """`lte x = …`, found out at `lte`, or behind it where it read as a name."""
    offsets = [*([0] if "LET" in at.expected else []), *([-1] if len(at.failure.values) == 1 else [])]
    for offset in offsets:
        meant = misspelt_definition(at.parsed, at.tokens, at.index + offset)
        if meant is not None:
            return at.error(
                "syntax",
                f"`{at.at(offset)}` begins no definition",
                span=at.span(offset),
                help=f"did you mean `{meant}`?",
                fix=at.replaced(f"write `{meant}`", meant, at.span(offset)),
            )
    return None


def definition_without_name(at: Context) -> Diagnostic | None:
    """`let = a == 1` at the start of a text, where `let` may be an attribute."""
    if at.at(0) != "=" or at.word(-1) not in ("let", "audience") or not at.index or "EQ" not in at.expected:
        return None
    if not starts_line(at.parsed, at.index - 1) or not could_begin_filter(at.at(1)):
        return None
    return at.error("syntax", f"expected a name after `{at.at(-1)}`, found `=`", help=f"write `{at.at(-1)} NAME = …`")


def equals_of_definition(at: Context) -> Diagnostic | None:
    """`let x a == 1`, `let x == a exists`, `let x := a exists`."""
    if at.expected != {"ASSIGN"}:
        return None
    message = f"expected `=` after {quoted(at.at(-1))}, found {at.found()}"
    if at.at(0) in ("==", ":", "is"):
        to = 1 if at.at(0) == ":" and at.at(1) == "=" else 0
        return at.error(
            "syntax",
            message,
            span=at.span(0, to),
            help="a definition has a single `=` behind its name",
            fix=at.replaced("write `=`", "=", at.span(0, to)),
        )
    gap = Span(at.span(-1).end, at.span(-1).end)
    plain = at.starts_filter and at.at(1) != "=" and not at.begins_definition
    insert = Fix("insert `=`", [(gap, " =")], safe=False) if plain else None
    return at.error("syntax", message, help="a definition is a keyword, one name, `=` and a filter", fix=insert)


def semicolon(at: Context) -> Diagnostic | None:
    if at.at(0) != ";":
        return None
    return at.error(
        "syntax",
        "`;` is no sign of the language",
        help="remove it: a filter ends where the text or the next definition says so",
        fix=at.replaced("remove it", "", safe="OR" in at.expected and not at.at(1)),
    )


def missing_filter(at: Context) -> Diagnostic | None:
    """`let x = a == 1 and` before the next definition, whose keyword then reads as a name."""
    before = at.word(-2)
    if (
        at.word(-1) in DEFINITIONS
        and before in ("and", "or", "not", "(", "=", "&&", "||", "!")
        and at.at(1) == "="
        and _reads_name(at)
    ):
        return at.error(
            "syntax",
            f"a filter is missing after `{before}`, before the next definition",
            span=at.span(-2),
            help=f"write a filter, or remove `{before}`",
        )
    return None


def missing_before_definition(at: Context) -> Diagnostic | None:
    """`param $x:` or `push is` before the next definition, whose keyword then reads as a word of it."""
    if at.index < 2 or not begins_definition(at.parsed, at.tokens, at.index - 1) or not _reads_name(at):
        return None
    message = f"something is missing after {quoted(at.at(-2))}, before the next definition"
    return at.error("syntax", message, span=at.span(-2), help=f"finish the definition before `{at.at(-1)}`")


def _reads_name(at: Context) -> bool:
    """Whether the token before was read as a name, whatever it is."""
    return Machine(at.failure, []).reads_name(at.index - 1)


def empty(at: Context) -> Diagnostic | None:
    if at.index or at.at(0):
        return None
    return at.error(
        "empty", "there is no audience in this text", help='write a filter, for example `eye_color == "blue"`'
    )


def group(at: Context) -> Diagnostic | None:
    closing = at.at(0)
    open_here = {"RPAR", "RSQB"} & at.expected
    if closing in (")", "]") and not open_here and "AND" in at.expected and at.opened is None:
        opening = {")": "(", "]": "["}[closing]
        return at.error(
            "unclosed-group",
            f"this `{closing}` closes nothing",
            help=f"remove it, or open the group with `{opening}`",
            fix=at.replaced("remove it", ""),
        )
    if open_here and (closing in ("", ")", "]") or at.begins_definition):
        index = at.opened
        if index is not None:
            opening = at.tokens[index]
            place = at.parsed.token_span(index)
            close = {"(": ")", "[": "]"}[opening]
            gap = Span(at.span(-1).end, at.span(-1).end)
            wrong = closing in (")", "]")
            fix = Fix(f"write `{close}`", [(at.span() if wrong else gap, close)], safe=False)
            if not wrong:
                # What it is found out by may be far below.
                message = f"this `{opening}` is never closed: expected `{close}`, found {at.found()}"
                return at.error("unclosed-group", message, span=place, help=f"close it with `{close}`", fix=fix)
            position = at.parsed.source.position(place.start)
            return at.error(
                "unclosed-group",
                f"the `{opening}` at line {position.line}, column {position.column} is not closed: "
                f"expected `{close}`, found {at.found()}",
                help=f"close it with `{close}`",
                fix=fix,
                related=(Related(at.parsed.source, place, "opened here"),),
            )
    return None


def beside_definitions(at: Context) -> Diagnostic | None:
    """A bare expression beside definitions, which may as well be a forgotten `and`."""
    if "LET" in at.expected and "NAME" not in at.expected and at.starts_filter and at.word(0) not in DEFINITIONS:
        joined = "AND" in at.expected
        if joined and not starts_line(at.parsed, at.index):
            return None
        reading = "`and` or `or` is missing before it, or it" if joined else "it"
        message = f"a bare expression stands beside definitions: {reading} belongs in a definition of its own"
        way = "write `audience NAME = ` before it"
        return at.error("stray-expression", message, help=f"write `and` before it, or {way}" if joined else way)
    if at.begins_definition and "$END" in at.expected and "LET" not in at.expected:
        message = "a bare expression stands beside definitions: a file is one expression, or definitions only"
        end = at.span(-1).end
        return at.error(
            "stray-expression",
            message,
            span=Span(at.parsed.token_span(0).start, end),
            help="write `audience NAME = ` before it",
        )
    return None


def quoted_name(at: Context) -> Diagnostic | None:
    """A name in quotes where a filter is expected."""
    token = at.at(0)
    if symbol_of(token) == "#STRING" and "QUOTED" in at.expected and at.word(1) in COMPARISON_SIGNS:
        name = token[1:-1]
        # One with an escape stays where it is: what is wrong in it is reported by its place.
        if at.at(1) in ("==", "!=") and at.is_name(2) and "\\" not in token:
            swapped = f"{at.at(2)} {at.at(1)} {token}"
            return at.error(
                "bad-name",
                f"{quoted(token)} is a value, and a filter begins with the name of an attribute",
                help=f"write `{swapped}`",
                fix=at.replaced(f"write `{swapped}`", swapped, at.span(0, 2)),
            )
        return at.error(
            "bad-name",
            f"{quoted(token)} is text, and a filter begins with the name of an attribute",
            help=f"put the name in backticks: {backticks(name)}",
            fix=at.replaced("put it in backticks", f"`{name}`") if name and "`" not in name else None,
        )
    return None


def call(at: Context) -> Diagnostic | None:
    """`lower(city) == "x"`: a name alone, and a parenthesis that touches it."""
    if at.at(0) != "(" or not at.index or not at.is_name(-1) or not at.touches(-1) or not {"EQ", "OR"} <= at.expected:
        return None
    way = "compare the attribute itself; two filters need `and` or `or` between them"
    return at.error(
        "syntax", f"{quoted(at.at(-1))} reads as a function, and there are none", span=at.span(-1), help=way
    )


# Words that join, in other languages or in speech; those that mean `and` say so.
_JOINING = {"but": "and", "plus": "and", "also": "and", "xor": None, "unless": None, "nor": None, "except": None}


def connective(at: Context) -> Diagnostic | None:
    if {"AND", "OR"} <= at.expected and at.starts_filter:
        word = at.word(0)
        if word in _JOINING and (landmarks.is_word(at.at(1)) or at.at(1) in ("(", "not")):
            meant = _JOINING[word]
            way = (
                f"write `{meant}`"
                if meant
                else "filters are joined by `and` and `or`, and `not` stands before a filter"
            )
            fix = at.replaced(f"write `{meant}`", meant) if meant else None
            return at.error("syntax", f"`{at.at(0)}` joins no filters", help=way, fix=fix)
        ends = at.at(1).lower() in ("", ")", "and", "or") or begins_definition(at.parsed, at.tokens, at.index + 1)
        if word == "not" and ends:
            way = "write `does not exist`" if at.word(-1) == "exists" else "write `not` before the filter"
            return at.error("syntax", "this `not` has nothing behind it to negate", help=way)
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
    # Where something is missing at the end of a line, what goes on below it is not at fault.
    goes_on = at.begins_definition or at.word(0) in ("", "and", "or", "&&", "||", ")", "]")
    span = at.span(-1) if at.index and goes_on and starts_line(at.parsed, at.index) else at.span()
    return at.error("syntax", f"expected {describe(at.expected)}{after}, found {at.found()}", span=span)
