"""One file as a rule sees it: its tree, what its names stand for, and what is known of its attributes."""

from ..catalog import Catalog
from ..compiler.resolver import Program, Unit
from ..settings import Settings

__all__ = ["File"]


class File:
    """The main file of a program that was resolved and checked; the files it uses are linted as files of their own.

    `types` has the types that are left for each attribute, by all its uses and the catalogue. A tree may have
    `tree.Invalid` where a clause has an error of its own: rules have nothing to say of that.
    """

    __slots__ = ("catalog", "program", "settings", "types", "unit")

    def __init__(
        self,
        program: Program,
        settings: Settings,
        *,
        catalog: Catalog | None = None,
        types: dict[str, frozenset[str]] | None = None,
    ) -> None:
        self.program = program
        self.unit: Unit = program.main
        self.settings = settings
        self.catalog = catalog
        self.types = types or {}
