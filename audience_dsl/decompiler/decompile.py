"""From an object to text: found, examined, judged, read, and written by the formatter.

Whatever is refused is refused before a filter is made, so that everything which is wrong is said at once.
"""

from typing import Any

from ..audience.read import filter_of
from ..audience.wire import Clause, examine_audience
from ..catalog.catalog import Catalog
from ..diagnostics import CODES, NOTE, Diagnostic, RequestError
from ..json_values import UNFIT, Findings, Path, pointer_of
from ..settings import Settings
from ..syntax import tree
from ..syntax.formatter import format_tree
from .bodies import audience_in
from .judging import judge
from .placeholders import find_placeholders, is_placeholder
from .trees import expression_of, size_of

__all__ = ["Decompiled", "decompile"]


class Decompiled:
    """The text of an audience, and as `notes` what it says otherwise than the object did."""

    __slots__ = ("notes", "text")

    def __init__(self, text: str, notes: list[Diagnostic]) -> None:
        self.text = text
        self.notes = notes


def decompile(value: object, *, name: str | None, catalog: Catalog | None, settings: Settings) -> Decompiled:
    """The text of a connected audience object, or of the one in a request's body.

    With a `name` it is a module that defines one audience. Raises RequestError with everything that is refused, each
    finding with its JSON pointer into `value`, and the notes with them.
    """
    errors, notes = Findings(), Findings(severity=NOTE)
    audience, path = audience_in(value, errors)
    if errors.items:
        raise RequestError(errors.items)
    sound: list[Clause] = []
    examined = examine_audience(audience, errors, path, depth_limit=settings.limits.depth, sound=sound, renewed=notes)
    samples = Findings()
    if examined is not UNFIT:
        find_placeholders(examined, path, samples)
    # Where a placeholder stands, what else is wrong there says nothing more.
    at = {finding.pointer for finding in samples.items}
    found = [finding for finding in errors.items if finding.pointer not in at] + samples.items
    judged = Findings()
    types = judge((clause for clause in sound if not _has_placeholder(clause)), judged, notes, settings)
    found += judged.items
    if found:
        raise RequestError([*found, *notes.items])
    filter = filter_of(examined, limits=settings.limits, path=path, notes=notes)
    _hold(size_of(filter, settings.limits.source), path, settings)

    def is_array(attribute: str) -> bool:
        left = types[attribute]
        known = None if catalog is None else catalog.get(attribute)
        return left == {"array"} or ("array" in left and known is not None and known.type == "array")

    expression = expression_of(filter, is_array=is_array, time_zone=settings.time_zone)
    text = format_tree(expression if name is None else _module(name, expression))
    _hold(len(text), path, settings)
    return Decompiled(text, notes.items)


def _module(name: str, expression: tree.Expression) -> tree.Module:
    return tree.Module(-1, -1, [tree.Audience(-1, -1, tree.Word(-1, -1, name), expression)])


def _has_placeholder(clause: Clause) -> bool:
    return any(_is_placeholder(value) for value in clause.fields.values())


def _is_placeholder(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_placeholder, value))
    return isinstance(value, str) and is_placeholder(value)


def _hold(size: int, path: Path, settings: Settings) -> None:
    """A text that could not be compiled again is not made."""
    most = settings.limits.source
    if size > most:
        message = f"the text would have more characters than the limit of {most:,}"
        way = "raise the limit `source` in the settings if it is meant"
        raise RequestError([Diagnostic(CODES["source-too-large"], message, pointer=pointer_of(path), help=way)])
