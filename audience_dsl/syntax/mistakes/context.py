"""The tokens around the place where a text follows no grammar, and what could have stood there."""

from ...diagnostics import CODES, Diagnostic, Fix, Related, quoted
from ...source import Span
from .. import landmarks
from ..driver import Failure
from ..machine import innermost_open
from ..parsed import Parsed


class Context:
    """The tokens around a failure, and what could have stood there."""

    __slots__ = ("expected", "failure", "index", "parsed", "tokens")

    def __init__(self, parsed: Parsed, tokens: list[str], failure: Failure) -> None:
        self.parsed = parsed
        self.tokens = tokens
        self.failure = failure
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
        return landmarks.is_word(self.at(offset))

    @property
    def starts_filter(self) -> bool:
        """Whether the failing token could begin a filter."""
        return landmarks.could_begin_filter(self.at(0))

    @property
    def begins_definition(self) -> bool:
        """Whether a definition begins at the failing token."""
        return landmarks.begins_definition(self.parsed, self.tokens, self.index)

    @property
    def opened(self) -> int | None:
        """The token that opened the innermost group or list that is still open."""
        return innermost_open(self.failure.values, self.failure.firsts)

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


CONNECTIVES = frozenset({"AND", "OR", "AMPERSANDS", "PIPES", "$END", "RPAR", "USE", "PARAM", "LET", "AUDIENCE"})


def backticks(name: str) -> str:
    return f"`{name}`"
