"""`python -m tests.catalog.schema` writes the published schema of `attributes.toml` anew."""

from pathlib import Path

import audience_dsl
from audience_dsl.catalog.schema import catalog_schema_text

if __name__ == "__main__":
    path = Path(audience_dsl.__file__).parent / "schemas" / "attributes.schema.json"
    path.write_text(catalog_schema_text(), encoding="utf-8")
