"""Braze's regexes, run exactly as PCRE runs them (UTF, no UCP, letter case ignored), in Python and in SQL engines.

`render` writes a regex for an engine, and `matcher` runs one here. What cannot be said exactly is a RegexError, never
an approximation.
"""

from collections.abc import Callable

from .engines import ENGINES
from .errors import InvalidRegexError, RegexError, RegexTimeoutError
from .rendering import render

__all__ = ["ENGINES", "InvalidRegexError", "RegexError", "RegexTimeoutError", "matcher", "render"]


def matcher(pattern: str, *, timeout: float) -> Callable[[str], bool]:
    """Says whether the regex is found in a value; raises RegexTimeoutError where that takes longer, in seconds."""
    rendered = render(pattern, "python")
    import regex  # type: ignore[import-untyped]

    try:
        search = regex.compile(rendered, regex.VERSION0, cache_pattern=False).search
    except RecursionError:
        raise RegexError("the groups of the regex are nested deeper than Python can read", 0) from None

    def found_in(value: str) -> bool:
        try:
            return search(value, timeout=timeout) is not None
        except TimeoutError:
            raise RegexTimeoutError(pattern, timeout) from None

    return found_in
