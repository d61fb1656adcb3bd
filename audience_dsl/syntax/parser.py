"""Text → syntax tree, comments and diagnostics.

The happy path is one `findall` of the master regex (`driver.tokenize`) and one loop (`driver.run`); what went
wrong is put into words by `mistakes` only when something has.
"""

from ..diagnostics import CODES, GATHERED_AT_MOST, Diagnostic
from ..source import Source, Span
from .actions import Problems
from .driver import Failure, run, tokenize
from .literals import Refused
from .parsed import Parsed

__all__ = ["parse"]

SOURCE_AT_MOST = 16 * 1024 * 1024


def parse(source: Source | str, *, source_at_most: int = SOURCE_AT_MOST) -> Parsed:
    """Parse a text. Never raises over what the text says: its faults are in `.diagnostics`."""
    if isinstance(source, str):
        source = Source(source)
    parsed = Parsed(source)
    if len(source.text) > source_at_most:
        message = f"the text has {len(source.text):,} characters, and the limit is {source_at_most:,}"
        parsed.diagnostics.append(
            Diagnostic(CODES["source-too-large"], message, source=source, span=Span(0, 0), help="split it into files")
        )
        return parsed
    tokens = tokenize(source.text)
    problems: Problems = []
    outcome = run(tokens, problems)
    parsed.diagnostics.extend(_from_problem(parsed, index, refused) for index, refused in problems[:GATHERED_AT_MOST])
    if isinstance(outcome, Failure):
        from .mistakes import explain

        # Run again up to the failure alone, since the token that failed has led to reductions, and what they have
        # closed could have gone on.
        mistake = explain(parsed, tokens, run(tokens[: outcome.index], []))
        # What is wrong as a literal may be only the start of what is wrong here.
        parsed.diagnostics = [each for each in parsed.diagnostics if not _covers(mistake, each)]
        parsed.diagnostics.append(mistake)
    else:
        parsed.tree = outcome
    return parsed


def _covers(outer: Diagnostic, inner: Diagnostic) -> bool:
    return (
        outer.span is not None
        and inner.span is not None
        and (outer.span.start <= inner.span.start and inner.span.end <= outer.span.end)
    )


def _from_problem(parsed: Parsed, index: int, refused: Refused) -> Diagnostic:
    token = parsed.token_span(index)
    end = token.end if refused.end is None else token.start + refused.end
    span = Span(token.start + refused.start, end)
    return Diagnostic(CODES[refused.slug], refused.message, source=parsed.source, span=span, help=refused.help)
