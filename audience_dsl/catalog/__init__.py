"""The attribute catalogue: which custom attributes a workspace has, and what is known of each."""

from .catalog import Catalog, CatalogAttribute

__all__ = ["Catalog", "CatalogAttribute"]
