"""What is found in a text of the tests, by everything that looks at one."""

from collections.abc import Iterable, Mapping
from typing import Any

import audience_dsl
from audience_dsl import Catalog, CatalogAttribute, Diagnostic, Settings

__all__ = ["catalog_of", "find", "shown"]


def find(
    text: str, catalog: Iterable[CatalogAttribute] | None = None, settings: Settings | None = None
) -> list[Diagnostic]:
    known = list(catalog or ())
    return audience_dsl.check(text, catalog=Catalog(known) if known else None, settings=settings)


def catalog_of(tables: Mapping[str, Any] | None) -> list[CatalogAttribute] | None:
    """The attributes of a catalogue that is written as tables, as in `attributes.toml`."""
    if tables is None:
        return None
    return [
        CatalogAttribute(
            name, table["type"], values=table.get("values"), always_present=table.get("always_present", False)
        )
        for name, table in tables.items()
    ]


def shown(finding: Diagnostic) -> str:
    """The code of a finding, and the text that it stands at."""
    assert finding.source is not None
    assert finding.span is not None
    return f"{finding.code.code} {finding.source.text[finding.span.start : finding.span.end]}"
