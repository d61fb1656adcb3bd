"""Mistakes within a filter: comparisons, values, lists and spans of time."""

from ...braze import STATUSES
from ...diagnostics import Diagnostic, Fix, nearest, quoted
from ...source import Span
from .._tables import TERMINALS
from ..expected import describe
from ..landmarks import COMPARISON_SIGNS, DEFINITIONS, is_literal, starts_line
from .context import CONNECTIVES, Context, backticks

_SYNONYMS = {
    "equals": "==",
    "equal": "==",
    "eq": "==",
    "isnt": "is not",
    "like": "matches /…/` or `contains",
    "has": "includes",
    "have": "includes",
    "contain": "contains",
    "include": "includes",
    "exist": "exists",
    "match": "matches",
    "start": "starts with",
    "end": "ends with",
    "startswith": "starts with",
    "endswith": "ends with",
    "since": "after",
    "until": "before",
    "within": "in the last 7 days",
    "older": "more than 7 days ago",
    "newer": "less than 7 days ago",
    "greater": ">",
    "over": ">",
    "above": ">",
    "under": "<",
    "below": "<",
    "at": ">=",
}

# After `is`, a comparison where a value is expected.
_AFTER_IS = {
    "greater": ">",
    "more": ">",
    "above": ">",
    "over": ">",
    "less": "<",
    "below": "<",
    "under": "<",
    "in": "in",
    "between": "between 18 and 65",
    "before": "before",
    "after": "after",
    "older": "more than 7 days ago",
    "newer": "less than 7 days ago",
}


def span_of_days(at: Context) -> Diagnostic | None:
    if TERMINALS.get(at.word(0)) != "UNIT" or at.at(-2) not in ("<", "<=", ">", ">="):
        return None
    less, more = f"less than {at.at(-1)} {at.word(0)} ago", f"more than {at.at(-1)} {at.word(0)} ago"
    return at.error(
        "less-than-on-time",
        f"`{at.at(-2)}` on a span of time has two readings: a shorter span, or an earlier instant",
        span=at.span(-2, 0),
        help=f"write `{less}` (since then) or `{more}` (before that)",
    )


def contraction(at: Context) -> Diagnostic | None:
    meant = {"isn": "is not", "doesn": "does not", "aren": "is not", "don": "does not"}.get(at.word(0))
    if meant and at.at(1).startswith("'t") and at.touches(0):
        return at.error("syntax", f"`{at.at(0)}'t` is no word of the language", help=f"write `{meant}`")
    return None


def quantifier(at: Context) -> Diagnostic | None:
    word, before = at.word(0), at.word(-1)
    if "OF" in at.expected and before in ("any", "all", "none"):
        return at.error(
            "syntax",
            f"expected `of` after `{before}`, found {at.found()}",
            help=f'write `includes {before} of ["x", "y"]`',
            fix=Fix("insert `of`", [(Span(at.span(-1).end, at.span(-1).end), " of")], safe=False),
        )
    if before == "include" and word in ("any", "all", "none") and at.word(-2) == "not":
        way = {
            "any": "write `includes none of [...]`",
            "all": "write `not (… includes all of [...])`",
            "none": "write `includes any of [...]`",
        }
        return at.error("syntax", "`does not include` takes one value", help=way[word])
    return None


def does(at: Context) -> Diagnostic | None:
    word, before = at.word(0), at.word(-1)
    plain = {
        "exists": "exist",
        "includes": "include",
        "matches": "match",
        "contains": "contain",
        "starts": "start",
        "ends": "end",
    }
    if before == "not" and at.word(-2) == "does" and word in plain:
        return at.error(
            "syntax",
            f"`does not` is followed by `{plain[word]}`",
            help=f"write `does not {plain[word]}`",
            fix=at.replaced(f"write `{plain[word]}`", plain[word], safe=True),
        )
    if before == "not" and word == "equal" and at.word(-2) == "does":
        return at.error("syntax", "`does not equal` is no comparison", span=at.span(-2, 0), help="write `!=`")
    if before == "not" and at.at(0) in ("==", "=") and "IN" in at.expected:
        fix = Fix("write `!=`", [(at.span(-1, 0), "!=")], safe=False)
        return at.error("syntax", f"`not {at.at(0)}` is no comparison", span=at.span(-1, 0), help="write `!=`", fix=fix)
    if before == "not" and word in plain and "IN" in at.expected and at.word(-2) not in ("push", "email"):
        meant = f"does not {plain[word]}"
        return at.error(
            "syntax",
            f"expected `in` after `not`, found `{word}`",
            help=f"write `{meant}`",
            fix=Fix(f"write `{meant}`", [(at.span(-1, 0), meant)], safe=True),
        )
    if before == "does" and at.expected == {"NOT"}:
        verb = {base: verb for verb, base in plain.items()}.get(word)
        way = f"write `{verb}`" if verb else "write `does not exist`, `does not include`, …"
        return at.error("syntax", f"expected `not` after `does`, found {at.found()}", help=way)
    if before == "not" and at.word(-2) == "does":
        return at.error(
            "syntax",
            f"expected `exist`, `include`, `match`, `contain`, `start with` or `end with`, found {at.found()}",
            help='write `does not include "x"`, for example',
        )
    return None


def list_of_values(at: Context) -> Diagnostic | None:
    word, before = at.word(0), at.word(-1)
    if before == "in" and "LSQB" in at.expected:
        if word in ("last", "next"):
            return at.error(
                "syntax",
                f"expected `the` before `{word}`",
                help=f"write `in the {word} 7 days`",
                fix=Fix("insert `the`", [(Span(at.span().start, at.span().start), "the ")], safe=True),
            )
        if word == "the" and at.word(-2) == "not":
            way = f"write `not (… in the {at.word(1) or 'last'} 7 days)`, with `not` before the whole filter"
            return at.error("syntax", "`not in` takes a list", help=way)
        if word == "(":
            return at.error(
                "syntax", "a list stands in square brackets", help='write `in ["x", "y"]`', fix=_square_brackets(at)
            )
        if at.at(0):
            way = 'write `in ["x", "y"]`' if "PARAMETER" in at.expected else "write `in [opted_in, subscribed]`"
            return at.error("syntax", f"expected a list in square brackets, found {at.found()}", help=way)
    after_item = {"COMMA", "RSQB"} <= at.expected
    if after_item and (is_literal(at.at(0)) or (at.is_name() and at.at(1) in (",", "]"))):
        return at.error(
            "syntax",
            f"expected `,` or `]` after {quoted(at.at(-1))}, found {at.found()}",
            help="put a comma between the items of a list",
            fix=Fix("insert `,`", [(Span(at.span(-1).end, at.span(-1).end), ",")], safe=False),
        )
    return None


def _square_brackets(at: Context) -> Fix | None:
    """SQL's `in ("x", "y")`, where the list holds values alone."""
    offset = 1
    while is_literal(at.at(offset)) and at.at(offset + 1) == ",":
        offset += 2
    if not is_literal(at.at(offset)) or at.at(offset + 1) != ")":
        return None
    return Fix("write square brackets", [(at.span(), "["), (at.span(offset + 1), "]")], safe=False)


def _channel_before(at: Context) -> str | None:
    """The channel whose state or list of states is being written where the text fails."""
    offset = -1
    while at.at(offset) in (",", "[") or (at.is_name(offset) and at.at(offset - 1) in (",", "[")):
        offset -= 1
    while at.word(offset) in ("is", "not", "in"):
        offset -= 1
    return at.word(offset) if at.word(offset) in ("push", "email") else None


def channel(at: Context) -> Diagnostic | None:
    channel = _channel_before(at)
    if channel is None:
        return None
    if "NAME" in at.expected:
        token = at.at(0)
        if token == "]" and at.at(-1) == "[":
            return at.error(
                "empty-list",
                "the list names no state",
                span=at.span(-1, 0),
                help=f"write `{channel} in [opted_in, subscribed]`",
            )
        if is_literal(token) and token[1:-1].lower() in STATUSES:
            state = token[1:-1].lower()
            return at.error(
                "unknown-status",
                f"a subscription state is a word, and {quoted(token)} is text",
                help=f"write `{state}`",
                fix=at.replaced(f"write `{state}`", state),
            )
        return at.error(
            "unknown-status",
            f"expected `opted_in`, `subscribed` or `unsubscribed`, found {at.found()}",
            help=f"write `{channel} in [opted_in, subscribed]`"
            if at.at(-1) in ("[", ",")
            else f"write `{channel} is opted_in`",
        )
    if at.word(-1) == channel:
        return at.error(
            "syntax",
            f"`{channel}` is the state of the channel, and takes `is` or `in`; found {at.found()}",
            help=f"write `{channel} is opted_in`; the custom attribute of that name is {backticks(channel)}",
        )
    return None


def value(at: Context) -> Diagnostic | None:
    """A word where a value is needed."""
    if not {"STRING", "NUMERAL", "PARAMETER"} <= at.expected or not at.at(0) or at.begins_definition:
        return None
    word, before = at.word(0), at.word(-1)
    after_is = before == "is" or (before == "not" and at.word(-2) == "is")
    if after_is and word in ("empty", "missing", "blank", "none", "unset", "nil", "undefined"):
        way = "exists" if before == "not" else "does not exist"
        return at.error("syntax", f"`{word}` is no value", help=f"for a missing value write `{way}`")
    if after_is and word in _AFTER_IS:
        meant = _AFTER_IS[word]
        way = f"write `{meant}`, without `is`"
        if before == "not":
            way = "write `not in`, without `is`" if word == "in" else f"write `not (… {meant} …)`"
        return at.error("syntax", f"`is` compares with a value, and {at.found()} is none", help=way)
    if before == "includes" and at.at(0) == "[":
        return at.error("syntax", "`includes` takes one value", help="for a list write `includes any of [...]`")
    if before == "contains" and word in ("any", "all", "none"):
        way = "write `includes any of [...]` for an array, or join several `contains` by `or`"
        return at.error("syntax", "`contains` takes one piece of text", help=way)
    if at.at(0) == "." and at.at(1).isdigit():
        number = f"0.{at.at(1)}"
        return at.error(
            "bad-number",
            f"`.{at.at(1)}` is no number",
            span=at.span(0, 1),
            help=f"write `{number}`",
            fix=at.replaced(f"write `{number}`", number, at.span(0, 1), safe=True),
        )
    if after_is and word in ("set", "present", "known"):
        way = "does not exist" if before == "not" else "exists"
        return at.error("syntax", f"`{word}` is no value", help=f"for a value that is there write `{way}`")
    if word in STATUSES:
        way = f"only `push` and `email` have states: `push is {word}`; text goes in quotes"
        return at.error("unquoted-text", f"`{word}` is a subscription state, and no value", help=way)
    if word in ("yes", "no", "on", "off"):
        way = f"write `{'true' if word in ('yes', 'on') else 'false'}` for a Boolean, or quotes around text"
        return at.error("unquoted-text", f"`{at.at(0)}` is no value", help=way)
    if at.is_name() or (word in TERMINALS and word[0].isalpha() and at.word(1) in ("", "and", "or", ")", "]", ",")):
        token = at.at(0)
        if before in ("before", "after"):
            way = "write one, as in `2026-01-31`, or a span such as `less than 2 days ago`"
            return at.error("bad-datetime", f"`{token}` is no datetime", help=way)
        if before in ("<", "<=", ">", ">="):
            message = f"`{token}` is a name, and a number is expected here"
            return at.error(
                "unquoted-text", message, help="compare with a number, or with a parameter such as `$least`"
            )
        if before == "includes" and at.word(1) == "of":
            way = "write `includes any of [...]`, or `includes all of [...]`"
            fix = at.replaced("write `any`", "any")
            return at.error("syntax", f"`{token}` is no way to choose from a list", help=way, fix=fix)
        half = at.at(1)[:1] in ('"', "'") and at.touches(0)
        last = _last_word(at)
        if last and not half:
            text = " ".join(at.at(offset) for offset in range(last + 1))
            return at.error(
                "unquoted-text",
                f"{quoted(text)} stands without quotes, and a value is expected here",
                span=at.span(0, last),
                help=f'text goes in quotes: `"{text}"`',
                fix=at.replaced("put it in quotes", f'"{text}"', at.span(0, last)),
            )
        return at.error(
            "unquoted-text",
            f"`{token}` is a name, and a value is expected here",
            help=f'text goes in quotes: `"{token}"`' + ("; the quote before it is missing" if half else ""),
            fix=None if half else at.replaced("put it in quotes", f'"{token}"'),
        )
    return None


def _last_word(at: Context) -> int:
    """How many words follow on the line that belong to a value without quotes, as in `name == John Smith`."""
    last = 0
    while at.is_name(last + 1) and not starts_line(at.parsed, at.index + last + 1):
        last += 1
    # A word before a comparison begins the next filter.
    return max(0, last - 1) if at.word(last + 1) in COMPARISON_SIGNS else last


# What begins a condition in other languages.
_LEADING = frozenset({"if", "where", "when", "select", "users", "who"})


def comparison(at: Context) -> Diagnostic | None:
    """A word after a subject that is no comparison."""
    if "EQ" not in at.expected or not at.is_name():
        return None
    word, follows = at.word(0), at.at(1)
    if at.word(-1) in _LEADING and follows.lower() in COMPARISON_SIGNS:
        fix = Fix("remove it", [(Span(at.span(-1).start, at.span().start), "")], safe=False)
        message = f"`{at.at(-1)}` begins no filter: it is a name here, and a comparison must follow"
        return at.error("syntax", message, span=at.span(-1), help="a filter stands by itself: remove it", fix=fix)
    if at.is_name(-1) and follows.lower() in COMPARISON_SIGNS and word not in _SYNONYMS:
        name = f"{at.at(-1)} {at.at(0)}"
        if word not in DEFINITIONS or "LET" not in at.expected:
            return at.error(
                "bad-name",
                f"{quoted(name)} is two words, and a bare name is one",
                span=at.span(-1, 0),
                help=f"a name with a blank goes in backticks, {backticks(name)}; two filters need `and` between",
                fix=Fix("put it in backticks", [(at.span(-1, 0), f"`{name}`")], safe=False),
            )
    takes = is_literal(follows) or follows in ("[", "/") or follows.lower() in ("than", "to", "with", "with", "least")
    if word in _SYNONYMS and (takes or word in ("exist",)):
        return at.error("syntax", f"`{at.at(0)}` is no comparison", help=f"write `{_SYNONYMS[word]}`")
    if takes:
        verbs = [
            "is",
            "in",
            "includes",
            "exists",
            "matches",
            "before",
            "after",
            "contains",
            "between",
            "starts",
            "ends",
        ]
        close = nearest(at.at(0), verbs)
        return at.error(
            "syntax",
            f"`{at.at(0)}` is no comparison",
            help=f"did you mean `{close[0]}`?" if close else f"expected {describe(at.expected - CONNECTIVES)}",
        )
    return None


def relative(at: Context) -> Diagnostic | None:
    if at.expected == {"UNIT"} or at.expected == {"UNIT", "AGO"}:
        size = at.word(-3) if at.word(-2) == "than" else ""
        sign = {"less": "<", "more": ">"}.get(size)
        way = "write `in the last 7 days`, with `days` or `weeks`"
        if sign:
            way = f"write `{size} than {at.at(-1)} days ago` for a time, `{sign} {at.at(-1)}` for a number"
        return at.error("syntax", f"expected `days` or `weeks` after the number, found {at.found()}", help=way)
    if {"AGO", "FROM"} <= at.expected and "NAME" not in at.expected:
        way = "write `2 days ago` for the past, `2 days from now` for the future"
        return at.error("syntax", f"expected `ago` or `from now`, found {at.found()}", help=way)
    if at.expected == {"AND"}:
        return at.error(
            "syntax",
            f"expected `and` between the two ends, found {at.found()}",
            help="write `between 18 and 65`",
        )
    return None


def bare_regex(at: Context) -> Diagnostic | None:
    if "REGEX" in at.expected and at.at(0) and not at.at(0).startswith("/"):
        way = "write `matches /^gold/`, for example"
        return at.error("syntax", f"expected a regex between slashes, or text in quotes, found {at.found()}", help=way)
    return None
