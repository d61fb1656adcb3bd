"""The schema of `audience.toml`: published as it is made, and of one mind with the reader."""

import json
import tomllib
from importlib.resources import files
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from audience_dsl.config import ConfigurationFileError
from audience_dsl.config.reading import read
from audience_dsl.config.schema import config_schema, config_schema_text
from audience_dsl.settings import Limits
from audience_dsl.source import Source

from .test_reading import WHOLE

VALIDATOR = Draft7Validator(config_schema())

# Values that are right somewhere, and wrong in most places.
WORDS = [
    "a",
    "!a",
    "#a",
    "**",
    "error",
    "never",
    "UTC",
    "AUD3",
    "AUD310",
    "missing-value",
    "AUD006",
    "ALL",
    "check",
    "test",
]
SCALARS = st.sampled_from([*WORDS, "", " ", 0, 1, 3, -1, True, False, 1.5])
VALUES = SCALARS | st.lists(SCALARS, max_size=3)
REQUIREMENT = st.dictionaries(st.sampled_from(["paths", "filters", "from", "form"]), VALUES, max_size=4)
SOURCE = VALUES | st.dictionaries(
    st.sampled_from(["env", "file", "keyring", "user", "value"]), st.sampled_from(["KEY", "", 1, "A B"]), max_size=3
)
ENVIRONMENT = st.dictionaries(
    st.sampled_from(["instance", "endpoint", "region"]),
    st.sampled_from(["EU-01", "EU-99", "https://x.example", 1]),
    min_size=1,
    max_size=2,
).flatmap(
    lambda place: st.fixed_dictionaries(
        {key: st.just(value) for key, value in place.items()},
        optional={
            "key": SOURCE,
            "campaigns": VALUES | st.dictionaries(st.sampled_from(["storm", " "]), SCALARS, max_size=2),
            "allowed-campaigns": VALUES,
            "allowed_campaigns": st.just(["x"]),
            "read-only": SCALARS,
            "read_only": SCALARS,
            "ledger": SCALARS,
            "share": st.sampled_from(["1", "1/8", "0/1", "1/0", "half", 1]),
            "rate-limits": VALUES
            | st.dictionaries(st.sampled_from(["broadcasts", "send-ids", "send_ids", "exports"]), SCALARS, max_size=3),
        },
    )
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "time-zone": st.sampled_from(["UTC", "Asia/Ho_Chi_Minh", "", 1, True, []]),
        "catalog": VALUES,
        "select": VALUES,
        "ignore": VALUES,
        "fail-level": VALUES,
        "baseline": VALUES,
        "assume": VALUES
        | st.dictionaries(st.sampled_from(["greater_than.number.other", "not_equal.string.other", "none"]), SCALARS),
        "limits": VALUES | st.dictionaries(st.sampled_from(["clauses", "list-items", "list_items"]), SCALARS),
        "require": VALUES | st.lists(REQUIREMENT, max_size=2),
        "ci": VALUES | st.dictionaries(st.sampled_from(["paths", "steps", "out-dir", "step"]), VALUES),
        "env": VALUES | st.dictionaries(st.sampled_from(["staging", "a b", "p.2"]), ENVIRONMENT | SCALARS, max_size=2),
        "other": SCALARS,
    },
)


@given(DOCUMENTS)
def test_it_takes_what_the_reader_takes(document: dict[str, Any]) -> None:
    text = "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in document.items())
    assert tomllib.loads(text) == document
    try:
        read(Source(text, "audience.toml"))
        taken = True
    except ConfigurationFileError:
        taken = False
    assert VALIDATOR.is_valid(document) is taken


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def test_it_takes_every_key() -> None:
    assert VALIDATOR.is_valid(tomllib.loads(WHOLE))
    limits = config_schema()["properties"]["limits"]["properties"]
    assert set(limits) == {name.replace("_", "-") for name in Limits.__slots__}


def test_it_is_published() -> None:
    published = files("audience_dsl").joinpath("schemas", "audience.schema.json").read_text(encoding="utf-8")
    assert published == config_schema_text(), "python -m tests.config.schema writes it anew"
    Draft7Validator.check_schema(json.loads(published))
