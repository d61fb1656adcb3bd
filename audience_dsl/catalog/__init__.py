"""The attribute catalogue: which custom attributes a workspace has, and what is known of each.

`Catalog` is what the checker asks, `reading` makes one of an `attributes.toml`. `workspace` and `inferring` find out
which attributes there are, and `merging` writes them into a file without losing what people wrote there.

Names are imported when they are first used, so that whoever has a catalogue need not read TOML.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalog import Catalog, CatalogAttribute
    from .reading import parse_catalog, read_catalog
    from .schema import catalog_schema

__all__ = ["Catalog", "CatalogAttribute", "catalog_schema", "parse_catalog", "read_catalog"]

_HOMES = {
    "Catalog": "catalog",
    "CatalogAttribute": "catalog",
    "catalog_schema": "schema",
    "parse_catalog": "reading",
    "read_catalog": "reading",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
