"""What a finding is known by from run to run, so that a baseline or a merge request can tell the new ones.

It hangs on the file, the code and the text around the place, and not on line numbers or on the words of the message:
lines that come or go elsewhere, other blanks, and a better message change nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import LINE_BREAK
from .places import path_of

__all__ = ["fingerprints"]

# So much of the marked text counts, and so much of its line on either side.
_MARKED_AT_MOST = 1_000
_AROUND = 100


def fingerprints(diagnostics: Iterable[Diagnostic], root: str) -> list[str]:
    """One for each finding, in their order; of findings that are alike, each has its own."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for each in diagnostics:
        facts = (
            each.code.code,
            "" if each.source is None else path_of(each.source.name, root),
            each.pointer or "",
            *_words(each),
        )
        number = seen[facts]
        seen[facts] += 1
        raw = "\0".join((*facts, str(number))).encode("utf-8", "surrogatepass")
        found.append(hashlib.sha256(raw).hexdigest()[:32])
    return found


def _words(diagnostic: Diagnostic) -> tuple[str, str]:
    """The marked text, and that of the line around it, without regard to blanks."""
    if diagnostic.source is None or diagnostic.span is None:
        return "", ""
    text, start, end = diagnostic.source.text, diagnostic.span.start, diagnostic.span.end
    before = LINE_BREAK.split(text[max(0, start - _AROUND) : start])[-1]
    after = LINE_BREAK.split(text[end : end + _AROUND])[0]
    marked = text[start : min(end, start + _MARKED_AT_MOST)]
    return " ".join(marked.split()), " ".join(f"{before}{marked}{after}".split())
