"""Places as other programs read them: regions with both ends, paths from the root of a repository, and URIs."""

import os
from pathlib import PurePath
from urllib.parse import quote

from ..source import Source, Span

__all__ = ["Region", "path_of", "uri_of"]


class Region:
    """A span by its lines and columns, all counted from 1, columns in characters. The end is the place after it."""

    __slots__ = ("column", "end_column", "end_line", "line")

    def __init__(self, source: Source, span: Span) -> None:
        start, end = source.position(span.start), source.position(max(span.start, span.end))
        self.line = start.line
        self.column = start.column
        self.end_line = end.line
        self.end_column = end.column


def path_of(name: str, root: str) -> str:
    """A file's name as a path from `root`, with `/` between its parts: no absolute path of this machine is left in it.

    Where there is no way from the root to it, since the root is not known or on another drive, its last part stands
    for it.
    """
    path = PurePath(name)
    if path.is_absolute():
        try:
            path = PurePath(os.path.relpath(name, root) if root else path.name)
        except ValueError:
            path = PurePath(path.name)
    return path.as_posix()


def uri_of(path: str) -> str:
    """A relative path as a URI reference. A byte that is not UTF-8, which a name may hold, is kept as it is."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    return quote(raw, safe="/")
