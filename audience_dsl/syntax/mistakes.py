"""Where a text follows no grammar: what was expected, in words, and the mistake that people make there.

The rules are tried in order; each looks at the tokens around the failure and answers with a diagnostic or None.
The last one always answers.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from ..braze import STATUSES
from ..diagnostics import CODES, Diagnostic, Fix, Related, nearest, quoted
from ..source import Span
from ._tables import TERMINALS
from .driver import Failure, symbol_of
from .expected import RESERVED, SOFT, describe
from .literals import is_datetime_like
from .parsed import Parsed

__all__ = ["explain"]


class _Context:
    """The tokens around a failure, and what could have stood there."""

    __slots__ = ("expected", "index", "parsed", "tokens")

    def __init__(self, parsed: Parsed, tokens: list[str], failure: Failure) -> None:
        self.parsed = parsed
        self.tokens = tokens
        self.index = failure.index
        self.expected = failure.expected()

    def at(self, offset: int) -> str:
        """The token this far from the failing one, or the empty text outside."""
        index = self.index + offset
        return self.tokens[index] if 0 <= index < len(self.tokens) else ""

    def word(self, offset: int) -> str:
        return self.at(offset).lower()

    def span(self, offset: int = 0, to: int | None = None) -> Span:
        first = self.parsed.token_span(self.index + offset)
        return first if to is None else Span(first.start, self.parsed.token_span(self.index + to).end)

    def touches(self, offset: int) -> bool:
        """Whether nothing stands between the token at this offset and the one after it."""
        return self.span(offset).end == self.span(offset + 1).start

    def is_name(self, offset: int = 0) -> bool:
        return symbol_of(self.at(offset)) == "#NAME" or (
            bool(self.at(offset)) and TERMINALS.get(self.word(offset)) in SOFT
        )

    @property
    def starts_filter(self) -> bool:
        """Whether the failing token could begin a filter."""
        return self.is_name() or self.word(0) in _FILTER_STARTS or symbol_of(self.at(0)) == "#QUOTED"

    def found(self) -> str:
        return quoted(self.at(0)) if self.at(0) else "the end of the text"

    def error(
        self,
        slug: str,
        message: str,
        *,
        span: Span | None = None,
        help: str | None = None,
        fix: Fix | None = None,
        related: tuple[Related, ...] = (),
    ) -> Diagnostic:
        return Diagnostic(
            CODES[slug],
            message,
            source=self.parsed.source,
            span=span or self.span(),
            help=help,
            fix=fix,
            related=related,
        )

    def replaced(self, title: str, replacement: str, span: Span | None = None, *, safe: bool = False) -> Fix:
        return Fix(title, [(span or self.span(), replacement)], safe=safe)


Rule: TypeAlias = Callable[[_Context], Diagnostic | None]

_FILTER_STARTS = frozenset({"(", "not", "!", "push", "email", "last_used_app"})
_DEFINITIONS = ("use", "param", "let", "audience")
_COMPARISON_SIGNS = frozenset({"==", "!=", "<", "<=", ">", ">=", "=", "in", "is", "exists", "includes", "matches"})


def explain(parsed: Parsed, tokens: list[str], failure: Failure) -> Diagnostic:
    """The one diagnostic for the first place where the text follows no grammar."""
    context = _Context(parsed, tokens, failure)
    for rule in _RULES:
        diagnostic = rule(context)
        if diagnostic is not None:
            return diagnostic
    raise AssertionError("the last rule always answers")


# --- Characters ---------------------------------------------------------------------------------------------

_CURLY = {
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "＂": '"',
    "＇": "'",
}
_SPACES = frozenset(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u0085\v\f"
)
_INVISIBLE = frozenset("\ufeff\u200b\u200c\u200d\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2028\u2029")


def _foreign_character(at: _Context) -> Diagnostic | None:
    character = at.at(0)
    if character in _CURLY:
        straight = _CURLY[character]
        start = at.span().start
        line_end = re.compile(r"[\r\n]|\Z").search(at.parsed.source.text, start + 1)
        assert line_end
        closing = next(
            (i for i in range(start + 1, line_end.start()) if _CURLY.get(at.parsed.source.text[i]) == straight),
            None,
        )
        edits = [(at.span(), straight)]
        if closing is not None:
            edits.append((Span(closing, closing + 1), straight))
        return at.error(
            "foreign-character",
            f"`{character}` is a typographic quote, which text programs put in the place of `{straight}`",
            help=f"write `{straight}`",
            fix=Fix(f"write `{straight}`", edits),
        )
    if len(character) == 1 and (character in _SPACES or character in _INVISIBLE):
        name = {"\ufeff": "a byte order mark", "\u00a0": "a non-breaking space"}.get(character)
        kind = "a space that is not the ordinary one" if character in _SPACES else "an invisible character"
        blank = " " if character in _SPACES else ""
        return at.error(
            "foreign-character",
            f"U+{ord(character):04X} is {name or kind}, which the language does not read as a blank",
            help="write an ordinary blank" if blank else "remove it",
            fix=at.replaced("write an ordinary blank" if blank else "remove it", blank, safe=True),
        )
    if len(character) == 1 and (character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff"):
        return at.error("foreign-character", f"U+{ord(character):04X} is no character of a text", help="remove it")
    return None


def _other_letters(at: _Context) -> Diagnostic | None:
    character = at.at(0)
    if len(character) != 1 or not character.isalpha() or symbol_of(character) != "#?":
        return None
    text, start = at.parsed.source.text, at.span().start
    begin = start
    if at.index and at.is_name(-1) and at.touches(-1):
        begin = at.span(-1).start
    word = re.compile(r"[\w-]+").match(text, begin)
    assert word
    return at.error(
        "bad-name",
        f"{quoted(word[0])} has letters that a bare name cannot have",
        span=Span(begin, word.end()),
        help=f"an attribute of that name goes in backticks: {_backticks(word[0])}; text goes in quotes",
        fix=Fix("put it in backticks", [(Span(begin, word.end()), f"`{word[0]}`")], safe=False),
    )


def _unclosed(at: _Context) -> Diagnostic | None:
    token = at.at(0)
    if symbol_of(token) != "#?":
        return None
    if token[:1] in ('"', "'"):
        return at.error(
            "unclosed-text",
            f"the text that starts here is not closed: a {token[0]} is missing before the end of the line",
            help=f"close it with {token[0]}; a line break in a text is written `\\n`",
        )
    if token.startswith("//"):
        return at.error("syntax", "`//` starts nothing here", help="a comment starts with `#`")
    if token.startswith("/") and "REGEX" in at.expected:
        return at.error(
            "unclosed-text",
            "the regex that starts here is not closed: a `/` is missing before the end of the line",
            help="close it with `/`; a slash inside is written `\\/`",
        )
    if token == "`":
        empty = at.at(1) == "`" and at.touches(0)
        return at.error(
            "bad-name" if empty else "unclosed-text",
            "there is no name between the backticks" if empty else "the backtick that starts here is not closed",
            help="write the attribute's name between two backticks",
        )
    if token == "$":
        return at.error("bad-name", "`$` is not followed by the name of a parameter", help="write `$city`, for example")
    return None


# --- Signs --------------------------------------------------------------------------------------------------


def _signs(at: _Context) -> Diagnostic | None:
    token, before, after = at.at(0), at.at(-1), at.at(1)
    if token == "=" and "EQ" in at.expected:
        if after in ("<", ">") and at.touches(0):
            meant = after + "="
            return at.error(
                "syntax",
                f"`={after}` is no comparison",
                span=at.span(0, 1),
                help=f"write `{meant}`",
                fix=at.replaced(f"write `{meant}`", meant, at.span(0, 1)),
            )
        return at.error(
            "single-equals",
            "`=` names a definition, and is no comparison",
            help="write `==` to compare",
            fix=at.replaced("write `==`", "==", safe=True),
        )
    if token == "=" and before in ("==", "!=") and at.touches(-1):
        return at.error("syntax", f"`{before}=` is no comparison", span=at.span(-1, 0), help=f"write `{before}`")
    if token == ">" and before == "<" and at.touches(-1):
        return at.error(
            "syntax",
            "`<>` is no comparison",
            span=at.span(-1, 0),
            help="write `!=`",
            fix=at.replaced("write `!=`", "!=", at.span(-1, 0)),
        )
    if token in ("&", "|"):
        meant = "and" if token == "&" else "or"
        return at.error("syntax", f"`{token}` joins nothing", help=f"write `{meant}`", fix=at.replaced(meant, meant))
    if token == "!":
        if before.lower() == "is":
            return at.error("syntax", "`!` is only a prefix of a whole filter", help="write `is not`")
        if "IN" in at.expected:
            return at.error("syntax", "`!` is only a prefix of a whole filter", help="write `not in`, or `!=`")
    if token == "," and before.isdigit() and re.fullmatch(r"[0-9]{3}", after) and "RSQB" not in at.expected:
        number = before + after
        return at.error(
            "bad-number",
            f"`{before},{after}` is two numbers",
            span=at.span(-1, 1),
            help=f"write `{number}`",
            fix=at.replaced(f"write `{number}`", number, at.span(-1, 1)),
        )
    return None


# --- Comparisons --------------------------------------------------------------------------------------------

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


def _span_of_days(at: _Context) -> Diagnostic | None:
    if TERMINALS.get(at.word(0)) != "UNIT" or at.at(-2) not in ("<", "<=", ">", ">="):
        return None
    less, more = f"less than {at.at(-1)} {at.word(0)} ago", f"more than {at.at(-1)} {at.word(0)} ago"
    return at.error(
        "less-than-on-time",
        f"`{at.at(-2)}` on a span of time has two readings: a shorter span, or an earlier instant",
        span=at.span(-2, 0),
        help=f"write `{less}` (since then) or `{more}` (before that)",
    )


def _date(at: _Context) -> Diagnostic | None:
    """A date with slashes, or a blank where ISO 8601 has a `T`."""
    before = at.at(-1)
    if at.at(0).startswith("/") and at.touches(-1) and before.isdigit():
        end = re.compile(r"[0-9/]*").match(at.parsed.source.text, at.span(-1).start)
        assert end
        return at.error(
            "bad-datetime",
            f"{quoted(end[0])} is no datetime in the ISO 8601 form",
            span=Span(at.span(-1).start, end.end()),
            help="write the year first, as in `2026-01-31`",
        )
    if is_datetime_like(before) and "T" not in before and re.match(r"[0-9]{1,2}:", at.at(0)):
        way = f"{before}T{at.at(0)}"
        return at.error(
            "bad-datetime",
            "a blank stands between the date and the time",
            span=at.span(-1, 0),
            help=f"write `{way}`",
            fix=at.replaced("put a `T` between", way, at.span(-1, 0)),
        )
    return None


def _name_of_definition(at: _Context) -> Diagnostic | None:
    word = at.word(-1)
    if at.at(0) == "=" and at.word(-2) in ("let", "audience") and word in ("starts", "ends", "contains"):
        message = f"`{word}` begins a comparison after a name, and cannot name a definition"
        return at.error("bad-name", message, span=at.span(-1), help="choose another name")
    return None


def _contraction(at: _Context) -> Diagnostic | None:
    meant = {"isn": "is not", "doesn": "does not", "aren": "is not", "don": "does not"}.get(at.word(0))
    if meant and at.at(1).startswith("'t") and at.touches(0):
        return at.error("syntax", f"`{at.at(0)}'t` is no word of the language", help=f"write `{meant}`")
    return None


def _quantifier(at: _Context) -> Diagnostic | None:
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


def _does(at: _Context) -> Diagnostic | None:
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
    if before == "not" and word in plain and "IN" in at.expected:
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


def _list(at: _Context) -> Diagnostic | None:
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
            return at.error("syntax", "a list stands in square brackets", help='write `in ["x", "y"]`')
        if at.at(0):
            way = 'write `in ["x", "y"]`' if "PARAMETER" in at.expected else "write `in [opted_in, subscribed]`"
            return at.error("syntax", f"expected a list in square brackets, found {at.found()}", help=way)
    after_item = {"COMMA", "RSQB"} <= at.expected
    if after_item and (_is_literal(at.at(0)) or (at.is_name() and at.at(1) in (",", "]"))):
        return at.error(
            "syntax",
            f"expected `,` or `]` after {quoted(at.at(-1))}, found {at.found()}",
            help="put a comma between the items of a list",
            fix=Fix("insert `,`", [(Span(at.span(-1).end, at.span(-1).end), ",")], safe=False),
        )
    return None


def _channel_before(at: _Context) -> str | None:
    """The channel whose state or list of states is being written where the text fails."""
    offset = -1
    while at.at(offset) in (",", "[") or (at.is_name(offset) and at.at(offset - 1) in (",", "[")):
        offset -= 1
    while at.word(offset) in ("is", "not", "in"):
        offset -= 1
    return at.word(offset) if at.word(offset) in ("push", "email") else None


def _channel(at: _Context) -> Diagnostic | None:
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
        if _is_literal(token) and token[1:-1].lower() in STATUSES:
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
            help=f"write `{channel} is opted_in`; the custom attribute of that name is {_backticks(channel)}",
        )
    return None


def _value(at: _Context) -> Diagnostic | None:
    """A word where a value is needed."""
    if not {"STRING", "NUMERAL", "PARAMETER"} <= at.expected or not at.at(0):
        return None
    word, before = at.word(0), at.word(-1)
    after_is = before == "is" or (before == "not" and at.word(-2) == "is")
    if after_is and word in ("empty", "missing", "blank", "none", "unset", "nil", "undefined"):
        way = "exists" if before == "not" else "does not exist"
        return at.error("syntax", f"`{word}` is no value", help=f"for a missing value write `{way}`")
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
        half = at.at(1)[:1] in ('"', "'") and at.touches(0)
        return at.error(
            "unquoted-text",
            f"`{token}` is a name, and a value is expected here",
            help=f'text goes in quotes: `"{token}"`' + ("; the quote before it is missing" if half else ""),
            fix=None if half else at.replaced("put it in quotes", f'"{token}"'),
        )
    return None


def _comparison(at: _Context) -> Diagnostic | None:
    """A word after a subject that is no comparison."""
    if "EQ" not in at.expected or not at.is_name():
        return None
    word, follows = at.word(0), at.at(1)
    if at.is_name(-1) and follows.lower() in _COMPARISON_SIGNS and word not in _SYNONYMS:
        name = f"{at.at(-1)} {at.at(0)}"
        if word not in _DEFINITIONS or "LET" not in at.expected:
            return at.error(
                "bad-name",
                f"{quoted(name)} is two words, and a bare name is one",
                span=at.span(-1, 0),
                help=f"a name with a blank goes in backticks, {_backticks(name)}; two filters need `and` between",
                fix=Fix("put it in backticks", [(at.span(-1, 0), f"`{name}`")], safe=False),
            )
    takes = _is_literal(follows) or follows in ("[", "/") or follows.lower() in ("than", "to", "with", "with", "least")
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
            help=f"did you mean `{close[0]}`?" if close else f"expected {describe(at.expected - _CONNECT)}",
        )
    return None


def _relative(at: _Context) -> Diagnostic | None:
    if at.expected == {"UNIT"} or at.expected == {"UNIT", "AGO"}:
        way = "write `less than 2 days ago`, with `days` or `weeks`"
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


# --- Structure ----------------------------------------------------------------------------------------------

_CONNECT = frozenset({"AND", "OR", "AMPERSANDS", "PIPES", "$END", "RPAR", "USE", "PARAM", "LET", "AUDIENCE"})


def _empty(at: _Context) -> Diagnostic | None:
    if at.index or at.at(0):
        return None
    return at.error(
        "empty", "there is no audience in this text", help='write a filter, for example `eye_color == "blue"`'
    )


def _group(at: _Context) -> Diagnostic | None:
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


def _open_group(at: _Context) -> int | None:
    stack: list[int] = []
    for index, token in enumerate(at.tokens[: at.index]):
        if token in ("(", "["):
            stack.append(index)
        elif token in (")", "]") and stack:
            stack.pop()
    return stack[-1] if stack else None


def _beside_definitions(at: _Context) -> Diagnostic | None:
    """A bare expression beside definitions, which may as well be a forgotten `and`."""
    if "LET" in at.expected and "NAME" not in at.expected and at.starts_filter and at.word(0) not in _DEFINITIONS:
        joined = "AND" in at.expected
        reading = "`and` or `or` is missing before it, or it" if joined else "it"
        message = f"a bare expression stands beside definitions: {reading} belongs in a definition of its own"
        way = "write `audience NAME = ` before it"
        return at.error("stray-expression", message, help=f"write `and` before it, or {way}" if joined else way)
    if at.word(0) in _DEFINITIONS and "$END" in at.expected and "LET" not in at.expected and _is_definition(at):
        message = "a bare expression stands beside definitions: a file is one expression, or definitions only"
        end = at.span(-1).end
        return at.error(
            "stray-expression",
            message,
            span=Span(at.parsed.token_span(0).start, end),
            help="write `audience NAME = ` before it",
        )
    return None


def _is_definition(at: _Context) -> bool:
    if at.word(0) == "param":
        return at.at(1).startswith("$")
    return (at.is_name(1) and at.at(2) in ("=", ",")) or at.word(2) == "from"


def _connective(at: _Context) -> Diagnostic | None:
    if {"AND", "OR"} <= at.expected and at.starts_filter:
        gap = Span(at.span(-1).end, at.span(-1).end)
        return at.error(
            "missing-connective",
            f"expected `and` or `or` before {quoted(at.at(0))}",
            help="two filters side by side need `and` or `or` between them",
            fix=Fix("insert `and`", [(gap, " and")], safe=False),
        )
    return None


def _reserved_name(at: _Context) -> Diagnostic | None:
    reserved = TERMINALS.get(at.word(0)) in RESERVED
    if reserved and {"NAME", "QUOTED"} <= at.expected and at.at(1).lower() in _COMPARISON_SIGNS:
        return at.error(
            "bad-name",
            f"`{at.at(0)}` is a reserved word, and no bare name",
            help=f"the custom attribute of that name is {_backticks(at.at(0))}",
            fix=at.replaced("put it in backticks", f"`{at.at(0)}`"),
        )
    return None


def _anything(at: _Context) -> Diagnostic:
    after = f" after {quoted(at.at(-1))}" if at.index else ""
    return at.error("syntax", f"expected {describe(at.expected)}{after}, found {at.found()}")


_RULES: tuple[Rule, ...] = (
    _empty,
    _foreign_character,
    _contraction,
    _channel,
    _name_of_definition,
    _signs,
    _span_of_days,
    _date,
    _quantifier,
    _does,
    _list,
    _value,
    _unclosed,
    _other_letters,
    _comparison,
    _relative,
    _group,
    _beside_definitions,
    _connective,
    _reserved_name,
    _anything,
)


# --- Helpers ----------------------------------------------------------------------------------------------


def _is_literal(token: str) -> bool:
    return symbol_of(token) in ("#STRING", "#NUMERAL", "#PARAMETER", "#REGEX")


def _backticks(name: str) -> str:
    return f"`{name}`"
