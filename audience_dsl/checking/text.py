"""A text, checked: the library's way to everything that `audience check` finds, without a project around it."""

from os import PathLike
from pathlib import Path

from ..api import AnyCatalog, catalog_of
from ..diagnostics import Diagnostic
from ..settings import Settings
from ..source import Source
from .check import check_source

__all__ = ["check"]


def check(
    text: str,
    *,
    catalog: AnyCatalog | None = None,
    filename: str | PathLike[str] | None = None,
    base_path: str | PathLike[str] | None = None,
    settings: Settings | None = None,
) -> list[Diagnostic]:
    """Everything that is found in a text: its errors, the compiler's warnings, and what the lint rules say.

    Nothing is raised over what the text says. What its comments ignore is left out. The arguments are those of
    `compile`; parameters need no values. Raises CatalogError for a catalogue's file, and ConfigurationError for an
    argument.
    """
    root = None if base_path is None else Path(base_path)
    return check_source(
        Source(text, "<text>" if filename is None else str(filename)),
        path=None if filename is None or root is None else root / filename,
        base_path=root,
        settings=settings or Settings(),
        catalog=None if catalog is None else catalog_of(catalog),
    )
