"""The JSON Schema of `attributes.toml`, for editors: made from what the reader takes, and published as a file."""

import json
from typing import Any

from ..braze import COMPARISONS
from .catalog import VALUED

__all__ = ["catalog_schema", "catalog_schema_text"]


def catalog_schema() -> dict[str, Any]:
    """The schema as a JSON object, in draft 7, which the editors of TOML know."""
    types = list(COMPARISONS)
    table = {
        "type": "object",
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": types, "description": "What Braze records as the attribute's type."},
            "values": {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
                "uniqueItems": True,
                "description": "The texts that occur, of an array those of its elements. Another one is warned about.",
            },
            "always_present": {
                "type": "boolean",
                "description": "Every user has a value: what surprises for users without one is not warned about.",
            },
            "description": {"type": "string", "description": "For people."},
        },
        "if": {"required": ["values"]},
        "then": {"properties": {"type": {"enum": [each for each in types if each in VALUED]}}},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Attribute catalogue",
        "description": "The custom attributes of a Braze workspace, as audience_dsl reads them.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "attributes": {
                "type": "object",
                "description": "Attributes by name, case-sensitive. A name with blanks or dots stands in quotes.",
                # No blank at either end, and no control character.
                "propertyNames": {"minLength": 1, "not": {"pattern": r"^\s|\s$|[\u0000-\u001f\u007f]"}},
                "additionalProperties": {"anyOf": [{"enum": types}, table]},
            }
        },
    }


def catalog_schema_text() -> str:
    """The schema as it is published, in `audience_dsl/schemas/attributes.schema.json`."""
    return json.dumps(catalog_schema(), indent=2) + "\n"
