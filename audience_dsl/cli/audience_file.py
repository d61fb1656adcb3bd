"""An audience as JSON, from whoever made it: the object by itself, or the body of a request that has one."""

from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, RequestError
from ..json_values import Findings, pointer_of
from ..source import Source
from .documents import read_json
from .exits import FindingsError
from .files import ReadError
from .pointing import placed

if TYPE_CHECKING:
    from ..api import Audience
    from ..settings import Settings

__all__ = ["looks_like_json", "read_audience"]


def looks_like_json(source: Source) -> bool:
    """Whether a text that has no name is JSON: no text of the language begins with a brace."""
    return source.text.lstrip()[:1] == "{"


def read_audience(source: Source, settings: "Settings") -> "Audience":
    """Raises FindingsError with everything that keeps it from being read."""
    from ..api import Audience
    from ..decompiler.bodies import audience_in

    try:
        value = read_json(source, slug="audience-file")
    except ReadError as error:
        raise FindingsError([error.finding]) from None
    findings = Findings()
    audience, path = audience_in(value, findings)
    if findings.items:
        raise FindingsError(placed(findings.items, source))
    try:
        return Audience.from_dict(audience, settings=settings)  # type: ignore[arg-type]
    except RequestError as error:
        # They point into the audience, and the file may have more around it.
        raise FindingsError(placed((_below(each, pointer_of(path)) for each in error.diagnostics), source)) from None


def _below(finding: Diagnostic, pointer: str) -> Diagnostic:
    finding.pointer = pointer + (finding.pointer or "")
    return finding
