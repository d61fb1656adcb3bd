"""Text → syntax tree, comments and diagnostics.

The happy path is one `findall` of the master regex (`driver.tokenize`) and one loop (`driver.run`). Where that fails,
`recovery` goes on from there, and `mistakes` puts into words what went wrong.
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
    if isinstance(outcome, Failure):
        from .recovery import recover

        parsed.diagnostics.extend(recover(parsed, tokens, outcome.index, problems))
    else:
        parsed.tree = outcome
    parsed.diagnostics.extend(_from_problem(parsed, index, refused) for index, refused in problems[:GATHERED_AT_MOST])
    if isinstance(outcome, Failure):
        parsed.diagnostics.sort(key=_place)
        del parsed.diagnostics[GATHERED_AT_MOST:]
    return parsed


def _place(diagnostic: Diagnostic) -> int:
    return diagnostic.span.start if diagnostic.span else 0


def _from_problem(parsed: Parsed, index: int, refused: Refused) -> Diagnostic:
    token = parsed.token_span(index)
    end = token.end if refused.end is None else token.start + refused.end
    span = Span(token.start + refused.start, end)
    return Diagnostic(CODES[refused.slug], refused.message, source=parsed.source, span=span, help=refused.help)
