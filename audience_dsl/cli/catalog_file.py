"""The catalogue's file as a command changes it: read, shown, and written only when all of it is known."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnostics import CatalogError
from ..report.display import clean
from ..source import Source
from .console import Console
from .exits import DONE, FINDINGS, FindingsError, UsageFault
from .files import ReadError, read_source, shown_path, without_bom
from .outputs import file_diff, write_all

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..catalog.merging import Changes

__all__ = ["CatalogFile", "Line", "names"]

_DEFAULT = "attributes.toml"
# Names that one line of a report lists.
_NAMES_AT_MOST = 12

# A line of a report: what happened, to what, and what there is to say of it.
Line = tuple[str, str, str]


class CatalogFile:
    """A catalogue that may not be there yet. Raises UsageFault and FindingsError where it cannot be read."""

    __slots__ = ("catalog", "is_new", "path", "source")

    def __init__(self, named: str | None) -> None:
        from ..catalog import parse_catalog

        self.path = Path(named) if named is not None else _configured()
        if self.path.is_dir():
            raise UsageFault(f"`{self.path}` is a directory, and a file is needed")
        self.is_new = not self.path.exists()
        try:
            self.source = Source("", shown_path(self.path)) if self.is_new else without_bom(read_source(self.path))
            self.catalog: Catalog = parse_catalog(self.source)
        except ReadError as error:
            raise FindingsError([error.finding]) from None
        except CatalogError as error:
            raise FindingsError(error.diagnostics) from None

    def finish(self, console: Console, changes: "Changes", report: Iterable[Line], *, check: bool, diff: bool) -> int:
        """Say what changes, and write the file; with `check` or `diff` it is not written, and the code says so."""
        from ..catalog.merging import merged

        text = merged(self.source, changes)
        changed = text != self.source.text
        if diff:
            console.data(file_diff(self.source.text, text, self.source.name, "renewed", color=console.data_color))
        else:
            console.data("".join(_rows(report)))
        name = clean(self.source.name)
        if not changed:
            console.note(f"{name} is up to date, with {_count(len(self.catalog))}")
            return DONE
        summary = f"{len(changes.added):,} added, {len(changes.retyped):,} changed, {len(changes.removed):,} removed"
        if check or diff:
            console.note(f"{name} is out of date: {summary}")
            return FINDINGS
        write_all({self.path: text})
        console.note(f"wrote {name}: {summary}; it has {_count(len(changes.applied(self.catalog)))}")
        return DONE


def names(kind: str, found: Iterable[str], words: str) -> list[Line]:
    """One line for several attributes of which there is nothing to say one by one."""
    listed = list(found)
    if not listed:
        return []
    more = f" and {len(listed) - _NAMES_AT_MOST:,} more" if len(listed) > _NAMES_AT_MOST else ""
    return [(kind, ", ".join(listed[:_NAMES_AT_MOST]) + more, words)]


def _configured() -> Path:
    """What the configuration of the working directory names, and else `attributes.toml` there."""
    from .project import configuration_here

    return configuration_here().catalog or Path(_DEFAULT)


def _rows(report: Iterable[Line]) -> Iterable[str]:
    rows = [tuple(map(clean, row)) for row in report]
    kinds = max((len(row[0]) for row in rows), default=0)
    wide = min(40, max((len(row[1]) for row in rows), default=0))
    for kind, name, words in rows:
        yield f"{kind:{kinds}}  {name:{wide}}  {words}".rstrip() + "\n"


def _count(number: int) -> str:
    return f"{number:,} attribute{'' if number == 1 else 's'}"
