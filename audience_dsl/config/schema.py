"""The JSON Schema of `audience.toml`, for editors: made from what the reader takes, and published as a file.

It knows fewer things than the reader does: names of time zones are any text, and names of rules have one letter case.
"""

import json
from typing import Any

from ..braze import MISSING
from ..braze_api import INSTANCES
from ..lint.rules import RULES
from ..lint.selection import EVERYTHING
from ..settings import Limits
from .configuration import FAIL_LEVELS, STEPS
from .environment_reading import ENVIRONMENT_NAME, RATE_LIMITS, SHARE
from .environments import VARIABLE

__all__ = ["config_schema", "config_schema_text"]

_LIMITS = {
    "clauses": "Clauses of one audience.",
    "depth": "Groups inside groups.",
    "files": "Files that `use` brings in.",
    "list_items": "Items of one list.",
    "source": "Characters of one file.",
}


def config_schema() -> dict[str, Any]:
    """The schema as a JSON object, in draft 7, which the editors of TOML know."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Configuration of audiences",
        "description": "What a project has settled for all its audiences. Paths are relative to the file.",
        **_table(
            {
                "time-zone": {
                    "type": "string",
                    "minLength": 1,
                    "description": "In which datetimes without an offset are read: a name of the IANA database.",
                    "default": "UTC",
                },
                "catalog": _path("The attribute catalogue."),
                "select": _rules("The lint rules that report; all, unless set."),
                "ignore": _rules("The lint rules that do not report."),
                "fail-level": {
                    "enum": list(FAIL_LEVELS),
                    "description": "The least grave finding that fails `audience check`.",
                    "default": FAIL_LEVELS[0],
                },
                "baseline": _path("Findings that are not reported."),
                "assume": _table(
                    {
                        key: {"type": "boolean", "description": "Whether users without a value are selected."}
                        for key, row in MISSING.items()
                        if row.open
                    },
                    "Rows of the table of assumptions that this workspace has tried.",
                ),
                "limits": _table(
                    {
                        name.replace("_", "-"): {
                            "type": "integer",
                            "minimum": 1,
                            "default": getattr(Limits(), name),
                            "description": words,
                        }
                        for name, words in _LIMITS.items()
                    },
                    "How much a compile takes on.",
                ),
                "require": {
                    "type": "array",
                    "description": "Filters that every audience of some files must have in its outermost `and`.",
                    "items": _table(
                        {
                            "paths": {
                                **_texts("Patterns as in .gitignore; the last that fits a file decides."),
                                "minItems": 1,
                                "contains": {"pattern": r"^\s*[^!#\s]"},
                            },
                            "filters": {**_texts("Filters, as texts of the language."), "minItems": 1},
                            "from": _path("The file whose `let`s the filters name."),
                        },
                        required=["paths", "filters"],
                    ),
                },
                "ci": _table(
                    {
                        "paths": _texts("What `audience ci` runs on; the directory of this file, unless set."),
                        "steps": {
                            "type": "array",
                            "items": {"enum": list(STEPS)},
                            "description": "Its steps; all of them, unless set.",
                        },
                        "out-dir": _path("Where the JSON is that the sources compile to."),
                    },
                    "What `audience ci` runs.",
                ),
                "env": {
                    "type": "object",
                    "description": "The workspaces that there are, by name: `--env NAME` chooses one.",
                    "propertyNames": {"pattern": f"^{ENVIRONMENT_NAME.pattern}$"},
                    "additionalProperties": _environment(),
                },
            }
        ),
    }


def config_schema_text() -> str:
    """The schema as it is published, in `audience_dsl/schemas/audience.schema.json`."""
    return json.dumps(config_schema(), indent=2) + "\n"


def _table(properties: dict[str, Any], words: str | None = None, required: list[str] | None = None) -> dict[str, Any]:
    described = {} if words is None else {"description": words}
    needed = {} if required is None else {"required": required}
    return {"type": "object", **described, **needed, "additionalProperties": False, "properties": properties}


def _environment() -> dict[str, Any]:
    ids = {
        "type": "object",
        "propertyNames": {"pattern": r"\S"},
        "additionalProperties": {"type": "string", "pattern": r"\S"},
    }
    keys: dict[str, dict[str, Any]] = {
        "instance": {"enum": list(INSTANCES), "description": "The instance of Braze."},
        "endpoint": {
            "type": "string",
            "pattern": r"^https?://[^\s/]",
            "description": "The REST endpoint, in the place of an instance.",
        },
        "key": _key(),
        "campaigns": {**ids, "description": "Ids of campaigns by the names that requests use."},
        "canvases": {**ids, "description": "Ids of Canvases by the names that requests use."},
        "allowed-campaigns": _texts("The campaigns of which alone something is sent, by name or id."),
        "allowed-canvases": _texts("The Canvases of which alone something is sent, by name or id."),
        "read-only": {"type": "boolean", "default": False, "description": "Nothing is sent there."},
        "only-from-plan": {"type": "boolean", "default": False, "description": "Only approved plans are sent there."},
        "ledger": _path("The file in which sends are recorded, so that each goes out once."),
        "share": {
            "type": "string",
            "pattern": f"^{SHARE.pattern}$",
            "description": "The part of the rate limits that one process may use, such as 1/8.",
        },
        "rate-limits": {
            **_spelt({name: {"type": "integer", "minimum": 1} for name in RATE_LIMITS}),
            "description": "The limits of the workspace, where they are not the documented ones.",
        },
    }
    one_place = [{"required": ["instance"]}, {"required": ["endpoint"]}]
    return {**_spelt(keys), "oneOf": one_place, "description": "A workspace, and what may be done there."}


def _key() -> dict[str, Any]:
    text = {"type": "string", "pattern": r"^[^\u0000]*\S[^\u0000]*$"}
    tables = [
        _table({"env": {"type": "string", "pattern": f"^{VARIABLE.pattern}$"}}, "A variable.", required=["env"]),
        _table({"file": text}, "A file that has the key and nothing else.", required=["file"]),
        _table({"keyring": text, "user": text}, "The keyring of the desktop.", required=["keyring", "user"]),
    ]
    return {"oneOf": tables, "description": "Where the API key is; never the key itself."}


def _spelt(properties: dict[str, Any]) -> dict[str, Any]:
    """A table whose keys may have underscores in the place of hyphens, but not both."""
    twice = {key: key.replace("-", "_") for key in properties if "-" in key}
    both = [{"not": {"required": [key, other]}} for key, other in twice.items()]
    return {**_table({**properties, **{twice[key]: properties[key] for key in twice}}), "allOf": both}


def _path(words: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$", "description": words}


def _texts(words: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "description": words}


def _rules(words: str) -> dict[str, Any]:
    codes = {rule.code.code for rule in RULES.values()}
    beginnings = {code[:length] for code in codes for length in range(len(EVERYTHING), len(code))}
    return {
        "type": "array",
        "items": {"enum": ["ALL", *sorted(beginnings | codes), *sorted(RULES)]},
        "description": f"{words} By code, name, or beginning of a code.",
    }
