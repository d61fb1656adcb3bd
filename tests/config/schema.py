"""`python -m tests.config.schema` writes the published schema of `audience.toml` anew."""

from pathlib import Path

import audience_dsl
from audience_dsl.config.schema import config_schema_text

if __name__ == "__main__":
    path = Path(audience_dsl.__file__).parent / "schemas" / "audience.schema.json"
    path.write_text(config_schema_text(), encoding="utf-8")
