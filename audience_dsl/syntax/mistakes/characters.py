"""Mistakes in characters, signs and literals."""

import re

from ...diagnostics import Diagnostic, Fix, quoted
from ...source import Span
from ..driver import symbol_of
from ..literals import is_datetime_like
from .context import Context, backticks

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

# The most characters that are searched for the quote that closes a text.
_CLOSING_WITHIN = 1_000
_LINE_END = re.compile(r"[\r\n]|\Z")

_INVISIBLE = frozenset("\ufeff\u200b\u200c\u200d\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2028\u2029")


def foreign_character(at: Context) -> Diagnostic | None:
    character = at.at(0)
    if character in _CURLY:
        straight = _CURLY[character]
        start = at.span().start
        within = at.parsed.source.text[start + 1 : start + 1 + _CLOSING_WITHIN]
        line_end = _LINE_END.search(within)
        assert line_end
        closing = next(
            (start + 1 + i for i in range(line_end.start()) if _CURLY.get(within[i]) == straight),
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


def other_letters(at: Context) -> Diagnostic | None:
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
        help=f"an attribute of that name goes in backticks: {backticks(word[0])}; text goes in quotes",
        fix=Fix("put it in backticks", [(Span(begin, word.end()), f"`{word[0]}`")], safe=False),
    )


def comment(at: Context) -> Diagnostic | None:
    """Comments of other languages: `// …`, `-- …`, `/* … */`."""
    token = at.at(0)
    sign = next((each for each in ("//", "/*") if token.startswith(each)), "")
    if token == "-" and at.at(1) == "-" and at.touches(0):
        sign = "--"
    is_regex = "REGEX" in at.expected
    if not sign or (is_regex and sign != "//"):
        return None
    start = at.span().start
    line_end = _LINE_END.search(at.parsed.source.text, start)
    assert line_end
    rest = at.parsed.source.text[start + 2 : line_end.start()]
    fix = Fix("write `#`", [(Span(start, line_end.start()), f"#{rest}")], safe=False)
    return at.error(
        "syntax",
        f"`{sign}` starts nothing here",
        help="a comment starts with `#`",
        fix=None if is_regex or sign == "/*" else fix,
    )


def unclosed(at: Context) -> Diagnostic | None:
    token = at.at(0)
    if symbol_of(token) != "#?":
        return None
    if token[:1] in ('"', "'"):
        return at.error(
            "unclosed-text",
            f"the text that starts here is not closed: a {token[0]} is missing before the end of the line",
            help=f"close it with {token[0]}; a line break in a text is written `\\n`",
        )
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


def signs(at: Context) -> Diagnostic | None:
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
        if after == "~" and at.touches(0):
            return at.error(
                "syntax",
                "`=~` is no comparison",
                span=at.span(0, 1),
                help="write `matches`",
                fix=at.replaced("write `matches`", "matches", at.span(0, 1)),
            )
        return at.error(
            "single-equals",
            "`=` names a definition, and is no comparison",
            help="write `==` to compare",
            fix=at.replaced("write `==`", "==", safe=True),
        )
    if token == "=" and before in ("==", "!=") and at.touches(-1):
        return at.error(
            "syntax",
            f"`{before}=` is no comparison",
            span=at.span(-1, 0),
            help=f"write `{before}`",
            fix=at.replaced(f"write `{before}`", before, at.span(-1, 0)),
        )
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


def date(at: Context) -> Diagnostic | None:
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
    is_offset = at.at(0)[:1] in ("+", "-") or at.word(0) in ("utc", "gmt", "z")
    if "T" in before and is_datetime_like(before) and is_offset:
        way = before + ("Z" if at.is_name() else at.at(0))
        return at.error(
            "bad-datetime",
            "a blank stands between the datetime and its offset",
            span=at.span(-1, 0),
            help=f"write `{way}`",
            fix=at.replaced("write them together", way, at.span(-1, 0)),
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


def after_literal(at: Context) -> Diagnostic | None:
    """A word that touches a regex or a text: a flag, or an apostrophe inside the text."""
    if not at.index or not at.is_name() or not at.touches(-1):
        return None
    if symbol_of(at.at(-1)) == "#REGEX":
        return at.error(
            "syntax",
            f"a regex takes no flags, and {at.found()} stands behind one",
            help="remove it: Braze ignores letter case in every regex",
            fix=at.replaced("remove it", ""),
        )
    if symbol_of(at.at(-1)) == "#STRING":
        quote = at.at(-1)[0]
        return at.error(
            "syntax",
            f"the text before {at.found()} is closed already",
            help=f"a {quote} inside a text is written `\\{quote}`",
        )
    return None
